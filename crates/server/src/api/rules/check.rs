//! Checking a rule text: it compiles, and the tests it carries pass.

use super::{
    bench::{apart, place},
    custom_source,
};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        extract::Body,
        problem::{Place, Problem, ProblemBody},
    },
    app::App,
};
use axum::{Json, extract::State};
use detect::RuleInfo;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workbench::{Bench, TestOutcome};

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
    Ok(Json(run_apart(&app, rule.text).await?.0))
}

/// Compiles and tests a text away from the threads that answer requests: it may take a while.
pub async fn run_apart(app: &App, text: String) -> Result<(RuleCheck, Vec<RuleInfo>), Problem> {
    apart(app, move |bench| run(bench, &text)).await
}

/// Compiles a text as a rule of the user and runs its tests; the rules that raise alerts.
fn run(bench: &Bench, text: &str) -> (RuleCheck, Vec<RuleInfo>) {
    let source = [custom_source(text)];
    let rules = workbench::Compiled::new(bench, &source).own().cloned().collect();
    let report = workbench::test(bench, &source);
    let check = RuleCheck {
        ok: report.ok(),
        errors: report.errors.iter().map(place).collect(),
        tests: report.tests.iter().map(TestResult::of).collect(),
    };
    (check, rules)
}

impl TestResult {
    fn of(outcome: &TestOutcome) -> Self {
        let unread = outcome.unread.first();
        Self {
            name: outcome.name.clone(),
            expected: outcome.expected,
            got: outcome.got,
            ok: outcome.passed,
            problem: unread.map(|log| format!("log {} cannot be read: {}", log.log, log.detail)),
        }
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
        run(&crate::bench::of(&content), text)
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
