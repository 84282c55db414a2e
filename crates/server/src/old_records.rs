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
    /// From when on there are records: the time asked for, unless some received after it are gone. None: all are gone.
    pub from: Option<Time>,
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
        // Nothing was ever removed from a journal that still begins at its beginning.
        let trimmed = at > Position::START;
        let mut oldest = None;
        progress.total.fetch_add(left, Ordering::Relaxed);
        while at < end && goes_on() {
            let (after, entries) = match journal.read(tenant, at, BATCH) {
                Ok(entries) => (entries.last().map_or(end, |(after, _)| *after), entries),
                // Retention was faster; to ask a moment later would have been the same.
                Err(Error::Gone { oldest, .. }) if oldest > at => (oldest, Vec::new()),
                Err(error) => return Err(error),
            };
            at = after;
            oldest = oldest.or(entries.first().map(|(_, entry)| entry.received));
            self.take(&entries, progress, &mut take);
            let behind = end.0.saturating_sub(at.0);
            progress
                .done
                .fetch_add(left.saturating_sub(behind), Ordering::Relaxed);
            left = behind;
        }
        let from = match oldest {
            _ if !trimmed => Some(self.since),
            oldest => oldest.map(|oldest| oldest.max(self.since)),
        };
        Ok(Walked {
            complete: at >= end,
            from,
        })
    }

    /// Hands over those that are wanted.
    fn take(
        &self,
        entries: &[(Position, Entry)],
        progress: &Progress,
        take: &mut impl FnMut(&RawRecord<'_>) -> u64,
    ) {
        let mut records = 0;
        for (_, entry) in entries.iter().filter(|(_, entry)| entry.received >= self.since) {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::{LocalJournal, Options, Retention};
    use std::time::Duration;

    fn minute(number: i64) -> Time {
        Time::from_secs(1_795_392_000 + 60 * number)
    }

    fn entry(number: i64) -> Entry {
        Entry {
            kind: EntryKind::Record {
                source: SourceId::from_bits(1),
                position: number.to_be_bytes().into(),
            },
            received: minute(number),
            body: vec![b'x'; 4_096],
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_is_known_from_when_on_there_are_records() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            segment_bytes: 16_384,
            ..Options::default()
        };
        let journal = LocalJournal::open(folder.path(), options).unwrap();
        let tenant = TenantId::default();
        for number in 0..40 {
            journal.append(&tenant, vec![entry(number)]).await.unwrap();
        }
        let walk = |since: i64| {
            let feed = Feed::of("self_hosted/nginx".parse().unwrap());
            let records = OldRecords {
                since: minute(since),
                feeds: HashMap::from([(SourceId::from_bits(1), feed)]),
            };
            let mut taken = 0;
            let take = |_: &RawRecord<'_>| {
                taken += 1;
                taken
            };
            let progress = Progress::default();
            let walked = records.walk(&journal, &tenant, &progress, || true, take).unwrap();
            (walked.complete, walked.from, taken)
        };
        assert_eq!(walk(-9), (true, Some(minute(-9)), 40), "nothing is gone");
        assert_eq!(walk(30), (true, Some(minute(30)), 10));
        let retention = Retention {
            age: Duration::from_mins(10),
            bytes: u64::MAX,
        };
        let head = journal.head(&tenant);
        journal.trim(&tenant, head, retention, minute(40)).unwrap();
        let (complete, from, taken) = walk(-9);
        let from = from.unwrap();
        assert!(complete && from > minute(0) && from <= minute(30), "{from}");
        assert_eq!(
            minute(40 - taken as i64),
            from,
            "from the first record that is left"
        );
        assert_eq!(walk(35), (true, Some(minute(35)), 5));
    }
}
