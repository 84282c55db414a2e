//! Whitelists: what is known to be harmless. A hit keeps the alert and gives no event (S5).

use crate::{
    alert::Alert,
    condition::{Condition, Facts},
    entity::EntityKind,
    time::Time,
};
use serde::{Deserialize, Serialize};

/// What a whitelist hides (S14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhitelistScope {
    /// The alert is stored and gives no event.
    Event,
    /// Host-agent alerts only: stored as whitelisted, hidden by default, no event, no notification, no trigger.
    Alert,
}

/// A whitelist entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whitelist {
    /// ULID.
    pub id: String,
    /// What it hides.
    pub scope: WhitelistScope,
    /// When it applies; names are those of [`AlertFacts`].
    pub condition: Condition,
    /// Why it is harmless.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// When it ends; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

/// The names conditions may use of an alert: `rule`, `title`, `level`, `side`, `origin`, `category`, `product`,
/// `provider`, `account`, `tactic`, `technique`, `entity`, and `entity.<type>`, `attacker.<type>`,
/// `victim.<type>`, `artefact.<type>` for each of the thirteen types.
#[derive(Debug)]
pub struct AlertFacts<'a>(pub &'a Alert);

impl AlertFacts<'_> {
    /// The names without a type.
    pub const PLAIN: [&'static str; 12] = [
        "rule",
        "title",
        "level",
        "side",
        "origin",
        "category",
        "product",
        "provider",
        "account",
        "tactic",
        "technique",
        "entity",
    ];

    /// Whether an alert can have values under this name. Any other name has none, which is a mistake of its writer.
    pub fn knows(name: &str) -> bool {
        match name.split_once('.') {
            None => Self::PLAIN.contains(&name),
            Some((group, kind)) => {
                matches!(group, "entity" | "attacker" | "victim" | "artefact")
                    && EntityKind::parse(kind).is_some()
            }
        }
    }
}

impl Facts for AlertFacts<'_> {
    fn values(&self, name: &str) -> Vec<String> {
        let alert = self.0;
        match name {
            "rule" => vec![alert.rule.id.clone()],
            "title" => vec![alert.title.en.clone(), alert.title.zh.clone()],
            "level" => vec![alert.level.number().to_string()],
            "side" => vec![format!("{:?}", alert.side).to_lowercase()],
            "origin" => vec![format!("{:?}", alert.origin).to_lowercase()],
            "category" => vec![alert.category.clone()],
            "product" => alert.products.iter().map(ToString::to_string).collect(),
            "provider" => alert.providers().map(ToString::to_string).collect(),
            "account" => alert.accounts.iter().cloned().collect(),
            "tactic" => alert.tactics.iter().map(ToString::to_string).collect(),
            "technique" => alert.techniques.clone(),
            _ => crate::entity::values_by_name(&alert.entities, name),
        }
    }
}
