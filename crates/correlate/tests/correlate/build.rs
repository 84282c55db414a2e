//! Alerts for tests.

use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, Level, LocalText, Origin, Role, RuleRef, Side, Tactic,
    TenantId, Time,
};
use std::collections::BTreeSet;

/// How often a property is tried: so often, unless `PROPTEST_CASES` says otherwise.
#[allow(
    clippy::disallowed_methods,
    reason = "how long a test runs is no configuration of the product"
)]
pub fn cases(usual: u32) -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// When the tests begin.
pub const START: i64 = 1_790_000_000 / 3600 * 3600;

/// A time in seconds after [`START`].
pub fn at(secs: i64) -> Time {
    Time::from_secs(START + secs)
}

/// A network-side alert of an expert rule; the functions of [`Shape`] turn it into others.
pub fn alert(id: u128, secs: i64, rule: &str) -> Alert {
    Alert {
        id: AlertId::from_bits(id),
        tenant: TenantId::default(),
        time: at(secs),
        first_time: at(secs),
        rule: RuleRef {
            id: rule.to_owned(),
            version: "1".to_owned(),
        },
        title: LocalText::new(format!("Alert of {rule}"), format!("{rule} 告警")),
        origin: Origin::Predefined,
        testing: false,
        side: Side::Network,
        level: Level::Medium,
        aggregation: Aggregation::Expert,
        window: None,
        category: "abnormal_web_access".to_owned(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::from(["alibaba/waf".parse().unwrap()]),
        accounts: BTreeSet::new(),
        entities: Vec::new(),
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

/// Ways to turn an alert into another.
pub trait Shape: Sized {
    fn with(self, kind: EntityKind, value: &str, role: Role) -> Self;
    fn by(self, ip: &str) -> Self;
    fn on(self, host: &str) -> Self;
    fn site(self, domain: &str) -> Self;
    fn graph(self) -> Self;
    fn custom(self, method: Aggregation) -> Self;
    fn tactic(self, tactic: &str) -> Self;
    fn level(self, level: Level) -> Self;
}

impl Shape for Alert {
    fn with(mut self, kind: EntityKind, value: &str, role: Role) -> Self {
        self.entities.push(Entity::new(kind, value, role, false));
        self.entities.sort();
        self.entities.dedup();
        self
    }

    fn by(self, ip: &str) -> Self {
        self.with(EntityKind::Ip, ip, Role::Attacker)
    }

    fn on(self, host: &str) -> Self {
        self.with(EntityKind::Host, host, Role::Victim)
    }

    fn site(self, domain: &str) -> Self {
        self.with(EntityKind::Domain, domain, Role::Victim)
    }

    fn graph(self) -> Self {
        Self {
            side: Side::Host,
            aggregation: Aggregation::GraphCompute,
            ..self
        }
    }

    fn custom(self, method: Aggregation) -> Self {
        Self {
            origin: Origin::Custom,
            aggregation: method,
            ..self
        }
    }

    fn tactic(mut self, tactic: &str) -> Self {
        self.tactics.push(Tactic::new(tactic));
        self
    }

    fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}
