//! Which documents correlations are about, and that none is about itself in the end.

use super::compile::check_chain;
use detect::counting::{Graph, Node, unknown_rule};
use sigma::{Body, Correlation, Document, Error, Report};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A rule document and the file it is from.
#[derive(Debug)]
pub struct Source {
    pub file: Arc<str>,
    pub document: Document,
}

/// A correlation, and the documents it is about, by their number.
#[derive(Debug)]
pub struct Resolved<'d> {
    pub correlation: &'d Correlation,
    pub about: Vec<usize>,
}

/// The correlations among documents that can be run, by the number of their document; what is wrong with the others
/// is told.
pub fn resolve<'d>(sources: &'d [Source], errors: &mut Vec<Error>) -> BTreeMap<usize, Resolved<'d>> {
    let names = Names::new(sources);
    let mut reports: BTreeMap<usize, Report<'_>> = BTreeMap::new();
    let mut found: BTreeMap<usize, Resolved<'_>> = BTreeMap::new();
    for (number, correlation) in correlations(sources) {
        let file = &sources[number].file;
        let mut report = Report::new(file);
        let mut about = Vec::new();
        for name in &correlation.rules {
            match names.find(file, &name.text) {
                Some(target) => about.push(target),
                None => unknown_rule(name, names.0.keys().copied(), &mut report),
            }
        }
        found.insert(number, Resolved { correlation, about });
        reports.insert(number, report);
    }
    let graph = graph(sources, &found);
    for (number, report) in &mut reports {
        if report.is_empty()
            && let Some(fault) = graph.fault((0, *number))
        {
            report.error(found[number].correlation.kind_position, fault);
        }
        detect::counting::check(found[number].correlation, usize::MAX, report);
    }
    for (number, report) in reports {
        leave_out(number, report, &mut found, errors);
    }
    for (number, faults) in check_chains(sources, &found) {
        found.remove(&number);
        errors.extend(faults);
    }
    leave_out_dependents(sources, &mut found, errors);
    found
}

fn correlations(sources: &[Source]) -> impl Iterator<Item = (usize, &Correlation)> {
    let sources = sources.iter().enumerate();
    sources.filter_map(|(number, source)| match &source.document.body {
        Body::Correlation(correlation) => Some((number, correlation)),
        Body::Rule { .. } | Body::Filter { .. } => None,
    })
}

fn graph<'d>(sources: &'d [Source], found: &BTreeMap<usize, Resolved<'d>>) -> Graph<'d> {
    let mut graph = Graph::default();
    for (number, resolved) in found {
        let metadata = &sources[*number].document.metadata;
        let name = metadata.name.as_ref().or(metadata.id.as_ref());
        let (about, detections) = resolved
            .about
            .iter()
            .partition::<Vec<usize>, _>(|other| found.contains_key(other));
        let node = Node {
            name: name.unwrap_or(&metadata.title),
            correlation: resolved.correlation,
            about: about.into_iter().map(|other| (0, other)).collect(),
            detections,
        };
        graph.0.insert((0, *number), node);
    }
    graph
}

/// What is wrong with correlations of correlations, by the number of their document.
fn check_chains(sources: &[Source], found: &BTreeMap<usize, Resolved<'_>>) -> Vec<(usize, Vec<Error>)> {
    let faults = found
        .iter()
        .map(|(number, resolved)| (*number, check_chain(&sources[*number].file, resolved, found)));
    faults.filter(|(_, faults)| !faults.is_empty()).collect()
}

/// Leaves a correlation out if something was reported.
fn leave_out(
    number: usize,
    report: Report<'_>,
    found: &mut BTreeMap<usize, Resolved<'_>>,
    errors: &mut Vec<Error>,
) {
    if !report.is_empty() {
        found.remove(&number);
        errors.append(&mut report.into_errors());
    }
}

/// Leaves out correlations that are about one that was left out, and those about them.
fn leave_out_dependents(
    sources: &[Source],
    found: &mut BTreeMap<usize, Resolved<'_>>,
    errors: &mut Vec<Error>,
) {
    loop {
        let is_out = |other: &usize| {
            let is_correlation = matches!(sources[*other].document.body, Body::Correlation(_));
            is_correlation && !found.contains_key(other)
        };
        let next = found
            .iter()
            .find_map(|(number, resolved)| Some((*number, resolved.about.iter().position(is_out)?)));
        let Some((number, place)) = next else {
            return;
        };
        let name = &found[&number].correlation.rules[place];
        let mut report = Report::new(&sources[number].file);
        report.error(name.position, format!("`{}` did not load", name.text));
        leave_out(number, report, found, errors);
    }
}

/// Documents by name and by id; several files may use one name.
struct Names<'d>(HashMap<&'d str, Vec<(&'d str, usize)>>);

impl<'d> Names<'d> {
    fn new(sources: &'d [Source]) -> Self {
        let mut names: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
        for (number, source) in sources.iter().enumerate() {
            let metadata = &source.document.metadata;
            if matches!(source.document.body, Body::Filter { .. }) {
                continue;
            }
            for name in metadata.name.iter().chain(&metadata.id) {
                names.entry(name).or_default().push((&source.file, number));
            }
        }
        Self(names)
    }

    /// What a name means in a file: its own document, or else that of the first other file.
    fn find(&self, file: &str, name: &str) -> Option<usize> {
        let found = self.0.get(name)?;
        let own = found.iter().find(|(other, _)| *other == file);
        own.or_else(|| found.first()).map(|(_, number)| *number)
    }
}
