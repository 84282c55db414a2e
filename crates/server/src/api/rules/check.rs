//! Checking a rule text: it compiles, and the tests it carries pass.

use super::{custom_source, view::message};
use crate::api::{
    Shared,
    caller::Viewer,
    extract::Body,
    problem::{Place, Problem, ProblemBody},
};
use axum::{Json, extract::State};
use detect::{Detector, RuleInfo, RuleSet, RuleTest};
use model::{SourceId, TenantId, Time};
use normalise::{Catalogue, SourceContext};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A rule text.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// One YAML file: a Sigma rule with our key `ctdr`.
    pub text: String,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleCheck {
    /// It compiles and every test passes.
    pub ok: bool,
    /// What is wrong with the text; `place` is `line:column`.
    pub errors: Vec<Place>,
    /// The tests it carries.
    pub tests: Vec<TestResult>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TestResult {
    /// What it shows.
    name: String,
    /// Alerts the rule is to raise.
    expected: u64,
    /// Alerts it raised.
    got: u64,
    /// They are equal, and every log could be read.
    ok: bool,
    /// Which log could not be read, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Check a rule text by itself, and run the tests it carries. Nothing is saved.
#[utoipa::path(
    post, path = "/rules:check", operation_id = "check_rule", tag = "rules", request_body = RuleText,
    responses((status = 200, body = RuleCheck), (status = "default", body = ProblemBody))
)]
pub async fn check(
    _: Viewer,
    State(app): Shared,
    Body(rule): Body<RuleText>,
) -> Result<Json<RuleCheck>, Problem> {
    let catalogue = Arc::clone(&app.content.catalogue);
    Ok(Json(run_apart(catalogue, rule.text).await?.0))
}

/// Compiles and tests a text away from the threads that answer requests: it may take a while.
pub async fn run_apart(
    catalogue: Arc<Catalogue>,
    text: String,
) -> Result<(RuleCheck, Vec<RuleInfo>), Problem> {
    let done = tokio::task::spawn_blocking(move || run(&catalogue, &text)).await;
    done.map_err(|error| {
        tracing::error!(%error, "checking a rule text ended early");
        Problem::new(
            crate::api::problem::Kind::Internal,
            "the check ended early; the server's log says why",
        )
    })
}

/// Compiles a text as a rule of the user and runs its tests; the rules that raise alerts.
fn run(catalogue: &Catalogue, text: &str) -> (RuleCheck, Vec<RuleInfo>) {
    let (rules, errors) = RuleSet::compile(catalogue.schema(), &[custom_source(text)]);
    let errors: Vec<Place> = errors
        .iter()
        .map(|error| Place {
            place: format!("{}:{}", error.line, error.column),
            message: message(error),
        })
        .collect();
    let rules = Arc::new(rules);
    let infos: Vec<RuleInfo> = rules.rules().cloned().collect();
    let tests: Vec<TestResult> = infos
        .iter()
        .flat_map(|info| info.tests.iter().map(move |test| (info, test)))
        .map(|(info, test)| run_test(catalogue, &rules, info, test))
        .collect();
    let ok = errors.is_empty() && tests.iter().all(|test| test.ok);
    (RuleCheck { ok, errors, tests }, infos)
}

/// Runs the logs of a test through the rules of the text, and counts the alerts of the rule that carries it.
fn run_test(catalogue: &Catalogue, rules: &Arc<RuleSet>, info: &RuleInfo, test: &RuleTest) -> TestResult {
    let tenant = TenantId::default();
    let mut detector = Detector::new(Arc::clone(rules));
    let (mut got, mut problem) = (0, None);
    for (number, log) in test.logs.iter().enumerate() {
        let context = SourceContext {
            tenant: &tenant,
            source: SourceId::from_bits(1),
            product: &test.source,
            account: None,
            utc_offset_minutes: 0,
            // Later than any time in the logs, so that each of them is believed.
            received: Time::from_millis(i64::MAX),
            position: &number.to_be_bytes(),
        };
        match catalogue.normalise(log.as_bytes(), &context) {
            Ok(record) => {
                let alerts = detector.detect(&[record]);
                got += alerts.iter().filter(|alert| alert.rule.id == info.id).count() as u64;
            }
            Err(dead) => {
                problem.get_or_insert_with(|| format!("log {} cannot be read: {}", number + 1, dead.detail));
            }
        }
    }
    let expected = test.alerts as u64;
    TestResult {
        name: test.name.clone(),
        expected,
        got,
        ok: got == expected && problem.is_none(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;

    const RULE: &str = r#"title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11
logsource: {product: nginx, service: access}
detection:
  selection: {http_request.url.path: /login}
  condition: selection
level: low
ctdr:
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
  tests:
    - name: it is asked for
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /login HTTP/1.1" 200 15 "-" "curl/8.5.0"']
      alerts: 1
    - name: something else is asked for
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET / HTTP/1.1" 200 15 "-" "curl/8.5.0"']
      alerts: 0
"#;

    fn checked(text: &str) -> (RuleCheck, Vec<RuleInfo>) {
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        run(&content.catalogue, text)
    }

    #[test]
    fn a_rule_is_checked_with_its_tests() {
        let (check, rules) = checked(RULE);
        assert!(check.ok, "{check:?}");
        assert_eq!((check.tests.len(), rules.len()), (2, 1));
    }

    #[test]
    fn a_test_that_fails_says_what_came_instead() {
        let (check, _) = checked(&RULE.replace("alerts: 1", "alerts: 2"));
        let test = &check.tests[0];
        assert!(!check.ok && !test.ok && check.errors.is_empty());
        assert_eq!((test.expected, test.got), (2, 1));
        let (check, _) = checked(&RULE.replace("'203.0.113.7 - - [03", "'203.0.113.7 [03"));
        assert!(!check.ok && check.tests[0].problem.is_some(), "{check:?}");
    }

    #[test]
    fn mistakes_have_places() {
        let (check, rules) = checked(&RULE.replace(
            "http_request.url.path: /login",
            "http_request.url.path|containz: /login",
        ));
        assert!(!check.ok && rules.is_empty());
        assert_eq!(check.errors[0].place, "5:37");
        assert!(
            check.errors[0].message.contains("expected `contains`"),
            "{:?}",
            check.errors
        );
    }
}
