//! Leases, objects, events and rules for this crate's tests.

use crate::{
    actuator::RemoteObject,
    reconcile::LeaseAction,
    rule::{ResponseRule, RuleAction, Target, Trigger},
};
use model::{
    Aggregation, Condition, Entity, EntityKey, EntityKind, EventId, EventStatus, Level, LocalText,
    PlaybookId, PolicyId, Predicate, ProductId, Provider, Role, SecurityEvent, Side, Tactic, TenantId, Time,
    condition::Operator,
    lease::{Lease, LeaseReason, LeaseState},
    policy::ScopeMember,
};

/// The one place tests act in.
pub fn scope() -> ScopeMember {
    ScopeMember {
        connection: "main".into(),
        account: "1000".into(),
        instance: "waf-1".into(),
    }
}

/// A pending lease on an address, with reasons as (policy number, expiry in seconds).
pub fn lease(address: &str, reasons: &[(u128, i64)]) -> Lease {
    let tenant = TenantId::default();
    let entity = EntityKey::new(EntityKind::Ip, address);
    let reason = |(policy, expires): &(u128, i64)| LeaseReason {
        policy: PolicyId::from_bits(*policy),
        expires_at: Time::from_secs(*expires),
        ended_at: None,
        ended_by: None,
    };
    Lease {
        id: Lease::derive_id(&tenant, "alibaba/waf", &scope(), &entity),
        tenant,
        system: "alibaba/waf".into(),
        scope: scope(),
        entity,
        remote_id: None,
        state: LeaseState::Pending,
        drift: false,
        last_verified: None,
        attempts: 0,
        retry_at: None,
        last_error: None,
        reasons: reasons.iter().map(reason).collect(),
    }
}

/// The object the lease wants, as the device would list it.
pub fn remote(lease: &Lease, id: &str) -> RemoteObject {
    RemoteObject {
        id: id.into(),
        name: lease.remote_name(),
        entity: Some(lease.entity.clone()),
        intact: true,
    }
}

/// The action that creates the lease's object.
pub fn create(lease: &Lease) -> LeaseAction {
    LeaseAction::Create {
        lease: lease.id,
        name: lease.remote_name(),
        entity: lease.entity.clone(),
    }
}

/// A high event of an attacker on our site, seen by the Alibaba Cloud WAF.
pub fn event(attacker: &str) -> SecurityEvent {
    event_of(&[attacker])
}

/// The same with several attackers.
pub fn event_of(attackers: &[&str]) -> SecurityEvent {
    let product = ProductId {
        provider: Provider::Alibaba,
        product: "waf".into(),
    };
    let attacker = |address: &&str| Entity::new(EntityKind::Ip, address, Role::Attacker, false);
    SecurityEvent {
        id: EventId::from_bits(1),
        tenant: TenantId::default(),
        title: LocalText::new("SQL injection", "SQL 注入"),
        description: LocalText::default(),
        level: Level::High,
        level_reasons: Vec::new(),
        score: 0,
        score_reasons: Vec::new(),
        method: Aggregation::Expert,
        side: Side::Network,
        status: EventStatus::Unhandled,
        first_time: Time::from_secs(900),
        last_time: Time::from_secs(990),
        alert_count: 3,
        raw_alert_count: 5,
        tactics: [(Tactic::new("initial-access"), 3)].into(),
        techniques: ["T1190".to_owned()].into(),
        products: [product].into(),
        accounts: ["1000".to_owned()].into(),
        entities: attackers.iter().map(attacker).collect(),
        continues: None,
    }
}

/// A rule that blocks the attackers of high events.
pub fn rule() -> ResponseRule {
    let high = Predicate {
        left: "level".into(),
        operator: Operator::GreaterOrEqual,
        right: vec!["4".into()],
        not: false,
    };
    ResponseRule {
        id: "01JBLOCK".into(),
        name: "block attackers".into(),
        enabled: true,
        trigger: Trigger::EventOccurrence,
        condition: Condition {
            conditions: vec![high],
            formula: None,
        },
        actions: vec![RuleAction::RunPlaybook {
            playbook: PlaybookId("playbook--1".into()),
            target: Target {
                kind: EntityKind::Ip,
                role: Some(Role::Attacker),
                malicious_only: false,
            },
            seconds: Some(3600),
        }],
        priority: 10,
        silence_seconds: None,
        expires_at: None,
        targets_per_hour: None,
    }
}
