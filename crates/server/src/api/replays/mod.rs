//! What a change of rules, whitelists or the settings of correlation would make of the alerts of the last days. Nothing
//! is saved. It takes a while, so the answer is a job.

mod view;

pub use view::ReplayAnswer;

use super::{
    Shared,
    caller::{Caller, Responder},
    correlation::{self, CorrelationInput},
    extract::Body,
    finish::language,
    jobs::{self, JobView},
    problem::{Kind, Place, Problem, ProblemBody},
    rules::{DAYS, apart_beside_saved, feeds, of_text, rule_title},
    schema,
    whitelists::{self, WhitelistProposal},
};
use crate::{
    app::App,
    clock,
    jobs::Kind as Work,
    old_records::OldRecords,
    rerun::{self, Plan, RulePlan},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{Aggregation, Level, LocalText, Time, whitelist::Whitelist};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use store::Between;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use workbench::{
    Bench,
    replay::{Adjustment, Raiser, Setup},
};

/// The routes of replays.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(start))
}

/// What to put the alerts of the last days together again with. Everything left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRequest {
    /// How many days back, 1 … 90.
    days: u32,
    /// A rule's new text: it is asked about the records that are still there, and the alerts it raises take the place of
    /// those of the rules in it.
    #[serde(default)]
    text: Option<String>,
    /// Other treatment of the alerts of one rule, instead of a text.
    #[serde(default)]
    rule: Option<RuleAdjustment>,
    /// Whitelists to add or change.
    #[serde(default)]
    whitelists: Vec<WhitelistProposal>,
    /// Whitelists to remove or pause, by id.
    #[serde(default)]
    without_whitelists: Vec<String>,
    /// Other settings of correlation.
    #[serde(default)]
    correlation: Option<CorrelationInput>,
}

/// Other treatment of the alerts of one rule.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleAdjustment {
    /// The rule's id.
    id: String,
    /// How bad its alerts are.
    #[serde(default)]
    #[schema(schema_with = schema::level)]
    level: Option<Level>,
    /// How they become events.
    #[serde(default)]
    #[schema(schema_with = schema::aggregation)]
    aggregation: Option<Aggregation>,
    /// The window of the method `window`.
    #[serde(default)]
    window_seconds: Option<u64>,
}

/// Start to put the alerts of the last days together twice, as it is and as proposed. Nothing is saved and nothing is
/// triggered; the job says how far it is, and in the end which events would differ.
#[utoipa::path(
    post, path = "/replays", operation_id = "start_replay", tag = "replays", request_body = ReplayRequest,
    responses((status = 202, body = JobView), (status = "default", body = ProblemBody))
)]
async fn start(
    Responder(caller): Responder,
    State(app): Shared,
    headers: HeaderMap,
    Body(asked): Body<ReplayRequest>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    asked.check()?;
    begin(&app, &caller, &headers, asked).await
}

/// Starts a replay that was checked.
async fn begin(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    asked: ReplayRequest,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let now = clock::now();
    let between = Between {
        from: now.minus(Duration::from_hours(24) * asked.days),
        until: now,
    };
    let before = standing(app, now).await?;
    let mut after = before.clone();
    let (mut title, rule) = rule(app, &asked, between.from).await?;
    if !asked.whitelists.is_empty() || !asked.without_whitelists.is_empty() {
        propose(&mut after.whitelists, &asked);
        title = title.or(Some(LocalText::new("Whitelist", "白名单")));
    }
    if let Some(settings) = asked.correlation {
        after.correlation = settings.into();
        title = title.or(Some(LocalText::new("Correlation settings", "关联设置")));
    }
    let job = jobs::start(app, caller, Work::Replay, title.unwrap_or_default())?;
    let plan = Plan {
        before,
        after,
        rule,
        between,
    };
    rerun::spawn(app, plan, &job);
    Ok((StatusCode::ACCEPTED, Json(JobView::of(&job, language(headers)))))
}

/// Starts to try a whitelist.
pub async fn whitelist(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    days: u32,
    whitelist: WhitelistProposal,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let asked = ReplayRequest {
        days,
        text: None,
        rule: None,
        whitelists: vec![whitelist],
        without_whitelists: Vec::new(),
        correlation: None,
    };
    check_days(days)?;
    begin(app, caller, headers, asked).await
}

/// How alerts are put together now.
async fn standing(app: &App, now: Time) -> Result<Setup, Problem> {
    let rows = app.store.whitelist_list(&app.tenant).await?.into_iter();
    let (correlation, _) = app.store.correlation_settings_fetch(&app.tenant).await?;
    Ok(Setup {
        capabilities: app.config.capability_table(),
        tactic_order: app.content.tactic_order(),
        correlation,
        whitelists: rows
            .filter(|row| row.holds(now))
            .map(|row| row.whitelist)
            .collect(),
    })
}

/// Puts the whitelists asked for in their places; new ones come last, as when they are saved.
fn propose(whitelists: &mut Vec<Whitelist>, asked: &ReplayRequest) {
    whitelists.retain(|known| !asked.without_whitelists.contains(&known.id));
    for (number, proposal) in asked.whitelists.iter().enumerate() {
        let proposed = proposal.clone().whitelist(format!("proposed-{number}"));
        match whitelists.iter_mut().find(|known| known.id == proposed.id) {
            Some(known) => *known = proposed,
            None => whitelists.push(proposed),
        }
    }
}

/// What becomes of the alerts of a rule, and what the rule is called.
async fn rule(
    app: &App,
    asked: &ReplayRequest,
    since: Time,
) -> Result<(Option<LocalText>, RulePlan), Problem> {
    if let Some(text) = &asked.text {
        let source = [workbench::custom("rule.yml", text.as_str())];
        let work = move |bench: &Bench| {
            let compiled = of_text(bench, &source)?;
            Ok::<_, Problem>((rule_title(&compiled), Raiser::of(bench, compiled)))
        };
        let (title, raiser) = apart_beside_saved(app, text, work).await??;
        let feeds = feeds(app).await?;
        let plan = RulePlan::Text(Box::new(raiser), OldRecords { since, feeds });
        return Ok((Some(title), plan));
    }
    let Some(wanted) = &asked.rule else {
        return Ok((None, RulePlan::Same));
    };
    let known = app.pipeline.rules();
    let info = known
        .set
        .rule(&wanted.id)
        .ok_or_else(|| Problem::not_found(&wanted.id))?;
    if let Some(method) = wanted
        .aggregation
        .filter(|method| !method.allowed_for(info.origin))
    {
        let message = format!("`{}` is not for rules of this origin", method.as_str());
        let place = "/rule/aggregation".to_owned();
        return Err(Problem::invalid(
            "the replay cannot start",
            vec![Place { place, message }],
        ));
    }
    let plan = RulePlan::Adjusted(Adjustment {
        rule: wanted.id.clone(),
        level: wanted.level,
        aggregation: wanted.aggregation,
        window: wanted.window_seconds.map(Duration::from_secs),
    });
    Ok((Some(info.title.clone()), plan))
}

impl ReplayRequest {
    /// What would keep it from starting, all of it at once.
    fn check(&self) -> Result<(), Problem> {
        check_days(self.days)?;
        if self.text.is_some() && self.rule.is_some() {
            let detail = "expected either `text` or `rule`, and not both";
            return Err(Problem::new(Kind::Invalid, detail));
        }
        let proposes = self.text.is_some()
            || self.rule.is_some()
            || !self.whitelists.is_empty()
            || !self.without_whitelists.is_empty()
            || self.correlation.is_some();
        if !proposes {
            let detail = "expected something to change: `text`, `rule`, `whitelists`, `without_whitelists` or `correlation`";
            return Err(Problem::new(Kind::Invalid, detail));
        }
        let mut mistakes = Vec::new();
        for (number, proposal) in self.whitelists.iter().enumerate() {
            mistakes.extend(whitelists::mistakes(
                &proposal.condition,
                &format!("/whitelists/{number}"),
            ));
        }
        if let Some(settings) = &self.correlation {
            mistakes.extend(correlation::mistakes(settings, "/correlation"));
        }
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(Problem::invalid("the replay cannot start", mistakes))
    }
}

fn check_days(days: u32) -> Result<(), Problem> {
    if (1..=DAYS).contains(&days) {
        return Ok(());
    }
    let detail = format!("expected `days` to be 1 to {DAYS}, found `{days}`");
    Err(Problem::new(Kind::Invalid, detail))
}

#[cfg(test)]
mod tests;
