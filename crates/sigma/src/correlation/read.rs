//! Reads `correlation`, and reports what does not fit together in it.

use super::{Alias, Correlation, CorrelationKind, Name, Window};
use crate::{
    condition::{self, Expression},
    error::{Position, Report, one_of},
    error_kind::ErrorKind,
    number::{Comparison, Number},
    reader::{MapReader, timespan},
    yaml::{Data, Entry, Kind, Node},
};
use std::time::Duration;

/// Rules one correlation may be about: each of them is looked for in every window.
const MAX_RULES: usize = 1_000;

/// The types, unread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    EventCount,
    ValueCount,
    ValueSum,
    ValueAvg,
    ValuePercentile,
    ValueMedian,
    Temporal,
    TemporalOrdered,
}

const TYPES: [(&str, Type); 8] = [
    ("event_count", Type::EventCount),
    ("value_count", Type::ValueCount),
    ("value_sum", Type::ValueSum),
    ("value_avg", Type::ValueAvg),
    ("value_percentile", Type::ValuePercentile),
    ("value_median", Type::ValueMedian),
    ("temporal", Type::Temporal),
    ("temporal_ordered", Type::TemporalOrdered),
];

/// Reads `correlation`. `generate` may also stand beside it, where the JSON schema has it.
pub fn read(node: &Node, generate: Option<&Node>, report: &mut Report<'_>) -> Option<Correlation> {
    let errors = report.len();
    let correlation = whole(node, generate, report);
    report.claim(errors, &ErrorKind::Correlation);
    correlation
}

fn whole(node: &Node, generate: Option<&Node>, report: &mut Report<'_>) -> Option<Correlation> {
    let mut map = MapReader::new(node, "`correlation`", report)?;
    let kind = map.need("type", report);
    let rules = map.need("rules", report).map(|n| names(n, "`rules`", report));
    let group_by = map.get("group-by").map(|n| names(n, "`group-by`", report));
    let span = map
        .need("timespan", report)
        .and_then(|n| timespan(n, "timespan", report));
    let [window, gap] = [map.entry("window"), map.entry("gap")];
    let cut = cut(window, gap, span, report);
    let generate = map.get("generate").or(generate);
    let generate = generate
        .and_then(|n| n.truth("`generate`", report))
        .unwrap_or(false);
    let aliases = map.get("aliases").map(|n| aliases(n, report));
    let condition = map.get("condition");
    let at = map.position();
    map.deny_unknown(report);
    let kind_position = kind.map_or(at, Node::position);
    let kind = kind.and_then(|n| n.word("correlation type", &TYPES, report));
    let rules = rules.filter(|rules| !rules.is_empty())?;
    if rules.len() > MAX_RULES {
        report.expected(
            at,
            format!("{} rules", rules.len()),
            format!("at most {MAX_RULES}"),
        );
        return None;
    }
    let (kind, comparisons) = asked(kind?, kind_position, condition, &rules, at, report)?;
    Some(Correlation {
        kind,
        kind_position,
        rules,
        group_by: group_by.unwrap_or_default(),
        aliases: aliases.unwrap_or_default(),
        timespan: span?,
        window: cut?,
        window_position: window.map_or(kind_position, |entry| entry.value.position()),
        condition: comparisons,
        condition_position: condition.map_or(kind_position, Node::position),
        generate,
    })
}

/// What is asked of the matches, and what the count must be.
fn asked(
    kind: Type,
    kind_position: Position,
    condition: Option<&Node>,
    rules: &[Name],
    at: Position,
    report: &mut Report<'_>,
) -> Option<(CorrelationKind, Vec<(Comparison, Number)>)> {
    if matches!(kind, Type::Temporal | Type::TemporalOrdered)
        && !condition.is_some_and(|node| matches!(node.data, Data::Map(_)))
    {
        let wanted = match condition {
            Some(node) => expression(node, rules, report)?,
            None => Expression::all((0..rules.len()).map(Expression::Selection).collect()),
        };
        return Some((temporal(kind, Some(wanted)), Vec::new()));
    }
    let Some(node) = condition else {
        report.missing(at, "condition");
        return None;
    };
    let counting = counting(node, report)?;
    let kind = kind_of(kind, kind_position, &counting, node.position(), report)?;
    Some((kind, counting.comparisons))
}

fn temporal(kind: Type, wanted: Option<Expression>) -> CorrelationKind {
    match kind {
        Type::TemporalOrdered => CorrelationKind::TemporalOrdered(wanted),
        _ => CorrelationKind::Temporal(wanted),
    }
}

fn expression(node: &Node, rules: &[Name], report: &mut Report<'_>) -> Option<Expression> {
    let names: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
    let wanted = condition::parse(node, "rule", &names, report)?;
    if wanted.holds(&mut |_| false) {
        report.expected(
            node.position(),
            "the condition holds without any match",
            "one rule or more that must match",
        );
        return None;
    }
    Some(wanted)
}

fn kind_of(
    kind: Type,
    kind_position: Position,
    counting: &Counting,
    condition: Position,
    report: &mut Report<'_>,
) -> Option<CorrelationKind> {
    let word = TYPES.iter().find(|row| row.1 == kind).map_or("", |row| row.0);
    let fields = &counting.fields;
    if let Some((_, at)) = counting.percentile
        && kind != Type::ValuePercentile
    {
        report.error(at, format!("`{word}` has no `percentile`"));
        return None;
    }
    let counts_values = !matches!(kind, Type::EventCount | Type::Temporal | Type::TemporalOrdered);
    match fields.first() {
        None if counts_values => {
            report.error(condition, format!("`{word}` needs a `field` in its condition"));
            return None;
        }
        Some(field) if !counts_values => {
            report.error(field.position, format!("`{word}` counts no `field`"));
            return None;
        }
        _ => {}
    }
    if let [_, second, ..] = fields.as_slice()
        && kind != Type::ValueCount
    {
        report.expected(
            second.position,
            format!("`{word}` of several fields"),
            "one field",
        );
        return None;
    }
    let field = fields.first().cloned();
    Some(match kind {
        Type::EventCount => CorrelationKind::EventCount,
        Type::ValueCount => CorrelationKind::ValueCount(fields.clone()),
        Type::ValueSum => CorrelationKind::ValueSum(field?),
        Type::ValueAvg => CorrelationKind::ValueAvg(field?),
        Type::ValueMedian => CorrelationKind::ValueMedian(field?),
        Type::ValuePercentile => CorrelationKind::ValuePercentile {
            field: field?,
            percentile: percentile(counting, kind_position, report)?,
        },
        Type::Temporal | Type::TemporalOrdered => temporal(kind, None),
    })
}

fn percentile(counting: &Counting, kind: Position, report: &mut Report<'_>) -> Option<Number> {
    const EXPECTED: &str = "a number from 0 to 100 as `percentile` in the condition";
    match counting.percentile {
        Some((number, _)) if (Number::Int(0)..=Number::Int(100)).contains(&number) => Some(number),
        Some((number, at)) => {
            report.expected(at, format!("percentile `{number}`"), EXPECTED);
            None
        }
        None => {
            report.expected(kind, "`value_percentile` does not say which", EXPECTED);
            None
        }
    }
}

/// A condition that is a map.
struct Counting {
    comparisons: Vec<(Comparison, Number)>,
    fields: Vec<Name>,
    percentile: Option<(Number, Position)>,
}

fn counting(node: &Node, report: &mut Report<'_>) -> Option<Counting> {
    let mut map = MapReader::new(node, "`condition`", report)?;
    let errors = report.len();
    let fields = map
        .get("field")
        .map(|n| names(n, "`field`", report))
        .unwrap_or_default();
    let percentile = map
        .get("percentile")
        .and_then(|n| Some((number(n, "percentile", report)?, n.position())));
    let mut comparisons = Vec::new();
    for comparison in Comparison::ALL {
        let value = map.get(comparison.as_str());
        let number = value.and_then(|n| number(n, comparison.as_str(), report));
        comparisons.extend(number.map(|number| (comparison, number)));
    }
    map.deny_unknown(report);
    if comparisons.is_empty() && report.len() == errors {
        let words = Comparison::ALL.map(Comparison::as_str);
        report.expected(node.position(), "the condition compares nothing", one_of(words));
    }
    (report.len() == errors).then_some(Counting {
        comparisons,
        fields,
        percentile,
    })
}

fn number(node: &Node, word: &str, report: &mut Report<'_>) -> Option<Number> {
    if let Data::Scalar(Kind::Number(number), _) = node.data {
        return Some(number);
    }
    report.expected(
        node.position(),
        format!("`{word}` is {}", node.kind()),
        "a number",
    );
    None
}

/// `window` and `gap`.
fn cut(
    window: Option<&Entry>,
    gap: Option<&Entry>,
    span: Option<Duration>,
    report: &mut Report<'_>,
) -> Option<Window> {
    const WINDOWS: [(&str, Window); 3] = [
        ("sliding", Window::Sliding),
        ("tumbling", Window::Tumbling),
        ("session", Window::Session { gap: Duration::ZERO }),
    ];
    let kind = match window {
        Some(entry) => entry.value.word("window", &WINDOWS, report)?,
        None => Window::Sliding,
    };
    match (kind, gap) {
        (Window::Session { .. }, Some(entry)) => {
            let gap = timespan(&entry.value, "gap", report)?;
            if span.is_some_and(|span| gap > span) {
                let at = entry.value.position();
                report.expected(
                    at,
                    "the gap is longer than the whole session",
                    "at most `timespan`",
                );
                return None;
            }
            Some(Window::Session { gap })
        }
        (Window::Session { .. }, None) => {
            let at = window.map_or(Position::START, |entry| entry.value.position());
            report.expected(
                at,
                "a session without `gap`",
                "the `gap` that ends it, such as `10m`",
            );
            None
        }
        (_, Some(entry)) => {
            report.expected(
                entry.key.position(),
                "`gap` without a session",
                "`window: session`",
            );
            None
        }
        (kind, None) => Some(kind),
    }
}

fn aliases(node: &Node, report: &mut Report<'_>) -> Vec<Alias> {
    let mut aliases = Vec::new();
    for entry in entries(node, "`aliases`", report) {
        let rules = entries(&entry.value, "an alias", report);
        let mut fields = Vec::new();
        for rule in rules {
            if let Some(text) = rule.value.text("a field's name", report) {
                let field = Name {
                    text,
                    position: rule.value.position(),
                };
                fields.push((key(rule), field));
            }
        }
        aliases.push(Alias {
            name: key(entry),
            fields,
        });
    }
    aliases
}

/// The entries of a map that is not empty.
fn entries<'n>(node: &'n Node, what: &str, report: &mut Report<'_>) -> &'n [Entry] {
    match &node.data {
        Data::Map(entries) if !entries.is_empty() => entries,
        _ => {
            report.expected(
                node.position(),
                format!("{what} is {}", node.kind()),
                "a map of names",
            );
            &[]
        }
    }
}

fn key(entry: &Entry) -> Name {
    Name {
        text: entry.key.text.clone(),
        position: entry.key.position(),
    }
}

/// A list of names, or one name.
pub fn names(node: &Node, what: &str, report: &mut Report<'_>) -> Vec<Name> {
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
