//! A snapshot answers what looking at every indicator one after the other answers.

use intel::{About, Builder, Feed, FileHash, Indicator, Observable, Snapshot};
use ipnet::IpNet;
use model::Time;
use proptest::{collection::vec, prelude::*};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Few different bits, so that values meet and networks nest.
fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u32..4, 0_u32..4, 0_u32..8)
            .prop_map(|(a, b, c)| Ipv4Addr::from((8 + a) << 24 | b << 14 | c).into()),
        (0_u128..4, 0_u128..8).prop_map(|(a, b)| Ipv6Addr::from(0x2400 << 112 | a << 90 | b).into()),
    ]
}

fn network() -> impl Strategy<Value = IpNet> {
    (address(), 0_u8..=24).prop_map(|(address, shorter)| {
        let net = IpNet::from(address);
        IpNet::new(address, net.max_prefix_len() - shorter)
            .unwrap()
            .trunc()
    })
}

fn name() -> impl Strategy<Value = String> {
    vec("[ab]", 2..5).prop_map(|labels| labels.join("."))
}

fn hash() -> impl Strategy<Value = FileHash> {
    prop_oneof![
        (0_u8..4).prop_map(|b| FileHash::Md5([b; 16])),
        (0_u8..4).prop_map(|b| FileHash::Sha1([b; 20])),
        (0_u8..4).prop_map(|b| FileHash::Sha256([b; 32])),
    ]
}

fn observable() -> impl Strategy<Value = Observable> {
    prop_oneof![
        4 => network().prop_map(Observable::Network),
        2 => (name(), any::<bool>()).prop_map(|(name, below)| Observable::Domain { name, below }),
        1 => name().prop_map(|name| Observable::url(&format!("http://{name}/x")).unwrap()),
        1 => hash().prop_map(Observable::Hash),
    ]
}

fn about() -> impl Strategy<Value = About> {
    (vec("[xyz]", 0..2), vec("[xyz]", 0..2), vec("[xyz]", 0..2)).prop_map(|(names, labels, references)| {
        About {
            names,
            labels,
            references,
        }
    })
}

/// A time, or none.
fn time() -> impl Strategy<Value = Option<Time>> {
    (0_i64..6).prop_map(|seconds| (seconds > 0).then(|| Time::from_secs(seconds)))
}

fn indicator() -> impl Strategy<Value = Indicator> {
    let confidence = proptest::option::of(0_u8..=100);
    (observable(), about(), confidence, time(), time(), time(), time()).prop_map(
        |(observable, about, confidence, valid_from, valid_until, first_seen, last_seen)| Indicator {
            observable,
            about,
            confidence,
            valid_from,
            valid_until,
            first_seen,
            last_seen,
        },
    )
}

fn holds(indicator: &Indicator, now: Time) -> bool {
    indicator.valid_from.is_none_or(|from| from <= now)
        && indicator.valid_until.is_none_or(|until| now < until)
}

/// Where an indicator stands among those that match: an address before its networks, those narrowest first, a name before
/// those above it; equal ones as they came, but of equal networks the last first.
fn place(observable: &Observable, came: usize) -> (i64, i64) {
    let came = came as i64;
    match observable {
        Observable::Network(net) if net.prefix_len() < net.max_prefix_len() => {
            (-i64::from(net.prefix_len()), -came)
        }
        Observable::Network(net) => (-i64::from(net.prefix_len()), came),
        Observable::Domain { name, .. } => (-(name.len() as i64), came),
        _ => (0, came),
    }
}

fn expected(
    indicators: &[(u16, Indicator)],
    now: Time,
    matches: impl Fn(&Observable) -> bool,
) -> Vec<(String, Indicator)> {
    let mut came: Vec<&(u16, Indicator)> = indicators.iter().collect();
    came.sort_by_key(|(feed, _)| *feed);
    let mut found: Vec<_> = came
        .into_iter()
        .enumerate()
        .filter(|(_, (_, i))| holds(i, now) && matches(&i.observable))
        .collect();
    found.sort_by_key(|(came, (_, i))| place(&i.observable, *came));
    let said = |i: &Indicator| Indicator {
        confidence: i.confidence.or(Some(60)),
        ..i.clone()
    };
    found
        .into_iter()
        .map(|(_, (feed, i))| (feed.to_string(), said(i)))
        .collect()
}

fn given(found: &[intel::Match<'_>]) -> Vec<(String, Indicator)> {
    let said = |m: &intel::Match<'_>| Indicator {
        observable: m.indicator(),
        about: m.about(),
        confidence: Some(m.confidence()),
        valid_from: m.valid_from(),
        valid_until: m.valid_until(),
        first_seen: m.first_seen(),
        last_seen: m.last_seen(),
    };
    found.iter().map(|m| (m.feed().id.clone(), said(m))).collect()
}

fn build(indicators: &[(u16, Indicator)]) -> Snapshot {
    let mut builder = Builder::default();
    for feed in 0..3 {
        builder
            .feed(Feed {
                id: feed.to_string(),
                name: format!("feed {feed}"),
                default_confidence: 60,
                tag_confidence: 70,
            })
            .unwrap();
        for (_, indicator) in indicators.iter().filter(|(of, _)| *of == feed) {
            builder.add(indicator).unwrap();
        }
    }
    builder.build()
}

proptest! {
    #[test]
    fn a_snapshot_answers_as_a_plain_search(
        indicators in vec((0_u16..3, indicator()), 0..60),
        addresses in vec(address(), 8),
        names in vec(name(), 8),
        hashes in vec(hash(), 4),
        now in 0_i64..6,
    ) {
        let snapshot = build(&indicators);
        let now = Time::from_secs(now);
        prop_assert_eq!(snapshot.len(), indicators.len());
        for address in addresses {
            let covers = |o: &Observable| matches!(o, Observable::Network(net) if net.contains(&address));
            prop_assert_eq!(given(&snapshot.address(address, now)), expected(&indicators, now, covers));
        }
        for name in names {
            let covers = |o: &Observable| match o {
                Observable::Domain { name: known, below } => {
                    *known == name || *below && name.ends_with(&format!(".{known}"))
                }
                _ => false,
            };
            prop_assert_eq!(given(&snapshot.domain(&name, now)), expected(&indicators, now, covers));
            let url = format!("http://{name}/x");
            let same = |o: &Observable| matches!(o, Observable::Url(known) if *known == url);
            prop_assert_eq!(given(&snapshot.url(&url, now)), expected(&indicators, now, same));
            prop_assert_eq!(given(&snapshot.host(&url, now)), expected(&indicators, now, covers));
        }
        for hash in hashes {
            let same = |o: &Observable| *o == Observable::Hash(hash);
            prop_assert_eq!(given(&snapshot.hash(&hash, now)), expected(&indicators, now, same));
        }
    }

    #[test]
    fn matches_are_equal_if_they_say_the_same(
        one in indicator(), other in indicator(), feeds in (0_u16..2, 0_u16..2), hash in hash(),
    ) {
        let on = |indicator| Indicator { observable: Observable::Hash(hash), valid_from: None, valid_until: None, ..indicator };
        let pair = [(feeds.0, on(one)), (feeds.1, on(other))];
        let snapshot = build(&pair);
        let found = snapshot.hash(&hash, Time::from_secs(1));
        let said = given(&found);
        prop_assert_eq!(found.len(), 2);
        prop_assert_eq!(found[0] == found[1], said[0] == said[1]);
        let again = build(&pair);
        prop_assert_eq!(&found, &again.hash(&hash, Time::from_secs(1)));
    }

    #[test]
    fn narrower_networks_come_first(indicators in vec(network(), 1..40), address in address()) {
        let indicators: Vec<_> =
            indicators.into_iter().map(|net| (0, Indicator::bare(Observable::Network(net)))).collect();
        let snapshot = build(&indicators);
        let lengths: Vec<u8> = snapshot
            .address(address, Time::from_secs(1))
            .into_iter()
            .filter_map(|found| match found.indicator() {
                Observable::Network(net) => Some(net.prefix_len()),
                _ => None,
            })
            .collect();
        prop_assert!(lengths.is_sorted_by(|a, b| a >= b), "{:?}", lengths);
    }
}
