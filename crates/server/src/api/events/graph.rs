//! What holds an event together: its folded alerts, every link between them with its reason, what was cut, and the
//! events near it.

use super::{members::kind, resolve};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{Text, name},
        extract::Id,
        problem::{Problem, ProblemBody},
        schema,
    },
    app::App,
};
use axum::{Json, extract::State};
use model::{AlertId, EventId, Level, LinkReason, LocalText, Time};
use report::Neighbour;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{EventFetch, EventMember, EventRow, Mark, RelatedRow, Relation};
use utoipa::ToSchema;

/// The graph of an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventGraph)]
pub struct Graph {
    /// Its folded alerts, oldest first.
    nodes: Vec<Node>,
    /// What ties them.
    edges: Vec<Edge>,
    /// Links that analysts cut, here and to other events.
    cuts: Vec<CutLink>,
    /// Events near it that were not merged.
    related: Vec<RelatedEvent>,
}

/// Alerts that repeat each other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GraphNode)]
struct Node {
    /// The first of them.
    alert_id: String,
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    title: Text,
    #[schema(schema_with = schema::level)]
    level: Level,
    #[schema(schema_with = schema::side)]
    side: String,
    /// How many there are.
    count: u64,
    rule_id: String,
    /// Which version of the rule it was.
    rule_version: String,
}

/// A link between two alerts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GraphEdge)]
struct Edge {
    /// The alert that came later, as a rule.
    from: String,
    to: String,
    /// What kind of link it is.
    #[schema(schema_with = schema::link_kind)]
    kind: String,
    /// The event holds together by it: it can be cut. The others only say more.
    tree: bool,
    /// Of shared entities: 1 or more links.
    score: Option<f64>,
    entities: Vec<Shares>,
    /// The reason as a sentence.
    text: Text,
}

/// An entity two alerts share.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GraphEntity)]
struct Shares {
    #[schema(schema_with = schema::entity_kind)]
    r#type: String,
    value: String,
    /// What it adds to the score.
    weight: Option<f64>,
    /// How much of it the time between the alerts has left.
    decay: Option<f64>,
    /// How rare it is: ½ … 2.
    rarity: Option<f64>,
}

/// A link that was cut.
#[derive(Debug, Serialize, ToSchema)]
struct CutLink {
    id: String,
    from: String,
    to: String,
    by: String,
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    reason: String,
}

/// An event near this one.
#[derive(Debug, Serialize, ToSchema)]
struct RelatedEvent {
    event_id: String,
    title: Text,
    reason: Text,
}

/// Fetch what holds an event together.
#[utoipa::path(
    get, path = "/events/{id}/graph", operation_id = "fetch_event_graph", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = Graph), (status = "default", body = ProblemBody))
)]
pub async fn graph(_: Viewer, State(app): Shared, Id(id): Id<EventId>) -> Result<Json<Graph>, Problem> {
    let id = resolve(&app, id).await?;
    let members = app.store.event_member_list(&app.tenant, id).await?;
    let marks = app.store.mark_list(&app.tenant, id).await?;
    let related = neighbours(&app, id).await?.into_iter();
    let related = related.map(|near| RelatedEvent {
        event_id: near.event.id.to_string(),
        title: near.event.title.into(),
        reason: near.reason.into(),
    });
    let (nodes, edges) = tied(&members);
    let cuts = marks.into_iter().map(cut).collect();
    Ok(Json(Graph {
        nodes,
        edges,
        cuts,
        related: related.collect(),
    }))
}

/// The folded alerts, and the links between them.
fn tied(members: &[EventMember]) -> (Vec<Node>, Vec<Edge>) {
    let mut counts: BTreeMap<AlertId, u64> = BTreeMap::new();
    for member in members {
        *counts.entry(member.membership.folded_into).or_default() += 1;
    }
    let first = |member: &&EventMember| member.membership.folded_into == member.alert.id;
    let nodes = members
        .iter()
        .filter(first)
        .map(|EventMember { alert, .. }| Node {
            alert_id: alert.id.to_string(),
            time: alert.time,
            title: alert.title.clone().into(),
            level: alert.level,
            side: name(&alert.side),
            count: counts.get(&alert.id).copied().unwrap_or(1),
            rule_id: alert.rule.id.clone(),
            rule_version: alert.rule.version.clone(),
        });
    let links = members.iter().filter(first).flat_map(|member| {
        let tree = std::iter::once((true, &member.membership.reason));
        let also = member.membership.also.iter().map(|reason| (false, reason));
        tree.chain(also)
            .filter_map(|(tree, reason)| edge(member.alert.id, reason, tree))
    });
    (nodes.collect(), links.collect())
}

fn edge(from: AlertId, reason: &LinkReason, tree: bool) -> Option<Edge> {
    let bare = |key: &model::EntityKey| Shares {
        r#type: key.kind.to_string(),
        value: key.value.clone(),
        weight: None,
        decay: None,
        rarity: None,
    };
    let (score, entities) = match reason {
        LinkReason::Shares { entities, score, .. } => {
            let shares = |shared: &model::SharedEntity| Shares {
                weight: Some(shared.weight),
                decay: Some(shared.decay),
                rarity: Some(shared.rarity),
                ..bare(&shared.key)
            };
            (Some(*score), entities.iter().map(shares).collect())
        }
        LinkReason::Pattern { entity, .. } | LinkReason::Similar { entity, .. } => (None, vec![bare(entity)]),
        LinkReason::SameAttacker { attacker, .. } => (None, vec![bare(attacker)]),
        _ => (None, Vec::new()),
    };
    let to = reason.alert()?.to_string();
    let kind = kind(reason);
    debug_assert!(
        schema::LINK_KINDS.contains(&kind.as_str()),
        "`{kind}` is not in the API's document"
    );
    Some(Edge {
        from: from.to_string(),
        to,
        kind,
        tree,
        score,
        entities,
        text: reason.sentence().into(),
    })
}

fn cut(mark: Mark) -> CutLink {
    CutLink {
        id: mark.id,
        from: mark.one.to_string(),
        to: mark.other.to_string(),
        by: mark.actor,
        at: mark.at,
        reason: mark.reason,
    }
}

/// The events near one, newest first; those that are kept no longer are left out.
pub async fn neighbours(app: &App, id: EventId) -> Result<Vec<Neighbour>, Problem> {
    let mut found = Vec::new();
    for row in app.store.event_related_list(&app.tenant, id).await? {
        if let Some(EventFetch::Event(other)) = app.store.event_fetch(&app.tenant, row.other).await? {
            found.push(neighbour(row, other));
        }
    }
    Ok(found)
}

fn neighbour(row: RelatedRow, other: EventRow) -> Neighbour {
    let reason = match row.relation {
        Relation::Person { reason } => LocalText::same(reason),
        Relation::Alert(related) => {
            let (shared, apart) = (related.reason.sentence(), related.kept_apart.sentence());
            LocalText::new(
                format!("{} {}", shared.en, apart.en),
                format!("{}{}", shared.zh, apart.zh),
            )
        }
    };
    Neighbour {
        event: other.event,
        at: row.at,
        reason,
    }
}
