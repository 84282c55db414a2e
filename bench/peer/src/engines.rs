//! What is measured: two engines and two floors, each over a whole corpus.

use crate::corpus::{Corpus, Rules};
use cpu_time::ProcessTime;
use rsigma_eval::{Engine, LogSourceExtractor, event::JsonEvent};
use rsigma_parser::{LogSource, parse_sigma_directory};
use serde_json::Value;
use std::{collections::BTreeMap, hint::black_box, time::Instant};

/// Rule and event of each match, and how often it was reported.
pub type Found = BTreeMap<(String, u64), u64>;

/// How fast something was.
#[derive(Clone, Copy)]
pub struct Rate {
    /// Events per second of CPU time, all threads together.
    pub per_cpu_second: f64,
    /// Events per second by the clock.
    pub per_second: f64,
}

impl Rate {
    /// Keeps the better of two rounds.
    pub fn keep_best(&mut self, other: Self) {
        self.per_cpu_second = self.per_cpu_second.max(other.per_cpu_second);
        self.per_second = self.per_second.max(other.per_second);
    }
}

/// Does something, and says how many seconds of CPU time that took.
pub fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let start = ProcessTime::now();
    let done = work()?;
    Ok((done, start.elapsed().as_secs_f64()))
}

fn rated<T>(corpus: &Corpus, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(Rate, T)> {
    let clock = Instant::now();
    let (done, seconds) = timed(work)?;
    let events = corpus.events as f64;
    let rate = Rate {
        per_cpu_second: events / seconds,
        per_second: events / clock.elapsed().as_secs_f64(),
    };
    Ok((rate, done))
}

/// Every event to a tree by `serde_json`.
pub fn serde(corpus: &Corpus) -> anyhow::Result<Rate> {
    let parse = || {
        corpus.lines().try_for_each(|line| {
            black_box(serde_json::from_slice::<Value>(line)?);
            Ok(())
        })
    };
    Ok(rated(corpus, parse)?.0)
}

/// Every event to a tree by `sonic_rs`.
pub fn sonic(corpus: &Corpus) -> anyhow::Result<Rate> {
    let parse = || {
        corpus.lines().try_for_each(|line| {
            black_box(sonic_rs::from_slice::<sonic_rs::Value>(line)?);
            Ok(())
        })
    };
    Ok(rated(corpus, parse)?.0)
}

/// Every event of a corpus must be read: a rate over events that were passed over says nothing.
struct Complete;

impl hunt::Told for Complete {
    fn matched(&self, _: u64) {}

    fn unreadable(&self, problem: &hunt::input::Problem) {
        panic!("an event of the corpus cannot be read: {problem:?}");
    }

    fn noted(&self, note: &hunt::Note) {
        panic!("no rule of the corpus counts: {note}");
    }
}

/// Our engine, reading the file and writing its matches as `ctdr hunt` does.
pub struct Ours(hunt::rules::Loaded);

impl Ours {
    /// Loads rules.
    pub fn load(rules: &Rules) -> anyhow::Result<Self> {
        let loaded = hunt::rules::load(&[rules.stable()])?;
        anyhow::ensure!(loaded.failed.is_empty(), "{}", loaded.failed[0]);
        Ok(Self(loaded))
    }

    /// How many there are.
    pub fn rules(&self) -> usize {
        self.0.rules.len()
    }

    /// Matches a corpus.
    pub fn run(&self, corpus: &Corpus, threads: usize) -> anyhow::Result<(Rate, Found)> {
        let mode = match corpus.log {
            None => hunt::LogMode::Fields,
            Some((product, service)) => hunt::LogMode::Fixed(hunt::Log {
                product: Some(product.to_owned()),
                service: Some(service.to_owned()),
                category: None,
            }),
        };
        let mut out = Vec::new();
        let hunted = || {
            Ok(hunt::hunt(
                &self.0,
                vec![corpus.path()],
                &mode,
                threads,
                &mut out,
                &Complete,
            )?)
        };
        let (rate, _) = rated(corpus, hunted)?;
        let mut found = Found::new();
        for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line: Value = serde_json::from_slice(line)?;
            let title = line["rule"]["title"].as_str().unwrap_or_default().to_owned();
            let record = line["record"].as_u64().unwrap_or_default();
            *found.entry((title, record)).or_default() += 1;
        }
        Ok((rate, found))
    }
}

/// rsigma with its logsource routing, on events in memory.
pub struct Peer(Engine);

impl Peer {
    /// Loads rules.
    pub fn load(rules: &Rules) -> anyhow::Result<Self> {
        let collection = parse_sigma_directory(&rules.stable())?;
        let mut engine = Engine::new();
        let failed = engine.add_rules(&collection.rules);
        anyhow::ensure!(failed.is_empty(), "rsigma: {} rules failed", failed.len());
        Ok(Self(engine))
    }

    /// How many there are.
    pub fn rules(&self) -> usize {
        self.0.rule_count()
    }

    /// Matches a corpus.
    pub fn run(&self, corpus: &Corpus) -> anyhow::Result<(Rate, Found)> {
        let fixed = corpus.log.map(|(product, service)| LogSource {
            product: Some(product.to_owned()),
            service: Some(service.to_owned()),
            ..LogSource::default()
        });
        let own = LogSourceExtractor::new();
        let evaluate = || {
            let mut found = Found::new();
            for (number, line) in corpus.lines().enumerate() {
                let value: Value = serde_json::from_slice(line)?;
                let event = JsonEvent::borrow(&value);
                let log = fixed.clone().unwrap_or_else(|| own.extract(&event));
                for result in self.0.evaluate_pruned(&event, &log) {
                    *found
                        .entry((result.header.rule_title, number as u64))
                        .or_default() += 1;
                }
            }
            Ok(found)
        };
        rated(corpus, evaluate)
    }
}
