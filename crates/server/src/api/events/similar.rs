//! Events like one: what an analyst wants to know first is whether this was here before, and what was done then.

use super::{
    resolve,
    view::{self, Event},
};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{Text, tactic_title},
        extract::Id,
        problem::{Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State};
use correlate::{Likeness, Traits};
use model::{EventId, LocalText, Tactic, limits::EVENT_LIST_DAYS};
use serde::Serialize;
use std::{cmp::Ordering, collections::BTreeSet, time::Duration};
use store::{EventFetch, EventRow, Total};
use utoipa::ToSchema;

/// Events answered.
const MOST: usize = 10;
/// Entities shown with each, as in lists.
const SHOWN: usize = 8;
/// A likeness of ten points is as much as there can be.
const FULL: f64 = 10.0;

/// An event like another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimilarEvent {
    /// The event.
    event: Event,
    /// How alike they are, 1 … 100.
    #[schema(maximum = 100)]
    likeness: u8,
    /// What they share.
    reason: Text,
}

/// List the events of the last 180 days that are most like one, each with the reason; at most ten.
#[utoipa::path(
    get, path = "/events/{id}/similar", operation_id = "list_similar_events", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = Vec<SimilarEvent>), (status = "default", body = ProblemBody))
)]
pub async fn similar(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
) -> Result<Json<Vec<SimilarEvent>>, Problem> {
    let id = resolve(&app, id).await?;
    let Some(EventFetch::Event(row)) = app.store.event_fetch(&app.tenant, id).await? else {
        return Err(Problem::not_found(id));
    };
    let alike = most_alike(&app, &row).await?;
    let (rows, likenesses): (Vec<EventRow>, Vec<Likeness>) = alike.into_iter().unzip();
    let total = Total {
        value: rows.len() as u64,
        exact: true,
    };
    let page = store::Page {
        items: rows,
        next_cursor: None,
        total,
    };
    let events = view::events(&app, page).await?;
    let rules = app.pipeline.rules();
    let rule = |id: &str| match rules.set.rule(id) {
        Some(rule) => rule.title.clone(),
        None => LocalText::same(id),
    };
    let tactic = |tactic: &Tactic| {
        let title = tactic_title(&app.content.tactics, tactic);
        LocalText::new(title.en, title.zh)
    };
    let answer = events
        .items
        .into_iter()
        .zip(likenesses)
        .map(|(event, like)| SimilarEvent {
            event,
            likeness: (like.score / FULL * 100.0).clamp(1.0, 100.0) as u8,
            reason: like.sentence(rule, tactic).into(),
        });
    Ok(Json(answer.collect()))
}

/// The events most like one, the most alike first; of those equally alike the latest.
async fn most_alike(app: &App, row: &EventRow) -> Result<Vec<(EventRow, Likeness)>, Problem> {
    let rules = app.store.event_rule_list(&app.tenant, row.event.id).await?;
    let rules: BTreeSet<String> = rules.into_iter().map(|(rule, _)| rule).collect();
    let since = clock::now().minus(Duration::from_hours(24 * u64::from(EVENT_LIST_DAYS)));
    let candidates = app
        .store
        .event_candidates(&app.tenant, &row.event, &rules, since)
        .await?;
    let own = Traits::of(&row.event, rules);
    let mut alike: Vec<(EventRow, Likeness)> = candidates
        .events
        .into_iter()
        .filter_map(|(mut other, rules)| {
            let like = own.compare(&Traits::of(&other.event, rules), &candidates.named_by)?;
            other.event.entities.truncate(SHOWN);
            Some((other, like))
        })
        .collect();
    alike.sort_by(|(one, like), (other, likes)| {
        let score = likes.score.partial_cmp(&like.score).unwrap_or(Ordering::Equal);
        score.then(other.event.last_time.cmp(&one.event.last_time))
    });
    alike.truncate(MOST);
    Ok(alike)
}
