//! The attack chain of an event: its alerts in lanes, one for each ATT&CK tactic.

use super::resolve;
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{Entity, Text, tactic_title},
        extract::Id,
        problem::{Problem, ProblemBody},
    },
    content::TacticInfo,
};
use axum::{Json, extract::State};
use model::{AlertId, EventId, Level, LocalText, Tactic, Time};
use serde::Serialize;
use std::collections::BTreeMap;
use store::EventMember;
use utoipa::ToSchema;

/// What stands for alerts without a tactic.
const NO_TACTIC: &str = "none";

/// An attack chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Chain {
    /// From the first tactic seen to the last, in matrix order; alerts without a tactic last.
    lanes: Vec<Lane>,
    /// Tactics in between of which nothing was seen.
    gaps: Vec<String>,
    /// Where the attack began, as far as the alerts show.
    entry: Option<Entry>,
}

/// The alerts of one tactic.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Lane {
    /// Its short name; `none` for alerts without one.
    tactic: String,
    /// What it is called.
    title: Text,
    /// Its alerts by time; none for a gap.
    cards: Vec<Card>,
}

/// Alerts that repeat each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Card {
    /// The first of them.
    alert_id: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// What happened.
    title: Text,
    /// How bad.
    #[schema(schema_with = crate::api::schema::level)]
    level: Level,
    /// How many there are.
    count: u64,
    /// What they mention.
    entities: Vec<Entity>,
    /// Why they are in the event.
    reason: Text,
}

/// Where the attack began.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChainEntry)]
struct Entry {
    alert_id: String,
    /// Why this one.
    reason: Text,
}

/// A fold: its first alert, and how many repeat it.
struct Fold {
    first: EventMember,
    count: u64,
}

impl Chain {
    /// The chain of an event's alerts, which come oldest first.
    fn of(members: Vec<EventMember>, matrix: &[TacticInfo]) -> Self {
        let order: Vec<Tactic> = matrix.iter().map(|info| info.short.clone()).collect();
        let folds = fold(members);
        let chain = correlate::Chain::new(folds.values().map(|fold| &fold.first.alert), &order);
        let gaps = chain
            .lanes
            .iter()
            .filter(|lane| lane.alerts.is_empty())
            .filter_map(|lane| lane.tactic.as_ref());
        Self {
            gaps: gaps.map(ToString::to_string).collect(),
            lanes: chain
                .lanes
                .iter()
                .map(|lane| Lane::of(lane, &folds, matrix))
                .collect(),
            entry: chain.entry.map(|entry| Entry {
                alert_id: entry.alert.to_string(),
                reason: entry.reason.into(),
            }),
        }
    }
}

impl Lane {
    fn of(lane: &correlate::Lane, folds: &BTreeMap<AlertId, Fold>, matrix: &[TacticInfo]) -> Self {
        let (tactic, title) = match &lane.tactic {
            Some(tactic) => (tactic.to_string(), tactic_title(matrix, tactic)),
            None => (
                NO_TACTIC.to_owned(),
                LocalText::new("Without a tactic", "无战术").into(),
            ),
        };
        let folds = lane.alerts.iter().filter_map(|alert| folds.get(alert));
        Self {
            tactic,
            title,
            cards: folds.map(Card::of).collect(),
        }
    }
}

impl Card {
    fn of(fold: &Fold) -> Self {
        let EventMember { alert, membership } = &fold.first;
        Self {
            alert_id: alert.id.to_string(),
            time: alert.time,
            title: alert.title.clone().into(),
            level: alert.level,
            count: fold.count,
            entities: alert
                .entities
                .iter()
                .map(|entity| Entity::of(entity, 0))
                .collect(),
            reason: membership.reason.sentence().into(),
        }
    }
}

/// Repeats become one card. Where the first alert of a fold is no longer kept, the oldest that is stands for it.
fn fold(members: Vec<EventMember>) -> BTreeMap<AlertId, Fold> {
    let mut folds: BTreeMap<AlertId, Fold> = BTreeMap::new();
    for member in members {
        let key = member.membership.folded_into;
        match folds.get_mut(&key) {
            Some(fold) => {
                fold.count += 1;
                if member.alert.id == key {
                    fold.first = member;
                }
            }
            None => {
                folds.insert(
                    key,
                    Fold {
                        first: member,
                        count: 1,
                    },
                );
            }
        }
    }
    folds
        .into_values()
        .map(|fold| (fold.first.alert.id, fold))
        .collect()
}

/// Fetch the attack chain of an event.
#[utoipa::path(
    get, path = "/events/{id}/chain", operation_id = "fetch_event_chain", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = Chain), (status = "default", body = ProblemBody))
)]
pub async fn chain(_: Viewer, State(app): Shared, Id(id): Id<EventId>) -> Result<Json<Chain>, Problem> {
    let id = resolve(&app, id).await?;
    let members = app.store.event_member_list(&app.tenant, id).await?;
    Ok(Json(Chain::of(members, &app.content.tactics)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Aggregation, Alert, LinkReason, Membership, Origin, RuleRef, Side, TenantId};

    fn member(number: u128, folded_into: u128, tactics: &[&str]) -> EventMember {
        let id = AlertId::from_bits(number);
        let alert = Alert {
            id,
            tenant: TenantId::default(),
            time: Time::from_secs(number as i64),
            first_time: Time::from_secs(number as i64),
            rule: RuleRef {
                id: "rule".to_owned(),
                version: "1".to_owned(),
            },
            title: LocalText::same("title"),
            origin: Origin::Predefined,
            testing: false,
            side: Side::Network,
            level: Level::Medium,
            aggregation: Aggregation::Expert,
            window: None,
            category: "abnormal_web_access".to_owned(),
            tactics: tactics.iter().map(|tactic| Tactic::new(tactic)).collect(),
            techniques: Vec::new(),
            products: [].into(),
            accounts: [].into(),
            entities: Vec::new(),
            records: Vec::new(),
            evidence: Vec::new(),
            threshold: None,
            defended: None,
            suppressed: 0,
        };
        let membership = Membership {
            event: EventId::from_bits(1),
            alert: id,
            folded_into: AlertId::from_bits(folded_into),
            reason: LinkReason::Opened,
            also: Vec::new(),
        };
        EventMember { alert, membership }
    }

    #[test]
    fn repeats_are_one_card_and_unseen_tactics_are_gaps() {
        let info = |short: &str| TacticInfo {
            id: String::new(),
            short: Tactic::new(short),
            name: LocalText::same(short),
        };
        let matrix = [
            info("reconnaissance"),
            info("initial-access"),
            info("execution"),
            info("impact"),
        ];
        let members = vec![
            member(1, 1, &["reconnaissance"]),
            member(2, 1, &["reconnaissance"]),
            member(3, 3, &["execution"]),
            // Its first alert is no longer kept.
            member(5, 4, &[]),
            member(6, 4, &[]),
        ];
        let chain = Chain::of(members, &matrix);
        let lanes: Vec<(&str, Vec<u64>)> = chain
            .lanes
            .iter()
            .map(|lane| {
                (
                    lane.tactic.as_str(),
                    lane.cards.iter().map(|card| card.count).collect(),
                )
            })
            .collect();
        let expected: [(&str, Vec<u64>); 4] = [
            ("reconnaissance", vec![2]),
            ("initial-access", vec![]),
            ("execution", vec![1]),
            ("none", vec![2]),
        ];
        assert_eq!(lanes, expected);
        assert_eq!(chain.gaps, ["initial-access"]);
        assert_eq!(
            chain.entry.map(|entry| entry.alert_id),
            Some(AlertId::from_bits(1).to_string())
        );
    }
}
