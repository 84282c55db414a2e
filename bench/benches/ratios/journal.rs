//! Journalling records, against writing and syncing the same bytes to a plain file.

use crate::{
    logs::Log,
    measure::{Subject, Table},
};
use anyhow::Context as _;
use journal::{Entry, EntryKind, Journal as _, LocalJournal, Options};
use model::{SourceId, TenantId, Time};
use std::{fs::File, io::Write as _, time::Instant};

/// Appends of one round; each is synced.
const APPENDS: usize = 20;

/// One row for small appends, one for those of a busy sender.
pub fn run(table: &mut Table, logs: &[Log]) -> anyhow::Result<()> {
    // Not the folder for temporary files, which may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let journal = LocalJournal::open(folder.path().join("journal"), Options::default())?;
    let mut plain = File::create(folder.path().join("plain"))?;
    let records = &logs.first().context("there are no logs")?.records;
    for group in [10, 500] {
        let subject = Subject {
            name: &format!("journal {group} records an append"),
            floor: "write and fdatasync of the same bytes",
            unit: "records",
            items: group * APPENDS,
        };
        let groups: Vec<&[Vec<u8>]> = records.chunks(group).take(APPENDS).collect();
        let floor = || {
            let started = Instant::now();
            for group in &groups {
                plain.write_all(&group.concat())?;
                plain.sync_data()?;
            }
            anyhow::Ok(started.elapsed())
        };
        let ours = || {
            let entries: Vec<Vec<Entry>> = groups
                .iter()
                .map(|group| group.iter().map(|record| entry(record)).collect())
                .collect();
            let started = Instant::now();
            for entries in entries {
                journal.append(&TenantId::default(), entries).wait()?;
            }
            Ok(started.elapsed())
        };
        table.row(&subject, floor, ours)?;
    }
    Ok(())
}

fn entry(record: &[u8]) -> Entry {
    Entry {
        kind: EntryKind::Record {
            source: SourceId::from_bits(1),
            position: b"0".to_vec(),
        },
        received: Time::from_secs(1_795_400_000),
        body: record.to_owned(),
    }
}
