//! Filters: documents that take matches away from many rules at once, such as what a site's own tools do.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-filters-specification.html>
//!
//! A filtered rule matches what it matched and the filter does not: rule AND NOT filter. `rules: any`, which
//! the next version of the specification has, means every rule of the filter's logs.

use crate::{
    condition::Expression,
    correlation::{Name, names},
    detection::{Detection, LogSource},
    document::{Body, Document, Metadata},
    error::Report,
    reader::MapReader,
    scope::Scope,
    selection,
    yaml::{Data, Node},
};

/// Which rules a filter is for, of those that read its logs.
#[derive(Clone, Debug, PartialEq)]
pub enum Filtered {
    /// All.
    Any,
    /// Those of these names or ids.
    Named(Vec<Name>),
}

impl Filtered {
    /// Whether it means this rule of these logs, given the logs of the filter.
    pub fn covers(&self, logsource: &LogSource, rule: &Metadata, rule_logsource: &LogSource) -> bool {
        let named = match self {
            Self::Any => true,
            Self::Named(names) => names.iter().any(|name| rule.is_called(&name.text)),
        };
        named && logsource.covers(rule_logsource)
    }
}

/// Reads `filter`.
pub(crate) fn read(node: &Node, scope: &Scope<'_>, report: &mut Report<'_>) -> Option<(Filtered, Detection)> {
    let mut map = MapReader::new(node, "`filter`", report)?;
    let rules = map.need("rules", report).map(|node| match &node.data {
        Data::Scalar(_, text) if text == "any" => Filtered::Any,
        _ => Filtered::Named(names(node, "`rules`", report)),
    });
    let detection = selection::selections(map, "`filter`", scope, report);
    Some((rules?, detection?))
}

impl Detection {
    /// Takes away what `filter` matches.
    pub fn except(&mut self, filter: &Self) {
        let own = self.selections.len();
        self.selections.extend(filter.selections.iter().cloned());
        let rule = std::mem::replace(&mut self.condition, Expression::Or(Vec::new()));
        let filter = filter.condition.clone().shifted(own);
        self.condition = Expression::And(vec![rule, Expression::Not(Box::new(filter))]);
    }
}

/// Applies each filter among the documents to the rules among them.
pub fn apply(documents: &mut [Document]) {
    let bodies = documents.iter().map(|document| &document.body);
    let filters: Vec<Body> = bodies
        .filter(|body| matches!(body, Body::Filter { .. }))
        .cloned()
        .collect();
    for document in documents {
        for filter in &filters {
            apply_one(filter, document);
        }
    }
}

/// Applies a filter to a document; nothing happens if the one is no filter, or is not for the other.
pub fn apply_one(filter: &Body, document: &mut Document) {
    let Body::Filter {
        logsource: filtered,
        rules,
        detection: filter,
    } = filter
    else {
        return;
    };
    if let Body::Rule { logsource, detection } = &mut document.body
        && rules.covers(filtered, &document.metadata, logsource)
    {
        detection.except(filter);
    }
}
