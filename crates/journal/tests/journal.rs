//! What is acknowledged stays, in order, whatever a crash leaves behind.
#![allow(clippy::unwrap_used)]

use journal::{Entry, EntryKind, Error, Full, Journal, LocalJournal, Options, Position, Retention, Trimmed};
use model::{SourceId, TenantId, Time};
use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

fn entry(received: i64, body: &[u8]) -> Entry {
    Entry {
        kind: EntryKind::Record {
            source: SourceId::from_bits(7),
            position: received.to_string().into_bytes(),
        },
        received: Time::from_secs(received),
        body: body.to_vec(),
    }
}

fn open(directory: &Path) -> LocalJournal {
    LocalJournal::open(directory, Options::default()).unwrap()
}

fn append(journal: &LocalJournal, entries: Vec<Entry>) -> Result<Position, Error> {
    journal.append(&TenantId::default(), entries).wait()
}

/// Reads everything from `from` on, a few bytes at a time.
fn read_all(journal: &LocalJournal, from: Position) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let mut at = from;
    loop {
        let read = journal.read(&TenantId::default(), at, 100)?;
        let Some((after, _)) = read.last() else {
            return Ok(entries);
        };
        at = *after;
        entries.extend(read.into_iter().map(|(_, entry)| entry));
    }
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory.join("tenant-default"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    files
}

fn groups() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    let entry = (0..1000i64, prop::collection::vec(any::<u8>(), 0..60)).prop_map(|(t, b)| entry(t, &b));
    prop::collection::vec(prop::collection::vec(entry, 1..4), 1..4)
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    CutOff,
    Zeroed,
    Flipped,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![Just(Damage::CutOff), Just(Damage::Zeroed), Just(Damage::Flipped)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The last group may be torn anywhere and in any way: all before it stays, and of it a prefix.
    #[test]
    fn a_torn_tail_loses_nothing_acknowledged(
        acknowledged in groups(),
        torn in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..4),
        place in any::<prop::sample::Index>(),
        damage in damage(),
        after in groups(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let journal = open(directory.path());
        for group in &acknowledged {
            append(&journal, group.clone()).unwrap();
        }
        drop(journal);
        let file = segments(directory.path()).remove(0);
        let safe = fs::read(&file).unwrap().len();
        let torn: Vec<_> = torn.iter().map(|body| entry(5, body)).collect();
        append(&open(directory.path()), torn.clone()).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let at = safe + place.index(bytes.len() - safe);
        match damage {
            Damage::CutOff => bytes.truncate(at),
            Damage::Zeroed => bytes[at..].fill(0),
            Damage::Flipped => bytes[at] ^= 0x55,
        }
        fs::write(&file, bytes).unwrap();

        let journal = open(directory.path());
        let mut expected: Vec<Entry> = acknowledged.concat();
        let kept = read_all(&journal, Position::START).unwrap();
        prop_assert!(kept.len() >= expected.len(), "an acknowledged entry is gone");
        prop_assert_eq!(&kept[..expected.len()], &expected[..]);
        let tail = &kept[expected.len()..];
        prop_assert_eq!(tail, &torn[..tail.len()]);
        prop_assert!(tail.len() < torn.len());

        expected = kept;
        for group in &after {
            append(&journal, group.clone()).unwrap();
            expected.extend(group.iter().cloned());
        }
        drop(journal);
        prop_assert_eq!(read_all(&open(directory.path()), Position::START).unwrap(), expected);
    }

    /// Damage before the last group was acknowledged: opening or reading says where it is.
    #[test]
    fn damage_in_the_middle_is_reported(
        groups in groups(),
        place in any::<prop::sample::Index>(),
        flip in 1..=255u8,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let journal = open(directory.path());
        for group in &groups {
            append(&journal, group.clone()).unwrap();
        }
        drop(journal);
        let file = segments(directory.path()).remove(0);
        let end = fs::read(&file).unwrap().len();
        append(&open(directory.path()), vec![entry(9, b"last")]).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let header = 40;
        let at = header + place.index(end - header);
        bytes[at] ^= flip;
        fs::write(&file, bytes).unwrap();
        match LocalJournal::open(directory.path(), Options::default()) {
            Err(Error::Corrupt { file: found, offset, .. }) => {
                prop_assert_eq!(found, file);
                prop_assert!(offset as usize <= at && at - (offset as usize) < 120);
            }
            other => prop_assert!(false, "opened: {:?}", other.map(|_| ())),
        }
    }

    /// Any position handed out can be read from.
    #[test]
    fn every_position_is_a_place_to_resume(groups in groups()) {
        let directory = tempfile::tempdir().unwrap();
        let options = Options { segment_bytes: 200, ..Options::default() };
        let journal = LocalJournal::open(directory.path(), options).unwrap();
        for group in &groups {
            append(&journal, group.clone()).unwrap();
        }
        let all = groups.concat();
        let mut at = Position::START;
        for skipped in 0..all.len() {
            prop_assert_eq!(&read_all(&journal, at).unwrap(), &all[skipped..]);
            at = journal.read(&TenantId::default(), at, 1).unwrap()[0].0;
        }
        prop_assert_eq!(at, journal.head(&TenantId::default()));
    }
}

#[test]
fn an_entry_larger_than_the_read_is_still_read() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    append(&journal, vec![entry(1, &[b'x'; 100_000]), entry(2, b"y")]).unwrap();
    let read = journal.read(&TenantId::default(), Position::START, 10).unwrap();
    assert_eq!((read.len(), read[0].1.body.len()), (1, 100_000));
}

#[test]
fn readers_are_told_of_new_entries() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let mut watch = journal.watch(&TenantId::default());
    assert_eq!(*watch.borrow_and_update(), Position::START);
    let end = append(&journal, vec![entry(1, b"a")]).unwrap();
    assert!(watch.has_changed().unwrap());
    assert_eq!(*watch.borrow_and_update(), end);
}

#[test]
fn trimming_keeps_what_is_not_worked_through() {
    let directory = tempfile::tempdir().unwrap();
    let tenant = TenantId::default();
    let options = Options {
        segment_bytes: 1,
        ..Options::default()
    };
    let journal = LocalJournal::open(directory.path(), options).unwrap();
    let ends: Vec<_> = (0..10)
        .map(|t| append(&journal, vec![entry(t, b"body")]).unwrap())
        .collect();
    let check = |upto, bytes, age, now, oldest| {
        let retention = Retention {
            bytes,
            age: Duration::from_secs(age),
        };
        journal
            .trim(&tenant, upto, retention, Time::from_secs(now))
            .unwrap();
        assert_eq!(journal.oldest(&tenant), oldest);
    };
    check(ends[9], u64::MAX, 100, 9, Position::START);
    check(Position::START, 0, 0, 1000, Position::START);
    check(ends[2], u64::MAX, 3, 5, ends[0]);
    check(ends[2], 0, 100, 5, ends[2]);
    check(ends[9], 0, 0, 1000, ends[8]);
    assert!(matches!(
        journal.read(&tenant, ends[3], 100),
        Err(Error::Gone { oldest, .. }) if oldest == ends[8]
    ));
    assert_eq!(read_all(&journal, ends[8]).unwrap(), [entry(9, b"body")]);
    drop(journal);
    let journal = open(directory.path());
    assert_eq!(
        (journal.oldest(&tenant), journal.head(&tenant)),
        (ends[8], ends[9])
    );
}

#[test]
fn a_full_log_refuses_until_it_is_trimmed() {
    let directory = tempfile::tempdir().unwrap();
    let tenant = TenantId::default();
    let options = Options {
        segment_bytes: 1,
        log_bytes: 250,
        ..Options::default()
    };
    let journal = LocalJournal::open(directory.path(), options).unwrap();
    let body = [b'x'; 50];
    append(&journal, vec![entry(1, &body)]).unwrap();
    let head = append(&journal, vec![entry(2, &body)]).unwrap();
    let refused = append(&journal, vec![entry(3, &body)]);
    assert!(matches!(refused, Err(Error::Full(Full::Log { limit: 250, .. }))));
    let none = Retention {
        bytes: 0,
        age: Duration::ZERO,
    };
    let trimmed = journal.trim(&tenant, head, none, Time::from_secs(3)).unwrap();
    assert_eq!(
        trimmed,
        Trimmed {
            segments: 1,
            bytes: head.0 / 2
        }
    );
    append(&journal, vec![entry(3, &body)]).unwrap();
}

#[test]
fn what_does_not_fit_the_log_is_refused_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        entry_bytes: 100,
        ..Options::default()
    };
    let journal = LocalJournal::open(directory.path(), options).unwrap();
    let refused = append(&journal, vec![entry(1, &[0; 101])]);
    assert!(matches!(refused, Err(Error::TooLarge { limit: 100, .. })));
    let beyond = journal.read(&TenantId::default(), Position(1), 10);
    assert!(matches!(beyond, Err(Error::Beyond { .. })));
}

#[test]
fn one_process_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let second = LocalJournal::open(directory.path(), Options::default());
    assert!(matches!(second, Err(Error::Locked { .. })));
    drop(journal);
    open(directory.path());
}

#[test]
fn a_missing_segment_is_damage() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        segment_bytes: 1,
        ..Options::default()
    };
    let journal = LocalJournal::open(directory.path(), options).unwrap();
    for t in 0..3 {
        append(&journal, vec![entry(t, b"x")]).unwrap();
    }
    drop(journal);
    fs::remove_file(&segments(directory.path())[1]).unwrap();
    let opened = LocalJournal::open(directory.path(), options);
    assert!(matches!(opened, Err(Error::Corrupt { .. })));
}

#[test]
fn a_segment_whose_creation_crashed_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let head = append(&journal, vec![entry(1, b"x")]).unwrap();
    drop(journal);
    let unfinished = directory
        .path()
        .join(format!("tenant-default/{:020}.log", head.0));
    fs::write(&unfinished, b"CTDRJ").unwrap();
    let journal = open(directory.path());
    assert!(!unfinished.exists());
    append(&journal, vec![entry(2, b"y")]).unwrap();
    assert_eq!(read_all(&journal, Position::START).unwrap().len(), 2);
}

#[test]
fn tenants_do_not_share_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (TenantId::new("one"), TenantId::new("Other/租户"));
    let journal = open(directory.path());
    journal.append(&one, vec![entry(1, b"1")]).wait().unwrap();
    journal.append(&other, vec![entry(2, b"2")]).wait().unwrap();
    drop(journal);
    let journal = open(directory.path());
    assert_eq!(journal.tenants(), [other.clone(), one]);
    let read = journal.read(&other, Position::START, 100).unwrap();
    assert_eq!(read[0].1.body, b"2");
}
