//! Automatic response rules as they are stored: what `respond` evaluates, and where their playbooks act.

use crate::{app::App, workers::respond::FIRED};
use model::{Time, policy::ScopeMember};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};

/// How far back firings are counted.
pub const COUNTED: Duration = Duration::from_hours(24 * 30);

/// A response rule with what only the server knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredResponseRule {
    /// What `respond` evaluates.
    pub rule: respond::ResponseRule,
    /// Where its playbooks act; every connected place if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<ScopeMember>>,
}

/// How often a rule acted lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// Actions within [`COUNTED`].
    pub count: u64,
    /// The last of them.
    pub last: Option<Time>,
}

impl StoredResponseRule {
    /// Reads a row. What its columns say goes before what its body says: they are what a switch changes.
    pub fn read(row: store::ResponseRule) -> Result<Self, serde_json::Error> {
        let mut stored: Self = serde_json::from_value(row.body)?;
        stored.rule.id = row.id;
        stored.rule.enabled = row.enabled;
        Ok(stored)
    }

    /// The row of this rule; `version` is the one it was made from, 0 for a new rule.
    pub fn row(&self, version: u32, now: Time) -> Result<store::ResponseRule, serde_json::Error> {
        Ok(store::ResponseRule {
            id: self.rule.id.clone(),
            version,
            title: self.rule.name.clone(),
            enabled: self.rule.enabled,
            priority: i64::from(self.rule.priority),
            body: serde_json::to_value(self)?,
            changed: now,
        })
    }
}

/// All rules in the order they act. One that cannot be read, because a newer version wrote it, is left out and said so:
/// it must not stop the others.
pub async fn load_all(app: &App) -> Result<Vec<StoredResponseRule>, store::Error> {
    let rows = app.store.response_rule_list(&app.tenant).await?;
    let read = rows.into_iter().filter_map(|row| {
        let id = row.id.clone();
        StoredResponseRule::read(row)
            .inspect_err(
                |error| tracing::error!(%error, "response rule `{id}` cannot be read and does not act"),
            )
            .ok()
    });
    Ok(read.collect())
}

/// How often each rule acted lately, by its id.
pub async fn fired(app: &App, now: Time) -> Result<HashMap<String, Fired>, store::Error> {
    let firings = app
        .store
        .breaker_list(&app.tenant, FIRED, now.minus(COUNTED))
        .await?;
    Ok(count(&firings))
}

fn count(firings: &[(String, Time)]) -> HashMap<String, Fired> {
    /// The part of a remembered firing that says whose it is.
    #[derive(Deserialize)]
    struct Firing {
        rule: String,
    }
    let mut fired: HashMap<String, Fired> = HashMap::new();
    for (text, at) in firings {
        let Ok(Firing { rule }) = serde_json::from_str(text) else {
            continue;
        };
        let fired = fired.entry(rule).or_default();
        fired.count += 1;
        fired.last = fired.last.max(Some(*at));
    }
    fired
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use model::{Condition, Level};
    use respond::{ResponseRule, RuleAction, Trigger};

    fn stored() -> StoredResponseRule {
        let rule = ResponseRule {
            id: "01".to_owned(),
            name: "raise".to_owned(),
            enabled: true,
            trigger: Trigger::Alert,
            condition: Condition {
                conditions: Vec::new(),
                formula: None,
            },
            actions: vec![RuleAction::ChangeLevel { level: Level::High }],
            priority: 7,
            silence_seconds: None,
            expires_at: None,
            targets_per_hour: Some(100),
        };
        let place = ScopeMember {
            connection: "c".to_owned(),
            account: "1".to_owned(),
            instance: "waf-1".to_owned(),
        };
        StoredResponseRule {
            rule,
            scope: Some(vec![place]),
        }
    }

    #[test]
    fn a_rule_survives_its_row_and_the_switch_wins() {
        let stored = stored();
        let mut row = stored.row(3, Time::from_secs(1)).unwrap();
        assert_eq!((row.version, row.priority, row.title.as_str()), (3, 7, "raise"));
        assert_eq!(
            row.body["rule"]["trigger"], "alert",
            "the pipeline looks at this member"
        );
        assert_eq!(StoredResponseRule::read(row.clone()).unwrap(), stored);
        row.enabled = false;
        assert!(!StoredResponseRule::read(row).unwrap().rule.enabled);
    }

    #[test]
    fn firings_are_counted_by_rule() {
        let firing = |rule: &str, secs| {
            (
                format!(r#"{{"id":"run_1","rule":"{rule}"}}"#),
                Time::from_secs(secs),
            )
        };
        let fired = count(&[
            firing("a", 5),
            firing("b", 6),
            firing("a", 4),
            ("nothing".to_owned(), Time::from_secs(9)),
        ]);
        assert_eq!(
            fired.get("a"),
            Some(&Fired {
                count: 2,
                last: Some(Time::from_secs(5))
            })
        );
        assert_eq!(fired.get("b").map(|fired| fired.count), Some(1));
        assert_eq!(fired.len(), 2);
    }
}
