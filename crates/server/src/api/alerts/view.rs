//! An alert as the API shows it.

use super::members::{CountedRule, counted};
use crate::{
    api::{
        dto::{Entity, Text},
        schema,
    },
    pipeline::KnownRules,
};
use model::{Aggregation, EventId, Level, NoEventReason, Origin, Side, Span, Time};
use serde::Serialize;
use store::AlertRow;
use utoipa::ToSchema;

/// What a rule, or a vendor's product, found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Alert {
    /// `alt_…`.
    id: String,
    /// When the last of its records happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// When the first of its records happened.
    #[schema(value_type = String, format = DateTime)]
    first_time: Time,
    /// What happened.
    title: Text,
    /// The rule that raised it.
    rule: RuleRef,
    /// Who wrote the rule; `vendor` for a product's own alert.
    #[schema(schema_with = schema::origin)]
    origin: Origin,
    /// The rule was being tried.
    testing: bool,
    /// The side of the devices that saw it.
    #[schema(schema_with = schema::side)]
    side: Side,
    /// How bad.
    #[schema(schema_with = schema::level)]
    level: Level,
    /// How it becomes an event.
    #[schema(schema_with = schema::aggregation)]
    aggregation: Aggregation,
    /// The category of the threat.
    category: String,
    /// ATT&CK tactics, by their short names.
    tactics: Vec<String>,
    /// ATT&CK techniques.
    techniques: Vec<String>,
    /// The products whose records it rests on.
    products: Vec<String>,
    /// The cloud accounts its records belong to.
    accounts: Vec<String>,
    /// What it mentions.
    entities: Vec<Entity>,
    /// The event it is in.
    event_id: Option<String>,
    /// Why it is in none; null also while one may still come.
    no_event_reason: Option<String>,
    /// Whether the device blocked it itself; null where it does not say.
    defended: Option<bool>,
    /// Further matches that raised no alert of their own.
    suppressed: u64,
    /// Records it rests on, as far as they are kept.
    record_count: u64,
}

/// The rule of an alert, as it was then.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleRef {
    id: String,
    /// Digest of its text.
    version: String,
    /// What it is called now.
    title: Text,
}

impl Alert {
    /// The API's view of an alert that is in `event`, or in none for a reason.
    pub fn of(
        alert: model::Alert,
        event: Option<EventId>,
        no_event: Option<NoEventReason>,
        rules: &KnownRules,
    ) -> Self {
        let title = rules
            .set
            .rule(&alert.rule.id)
            .map_or_else(|| alert.title.clone(), |rule| rule.title.clone());
        Self {
            id: alert.id.to_string(),
            time: alert.time,
            first_time: alert.first_time,
            title: alert.title.into(),
            rule: RuleRef {
                id: alert.rule.id,
                version: alert.rule.version,
                title: title.into(),
            },
            origin: alert.origin,
            testing: alert.testing,
            side: alert.side,
            level: alert.level,
            aggregation: alert.aggregation,
            category: alert.category,
            tactics: alert.tactics.iter().map(ToString::to_string).collect(),
            techniques: alert.techniques,
            products: alert.products.iter().map(ToString::to_string).collect(),
            accounts: alert.accounts.into_iter().collect(),
            entities: alert
                .entities
                .iter()
                .map(|entity| Entity::of(entity, 0))
                .collect(),
            event_id: event.map(|id| id.to_string()),
            no_event_reason: no_event.map(|reason| reason.as_str().to_owned()),
            defended: alert.defended,
            suppressed: alert.suppressed,
            record_count: alert.records.len() as u64,
        }
    }

    /// The same, from a row of the store.
    pub fn of_row(row: AlertRow, rules: &KnownRules) -> Self {
        Self::of(
            row.alert,
            row.membership.map(|membership| membership.event),
            row.no_event,
            rules,
        )
    }
}

/// An alert with all there is to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlertDetail {
    #[serde(flatten)]
    alert: Alert,
    /// What its rule detects.
    description: Text,
    /// Samples of its records.
    evidence: Vec<Evidence>,
    /// For rules that count: what was counted.
    threshold: Option<Threshold>,
    /// The rule's text: as it was, or as it is now if `rule_changed`. Empty if the rule is gone.
    rule_text: String,
    /// The rule was changed since.
    rule_changed: bool,
    /// Its records, oldest first, as far as they are kept.
    records: Vec<String>,
    /// The whitelist it hit.
    whitelist: Option<String>,
}

/// A record that made the rule match.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// `rec_…`.
    record: String,
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// The product that wrote it.
    product: String,
    /// The raw record.
    raw: String,
    /// What matched.
    matched: Vec<Matched>,
}

/// A field that made the rule match.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Matched {
    /// Its OCSF name.
    name: String,
    value: String,
    /// Where it stands in the raw record.
    span: Option<ByteSpan>,
}

/// Bytes `start..end` of the UTF-8 form of the raw record.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ByteSpan {
    start: u32,
    end: u32,
}

/// What a counting rule counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Threshold {
    /// Such as `event_count`.
    kind: String,
    /// Such as `>= 20`.
    condition: String,
    /// The value that met it.
    value: f64,
    /// Over how many seconds.
    seconds: u64,
    /// The group it was counted for.
    group: Vec<GroupField>,
    /// For correlations of several rules: those that matched in the window.
    rules: Vec<CountedRule>,
}

/// A field of a group, and its value there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupField {
    /// The field's name.
    field: String,
    /// Its value.
    value: String,
}

impl From<(String, String)> for GroupField {
    fn from((field, value): (String, String)) -> Self {
        Self { field, value }
    }
}

impl From<model::Evidence> for Evidence {
    fn from(evidence: model::Evidence) -> Self {
        let matched = |field: model::MatchedField| Matched {
            name: field.name,
            value: field.value,
            span: field.span.map(|Span { start, end }| ByteSpan { start, end }),
        };
        Self {
            record: evidence.record.to_string(),
            time: evidence.time,
            product: evidence.product.to_string(),
            raw: evidence.raw,
            matched: evidence.matched.into_iter().map(matched).collect(),
        }
    }
}

impl AlertDetail {
    /// The API's view of an alert with its evidence, and the text of its rule.
    pub fn of(mut row: AlertRow, rule_text: String, rule_changed: bool, rules: &KnownRules) -> Self {
        let rule = rules.set.rule(&row.alert.rule.id);
        let evidence = std::mem::take(&mut row.alert.evidence);
        let threshold = row.alert.threshold.take().map(|threshold| Threshold {
            kind: threshold.kind,
            condition: threshold.condition,
            value: threshold.value,
            seconds: threshold.seconds,
            group: threshold.group.into_iter().map(GroupField::from).collect(),
            rules: counted(threshold.rules, &row.alert.rule, &rule_text, rules),
        });
        Self {
            description: rule
                .map_or_else(|| row.alert.title.clone(), |rule| rule.description.clone())
                .into(),
            evidence: evidence.into_iter().map(Evidence::from).collect(),
            threshold,
            rule_text,
            rule_changed,
            records: row.alert.records.iter().map(ToString::to_string).collect(),
            whitelist: row.whitelist.clone(),
            alert: Alert::of_row(row, rules),
        }
    }
}
