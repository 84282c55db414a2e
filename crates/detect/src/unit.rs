//! One file of rules, well-formed: what it takes to make rules of its documents, once all files are read.

use crate::{
    correlation::{
        compile::counter,
        members::{Input, Place, references},
    },
    extension::Extension,
    names::Names,
    rule::{Context, Rule, RuleSource},
    ruleset::{RuleError, RuleSet},
};
use model::LogSource;
use sigma::{Body, Document, ErrorKind, Report};

/// A file whose documents are well-formed.
pub struct Unit<'s> {
    pub source: &'s RuleSource,
    pub members: Vec<Member>,
}

pub struct Member {
    pub document: Document,
    pub extension: Option<Extension>,
    /// Its detection's place in the set.
    pub matcher: Option<usize>,
}

/// A rule, and what feeds it.
pub struct Output {
    pub place: Place,
    pub rule: Rule,
    /// The detection whose matches raise its alerts.
    pub raised_by: Option<usize>,
    /// What it counts.
    pub counts: Vec<Input>,
}

/// Leaves out files with a correlation about one that was left out.
pub fn leave_out_dependents(
    units: &[Unit<'_>],
    compiled: &mut [Option<Vec<Output>>],
    errors: &mut Vec<RuleError>,
) {
    let mut again = true;
    while again {
        again = false;
        for (number, unit) in units.iter().enumerate() {
            let mut report = Report::new(&unit.source.file);
            let outputs = compiled[number].iter().flatten();
            for input in outputs.flat_map(|output| &output.counts) {
                if let Input::Correlation((other, _), name) = input
                    && compiled[*other].is_none()
                {
                    report.error(name.position, format!("`{}` did not load", name.text));
                }
            }
            if !report.is_empty() {
                again = true;
                compiled[number] = None;
                errors.append(&mut report.into_errors());
            }
        }
    }
}

impl Unit<'_> {
    /// Compiles the rules of the file; `number` is its place among the files.
    pub fn compile(
        &self,
        number: usize,
        names: &Names<'_>,
        set: &RuleSet,
        report: &mut Report<'_>,
    ) -> Vec<Output> {
        let members = (0..)
            .zip(&self.members)
            .filter(|(_, member)| match member.document.body {
                Body::Rule { .. } => self.raises(member),
                Body::Correlation(_) => true,
                Body::Filter { .. } => false,
            });
        members
            .filter_map(|(at, member)| self.output((number, at), member, names, set, report))
            .collect()
    }

    /// Whether a document raises alerts: one that a correlation of the same file counts does not, unless the
    /// correlation says so.
    fn raises(&self, member: &Member) -> bool {
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
        place: Place,
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
            silent: member.matcher.is_none() && !self.raises(member),
        };
        if let Some(other) = names.earlier_use_of_id(self.source, document) {
            let id = document.metadata.id.as_deref().unwrap_or_default();
            let message = format!("id `{id}` is already used in {other}");
            let kind = ErrorKind::TakenId { id: id.to_owned() };
            report.tell(document.position, kind, message, None);
        }
        let (counts, counter) = match &document.body {
            Body::Rule { .. } | Body::Filter { .. } => (Vec::new(), None),
            Body::Correlation(correlation) => {
                if let Some(fault) = names.graph.fault(place) {
                    report.tell(correlation.kind_position, ErrorKind::Correlation, fault, None);
                    return None;
                }
                let errors = report.len();
                let counts = references(&self.source.file, correlation, names, report);
                if counts.len() < correlation.rules.len() {
                    return None;
                }
                let counter = counter(correlation, &counts, &names.graph, &set.schema, report);
                report.claim(errors, &ErrorKind::Correlation);
                (counts, Some(counter?))
            }
        };
        let mut logsources: Vec<LogSource> = Vec::new();
        for number in names.graph.detections(place).into_iter().chain(member.matcher) {
            let logsource = &set.matchers[number].logsource;
            if !logsources.contains(logsource) {
                logsources.push(logsource.clone());
            }
        }
        let rule = Rule::compile(&context, member.extension.as_ref(), logsources, counter, report)?;
        Some(Output {
            place,
            rule,
            raised_by: member.matcher,
            counts,
        })
    }
}
