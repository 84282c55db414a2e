//! A rule text over what came in during the last days: how often it would have fired, and which events would have
//! followed. Nothing is saved.
//!
//! It answers while somebody waits, so it is bounded in time and records, and says how far it got.

use super::{bench::place, report::RuleBacktest};
use crate::{
    api::{
        Shared,
        caller::Responder,
        extract::Body,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    bench, clock,
};
use axum::{Json, extract::State};
use journal::{Entry, EntryKind, Journal as _, Position};
use model::{ProductId, SourceId};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use workbench::{Backtest, Budget, RawRecord};

/// Days that can be asked for.
const DAYS: u32 = 90;
/// How long one may take: less than a handler may.
const LONGEST: Duration = Duration::from_secs(30);
/// Records that are looked at, the oldest first.
const RECORDS: u64 = 2_000_000;
/// Bytes of the journal that are read at a time.
const BATCH: usize = 4 << 20;
/// One at a time: the pipeline needs the machine, too.
static ONE: Semaphore = Semaphore::const_new(1);

/// What to run over what came in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestRequest {
    /// The rule, saved or not.
    text: String,
    /// How many days back, 1 … 90.
    days: u32,
    /// Alerts there may be on any one day.
    alerts_per_day: Option<u64>,
}

/// Run a rule text over the records of the last days. Nothing is saved.
#[utoipa::path(
    post, path = "/rules:backtest", operation_id = "backtest_rule", tag = "rules", request_body = BacktestRequest,
    responses((status = 200, body = RuleBacktest), (status = "default", body = ProblemBody))
)]
pub async fn backtest(
    _: Responder,
    State(app): Shared,
    Body(asked): Body<BacktestRequest>,
) -> Result<Json<RuleBacktest>, Problem> {
    if !(1..=DAYS).contains(&asked.days) {
        return Err(Problem::new(
            Kind::Invalid,
            format!("expected `days` to be 1 to {DAYS}, found `{}`", asked.days),
        ));
    }
    let Ok(_one) = ONE.try_acquire() else {
        let busy = Problem::new(
            Kind::TooMany,
            "another backtest is running; they run one at a time",
        );
        return Err(busy.retry_after(LONGEST));
    };
    let sources = app.store.source_list(&app.tenant).await?;
    let products = sources
        .into_iter()
        .map(|status| (status.source.id, status.source.product));
    let products = products.collect();
    let app = Arc::clone(&app);
    let done = tokio::task::spawn_blocking(move || replay(&app, &asked, &products)).await;
    done.map_err(|error| {
        tracing::error!(%error, "a backtest ended early");
        Problem::new(
            Kind::Internal,
            "the backtest ended early; the server's log says why",
        )
    })?
    .map(Json)
}

/// Records of sources that are gone are left out: nobody knows any more how to read them.
fn replay(
    app: &App,
    asked: &BacktestRequest,
    products: &HashMap<SourceId, ProductId>,
) -> Result<RuleBacktest, Problem> {
    let started = clock::now();
    let since = started.minus(Duration::from_hours(24) * asked.days);
    let budget = Budget {
        alerts_per_day: asked.alerts_per_day,
        events_per_day: None,
    };
    let rules = [workbench::custom("rule.yml", asked.text.as_str())];
    let (mut backtest, errors) = Backtest::new(&bench::of(&app.content), &rules, budget);
    if !errors.is_empty() {
        return Err(Problem::invalid(
            "the rule does not compile",
            errors.iter().map(place).collect(),
        ));
    }
    let (mut at, end) = (app.journal.oldest(&app.tenant), app.journal.head(&app.tenant));
    let mut records = 0;
    let complete = loop {
        let over = records >= RECORDS || clock::now().since(started) >= LONGEST || app.stop.is_cancelled();
        if at >= end || over {
            break at >= end;
        }
        let entries = read(app, at)?;
        let Some((after, _)) = entries.last() else {
            break true;
        };
        at = *after;
        for (_, entry) in entries.iter().filter(|(_, entry)| entry.received >= since) {
            let EntryKind::Record { source, position } = &entry.kind else {
                continue;
            };
            if let Some(product) = products.get(source) {
                records += 1;
                backtest.record(&RawRecord {
                    product,
                    position,
                    received: entry.received,
                    raw: &entry.body,
                });
            }
        }
    };
    Ok(RuleBacktest::of(backtest.finish(), complete))
}

fn read(app: &App, from: Position) -> Result<Vec<(Position, Entry)>, Problem> {
    app.journal.read(&app.tenant, from, BATCH).map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a backtest cannot read the journal"
        );
        Problem::new(
            Kind::Unavailable,
            "what came in cannot be read right now; the server's log says why",
        )
    })
}
