//! Building a snapshot: feed by feed, so that no more than one of them has to be at hand as it was read.

use super::{
    Feed, Snapshot,
    ranges::Networks,
    row::{self, Class, Row},
    table::{self, Table},
};
use crate::indicator::{About, Indicator};
use std::collections::HashMap;

/// Takes the indicators of one feed after the other.
#[derive(Debug, Default)]
pub struct Builder {
    snapshot: Snapshot,
    abouts: HashMap<About, u32>,
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
        let snapshot = &mut self.snapshot;
        let (class, value) = row::encode(&indicator.observable);
        let start = u32::try_from(snapshot.bytes.len()).map_err(|_| Full)?;
        let length = u16::try_from(value.bytes().len()).map_err(|_| Full)?;
        if snapshot.rows.len() >= (u32::MAX - 1) as usize {
            return Err(Full);
        }
        let Some((number, feed)) = snapshot.feeds.iter().enumerate().next_back() else {
            return Err(Full);
        };
        let mut row = Row::new(&indicator.observable, class, start, length);
        row.feed = number as u16;
        row.confidence = indicator.confidence.unwrap_or(feed.default_confidence).min(100);
        row.valid_from = row::seconds(indicator.valid_from);
        row.valid_until = row::seconds(indicator.valid_until);
        row.first_seen = row::seconds(indicator.first_seen);
        row.last_seen = row::seconds(indicator.last_seen);
        row.about = if let Some(number) = self.abouts.get(&indicator.about) {
            *number
        } else {
            let number = u32::try_from(snapshot.abouts.len()).map_err(|_| Full)?;
            snapshot.abouts.push(indicator.about.clone());
            self.abouts.insert(indicator.about.clone(), number);
            number
        };
        snapshot.bytes.extend_from_slice(value.bytes());
        snapshot.rows.push(row);
        Ok(())
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
        let Self { mut snapshot, abouts } = self;
        drop(abouts);
        snapshot.rows.shrink_to_fit();
        snapshot.bytes.shrink_to_fit();
        snapshot.abouts.shrink_to_fit();
        let found_by_value = |row: &&Row| row.class != Class::Network;
        snapshot.table = Table::for_rows(snapshot.rows.iter().filter(found_by_value).count());
        for (number, row) in snapshot
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| found_by_value(row))
        {
            let hash = table::hash(row.class, row.value(&snapshot.bytes));
            snapshot.table.insert(hash, number as u32);
        }
        snapshot.networks = Networks::new(&snapshot.rows, &snapshot.bytes);
        snapshot
    }
}
