//! A rule with a detection: its selections, its condition, and the filters that are for it.

use super::{
    event::Subject,
    library::{Library, Page},
    outcome::{Asked, Explanation, FilterOutcome, ItemOutcome, SelectionOutcome},
    outline, words,
};
use crate::logs;
use sigma::{Detection, Item, LogSource, Selection, eval};

/// Explains what a rule makes of an event.
pub fn explain(
    library: &Library,
    page: &Page,
    logsource: &LogSource,
    detection: &Detection,
    subject: &Subject<'_>,
) -> Explanation {
    let selections = selections(detection, subject);
    let condition = condition(page, detection, &selections);
    let filters: Vec<FilterOutcome> = library
        .filters_of(&page.document)
        .map(|(filter, detection)| self::filter(filter, detection, subject))
        .collect();
    let asked = subject.logsource().map(|log| {
        let rule = logs::of_rule(logsource);
        Asked {
            rule: logs::shown(&rule),
            event: logs::shown(log),
            fits: logs::reads(&rule, log),
        }
    });
    let read = asked.as_ref().is_none_or(|asked| asked.fits);
    Explanation {
        matches: read && condition.holds && !filters.iter().any(|filter| filter.excludes),
        asked,
        condition: Some(condition),
        selections,
        filters,
        ..head(page)
    }
}

/// An explanation that says which rule it is about, and nothing yet.
pub fn head(page: &Page) -> Explanation {
    let about = &page.document.metadata;
    Explanation {
        id: about.id.clone().unwrap_or_default(),
        title: about.title.clone(),
        file: page.file.clone(),
        line: page.document.position.line,
        matches: false,
        asked: None,
        condition: None,
        selections: Vec::new(),
        filters: Vec::new(),
        window: None,
        members: Vec::new(),
    }
}

fn filter(page: &Page, detection: &Detection, subject: &Subject<'_>) -> FilterOutcome {
    let selections = selections(detection, subject);
    let condition = condition(page, detection, &selections);
    FilterOutcome {
        title: page.document.metadata.title.clone(),
        file: page.file.clone(),
        excludes: condition.holds,
        condition,
        selections,
    }
}

fn condition(page: &Page, detection: &Detection, outcomes: &[SelectionOutcome]) -> super::Node {
    let holds: Vec<bool> = outcomes.iter().map(|outcome| outcome.holds).collect();
    let text = page.condition.as_deref();
    outline::outline(text, &detection.condition, &detection.selections, &holds)
}

fn selections(detection: &Detection, subject: &Subject<'_>) -> Vec<SelectionOutcome> {
    let each = |selection: &Selection| SelectionOutcome {
        name: selection.name.clone(),
        line: selection.position.line,
        holds: eval::selection_holds(selection, subject),
        alternatives: selection
            .alternatives
            .iter()
            .map(|items| items.iter().map(|item| self::item(item, subject)).collect())
            .collect(),
    };
    detection.selections.iter().map(each).collect()
}

fn item(item: &Item, subject: &Subject<'_>) -> ItemOutcome {
    let met = item.tests.iter().enumerate().filter(|(_, test)| {
        let alone = Item {
            all: false,
            negated: false,
            tests: vec![(*test).clone()],
            ..item.clone()
        };
        holds(alone, subject)
    });
    ItemOutcome {
        met: met.map(|(number, _)| number).collect(),
        mapped: item.field.as_deref().and_then(|field| subject.mapped(field)),
        values: subject.shown(item.field.as_deref()),
        expected: item.tests.iter().map(words::expected).collect(),
        field: item.field.clone(),
        line: item.position.line,
        all: item.all,
        negated: item.negated,
        holds: holds(item.clone(), subject),
    }
}

/// Whether an item holds: the reference evaluator asked about a selection of nothing else.
fn holds(item: Item, subject: &Subject<'_>) -> bool {
    let selection = Selection {
        name: String::new(),
        position: item.position,
        alternatives: vec![vec![item]],
    };
    eval::selection_holds(&selection, subject)
}
