//! Rule texts on the workbench: what authors ask of a text before it runs. Nothing here is saved.

use super::{compile::RuleText, explanation::Explained, finding::RuleFinding, references::named_by};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        extract::Body,
        problem::{Kind, Place, Problem, ProblemBody},
    },
    app::App,
    bench, clock,
};
use axum::{Json, extract::State};
use model::ProductId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use workbench::{Bench, ExplainError, Finding, Input, RuleSource};

/// What a text is called in what is said of it.
const FILE: &str = "rule.yml";

/// What is wrong with a rule text, or likely to be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleLint {
    /// Nothing in it is an error.
    ok: bool,
    /// What was found, by place.
    findings: Vec<RuleFinding>,
}

/// What came of the tests a text carries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleTested {
    /// It compiles, and every test passed.
    ok: bool,
    /// What does not compile, and so cannot be tested.
    errors: Vec<RuleFinding>,
    /// The tests, in the order of the rules.
    tests: Vec<RuleTestOutcome>,
}

/// What came of a test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleTestOutcome {
    /// What it shows.
    name: String,
    /// Its line in the text, from 1.
    line: usize,
    /// Alerts the rule is to raise.
    expected: u64,
    /// Alerts it raised.
    got: u64,
    /// They are equal, and every log could be read.
    ok: bool,
    /// What of the rule did not hold, and which logs could not be read.
    why: Vec<String>,
}

/// A log line to explain, and the rules to explain it by.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// Rules, saved or not; the predefined rules and those saved if left out.
    text: Option<String>,
    /// The rule's id, name or title; all rules of the text if left out.
    rule: Option<String>,
    /// The product that writes the log, as `provider/product`.
    #[schema(value_type = String)]
    product: ProductId,
    /// The raw record.
    raw: String,
}

/// Look for what is wrong with a rule text, or likely to be. Nothing is saved.
#[utoipa::path(
    post, path = "/rules:lint", operation_id = "lint_rule", tag = "rules", request_body = RuleText,
    responses((status = 200, body = RuleLint), (status = "default", body = ProblemBody))
)]
pub async fn lint(
    _: Viewer,
    State(app): Shared,
    Body(rule): Body<RuleText>,
) -> Result<Json<RuleLint>, Problem> {
    let sources = source(&rule.text);
    let report = apart_beside_saved(&app, &rule.text, move |bench| workbench::lint(bench, &sources)).await?;
    Ok(Json(RuleLint {
        ok: report.ok(),
        findings: report.findings.iter().map(RuleFinding::of).collect(),
    }))
}

/// Run the tests a rule text carries. Nothing is saved.
#[utoipa::path(
    post, path = "/rules:test", operation_id = "test_rule", tag = "rules", request_body = RuleText,
    responses((status = 200, body = RuleTested), (status = "default", body = ProblemBody))
)]
pub async fn test(
    _: Viewer,
    State(app): Shared,
    Body(rule): Body<RuleText>,
) -> Result<Json<RuleTested>, Problem> {
    let sources = source(&rule.text);
    let report = apart_beside_saved(&app, &rule.text, move |bench| workbench::test(bench, &sources)).await?;
    Ok(Json(RuleTested {
        ok: report.ok(),
        errors: report.errors.iter().map(RuleFinding::of).collect(),
        tests: report.tests.into_iter().map(RuleTestOutcome::of).collect(),
    }))
}

/// Explain, selection by selection, why rules match a log or do not. Nothing is saved.
#[utoipa::path(
    post, path = "/rules:explain", operation_id = "explain_rule", tag = "rules", request_body = ExplainRequest,
    responses((status = 200, body = Explained), (status = "default", body = ProblemBody))
)]
pub async fn explain(
    _: Viewer,
    State(app): Shared,
    Body(asked): Body<ExplainRequest>,
) -> Result<Json<Explained>, Problem> {
    if app.content.catalogue.product(&asked.product).is_none() {
        return Err(Problem::new(
            Kind::Invalid,
            format!("no source reads logs of `{}`", asked.product),
        ));
    }
    if asked.text.is_none() && asked.rule.is_none() {
        return Err(Problem::new(Kind::Invalid, "expected `text`, `rule`, or both"));
    }
    let sources = match &asked.text {
        Some(text) => source(text),
        None => saved(&app).await?,
    };
    let received = clock::now();
    let text = asked.text.clone();
    let work = move |bench: &Bench| {
        let input = Input::Raw {
            product: &asked.product,
            raw: asked.raw.as_bytes(),
            received,
        };
        workbench::explain(bench, &sources, asked.rule.as_deref(), &input)
    };
    let explained = match text {
        Some(text) => apart_beside_saved(&app, &text, work).await?,
        None => apart(&app, work).await?,
    };
    explained.map(|explained| Json(explained.into())).map_err(refusal)
}

/// The user's own rules, each as a file named by its id; one that no longer loads would hide all others.
async fn saved(app: &App) -> Result<Vec<RuleSource>, Problem> {
    let rules = app.store.custom_rule_list(&app.tenant).await?;
    let known = app.pipeline.rules();
    let loads = rules
        .into_iter()
        .filter(|rule| known.set.rule(&rule.id).is_some());
    Ok(loads.map(|rule| workbench::custom(rule.id, rule.text)).collect())
}

fn refusal(error: ExplainError) -> Problem {
    match error {
        ExplainError::Rules(findings) => {
            Problem::invalid("the rule does not compile", findings.iter().map(place).collect())
        }
        ExplainError::NoRule(name) => Problem::not_found(name),
        error @ (ExplainError::Unread { .. } | ExplainError::NoEvent(_)) => {
            Problem::new(Kind::Invalid, error.to_string())
        }
    }
}

/// The same, with those of the user's saved rules behind the product's that correlations and filters of the text name.
pub async fn apart_beside_saved<T: Send + 'static>(
    app: &App,
    text: &str,
    work: impl FnOnce(&Bench) -> T + Send + 'static,
) -> Result<T, Problem> {
    let saved = app.store.custom_rule_list(&app.tenant).await?;
    let behind: Vec<RuleSource> = named_by(text, saved)
        .into_iter()
        .map(|rule| workbench::custom(format!("custom rule {}", rule.id), rule.text))
        .collect();
    apart(app, move |bench| {
        if behind.is_empty() {
            return work(bench);
        }
        let mut bench = bench.clone();
        bench.predefined.extend(behind);
        work(&bench)
    })
    .await
}

/// Works away from the threads that answer requests: it may take a while.
pub async fn apart<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Bench) -> T + Send + 'static,
) -> Result<T, Problem> {
    let content = Arc::clone(&app.content);
    let done = tokio::task::spawn_blocking(move || work(&bench::of(&content))).await;
    done.map_err(|error| {
        tracing::error!(%error, "work on a rule text ended early");
        Problem::new(Kind::Internal, "the work ended early; the server's log says why")
    })
}

fn source(text: &str) -> Vec<RuleSource> {
    vec![workbench::custom(FILE, text)]
}

/// Where a finding is, and what it says.
pub fn place(finding: &Finding) -> Place {
    Place {
        place: format!("{}:{}", finding.line, finding.column),
        message: finding.text(),
    }
}

impl RuleTestOutcome {
    fn of(test: workbench::TestOutcome) -> Self {
        let unread = test.unread.iter();
        let mut why: Vec<String> = unread
            .map(|log| format!("log {} cannot be read: {}", log.log, log.detail))
            .collect();
        why.extend(test.why);
        Self {
            why,
            name: test.name,
            line: test.line,
            expected: test.expected,
            got: test.got,
            ok: test.passed,
        }
    }
}
