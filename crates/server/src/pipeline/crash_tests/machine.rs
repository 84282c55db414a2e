//! A folder with a journal and a database, workers that come and go on it, and a database that fails when told to.

use crate::{
    config::Config,
    content::Content,
    intel::Intel,
    live::Live,
    pipeline::{
        Action, Engine, EngineSettings, Environment, PipelineError, RuleSelection, SourceInfo, Sources,
        worker::Worker,
    },
};
use journal::{Entry, EntryKind, Journal as _, LocalJournal};
use model::{Capabilities, CorrelationSettings, SourceId, TenantId, Time};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, RwLock, atomic::AtomicBool},
    time::Duration,
};
use store::{AuditEntry, AuditFilter, CustomRule, PageRequest, RuleState, Store};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// When the first log was written.
pub fn start() -> Time {
    Time::from_secs(1_795_428_000)
}

/// A rule about one page of a web server, of which all alerts about one client are an event.
const PAGE_RULE: &str = "title: A page asked for
id: 5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41
description: Somebody asked for a page that nothing links to.
logsource: {product: nginx, service: access}
detection:
  asked:
    http_request.url.path: /hidden
  condition: asked
level: medium
ctdr:
  category: abnormal_web_access
  aggregation: window
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
";
const RULE_ID: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41";
const SOURCE: u128 = 7;
/// Columns that say when something was written, and what follows from that.
const WHEN: &[&str] = &[
    "stored",
    "opened",
    "last_activity",
    "committed",
    "taken",
    "created",
    "not_before",
    "at",
    "changed",
    "hash",
    "prev_hash",
    "last_hit",
    "removed_at",
];

/// What the tests' engines run on: no predefined rules, which would be compiled at every start.
fn content() -> Arc<Content> {
    static CONTENT: OnceLock<Arc<Content>> = OnceLock::new();
    let load = || {
        let mut content = Content::load().unwrap();
        content.rules.clear();
        Arc::new(content)
    };
    Arc::clone(CONTENT.get_or_init(load))
}

/// An engine that has seen nothing.
pub fn engine() -> Engine {
    let settings = EngineSettings {
        tenant: TenantId::default(),
        capabilities: Capabilities::default(),
        correlation: CorrelationSettings::default(),
        rules: RuleSelection::default(),
    };
    Engine::new(content(), &settings)
}

/// That the rule runs from now on.
pub fn rules() -> Entry {
    let selection = RuleSelection {
        enabled: [RULE_ID.to_owned()].into(),
        testing: [].into(),
        custom: vec![PAGE_RULE.to_owned()],
    };
    action(&Action::Rules { selection }, 0)
}

pub fn action(action: &Action, seconds: u64) -> Entry {
    Entry {
        kind: EntryKind::Action,
        received: start().plus(Duration::from_secs(seconds)),
        body: serde_json::to_vec(action).unwrap(),
    }
}

/// A request of a client for the page.
pub fn page(client: u8, seconds: u64) -> Entry {
    let time = start().plus(Duration::from_secs(seconds)).to_string();
    let (year, month, day, clock) = (&time[..4], &time[5..7], &time[8..10], &time[11..19]);
    let month = ["Nov", "Dec"][month.parse::<usize>().unwrap() - 11];
    let line = format!(
        r#"203.0.113.{client} - - [{day}/{month}/{year}:{clock} +0000] "GET /hidden HTTP/1.1" 200 15 "-" "curl/8""#
    );
    record(client, seconds, &line)
}

pub fn record(client: u8, seconds: u64, line: &str) -> Entry {
    Entry {
        kind: EntryKind::Record {
            source: SourceId::from_bits(SOURCE),
            position: format!("{client}/{seconds}").into_bytes(),
        },
        received: start().plus(Duration::from_secs(seconds + 1)),
        body: line.as_bytes().to_vec(),
    }
}

/// Inputs of one batch, and whether a snapshot is due with it.
pub struct Step {
    pub entries: Vec<Entry>,
    snapshot: bool,
}

impl Step {
    /// When the last snapshot was taken, so that the next one is due or is not.
    pub fn snapshot_at(&self) -> Time {
        if self.snapshot {
            Time::default()
        } else {
            crate::clock::now()
        }
    }
}

/// Batches in their order.
#[derive(Default)]
pub struct Steps {
    all: Vec<Step>,
    done: usize,
}

impl Steps {
    pub fn push(&mut self, entries: Vec<Entry>, snapshot: bool) {
        self.all.push(Step { entries, snapshot });
    }

    pub fn all(&self) -> &[Step] {
        &self.all
    }

    /// Runs those that were not run yet.
    pub async fn run(&mut self, machine: &Machine, worker: &mut Worker) {
        for step in &self.all[self.done..] {
            machine.append(&step.entries);
            worker.snapshot_at = step.snapshot_at();
            machine.batch(worker).await.unwrap();
        }
        self.done = self.all.len();
    }
}

/// The folder.
pub struct Machine {
    pub store: Store,
    journal: Arc<LocalJournal>,
    sources: Arc<Sources>,
    intel: Arc<Intel>,
    folder: tempfile::TempDir,
}

impl Machine {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sources = Arc::<Sources>::default();
        sources.replace([SourceInfo {
            id: SourceId::from_bits(SOURCE),
            product: "self_hosted/nginx".parse().unwrap(),
            account: None,
            utc_offset_minutes: 0,
        }]);
        let config = Config {
            data_dir: folder.path().to_owned(),
            ..Config::default()
        };
        Self {
            store: Store::open(folder.path().join("ctdr.db")).await.unwrap(),
            journal: Arc::new(
                LocalJournal::open(folder.path().join("journal"), journal::Options::default()).unwrap(),
            ),
            sources,
            intel: Arc::new(Intel::open(&config).unwrap()),
            folder,
        }
    }

    /// A worker on this folder. It gives up at once when a commit fails, as if it had died there.
    pub async fn worker(&self, engine: Engine) -> Worker {
        let stop = CancellationToken::new();
        stop.cancel();
        let environment = Environment {
            tenant: TenantId::default(),
            journal: Arc::clone(&self.journal) as Arc<dyn journal::Journal>,
            store: self.store.clone(),
            sources: Arc::clone(&self.sources),
            intel: Arc::clone(&self.intel),
            live: Arc::<Live>::default(),
            respond: Arc::<Notify>::default(),
            alert_triggers: Arc::new(AtomicBool::new(true)),
            stop,
        };
        let mut worker = Worker::new(engine, environment).unwrap();
        worker.recover().await.unwrap();
        worker
    }

    /// A new worker where another one died. The rules it compiled are all it leaves behind.
    pub async fn restarted(&self, dead: Worker) -> Worker {
        let mut engine = dead.engine;
        engine.restore(&dead.blank).unwrap();
        self.worker(engine).await
    }

    /// Lets a worker take in what the journal holds.
    pub async fn batch(&self, worker: &mut Worker) -> Result<bool, PipelineError> {
        let (committed, _) = watch::channel(worker.position);
        let rules = RwLock::new(worker.known_rules());
        worker.batch(&committed, &rules).await
    }

    /// Lets a worker take in what the journal holds, and send it on its way.
    pub async fn step(&self, worker: &mut Worker) -> Result<bool, PipelineError> {
        let (committed, _) = watch::channel(worker.position);
        let rules = RwLock::new(worker.known_rules());
        worker.step(&committed, &rules).await
    }

    pub fn append(&self, entries: &[Entry]) {
        let tenant = TenantId::default();
        let pending = self.journal.append(&tenant, entries.to_vec());
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(pending)).unwrap();
    }

    async fn raw(&self) -> SqliteConnection {
        let path = self.folder.path().join("ctdr.db");
        SqliteConnection::connect(path.to_str().unwrap()).await.unwrap()
    }

    async fn tables(raw: &mut SqliteConnection) -> Vec<String> {
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                     AND name NOT IN ('_sqlx_migrations', 'fault')";
        sqlx::query_scalar(names).fetch_all(raw).await.unwrap()
    }

    /// From now on a row can be named whose writing fails.
    pub async fn arm(&self) {
        let mut raw = self.raw().await;
        let mut statements = vec![
            "CREATE TABLE fault (n INTEGER NOT NULL, row INTEGER NOT NULL)".to_owned(),
            "INSERT INTO fault VALUES (0, 0)".to_owned(),
        ];
        for table in Self::tables(&mut raw).await {
            for change in ["INSERT", "UPDATE", "DELETE"] {
                statements.push(format!(
                    "CREATE TRIGGER fault_{table}_{change} BEFORE {change} ON {table} BEGIN \
                     UPDATE fault SET n = n + 1; SELECT raise(ABORT, 'died here') FROM fault WHERE n = row; END"
                ));
            }
        }
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut raw)
                .await
                .unwrap();
        }
    }

    /// Writing the row of this number fails, counted from now and from 1; 0 for none.
    pub async fn fail_at(&self, row: i64) {
        let mut raw = self.raw().await;
        sqlx::query("UPDATE fault SET n = 0, row = ?")
            .bind(row)
            .execute(&mut raw)
            .await
            .unwrap();
    }

    /// Takes the triggers away again.
    pub async fn disarm(&self) {
        let mut raw = self.raw().await;
        let names = "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'";
        let mut statements: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut raw).await.unwrap();
        statements.push("DROP TABLE fault".to_owned());
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut raw)
                .await
                .unwrap();
        }
    }

    /// Every row of every table without the times of writing, and how often it is there.
    pub async fn rows(&self) -> BTreeMap<(String, String), usize> {
        let mut raw = self.raw().await;
        let mut rows = BTreeMap::new();
        for table in Self::tables(&mut raw).await {
            let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&mut raw)
                .await
                .unwrap();
            // Records are known by the day they were stored on.
            let when = |name: &str| WHEN.contains(&name) || (table.as_str(), name) == ("record_seen", "day");
            let columns = columns.iter().filter(|name| !when(name));
            let shown: Vec<String> = columns.map(|name| format!("quote(\"{name}\")")).collect();
            let query = format!("SELECT {} FROM \"{table}\"", shown.join(" || ', ' || "));
            let texts: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query))
                .fetch_all(&mut raw)
                .await
                .unwrap();
            for text in texts {
                *rows.entry((table.clone(), text)).or_default() += 1;
            }
        }
        rows
    }

    /// Makes a snapshot unreadable.
    pub async fn damage_snapshot(&self, position: u64) {
        sqlx::query("UPDATE pipeline_snapshot SET state = X'7B' WHERE position = ?")
            .bind(position as i64)
            .execute(&mut self.raw().await)
            .await
            .unwrap();
    }

    /// Saves the rule as the API does.
    pub async fn save_rule(&self) {
        let audit = AuditEntry {
            at: start(),
            actor: "ann".to_owned(),
            action: "rule.create".to_owned(),
            object: RULE_ID.to_owned(),
            before: json!(null),
            after: json!(null),
        };
        let tenant = TenantId::default();
        let rule = CustomRule {
            id: RULE_ID.to_owned(),
            version: 0,
            text: PAGE_RULE.to_owned(),
            author: "ann".to_owned(),
            changed: start(),
            deleted: false,
        };
        self.store.custom_rule_save(&tenant, &rule, &audit).await.unwrap();
        let state = RuleState {
            enabled: true,
            testing: false,
            changed: start(),
        };
        let states = [(RULE_ID.to_owned(), state)];
        self.store.rule_state_set(&tenant, &states, &audit).await.unwrap();
    }

    /// What the audit log says was done.
    pub async fn audit_actions(&self) -> Vec<String> {
        let (filter, page) = (AuditFilter::default(), PageRequest::default());
        let rows = self
            .store
            .audit_list(&TenantId::default(), &filter, &page)
            .await
            .unwrap();
        rows.items.into_iter().map(|row| row.entry.action).collect()
    }
}
