//! *Check Validity*: can this log be read, and if not, which one thing is to be put right?
//!
//! The steps go in the order a person would go; what comes after the first unmet one is not known and not shown.

use super::{
    SlsConfig, by_sls, invalid, known,
    view::{Method, Prefill},
};
use crate::{
    api::{
        Shared,
        caller::Admin,
        connections::refused,
        dto::Text,
        extract::Body,
        problem::{Problem, ProblemBody},
    },
    app::App,
    cloud::{CloudError, SlsSource},
    error_chain,
};
use axum::{Json, extract::State};
use connectors::alibaba::{
    validity::{Prerequisite, ReadableStore, Unmet, WafLog, check_store, check_waf},
    waf,
};
use model::{LocalText, ProductId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A log source that may be connected.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The connection to read it through.
    connection: String,
    /// The product whose log it is.
    #[schema(value_type = String)]
    product: ProductId,
    /// Where it is; for the firewall's log, what is left out is asked of the firewall.
    #[serde(default)]
    config: SlsConfig,
    /// How its records come to us: `sls`, the only way there is something to check about.
    #[serde(default)]
    method: Option<Method>,
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckResult {
    /// The log can be read.
    ok: bool,
    /// Step by step, up to the first that failed.
    checks: Vec<Check>,
    /// Where the firewall says its log goes.
    found: Option<Prefill>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// What was looked at.
    name: Text,
    /// It is as it should be.
    ok: bool,
    /// What is wrong, and what to do about it.
    problem: Option<Text>,
    /// More to know, such as what the cloud said.
    hint: Option<Text>,
}

/// The steps, in the order they have to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Reachable,
    Clock,
    Credentials,
    Permission,
    Instance,
    Site,
    LogService,
    SiteLogging,
    Project,
    LogStore,
    Cursor,
}

/// The steps to the firewall's log.
const WAF: [Step; 8] = [
    Step::Reachable,
    Step::Clock,
    Step::Credentials,
    Step::Permission,
    Step::Instance,
    Step::Site,
    Step::LogService,
    Step::SiteLogging,
];
/// The steps to a readable log store.
const STORE: [Step; 7] = [
    Step::Reachable,
    Step::Clock,
    Step::Credentials,
    Step::Permission,
    Step::Project,
    Step::LogStore,
    Step::Cursor,
];

/// Check whether a log can be read, before it is connected.
#[utoipa::path(
    post, path = "/sources:check", operation_id = "check_source", tag = "sources", request_body = CheckRequest,
    responses((status = 200, body = CheckResult), (status = "default", body = ProblemBody))
)]
pub async fn check(
    _: Admin,
    State(app): Shared,
    Body(request): Body<CheckRequest>,
) -> Result<Json<CheckResult>, Problem> {
    let product = known(&app, &request.product, "/product")?;
    if !by_sls(product.id()) || request.method == Some(Method::Push) {
        return Err(invalid(
            "/product",
            format!("logs of `{}` are pushed; there is nothing to check", product.id()),
        ));
    }
    let mut checks = Vec::new();
    let found = if product.id().to_string() == waf::SYSTEM {
        let api = app.clouds.waf(&request.connection).await.map_err(refused)?;
        match check_waf(&api, None).await {
            Ok(log) => {
                checks.extend(rows("WAF", &WAF, None));
                Some(log)
            }
            Err(unmet) => {
                checks.extend(rows("WAF", &WAF, Some(&unmet)));
                return Ok(Json(CheckResult {
                    ok: false,
                    checks,
                    found: None,
                }));
            }
        }
    } else {
        None
    };
    let (config, hint) = choose(&request.config, found.as_ref())?;
    let unmet = store(&app, &request.connection, &config).await?;
    let mut store_rows = rows("SLS", &STORE, unmet.as_ref().err());
    if let Some(last) = store_rows.last_mut().filter(|row| row.ok) {
        last.hint = hint.or_else(|| unmet.ok().as_ref().map(kept));
    }
    checks.extend(store_rows);
    let found = found.map(|log| Prefill {
        project: log.project,
        logstore: log.logstore,
    });
    Ok(Json(CheckResult {
        ok: checks.iter().all(|check| check.ok),
        checks,
        found,
    }))
}

/// The log store to look at: the one asked for, else the firewall's own. Where they differ, that is worth a hint.
fn choose(config: &SlsConfig, found: Option<&WafLog>) -> Result<(SlsSource, Option<Text>), Problem> {
    let of_waf = found.map(|log| (log.project.as_str(), log.logstore.as_str()));
    let config = SlsConfig {
        project: config
            .project
            .clone()
            .or_else(|| of_waf.map(|(project, _)| project.to_owned())),
        logstore: config
            .logstore
            .clone()
            .or_else(|| of_waf.map(|(_, logstore)| logstore.to_owned())),
        region: config.region.clone(),
    };
    let source = config
        .source()
        .ok_or_else(|| invalid("/config", "project and log store are needed".to_owned()))?;
    let other =
        of_waf.filter(|(project, logstore)| *project != source.project || *logstore != source.logstore);
    let hint = other.map(|(project, logstore)| Text {
        en: format!("The WAF itself says that its log goes to `{project}/{logstore}`."),
        zh: format!("WAF 返回的日志位置为 `{project}/{logstore}`。"),
    });
    Ok((source, hint))
}

/// Reads as far as a puller would.
async fn store(
    app: &App,
    connection: &str,
    config: &SlsSource,
) -> Result<Result<ReadableStore, Unmet>, Problem> {
    match app.clouds.sls(connection, config).await {
        Ok(client) => Ok(check_store(&client).await),
        Err(CloudError::Sls(error)) => Err(invalid("/config", error_chain(&error))),
        Err(error) => Err(refused(error)),
    }
}

fn kept(store: &ReadableStore) -> Text {
    Text {
        en: format!(
            "{} shards, kept for {} days.",
            store.shards.len(),
            store.kept_days
        ),
        zh: format!("共 {} 个分区，保存 {} 天。", store.shards.len(), store.kept_days),
    }
}

/// The rows of a series of steps: all met, or all up to the one that is not.
fn rows(service: &str, steps: &[Step], unmet: Option<&Unmet>) -> Vec<Check> {
    let failed = unmet.map(|unmet| step(&unmet.prerequisite));
    let mut rows = Vec::new();
    for current in steps {
        // A refusal that fits no step is shown at the last one.
        let is_last = steps.last() == Some(current);
        let here = failed.is_some_and(|failed| failed == *current || (is_last && !steps.contains(&failed)));
        let unmet = unmet.filter(|_| here);
        rows.push(Check {
            name: current.name(service),
            ok: unmet.is_none(),
            problem: unmet.map(|unmet| unmet.message.clone().into()),
            hint: unmet.filter(|unmet| !unmet.detail.is_empty()).map(|unmet| Text {
                en: format!("The cloud said: {}", unmet.detail),
                zh: format!("云端返回：{}", unmet.detail),
            }),
        });
        if here {
            break;
        }
    }
    rows
}

/// The step a prerequisite belongs to.
fn step(prerequisite: &Prerequisite) -> Step {
    match prerequisite {
        Prerequisite::Reachable | Prerequisite::Available => Step::Reachable,
        Prerequisite::Clock => Step::Clock,
        Prerequisite::Credentials => Step::Credentials,
        Prerequisite::Permission { .. } => Step::Permission,
        Prerequisite::WafInstance => Step::Instance,
        Prerequisite::ProtectedSite { .. } => Step::Site,
        Prerequisite::LogService => Step::LogService,
        Prerequisite::SiteLogging { .. } => Step::SiteLogging,
        Prerequisite::Project { .. } => Step::Project,
        Prerequisite::LogStore { .. } => Step::LogStore,
        Prerequisite::Understood => Step::Cursor,
    }
}

impl Step {
    fn name(self, service: &str) -> Text {
        let (en, zh) = match self {
            Self::Reachable => ("the service can be reached", "服务可访问"),
            Self::Clock => ("this server's clock is right", "本服务器时钟准确"),
            Self::Credentials => ("the AccessKey is valid", "AccessKey 有效"),
            Self::Permission => ("the AccessKey has the permissions", "AccessKey 权限足够"),
            Self::Instance => ("there is a working instance", "存在可用实例"),
            Self::Site => ("a site is protected", "已有站点接入"),
            Self::LogService => ("the log service is on", "日志服务已开启"),
            Self::SiteLogging => ("logging is on for a site", "站点日志采集已开启"),
            Self::Project => ("the project exists", "日志项目存在"),
            Self::LogStore => ("the log store exists", "日志库存在"),
            Self::Cursor => ("the log can be read", "日志可读取"),
        };
        LocalText::new(format!("{service}: {en}"), format!("{service}：{zh}")).into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn unmet(prerequisite: Prerequisite, detail: &str) -> Unmet {
        Unmet {
            prerequisite,
            message: LocalText::new("fix it", "请修复"),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn the_first_unmet_step_is_the_last_row() {
        let check = |steps: &[Step], prerequisite, shown: usize, name: &str| {
            let unmet = unmet(prerequisite, "NoPermission");
            let rows = rows("WAF", steps, Some(&unmet));
            assert_eq!(rows.len(), shown, "{name}");
            assert!(
                rows[..shown - 1]
                    .iter()
                    .all(|row| row.ok && row.problem.is_none())
            );
            let last = rows.last().unwrap();
            assert_eq!((last.ok, last.name.en.as_str()), (false, name));
            assert_eq!(last.problem.as_ref().unwrap().zh, "请修复");
            assert_eq!(last.hint.as_ref().unwrap().en, "The cloud said: NoPermission");
        };
        check(
            &WAF,
            Prerequisite::Reachable,
            1,
            "WAF: the service can be reached",
        );
        check(&WAF, Prerequisite::LogService, 7, "WAF: the log service is on");
        check(&WAF, Prerequisite::Understood, 8, "WAF: logging is on for a site");
        let missing = Prerequisite::Project {
            project: "proj".to_owned(),
        };
        check(&STORE, missing, 5, "WAF: the project exists");
        check(&STORE, Prerequisite::Understood, 7, "WAF: the log can be read");
        assert!(rows("WAF", &WAF, None).iter().all(|row| row.ok));
        assert_eq!(rows("WAF", &WAF, None).len(), WAF.len());
    }

    #[test]
    fn the_firewall_fills_in_what_is_left_out() {
        let log = WafLog {
            instance: "waf-1".to_owned(),
            project: "proj".to_owned(),
            logstore: "store".to_owned(),
            objects: Vec::new(),
        };
        let config = |project: Option<&str>, logstore: Option<&str>| SlsConfig {
            project: project.map(str::to_owned),
            logstore: logstore.map(str::to_owned),
            region: None,
        };
        let (chosen, hint) = choose(&config(None, None), Some(&log)).unwrap();
        assert_eq!(
            (chosen.project.as_str(), chosen.logstore.as_str(), hint),
            ("proj", "store", None)
        );
        let (chosen, hint) = choose(&config(Some("other"), None), Some(&log)).unwrap();
        assert_eq!(chosen.project, "other");
        assert!(hint.unwrap().zh.contains("proj/store"));
        assert!(choose(&config(Some("other"), None), None).is_err());
    }
}
