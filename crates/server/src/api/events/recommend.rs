//! Recommended handling policies of an event: what could be blocked, where, and what that would hit.

use super::standing;
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{Entity, PlaybookRef, ScopeMember, Text, name},
        extract::Id,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
    workers::execute,
};
use axum::{Json, extract::State};
use model::{EntityKey, EntityKind, EventId, Role, limits::DEFAULT_BLOCK, playbook::PlaybookState};
use respond::{
    NeverBlock,
    cacao::Playbook,
    recommend::{Connected, Strength, recommend},
};
use serde::Serialize;
use std::{collections::HashMap, time::Duration};
use store::EventEntity;
use utoipa::ToSchema;

/// The variable of a playbook that says how long it blocks.
pub const SECONDS: &str = "__block_seconds__";
/// How far back requests are counted.
const DAY: Duration = Duration::from_hours(24);

/// A handling policy somebody may want.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recommendation {
    /// What would be handled.
    entity: Entity,
    /// What would be done, such as `block_ip`.
    operation: String,
    /// By which playbook.
    playbook: PlaybookRef,
    /// 2: selected beforehand, 1: shown.
    #[schema(minimum = 1, maximum = 2)]
    level: u8,
    /// It can be done now.
    available: bool,
    /// Why not.
    unavailable_reason: Option<Text>,
    /// Every place it would be done in.
    scope: Vec<ScopeMember>,
    /// Requests of the entity that were not refused, on this and the previous day (UTC): what a block would hit.
    requests_24h: u64,
    /// How long the playbook blocks if nobody says otherwise.
    default_duration_seconds: u64,
}

/// The published playbooks. One that cannot be read was refused when it was saved, so it is not looked for here.
pub async fn playbooks(app: &App) -> Result<Vec<Playbook>, Problem> {
    let published = app
        .store
        .playbook_list(&app.tenant, PlaybookState::Published)
        .await?;
    Ok(published
        .iter()
        .filter_map(|version| Playbook::parse(&version.text).ok())
        .collect())
}

/// Every place there is to act in.
pub async fn connected(app: &App) -> Result<Vec<Connected>, Problem> {
    app.clouds.connected().await.map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the connected places cannot be listed"
        );
        Problem::new(Kind::Upstream, error.to_string())
    })
}

async fn never_block(app: &App) -> Result<NeverBlock, Problem> {
    execute::never_block(app).await.map_err(|error| {
        tracing::error!(error = %format!("{error:#}"), "the never-block list cannot be read");
        Problem::new(
            Kind::Internal,
            "the never-block list cannot be read; the server's log says why",
        )
    })
}

/// Recommend handling policies for an event, the strongest first.
#[utoipa::path(
    get, path = "/events/{id}/recommendations", operation_id = "list_event_recommendations", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = Vec<Recommendation>), (status = "default", body = ProblemBody))
)]
pub async fn recommendations(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
) -> Result<Json<Vec<Recommendation>>, Problem> {
    let row = standing(&app, id).await?;
    let playbooks = playbooks(&app).await?;
    let offers: Vec<_> = playbooks.iter().map(Playbook::offer).collect();
    let found = recommend(
        &row.event,
        &offers,
        &connected(&app).await?,
        &never_block(&app).await?,
    );
    let entities = app.store.event_entity_list(&app.tenant, id).await?;
    let requests = requests(&app, found.iter().map(|found| &found.entity)).await?;
    let shown = found.into_iter().filter_map(|found| {
        let playbook = playbooks.iter().find(|playbook| playbook.id == found.playbook)?;
        Some(Recommendation {
            entity: mention(&entities, &found.entity)?,
            operation: name(&found.operation),
            playbook: PlaybookRef {
                id: found.playbook.to_string(),
                name: found.title.into(),
            },
            level: match found.strength {
                Strength::Preselected => 2,
                Strength::Shown => 1,
            },
            available: found.unavailable.is_none(),
            unavailable_reason: found.unavailable.map(Text::from),
            scope: found.scope.into_iter().map(ScopeMember::from).collect(),
            requests_24h: requests.get(&found.entity.value).copied().unwrap_or_default(),
            default_duration_seconds: seconds(playbook),
        })
    });
    Ok(Json(shown.collect()))
}

/// How the event mentions an entity: as attacker, if it does.
fn mention(entities: &[EventEntity], key: &EntityKey) -> Option<Entity> {
    let mentions = entities.iter().filter(|mention| mention.entity.key == *key);
    let mention = mentions.min_by_key(|mention| mention.entity.role != Role::Attacker)?;
    Some(Entity::of(&mention.entity, mention.alert_count))
}

/// How long a playbook blocks if nobody says otherwise.
fn seconds(playbook: &Playbook) -> u64 {
    let variable = playbook
        .variables
        .get(SECONDS)
        .and_then(|variable| variable.value.as_deref());
    variable
        .and_then(|value| value.parse().ok())
        .unwrap_or(DEFAULT_BLOCK.as_secs())
}

/// The requests of addresses that were not refused.
async fn requests(
    app: &App,
    keys: impl Iterator<Item = &EntityKey>,
) -> Result<HashMap<String, u64>, Problem> {
    let mut clients: Vec<String> = keys
        .filter(|key| key.kind == EntityKind::Ip)
        .map(|key| key.value.clone())
        .collect();
    clients.sort();
    clients.dedup();
    let mut requests = HashMap::new();
    for day in app
        .store
        .client_day_list(&app.tenant, &clients, clock::now().minus(DAY))
        .await?
    {
        *requests.entry(day.client).or_default() += day.requests.saturating_sub(day.refusals);
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_playbooks_say_how_long_they_block() {
        let check = |text: &str, expected: u64| {
            let playbook = Playbook::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"));
            assert_eq!(seconds(&playbook), expected);
        };
        check(
            include_str!("../../../../../content/playbooks/block-ip-in-waf.json"),
            86_400,
        );
        check(
            include_str!("../../../../../content/playbooks/block-ip-7-days.json"),
            604_800,
        );
    }

    #[test]
    fn an_entity_in_two_roles_is_shown_as_attacker() {
        let of = |role, alert_count| EventEntity {
            entity: model::Entity::new(EntityKind::Ip, "203.0.113.7", role, false),
            alert_count,
        };
        let entities = [of(Role::Artefact, 9), of(Role::Attacker, 2)];
        let found = mention(&entities, &EntityKey::new(EntityKind::Ip, "203.0.113.7"));
        assert_eq!(
            found.map(|entity| (entity.role, entity.alert_count)),
            Some(("attacker".to_owned(), 2))
        );
        assert!(mention(&entities, &EntityKey::new(EntityKind::Ip, "203.0.113.8")).is_none());
    }
}
