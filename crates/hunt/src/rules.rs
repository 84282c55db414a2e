//! Rule files: found in folders, read, and compiled together.

use crate::{
    correlation::{
        self, Correlations,
        names::{Source, resolve},
    },
    time::{self, TimeFields},
};
use detect::matcher::Engine;
use sigma::{Body, Metadata, Placeholders, Report};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
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

impl RuleFile {
    pub(crate) fn new(metadata: &Metadata) -> Self {
        let mut words = sigma::Level::WORDS.iter();
        let word = metadata
            .level
            .and_then(|level| words.find(|(_, known)| *known == level));
        Self {
            id: metadata.id.clone().unwrap_or_default(),
            title: metadata.title.clone(),
            level: word.map_or("", |(word, _)| word),
        }
    }
}

/// Rules, ready to match.
#[derive(Debug)]
pub struct Loaded {
    /// The rules that match single events, by number.
    pub rules: Vec<RuleFile>,
    /// The same rules, compiled.
    pub engine: Engine,
    pub(crate) correlations: Correlations,
    pub(crate) time: TimeFields,
    /// What could not be loaded, and why.
    pub failed: Vec<sigma::Error>,
    /// How many documents could not be loaded.
    pub failed_documents: usize,
}

impl Loaded {
    /// How many rules there are, correlations among them.
    pub const fn count(&self) -> usize {
        self.rules.len() + self.correlations.count()
    }
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

/// Fields that say which log an event is of.
pub const LOG_FIELDS: [&str; 3] = ["product", "service", "category"];

/// What loading has to know beside the rules.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The lists that placeholders stand for.
    pub placeholders: Placeholders,
    /// The fields that say when an event happened, the first one first; [the usual ones](time::FIELDS) if there is
    /// none.
    pub time_fields: Vec<String>,
}

/// Reads the lists that `%name%` stands for in rules: a YAML map of names to texts.
pub fn placeholders(text: &str) -> Result<Placeholders, serde_saphyr::Error> {
    let lists: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(text)?;
    Ok(lists.into_iter().collect())
}

/// Loads all rules under `paths`: files as they are, folders with all their YAML files.
pub fn load(paths: &[PathBuf]) -> Result<Loaded, UnreadableError> {
    load_with(paths, &Setup::default())
}

/// The same, with what the site knows.
pub fn load_with(paths: &[PathBuf], setup: &Setup) -> Result<Loaded, UnreadableError> {
    let files = files(paths)?;
    let mut documents = Vec::new();
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut failed = Vec::new();
    let mut failed_documents = 0;
    for file in files {
        let text = fs::read_to_string(&file).map_err(|source| UnreadableError {
            path: file.clone(),
            source,
        })?;
        let name: Arc<str> = file.to_string_lossy().into();
        match sigma::parse_with(&text, &name, &setup.placeholders) {
            Ok(found) => {
                names.extend(found.iter().map(|_| Arc::clone(&name)));
                documents.extend(found);
            }
            Err(mut errors) => {
                failed_documents += 1;
                failed.append(&mut errors);
            }
        }
    }
    sigma::filter::apply(&mut documents);
    let sources = names.into_iter().zip(documents);
    let sources: Vec<Source> = sources
        .map(|(file, document)| Source { file, document })
        .collect();
    Ok(compile(&sources, &setup.time_fields, failed, failed_documents))
}

fn compile(
    sources: &[Source],
    time_fields: &[String],
    mut failed: Vec<sigma::Error>,
    failed_documents: usize,
) -> Loaded {
    let mut numbers = Vec::new();
    let mut detections = Vec::new();
    let mut rules = Vec::new();
    let mut correlations = 0;
    for (number, source) in sources.iter().enumerate() {
        match &source.document.body {
            Body::Rule { logsource, detection } => {
                numbers.push(number);
                detections.push((logsource, detection));
                rules.push(RuleFile::new(&source.document.metadata));
            }
            Body::Correlation(_) => correlations += 1,
            Body::Filter { .. } => {}
        }
    }
    let resolved = resolve(sources, &mut failed);
    let time_fields = time::or_usual(time_fields);
    let fields = [
        LOG_FIELDS.as_slice(),
        &time_fields,
        &correlation::compile::fields(sources, &resolved),
    ];
    let (engine, too_long) = Engine::new(detections, &fields.concat());
    for (number, error) in &too_long {
        let source = &sources[numbers[*number]];
        let mut report = Report::new(&source.file);
        report.error(source.document.position, error.to_string());
        failed.append(&mut report.into_errors());
    }
    Loaded {
        rules,
        correlations: Correlations::compile(sources, &resolved, &numbers, engine.names()),
        time: TimeFields::new(&time_fields, engine.names()),
        engine,
        failed,
        failed_documents: failed_documents + too_long.len() + correlations - resolved.len(),
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
