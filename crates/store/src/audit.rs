//! The audit log: who did what, each entry sealed by the hash of the one before it.
//!
//! An entry's hash covers its number, its content and the hash before it, so a row that is changed, removed
//! from the middle or put in breaks the chain there. Removing the newest rows does not: the head that
//! [`Store::audit_verify`] reports is to be noted elsewhere from time to time, and compared.

use crate::{
    column,
    database::Store,
    error::Result,
    page::{Listing, Order, Page, PageRequest},
};
use model::{TenantId, Time};
use serde_json::{Value as Json, json};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// The hash before the first entry.
const GENESIS: &str = "";
/// Entries read at once when the chain is checked.
const READ: i64 = 1_000;

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// When.
    pub at: Time,
    /// Who: a user's name, or `system`.
    pub actor: String,
    /// What: `<resource>.<verb>`, such as `rule.enable`.
    pub action: String,
    /// To what: an id.
    pub object: String,
    /// How it was before; `null` if it was not there. Never holds a secret.
    pub before: Json,
    /// How it is now; `null` if it is gone.
    pub after: Json,
}

/// A sealed entry.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// What was done.
    pub entry: AuditEntry,
}

/// Which entries to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Who.
    pub actor: Option<String>,
    /// What, by its beginning: `rule.` for all that was done to rules.
    pub action: Option<String>,
    /// To what.
    pub object: Option<String>,
    /// Not before this time.
    pub from: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
}

/// What checking the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// Entries that are in order.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: String,
    /// Where the chain breaks, if it does.
    pub broken: Option<Broken>,
}

/// A break of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing before this one.
    #[error("an entry is missing before number {0}")]
    Missing(u64),
    /// This entry does not follow the one before it.
    #[error("entry {0} does not follow the one before it")]
    Order(u64),
    /// This entry was changed.
    #[error("entry {0} was changed")]
    Changed(u64),
}

pub(crate) async fn append_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    entry: &AuditEntry,
) -> Result<()> {
    let last = sqlx::query("SELECT seq, hash FROM audit WHERE tenant = ? ORDER BY seq DESC LIMIT 1")
        .bind(tenant.as_str())
        .fetch_optional(&mut *txn)
        .await?;
    let (seq, prev_hash) = match last {
        Some(row) => (column::count(&row, "seq")? + 1, row.try_get("hash")?),
        None => (1, GENESIS.to_owned()),
    };
    sqlx::query(
        "INSERT INTO audit (tenant, seq, prev_hash, hash, at, actor, action, object, before, after) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant.as_str())
    .bind(column::int(seq))
    .bind(&prev_hash)
    .bind(seal(tenant, seq, &prev_hash, entry))
    .bind(entry.at.millis())
    .bind(&entry.actor)
    .bind(&entry.action)
    .bind(&entry.object)
    .bind(entry.before.to_string())
    .bind(entry.after.to_string())
    .execute(txn)
    .await?;
    Ok(())
}

impl Store {
    /// Appends an entry that belongs to no change in the store, such as a login.
    pub async fn audit_append(&self, tenant: &TenantId, entry: &AuditEntry) -> Result<()> {
        let mut txn = self.begin().await?;
        append_in_txn(&mut txn, tenant, entry).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Entries, newest first.
    pub async fn audit_list(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRow>> {
        let listing = Listing {
            columns: "audit.*",
            order: Order {
                name: "audit",
                columns: &["audit.seq"],
            },
            source: |query: &mut QueryBuilder<Sqlite>| {
                query
                    .push(" FROM audit WHERE tenant = ")
                    .push_bind(tenant.as_str());
                let texts = [
                    (" AND actor = ", &filter.actor),
                    (" AND object = ", &filter.object),
                ];
                for (condition, text) in texts {
                    if let Some(text) = text {
                        query.push(condition).push_bind(text);
                    }
                }
                if let Some(action) = &filter.action {
                    query.push(" AND instr(action, ").push_bind(action).push(") = 1");
                }
                for (condition, time) in [(" AND at >= ", filter.from), (" AND at < ", filter.until)] {
                    if let Some(time) = time {
                        query.push(condition).push_bind(time.millis());
                    }
                }
            },
        };
        listing.read(self.reader(), page, |row| Ok(decode(row)?.0)).await
    }

    /// Checks the whole chain, up to the first break.
    pub async fn audit_verify(&self, tenant: &TenantId) -> Result<AuditReport> {
        let mut report = AuditReport {
            entries: 0,
            head: GENESIS.to_owned(),
            broken: None,
        };
        loop {
            let rows = sqlx::query("SELECT * FROM audit WHERE tenant = ? AND seq > ? ORDER BY seq LIMIT ?")
                .bind(tenant.as_str())
                .bind(column::int(report.entries))
                .bind(READ)
                .fetch_all(self.reader())
                .await?;
            if rows.is_empty() {
                return Ok(report);
            }
            for row in &rows {
                let (row, prev_hash) = decode(row)?;
                report.broken = check(tenant, &report, &row, &prev_hash);
                if report.broken.is_some() {
                    return Ok(report);
                }
                report.entries = row.seq;
                report.head = row.hash;
            }
        }
    }
}

fn check(tenant: &TenantId, so_far: &AuditReport, row: &AuditRow, prev_hash: &str) -> Option<Broken> {
    if row.seq != so_far.entries + 1 {
        Some(Broken::Missing(row.seq))
    } else if prev_hash != so_far.head {
        Some(Broken::Order(row.seq))
    } else if row.hash != seal(tenant, row.seq, prev_hash, &row.entry) {
        Some(Broken::Changed(row.seq))
    } else {
        None
    }
}

/// The hash of an entry: BLAKE3 over its canonical JSON.
fn seal(tenant: &TenantId, seq: u64, prev_hash: &str, entry: &AuditEntry) -> String {
    let sealed = json!({
        "tenant": tenant.as_str(),
        "seq": seq,
        "prev_hash": prev_hash,
        "at": entry.at.millis(),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "before": entry.before,
        "after": entry.after,
    });
    let mut canonical = String::new();
    write_canonical(&sealed, &mut canonical);
    blake3::hash(canonical.as_bytes()).to_hex().to_string()
}

/// JSON with sorted keys and no spaces, so that equal content has equal bytes.
fn write_canonical(value: &Json, out: &mut String) {
    match value {
        Json::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (number, (key, value)) in keys.into_iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                out.push_str(&Json::String(key.clone()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// The entry and the hash it says it follows.
fn decode(row: &SqliteRow) -> Result<(AuditRow, String)> {
    let entry = AuditEntry {
        at: column::time(row, "at")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        object: row.try_get("object")?,
        before: column::json(row, "before")?,
        after: column::json(row, "after")?,
    };
    let sealed = AuditRow {
        seq: column::count(row, "seq")?,
        hash: row.try_get("hash")?,
        entry,
    };
    Ok((sealed, row.try_get("prev_hash")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_an_entry_is_sealed() {
        let entry = AuditEntry {
            at: Time::from_secs(1),
            actor: "ann".into(),
            action: "rule.enable".into(),
            object: "r".into(),
            before: json!(null),
            after: json!(1),
        };
        let with = |change: fn(&mut AuditEntry)| {
            let mut changed = entry.clone();
            change(&mut changed);
            seal(&TenantId::default(), 1, "p", &changed)
        };
        let seals = [
            with(|_| ()),
            with(|e| e.at = Time::from_secs(2)),
            with(|e| e.actor = "bob".into()),
            with(|e| e.action = "rule.disable".into()),
            with(|e| e.object = "s".into()),
            with(|e| e.before = json!(0)),
            with(|e| e.after = json!(2)),
            seal(&TenantId::new("other"), 1, "p", &entry),
            seal(&TenantId::default(), 2, "p", &entry),
            seal(&TenantId::default(), 1, "q", &entry),
        ];
        let different: std::collections::BTreeSet<_> = seals.iter().collect();
        assert_eq!(different.len(), seals.len());
    }

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        let check = |value: Json, expected: &str| {
            let mut out = String::new();
            write_canonical(&value, &mut out);
            assert_eq!(out, expected);
        };
        check(
            json!({"b": [1, null, "x\n"], "a": {"d": 1.5, "c": true}}),
            r#"{"a":{"c":true,"d":1.5},"b":[1,null,"x\n"]}"#,
        );
        check(json!({}), "{}");
    }
}
