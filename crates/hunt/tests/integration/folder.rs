//! A folder with rules and events, and what a hunt in it finds.

use flate2::{Compression, write::GzEncoder};
use hunt::{LogMode, Note, Summary, Told, input::Problem, rules::Setup};
use serde_json::Value as Json;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Mutex,
};
use tempfile::TempDir;

/// Fires on every event whose `a` is `x`.
pub const RULE: &str = "
title: X
id: 6e0a5c3c-33a7-44c0-9d02-5c2a1f3b8e01
level: low
logsource: {product: any}
detection:
  selection: {a: x}
  condition: selection
";

pub struct Folder(TempDir);

/// What a hunt found.
#[derive(Debug)]
pub struct Found {
    pub lines: Vec<Json>,
    pub problems: Vec<String>,
    pub summary: Summary,
}

impl Found {
    /// The numbers of the records that matched.
    pub fn records(&self) -> Vec<u64> {
        self.lines
            .iter()
            .map(|line| line["record"].as_u64().unwrap())
            .collect()
    }
}

#[derive(Default)]
struct Problems(Mutex<Vec<String>>);

impl Told for Problems {
    fn matched(&self, _: u64) {}

    fn unreadable(&self, problem: &Problem) {
        self.0.lock().unwrap().push(problem.to_string());
    }

    fn noted(&self, note: &Note) {
        self.0.lock().unwrap().push(note.to_string());
    }
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file; compressed if its name says so.
    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        let bytes = match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            }
            Some("zst") => zstd::encode_all(content, 1).unwrap(),
            _ => content.to_vec(),
        };
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Hunts for rules in one file, whatever logs they are for.
    pub fn hunt(&self, rules: &str, file: &Path) -> Found {
        self.hunt_in(rules, vec![file.to_owned()], 2)
    }

    /// Hunts for rules in files, with so many threads.
    pub fn hunt_in(&self, rules: &str, files: Vec<PathBuf>, threads: usize) -> Found {
        self.hunt_by(rules, files, threads, &[])
    }

    /// The same, by the times that these fields say.
    pub fn hunt_by(&self, rules: &str, files: Vec<PathBuf>, threads: usize, time_fields: &[&str]) -> Found {
        self.run(&LogMode::Any, rules, files, threads, time_fields)
    }

    /// Hunts for rules in one file of this log.
    pub fn hunt_as(&self, log: &LogMode, rules: &str, file: &Path) -> Found {
        self.run(log, rules, vec![file.to_owned()], 2, &[])
    }

    fn run(
        &self,
        log: &LogMode,
        rules: &str,
        files: Vec<PathBuf>,
        threads: usize,
        time_fields: &[&str],
    ) -> Found {
        let rules = self.write("rules.yml", rules.as_bytes());
        let setup = Setup {
            time_fields: time_fields.iter().map(|field| (*field).to_owned()).collect(),
            ..Setup::default()
        };
        let loaded = hunt::rules::load_with(&[rules], &setup).unwrap();
        assert!(loaded.failed.is_empty(), "{:?}", loaded.failed);
        let (mut out, problems) = (Vec::new(), Problems::default());
        let summary = hunt::hunt(&loaded, files, log, threads, &mut out, &problems).unwrap();
        let folder = self.path().to_string_lossy().into_owned() + "/";
        let mut problems = problems.0.into_inner().unwrap();
        problems.sort();
        Found {
            lines: serde_json::Deserializer::from_slice(&out)
                .into_iter()
                .map(Result::unwrap)
                .collect(),
            problems: problems
                .iter()
                .map(|problem| problem.replace(&folder, ""))
                .collect(),
            summary,
        }
    }
}

/// Hunts for [`RULE`] in a file of this name and content.
pub fn found(name: &str, content: &[u8]) -> Found {
    let folder = Folder::new();
    let file = folder.write(name, content);
    folder.hunt(RULE, &file)
}
