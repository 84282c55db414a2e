//! An event to write about: a scan, an exploit, a shell that calls back, and one alert that names nothing.

use correlate::Chain;
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKey, EntityKind, EventId, EventStatus, Level, LinkReason,
    LocalText, Membership, Origin, Role, RuleRef, SecurityEvent, Side, Tactic, TenantId, Time,
};
use report::{Action, ActionTask, Matrix, Neighbour, Note, Story, TacticName, Technique};
use std::collections::{BTreeMap, BTreeSet};

/// Owns what a story borrows.
pub struct Scene {
    pub event: SecurityEvent,
    pub alerts: Vec<(Alert, Membership)>,
    pub entities: Vec<(Entity, u64)>,
    pub related: Vec<Neighbour>,
    pub actions: Vec<Action>,
    pub notes: Vec<Note>,
    pub matrix: Matrix,
    pub chain: Chain,
}

fn at(secs: i64) -> Time {
    Time::from_secs(1_795_392_000 + secs)
}

fn alert(
    number: u128,
    secs: i64,
    title: LocalText,
    side: Side,
    entities: Vec<Entity>,
) -> (Alert, Membership) {
    let alert = Alert {
        id: AlertId::from_bits(number),
        tenant: TenantId::default(),
        time: at(secs),
        first_time: at(secs),
        rule: RuleRef {
            id: format!("rule-{number}"),
            version: "1".to_owned(),
        },
        title,
        origin: Origin::Predefined,
        testing: false,
        side,
        level: Level::High,
        aggregation: Aggregation::GraphCompute,
        window: None,
        category: "abnormal_web_access".to_owned(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::from(["alibaba/waf".parse().unwrap()]),
        accounts: BTreeSet::new(),
        entities,
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    };
    let membership = Membership {
        event: EventId::from_bits(9),
        alert: alert.id,
        folded_into: alert.id,
        reason: LinkReason::SameAttacker {
            alert: AlertId::from_bits(1),
            attacker: EntityKey::new(EntityKind::Ip, "203.0.113.7"),
        },
        also: Vec::new(),
    };
    (alert, membership)
}

/// An event near the one that is told of.
fn neighbour(text: &str, alerts: &[(Alert, Membership)]) -> Neighbour {
    Neighbour {
        event: SecurityEvent {
            id: EventId::from_bits(10),
            title: LocalText::new(format!("Scan of {text}"), format!("{text} 被扫描")),
            ..event(text, alerts)
        },
        at: at(400),
        reason: LocalText::new(format!("Both name {text}."), format!("两者均涉及 {text}。")),
    }
}

impl Scene {
    /// The scene; `text` stands wherever a log, a rule or a person could have written something.
    pub fn new(text: &str) -> Self {
        let entity = |kind, value: &str, role| Entity::new(kind, value, role, role == Role::Attacker);
        let attacker = entity(EntityKind::Ip, "203.0.113.7", Role::Attacker);
        let site = entity(EntityKind::Domain, text, Role::Victim);
        let host = entity(EntityKind::Host, "web-1", Role::Victim);
        let both = |en: &str, zh: &str| LocalText::new(format!("{en} {text}"), format!("{zh} {text}"));
        let mut alerts = vec![
            alert(
                1,
                0,
                both("Scan", "扫描"),
                Side::Network,
                vec![attacker.clone(), site.clone()],
            ),
            alert(
                2,
                60,
                both("Exploit", "漏洞利用"),
                Side::Network,
                vec![attacker.clone(), site.clone()],
            ),
            alert(
                3,
                120,
                both("Reverse shell", "反弹 Shell"),
                Side::Host,
                vec![
                    entity(EntityKind::Ip, "203.0.113.7", Role::Artefact),
                    host.clone(),
                    entity(EntityKind::File, &format!("web-1//tmp/{text}"), Role::Artefact),
                    entity(EntityKind::HostAccount, "web-1/www-data", Role::Victim),
                ],
            ),
            alert(4, 180, both("Odd", "异常"), Side::Host, Vec::new()),
        ];
        for ((alert, _), (tactic, technique)) in alerts.iter_mut().zip([
            ("reconnaissance", "T1595"),
            ("initial-access", "T1190"),
            ("execution", "T1059.004"),
        ]) {
            alert.tactics.push(Tactic::new(tactic));
            alert.techniques.push(technique.to_owned());
        }
        for (alert, _) in &mut alerts {
            alert.entities.sort();
        }
        let matrix = matrix();
        let order: Vec<Tactic> = matrix.tactics.iter().map(|tactic| tactic.short.clone()).collect();
        Self {
            chain: Chain::new(
                alerts.iter().map(|(alert, membership)| (alert, membership)),
                &order,
            ),
            event: event(text, &alerts),
            entities: vec![(attacker, 2), (site, 2), (host, 1)],
            related: vec![neighbour(text, &alerts)],
            actions: vec![Action {
                entity: EntityKey::new(EntityKind::Ip, "203.0.113.7"),
                operation: LocalText::new("Block the address", "封禁 IP"),
                playbook: both("Block", "封禁"),
                status: LocalText::new("Succeeded", "成功"),
                from: at(200),
                until: at(900),
                tasks: vec![ActionTask {
                    place: text.to_owned(),
                    status: LocalText::new("Blocked", "已封禁"),
                    detail: LocalText::same(text),
                }],
            }],
            notes: vec![Note {
                at: at(300),
                actor: "li".to_owned(),
                text: LocalText::new("Commented.", "添加了备注。"),
                comment: Some(format!("line one\n{text}")),
            }],
            alerts,
            matrix,
        }
    }

    /// What `write` does with its story.
    pub fn tell<T>(&self, tell: impl FnOnce(&Story<'_>) -> T) -> T {
        let members: Vec<(&Alert, &Membership)> = self
            .alerts
            .iter()
            .map(|(alert, membership)| (alert, membership))
            .collect();
        tell(&Story {
            event: &self.event,
            status: EventStatus::Handling,
            level_chosen: false,
            owner: Some("li"),
            members: &members,
            chain: &self.chain,
            entities: &self.entities,
            related: &self.related,
            actions: &self.actions,
            notes: &self.notes,
            matrix: &self.matrix,
            now: at(1_000),
        })
    }
}

fn event(text: &str, alerts: &[(Alert, Membership)]) -> SecurityEvent {
    SecurityEvent {
        id: EventId::from_bits(9),
        tenant: TenantId::default(),
        title: LocalText::new(format!("Intrusion on {text}"), format!("{text} 被入侵")),
        description: LocalText::new(format!("Four alerts, {text}."), format!("4 条告警，{text}。")),
        level: Level::High,
        score: 70,
        score_reasons: vec![LocalText::same("60: its level is High.")],
        level_reasons: vec![LocalText::new("A host was reached.", "主机已被触及。")],
        method: Aggregation::GraphCompute,
        side: Side::Host,
        status: EventStatus::Handling,
        first_time: at(0),
        last_time: at(180),
        alert_count: 4,
        raw_alert_count: 40,
        tactics: BTreeMap::new(),
        techniques: alerts
            .iter()
            .flat_map(|(alert, _)| alert.techniques.clone())
            .collect(),
        products: BTreeSet::from(["alibaba/waf".parse().unwrap()]),
        accounts: BTreeSet::from(["1000".to_owned()]),
        entities: Vec::new(),
        continues: None,
    }
}

fn matrix() -> Matrix {
    let tactic = |id: &str, short: &str, en: &str, zh: &str| TacticName {
        id: id.to_owned(),
        short: Tactic::new(short),
        name: LocalText::new(en, zh),
    };
    let technique = |id: &str, name: &str, tactic: &str| {
        let technique = Technique {
            id: id.to_owned(),
            name: name.to_owned(),
            tactics: vec![Tactic::new(tactic)],
        };
        (id.to_owned(), technique)
    };
    Matrix {
        version: "18.1".to_owned(),
        tactics: vec![
            tactic("TA0043", "reconnaissance", "Reconnaissance", "侦察"),
            tactic(
                "TA0042",
                "resource-development",
                "Resource Development",
                "资源开发",
            ),
            tactic("TA0001", "initial-access", "Initial Access", "初始访问"),
            tactic("TA0002", "execution", "Execution", "执行"),
        ],
        techniques: BTreeMap::from([
            technique("T1595", "Active Scanning", "reconnaissance"),
            technique("T1190", "Exploit Public-Facing Application", "initial-access"),
        ]),
    }
}
