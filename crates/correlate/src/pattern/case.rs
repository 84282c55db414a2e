//! The tests a pattern carries: alerts in short lines, and whether they complete it.

use super::{Pattern, find, span};
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, Level, LocalText, Origin, ProductId, Role, RuleRef,
    Side, Tactic, TenantId, Time,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{collections::BTreeSet, fmt, time::Duration};

/// A test: alerts, and whether they complete the pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The alerts, in any order.
    pub alerts: Vec<Line>,
    /// Whether they complete the pattern.
    pub complete: bool,
}

/// An alert in one line. What it leaves out is as the rule says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// How long after the beginning.
    #[serde(with = "span")]
    pub at: Duration,
    /// The rule that raised it, by its file or its id; none for an alert of no rule in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Its category, if it is of no rule or not as the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Its tactics, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tactics: Option<Vec<Tactic>>,
    /// Its techniques, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub techniques: Option<Vec<String>>,
    /// Its product, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The side of the wire, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Its level, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Who is in it: role, type and value, such as `victim host i-1`.
    pub entities: Vec<Mention>,
}

/// An entity as a line writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention(pub Entity);

/// What the alerts of a rule look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Stencil {
    /// The rule's id.
    pub rule: String,
    /// Their category.
    pub category: String,
    /// Their tactics.
    pub tactics: Vec<Tactic>,
    /// Their techniques.
    pub techniques: Vec<String>,
    /// The products whose logs the rule reads.
    pub products: BTreeSet<ProductId>,
    /// The side of the wire.
    pub side: Side,
    /// Their level.
    pub level: Level,
    /// Who wrote the rule.
    pub origin: Origin,
    /// The entities they can name.
    pub entities: BTreeSet<(EntityKind, Role)>,
}

/// A test that failed, or that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFailure {
    /// Where it stands, such as `tests[1].alerts[0].rule`.
    pub path: String,
    /// The test's name.
    pub case: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.path, self.case, self.message)
    }
}

impl Pattern {
    /// Runs its tests. `rules` tells what the alerts of a rule look like; a line that names a rule nobody knows, or
    /// an entity that the rule does not give, is a failure: such a test would prove nothing.
    pub fn run(&self, rules: &impl Fn(&str) -> Option<Stencil>) -> Vec<CaseFailure> {
        let cases = self.tests.iter().enumerate();
        cases
            .flat_map(|(number, case)| self.run_case(number, case, rules))
            .collect()
    }

    fn run_case(
        &self,
        number: usize,
        case: &Case,
        rules: &impl Fn(&str) -> Option<Stencil>,
    ) -> Vec<CaseFailure> {
        let failure = |path: String, message: String| CaseFailure {
            path,
            case: case.name.clone(),
            message,
        };
        let mut alerts = Vec::new();
        let mut failures = Vec::new();
        for (position, line) in case.alerts.iter().enumerate() {
            let stencil = line.rule.as_deref().map(|rule| (rule, rules(rule)));
            let path = |rest: &str| format!("tests[{number}].alerts[{position}]{rest}");
            if let Some((rule, None)) = &stencil {
                failures.push(failure(path(".rule"), format!("there is no rule `{rule}`")));
            }
            let stencil = stencil.and_then(|(_, stencil)| stencil);
            for (place, mention) in line.entities.iter().enumerate() {
                let given = (mention.0.key.kind, mention.0.role);
                if stencil.as_ref().is_some_and(|s| !s.entities.contains(&given)) {
                    let message = format!("the rule's alerts name no {mention}");
                    failures.push(failure(path(&format!(".entities[{place}]")), message));
                }
            }
            alerts.push(line.alert(position, stencil));
        }
        let matches = find(self, &alerts).len();
        if failures.is_empty() && (matches > 0) != case.complete {
            let message = if case.complete {
                "the pattern does not complete".to_owned()
            } else {
                format!("the pattern completes {matches} times")
            };
            failures.push(failure(format!("tests[{number}]"), message));
        }
        failures
    }
}

impl Line {
    /// The alert of this line; `position` is its id, so that alerts of one moment stay in the order of the lines.
    fn alert(&self, position: usize, stencil: Option<Stencil>) -> Alert {
        let mut stencil = stencil.unwrap_or_else(Stencil::of_no_rule);
        set(&mut stencil.category, self.category.as_ref());
        set(&mut stencil.tactics, self.tactics.as_ref());
        set(&mut stencil.techniques, self.techniques.as_ref());
        set(&mut stencil.side, self.side.as_ref());
        set(&mut stencil.level, self.level.as_ref());
        if let Some(product) = &self.product {
            stencil.products = BTreeSet::from([product.clone()]);
        }
        let entities = self.entities.iter().map(|mention| mention.0.clone());
        let time = Time::from_secs(0).plus(self.at);
        stencil.alert(AlertId::from_bits(position as u128), time, entities.collect())
    }
}

fn set<T: Clone>(place: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        place.clone_from(value);
    }
}

impl Stencil {
    /// A custom rule of which only what a line says is known.
    fn of_no_rule() -> Self {
        Self {
            rule: String::new(),
            category: String::new(),
            tactics: Vec::new(),
            techniques: Vec::new(),
            products: BTreeSet::new(),
            side: Side::Network,
            level: Level::Medium,
            origin: Origin::Custom,
            entities: BTreeSet::new(),
        }
    }

    /// An alert of the rule.
    pub fn alert(&self, id: AlertId, time: Time, mut entities: Vec<Entity>) -> Alert {
        entities.sort();
        entities.dedup();
        Alert {
            id,
            tenant: TenantId::default(),
            time,
            first_time: time,
            rule: RuleRef {
                id: self.rule.clone(),
                version: String::new(),
            },
            title: LocalText::default(),
            origin: self.origin,
            testing: false,
            side: self.side,
            level: self.level,
            aggregation: Aggregation::None,
            window: None,
            category: self.category.clone(),
            tactics: self.tactics.clone(),
            techniques: self.techniques.clone(),
            products: self.products.clone(),
            accounts: BTreeSet::new(),
            entities,
            records: Vec::new(),
            evidence: Vec::new(),
            threshold: None,
            defended: None,
            suppressed: 0,
        }
    }
}

impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.0.role {
            Role::Attacker => "attacker",
            Role::Victim => "victim",
            Role::Artefact => "artefact",
        };
        write!(f, "{role} {} {}", self.0.key.kind, self.0.key.value)
    }
}

impl std::str::FromStr for Mention {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not an entity: expected role, type and value, such as `victim host i-1`");
        let mut parts = text.trim().splitn(3, ' ');
        let role = match parts.next() {
            Some("attacker") => Role::Attacker,
            Some("victim") => Role::Victim,
            Some("artefact") => Role::Artefact,
            _ => return Err(wrong()),
        };
        let kind = parts.next().and_then(EntityKind::parse).ok_or_else(wrong)?;
        let value = parts
            .next()
            .map(str::trim)
            .filter(|v| !v.is_empty())
            .ok_or_else(wrong)?;
        Ok(Self(Entity::new(kind, value, role, false)))
    }
}

impl Serialize for Mention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
