//! Which documents there are, by the names other documents refer to them by, in their own file and across files.

use crate::{
    correlation::members::{Graph, Node, Place},
    rule::RuleSource,
    unit::Unit,
};
use sigma::{Body, Document, ErrorKind, Report, correlation::Name};
use std::collections::HashMap;

/// Reports a name that no rule has, with the nearest that one has.
pub fn unknown_rule<'k>(name: &Name, known: impl Iterator<Item = &'k str>, report: &mut Report<'_>) {
    let Name { text, position } = name;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let message = format!("unknown rule `{}`", sigma::error::shown(text));
    let near = sigma::nearest(text, known);
    let kind = ErrorKind::UnknownRule {
        rule: sigma::error::shown(text),
        near: near.map(str::to_owned),
    };
    report.tell(*position, kind, message, near.map(|near| format!("`{near}`")));
}

/// A document, as others find it.
#[derive(Clone, Copy)]
pub struct Named<'u> {
    file: &'u str,
    pub place: Place,
    /// Its detection; none if it is a correlation.
    pub matcher: Option<usize>,
}

/// Which documents there are, by the names others refer to them by.
pub struct Names<'u> {
    /// By name and by id; several files may use one name.
    documents: HashMap<&'u str, Vec<Named<'u>>>,
    /// Id → the file that has it first, and where.
    ids: HashMap<&'u str, (&'u str, sigma::Position)>,
    /// Which correlations are about which others.
    pub graph: Graph<'u>,
}

impl<'u> Names<'u> {
    pub fn new(units: &'u [Unit<'_>]) -> Self {
        let mut names = Self {
            documents: HashMap::new(),
            ids: HashMap::new(),
            graph: Graph::default(),
        };
        for (number, unit) in units.iter().enumerate() {
            let file = unit.source.file.as_str();
            for (at, member) in unit.members.iter().enumerate() {
                let metadata = &member.document.metadata;
                if matches!(member.document.body, Body::Filter { .. }) {
                    continue;
                }
                let document = Named {
                    file,
                    place: (number, at),
                    matcher: member.matcher,
                };
                for name in metadata.name.iter().chain(&metadata.id) {
                    names.documents.entry(name).or_default().push(document);
                }
                if let Some(id) = &metadata.id {
                    names.ids.entry(id).or_insert((file, member.document.position));
                }
            }
        }
        names.graph = names.graph(units);
        names
    }

    fn graph(&self, units: &'u [Unit<'_>]) -> Graph<'u> {
        let mut graph = Graph::default();
        for (number, unit) in units.iter().enumerate() {
            for (at, member) in unit.members.iter().enumerate() {
                let Body::Correlation(correlation) = &member.document.body else {
                    continue;
                };
                let metadata = &member.document.metadata;
                let found = correlation.rules.iter();
                let found: Vec<Named<'_>> = found
                    .filter_map(|name| self.find(&unit.source.file, &name.text))
                    .collect();
                let node = Node {
                    name: metadata
                        .name
                        .as_ref()
                        .or(metadata.id.as_ref())
                        .unwrap_or(&metadata.title),
                    correlation,
                    about: found
                        .iter()
                        .filter(|n| n.matcher.is_none())
                        .map(|n| n.place)
                        .collect(),
                    detections: found.iter().filter_map(|named| named.matcher).collect(),
                };
                graph.0.insert((number, at), node);
            }
        }
        graph
    }

    /// All names.
    pub fn known(&self) -> impl Iterator<Item = &'u str> {
        self.documents.keys().copied()
    }

    /// The file another document with this id is in, if it comes first.
    pub fn earlier_use_of_id(&self, source: &RuleSource, document: &Document) -> Option<&'u str> {
        let (file, at) = self.ids.get(document.metadata.id.as_deref()?)?;
        (*file != source.file || *at != document.position).then_some(*file)
    }

    /// What a name means in a file: its own document, or that of another file.
    pub fn find(&self, file: &str, name: &str) -> Option<Named<'u>> {
        let found = self.documents.get(name)?;
        let own = found.iter().find(|other| other.file == file);
        own.or_else(|| found.first()).copied()
    }
}
