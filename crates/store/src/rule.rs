//! Which detection rules are enabled and which are being tried. Rules without a row are off.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::Result,
    insert::Insert,
};
use model::{TenantId, Time};
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::BTreeMap;

const STATE: Insert = Insert {
    head: "INSERT INTO rule_state (tenant, rule, enabled, testing, changed)",
    tail: "ON CONFLICT (tenant, rule) DO UPDATE SET enabled = excluded.enabled, testing = excluded.testing, \
           changed = excluded.changed",
};

/// Whether a rule works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleState {
    /// It raises alerts.
    pub enabled: bool,
    /// Its alerts become no events.
    pub testing: bool,
    /// When this was last changed.
    pub changed: Time,
}

impl Store {
    /// The states of all rules that have one, by rule id.
    pub async fn rule_state_list(&self, tenant: &TenantId) -> Result<BTreeMap<String, RuleState>> {
        sqlx::query("SELECT rule, enabled, testing, changed FROM rule_state WHERE tenant = ?")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }

    /// Changes the states of rules, all at once.
    pub async fn rule_state_set(
        &self,
        tenant: &TenantId,
        states: &[(String, RuleState)],
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        STATE
            .rows(&mut txn, states, |values, (rule, state)| {
                values
                    .push_bind(tenant.as_str())
                    .push_bind(rule)
                    .push_bind(state.enabled)
                    .push_bind(state.testing)
                    .push_bind(state.changed.millis());
            })
            .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }
}

fn decode(row: &SqliteRow) -> Result<(String, RuleState)> {
    let state = RuleState {
        enabled: row.try_get("enabled")?,
        testing: row.try_get("testing")?,
        changed: column::time(row, "changed")?,
    };
    Ok((row.try_get("rule")?, state))
}
