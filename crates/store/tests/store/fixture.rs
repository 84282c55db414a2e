//! A store in a temporary directory, and small alerts and events to put into it.

use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, EventId, EventStatus, Evidence, Level, LinkReason,
    LocalText, Membership, Origin, ProductId, RecordId, Role, RuleRef, SecurityEvent, Side, Tactic, TenantId,
    Time,
};
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use store::{AuditEntry, ChangeKind, EventChange, PipelineCommit, Store};
use tempfile::TempDir;

pub struct Fixture {
    pub store: Store,
    pub tenant: TenantId,
    directory: TempDir,
}

impl Fixture {
    pub async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            store: Store::open(directory.path().join("ctdr.db")).await.unwrap(),
            tenant: TenantId::default(),
            directory,
        }
    }

    /// A connection past the store, to look at rows and to tamper with them.
    pub async fn raw(&self) -> SqliteConnection {
        let path = self.directory.path().join("ctdr.db");
        SqliteConnection::connect(path.to_str().unwrap()).await.unwrap()
    }

    /// All rows of all tables that are not about when or how far, as text.
    pub async fn dump(&self) -> BTreeMap<String, i64> {
        let mut raw = self.raw().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .fetch_all(&mut raw)
        .await
        .unwrap();
        let mut rows = BTreeMap::new();
        for table in tables {
            let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            rows.insert(
                table,
                sqlx::query_scalar(count).fetch_one(&mut raw).await.unwrap(),
            );
        }
        rows
    }

    /// A batch from `after` to `position`, received then.
    pub fn batch(&self, after: u64, position: u64) -> PipelineCommit {
        PipelineCommit::empty(self.tenant.clone(), after, position, at(position as i64))
    }

    /// Commits events as opened, in a batch of their own.
    pub async fn open_events(&self, events: Vec<SecurityEvent>) {
        let after = self.store.pipeline_position(&self.tenant).await.unwrap();
        let mut batch = self.batch(after, after + 1);
        batch.now = at(10_000);
        batch.events = events
            .into_iter()
            .map(|event| EventChange {
                event,
                kind: ChangeKind::Opened,
            })
            .collect();
        self.store.pipeline_commit(&batch).await.unwrap();
    }
}

pub fn at(seconds: i64) -> Time {
    Time::from_secs(1_700_000_000 + seconds)
}

pub fn audit(action: &str) -> AuditEntry {
    AuditEntry {
        at: at(0),
        actor: "ann".into(),
        action: action.into(),
        object: "thing".into(),
        before: json!(null),
        after: json!({"b": 2, "a": 1}),
    }
}

pub fn attacker(ip: &str) -> Entity {
    Entity::new(EntityKind::Ip, ip, Role::Attacker, true)
}

pub fn product(id: &str) -> ProductId {
    id.parse().unwrap()
}

pub fn alert(number: u128, seconds: i64, ip: &str) -> Alert {
    Alert {
        id: AlertId::from_bits(number),
        tenant: TenantId::default(),
        time: at(seconds),
        first_time: at(seconds - 1),
        rule: RuleRef {
            id: "rule-a".into(),
            version: "1".into(),
        },
        title: LocalText::new("SQL injection attempt", "SQL 注入"),
        origin: Origin::Predefined,
        testing: false,
        side: Side::Network,
        level: Level::Medium,
        aggregation: Aggregation::Expert,
        window: None,
        category: "abnormal_web_access".into(),
        tactics: vec![Tactic::new("initial-access")],
        techniques: vec!["T1190".into()],
        products: BTreeSet::from([product("alibaba/waf")]),
        accounts: BTreeSet::from(["1001".to_owned()]),
        entities: vec![
            attacker(ip),
            Entity::new(EntityKind::Domain, "shop.example.com", Role::Victim, false),
        ],
        records: vec![RecordId::from_bits(number)],
        evidence: vec![Evidence {
            record: RecordId::from_bits(number),
            time: at(seconds),
            product: product("alibaba/waf"),
            raw: "x".repeat(1_000),
            matched: Vec::new(),
        }],
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

pub fn event(number: u128, seconds: i64, level: Level) -> SecurityEvent {
    SecurityEvent {
        id: EventId::from_bits(number),
        tenant: TenantId::default(),
        title: LocalText::new(format!("Attack {number}"), format!("攻击 {number}")),
        description: LocalText::default(),
        level,
        level_reasons: Vec::new(),
        score: (level.number() - 1) * 20,
        score_reasons: Vec::new(),
        method: Aggregation::Expert,
        side: Side::Network,
        status: EventStatus::Unhandled,
        first_time: at(seconds),
        last_time: at(seconds),
        alert_count: 1,
        raw_alert_count: 1,
        tactics: BTreeMap::from([(Tactic::new("initial-access"), 1)]),
        techniques: BTreeSet::new(),
        products: BTreeSet::from([product("alibaba/waf")]),
        accounts: BTreeSet::from(["1001".to_owned()]),
        entities: vec![attacker("203.0.113.7")],
        continues: None,
    }
}

pub fn membership(event: u128, alert: u128) -> Membership {
    Membership {
        event: EventId::from_bits(event),
        alert: AlertId::from_bits(alert),
        folded_into: AlertId::from_bits(alert),
        reason: LinkReason::Opened,
        also: Vec::new(),
    }
}
