//! The gate of the table of indicators: ten million of all kinds, a microsecond for a look-up, a gigabyte for all.
//!
//! `cargo bench -p intel` runs it; a number after `--` takes another count. Beside it, the same values as strings in a
//! `HashSet`, which can neither tell networks nor names below a name nor whose an indicator is.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use intel::{Builder, Feed, FileHash, Indicator, Observable, Snapshot};
use model::Time;
use std::{
    collections::HashSet,
    hint::black_box,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, Instant},
};

/// Look-ups measured.
const ASKED: u64 = 2_000_000;

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    // `cargo test --benches` passes nothing and wants to know whether it runs.
    let measuring = std::env::args().any(|word| word == "--bench");
    let count = numbers
        .first()
        .copied()
        .unwrap_or(if measuring { 10_000_000 } else { 10_000 });
    let started = Instant::now();
    let snapshot = build(count);
    println!(
        "{count} indicators in {:.1} s: {:.1} MB, {:.1} bytes each",
        started.elapsed().as_secs_f64(),
        snapshot.size() as f64 / 1e6,
        snapshot.size() as f64 / count as f64
    );
    if let Some(resident) = resident() {
        println!("resident: {:.1} MB", resident / 1e3);
    }
    let asked = if measuring { ASKED } else { 1_000 };
    let known = nanoseconds(asked, |n| ask(&snapshot, mix(n) % count));
    let unknown = nanoseconds(asked, |n| ask(&snapshot, count + mix(n)));
    println!("known: {known:.0} ns a look-up, unknown: {unknown:.0} ns");
    drop(snapshot);

    let set: HashSet<String> = (0..count).map(|n| observable(n).to_string()).collect();
    let floor = nanoseconds(asked, |n| {
        usize::from(set.contains(&observable(mix(n) % count).to_string()))
    });
    let making = nanoseconds(asked, |n| observable(mix(n) % count).to_string().len());
    println!(
        "floor, `HashSet<String>`: {:.0} ns a look-up",
        (floor - making).max(0.0)
    );
}

/// Splitmix64: what stands at a number, as if by chance.
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The indicator of a number: half addresses, then names, hashes, URLs, networks.
fn observable(n: u64) -> Observable {
    let random = mix(n);
    match n % 20 {
        0..=8 => Observable::Network(IpAddr::V4(v4(random)).into()),
        9 => Observable::Network(IpAddr::V6(v6(random)).into()),
        10..=13 => Observable::Domain {
            name: format!("{random:x}.example"),
            below: true,
        },
        14 | 15 => {
            let mut bytes = [0; 32];
            bytes.chunks_mut(8).enumerate().for_each(|(at, part)| {
                part.copy_from_slice(&mix(random ^ at as u64).to_be_bytes());
            });
            Observable::Hash(FileHash::Sha256(bytes))
        }
        16 => Observable::Hash(FileHash::Md5(u128::from(random).to_be_bytes())),
        17 | 18 => Observable::Url(format!("http://{random:x}.example/{:x}/login.php", mix(random))),
        _ => {
            let net = ipnet::Ipv4Net::new_assert(v4(random), 20 + (random % 12) as u8).trunc();
            Observable::Network(net.into())
        }
    }
}

/// Neither private nor reserved, and almost never twice.
fn v4(random: u64) -> Ipv4Addr {
    Ipv4Addr::from(0x0b00_0000 | (random as u32 & 0x7fff_ffff) >> 1)
}

fn v6(random: u64) -> Ipv6Addr {
    Ipv6Addr::from(0x2400_u128 << 112 | u128::from(random) << 32)
}

fn build(count: u64) -> Snapshot {
    let mut builder = Builder::default();
    let feed = Feed {
        id: "f".to_owned(),
        default_confidence: 75,
        tag_confidence: 70,
    };
    let mut fits = builder.feed(feed).is_ok();
    for n in 0..count {
        let mut indicator = Indicator::bare(observable(n));
        indicator.valid_until = Some(Time::from_secs(2_000_000_000 + (n % 100) as i64));
        indicator.about.names = vec![format!("family {}", n % 5_000)];
        fits &= builder.add(&indicator).is_ok();
    }
    assert!(fits, "there is room for {count}");
    builder.build()
}

fn ask(snapshot: &Snapshot, n: u64) -> usize {
    let now = Time::from_secs(1_900_000_000);
    match observable(n) {
        Observable::Network(net) => snapshot.address(net.addr(), now).len(),
        Observable::Domain { name, .. } => snapshot.domain(&name, now).len(),
        Observable::Url(url) => snapshot.url(&url, now).len(),
        Observable::Hash(hash) => snapshot.hash(&hash, now).len(),
    }
}

/// What one call takes, what is asked for included.
fn nanoseconds(calls: u64, mut call: impl FnMut(u64) -> usize) -> f64 {
    let started = Instant::now();
    let found: usize = (0..calls).map(&mut call).sum();
    black_box(found);
    let taken: Duration = started.elapsed();
    taken.as_secs_f64() * 1e9 / calls as f64
}

/// Kilobytes of memory in use, where the system says.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
