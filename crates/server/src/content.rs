//! The content the binary carries: sources, rules, expert patterns, playbooks and the ATT&CK matrix.
//!
//! Pure crates are handed texts; this is where the texts come from. A mistake in content is a defect of
//! the build, so it is reported with its place and stops the start.

use correlate::Patterns;
use detect::{Parsed, RuleError, RuleSet, RuleSource};
use model::{LocalText, Origin, Tactic};
use normalise::{Catalogue, ContentFile};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::{collections::BTreeSet, sync::Arc};
use workbench::pattern::{self, PatternFinding};

#[derive(RustEmbed)]
#[folder = "../../content"]
#[include = "*.yml"]
#[include = "*.json"]
#[include = "*.txt"]
struct Files;

/// Why the content cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// Mistakes in source mappings, each with file, line and column.
    #[error("the source mappings have {} mistakes, the first: {}", .0.len(), .0[0])]
    Sources(Vec<normalise::ContentError>),
    /// Mistakes in expert patterns, each with file, line and column.
    #[error("the expert patterns have {} mistakes, the first: {}", .0.len(), .0[0].text())]
    Patterns(Vec<PatternFinding>),
    /// A mistake in the ATT&CK data.
    #[error("attack/tactics.yml: {0}")]
    Attack(String),
}

/// Everything the binary carries, read once.
#[derive(Debug)]
pub struct Content {
    /// Products and their logs.
    pub catalogue: Arc<Catalogue>,
    /// The predefined rules' files.
    pub rules: Vec<ContentFile>,
    /// The same, read.
    pub(crate) parsed: Arc<Parsed>,
    /// The ids of the predefined rules.
    pub rule_ids: BTreeSet<String>,
    /// The expert patterns.
    pub patterns: Patterns,
    /// Their files, in the same order.
    pub pattern_files: Vec<ContentFile>,
    /// The predefined playbooks' files.
    pub playbooks: Vec<ContentFile>,
    /// ATT&CK tactics in matrix order.
    pub tactics: Vec<TacticInfo>,
}

/// A tactic of the matrix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TacticInfo {
    /// Such as `TA0001`.
    pub id: String,
    /// Such as `initial-access`.
    pub short: Tactic,
    /// What it is called.
    pub name: LocalText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    #[allow(
        dead_code,
        reason = "kept in the file so that people see which version of ATT&CK it is"
    )]
    version: String,
    tactics: Vec<TacticInfo>,
}

impl Content {
    /// Reads the embedded content.
    pub fn load() -> Result<Self, ContentError> {
        let catalogue = Catalogue::load(&files("sources/")).map_err(ContentError::Sources)?;
        let text = files("attack/tactics.yml")
            .pop()
            .map(|file| file.text)
            .unwrap_or_default();
        let matrix: Matrix =
            serde_saphyr::from_str(&text).map_err(|error| ContentError::Attack(error.to_string()))?;
        let pattern_files = files("correlation/");
        let patterns = pattern::load(&pattern_files).map_err(ContentError::Patterns)?;
        let rules = files("rules/");
        let parsed = Arc::new(Parsed::default());
        let (compiled, _) = RuleSet::compile_knowing(&parsed, catalogue.schema(), &rule_sources(&rules));
        Ok(Self {
            catalogue: Arc::new(catalogue),
            rule_ids: compiled.rules().map(|rule| rule.id.clone()).collect(),
            rules,
            parsed,
            patterns,
            pattern_files,
            playbooks: files("playbooks/"),
            tactics: matrix.tactics,
        })
    }

    /// Compiles the predefined rules and others. What does not compile is left out and told.
    pub fn compile(&self, others: impl Iterator<Item = RuleSource>) -> (RuleSet, Vec<RuleError>) {
        let sources: Vec<RuleSource> = rule_sources(&self.rules).into_iter().chain(others).collect();
        RuleSet::compile_knowing(&self.parsed, self.catalogue.schema(), &sources)
    }

    /// The tactics in matrix order.
    pub fn tactic_order(&self) -> Vec<Tactic> {
        self.tactics.iter().map(|tactic| tactic.short.clone()).collect()
    }
}

pub(crate) fn rule_sources(files: &[ContentFile]) -> Vec<RuleSource> {
    let source = |file: &ContentFile| RuleSource {
        file: file.path.clone(),
        text: file.text.clone(),
        origin: Origin::Predefined,
        enabled: true,
        testing: false,
    };
    files.iter().map(source).collect()
}

/// The embedded text files under `prefix`, by path.
pub(crate) fn files(prefix: &str) -> Vec<ContentFile> {
    let mut files: Vec<ContentFile> = Files::iter()
        .filter(|path| path.starts_with(prefix))
        .filter_map(|path| {
            let data = Files::get(&path)?.data;
            Some(ContentFile {
                path: path.into_owned(),
                text: String::from_utf8_lossy(&data).into_owned(),
            })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
