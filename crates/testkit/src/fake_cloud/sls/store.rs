//! Projects, log stores and shards in memory, with cursors that behave as the vendor's: base64 of a number, valid as
//! long as what they point at is kept.

use super::message::{LogGroup, LogTag};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Time;
use std::collections::{BTreeMap, VecDeque};

/// All log stores, by project and name.
#[derive(Debug)]
pub(in crate::fake_cloud) struct LogStores {
    stores: BTreeMap<String, BTreeMap<String, LogStore>>,
    shards: u32,
    groups_per_shard: usize,
    /// The number of the first group: nanoseconds, so that no cursor of an earlier run is met again.
    base: u64,
}

impl LogStores {
    pub fn new(shards: u32, groups_per_shard: usize, started: Time) -> Self {
        Self {
            stores: BTreeMap::new(),
            shards: shards.max(1),
            groups_per_shard: groups_per_shard.max(1),
            base: started.millis().unsigned_abs() * 1_000_000,
        }
    }

    /// Makes sure that the store exists.
    pub fn create(&mut self, project: &str, logstore: &str) -> &mut LogStore {
        let shards = (0..self.shards)
            .map(|_| Shard::new(self.base, self.groups_per_shard))
            .collect();
        self.stores
            .entry(project.to_owned())
            .or_default()
            .entry(logstore.to_owned())
            .or_insert_with(|| LogStore { shards, written: 0 })
    }

    pub fn project(&self, name: &str) -> Option<&BTreeMap<String, LogStore>> {
        self.stores.get(name)
    }

    /// Groups kept and groups dropped, over all stores.
    pub fn totals(&self) -> (u64, u64) {
        let shards = self
            .stores
            .values()
            .flat_map(BTreeMap::values)
            .flat_map(|store| &store.shards);
        shards.fold((0, 0), |(kept, dropped), shard| {
            (
                kept + shard.groups.len() as u64,
                dropped + shard.first - self.base,
            )
        })
    }
}

/// A log store: writers spread over its shards, readers follow each shard.
#[derive(Debug)]
pub(in crate::fake_cloud) struct LogStore {
    pub shards: Vec<Shard>,
    written: usize,
}

impl LogStore {
    /// Writes a group to the next shard in turn.
    pub fn append(&mut self, mut group: LogGroup, received: Time) {
        group.tags.push(LogTag {
            key: "__receive_time__".to_owned(),
            value: seconds(received).to_string(),
        });
        let next = self.written % self.shards.len();
        self.written += 1;
        self.shards[next].append(group, received);
    }
}

/// One shard: groups in the order they came, the oldest dropped when it is full.
#[derive(Debug)]
pub(in crate::fake_cloud) struct Shard {
    /// The number of the oldest group kept.
    first: u64,
    groups: VecDeque<(Time, LogGroup)>,
    most: usize,
}

impl Shard {
    fn new(first: u64, most: usize) -> Self {
        Self {
            first,
            groups: VecDeque::new(),
            most,
        }
    }

    fn append(&mut self, group: LogGroup, received: Time) {
        if self.groups.len() == self.most {
            self.groups.pop_front();
            self.first += 1;
        }
        self.groups.push_back((received, group));
    }

    pub fn begin(&self) -> Cursor {
        Cursor(self.first)
    }

    pub fn end(&self) -> Cursor {
        Cursor(self.first + self.groups.len() as u64)
    }

    /// The first group received at or after `seconds`; the end if there is none.
    pub fn at(&self, seconds_from: i64) -> Cursor {
        let before = self
            .groups
            .partition_point(|(received, _)| seconds(*received) < seconds_from);
        Cursor(self.first + before as u64)
    }

    /// When the group under the cursor was received; `now` at the end. `None` if the cursor is out of range.
    pub fn time_of(&self, cursor: Cursor, now: Time) -> Option<Time> {
        let offset = self.offset(cursor)?;
        Some(self.groups.get(offset).map_or(now, |(received, _)| *received))
    }

    /// Groups from the cursor on, oldest first. `None` if the cursor is out of range.
    pub fn from(&self, cursor: Cursor) -> Option<impl Iterator<Item = &LogGroup>> {
        let offset = self.offset(cursor)?;
        Some(self.groups.iter().skip(offset).map(|(_, group)| group))
    }

    fn offset(&self, cursor: Cursor) -> Option<usize> {
        (self.begin() <= cursor && cursor <= self.end()).then(|| (cursor.0 - self.first) as usize)
    }
}

/// A position in a shard: the number of the next group to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::fake_cloud) struct Cursor(pub u64);

impl Cursor {
    pub fn parse(text: &str) -> Option<Self> {
        let decoded = STANDARD.decode(text).ok()?;
        std::str::from_utf8(&decoded).ok()?.parse().ok().map(Self)
    }

    pub fn encode(self) -> String {
        STANDARD.encode(self.0.to_string())
    }
}

/// Whole seconds, the unit of the log service.
pub(super) fn seconds(time: Time) -> i64 {
    time.millis().div_euclid(1000)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_base64_of_a_number() {
        assert_eq!(
            Cursor(1_447_329_401_102_130_904).encode(),
            "MTQ0NzMyOTQwMTEwMjEzMDkwNA=="
        );
        assert_eq!(Cursor::parse("MTI="), Some(Cursor(12)));
        for text in ["", "12", "MTI", "eHk="] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_full_shard_drops_the_oldest_and_its_cursors() {
        let mut shard = Shard::new(0, 2);
        for second in 1..=3 {
            shard.append(LogGroup::default(), Time::from_secs(second));
        }
        assert_eq!((shard.begin(), shard.end()), (Cursor(1), Cursor(3)));
        assert!(shard.from(Cursor(0)).is_none() && shard.from(Cursor(4)).is_none());
        assert_eq!(shard.from(Cursor(1)).unwrap().count(), 2);
        assert_eq!((shard.at(3), shard.at(4)), (Cursor(2), Cursor(3)));
        assert_eq!(
            shard.time_of(Cursor(3), Time::from_secs(9)),
            Some(Time::from_secs(9))
        );
    }
}
