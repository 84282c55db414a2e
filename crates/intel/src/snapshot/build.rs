//! Building a snapshot: feed by feed, so that no more than one of them has to be at hand as it was read.

use super::{
    Feed, Snapshot, about,
    ranges::Networks,
    row::{self, Row, Terms},
    table::{self, Table},
};
use crate::indicator::{About, Indicator};
use std::collections::HashMap;

/// What is remembered to be kept once: where everything differs, there is nothing to gain, and memory to lose.
const REMEMBERED: usize = 200_000;

/// Takes the indicators of one feed after the other.
#[derive(Debug, Default)]
pub struct Builder {
    snapshot: Snapshot,
    abouts: HashMap<About, u32>,
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
        let snapshot = &self.snapshot;
        let (class, value) = row::encode(&indicator.observable);
        let start = u32::try_from(snapshot.bytes.len()).map_err(|_| Full)?;
        let length = u16::try_from(value.bytes().len()).map_err(|_| Full)?;
        if snapshot.rows.len() >= (u32::MAX - 1) as usize {
            return Err(Full);
        }
        let Some((number, feed)) = snapshot.feeds.iter().enumerate().next_back() else {
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
        let mut row = Row::new(&indicator.observable, class, start, length);
        row.hash = table::hash(class, value.bytes());
        row.terms = self.terms(terms)?;
        self.snapshot.bytes.extend_from_slice(value.bytes());
        self.snapshot.rows.push(row);
        Ok(())
    }

    /// Where it stands what an indicator belongs to.
    fn about(&mut self, about: &About) -> Result<u32, Full> {
        if let Some(place) = self.abouts.get(about) {
            return Ok(*place);
        }
        let place = about::write(about, &mut self.snapshot.abouts);
        let place = u32::try_from(place).map_err(|_| Full)?;
        if self.abouts.len() >= REMEMBERED {
            self.abouts.clear();
        }
        self.abouts.insert(about.clone(), place);
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
            abouts,
            terms,
        } = self;
        drop((abouts, terms));
        snapshot.rows.shrink_to_fit();
        snapshot.terms.shrink_to_fit();
        snapshot.bytes.shrink_to_fit();
        snapshot.abouts.shrink_to_fit();
        snapshot.table = Table::of(&mut snapshot.rows);
        snapshot.networks = Networks::new(&snapshot.rows, &snapshot.bytes);
        snapshot
    }
}
