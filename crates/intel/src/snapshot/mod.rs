//! All indicators of all feeds as tables that are only read: built once, shared, and replaced as a whole.
//!
//! Ten million indicators have to fit into a gigabyte twice, because the new table is built while the old one answers,
//! and to answer within a microsecond. So nothing is kept as a string of its own: values stand one after the other in
//! `bytes`, what indicators share is kept once, and rows of 16 bytes stand in the order of a hash of their value, so that
//! a small index ([`table`]) finds them. Networks are found by their start ([`ranges`]).

mod about;
mod build;
mod ranges;
mod row;
mod table;

pub use build::{Builder, Full};

use crate::{
    indicator::About,
    observable::{FileHash, Observable},
    url,
};
use model::Time;
use ranges::Networks;
use row::{Class, Row, Terms};
use std::net::IpAddr;
use table::Table;

/// What holds for all indicators of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// How sure it is where it does not say, 0 to 100.
    pub default_confidence: u8,
    /// From which confidence on an indicator makes an entity malicious.
    pub tag_confidence: u8,
}

/// Every indicator of every feed.
#[derive(Debug, Default)]
pub struct Snapshot {
    feeds: Vec<Feed>,
    /// What indicators belong to, one after the other.
    abouts: Vec<u8>,
    terms: Vec<Terms>,
    rows: Vec<Row>,
    bytes: Vec<u8>,
    table: Table,
    networks: Networks,
}

/// An indicator that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'s> {
    /// Whose it is.
    pub feed: &'s Feed,
    /// What it looks for.
    pub indicator: Observable,
    /// What it belongs to.
    pub about: About,
    /// How sure the feed is.
    pub confidence: u8,
    /// Since when it holds.
    pub valid_from: Option<Time>,
    /// When it stops to hold.
    pub valid_until: Option<Time>,
    /// When it was first seen.
    pub first_seen: Option<Time>,
    /// When it was last seen.
    pub last_seen: Option<Time>,
}

impl Match<'_> {
    /// Whether the feed is sure enough for the malicious tag.
    pub fn tags(&self) -> bool {
        self.confidence >= self.feed.tag_confidence
    }
}

impl Snapshot {
    /// How many indicators there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of memory that all of it takes.
    pub fn size(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
            + self.terms.capacity() * size_of::<Terms>()
            + self.abouts.capacity()
            + self.bytes.capacity()
            + self.table.size()
            + self.networks.size()
    }

    /// The indicators on an address: on itself first, then the networks it is in, narrowest first.
    pub fn address(&self, address: IpAddr, now: Time) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                self.equal(Class::Address, &v4.octets(), now, |_| true, &mut found);
                self.networks
                    .v4
                    .covering(u32::from(v4), |row| self.push(row, now, &mut found));
            }
            IpAddr::V6(v6) => {
                self.equal(Class::Address, &v6.octets(), now, |_| true, &mut found);
                self.networks
                    .v6
                    .covering(u128::from(v6), |row| self.push(row, now, &mut found));
            }
        }
        found
    }

    /// The indicators on a name: on itself, then on names above it that mean those below as well.
    pub fn domain(&self, name: &str, now: Time) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        let name = name.trim_end_matches('.');
        // Names in logs are in lower case already, as entities are.
        let lower;
        let name = if name.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
            lower = name.to_lowercase();
            &lower
        } else {
            name
        };
        self.equal(Class::Domain, name.as_bytes(), now, |_| true, &mut found);
        let mut rest = name;
        while let Some((_, above)) = rest.split_once('.') {
            if !above.contains('.') {
                break;
            }
            self.equal(Class::Domain, above.as_bytes(), now, Row::below, &mut found);
            rest = above;
        }
        found
    }

    /// The indicators on a URL itself.
    pub fn url(&self, text: &str, now: Time) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        if let Some(url) = url::canonical(text) {
            self.equal(Class::Url, url.as_bytes(), now, |_| true, &mut found);
        }
        found
    }

    /// The indicators on the host of a URL.
    pub fn host(&self, text: &str, now: Time) -> Vec<Match<'_>> {
        let Some(url) = url::canonical(text) else {
            return Vec::new();
        };
        let host = url::host(&url);
        match host.parse() {
            Ok(address) => self.address(address, now),
            Err(_) => self.domain(host, now),
        }
    }

    /// The indicators on a file.
    pub fn hash(&self, hash: &FileHash, now: Time) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        self.equal(Class::Hash, hash.bytes(), now, |_| true, &mut found);
        found
    }

    /// Whether a feed still calls an indicator, as text, reason enough for the malicious tag.
    pub fn still_tags(&self, feed: &str, indicator: &str, now: Time) -> bool {
        let found = match Observable::guess(indicator) {
            Ok(Observable::Network(network)) => self.address(network.addr(), now),
            Ok(Observable::Domain { name, .. }) => self.domain(&name, now),
            Ok(Observable::Url(url)) => self.url(&url, now),
            Ok(Observable::Hash(hash)) => self.hash(&hash, now),
            Err(_) => Vec::new(),
        };
        let same = |by: &Match<'_>| by.feed.id == feed && by.tags() && by.indicator.to_string() == indicator;
        found.iter().any(same)
    }

    fn equal<'s>(
        &'s self,
        class: Class,
        value: &[u8],
        now: Time,
        wanted: impl Fn(&Row) -> bool,
        found: &mut Vec<Match<'s>>,
    ) {
        let hash = table::hash(class, value);
        self.table.candidates(hash, &self.rows, |number| {
            let row = &self.rows[number as usize];
            if row.class == class && row.value(&self.bytes) == value && wanted(row) {
                self.push(number, now, found);
            }
        });
    }

    fn push<'s>(&'s self, number: u32, now: Time, found: &mut Vec<Match<'s>>) {
        let row = &self.rows[number as usize];
        let terms = &self.terms[row.terms as usize];
        if !terms.hold(now) {
            return;
        }
        found.push(Match {
            feed: &self.feeds[usize::from(terms.feed)],
            indicator: row.observable(&self.bytes),
            about: about::read(&self.abouts[terms.about as usize..]),
            confidence: terms.confidence,
            valid_from: row::time(terms.valid_from),
            valid_until: row::time(terms.valid_until),
            first_seen: row::time(terms.first_seen),
            last_seen: row::time(terms.last_seen),
        });
    }
}
