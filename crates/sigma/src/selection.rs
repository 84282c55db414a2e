//! Reads the `detection` part of a rule: its selections and its condition.

use crate::{
    condition::{self, Expression},
    detection::{Detection, Item, LogSource, Selection},
    error::Report,
    modifier::Chain,
    reader::MapReader,
    yaml::{Data, Entry, Kind, Node},
};

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
pub fn detection(node: &Node, report: &mut Report<'_>) -> Option<Detection> {
    let mut map = MapReader::new(node, "`detection`", report)?;
    let condition = map.need("condition", report);
    if let Some(entry) = map.entry("timeframe") {
        report.expected(
            entry.key.position(),
            "`timeframe` is not part of Sigma 2",
            "a document with `correlation` and its `timespan`",
        );
    }
    let selections: Vec<Selection> = map.rest().map(|entry| selection(entry, report)).collect();
    if selections.is_empty() {
        report.expected(
            map.position(),
            "`detection` selects nothing",
            "a selection beside `condition`",
        );
        return None;
    }
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
        Data::List(items) if !items.is_empty() => {
            let parts: Vec<Option<Expression>> = items
                .iter()
                .map(|item| condition::parse(item, &names, report))
                .collect();
            Some(Expression::any(parts.into_iter().collect::<Option<Vec<_>>>()?))
        }
        _ => condition::parse(node, &names, report),
    }
}

fn selection(entry: &Entry, report: &mut Report<'_>) -> Selection {
    let node = &entry.value;
    let errors = report.len();
    let alternatives = match &node.data {
        Data::List(items) => {
            let (maps, values): (Vec<&Node>, Vec<&Node>) =
                items.iter().partition(|n| matches!(n.data, Data::Map(_)));
            let mut alternatives: Vec<Vec<Item>> =
                maps.into_iter().map(|map| conjunction(map, report)).collect();
            if !values.is_empty() {
                alternatives.push(vec![keywords(node, &values, &Chain::none(), report)]);
            }
            alternatives
        }
        Data::Map(_) => vec![conjunction(node, report)],
        Data::Scalar(Kind::Null, _) => Vec::new(),
        Data::Scalar(..) => vec![vec![keywords(node, &[node], &Chain::none(), report)]],
    };
    if report.len() == errors && alternatives.iter().all(Vec::is_empty) {
        report.expected(
            node.position(),
            format!("selection `{}` is empty", entry.key.text),
            "fields with values, or keywords",
        );
    }
    Selection {
        name: entry.key.text.clone(),
        position: entry.key.position(),
        alternatives,
    }
}

/// The items of a map, all of which must hold.
fn conjunction(node: &Node, report: &mut Report<'_>) -> Vec<Item> {
    match &node.data {
        Data::Map(entries) => entries.iter().filter_map(|entry| item(entry, report)).collect(),
        _ => Vec::new(),
    }
}

fn item(entry: &Entry, report: &mut Report<'_>) -> Option<Item> {
    let chain = Chain::parse(&entry.key, report)?;
    let name = entry.key.text.split('|').next().unwrap_or_default();
    let single = std::slice::from_ref(&entry.value);
    let values: Vec<&Node> = match &entry.value.data {
        Data::List(items) => items.iter().collect(),
        _ => single.iter().collect(),
    };
    if name.is_empty() {
        return Some(keywords(&entry.value, &values, &chain, report));
    }
    let tests = tests(&entry.value, &values, &chain, false, report);
    Some(Item {
        field: Some(name.to_owned()),
        position: entry.key.position(),
        all: chain.all,
        negated: chain.negated,
        tests,
    })
}

fn keywords(node: &Node, values: &[&Node], chain: &Chain, report: &mut Report<'_>) -> Item {
    Item {
        field: None,
        position: node.position(),
        all: chain.all,
        negated: chain.negated,
        tests: tests(node, values, chain, true, report),
    }
}

fn tests(
    node: &Node,
    values: &[&Node],
    chain: &Chain,
    keyword: bool,
    report: &mut Report<'_>,
) -> Vec<crate::detection::Test> {
    if values.is_empty() {
        report.expected(node.position(), "a list without values", "one value or more");
    }
    values
        .iter()
        .flat_map(|value| chain.tests(value, keyword, report))
        .collect()
}
