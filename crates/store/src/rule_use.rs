//! How often rules match: what tells a rule that works from one that sleeps.

use crate::{column, database::Store, error::Result};
use model::{TenantId, Time};
use sqlx::Row as _;
use std::collections::HashMap;

/// What a rule did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleUse {
    /// Alerts since the time asked about.
    pub alerts: u64,
    /// When the last record that matched happened.
    pub last_match: Time,
}

impl Store {
    /// What rules did, by id; `alerts` counts since `since`. Rules without any alert are left out.
    pub async fn rule_use_list(
        &self,
        tenant: &TenantId,
        rules: &[&str],
        since: Time,
    ) -> Result<HashMap<String, RuleUse>> {
        // One seek per rule and number: a GROUP BY would read the whole index.
        sqlx::query(
            "SELECT rule, alerts, last_match FROM (SELECT r.value AS rule, \
             (SELECT count(*) FROM alert WHERE tenant = ?1 AND rule = r.value AND time >= ?2) AS alerts, \
             (SELECT max(time) FROM alert WHERE tenant = ?1 AND rule = r.value) AS last_match \
             FROM json_each(?3) r) WHERE last_match IS NOT NULL",
        )
        .bind(tenant.as_str())
        .bind(since.millis())
        .bind(serde_json::to_string(rules)?)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            let used = RuleUse {
                alerts: column::count(row, "alerts")?,
                last_match: column::time(row, "last_match")?,
            };
            Ok((row.try_get("rule")?, used))
        })
        .collect()
    }
}
