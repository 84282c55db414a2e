//! What it was that made a rule not match, in a few lines: what a failed test says.

use super::{
    outcome::{Explanation, Node},
    text,
};

/// What did not hold, and what held and must not; empty for a rule that matches.
pub fn brief(rule: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(asked) = rule.asked.as_ref().filter(|asked| !asked.fits) {
        lines.push(format!(
            "the rule is for logs of `{}`, this is one of `{}`",
            asked.rule, asked.event
        ));
    }
    if let Some(condition) = &rule.condition {
        walk(rule, condition, true, &mut lines);
    }
    let filters = rule.filters.iter().filter(|filter| filter.excludes);
    lines.extend(filters.map(|filter| format!("filter `{}` takes it away", filter.title)));
    lines
}

/// Follows the parts of a condition that came out as they should not.
fn walk(rule: &Explanation, node: &Node, wanted: bool, lines: &mut Vec<String>) {
    if node.holds == wanted {
        return;
    }
    let named = rule
        .selections
        .iter()
        .find(|selection| selection.name == node.label);
    match named.filter(|_| node.parts.is_empty()) {
        Some(selection) if wanted => {
            let items = selection.alternatives.iter().flatten().filter(|item| !item.holds);
            lines.extend(items.map(|item| format!("`{}`: {}", selection.name, text::item(item))));
        }
        Some(selection) => lines.push(format!("`{}` holds, and must not", selection.name)),
        None => {
            let wanted = if node.label == "not" { !wanted } else { wanted };
            node.parts.iter().for_each(|part| walk(rule, part, wanted, lines));
        }
    }
}
