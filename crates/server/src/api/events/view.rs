//! An event as the API shows it.

use super::patterns::{self, EventPattern};
use crate::{
    api::{
        dto::{Entity, TacticCount, Text, tactic_title},
        problem::Problem,
        schema,
    },
    app::App,
    content::TacticInfo,
};
use model::{Aggregation, EventId, EventStatus, Level, Side, Tactic, Time, playbook::RunState};
use serde::Serialize;
use std::collections::BTreeMap;
use store::{EventEntity, EventRow};
use utoipa::ToSchema;

/// Alerts that belong together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// `evt_…`.
    id: String,
    /// What happened.
    title: Text,
    /// The same in a sentence or two.
    description: Text,
    /// How bad.
    #[schema(schema_with = schema::level)]
    level: Level,
    /// An analyst chose the level.
    level_chosen: bool,
    /// Why the machine would give it its level.
    level_reasons: Vec<Text>,
    /// How urgent among all events, 0 … 100; always within the twenty points of its level.
    #[schema(maximum = 100)]
    score: u8,
    /// What the machine's score is made of.
    score_reasons: Vec<Text>,
    /// How it was put together.
    #[schema(schema_with = schema::aggregation)]
    method: Aggregation,
    /// Host-side if any of its alerts is.
    #[schema(schema_with = schema::side)]
    side: Side,
    /// Where its handling stands, as an analyst or a rule said.
    #[schema(schema_with = schema::event_status)]
    status: EventStatus,
    /// How its playbook runs go.
    handling_state: HandlingState,
    /// When the first record of any of its alerts happened.
    #[schema(value_type = String, format = DateTime)]
    first_time: Time,
    /// When the last one happened.
    #[schema(value_type = String, format = DateTime)]
    last_time: Time,
    /// Folded alerts.
    alert_count: u64,
    /// Alerts before folding.
    raw_alert_count: u64,
    /// Its tactics in matrix order.
    tactics: Vec<TacticCount>,
    /// ATT&CK techniques.
    techniques: Vec<String>,
    /// The products whose records it rests on.
    products: Vec<String>,
    /// The cloud accounts it touches.
    accounts: Vec<String>,
    /// Attackers first; in lists the first eight, without counts.
    entities: Vec<Entity>,
    /// Who handles it.
    owner: Option<String>,
    /// Its tags.
    tags: Vec<String>,
    /// The event it continues: that one was full, or no longer unhandled.
    continues: Option<String>,
    /// The event that continues it.
    continued_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

/// How the playbook runs of an event go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HandlingState {
    /// There were none.
    None,
    /// One is under way.
    Running,
    /// The last try of each succeeded.
    Succeeded,
    /// The last try of one failed.
    Failed,
}

impl HandlingState {
    /// From the states of the newest run of each playbook on each entity.
    fn of(states: &[RunState]) -> Self {
        if states.contains(&RunState::Running) {
            Self::Running
        } else if states.contains(&RunState::Failed) {
            Self::Failed
        } else if states.contains(&RunState::Succeeded) {
            Self::Succeeded
        } else {
            Self::None
        }
    }
}

/// What stands under an event's id.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub enum EventAnswer {
    /// The event.
    Event(EventDetail),
    /// It became part of another.
    Merged(MergedEvent),
}

/// An event with all its entities.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventDetail {
    #[serde(flatten)]
    event: Event,
    /// What to do about an event of this level.
    handling_instruction: Text,
    /// The expert patterns that hold in it.
    patterns: Vec<EventPattern>,
}

/// An event that became part of another: it has no status of its own any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MergedEvent {
    /// The id asked for.
    pub id: String,
    /// The event it is part of now.
    pub merged_into: String,
}

impl Event {
    fn of(
        row: EventRow,
        entities: Vec<Entity>,
        runs: &[RunState],
        continued_by: Option<EventId>,
        matrix: &[TacticInfo],
    ) -> Self {
        let event = row.event;
        Self {
            id: event.id.to_string(),
            title: event.title.into(),
            description: event.description.into(),
            level: event.level,
            level_chosen: row.level_chosen,
            level_reasons: event.level_reasons.into_iter().map(Text::from).collect(),
            score: event.score,
            score_reasons: event.score_reasons.into_iter().map(Text::from).collect(),
            method: event.method,
            side: event.side,
            status: event.status,
            handling_state: HandlingState::of(runs),
            first_time: event.first_time,
            last_time: event.last_time,
            alert_count: event.alert_count,
            raw_alert_count: event.raw_alert_count,
            tactics: tactics(&event.tactics, matrix),
            techniques: event.techniques.into_iter().collect(),
            products: event.products.iter().map(ToString::to_string).collect(),
            accounts: event.accounts.into_iter().collect(),
            entities,
            owner: row.owner,
            tags: row.tags,
            continues: event.continues.map(|id| id.to_string()),
            continued_by: continued_by.map(|id| id.to_string()),
            created_at: row.opened,
            updated_at: row.last_activity,
        }
    }
}

impl EventDetail {
    /// An event with everything the store knows about it.
    pub async fn of(app: &App, row: EventRow) -> Result<Self, Problem> {
        let id = row.event.id;
        let entities = app.store.event_entity_list(&app.tenant, id).await?;
        let runs = app.store.event_run_states(&app.tenant, &[id]).await?;
        let continued_by = app.store.event_continued_by(&app.tenant, &[id]).await?;
        let links = app.store.pattern_link_list(&app.tenant, id).await?;
        Ok(Self {
            patterns: patterns::of(&links, &app.content.patterns),
            handling_instruction: row.event.level.handling_instruction().into(),
            event: Event::of(
                row,
                entities.iter().map(entity).collect(),
                runs.get(&id).map(Vec::as_slice).unwrap_or_default(),
                continued_by.get(&id).copied(),
                &app.content.tactics,
            ),
        })
    }
}

/// An entity with how many alerts of the event mention it.
pub fn entity(entity: &EventEntity) -> Entity {
    Entity::of(&entity.entity, entity.alert_count)
}

/// The rows of a page as events: what they need beside themselves is read for all of them at once.
pub async fn events(app: &App, page: store::Page<EventRow>) -> Result<store::Page<Event>, Problem> {
    let ids: Vec<EventId> = page.items.iter().map(|row| row.event.id).collect();
    let runs = app.store.event_run_states(&app.tenant, &ids).await?;
    let continued_by = app.store.event_continued_by(&app.tenant, &ids).await?;
    let event = |row: EventRow| {
        let id = row.event.id;
        let entities = row
            .event
            .entities
            .iter()
            .map(|entity| Entity::of(entity, 0))
            .collect();
        let runs = runs.get(&id).map(Vec::as_slice).unwrap_or_default();
        Event::of(
            row,
            entities,
            runs,
            continued_by.get(&id).copied(),
            &app.content.tactics,
        )
    };
    Ok(store::Page {
        items: page.items.into_iter().map(event).collect(),
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// Tactics in the order of the matrix; those it does not know come last.
fn tactics(counts: &BTreeMap<Tactic, u64>, matrix: &[TacticInfo]) -> Vec<TacticCount> {
    let place = |tactic: &Tactic| {
        matrix
            .iter()
            .position(|info| info.short == *tactic)
            .unwrap_or(matrix.len())
    };
    let mut tactics: Vec<(&Tactic, u64)> = counts.iter().map(|(tactic, count)| (tactic, *count)).collect();
    tactics.sort_by_key(|(tactic, _)| place(tactic));
    tactics
        .into_iter()
        .map(|(tactic, count)| TacticCount {
            tactic: tactic.to_string(),
            title: tactic_title(matrix, tactic),
            count,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::LocalText;

    #[test]
    fn handling_fails_where_one_run_failed_and_runs_while_one_runs() {
        use RunState::{Failed, Running, Succeeded};
        let check =
            |states: &[RunState], expected| assert_eq!(HandlingState::of(states), expected, "{states:?}");
        check(&[], HandlingState::None);
        check(&[Succeeded], HandlingState::Succeeded);
        check(&[Succeeded, Failed], HandlingState::Failed);
        check(&[Failed, Running], HandlingState::Running);
    }

    #[test]
    fn tactics_stand_in_matrix_order() {
        let info = |short: &str| TacticInfo {
            id: String::new(),
            short: Tactic::new(short),
            name: LocalText::same(short),
        };
        let matrix = [info("reconnaissance"), info("initial-access"), info("execution")];
        let counts = ["execution", "impact", "reconnaissance"].map(|short| (Tactic::new(short), 1));
        let order = tactics(&counts.into(), &matrix);
        let order: Vec<&str> = order.iter().map(|count| count.tactic.as_str()).collect();
        assert_eq!(order, ["reconnaissance", "execution", "impact"]);
    }
}
