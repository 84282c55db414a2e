//! `ctdr replay`: the whole pipeline over files, without a server and without acting.
//!
//! The same engine as the server's, all predefined rules on, time taken from the records. What it writes
//! depends on nothing but its input: replaying the same files gives the same bytes.

mod alerts;
mod logs;
mod output;
mod result;

pub use alerts::AlertLineError;

use crate::{
    content::{Content, ContentError},
    pipeline::{Engine, EngineSettings, RuleSelection, SourceCount},
};
use model::{Capabilities, CorrelationSettings, ProductId, TenantId};
use result::Results;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What to replay.
#[derive(Clone, Debug)]
pub enum Input {
    /// Log files and the product that wrote each.
    Logs(Vec<(ProductId, PathBuf)>),
    /// A file of alerts.
    Alerts(PathBuf),
}

/// What came of it.
#[derive(Debug)]
pub struct Summary {
    /// Per source.
    pub counters: BTreeMap<String, SourceCount>,
    /// Alerts raised or read.
    pub alerts: usize,
    /// Events they became.
    pub events: usize,
}

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The embedded content is broken.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A predefined rule is broken.
    #[error("a predefined rule does not compile: {0}")]
    Rule(String),
    /// No source declares the product.
    #[error("no source declares the product `{product}`; known are {known}")]
    UnknownProduct {
        /// The product asked for.
        product: ProductId,
        /// Those there are.
        known: String,
    },
    /// An input cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An output cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An alert line makes no sense.
    #[error("{}:{line}", path.display())]
    Alert {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why.
        source: AlertLineError,
    },
}

impl ReplayError {
    fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}

/// Runs the pipeline over `input` and writes `alerts.jsonl`, `events.jsonl` and `counters.json` into `out`,
/// which may exist. `progress` is told how many bytes of input were consumed since it was last told.
pub fn run(input: &Input, out: &Path, progress: &dyn Fn(u64)) -> Result<Summary, ReplayError> {
    let mut engine = engine()?;
    std::fs::create_dir_all(out).map_err(ReplayError::write(out))?;
    let mut results = Results::default();
    match input {
        Input::Logs(files) => logs::replay(&mut engine, files, &mut results, progress)?,
        Input::Alerts(file) => alerts::replay(&mut engine, file, &mut results, progress)?,
    }
    output::write(&results, &engine.content().tactic_order(), out)?;
    Ok(Summary {
        alerts: results.rows.len(),
        events: results.events.len(),
        counters: results.counters,
    })
}

/// An engine with all predefined rules on.
fn engine() -> Result<Engine, ReplayError> {
    let content = Arc::new(Content::load()?);
    let settings = EngineSettings {
        tenant: TenantId::default(),
        capabilities: Capabilities::default(),
        correlation: CorrelationSettings::default(),
        rules: RuleSelection::all_predefined(&content),
    };
    let engine = Engine::new(content, &settings);
    match engine.rule_errors().first() {
        Some(error) => Err(ReplayError::Rule(error.to_string())),
        None => Ok(engine),
    }
}
