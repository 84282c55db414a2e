//! The records that the journal still holds of the last days, in the order they came in.

use crate::jobs::Progress;
use journal::{Entry, EntryKind, Error, Journal, Position};
use model::{SourceId, TenantId, Time};
use std::{collections::HashMap, sync::atomic::Ordering};
use workbench::{Feed, RawRecord};

/// Bytes of the journal that are read at a time: between two reads it looks whether it was cancelled.
const BATCH: usize = 256 << 10;

/// Which records.
pub struct OldRecords {
    /// Those received since then.
    pub since: Time,
    /// How each source's records are read. Those of sources that are gone are left out: nobody knows how to read them.
    pub feeds: HashMap<SourceId, Feed>,
}

/// How far a walk came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// All records were looked at.
    pub complete: bool,
    /// When the first entry looked at was received; none if there was none.
    pub first: Option<Time>,
}

impl OldRecords {
    /// Hands the records to `take`, which says how many alerts there are by then; from the oldest entry to what is now
    /// the journal's end, for as long as `goes_on` says.
    pub fn walk(
        &self,
        journal: &dyn Journal,
        tenant: &TenantId,
        progress: &Progress,
        goes_on: impl Fn() -> bool,
        mut take: impl FnMut(&RawRecord<'_>) -> u64,
    ) -> Result<Walked, Error> {
        let (mut at, end) = (journal.oldest(tenant), journal.head(tenant));
        let mut left = end.0.saturating_sub(at.0);
        let mut first = None;
        progress.total.fetch_add(left, Ordering::Relaxed);
        while at < end && goes_on() {
            let (after, entries) = match journal.read(tenant, at, BATCH) {
                Ok(entries) => (entries.last().map_or(end, |(after, _)| *after), entries),
                // Retention was faster; to ask a moment later would have been the same.
                Err(Error::Gone { oldest, .. }) if oldest > at => (oldest, Vec::new()),
                Err(error) => return Err(error),
            };
            at = after;
            let begins = self.take(&entries, progress, &mut take);
            first = first.or(begins);
            let behind = end.0.saturating_sub(at.0);
            progress
                .done
                .fetch_add(left.saturating_sub(behind), Ordering::Relaxed);
            left = behind;
        }
        let complete = at >= end;
        Ok(Walked { complete, first })
    }

    /// Hands over some; when the first of them was received.
    fn take(
        &self,
        entries: &[(Position, Entry)],
        progress: &Progress,
        take: &mut impl FnMut(&RawRecord<'_>) -> u64,
    ) -> Option<Time> {
        let mut wanted = entries
            .iter()
            .map(|(_, entry)| entry)
            .filter(|entry| entry.received >= self.since)
            .peekable();
        let first = wanted.peek().map(|entry| entry.received);
        let mut records = 0;
        for entry in wanted {
            let EntryKind::Record { source, position } = &entry.kind else {
                continue;
            };
            if let Some(feed) = self.feeds.get(source) {
                records += 1;
                let alerts = take(&RawRecord {
                    feed,
                    position,
                    received: entry.received,
                    raw: &entry.body,
                });
                progress.alerts.store(alerts, Ordering::Relaxed);
            }
        }
        progress.records.fetch_add(records, Ordering::Relaxed);
        first
    }
}
