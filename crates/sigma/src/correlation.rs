//! Correlations: documents that count the matches of other rules over time.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html>

use crate::{
    error::{Position, Report},
    number::{Comparison, Number},
    reader::{MapReader, timespan},
    yaml::{Data, Kind, Node},
};
use std::time::Duration;

/// A correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What is counted.
    pub kind: CorrelationKind,
    /// The rules whose matches are counted.
    pub rules: Vec<Name>,
    /// The fields that tell one count from another.
    pub group_by: Vec<Name>,
    /// Over how long.
    pub timespan: Duration,
    /// What the count must be: all of these.
    pub condition: Vec<(Comparison, Number)>,
    /// Where the condition stands.
    pub condition_position: Position,
    /// The counted rules raise alerts of their own too.
    pub generate: bool,
}

/// What a correlation counts.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrelationKind {
    /// Matches.
    EventCount,
    /// Distinct values of these fields taken together.
    ValueCount(Vec<Name>),
}

impl CorrelationKind {
    /// The word of the specification.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount(_) => "value_count",
        }
    }
}

/// A name of a rule or field, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it is written.
    pub position: Position,
}

/// Types of the specification that are refused until they are implemented.
const NOT_YET: [&str; 6] = [
    "temporal",
    "temporal_ordered",
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
];

/// Reads `correlation`. `generate` may also stand beside it, where the JSON schema has it.
pub fn correlation(node: &Node, generate: Option<&Node>, report: &mut Report<'_>) -> Option<Correlation> {
    let mut map = MapReader::new(node, "`correlation`", report)?;
    let kind = map.need("type", report);
    let rules = map.need("rules", report).map(|n| names(n, "`rules`", report));
    let group_by = map.get("group-by").map(|n| names(n, "`group-by`", report));
    let span = map
        .need("timespan", report)
        .and_then(|n| timespan(n, "timespan", report));
    let generate = map.get("generate").or(generate);
    let generate = generate
        .and_then(|n| n.truth("`generate`", report))
        .unwrap_or(false);
    if let Some(entry) = map.entry("aliases") {
        let at = entry.key.position();
        report.expected(
            at,
            "`aliases` are not supported yet",
            "one field name for all rules",
        );
    }
    let condition = map.need("condition", report);
    map.deny_unknown(report);
    let condition_node = condition?;
    let (condition, fields) = condition_map(condition_node, report)?;
    Some(Correlation {
        kind: kind_of(kind?, fields, condition_node.position(), report)?,
        rules: rules.filter(|rules| !rules.is_empty())?,
        group_by: group_by.unwrap_or_default(),
        timespan: span?,
        condition,
        condition_position: condition_node.position(),
        generate,
    })
}

fn kind_of(
    node: &Node,
    fields: Vec<Name>,
    condition: Position,
    report: &mut Report<'_>,
) -> Option<CorrelationKind> {
    const KNOWN: [(&str, bool); 2] = [("event_count", false), ("value_count", true)];
    if let Data::Scalar(_, text) = &node.data
        && NOT_YET.contains(&text.as_str())
    {
        let message = format!("correlation type `{text}` is not supported yet");
        report.expected(node.position(), message, "`event_count` or `value_count`");
        return None;
    }
    match (node.word("correlation type", &KNOWN, report)?, fields.is_empty()) {
        (true, true) => {
            report.error(condition, "`value_count` needs a `field` in its condition");
            None
        }
        (true, false) => Some(CorrelationKind::ValueCount(fields)),
        (false, true) => Some(CorrelationKind::EventCount),
        (false, false) => {
            report.error(fields[0].position, "`event_count` counts no `field`");
            None
        }
    }
}

/// What a count must be, and the fields whose values are counted.
type Counting = (Vec<(Comparison, Number)>, Vec<Name>);

fn condition_map(node: &Node, report: &mut Report<'_>) -> Option<Counting> {
    let mut map = MapReader::new(node, "`condition`", report)?;
    let errors = report.len();
    let fields = map
        .get("field")
        .map(|n| names(n, "`field`", report))
        .unwrap_or_default();
    let mut comparisons = Vec::new();
    for comparison in Comparison::ALL {
        let Some(value) = map.get(comparison.as_str()) else {
            continue;
        };
        match value.data {
            Data::Scalar(Kind::Number(number), _) => comparisons.push((comparison, number)),
            _ => report.expected(
                value.position(),
                format!("`{}` is {}", comparison.as_str(), value.kind()),
                "a number",
            ),
        }
    }
    map.deny_unknown(report);
    if comparisons.is_empty() && report.len() == errors {
        let words = Comparison::ALL.map(Comparison::as_str);
        report.expected(
            node.position(),
            "the condition compares nothing",
            crate::error::one_of(words),
        );
    }
    (!comparisons.is_empty()).then_some((comparisons, fields))
}

fn names(node: &Node, what: &str, report: &mut Report<'_>) -> Vec<Name> {
    let single = std::slice::from_ref(node);
    let items = match &node.data {
        Data::List(items) => items.as_slice(),
        _ => single,
    };
    if items.is_empty() {
        report.expected(node.position(), format!("{what} is empty"), "one name or more");
    }
    items
        .iter()
        .filter_map(|item| {
            Some(Name {
                text: item.text(what, report)?,
                position: item.position(),
            })
        })
        .collect()
}
