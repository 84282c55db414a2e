//! A rule as the API shows it: what the compiler knows of it, joined with what the store does.

use crate::{
    api::{dto::Text, problem::Problem, schema},
    app::App,
    clock,
    pipeline::KnownRules,
};
use detect::{RuleError, RuleInfo, RuleMetrics};
use model::{Aggregation, Level, LocalText, LogSource, Origin, ProductId, Time};
use normalise::Catalogue;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};
use store::{CustomRule, RuleState, RuleUse};
use utoipa::ToSchema;

/// How far back alerts are counted.
const DAY: Duration = Duration::from_hours(24);

/// A detection rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rule {
    /// Its Sigma id.
    pub id: String,
    /// What it detects, in a few words.
    pub title: Text,
    /// What it detects.
    pub description: Text,
    /// Who wrote it; `vendor` for rules that import a product's own alerts.
    #[schema(schema_with = schema::origin)]
    pub origin: Origin,
    /// It raises alerts.
    pub enabled: bool,
    /// Its alerts give no events.
    pub testing: bool,
    /// How bad it is.
    #[schema(schema_with = schema::level)]
    pub level: Level,
    /// How its alerts become events.
    #[schema(schema_with = schema::aggregation)]
    pub aggregation: Aggregation,
    /// The category of the threat.
    pub category: String,
    /// The logs it reads.
    pub logsources: Vec<Logsource>,
    /// ATT&CK tactics, by their short names.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// The products whose logs it reads.
    pub products: Vec<String>,
    /// A source of one of them is connected.
    pub source_connected: bool,
    /// Alerts of the last 24 hours.
    pub alerts_24h: u64,
    /// When the last record that matched happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_match: Option<Time>,
    /// Why it cannot run.
    pub problem: Option<String>,
    /// What it did since the server started; nothing if it is off.
    pub metrics: Option<Metrics>,
}

/// What a rule did since the server started.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Metrics {
    /// Records that matched.
    matches: u64,
    /// Alerts it raised.
    alerts: u64,
    /// About how long its detections took, in microseconds.
    microseconds: u64,
    /// It took more time than a rule may, and is not asked any more.
    paused: bool,
}

impl From<RuleMetrics> for Metrics {
    fn from(metrics: RuleMetrics) -> Self {
        Self {
            matches: metrics.matches,
            alerts: metrics.alerts,
            microseconds: metrics.microseconds,
            paused: metrics.paused,
        }
    }
}

/// A Sigma logsource: what is left out does not matter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Logsource {
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
}

/// A rule with its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleDetail {
    #[serde(flatten)]
    rule: Rule,
    /// The file it is in.
    text: String,
    /// The tests it carries.
    tests: Vec<RuleTest>,
}

/// A test a rule carries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleTest {
    /// What it shows.
    name: String,
    /// How many alerts the rule raises over its logs.
    alerts: u64,
}

/// What rules are joined with.
pub struct Shelf {
    rules: KnownRules,
    states: BTreeMap<String, RuleState>,
    custom: Vec<CustomRule>,
    uses: HashMap<String, RuleUse>,
    connected: BTreeSet<ProductId>,
}

impl Shelf {
    /// Reads all there is to know about rules.
    pub async fn read(app: &App) -> Result<Self, Problem> {
        let rules = app.pipeline.rules();
        let ids: Vec<&str> = rules.set.rules().map(|rule| rule.id.as_str()).collect();
        let uses = app
            .store
            .rule_use_list(&app.tenant, &ids, clock::now().minus(DAY))
            .await?;
        let sources = app
            .store
            .source_list(&app.tenant)
            .await?
            .into_iter()
            .map(|status| status.source);
        Ok(Self {
            uses,
            states: app.store.rule_state_list(&app.tenant).await?,
            custom: app.store.custom_rule_list(&app.tenant).await?,
            connected: sources
                .filter(|source| source.enabled)
                .map(|source| source.product)
                .collect(),
            rules,
        })
    }

    /// All rules: first those that cannot run, then the worst.
    pub fn all(&self, catalogue: &Catalogue) -> Vec<Rule> {
        let mut rules: Vec<Rule> = self
            .rules
            .set
            .rules()
            .map(|info| self.rule(info, catalogue))
            .collect();
        rules.extend(self.broken(catalogue));
        rules.sort_by(|a, b| {
            let key = |rule: &Rule| (rule.problem.is_none(), std::cmp::Reverse(rule.level));
            key(a)
                .cmp(&key(b))
                .then_with(|| a.title.en.cmp(&b.title.en))
                .then_with(|| a.id.cmp(&b.id))
        });
        rules
    }

    /// A rule that compiles.
    pub fn rule(&self, info: &RuleInfo, catalogue: &Catalogue) -> Rule {
        let products = products(&info.logsources, catalogue);
        let used = self.uses.get(&info.id);
        let (enabled, testing) = self.state(&info.id);
        Rule {
            id: info.id.clone(),
            title: info.title.clone().into(),
            description: info.description.clone().into(),
            origin: info.origin,
            enabled,
            testing,
            level: info.level,
            aggregation: info.aggregation,
            category: info.category.clone(),
            logsources: info.logsources.iter().map(Logsource::of).collect(),
            tactics: info.tactics.iter().map(ToString::to_string).collect(),
            techniques: info.techniques.clone(),
            source_connected: products.iter().any(|product| self.connected.contains(product)),
            products: products.iter().map(ToString::to_string).collect(),
            alerts_24h: used.map_or(0, |used| used.alerts),
            last_match: used.map(|used| used.last_match),
            problem: None,
            metrics: self.rules.metrics.get(&info.id).copied().map(Into::into),
        }
    }

    /// The same with its text.
    pub fn detail(&self, info: &RuleInfo, catalogue: &Catalogue) -> RuleDetail {
        let test = |test: &detect::RuleTest| RuleTest {
            name: test.name.clone(),
            alerts: test.alerts as u64,
        };
        RuleDetail {
            rule: self.rule(info, catalogue),
            text: info.text.clone(),
            tests: info.tests.iter().map(test).collect(),
        }
    }

    /// What the store says: the pipeline may be a moment behind.
    fn state(&self, id: &str) -> (bool, bool) {
        self.states
            .get(id)
            .map_or((false, false), |state| (state.enabled, state.testing))
    }

    /// The user's rules that no longer compile, such as after an upgrade: they must not vanish from the list.
    fn broken(&self, catalogue: &Catalogue) -> Vec<Rule> {
        let compiled = |rule: &&CustomRule| self.rules.set.rule(&rule.id).is_none();
        self.custom
            .iter()
            .filter(compiled)
            .map(|rule| self.broken_rule(rule, catalogue))
            .collect()
    }

    fn broken_rule(&self, rule: &CustomRule, catalogue: &Catalogue) -> Rule {
        let (enabled, testing) = self.state(&rule.id);
        Rule {
            id: rule.id.clone(),
            title: LocalText::same(title(&rule.text).unwrap_or(&rule.id)).into(),
            description: LocalText::default().into(),
            origin: Origin::Custom,
            enabled,
            testing,
            level: Level::Reminder,
            aggregation: Aggregation::None,
            category: "other".to_owned(),
            logsources: Vec::new(),
            tactics: Vec::new(),
            techniques: Vec::new(),
            products: Vec::new(),
            source_connected: false,
            alerts_24h: 0,
            last_match: None,
            problem: Some(problem(&rule.text, catalogue)),
            metrics: None,
        }
    }

    /// A rule of the user that does not compile, with its text.
    pub fn broken_detail(&self, id: &str, catalogue: &Catalogue) -> Option<RuleDetail> {
        let rule = self.custom.iter().find(|rule| rule.id == id)?;
        Some(RuleDetail {
            rule: self.broken_rule(rule, catalogue),
            text: rule.text.clone(),
            tests: Vec::new(),
        })
    }
}

/// What is wrong with a rule text. The compiler names custom files by their place in the list it was given, which may
/// have changed since; compiling the one text again says the same for sure.
fn problem(text: &str, catalogue: &Catalogue) -> String {
    let (_, errors) = detect::RuleSet::compile(catalogue.schema(), &[super::custom_source(text)]);
    let lines: Vec<String> = errors.iter().map(line).collect();
    if lines.is_empty() {
        return "it does not go together with another rule".to_owned();
    }
    lines.join("\n")
}

impl Logsource {
    fn of(logsource: &LogSource) -> Self {
        Self {
            product: logsource.product.clone(),
            service: logsource.service.clone(),
            category: logsource.category.clone(),
        }
    }
}

/// An error without its file, which nobody outside knows.
fn line(error: &RuleError) -> String {
    let message = message(error);
    format!("{}:{}: {message}", error.line, error.column)
}

/// What is wrong, and what would have been right.
pub fn message(error: &RuleError) -> String {
    match &error.expected {
        Some(expected) => format!("{}; expected {expected}", error.message),
        None => error.message.clone(),
    }
}

/// The title of a rule whose text may be wrong anywhere else.
fn title(text: &str) -> Option<&str> {
    let title = text.lines().find_map(|line| line.strip_prefix("title:"))?.trim();
    (!title.is_empty()).then_some(title)
}

/// The products that write one of these logs: a key of the rule is equal, or left out.
pub fn products(logsources: &[LogSource], catalogue: &Catalogue) -> Vec<ProductId> {
    let fits = |rule: &Option<String>, log: &Option<String>| rule.is_none() || rule == log;
    let reads = |log: &LogSource| {
        logsources.iter().any(|rule| {
            fits(&rule.product, &log.product)
                && fits(&rule.service, &log.service)
                && fits(&rule.category, &log.category)
        })
    };
    let writes = |product: &&normalise::Product| product.logs().iter().any(|log| reads(&log.kind.logsource));
    catalogue
        .products()
        .filter(writes)
        .map(|product| product.id().clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;

    #[test]
    fn a_rule_reads_the_products_whose_logs_fit() {
        let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
        let check =
            |product: Option<&str>, service: Option<&str>, category: Option<&str>, expected: &[&str]| {
                let logsource = LogSource {
                    product: product.map(str::to_owned),
                    service: service.map(str::to_owned),
                    category: category.map(str::to_owned),
                };
                let found = products(&[logsource], &content.catalogue);
                assert_eq!(
                    found.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    expected
                );
            };
        check(Some("nginx"), Some("access"), None, &["self_hosted/nginx"]);
        check(Some("alibaba"), Some("waf"), None, &["alibaba/waf"]);
        check(
            None,
            None,
            Some("webserver"),
            &["alibaba/waf", "tencent/waf", "huawei/waf", "self_hosted/nginx"],
        );
        check(Some("okta"), None, None, &[]);
    }

    #[test]
    fn a_broken_rule_still_has_a_title() {
        assert_eq!(title("id: 1\ntitle: My rule\n"), Some("My rule"));
        assert_eq!(title("title:\n"), None);
    }
}
