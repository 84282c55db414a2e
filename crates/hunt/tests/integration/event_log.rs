//! Windows event logs as Windows writes them: a header, chunks of 64 KiB, records of binary XML.
//!
//! <https://learn.microsoft.com/openspecs/windows_protocols/ms-even6>

use crate::folder::Folder;
use hunt::LogMode;

const HEADER: usize = 4096;
const CHUNK: usize = 65536;
const CHUNK_HEADER: usize = 512;
/// Seconds between the years 1601 and 1970.
const EPOCH: u64 = 11_644_473_600;

/// Writes one chunk. Every name is written where it is used, as those are that occur for the first time.
struct Chunk(Vec<u8>);

impl Chunk {
    fn new() -> Self {
        Self(vec![0; CHUNK_HEADER])
    }

    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16s(&mut self, text: &str) {
        for unit in text.encode_utf16() {
            self.put(&unit.to_le_bytes());
        }
    }

    fn name(&mut self, name: &str) {
        let here = self.0.len() as u32 + 4;
        // Where it stands; no other with its hash, its hash (which readers do not need), its length, its end.
        self.put(&here.to_le_bytes()).put(&[0; 4]).put(&[0; 2]);
        self.put(&(name.len() as u16).to_le_bytes());
        self.u16s(name);
        self.put(&[0; 2]);
    }

    fn text(&mut self, text: &str) {
        self.put(&[0x05, 0x01])
            .put(&(text.encode_utf16().count() as u16).to_le_bytes());
        self.u16s(text);
    }

    /// An element with at most one attribute, and what is in it.
    fn element(&mut self, name: &str, attribute: Option<(&str, &str)>, inside: impl FnOnce(&mut Self)) {
        self.put(&[if attribute.is_some() { 0x41 } else { 0x01 }])
            .put(&[0; 4]);
        self.name(name);
        if let Some((name, value)) = attribute {
            self.put(&[0; 4]).put(&[0x06]);
            self.name(name);
            self.text(value);
        }
        self.put(&[0x02]);
        inside(self);
        self.put(&[0x04]);
    }

    /// A record of Sysmon: a process was created.
    fn process(&mut self, number: u64, command: &str) {
        let start = self.0.len();
        let ticks = (EPOCH + 1_600_000_000 + number) * 10_000_000;
        self.put(&[0x2a, 0x2a, 0, 0])
            .put(&[0; 4])
            .put(&number.to_le_bytes())
            .put(&ticks.to_le_bytes());
        self.put(&[0x0f, 1, 1, 0]);
        self.element("Event", None, |event| {
            event.element("System", None, |system| {
                system.element("Provider", Some(("Name", "Microsoft-Windows-Sysmon")), |_| ());
                system.element("EventID", None, |id| id.text("1"));
                system.element(
                    "TimeCreated",
                    Some(("SystemTime", "2020-09-13 12:26:41.000000")),
                    |_| (),
                );
                system.element("Channel", None, |channel| {
                    channel.text("Microsoft-Windows-Sysmon/Operational");
                });
            });
            event.element("EventData", None, |data| {
                data.element("Data", Some(("Name", "CommandLine")), |value| value.text(command));
            });
        });
        self.put(&[0]);
        let size = (self.0.len() - start + 4) as u32;
        self.put(&size.to_le_bytes());
        self.0[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
    }

    fn finish(mut self, records: u64) -> Vec<u8> {
        let end = self.0.len() as u32;
        let mut at = |place: usize, bytes: &[u8]| self.0[place..place + bytes.len()].copy_from_slice(bytes);
        at(0, b"ElfChnk\0");
        for (place, value) in [(8, 1), (16, records), (24, 1), (32, records)] {
            at(place, &value.to_le_bytes());
        }
        for (place, value) in [(40, 128), (44, end), (48, end)] {
            at(place, &value.to_le_bytes());
        }
        self.0.resize(CHUNK, 0);
        self.0
    }
}

/// A log with a chunk for each list of commands.
fn log(chunks: &[&[&str]]) -> Vec<u8> {
    let mut log = b"ElfFile\0".to_vec();
    log.resize(HEADER, 0);
    for commands in chunks {
        let mut chunk = Chunk::new();
        for (number, command) in (1..).zip(*commands) {
            chunk.process(number, command);
        }
        log.extend(chunk.finish(commands.len() as u64));
    }
    log
}

const RULE: &str = "
title: X
id: 6e0a5c3c-33a7-44c0-9d02-5c2a1f3b8e02
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: '—mimikatz'
    Provider_Name: microsoft-windows-sysmon
    EventID: 1
  condition: selection
";

#[test]
fn records_are_found_in_all_chunks_under_the_names_rules_use() {
    let log = log(&[
        &["a.exe", "b.exe —mimikatz x"],
        &["c.exe", "d", "C:\\—MIMIKATZ.exe"],
    ]);
    for (name, mode) in [("e.evtx", LogMode::Any), ("e.evtx.gz", LogMode::Fields)] {
        let folder = Folder::new();
        let file = folder.write(name, &log);
        let found = folder.hunt_as(&mode, RULE, &file);
        assert_eq!(found.problems, [""; 0]);
        assert_eq!((found.summary.events, found.records()), (5, vec![1, 4]));
        assert_eq!(found.lines[1]["fields"]["CommandLine"], "C:\\—MIMIKATZ.exe");
        assert_eq!(found.lines[1]["time"], "2020-09-13 12:26:41.000000");
    }
}

#[test]
fn another_log_is_not_asked() {
    let folder = Folder::new();
    let file = folder.write("e.evtx", &log(&[&["—mimikatz"]]));
    let rule = RULE.replace("process_creation", "image_load");
    assert_eq!(folder.hunt_as(&LogMode::Fields, &rule, &file).lines.len(), 0);
}
