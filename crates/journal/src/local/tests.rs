//! What the journal does when the disk is slow, full or broken.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::entry::EntryKind;
use std::{
    io,
    sync::{Mutex, mpsc},
};

/// A disk whose calls fail or wait as a test tells it to.
#[derive(Default)]
struct FaultyDisk {
    /// What the next writes and syncs do; those after them work.
    writes: Mutex<Vec<Fault>>,
    syncs: Mutex<Vec<Fault>>,
    synced: Arc<AtomicUsize>,
}

enum Fault {
    /// Writes this many bytes, then the disk is full.
    Full(usize),
    /// The device reports an error.
    Broken,
    /// Says that it was reached, then waits to be let go.
    Wait(mpsc::Sender<()>, Receiver<()>),
}

fn next(faults: &Mutex<Vec<Fault>>) -> Option<Fault> {
    let mut faults = faults.lock().unwrap();
    (!faults.is_empty()).then(|| faults.remove(0))
}

impl Disk for FaultyDisk {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        match next(&self.writes) {
            Some(Fault::Full(kept)) => {
                RealDisk.write(file, &bytes[..kept])?;
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => RealDisk.write(file, bytes),
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        match next(&self.syncs) {
            Some(Fault::Broken) => return Err(io::Error::other("the device reported an error")),
            Some(Fault::Wait(reached, go)) => {
                reached.send(()).unwrap();
                go.recv().unwrap();
            }
            _ => {}
        }
        self.synced.fetch_add(1, Ordering::SeqCst);
        RealDisk.sync(file)
    }
}

fn entry(body: &str) -> Entry {
    Entry {
        kind: EntryKind::Action,
        received: Time::from_secs(1),
        body: body.into(),
    }
}

fn bodies(journal: &LocalJournal) -> Vec<String> {
    let read = journal
        .read(&TenantId::default(), Position::START, usize::MAX)
        .unwrap();
    read.into_iter()
        .map(|(_, e)| String::from_utf8(e.body).unwrap())
        .collect()
}

fn append(journal: &LocalJournal, body: &str) -> Result<Position, Error> {
    journal.append(&TenantId::default(), vec![entry(body)]).wait()
}

#[test]
fn after_a_failed_sync_nothing_is_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let disk = FaultyDisk {
        syncs: Mutex::new(vec![Fault::Broken]),
        ..FaultyDisk::default()
    };
    let journal = LocalJournal::open_on(Box::new(disk), directory.path().into(), Options::default()).unwrap();
    assert!(matches!(append(&journal, "a"), Err(Error::Failed(_))));
    assert!(
        matches!(append(&journal, "b"), Err(Error::Failed(_))),
        "a later sync that succeeds proves nothing"
    );
    assert!(
        journal
            .failure()
            .unwrap()
            .contains("the device reported an error")
    );
    assert!(bodies(&journal).is_empty(), "what was not synced is not shown");
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let disk = FaultyDisk {
        writes: Mutex::new(vec![Fault::Full(usize::MIN), Fault::Full(5)]),
        ..FaultyDisk::default()
    };
    let journal = LocalJournal::open_on(Box::new(disk), directory.path().into(), Options::default()).unwrap();
    for _ in 0..2 {
        assert!(matches!(append(&journal, "lost"), Err(Error::DiskFull { .. })));
    }
    append(&journal, "a").unwrap();
    append(&journal, "b").unwrap();
    assert_eq!(bodies(&journal), ["a", "b"]);
    assert_eq!(journal.failure(), None);
    drop(journal);
    let journal = LocalJournal::open(directory.path(), Options::default()).unwrap();
    assert_eq!(bodies(&journal), ["a", "b"]);
}

#[test]
fn appends_that_wait_share_one_sync_and_a_full_queue_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let (reached, is_reached) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let synced = Arc::new(AtomicUsize::new(0));
    let disk = FaultyDisk {
        syncs: Mutex::new(vec![Fault::Wait(reached, may_go)]),
        synced: Arc::clone(&synced),
        ..FaultyDisk::default()
    };
    let options = Options {
        queue_appends: 10,
        ..Options::default()
    };
    let journal = LocalJournal::open_on(Box::new(disk), directory.path().into(), options).unwrap();
    let tenant = TenantId::default();
    let first = journal.append(&tenant, vec![entry("first")]);
    is_reached.recv().unwrap();
    let waiting: Vec<_> = (0..10)
        .map(|i| journal.append(&tenant, vec![entry(&format!("{i}")), entry("x")]))
        .collect();
    let refused = journal.append(&tenant, vec![entry("too many")]).wait();
    assert!(matches!(refused, Err(Error::Full(Full::Queue))));
    go.send(()).unwrap();
    let mut last = first.wait().unwrap();
    for pending in waiting {
        let position = pending.wait().unwrap();
        assert!(position > last, "in the order they were queued");
        last = position;
    }
    assert_eq!(synced.load(Ordering::SeqCst), 2);
    assert_eq!(last, journal.head(&tenant));
    assert_eq!(bodies(&journal).len(), 21);
}

#[test]
fn bytes_that_wait_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let (reached, is_reached) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let disk = FaultyDisk {
        syncs: Mutex::new(vec![Fault::Wait(reached, may_go)]),
        ..FaultyDisk::default()
    };
    let options = Options {
        queue_bytes: 100,
        ..Options::default()
    };
    let journal = LocalJournal::open_on(Box::new(disk), directory.path().into(), options).unwrap();
    let first = journal.append(&TenantId::default(), vec![entry(&"x".repeat(500))]);
    is_reached.recv().unwrap();
    assert!(matches!(append(&journal, "y"), Err(Error::Full(Full::Queue))));
    go.send(()).unwrap();
    first.wait().unwrap();
    for _ in 0..10 {
        append(&journal, "there is room again").unwrap();
    }
}

#[test]
fn any_tenant_name_is_a_directory() {
    for name in ["default", "", "..", "a/b", "租户", "A%41"] {
        let tenant = TenantId::new(name);
        let directory = directory_name(&tenant);
        assert!(
            directory
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"%_-".contains(&b))
        );
        assert_eq!(tenant_of(Path::new(&format!("/x/{directory}"))), Some(tenant));
    }
}
