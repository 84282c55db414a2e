//! The level of an event (S8): the highest of its alerts, raised where together they say more than each by itself.
//!
//! Never lowered; an analyst's choice stands above it, outside of this crate.

use crate::{event::Facts, reach::Completed};
use model::{EntityKey, Level, LocalText, Side};

/// Entities named in a reason.
const NAMED: usize = 3;
/// Destroyed or encrypted data, stopped services, floods, shut down or wiped machines: what interrupts a service.
/// Other techniques of the impact tactic, such as mining, use what they find running.
const INTERRUPTING: [&str; 7] = ["T1485", "T1486", "T1489", "T1498", "T1499", "T1529", "T1561"];
/// Resource hijacking: miners stop and delete what competes with them, which is no interruption of ours.
const HIJACKING: &str = "T1496";
const IMPACT: &str = "impact";

/// What an event is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case<'a> {
    /// The highest level of its alerts.
    pub highest: Level,
    /// Hosts on which an agent saw something of level high or more.
    pub breached: Vec<&'a EntityKey>,
    /// Assets that an alert of level high or more says are out of service.
    pub interrupted: Vec<&'a EntityKey>,
    /// Malicious entities that an agent saw on a host, in an alert of level medium or more.
    pub confirmed: Vec<&'a EntityKey>,
    /// Malicious entities, wherever they were seen.
    pub malicious: usize,
    /// It was seen from the network.
    pub network: bool,
    /// It was seen on a host.
    pub host: bool,
    /// The short names of its tactics.
    pub tactics: Vec<&'a str>,
    /// Expert patterns that completed.
    pub patterns: Vec<&'a Completed>,
}

impl<'a> Case<'a> {
    /// What the facts say; `key` names their entities.
    pub(crate) fn of(facts: &'a Facts, key: impl Fn(crate::entity::EntityIx) -> &'a EntityKey) -> Self {
        let keys = |tally: &'a crate::event::Tally<crate::entity::EntityIx>| {
            let present = tally.iter().filter(|(_, count)| *count > 0);
            present.map(|(entity, _)| key(*entity)).collect::<Vec<_>>()
        };
        Self {
            highest: facts.level(),
            breached: keys(&facts.breached),
            interrupted: keys(&facts.interrupted),
            confirmed: keys(&facts.confirmed),
            malicious: facts.malicious.keys().count(),
            network: facts.sides.has(&Side::Network),
            host: facts.sides.has(&Side::Host),
            tactics: facts.tactics.keys().map(model::Tactic::as_str).collect(),
            patterns: facts.patterns.keys().collect(),
        }
    }
}

/// Whether tactics and techniques of an alert say that a service is interrupted. Techniques decide where there are any.
pub(crate) fn interrupts(tactics: &[model::Tactic], techniques: &[String]) -> bool {
    let is = |technique: &String, of: &str| technique.split('.').next() == Some(of);
    tactics.iter().any(|tactic| tactic.as_str() == IMPACT)
        && !techniques.iter().any(|technique| is(technique, HIJACKING))
        && (techniques.is_empty()
            || techniques
                .iter()
                .any(|technique| INTERRUPTING.iter().any(|of| is(technique, of))))
}

/// The level of an event, and why.
pub(crate) fn assess(case: &Case<'_>) -> (Level, Vec<LocalText>) {
    let name = case.highest.name();
    let mut level = case.highest;
    let mut reasons = vec![LocalText::new(
        format!("{} is the highest level of its alerts.", name.en),
        format!("其告警的最高等级为{}。", name.zh),
    )];
    if !case.interrupted.is_empty() {
        level = Level::Serious;
        let named = names(&case.interrupted);
        reasons.push(LocalText::new(
            format!("Service is interrupted on {}.", named.en),
            format!("业务中断，受影响资产：{}。", named.zh),
        ));
    }
    if case.breached.len() >= 2 {
        level = Level::Serious;
        let (count, named) = (case.breached.len(), names(&case.breached));
        reasons.push(LocalText::new(
            format!("The intrusion spans {count} hosts: {}.", named.en),
            format!("入侵涉及 {count} 台主机：{}。", named.zh),
        ));
    }
    if level < Level::High && case.network && !case.confirmed.is_empty() {
        level = Level::High;
        let named = names(&case.confirmed);
        reasons.push(LocalText::new(
            format!(
                "What the network saw is confirmed on a host, where {} is malicious.",
                named.en
            ),
            format!("网络侧攻击在主机侧得到确认，恶意实体：{}。", named.zh),
        ));
    }
    for pattern in &case.patterns {
        level = level.max(pattern.level.unwrap_or(level));
        let title = &pattern.title;
        reasons.push(LocalText::new(
            format!("The expert pattern “{}” completed.", title.en),
            format!("专家规则“{}”完整命中。", title.zh),
        ));
    }
    (level, reasons)
}

/// The first few, and how many more there are.
fn names(keys: &[&EntityKey]) -> LocalText {
    let named: Vec<&str> = keys.iter().take(NAMED).map(|key| key.value.as_str()).collect();
    let (more_en, more_zh) = match keys.len() - named.len() {
        0 => (String::new(), ""),
        more => (format!(" and {more} more"), " 等"),
    };
    LocalText::new(
        format!("{}{more_en}", named.join(", ")),
        format!("{}{more_zh}", named.join("、")),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use model::{EntityKind, Tactic};

    /// A case of which nothing is known but the level.
    pub(crate) fn case<'a>(highest: Level) -> Case<'a> {
        Case {
            highest,
            breached: Vec::new(),
            interrupted: Vec::new(),
            confirmed: Vec::new(),
            malicious: 0,
            network: true,
            host: false,
            tactics: Vec::new(),
            patterns: Vec::new(),
        }
    }

    #[test]
    fn a_pattern_raises_to_its_level() {
        let pattern = |level| Completed {
            id: "chain".to_owned(),
            title: LocalText::same("A to B"),
            level,
        };
        let (serious, none) = (pattern(Some(Level::Serious)), pattern(None));
        let with = |highest, pattern| Case {
            patterns: vec![pattern],
            ..case(highest)
        };
        let reason = "The expert pattern “A to B” completed.";
        check(&with(Level::Medium, &serious), Level::Serious, reason);
        check(&with(Level::Medium, &none), Level::Medium, reason);
    }

    fn check(case: &Case<'_>, level: Level, reason: &str) {
        let (got, reasons) = assess(case);
        assert_eq!(got, level);
        assert_eq!(reasons.last().map(|r| r.en.as_str()), Some(reason));
        assert!(reasons.iter().all(|r| !r.zh.is_empty()));
    }

    #[test]
    fn two_breached_hosts_make_it_serious() {
        let hosts: Vec<EntityKey> = (1..=5)
            .map(|i| EntityKey::new(EntityKind::Host, &format!("web-{i}")))
            .collect();
        let breached = |highest, count| Case {
            breached: hosts.iter().take(count).collect(),
            ..case(highest)
        };
        let medium = "Medium is the highest level of its alerts.";
        check(&breached(Level::Medium, 0), Level::Medium, medium);
        let high = "High is the highest level of its alerts.";
        check(&breached(Level::High, 1), Level::High, high);
        let two = "The intrusion spans 2 hosts: web-1, web-2.";
        check(&breached(Level::High, 2), Level::Serious, two);
        let five = "The intrusion spans 5 hosts: web-1, web-2, web-3 and 2 more.";
        check(&breached(Level::High, 5), Level::Serious, five);
    }

    #[test]
    fn an_interrupted_service_is_serious_and_a_confirmed_attack_high() {
        let database = EntityKey::new(EntityKind::Host, "db-1");
        let interrupted = Case {
            interrupted: vec![&database],
            ..case(Level::High)
        };
        check(&interrupted, Level::Serious, "Service is interrupted on db-1.");
        let shell = EntityKey::new(EntityKind::Process, "web-1/7");
        let confirmed = Case {
            confirmed: vec![&shell],
            ..case(Level::Medium)
        };
        let why = "What the network saw is confirmed on a host, where web-1/7 is malicious.";
        check(&confirmed, Level::High, why);
        let host_only = Case {
            network: false,
            ..confirmed
        };
        check(
            &host_only,
            Level::Medium,
            "Medium is the highest level of its alerts.",
        );
    }

    #[test]
    fn mining_interrupts_nothing() {
        let check = |tactic: &str, techniques: &[&str], expected| {
            let techniques: Vec<String> = techniques.iter().map(ToString::to_string).collect();
            assert_eq!(
                interrupts(&[Tactic::new(tactic)], &techniques),
                expected,
                "{techniques:?}"
            );
        };
        check("impact", &["T1486"], true);
        check("impact", &["T1561.001", "T1490"], true);
        check("impact", &[], true);
        check("impact", &["T1496.001", "T1489"], false);
        check("impact", &["T1490"], false);
        check("execution", &["T1486"], false);
    }
}
