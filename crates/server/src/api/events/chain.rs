//! The attack chain of an event: what led to what, in lanes, one for each ATT&CK tactic.

use super::resolve;
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{Entity, EntityRef, Text, tactic_title},
        extract::Id,
        problem::{Problem, ProblemBody},
    },
    content::TacticInfo,
};
use axum::{Json, extract::State};
use model::{AlertId, EventId, Level, LocalText, Side, Tactic, Time};
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
    /// Every card once, by time.
    nodes: Vec<Node>,
    /// What led to what; what a path of others says already is left out.
    edges: Vec<Edge>,
}

/// A card, and what does not depend on the lanes it stands in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChainNode)]
struct Node {
    /// The first of its alerts.
    alert_id: String,
    /// When the last of its alerts happened.
    #[schema(value_type = String, format = DateTime)]
    last_time: Time,
    /// The side that saw it.
    #[schema(schema_with = crate::api::schema::side)]
    side: Side,
    /// Its tactics, by their short names.
    tactics: Vec<String>,
    /// Reconnaissance, or an attempt from the network that led to nothing on a host.
    attempt: bool,
}

/// A card leads to a later one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChainEdge)]
struct Edge {
    /// The alert of the earlier card.
    from: String,
    /// The alert of the later card.
    to: String,
    /// How, such as `process_parent`.
    kind: String,
    /// Whether one explains the other; otherwise they only follow each other in one place.
    causal: bool,
    /// What both mention.
    entities: Vec<EntityRef>,
    /// How, as a sentence.
    text: Text,
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

impl Chain {
    /// The chain of an event's alerts.
    fn of(members: &[EventMember], matrix: &[TacticInfo]) -> Self {
        let order: Vec<Tactic> = matrix.iter().map(|info| info.short.clone()).collect();
        let chain = correlate::Chain::new(members.iter().map(|m| (&m.alert, &m.membership)), &order);
        let members: BTreeMap<AlertId, &EventMember> = members.iter().map(|m| (m.alert.id, m)).collect();
        let cards: BTreeMap<AlertId, Card> = chain
            .nodes
            .iter()
            .filter_map(|node| Some((node.alert, Card::of(members.get(&node.alert)?, node.count))))
            .collect();
        Self {
            gaps: chain.gaps().map(ToString::to_string).collect(),
            lanes: chain
                .lanes
                .iter()
                .map(|lane| Lane::of(lane, &cards, matrix))
                .collect(),
            nodes: chain.nodes.iter().map(Node::of).collect(),
            edges: chain.edges.into_iter().map(Edge::of).collect(),
            entry: chain.entry.map(|entry| Entry {
                alert_id: entry.alert.to_string(),
                reason: entry.reason.into(),
            }),
        }
    }
}

impl Node {
    fn of(node: &correlate::Node) -> Self {
        Self {
            alert_id: node.alert.to_string(),
            last_time: node.last_time,
            side: node.side,
            tactics: node.tactics.iter().map(ToString::to_string).collect(),
            attempt: node.attempt,
        }
    }
}

impl Edge {
    fn of(edge: correlate::Edge) -> Self {
        Self {
            from: edge.from.to_string(),
            to: edge.to.to_string(),
            kind: edge
                .causes
                .first()
                .map_or("", |cause| cause.kind.as_str())
                .to_owned(),
            causal: edge.causal,
            entities: edge
                .causes
                .into_iter()
                .map(|cause| EntityRef {
                    r#type: cause.entity.kind.code().to_owned(),
                    value: cause.entity.value,
                })
                .collect(),
            text: edge.text.into(),
        }
    }
}

impl Lane {
    fn of(lane: &correlate::Lane, cards: &BTreeMap<AlertId, Card>, matrix: &[TacticInfo]) -> Self {
        let (tactic, title) = match &lane.tactic {
            Some(tactic) => (tactic.to_string(), tactic_title(matrix, tactic)),
            None => (
                NO_TACTIC.to_owned(),
                LocalText::new("Without a tactic", "无战术").into(),
            ),
        };
        Self {
            tactic,
            title,
            cards: lane
                .alerts
                .iter()
                .filter_map(|alert| cards.get(alert).cloned())
                .collect(),
        }
    }
}

impl Card {
    fn of(EventMember { alert, membership }: &EventMember, count: u64) -> Self {
        Self {
            alert_id: alert.id.to_string(),
            time: alert.time,
            title: alert.title.clone().into(),
            level: alert.level,
            count,
            entities: alert
                .entities
                .iter()
                .map(|entity| Entity::of(entity, 0))
                .collect(),
            reason: membership.reason.sentence().into(),
        }
    }
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
    Ok(Json(Chain::of(&members, &app.content.tactics)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Aggregation, Alert, LinkReason, Membership, Origin, RuleRef, TenantId};

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
        let chain = Chain::of(&members, &matrix);
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
        assert_eq!(chain.nodes.len(), 3);
        // What only prepares is not how they came in.
        assert_eq!(
            chain.entry.map(|entry| entry.alert_id),
            Some(AlertId::from_bits(3).to_string())
        );
    }
}
