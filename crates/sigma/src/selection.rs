//! Reads the `detection` part of a rule and the `filter` part of a filter: selections and a condition.

use crate::{
    condition::{self, Expression},
    detection::{Detection, Item, LogSource, Selection, Test},
    error::Report,
    error_kind::ErrorKind,
    modifier::Chain,
    reader::MapReader,
    scope::Scope,
    yaml::{Data, Entry, Key, Kind, Node},
};

/// Selections of one rule: more would make `1 of …` in a long condition stand for too much.
const MAX_SELECTIONS: usize = 1_000;
/// Conditions of one rule.
const MAX_CONDITIONS: usize = 100;

/// Reads `logsource`.
pub fn logsource(node: &Node, report: &mut Report<'_>) -> Option<LogSource> {
    let mut map = MapReader::new(node, "`logsource`", report)?;
    let mut text = |key| map.get(key).and_then(|n| n.text(key, report));
    let logsource = LogSource {
        category: text("category"),
        product: text("product"),
        service: text("service"),
        definition: text("definition"),
    };
    map.deny_unknown(report);
    if logsource.category.is_none() && logsource.product.is_none() && logsource.service.is_none() {
        report.expected(
            node.position(),
            "`logsource` names no logs",
            "one or more of `category`, `product`, `service`",
        );
    }
    Some(logsource)
}

/// Reads `detection`.
pub fn detection(node: &Node, scope: &Scope<'_>, report: &mut Report<'_>) -> Option<Detection> {
    let map = MapReader::new(node, "`detection`", report)?;
    selections(map, "`detection`", scope, report)
}

/// Reads what is left of a map, called `what`: a condition, and selections under any other key.
pub fn selections(
    map: MapReader<'_>,
    what: &str,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Option<Detection> {
    let errors = report.len();
    let detection = selected(map, what, scope, report);
    report.claim(errors, &ErrorKind::Detection);
    detection
}

fn selected(
    mut map: MapReader<'_>,
    what: &str,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Option<Detection> {
    let condition = map.need("condition", report);
    if let Some(entry) = map.entry("timeframe") {
        report.expected(
            entry.key.position(),
            "`timeframe` is not part of Sigma 2",
            "a document with `correlation` and its `timespan`",
        );
    }
    let count = map.rest().count();
    if count == 0 {
        let message = format!("{what} selects nothing");
        report.expected(map.position(), message, "a selection beside `condition`");
        return None;
    }
    if count > MAX_SELECTIONS {
        let message = format!("{what} has {count} selections");
        report.expected(map.position(), message, format!("at most {MAX_SELECTIONS}"));
        return None;
    }
    let selections: Vec<Selection> = map.rest().map(|entry| selection(entry, scope, report)).collect();
    let condition = expression(condition?, &selections, report)?;
    Some(Detection {
        selections,
        condition,
    })
}

/// One condition, or a list of them, which are joined by OR.
fn expression(node: &Node, selections: &[Selection], report: &mut Report<'_>) -> Option<Expression> {
    let names: Vec<&str> = selections.iter().map(|s| s.name.as_str()).collect();
    match &node.data {
        Data::List(items) if items.len() > MAX_CONDITIONS => {
            let message = format!("{} conditions", items.len());
            report.expected(node.position(), message, format!("at most {MAX_CONDITIONS}"));
            None
        }
        Data::List(items) if !items.is_empty() => {
            let parts: Vec<Option<Expression>> = items
                .iter()
                .map(|item| condition::parse(item, "selection", &names, report))
                .collect();
            Some(Expression::any(parts.into_iter().collect::<Option<Vec<_>>>()?))
        }
        _ => condition::parse(node, "selection", &names, report),
    }
}

fn selection(entry: &Entry, scope: &Scope<'_>, report: &mut Report<'_>) -> Selection {
    let node = &entry.value;
    let errors = report.len();
    // `name|endswith: {…}` occurs: the modifiers are those of every field in it.
    let chain = Chain::none()
        .followed_by(&entry.key, report)
        .unwrap_or_else(Chain::none);
    let alternatives = match &node.data {
        Data::List(items) => {
            let (maps, values): (Vec<&Node>, Vec<&Node>) =
                items.iter().partition(|n| matches!(n.data, Data::Map(_)));
            let mut alternatives: Vec<Vec<Item>> = maps
                .into_iter()
                .map(|map| conjunction(map, &chain, scope, report))
                .collect();
            if !values.is_empty() {
                alternatives.push(vec![keywords(node, &values, &chain, scope, report)]);
            }
            alternatives
        }
        Data::Map(_) => vec![conjunction(node, &chain, scope, report)],
        Data::Scalar(Kind::Null, _) => Vec::new(),
        Data::Scalar(..) => vec![vec![keywords(node, &[node], &chain, scope, report)]],
    };
    if report.len() == errors && alternatives.iter().all(Vec::is_empty) {
        report.expected(
            node.position(),
            format!("selection `{}` is empty", entry.key.text),
            "fields with values, or keywords",
        );
    }
    Selection {
        name: name(&entry.key).to_owned(),
        position: entry.key.position(),
        alternatives,
    }
}

/// The items of a map, all of which must hold.
fn conjunction(node: &Node, outer: &Chain, scope: &Scope<'_>, report: &mut Report<'_>) -> Vec<Item> {
    match &node.data {
        Data::Map(entries) => entries
            .iter()
            .filter_map(|entry| item(entry, outer, scope, report))
            .collect(),
        _ => Vec::new(),
    }
}

/// What stands before the modifiers.
fn name(key: &Key) -> &str {
    key.text.split('|').next().unwrap_or_default()
}

fn item(entry: &Entry, outer: &Chain, scope: &Scope<'_>, report: &mut Report<'_>) -> Option<Item> {
    let chain = outer.followed_by(&entry.key, report)?;
    let name = name(&entry.key);
    let single = std::slice::from_ref(&entry.value);
    let values: Vec<&Node> = match &entry.value.data {
        Data::List(items) => items.iter().collect(),
        _ => single.iter().collect(),
    };
    if name.is_empty() {
        return Some(keywords(&entry.value, &values, &chain, scope, report));
    }
    let tests = tests(&entry.value, &values, &chain, false, scope, report);
    Some(Item {
        field: Some(name.to_owned()),
        position: entry.key.position(),
        all: chain.all,
        negated: chain.negated,
        tests,
    })
}

fn keywords(
    node: &Node,
    values: &[&Node],
    chain: &Chain,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Item {
    Item {
        field: None,
        position: node.position(),
        all: chain.all,
        negated: chain.negated,
        tests: tests(node, values, chain, true, scope, report),
    }
}

fn tests(
    node: &Node,
    values: &[&Node],
    chain: &Chain,
    keyword: bool,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Vec<Test> {
    if values.is_empty() {
        report.expected(node.position(), "a list without values", "one value or more");
    }
    values
        .iter()
        .flat_map(|value| chain.tests(value, keyword, scope, report))
        .collect()
}
