//! Detection rules: what there is, what runs, and the user's own.

mod backtest;
mod bench;
mod bulk;
mod compile;
mod custom;
mod delete;
mod explanation;
mod export;
mod finding;
mod import;
mod list;
mod query;
mod references;
mod report;
mod skeleton;
mod split;
mod switch;
mod view;

pub use backtest::{DAYS, feeds, of_text, title as rule_title};
pub use bench::apart_beside_saved;
pub use report::RuleBacktest;

use super::problem::Problem;
use crate::{
    app::App,
    clock,
    pipeline::{Action, RuleSelection},
};
use detect::RuleSource;
use model::Origin;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of rules.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, custom::create))
        .routes(routes!(
            list::fetch,
            switch::update,
            custom::replace,
            custom::delete
        ))
        .routes(routes!(switch::enable_connected))
        .routes(routes!(bulk::bulk))
        .routes(routes!(bench::lint))
        .routes(routes!(skeleton::skeleton))
        .routes(routes!(bench::test))
        .routes(routes!(bench::explain))
        .routes(routes!(backtest::backtest))
        .routes(routes!(export::export))
        .routes(routes!(import::import))
}

/// The version of a rule text, as alerts name it.
pub fn version(text: &str) -> String {
    custom_source(text).version()
}

/// A rule text of the user, as the compiler takes it.
pub fn custom_source(text: &str) -> RuleSource {
    RuleSource {
        file: "rule.yml".to_owned(),
        text: text.to_owned(),
        origin: Origin::Custom,
        enabled: true,
        testing: false,
    }
}

/// Which rules run, as the store has it.
async fn selection(app: &App) -> Result<RuleSelection, store::Error> {
    RuleSelection::stored(&app.store, &app.tenant).await
}

/// Tells the pipeline which rules run now. Two changes at once may tell it in the wrong order; whoever finds that the
/// store has moved on tells it again.
async fn announce(app: &App) -> Result<(), Problem> {
    let mut told = selection(app).await?;
    loop {
        app.pipeline
            .submit(
                &Action::Rules {
                    selection: told.clone(),
                },
                clock::now(),
            )
            .await?;
        let now = selection(app).await?;
        if now == told {
            return Ok(());
        }
        told = now;
    }
}
