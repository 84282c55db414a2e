//! An entity as the API shows it.

use crate::{
    api::{
        dto::{EntityRef, Text},
        schema,
    },
    pipeline::KnownRules,
};
use model::{LocalText, TagSource, Time, entity_parts, entity_tag::tag_refusal};
use serde::Serialize;
use std::collections::HashMap;
use store::{EntityAlerts, EntityReach, EntityRow};
use utoipa::ToSchema;

/// An entity over all alerts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntitySummary {
    /// One of the thirteen types.
    #[schema(schema_with = schema::entity_kind)]
    r#type: String,
    /// Its value, scoped to what it is local to.
    value: String,
    /// Known to be malicious.
    malicious: bool,
    /// An asset: by its type, or as an address or domain that was attacked.
    is_asset: bool,
    /// Whether the type allows the malicious tag.
    can_be_malicious: bool,
    /// Alerts that mention it.
    alert_count: u64,
    /// Those in which it is the attacker.
    attacker_count: u64,
    /// Those in which it is a victim.
    victim_count: u64,
    /// Those in which it was used or left behind.
    artefact_count: u64,
    /// Events that mention it.
    event_count: u64,
    /// The first record of the first alert.
    #[schema(value_type = String, format = DateTime)]
    first_time: Time,
    /// The last record of the last one.
    #[schema(value_type = String, format = DateTime)]
    last_time: Time,
}

/// An entity with what is known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityDetail {
    #[serde(flatten)]
    entity: EntitySummary,
    /// The parts of its value, from what it is local to down to itself.
    parts: Vec<EntityPart>,
    /// Why it cannot be tagged malicious, and what can be instead.
    tag_advice: Option<Text>,
    /// Who calls it malicious, and who did: those that hold first.
    tags: Vec<EntityTag>,
    /// The newest alerts, from which the following is counted; fewer than all if it has very many.
    alerts_considered: u64,
    /// The rules that raised them, the most alerts first; at most 50.
    rules: Vec<EntityRule>,
    /// The cloud accounts they belong to; at most 50.
    accounts: Vec<String>,
    /// The products whose records they rest on; at most 50.
    products: Vec<String>,
    /// Assets that they name beside it.
    asset_count: u64,
    /// How common it was lately.
    prevalence: Vec<EntityPrevalence>,
}

/// A part of a scoped value.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EntityPart {
    /// What it is.
    name: Text,
    /// Its text.
    value: String,
    /// The entity it names, where it names another one.
    entity: Option<EntityRef>,
}

/// A malicious tag, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EntityTag {
    /// Who set it.
    #[schema(schema_with = schema::tag_source)]
    by: TagSource,
    /// Their name, the rule's id, or the indicator.
    reference: String,
    /// Who that is: the person, the title of the rule, or the feed.
    name: Text,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Why.
    reason: Text,
    /// What took it back; it holds if there is nothing.
    removed: Option<Removal>,
}

/// How a tag was taken back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EntityTagRemoval)]
struct Removal {
    /// By whom.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Why.
    reason: Text,
}

/// A rule that names an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EntityRule {
    /// Its id.
    id: String,
    /// What it is called.
    title: Text,
    /// Alerts.
    alert_count: u64,
}

/// How common an entity was.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EntityPrevalence {
    /// In the last so many days, today (UTC) included.
    days: u32,
    /// Alerts that name it.
    alerts: Share,
    /// Hours in which it was named.
    hours: Share,
    /// Hosts named together with it.
    hosts: Share,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct Share {
    /// So many.
    count: u64,
    /// Of so many.
    of: u64,
}

impl From<(u64, u64)> for Share {
    fn from((count, of): (u64, u64)) -> Self {
        Self { count, of }
    }
}

impl From<EntityRow> for EntitySummary {
    fn from(row: EntityRow) -> Self {
        Self {
            is_asset: row.is_asset(),
            r#type: row.key.kind.code().to_owned(),
            can_be_malicious: row.key.kind.can_be_malicious(),
            value: row.key.value,
            malicious: row.malicious,
            alert_count: row.alert_count,
            attacker_count: row.attacker_count,
            victim_count: row.victim_count,
            artefact_count: row.artefact_count,
            event_count: row.event_count,
            first_time: row.first_time,
            last_time: row.last_time,
        }
    }
}

impl EntityDetail {
    /// An entity with what the store knows of it.
    pub fn of(
        row: EntityRow,
        tags: Vec<store::EntityTag>,
        (alerts, reach): (&EntityAlerts, EntityReach),
        prevalence: &[store::Prevalence],
        (rules, feeds): (&KnownRules, &HashMap<String, String>),
    ) -> Self {
        let rule = |(id, alert_count): (String, u64)| EntityRule {
            title: title(rules, &id).into(),
            id,
            alert_count,
        };
        Self {
            parts: entity_parts::parts(&row.key)
                .into_iter()
                .map(EntityPart::from)
                .collect(),
            tag_advice: tag_refusal(&row.key).map(Text::from),
            tags: tags
                .into_iter()
                .map(|tag| EntityTag::of(tag, rules, feeds))
                .collect(),
            alerts_considered: alerts.considered,
            rules: reach.rules.into_iter().map(rule).collect(),
            accounts: reach.accounts,
            products: reach.products,
            asset_count: reach.assets,
            prevalence: prevalence.iter().map(EntityPrevalence::from).collect(),
            entity: row.into(),
        }
    }
}

/// What a rule is called; its id once it is gone.
fn title(rules: &KnownRules, id: &str) -> LocalText {
    let known = rules.set.rule(id);
    known.map_or_else(|| LocalText::same(id), |rule| rule.title.clone())
}

impl From<entity_parts::EntityPart> for EntityPart {
    fn from(part: entity_parts::EntityPart) -> Self {
        Self {
            name: part.name.into(),
            value: part.value,
            entity: part.entity.map(|key| EntityRef {
                r#type: key.kind.code().to_owned(),
                value: key.value,
            }),
        }
    }
}

impl EntityTag {
    fn of(tag: store::EntityTag, rules: &KnownRules, feeds: &HashMap<String, String>) -> Self {
        let name = match (tag.source, &tag.feed) {
            (TagSource::Rule | TagSource::Vendor, _) => title(rules, &tag.reference),
            (_, Some(feed)) => match feeds.get(feed) {
                Some(name) => LocalText::same(name),
                // The reason names it.
                None => LocalText::new("a feed that was removed", "已删除的情报源"),
            },
            (_, None) => LocalText::same(tag.reference.as_str()),
        };
        Self {
            by: tag.source,
            reference: tag.reference,
            name: name.into(),
            at: tag.at,
            reason: tag.reason.into(),
            removed: tag.removed.map(|(at, by, reason)| Removal {
                by,
                at,
                reason: reason.into(),
            }),
        }
    }
}

impl From<&store::Prevalence> for EntityPrevalence {
    fn from(prevalence: &store::Prevalence) -> Self {
        Self {
            days: prevalence.days,
            alerts: prevalence.alerts.into(),
            hours: prevalence.hours.into(),
            hosts: prevalence.hosts.into(),
        }
    }
}
