//! Expert patterns: what they wait for, step by step. They come with the product and are read here only.

use super::{
    Shared,
    caller::Viewer,
    dto::{Condition, Text, name},
    extract::Id,
    problem::{Problem, ProblemBody},
    schema,
};
use crate::app::App;
use axum::{Json, extract::State};
use correlate::pattern::{Join, Pattern as Expert};
use model::Time;
use serde::Serialize;
use std::sync::Arc;
use store::PatternUse;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of expert patterns.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch))
}

/// An expert pattern: ordered steps whose alerts make one event.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Pattern {
    /// Such as `web_attack_to_reverse_shell`.
    id: String,
    /// What happened if it completes.
    title: Text,
    /// What it looks for, and what to do about it.
    description: Text,
    /// The lowest level of an event in which it completed; 5 serious … 1 reminder; null if its alerts decide.
    level: Option<u8>,
    /// From the first alert to the last, at most.
    within_seconds: u64,
    /// The steps, in the order in which they happen.
    steps: Vec<PatternStep>,
    /// Events in which it holds, as far as they are kept.
    events: u64,
    /// When the newest of the alerts it ties in them happened; null if it never held.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_time: Option<Time>,
}

/// A step of a pattern.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PatternStep {
    /// What happens in it.
    name: Text,
    /// Which alerts it takes; the names are those a whitelist may ask about.
    condition: Condition,
    /// How many alerts it takes.
    at_least: u32,
    /// The longest silence before an alert of this step; null if only the pattern's time counts.
    gap_seconds: Option<u64>,
    /// What ties its alerts to earlier ones; one of them is enough. Empty where nothing comes before.
    joins: Vec<PatternJoin>,
    /// Each of its alerts names an entity of this type that no earlier alert of the match names.
    another: Option<String>,
}

/// An entity that an alert shares with an earlier one.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PatternJoin {
    /// Its type.
    #[schema(schema_with = schema::entity_kind)]
    r#type: String,
    /// Its role in the earlier alert: `attacker`, `victim` or `artefact`; null if any.
    from: Option<String>,
    /// Its role in the later alert; null if any.
    to: Option<String>,
}

/// A pattern with its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PatternDetail {
    /// The pattern.
    #[serde(flatten)]
    pattern: Pattern,
    /// Its file.
    text: String,
    /// The tests it carries.
    tests: Vec<PatternTest>,
}

/// A test of a pattern.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PatternTest {
    /// What it shows.
    name: String,
    /// How many alerts it is of.
    alerts: usize,
    /// Whether they complete the pattern.
    complete: bool,
}

impl Pattern {
    fn of(pattern: &Expert, used: Option<&PatternUse>) -> Self {
        Self {
            id: pattern.id.clone(),
            title: pattern.title.clone().into(),
            description: pattern.description.clone().into(),
            level: pattern.level.map(model::Level::number),
            within_seconds: pattern.within.as_secs(),
            steps: (0..pattern.steps.len())
                .map(|step| PatternStep::of(pattern, step))
                .collect(),
            events: used.map_or(0, |used| used.events),
            last_time: used.map(|used| used.last),
        }
    }
}

impl PatternStep {
    fn of(pattern: &Expert, number: usize) -> Self {
        let step = &pattern.steps[number];
        let first = number == 0 && step.at_least == 1;
        let joins = if first { &[] } else { pattern.join_of(number) };
        Self {
            name: step.name.clone().into(),
            condition: step.when.clone().into(),
            at_least: step.at_least,
            gap_seconds: step.gap.map(|gap| gap.as_secs()),
            joins: joins.iter().copied().map(PatternJoin::of).collect(),
            another: step.another.map(|kind| kind.code().to_owned()),
        }
    }
}

impl PatternJoin {
    fn of(join: Join) -> Self {
        Self {
            r#type: join.kind.code().to_owned(),
            from: join.from.as_ref().map(name),
            to: join.to.as_ref().map(name),
        }
    }
}

/// List the expert patterns, each with the events in which it holds.
#[utoipa::path(
    get, path = "/patterns", operation_id = "list_patterns", tag = "rules",
    responses((status = 200, body = Vec<Pattern>), (status = "default", body = ProblemBody))
)]
async fn list(_: Viewer, State(app): Shared) -> Result<Json<Vec<Pattern>>, Problem> {
    let used = app.store.pattern_use_list(&app.tenant).await?;
    let patterns = app.content.patterns.iter();
    let shown = patterns.map(|(_, pattern)| Pattern::of(pattern, used.get(&pattern.id)));
    Ok(Json(shown.collect()))
}

/// Fetch an expert pattern.
#[utoipa::path(
    get, path = "/patterns/{id}", operation_id = "fetch_pattern", tag = "rules",
    params(("id" = String, Path, description = "Such as `web_attack_to_reverse_shell`")),
    responses((status = 200, body = PatternDetail), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<String>) -> Result<Json<PatternDetail>, Problem> {
    let content = &app.content;
    let mut known = content.patterns.iter().zip(&content.pattern_files);
    let ((_, pattern), file) = known
        .find(|((_, pattern), _)| pattern.id == id)
        .ok_or_else(|| Problem::not_found(&id))?;
    let used = app.store.pattern_use_list(&app.tenant).await?;
    let tests = pattern.tests.iter().map(|case| PatternTest {
        name: case.name.clone(),
        alerts: case.alerts.len(),
        complete: case.complete,
    });
    Ok(Json(PatternDetail {
        pattern: Pattern::of(pattern, used.get(&id)),
        text: file.text.clone(),
        tests: tests.collect(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Desk;
    use http::StatusCode;
    use serde_json::{Value, json};
    use store::UserRole;

    #[tokio::test(flavor = "multi_thread")]
    async fn patterns_are_told_with_what_ties_their_steps() {
        let desk = Desk::open().await;
        let viewer = desk.person("viewer", UserRole::Viewer).await;
        let (status, all) = desk.get(&viewer, "/patterns").await;
        assert_eq!(status, StatusCode::OK, "{all}");
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), desk.app.content.patterns.len());
        let of = |id: &str| all.iter().find(|pattern| pattern["id"] == id).unwrap();
        let guessed = of("guessed_password_to_miner");
        assert_eq!(
            (&guessed["level"], &guessed["within_seconds"]),
            (&json!(4), &json!(86_400))
        );
        let joins: Vec<&Value> = guessed["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["joins"])
            .collect();
        let attacker = json!([{"type": "ip", "from": "attacker", "to": "attacker"}]);
        let host = json!([{"type": "host", "from": null, "to": null}]);
        assert_eq!(joins, [&json!([]), &attacker, &host]);
        let spreads = &of("malware_spreads")["steps"][0];
        assert_eq!(
            (&spreads["at_least"], &spreads["another"]),
            (&json!(3), &json!("host"))
        );
        assert_eq!(spreads["joins"][0]["type"], "file");

        let (status, one) = desk.get(&viewer, "/patterns/guessed_password_to_miner").await;
        assert_eq!(status, StatusCode::OK, "{one}");
        assert!(
            one["text"]
                .as_str()
                .unwrap()
                .contains("id: guessed_password_to_miner\n")
        );
        assert_eq!(one["steps"], guessed["steps"]);
        assert!(
            one["tests"]
                .as_array()
                .unwrap()
                .iter()
                .any(|test| test["complete"] == false)
        );
        let (status, _) = desk.get(&viewer, "/patterns/guessed").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        desk.close().await;
    }
}
