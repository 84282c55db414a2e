//! All indicators of all feeds as tables that are only read: built once, shared, and replaced as a whole.
//!
//! Ten million indicators have to fit into a gigabyte and answer within a microsecond, so nothing is kept as a string of
//! its own: values stand one after the other in `bytes`, what many indicators share is kept once, and an open-addressed
//! table ([`table`]) finds rows by a hash of the value, of which it keeps 32 bits beside the row number. A value that is
//! not known costs one look into the table most of the time. Networks are found by their start ([`ranges`]).

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
use row::{Class, Row};
use std::net::IpAddr;
use table::Table;

/// What holds for all indicators of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its id.
    pub id: String,
    /// How sure it is where it does not say, 0 to 100.
    pub default_confidence: u8,
    /// From which confidence on an indicator makes an entity malicious.
    pub tag_confidence: u8,
}

/// Every indicator of every feed.
#[derive(Debug, Default)]
pub struct Snapshot {
    feeds: Vec<Feed>,
    abouts: Vec<About>,
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
    pub about: &'s About,
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

    /// Bytes of memory the tables take, without what feeds call their indicators.
    pub fn size(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
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

    fn equal<'s>(
        &'s self,
        class: Class,
        value: &[u8],
        now: Time,
        wanted: impl Fn(&Row) -> bool,
        found: &mut Vec<Match<'s>>,
    ) {
        self.table.candidates(table::hash(class, value), |number| {
            let row = &self.rows[number as usize];
            if row.class == class && row.value(&self.bytes) == value && wanted(row) {
                self.push(number, now, found);
            }
        });
    }

    fn push<'s>(&'s self, number: u32, now: Time, found: &mut Vec<Match<'s>>) {
        let row = &self.rows[number as usize];
        if !row.holds(now) {
            return;
        }
        found.push(Match {
            feed: &self.feeds[usize::from(row.feed)],
            indicator: row.observable(&self.bytes),
            about: &self.abouts[row.about as usize],
            confidence: row.confidence,
            valid_from: row::time(row.valid_from),
            valid_until: row::time(row.valid_until),
            first_seen: row::time(row.first_seen),
            last_seen: row::time(row.last_seen),
        });
    }
}
