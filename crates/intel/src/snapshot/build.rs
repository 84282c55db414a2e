//! Building a snapshot: feed by feed, so that no more than one of them has to be at hand as it was read.

use super::{
    Feed, Snapshot, about,
    pieces::Queue,
    row::{self, Row, Terms},
    table::Table,
};
use crate::{
    indicator::{About, Indicator},
    observable::Observable,
};
use std::{collections::HashMap, hash::BuildHasher as _};

/// What is remembered to be kept once: where everything differs, there is nothing to gain, and memory to lose.
const REMEMBERED: usize = 200_000;

/// Takes the indicators of one feed after the other.
#[derive(Debug, Default)]
pub struct Builder {
    /// Everything but the table, and networks as they came.
    snapshot: Snapshot,
    /// What the table will be made of.
    rows: Queue<Row>,
    /// Where what has a hash was written last.
    abouts: HashMap<u64, u32>,
    terms: HashMap<Terms, u32>,
}

/// There is no more room: tables are addressed by 32 bits, feeds by 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "too many indicators: tables hold four billion of them and four gigabytes of values, of 65,535 feeds"
)]
pub struct Full;

impl Builder {
    /// Begins a feed; indicators that follow are its.
    pub fn feed(&mut self, feed: Feed) -> Result<(), Full> {
        if self.snapshot.feeds.len() >= usize::from(u16::MAX) {
            return Err(Full);
        }
        self.snapshot.feeds.push(feed);
        Ok(())
    }

    /// Adds an indicator of the feed begun last.
    pub fn add(&mut self, indicator: &Indicator) -> Result<(), Full> {
        let Some((number, feed)) = self.snapshot.feeds.iter().enumerate().next_back() else {
            return Err(Full);
        };
        let mut terms = Terms {
            about: 0,
            valid_from: row::seconds(indicator.valid_from),
            valid_until: row::seconds(indicator.valid_until),
            first_seen: row::seconds(indicator.first_seen),
            last_seen: row::seconds(indicator.last_seen),
            feed: number as u16,
            confidence: indicator.confidence.unwrap_or(feed.default_confidence).min(100),
        };
        terms.about = self.about(&indicator.about)?;
        let terms = self.terms(terms)?;
        match indicator.observable {
            Observable::Network(net) if net.prefix_len() < net.max_prefix_len() => {
                self.snapshot.networks.push(net, terms)
            }
            _ => self.row(&indicator.observable, terms),
        }
        .ok_or(Full)
    }

    /// Adds what is found by its value.
    fn row(&mut self, observable: &Observable, terms: u32) -> Option<()> {
        let (class, value) = row::encode(observable);
        let mut row = Row::new(class, value.bytes());
        row.below = matches!(observable, Observable::Domain { below: true, .. });
        row.terms = terms;
        row.keep(value.bytes(), &mut self.snapshot.values)?;
        self.rows.push(row);
        self.snapshot.key = self.snapshot.key.with(class, value.bytes());
        Some(())
    }

    /// Where it stands what an indicator belongs to.
    fn about(&mut self, about: &About) -> Result<u32, Full> {
        let bytes = &mut self.snapshot.abouts;
        let start = about::write(about, bytes);
        let hash = self.abouts.hasher().hash_one(&bytes[start..]);
        let known = self.abouts.get(&hash);
        // What is written says where it ends, so nothing else begins like it.
        if let Some(place) = known.filter(|place| bytes[**place as usize..start].starts_with(&bytes[start..]))
        {
            bytes.truncate(start);
            return Ok(*place);
        }
        let place = u32::try_from(start).map_err(|_| Full)?;
        if self.abouts.len() >= REMEMBERED {
            self.abouts.clear();
        }
        self.abouts.insert(hash, place);
        Ok(place)
    }

    /// The number of terms.
    fn terms(&mut self, terms: Terms) -> Result<u32, Full> {
        if let Some(number) = self.terms.get(&terms) {
            return Ok(*number);
        }
        let number = u32::try_from(self.snapshot.terms.len()).map_err(|_| Full)?;
        self.snapshot.terms.push(terms);
        if self.terms.len() >= REMEMBERED {
            self.terms.clear();
        }
        self.terms.insert(terms, number);
        Ok(number)
    }

    /// Adds all indicators of a feed, each value once: of several that say the same, the surest.
    pub fn add_all(&mut self, feed: Feed, indicators: &mut Vec<Indicator>) -> Result<usize, Full> {
        self.feed(feed)?;
        indicators.sort_by(|a, b| (&a.observable, b.confidence).cmp(&(&b.observable, a.confidence)));
        indicators.dedup_by(|later, first| later.observable == first.observable);
        for indicator in &*indicators {
            self.add(indicator)?;
        }
        Ok(indicators.len())
    }

    /// The snapshot.
    pub fn build(self) -> Snapshot {
        let Self {
            mut snapshot,
            rows,
            abouts,
            terms,
        } = self;
        drop((abouts, terms));
        snapshot.terms.shrink_to_fit();
        snapshot.abouts.shrink_to_fit();
        snapshot.values.close();
        snapshot.networks.order();
        snapshot.table = Table::of(rows.len());
        for mut row in rows {
            row.hash = row.hashed(snapshot.key, &snapshot.values);
            snapshot.table.insert(row);
        }
        snapshot
    }
}
