//! All indicators of all feeds as tables that are only read: built once, shared, and replaced as a whole.
//!
//! Ten million indicators have to fit into a gigabyte twice, because the new table is built while the old one answers,
//! and to answer within a microsecond. What counts then are reads past every cache. So rows of 16 bytes stand where their
//! hash is looked for ([`table`]): one read, which is all for an IPv4 address, whose row holds it. Other values stand one
//! after the other ([`pieces`]): one read more, and only where a hash is known. What a feed says of many indicators is kept
//! once, as terms; what they belong to, and what they look for, is decoded when somebody wants to see it ([`found`]).
//! Networks are a table of their own ([`ranges`]): of most addresses one read says that they are in none.
//!
//! The table and the values are made once and never moved: what grows by moving is in memory twice, and leaves holes that
//! the system can only give small pages for, of which finding the place takes longer than reading.

mod about;
mod build;
mod found;
mod pieces;
mod ranges;
mod row;
mod table;

pub use build::{Builder, Full};
pub use found::Match;

use crate::{
    observable::{FileHash, Observable},
    url,
};
use found::Value;
use model::Time;
use pieces::Values;
use ranges::Networks;
use row::{Class, Row, Terms};
use std::net::IpAddr;
use table::{Key, Table};

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
    /// Indicators that are found by their value.
    table: Table,
    key: Key,
    values: Values,
    networks: Networks,
}

impl Snapshot {
    /// How many indicators there are.
    pub fn len(&self) -> usize {
        self.table.len() + self.networks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that all of it takes.
    pub fn size(&self) -> usize {
        self.table.size()
            + self.values.size()
            + self.terms.capacity() * size_of::<Terms>()
            + self.abouts.capacity()
            + self.networks.size()
    }

    /// The indicators on an address: on itself first, then the networks it is in, narrowest first.
    pub fn address(&self, address: IpAddr, now: Time) -> Vec<Match<'_>> {
        let mut found = Vec::new();
        // Where networks begin is looked up first, so that the processor waits for both tables at once.
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let place = self.networks.v4.place(v4.into());
                self.equal(Class::V4, &v4.octets(), now, |_| true, &mut found);
                let networks = self.networks.v4.covering(place, v4.into());
                found.extend(networks.filter_map(|range| Match::at(self, Value::V4(range), now)));
            }
            IpAddr::V6(v6) => {
                let place = self.networks.v6.place(v6.into());
                self.equal(Class::V6, &v6.octets(), now, |_| true, &mut found);
                let networks = self.networks.v6.covering(place, v6.into());
                found.extend(networks.filter_map(|range| Match::at(self, Value::V6(range), now)));
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
            self.equal(Class::Domain, above.as_bytes(), now, |row| row.below, &mut found);
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
        let same =
            |by: &Match<'_>| by.feed().id == feed && by.tags() && by.indicator().to_string() == indicator;
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
        for row in self.table.candidates(self.key.hash(class, value)) {
            if row.is(class, value, &self.values) && wanted(row) {
                found.extend(Match::at(self, Value::Row(row), now));
            }
        }
    }
}
