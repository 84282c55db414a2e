//! What of a rule changed, and what of its file only reads differently.

use super::report::{Change, RuleChange, RuleDiff, RuleLine};
use crate::{compiled::Compiled, logs};
use detect::{RuleInfo, RuleTest};
use model::id::ContentHash;
use sigma::{Report, yaml};
use std::collections::{BTreeMap, BTreeSet};

/// Compares the rules of two sets, by id.
pub fn compare(before: &Compiled, after: &Compiled) -> RuleDiff {
    let old: BTreeMap<&str, &RuleInfo> = before.own().map(|rule| (rule.id.as_str(), rule)).collect();
    let new: BTreeMap<&str, &RuleInfo> = after.own().map(|rule| (rule.id.as_str(), rule)).collect();
    let mut diff = RuleDiff::default();
    for (id, rule) in &new {
        match old.get(id) {
            None => diff.added.push(line(rule)),
            Some(was) => {
                let changes = changes(was, rule);
                if changes.is_empty() {
                    diff.unchanged += 1;
                } else {
                    let rule = line(rule);
                    diff.changed.push(RuleChange { rule, changes });
                }
            }
        }
    }
    let removed = old.iter().filter(|(id, _)| !new.contains_key(*id));
    diff.removed = removed.map(|(_, rule)| line(rule)).collect();
    diff
}

fn line(rule: &RuleInfo) -> RuleLine {
    RuleLine {
        id: rule.id.clone(),
        title: rule.title.en.clone(),
        level: rule.level,
        file: rule.file.clone(),
    }
}

fn changes(old: &RuleInfo, new: &RuleInfo) -> Vec<Change> {
    let sources = |rule: &RuleInfo| -> String {
        let each: Vec<String> = rule.logsources.iter().map(logs::shown).collect();
        each.join(", ")
    };
    let tactics = |rule: &RuleInfo| {
        let tactics = rule.tactics.iter().map(model::Tactic::as_str);
        let all = tactics.chain(rule.techniques.iter().map(String::as_str));
        all.collect::<Vec<_>>().join(", ")
    };
    let parts = [
        ("title", old.title.en.clone(), new.title.en.clone()),
        ("level", old.level.name().en, new.level.name().en),
        ("logsource", sources(old), sources(new)),
        (
            "aggregation",
            old.aggregation.as_str().to_owned(),
            new.aggregation.as_str().to_owned(),
        ),
        ("attack", tactics(old), tactics(new)),
        ("tests", tests(&old.tests), tests(&new.tests)),
    ];
    let parts = parts.into_iter().filter(|(_, before, after)| before != after);
    let mut changes: Vec<Change> = parts
        .map(|(what, before, after)| Change { what, before, after })
        .collect();
    if old.text == new.text {
        return changes;
    }
    let (before, after) = (written(&old.text), written(&new.text));
    let keys: BTreeSet<&(usize, &str)> = before.keys().chain(after.keys()).collect();
    let none = String::new();
    for key in keys {
        let (was, is) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        if was != is {
            changes.push(Change {
                what: key.1,
                before: was.clone(),
                after: is.clone(),
            });
        }
    }
    if changes.is_empty() {
        // Comments, references, the order of keys.
        changes.push(Change {
            what: "text",
            before: old.version.clone(),
            after: new.version.clone(),
        });
    }
    changes
}

/// The tests in a line each.
fn tests(tests: &[RuleTest]) -> String {
    let each = tests.iter().map(|test| {
        let parts = test
            .logs
            .iter()
            .flat_map(|log| [log.source.to_string(), log.raw.clone()]);
        let digest = parts.fold(ContentHash::new("logs"), ContentHash::part).finish();
        format!(
            "{}: {} logs {:08x}, {} alerts",
            test.name,
            test.logs.len(),
            digest >> 96,
            test.alerts
        )
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What a file looks for, by document and part: `condition`, `detection`, `correlation`, `filter`.
fn written(text: &str) -> BTreeMap<(usize, &'static str), String> {
    let mut report = Report::new("");
    let mut parts = BTreeMap::new();
    for (number, node) in yaml::load(text, &mut report).iter().enumerate() {
        for part in ["detection", "correlation", "filter"] {
            let Some(body) = member(node, part) else { continue };
            if let Some(condition) = member(body, "condition").filter(|_| part != "correlation") {
                parts.insert((number, "condition"), plain(condition, &[]));
            }
            let left_out: &[&str] = if part == "correlation" {
                &[]
            } else {
                &["condition"]
            };
            parts.insert((number, part), plain(body, left_out));
        }
        if let Some(extension) = member(node, "ctdr") {
            parts.insert(
                (number, "ctdr"),
                plain(extension, &["tests", "aggregation", "name"]),
            );
        }
    }
    parts
}

fn member<'n>(node: &'n yaml::Node, key: &str) -> Option<&'n yaml::Node> {
    match &node.data {
        yaml::Data::Map(entries) => entries
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value),
        _ => None,
    }
}

/// A node on one line, without some of its keys: the same for texts that mean the same.
fn plain(node: &yaml::Node, left_out: &[&str]) -> String {
    match &node.data {
        yaml::Data::Scalar(yaml::Kind::Null, _) => "null".to_owned(),
        yaml::Data::Scalar(_, text) => text.clone(),
        yaml::Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(item, &[])).collect();
            format!("[{}]", items.join(", "))
        }
        yaml::Data::Map(entries) => {
            let kept = entries
                .iter()
                .filter(|entry| !left_out.contains(&entry.key.text.as_str()));
            let each: Vec<String> = kept
                .map(|entry| format!("{}: {}", entry.key.text, plain(&entry.value, &[])))
                .collect();
            format!("{{{}}}", each.join(", "))
        }
    }
}
