//! A set of rules compiled for one dictionary. Immutable: a change makes a new set, which the detector swaps in.
//!
//! One file is one unit: all its documents load, or none does and every error in it is told. One broken file
//! never stops the rest.
//!
//! Filters work across files: each takes its matches away from the rules it names, or from all of its logs.

use crate::{
    extension::Extension,
    field::Address,
    matcher::{self, Engine},
    parsed::Parsed,
    resolve::resolve,
    rule::{Context, Counter, Rule, RuleInfo, RuleSource},
    window,
};
use model::{LogSource, Schema};
use sigma::{
    Body, Correlation, CorrelationKind, Detection, Document, Filtered, Number, Report, Window,
    correlation::Name,
};
use std::{
    collections::{HashMap, HashSet},
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
}

/// The detections that feed a rule.
#[derive(Debug)]
struct Feed {
    raised_by: Option<usize>,
    counts: Vec<usize>,
}

/// A detection, and what happens when it matches.
#[derive(Debug)]
pub(crate) struct Matcher {
    pub logsource: LogSource,
    /// The rule that raises an alert for each match.
    pub raises: Option<usize>,
    /// The rules that count matches.
    pub counted_by: Vec<usize>,
}

impl Matcher {
    fn of(logsource: &sigma::LogSource) -> Self {
        Self {
            logsource: model_logsource(logsource),
            raises: None,
            counted_by: Vec::new(),
        }
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
        for unit in &units {
            let mut report = Report::new(&unit.source.file);
            let outputs = unit.compile(&names, &set, &mut report);
            if report.is_empty() {
                set.add(outputs);
            } else {
                errors.append(&mut report.into_errors());
            }
        }
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
        self.rules.iter().map(Rule::info)
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&RuleInfo> {
        self.rules().find(|rule| rule.id == id)
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
            report.error(document.position, error.to_string());
        }
        Some((logsource.clone(), detection))
    }

    fn add(&mut self, outputs: Vec<Output>) {
        for Output {
            rule,
            raised_by,
            counts,
        } in outputs
        {
            self.rules.push(rule);
            self.feeds.push(Feed { raised_by, counts });
        }
    }

    /// Lets detections feed the rules that are on.
    fn wire(&mut self) {
        for matcher in &mut self.matchers {
            matcher.raises = None;
            matcher.counted_by.clear();
        }
        let enabled = self.rules.iter().zip(&self.feeds).enumerate();
        for (number, (_, feed)) in enabled.filter(|(_, (rule, _))| rule.info.enabled) {
            for matcher in &feed.counts {
                self.matchers[*matcher].counted_by.push(number);
            }
            if let Some(matcher) = feed.raised_by {
                self.matchers[matcher].raises = Some(number);
            }
        }
    }
}

/// A file whose documents are well-formed.
struct Unit<'s> {
    source: &'s RuleSource,
    members: Vec<Member>,
}

struct Member {
    document: Document,
    extension: Option<Extension>,
    /// Its detection's place in the set.
    matcher: Option<usize>,
}

/// A rule, and the detections that feed it.
struct Output {
    rule: Rule,
    raised_by: Option<usize>,
    counts: Vec<usize>,
}

impl Unit<'_> {
    fn compile(&self, names: &Names<'_>, set: &RuleSet, report: &mut Report<'_>) -> Vec<Output> {
        self.members
            .iter()
            .filter(|member| self.raises(member))
            .filter_map(|member| self.output(member, names, set, report))
            .collect()
    }

    /// Whether a document raises alerts: one that a correlation of the same file counts does not, unless the
    /// correlation says so.
    fn raises(&self, member: &Member) -> bool {
        match member.document.body {
            Body::Rule { .. } => {}
            Body::Correlation(_) => return true,
            Body::Filter { .. } => return false,
        }
        let mut counted_by = self
            .members
            .iter()
            .filter_map(|other| match &other.document.body {
                Body::Correlation(c)
                    if c.rules
                        .iter()
                        .any(|r| member.document.metadata.is_called(&r.text)) =>
                {
                    Some(c.generate)
                }
                _ => None,
            });
        counted_by.all(|generate| generate)
    }

    fn output(
        &self,
        member: &Member,
        names: &Names<'_>,
        set: &RuleSet,
        report: &mut Report<'_>,
    ) -> Option<Output> {
        let document = &member.document;
        let context = Context {
            source: self.source,
            at: document.position,
            metadata: &document.metadata,
            schema: &set.schema,
        };
        if let Some(other) = names.earlier_use_of_id(self.source, document) {
            let id = document.metadata.id.as_deref().unwrap_or_default();
            report.error(document.position, format!("id `{id}` is already used in {other}"));
        }
        let (counts, counter) = match &document.body {
            Body::Rule { .. } | Body::Filter { .. } => (Vec::new(), None),
            Body::Correlation(correlation) => {
                let counts = references(&self.source.file, correlation, names, report);
                let counter = counter(correlation, &set.schema, report);
                (counts, Some(counter?))
            }
        };
        let mut logsources: Vec<LogSource> = Vec::new();
        for number in counts.iter().copied().chain(member.matcher) {
            let logsource = &set.matchers[number].logsource;
            if !logsources.contains(logsource) {
                logsources.push(logsource.clone());
            }
        }
        let rule = Rule::compile(&context, member.extension.as_ref(), logsources, counter, report)?;
        Some(Output {
            rule,
            raised_by: member.matcher,
            counts,
        })
    }
}

/// The filters among the documents. A file with one that makes no sense is left out and told.
fn filters(
    parsed: &mut Vec<(&RuleSource, Vec<Document>)>,
    schema: &Schema,
    errors: &mut Vec<RuleError>,
) -> Vec<Body> {
    let known: HashSet<String> = parsed
        .iter()
        .flat_map(|(_, documents)| documents)
        .filter(|document| matches!(document.body, Body::Rule { .. }))
        .flat_map(|document| [&document.metadata.name, &document.metadata.id])
        .flatten()
        .cloned()
        .collect();
    let mut filters = Vec::new();
    parsed.retain(|(source, documents)| {
        let mut report = Report::new(&source.file);
        let mut found = Vec::new();
        for document in documents {
            let Body::Filter { rules, detection, .. } = &document.body else {
                continue;
            };
            // Its fields are looked up here, where an error can name its own file.
            resolve(detection.clone(), schema, &mut report);
            if let Filtered::Named(names) = rules {
                for name in names.iter().filter(|name| !known.contains(&name.text)) {
                    unknown_rule(name, known.iter().map(String::as_str), &mut report);
                }
            }
            found.push(document.body.clone());
        }
        let sound = report.is_empty();
        if sound && (found.is_empty() || loads(source, documents, schema)) {
            filters.append(&mut found);
        }
        errors.append(&mut report.into_errors());
        sound
    });
    filters
}

/// Whether the other documents of a filter's file load too; if not, that is told when they are loaded.
fn loads(source: &RuleSource, documents: &[Document], schema: &Schema) -> bool {
    let mut report = Report::new(&source.file);
    for document in documents {
        if let Body::Rule { detection, .. } = &document.body {
            resolve(detection.clone(), schema, &mut report);
        }
        if let Some(entry) = &document.extension {
            Extension::read(entry, &mut report);
        }
    }
    report.is_empty()
}

fn unknown_rule<'k>(name: &Name, known: impl Iterator<Item = &'k str>, report: &mut Report<'_>) {
    let Name { text, position } = name;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let message = format!("unknown rule `{}`", sigma::error::shown(text));
    match sigma::nearest(text, known) {
        Some(near) => report.expected(*position, message, format!("`{near}`")),
        None => report.error(*position, message),
    }
}

/// The file of a document, and its detection; none if it is a correlation.
type Named<'u> = (&'u str, Option<usize>);

/// Which documents there are, by the names others refer to them by.
struct Names<'u> {
    /// By name and by id; several files may use one name.
    matchers: HashMap<&'u str, Vec<Named<'u>>>,
    /// Id → the file that has it first, and where.
    ids: HashMap<&'u str, (&'u str, sigma::Position)>,
}

impl<'u> Names<'u> {
    fn new(units: &'u [Unit<'_>]) -> Self {
        let mut names = Self {
            matchers: HashMap::new(),
            ids: HashMap::new(),
        };
        for unit in units {
            let file = unit.source.file.as_str();
            for member in &unit.members {
                let metadata = &member.document.metadata;
                if matches!(member.document.body, Body::Filter { .. }) {
                    continue;
                }
                for name in metadata.name.iter().chain(&metadata.id) {
                    names
                        .matchers
                        .entry(name)
                        .or_default()
                        .push((file, member.matcher));
                }
                if let Some(id) = &metadata.id {
                    names.ids.entry(id).or_insert((file, member.document.position));
                }
            }
        }
        names
    }

    fn earlier_use_of_id(&self, source: &RuleSource, document: &Document) -> Option<&'u str> {
        let (file, at) = self.ids.get(document.metadata.id.as_deref()?)?;
        (*file != source.file || *at != document.position).then_some(*file)
    }

    /// What a name means in a file: its own document, or that of another file.
    fn find(&self, file: &str, name: &str) -> Option<Named<'u>> {
        let found = self.matchers.get(name)?;
        let own = found.iter().find(|(other, _)| *other == file);
        own.or_else(|| found.first()).copied()
    }
}

fn references(
    file: &str,
    correlation: &Correlation,
    names: &Names<'_>,
    report: &mut Report<'_>,
) -> Vec<usize> {
    let mut matchers = Vec::new();
    for name @ Name { text, position } in &correlation.rules {
        match names.find(file, text) {
            Some((_, Some(matcher))) => matchers.push(matcher),
            Some((_, None)) => {
                let message = format!("`{text}` is a correlation itself, which is not supported yet");
                report.expected(*position, message, "a rule with `detection`");
            }
            None => unknown_rule(name, names.matchers.keys().copied(), report),
        }
    }
    matchers
}

/// Reports what a correlation asks for that no window can do yet.
fn runs(correlation: &Correlation, report: &mut Report<'_>) -> bool {
    let errors = report.len();
    let kind = &correlation.kind;
    if !matches!(kind, CorrelationKind::EventCount | CorrelationKind::ValueCount(_)) {
        let message = format!("correlation type `{}` cannot be run yet", kind.as_str());
        let expected = "`event_count` or `value_count`";
        report.expected(correlation.kind_position, message, expected);
    }
    if correlation.window != Window::Sliding {
        let message = format!("window `{}` cannot be run yet", correlation.window.as_str());
        report.expected(correlation.window_position, message, "`sliding`");
    }
    if let Some(alias) = correlation.aliases.first() {
        let message = "`aliases` cannot be run yet";
        report.expected(alias.name.position, message, "one field name for all rules");
    }
    report.len() == errors
}

fn counter(correlation: &Correlation, schema: &Schema, report: &mut Report<'_>) -> Option<Counter> {
    if !runs(correlation, report) {
        return None;
    }
    let resolve = |names: &[Name], report: &mut Report<'_>| -> Vec<Option<Address>> {
        let resolved = names.iter();
        resolved
            .map(|name| Address::resolve(&name.text, name.position, schema, report))
            .collect()
    };
    let values = match &correlation.kind {
        CorrelationKind::ValueCount(fields) => resolve(fields, report),
        _ => Vec::new(),
    };
    let group_by = resolve(&correlation.group_by, report);
    let most = Number::Int(window::MAX_ENTRIES as i64);
    if correlation.condition.iter().any(|(_, number)| *number > most) {
        let expected = format!("at most {most}");
        report.expected(
            correlation.condition_position,
            "the count is too high to be kept",
            expected,
        );
        return None;
    }
    Some(Counter {
        kind: correlation.kind.as_str(),
        condition: window::Condition {
            timespan: correlation.timespan,
            distinct: matches!(correlation.kind, CorrelationKind::ValueCount(_)),
            comparisons: correlation.condition.clone(),
        },
        group_by: group_by.into_iter().collect::<Option<_>>()?,
        values: values.into_iter().collect::<Option<_>>()?,
    })
}

fn model_logsource(logsource: &sigma::LogSource) -> LogSource {
    LogSource {
        product: logsource.product.clone(),
        service: logsource.service.clone(),
        category: logsource.category.clone(),
    }
}
