//! Rule files: found in folders, read, and compiled together.

use detect::matcher::Engine;
use sigma::{Body, Document, Placeholders, Report};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// One rule that can be hunted for.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its id; empty if it has none.
    pub id: String,
    /// What it detects.
    pub title: String,
    /// How bad a match is, as the rule writes it.
    pub level: &'static str,
}

/// Rules, ready to match.
#[derive(Debug)]
pub struct Loaded {
    /// The rules by number.
    pub rules: Vec<RuleFile>,
    /// The same rules, compiled.
    pub engine: Engine,
    /// What could not be loaded, and why.
    pub failed: Vec<sigma::Error>,
    /// How many documents could not be loaded.
    pub failed_documents: usize,
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {source}", path.display())]
pub struct UnreadableError {
    /// The path.
    pub path: PathBuf,
    source: io::Error,
}

impl UnreadableError {
    /// Whether there is no such path.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// Fields that matching asks for beside those of rules.
pub const EXTRA: [&str; 12] = [
    "product",
    "service",
    "category",
    "@timestamp",
    "UtcTime",
    "eventTime",
    "EventTime",
    "TimeCreated",
    "timestamp",
    "time",
    "_time",
    "TimeGenerated",
];

/// Reads the lists that `%name%` stands for in rules: a YAML map of names to texts.
pub fn placeholders(text: &str) -> Result<Placeholders, serde_saphyr::Error> {
    let lists: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(text)?;
    Ok(lists.into_iter().collect())
}

/// Loads all rules under `paths`: files as they are, folders with all their YAML files.
pub fn load(paths: &[PathBuf]) -> Result<Loaded, UnreadableError> {
    load_with(paths, &Placeholders::none())
}

/// The same, with the lists that placeholders stand for.
pub fn load_with(paths: &[PathBuf], placeholders: &Placeholders) -> Result<Loaded, UnreadableError> {
    let files = files(paths)?;
    let mut documents: Vec<Document> = Vec::new();
    let mut failed = Vec::new();
    let mut failed_documents = 0;
    for file in files {
        let text = fs::read_to_string(&file).map_err(|source| UnreadableError {
            path: file.clone(),
            source,
        })?;
        match sigma::parse_with(&text, &file.to_string_lossy(), placeholders) {
            Ok(found) => {
                let name = file.to_string_lossy();
                let mut report = Report::new(&name);
                for document in found {
                    if matches!(document.body, Body::Correlation(_)) {
                        report.error(
                            document.position,
                            "a hunt does not count matches yet: `correlation` is left out",
                        );
                        failed_documents += 1;
                    } else {
                        documents.push(document);
                    }
                }
                failed.append(&mut report.into_errors());
            }
            Err(mut errors) => {
                failed_documents += 1;
                failed.append(&mut errors);
            }
        }
    }
    sigma::filter::apply(&mut documents);
    Ok(compile(&documents, failed, failed_documents))
}

fn compile(documents: &[Document], failed: Vec<sigma::Error>, failed_documents: usize) -> Loaded {
    let detections = documents.iter().filter_map(|document| match &document.body {
        Body::Rule { logsource, detection } => Some((document, logsource, detection)),
        Body::Correlation(_) | Body::Filter { .. } => None,
    });
    let rules = detections.clone().map(|(document, ..)| RuleFile {
        id: document.metadata.id.clone().unwrap_or_default(),
        title: document.metadata.title.clone(),
        level: document.metadata.level.map_or("", |level| {
            sigma::Level::WORDS
                .iter()
                .find(|(_, known)| *known == level)
                .map_or("", |(word, _)| word)
        }),
    });
    let (engine, too_long) = Engine::new(
        detections.clone().map(|(_, log, detection)| (log, detection)),
        &EXTRA,
    );
    Loaded {
        rules: rules.collect(),
        engine,
        failed,
        failed_documents: failed_documents + too_long.len(),
    }
}

/// The rule files under `paths`, in order: files as they are, folders with all their YAML files.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, UnreadableError> {
    let mut files = Vec::new();
    for path in paths {
        find(path, &mut files)?;
    }
    Ok(files)
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), UnreadableError> {
    let unreadable = |source| UnreadableError {
        path: path.to_owned(),
        source,
    };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let mut inside = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(unreadable)?;
    inside.sort();
    for path in inside {
        let yaml = path
            .extension()
            .is_some_and(|extension| extension == "yml" || extension == "yaml");
        if path.is_dir() || yaml {
            find(&path, files)?;
        }
    }
    Ok(())
}
