//! Rules over what came in during the last days: how often they would have fired, and which events would have
//! followed. Nothing is saved. It takes a while, so the answer is a job.

use super::bench::{apart, apart_beside_saved, place};
use crate::{
    api::{
        Shared,
        caller::Responder,
        extract::Body,
        finish::language,
        jobs::{self, JobView},
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    backtest::{self, Plan},
    jobs::Kind as Work,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{LocalText, SourceId};
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use store::Source;
use utoipa::ToSchema;
use workbench::{Backtest, Bench, Budget, Compiled, Feed, RuleSource};

/// Days that can be asked for.
pub const DAYS: u32 = 90;
/// Stored rules that can be asked for.
const RULES: usize = 200;

/// What to run over what came in: a text, or stored rules.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestRequest {
    /// The rule, saved or not.
    #[serde(default)]
    text: Option<String>,
    /// Rules that are stored, on or off, by their Sigma ids: up to 200, instead of a text.
    #[serde(default)]
    ids: Option<BTreeSet<String>>,
    /// How many days back, 1 … 90.
    days: u32,
    /// Alerts there may be on any one day.
    #[serde(default)]
    alerts_per_day: Option<u64>,
}

/// The rules asked for.
enum Wanted {
    Text(String),
    Stored(BTreeSet<String>),
}

/// Start to run rules over the records of the last days. Nothing is saved; the job says how far it is, and in the end
/// what came of it.
#[utoipa::path(
    post, path = "/rules:backtest", operation_id = "backtest_rule", tag = "rules", request_body = BacktestRequest,
    responses((status = 202, body = JobView), (status = "default", body = ProblemBody))
)]
pub async fn backtest(
    Responder(caller): Responder,
    State(app): Shared,
    headers: HeaderMap,
    Body(asked): Body<BacktestRequest>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let days = asked.days;
    if !(1..=DAYS).contains(&days) {
        let detail = format!("expected `days` to be 1 to {DAYS}, found `{days}`");
        return Err(Problem::new(Kind::Invalid, detail));
    }
    let budget = Budget {
        alerts_per_day: asked.alerts_per_day,
        events_per_day: None,
    };
    let (title, backtest) = ready(&app, asked.wanted()?, budget).await?;
    let feeds = feeds(&app).await?;
    let job = jobs::start(&app, &caller, Work::Backtest, title)?;
    let plan = Plan {
        backtest,
        since: job.started.minus(Duration::from_hours(24) * days),
        feeds,
    };
    backtest::spawn(&app, plan, &job);
    Ok((StatusCode::ACCEPTED, Json(JobView::of(&job, language(&headers)))))
}

/// How the records of each connected source are read.
pub async fn feeds(app: &App) -> Result<HashMap<SourceId, Feed>, store::Error> {
    let sources = app.store.source_list(&app.tenant).await?.into_iter();
    Ok(sources
        .map(|status| (status.source.id, feed(status.source)))
        .collect())
}

fn feed(source: Source) -> Feed {
    Feed {
        product: source.product,
        source: source.id,
        account: source.account,
        utc_offset_minutes: source.utc_offset_minutes,
    }
}

impl BacktestRequest {
    fn wanted(self) -> Result<Wanted, Problem> {
        match (self.text, self.ids) {
            (Some(text), None) => Ok(Wanted::Text(text)),
            (None, Some(ids)) if (1..=RULES).contains(&ids.len()) => Ok(Wanted::Stored(ids)),
            (None, Some(ids)) => Err(Problem::new(
                Kind::Invalid,
                format!("expected 1 to {RULES} different `ids`, found {}", ids.len()),
            )),
            _ => Err(Problem::new(
                Kind::Invalid,
                "expected either `text` or `ids`, and not both",
            )),
        }
    }
}

/// The rules compiled, and what they are called together. A text may name stored rules, as it may when it is saved.
async fn ready(app: &App, wanted: Wanted, budget: Budget) -> Result<(LocalText, Backtest), Problem> {
    let begin =
        move |bench: &Bench, compiled: Compiled| (title(&compiled), Backtest::of(bench, compiled, budget));
    match wanted {
        Wanted::Text(text) => {
            let source = [workbench::custom("rule.yml", text.as_str())];
            let work = move |bench: &Bench| Ok(begin(bench, of_text(bench, &source)?));
            apart_beside_saved(app, &text, work).await?
        }
        Wanted::Stored(ids) => {
            let custom = app.store.custom_rule_list(&app.tenant).await?;
            let custom = custom
                .into_iter()
                .map(|rule| workbench::custom(rule.id, rule.text));
            let custom: Vec<RuleSource> = custom.collect();
            apart(app, move |bench| Ok(begin(bench, stored(bench, &custom, &ids)?))).await?
        }
    }
}

/// A text compiled, if there is nothing wrong with it.
pub fn of_text(bench: &Bench, source: &[RuleSource]) -> Result<Compiled, Problem> {
    let compiled = Compiled::new(bench, source);
    if compiled.errors.is_empty() {
        return Ok(compiled);
    }
    let places = compiled.errors.iter().map(place).collect();
    Err(Problem::invalid("the rule does not compile", places))
}

fn stored(bench: &Bench, custom: &[RuleSource], ids: &BTreeSet<String>) -> Result<Compiled, Problem> {
    let compiled = Compiled::stored(bench, custom, ids);
    let known: BTreeSet<&String> = compiled.own().map(|rule| &rule.id).collect();
    match ids.iter().find(|id| !known.contains(id)) {
        None => Ok(compiled),
        Some(id) if custom.iter().any(|rule| rule.file == *id) => Err(Problem::new(
            Kind::Conflict,
            format!("`{id}` cannot run as it is: correct its text first"),
        )),
        Some(id) => Err(Problem::not_found(id)),
    }
}

/// The one rule's title, or the first one's and how many more there are.
pub fn title(compiled: &Compiled) -> LocalText {
    let mut titles = compiled.own().map(|rule| &rule.title);
    let first = titles.next().cloned().unwrap_or_default();
    match titles.count() {
        0 => first,
        more => LocalText::new(
            format!("{} and {more} more", first.en),
            format!("{} 等 {} 条规则", first.zh, more + 1),
        ),
    }
}

#[cfg(test)]
mod tests;
