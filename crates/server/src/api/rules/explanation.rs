//! Why rules match a log or do not, as the API says it: the workbench's answer with the names of the document.

use serde::Serialize;
use utoipa::ToSchema;
use workbench::{Explanation as Told, Node as ToldNode, SelectionOutcome};

/// What rules made of a log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explained {
    /// The product whose log it is, and the kind of log it was recognised as.
    log: String,
    /// Its fields by the names rules know them by.
    fields: Vec<NamedValues>,
    /// The rules.
    rules: Vec<Explanation>,
}

/// A field of a log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NamedValues {
    /// Its name.
    name: String,
    /// Its values.
    values: Vec<String>,
}

/// What a rule made of a log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The rule's id; empty if it has none.
    id: String,
    /// Its title.
    title: String,
    /// It matches; of a correlation: the log counts for it.
    matches: bool,
    /// The logs it is for, if this is none of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_logs: Option<String>,
    /// Its condition, and how it came out; none for a correlation.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<ConditionNode>,
    /// Its selections, and those of its filters.
    selections: Vec<Selection>,
    /// Filters that take the log away from the rule.
    excluded_by: Vec<String>,
    /// Of a correlation: how many of such logs it asks for, within which time.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<RuleWindow>,
    /// Of a correlation: the rules whose matches it counts.
    #[schema(no_recursion)]
    members: Vec<Explanation>,
}

/// A part of a condition.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConditionNode {
    /// `and`, `or`, `not`, a quantifier such as `1 of sel*`, or the name of a selection.
    label: String,
    /// It holds.
    holds: bool,
    /// Its parts.
    #[schema(no_recursion)]
    parts: Vec<ConditionNode>,
}

/// A selection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Selection {
    /// Its name.
    name: String,
    /// Its line in the text, from 1.
    line: usize,
    /// One of its alternatives holds.
    holds: bool,
    /// Its alternatives: each holds if all its items do.
    alternatives: Vec<Vec<SelectionItem>>,
}

/// A field of a selection, and what it asks for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SelectionItem {
    /// The field as the rule writes it; none for keywords.
    field: Option<String>,
    /// Its line in the text, from 1.
    line: usize,
    /// The values the log has there; empty if the field is absent.
    values: Vec<String>,
    /// What was expected, such as `contains "/admin"`.
    expected: Vec<String>,
    /// All of `expected` must be met, not just one.
    all: bool,
    /// None of `expected` may be met.
    negated: bool,
    /// It holds.
    holds: bool,
}

/// What a correlation asks of the logs within a time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleWindow {
    /// Such as `event_count`.
    kind: &'static str,
    /// Such as `>= 20`.
    condition: String,
    /// Over how many seconds.
    seconds: u64,
    /// The fields that tell one group from another, with the log's values.
    group: Vec<NamedValues>,
}

impl From<workbench::Explained> for Explained {
    fn from(told: workbench::Explained) -> Self {
        let parts = [told.event.product, told.event.log];
        let fields = told.event.fields.into_iter();
        Self {
            log: parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
            fields: fields
                .map(|field| NamedValues {
                    name: field.name,
                    values: field.values,
                })
                .collect(),
            rules: told.rules.into_iter().map(Explanation::of).collect(),
        }
    }
}

impl Explanation {
    fn of(told: Told) -> Self {
        let excluding = told.filters.iter().filter(|filter| filter.excludes);
        let excluded_by = excluding.map(|filter| filter.title.clone()).collect();
        let filters = told.filters.into_iter().flat_map(|filter| filter.selections);
        Self {
            id: told.id,
            title: told.title,
            matches: told.matches,
            other_logs: told.asked.filter(|asked| !asked.fits).map(|asked| asked.rule),
            condition: told.condition.map(ConditionNode::of),
            selections: told
                .selections
                .into_iter()
                .chain(filters)
                .map(Selection::of)
                .collect(),
            excluded_by,
            window: told.window.map(|window| RuleWindow {
                kind: window.kind,
                condition: window.condition,
                seconds: window.seconds,
                group: window
                    .group
                    .into_iter()
                    .map(|(name, value)| NamedValues {
                        name,
                        values: value.into_iter().collect(),
                    })
                    .collect(),
            }),
            members: told.members.into_iter().map(Self::of).collect(),
        }
    }
}

impl ConditionNode {
    fn of(told: ToldNode) -> Self {
        Self {
            label: told.label,
            holds: told.holds,
            parts: told.parts.into_iter().map(Self::of).collect(),
        }
    }
}

impl Selection {
    fn of(told: SelectionOutcome) -> Self {
        let item = |item: workbench::ItemOutcome| SelectionItem {
            field: item.field,
            line: item.line,
            values: item.values,
            expected: item.expected,
            all: item.all,
            negated: item.negated,
            holds: item.holds,
        };
        let alternatives = told.alternatives.into_iter();
        Self {
            name: told.name,
            line: told.line,
            holds: told.holds,
            alternatives: alternatives
                .map(|items| items.into_iter().map(item).collect())
                .collect(),
        }
    }
}
