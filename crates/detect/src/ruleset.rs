//! A set of rules compiled for one dictionary. Immutable: a change makes a new set, which the detector swaps in.
//!
//! One file is one unit: all its documents load, or none does and every error in it is told. One broken file
//! never stops the rest.
//!
//! Filters work across files: each takes its matches away from the rules it names, or from all of its logs.

use crate::{
    correlation::members::{Input, Place},
    entities::EntityRule,
    extension::Extension,
    filters::filters,
    matcher::{self, Engine},
    names::Names,
    parsed::Parsed,
    resolve::resolve,
    rule::{Rule, RuleInfo, RuleSource},
    unit::{Member, Output, Unit, leave_out_dependents},
};
use model::{EntityKind, LogSource, Role, Schema};
use sigma::{Body, Detection, Document, ErrorKind, Report};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// What is wrong with a rule file, and where.
pub type RuleError = sigma::Error;

/// A compiled set of rules.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) schema: Arc<Schema>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) matchers: Vec<Matcher>,
    /// Finds the matches of all detections; its rules have the numbers of the matchers.
    pub(crate) engine: Engine,
    /// What feeds each rule.
    feeds: Vec<Feed>,
    /// By rule: those that count its windows, and its place among what they count.
    pub(crate) chains: Vec<Vec<(usize, u16)>>,
    /// By rule: whether it raises alerts.
    pub(crate) raising: Vec<bool>,
    /// By rule: whether it raises alerts or feeds one that does.
    running: Vec<bool>,
}

/// What feeds a rule.
#[derive(Debug)]
struct Feed {
    raised_by: Option<usize>,
    counts: Vec<Source>,
}

/// A member of a correlation.
#[derive(Clone, Copy, Debug)]
enum Source {
    Detection(usize),
    /// Another correlation.
    Rule(usize),
}

/// A detection, and what happens when it matches.
#[derive(Debug)]
pub(crate) struct Matcher {
    pub logsource: LogSource,
    /// The rule that raises an alert for each match.
    pub raises: Option<usize>,
    /// The rules that count matches, and its place among what they count.
    pub counted_by: Vec<(usize, u16)>,
}

impl Matcher {
    fn of(logsource: &sigma::LogSource) -> Self {
        Self {
            logsource: model_logsource(logsource),
            raises: None,
            counted_by: Vec::new(),
        }
    }

    /// The rules that listen to it.
    pub fn feeds(&self) -> impl Iterator<Item = usize> {
        let counted_by = self.counted_by.iter().map(|(rule, _)| *rule);
        self.raises.into_iter().chain(counted_by)
    }

    /// Whether any enabled rule listens to it.
    pub fn is_used(&self) -> bool {
        self.raises.is_some() || !self.counted_by.is_empty()
    }

    /// Whether it is for records of this log: a key of the rule is equal, or left out.
    pub fn is_for(&self, log: &LogSource) -> bool {
        let fits = |rule: &Option<String>, log: &Option<String>| rule.is_none() || rule == log;
        fits(&self.logsource.product, &log.product)
            && fits(&self.logsource.service, &log.service)
            && fits(&self.logsource.category, &log.category)
    }
}

impl RuleSet {
    /// Compiles rule files. What does not compile is left out and told.
    pub fn compile(schema: &Arc<Schema>, sources: &[RuleSource]) -> (Self, Vec<RuleError>) {
        Self::compile_knowing(&Parsed::default(), schema, sources)
    }

    /// The same, reading only files that are not `known` from before.
    pub fn compile_knowing(
        known: &Parsed,
        schema: &Arc<Schema>,
        sources: &[RuleSource],
    ) -> (Self, Vec<RuleError>) {
        let mut errors = Vec::new();
        let mut units = Vec::new();
        let mut set = Self {
            schema: Arc::clone(schema),
            rules: Vec::new(),
            matchers: Vec::new(),
            engine: Engine::default(),
            feeds: Vec::new(),
            chains: Vec::new(),
            raising: Vec::new(),
            running: Vec::new(),
        };
        let mut detections = Vec::new();
        let mut parsed = Vec::new();
        for source in sources {
            match known.documents(source) {
                Ok(documents) => parsed.push((source, documents)),
                Err(mut found) => errors.append(&mut found),
            }
        }
        let filters = filters(&mut parsed, schema, &mut errors);
        for (source, mut documents) in parsed {
            for document in &mut documents {
                for filter in &filters {
                    sigma::filter::apply_one(filter, document);
                }
            }
            let mut report = Report::new(&source.file);
            match set.load(source, documents, &mut detections, &mut report) {
                Some(unit) if report.is_empty() => units.push(unit),
                _ => errors.append(&mut report.into_errors()),
            }
        }
        let rules = detections
            .iter()
            .map(|(logsource, detection)| (logsource, detection));
        (set.engine, _) = Engine::new(rules, &[]);
        let names = Names::new(&units);
        let mut compiled = Vec::new();
        for (number, unit) in units.iter().enumerate() {
            let mut report = Report::new(&unit.source.file);
            let outputs = unit.compile(number, &names, &set, &mut report);
            compiled.push(report.is_empty().then_some(outputs));
            errors.append(&mut report.into_errors());
        }
        leave_out_dependents(&units, &mut compiled, &mut errors);
        set.add(compiled.into_iter().flatten().flatten().collect());
        set.wire();
        (set, errors)
    }

    /// Decides by rule which ones are on and which are being tried; what the files' sources said is forgotten.
    pub fn select(&mut self, enabled: impl Fn(&str) -> bool, testing: impl Fn(&str) -> bool) {
        for rule in &mut self.rules {
            rule.info.enabled = enabled(&rule.info.id);
            rule.info.testing = testing(&rule.info.id);
        }
        self.wire();
    }

    /// The rules that raise alerts, in the order given.
    pub fn rules(&self) -> impl Iterator<Item = &RuleInfo> {
        self.rules.iter().filter(|rule| !rule.silent).map(Rule::info)
    }

    /// The rules that remember something: those that raise alerts, and those that feed them.
    pub(crate) fn running(&self) -> impl Iterator<Item = &RuleInfo> {
        let rules = self.rules.iter().zip(&self.running);
        rules.filter(|(_, running)| **running).map(|(rule, _)| &rule.info)
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&RuleInfo> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The entities that alerts of the rule of this id can name, each with its part in them: its own, and those that the
    /// correlations it counts contribute.
    pub fn entities(&self, id: &str) -> BTreeSet<(EntityKind, Role)> {
        let named = |number: &usize| self.rules[*number].info.id == id;
        let mut open: Vec<usize> = (0..self.rules.len()).filter(named).collect();
        let (mut entities, mut seen) = (BTreeSet::new(), BTreeSet::new());
        while let Some(number) = open.pop() {
            if !seen.insert(number) {
                continue;
            }
            entities.extend(self.rules[number].entities.iter().map(EntityRule::part));
            open.extend(
                self.feeds[number]
                    .counts
                    .iter()
                    .filter_map(|source| match source {
                        Source::Rule(rule) => Some(*rule),
                        Source::Detection(_) => None,
                    }),
            );
        }
        entities
    }

    /// Compiles what every document says for itself; the detections go into the set, silent for now.
    fn load<'s>(
        &mut self,
        source: &'s RuleSource,
        documents: Vec<Document>,
        detections: &mut Vec<(sigma::LogSource, Detection)>,
        report: &mut Report<'_>,
    ) -> Option<Unit<'s>> {
        let mut members = Vec::new();
        for document in documents {
            let extension = match &document.extension {
                Some(entry) => Extension::read(entry, report),
                None => None,
            };
            let detection = self.detection(&document, report);
            members.push((document, extension, detection));
        }
        report.is_empty().then(|| Unit {
            source,
            members: members
                .into_iter()
                .map(|(document, extension, detection)| Member {
                    document,
                    extension,
                    matcher: detection.map(|detection| {
                        self.matchers.push(Matcher::of(&detection.0));
                        detections.push(detection);
                        self.matchers.len() - 1
                    }),
                })
                .collect(),
        })
    }

    /// The detection of a rule in terms of the dictionary.
    fn detection(
        &self,
        document: &Document,
        report: &mut Report<'_>,
    ) -> Option<(sigma::LogSource, Detection)> {
        let Body::Rule { logsource, detection } = &document.body else {
            return None;
        };
        let detection = resolve(detection.clone(), &self.schema, report)?;
        if let Err(error) = matcher::check(&detection) {
            report.tell(document.position, ErrorKind::Detection, error.to_string(), None);
        }
        Some((logsource.clone(), detection))
    }

    fn add(&mut self, outputs: Vec<Output>) {
        let places = outputs
            .iter()
            .zip(0..)
            .map(|(output, number)| (output.place, number));
        let places: HashMap<Place, usize> = places.collect();
        for output in outputs {
            let source = |input| match input {
                Input::Detection(number) => Source::Detection(number),
                Input::Correlation(place, _) => Source::Rule(places[&place]),
            };
            self.rules.push(output.rule);
            self.feeds.push(Feed {
                raised_by: output.raised_by,
                counts: output.counts.into_iter().map(source).collect(),
            });
        }
    }

    /// Lets detections feed the rules that are on.
    fn wire(&mut self) {
        for matcher in &mut self.matchers {
            matcher.raises = None;
            matcher.counted_by.clear();
        }
        let raises = self.rules.iter().map(|rule| rule.info.enabled && !rule.silent);
        self.raising = raises.collect();
        self.running = self.raising.clone();
        self.chains = vec![Vec::new(); self.rules.len()];
        let on = |number: &usize| self.raising[*number];
        let mut open: Vec<usize> = (0..self.rules.len()).filter(on).collect();
        while let Some(number) = open.pop() {
            for (source, member) in self.feeds[number].counts.iter().zip(0..) {
                match *source {
                    Source::Detection(matcher) => self.matchers[matcher].counted_by.push((number, member)),
                    Source::Rule(rule) => {
                        self.chains[rule].push((number, member));
                        if !std::mem::replace(&mut self.running[rule], true) {
                            open.push(rule);
                        }
                    }
                }
            }
            if let Some(matcher) = self.feeds[number].raised_by {
                self.matchers[matcher].raises = Some(number);
            }
        }
        // The order of rules, not the one they were come upon in.
        for matcher in &mut self.matchers {
            matcher.counted_by.sort_unstable();
        }
        for chain in &mut self.chains {
            chain.sort_unstable();
        }
    }
}

fn model_logsource(logsource: &sigma::LogSource) -> LogSource {
    LogSource {
        product: logsource.product.clone(),
        service: logsource.service.clone(),
        category: logsource.category.clone(),
    }
}
