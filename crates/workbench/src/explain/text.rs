//! Explanations as people read them on a terminal.

use super::{
    Explained,
    outcome::{Explanation, FilterOutcome, ItemOutcome, Node, SelectionOutcome, WindowAsked},
};
use std::fmt::{self, Display, Formatter};

/// Expectations of one item that are shown if none of them was met.
const SHOWN: usize = 3;
/// Characters of a value that are shown.
const CHARACTERS: usize = 160;

impl Display for Explained {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (&self.event.product, &self.event.log) {
            (Some(product), Some(log)) => writeln!(f, "read as {product}, log `{log}`:")?,
            _ => writeln!(f, "read as an event:")?,
        }
        for field in &self.event.fields {
            writeln!(f, "  {} = {}", field.name, values(&field.values))?;
        }
        for rule in &self.rules {
            writeln!(f)?;
            whole(f, rule, 0)?;
        }
        Ok(())
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        whole(f, self, 0)
    }
}

fn whole(f: &mut Formatter<'_>, rule: &Explanation, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    let verdict = match (&rule.window, rule.matches) {
        (None, true) => "matches",
        (None, false) => "does not match",
        (Some(_), true) => "counts",
        (Some(_), false) => "does not count",
    };
    writeln!(
        f,
        "{indent}{verdict}: {} ({}:{})",
        rule.title, rule.file, rule.line
    )?;
    if let Some(asked) = rule.asked.as_ref().filter(|asked| !asked.fits) {
        writeln!(
            f,
            "{indent}  ✗ the rule is for logs of `{}`, this is one of `{}`",
            asked.rule, asked.event
        )?;
    }
    if let Some(condition) = &rule.condition {
        writeln!(f, "{indent}  condition")?;
        node(f, condition, depth + 2)?;
    }
    for selection in &rule.selections {
        self::selection(f, selection, depth + 1)?;
    }
    for filter in &rule.filters {
        self::filter(f, filter, depth + 1)?;
    }
    if let Some(window) = &rule.window {
        self::window(f, window, &indent)?;
    }
    for member in &rule.members {
        whole(f, member, depth + 1)?;
    }
    Ok(())
}

const fn mark(holds: bool) -> char {
    if holds { '✓' } else { '✗' }
}

fn node(f: &mut Formatter<'_>, node: &Node, depth: usize) -> fmt::Result {
    writeln!(f, "{}{} {}", "  ".repeat(depth), mark(node.holds), node.label)?;
    for part in &node.parts {
        self::node(f, part, depth + 1)?;
    }
    Ok(())
}

fn selection(f: &mut Formatter<'_>, selection: &SelectionOutcome, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    writeln!(
        f,
        "{indent}{} {} (line {})",
        mark(selection.holds),
        selection.name,
        selection.line
    )?;
    for (number, items) in selection.alternatives.iter().enumerate() {
        if number > 0 {
            writeln!(f, "{indent}    or")?;
        }
        for item in items {
            writeln!(f, "{indent}    {} {}", mark(item.holds), self::item(item))?;
        }
    }
    Ok(())
}

/// An item, what it expects and what there was.
pub fn item(item: &ItemOutcome) -> String {
    let field = match (&item.field, &item.mapped) {
        (Some(field), Some(mapped)) => format!("{field} ({mapped})"),
        (Some(field), None) => field.clone(),
        (None, _) => "anywhere".to_owned(),
    };
    let met: Vec<&str> = item
        .met
        .iter()
        .map(|number| item.expected[*number].as_str())
        .collect();
    let wanted = if met.is_empty() || item.all {
        let more = item.expected.len().saturating_sub(SHOWN);
        let mut shown: Vec<String> = item.expected.iter().take(SHOWN).cloned().collect();
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        shown.join(if item.all { " and " } else { " or " })
    } else {
        met.join(" or ")
    };
    let wanted = if item.negated {
        format!("not ({wanted})")
    } else {
        wanted
    };
    match &item.field {
        Some(_) if item.values.is_empty() => format!("{field} {wanted}: it is absent"),
        Some(_) => format!("{field} {wanted}: it is {}", values(&item.values)),
        None => format!("{field} {wanted}"),
    }
}

fn values(values: &[String]) -> String {
    let shown = values.iter().map(|value| {
        let cut: String = value.chars().take(CHARACTERS).collect();
        let more = if cut.len() < value.len() { "…" } else { "" };
        format!("{cut:?}{more}")
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn filter(f: &mut Formatter<'_>, filter: &FilterOutcome, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    let does = if filter.excludes {
        "takes this away"
    } else {
        "lets this pass"
    };
    writeln!(
        f,
        "{indent}{} filter `{}` ({}) {does}",
        mark(!filter.excludes),
        filter.title,
        filter.file
    )?;
    for selection in &filter.selections {
        self::selection(f, selection, depth + 1)?;
    }
    Ok(())
}

fn window(f: &mut Formatter<'_>, window: &WindowAsked, indent: &str) -> fmt::Result {
    let condition = if window.condition.is_empty() {
        String::new()
    } else {
        format!(" {}", window.condition)
    };
    writeln!(
        f,
        "{indent}  {}{condition} within {} s ({})",
        window.kind, window.seconds, window.window
    )?;
    for (field, value) in &window.group {
        match value {
            Some(value) => writeln!(f, "{indent}  ✓ in the window of {field} = {value:?}")?,
            None => writeln!(f, "{indent}  ✗ {field} is absent: the event is in no window")?,
        }
    }
    for (field, found) in &window.values {
        let has = !found.is_empty();
        let found = if has { values(found) } else { "absent".to_owned() };
        writeln!(f, "{indent}  {} counted by {field}: {found}", mark(has))?;
    }
    Ok(())
}
