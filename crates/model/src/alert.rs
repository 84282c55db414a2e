//! An alert: what a rule, or a vendor's product, found in one or more records.

use crate::{
    entity::Entity,
    id::{AlertId, RecordId, TenantId},
    level::Level,
    record::Span,
    source::{ProductId, Provider, Side},
    tactic::Tactic,
    text::LocalText,
    time::Time,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// How alerts of a rule become events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Not at all (a host-side alert still opens an event of its own, S3).
    None,
    /// By shared entities.
    GraphCompute,
    /// By an expert pattern; one step grouped by attacker is the network default.
    Expert,
    /// One alert, one event.
    Passthrough,
    /// Similar items: the same rule and the same asset or attacker within the rule's window.
    Window,
}

impl Aggregation {
    /// The code used in files and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::GraphCompute => "graph_compute",
            Self::Expert => "expert",
            Self::Passthrough => "passthrough",
            Self::Window => "window",
        }
    }

    /// Whether a rule of this origin may use the method (S6).
    pub const fn allowed_for(self, origin: Origin) -> bool {
        match origin {
            Origin::Predefined | Origin::Vendor => {
                matches!(self, Self::None | Self::GraphCompute | Self::Expert)
            }
            Origin::Custom => matches!(self, Self::None | Self::Passthrough | Self::Window),
        }
    }
}

/// Who wrote what raised the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A rule of the product.
    Predefined,
    /// A rule of the user.
    Custom,
    /// The vendor's own product; its alert was imported.
    Vendor,
}

/// The rule that raised an alert, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleRef {
    /// The rule's id.
    pub id: String,
    /// Digest of its text: which version it was.
    pub version: String,
}

/// A field that made the rule match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedField {
    /// The field's OCSF name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its bytes in the sample's raw record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// A record that made the rule match: the sample shown with the matched fields highlighted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The record.
    pub record: RecordId,
    /// When it happened.
    pub time: Time,
    /// The product that wrote it.
    pub product: ProductId,
    /// The raw record, each byte that is not UTF-8 replaced by one `?` so that spans still hold.
    pub raw: String,
    /// What matched.
    pub matched: Vec<MatchedField>,
}

/// The counting rule's threshold and what was counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// What is counted, such as `event_count`.
    pub kind: String,
    /// The condition as written, such as `>= 20`.
    pub condition: String,
    /// The value that met it.
    pub value: f64,
    /// Over how many seconds.
    pub seconds: u64,
    /// The group, as field and value.
    pub group: Vec<(String, String)>,
    /// For correlations of several rules: those that matched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleCount>,
}

/// How often one of the rules of a correlation matched in its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// What the correlation calls the rule.
    pub rule: String,
    /// How often it matched.
    pub matches: u64,
}

/// What a rule, or a vendor's product, found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Derived from the rule's id and the record ids.
    pub id: AlertId,
    /// Whose it is.
    pub tenant: TenantId,
    /// When the last of its records happened.
    pub time: Time,
    /// When the first of its records happened.
    pub first_time: Time,
    /// The rule.
    pub rule: RuleRef,
    /// What happened.
    pub title: LocalText,
    /// Who wrote the rule.
    pub origin: Origin,
    /// The rule is being tried: stored, but no event and no response.
    pub testing: bool,
    /// The side of the devices that saw it.
    pub side: Side,
    /// How bad.
    pub level: Level,
    /// How it becomes an event.
    pub aggregation: Aggregation,
    /// The window of the similar-item method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
    /// The category of the threat, such as `abnormal_web_access`.
    pub category: String,
    /// ATT&CK tactics.
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques, such as `T1190`.
    pub techniques: Vec<String>,
    /// The products whose records it rests on.
    pub products: BTreeSet<ProductId>,
    /// The cloud accounts its records belong to.
    pub accounts: BTreeSet<String>,
    /// The entities it mentions, sorted and unique.
    pub entities: Vec<Entity>,
    /// The records it rests on, oldest first; at most [`Alert::RECORDS_KEPT`].
    pub records: Vec<RecordId>,
    /// Samples of them; at most [`Alert::EVIDENCE_KEPT`].
    pub evidence: Vec<Evidence>,
    /// For counting rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// Whether the device blocked it itself; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defended: Option<bool>,
    /// How many further matches were suppressed.
    #[serde(default)]
    pub suppressed: u64,
}

impl Alert {
    /// Record ids kept in an alert; a counting rule may rest on more.
    pub const RECORDS_KEPT: usize = 100;
    /// Samples kept in an alert.
    pub const EVIDENCE_KEPT: usize = 3;

    /// The providers whose records it rests on.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.products.iter().map(|p| &p.provider)
    }
}

/// Why an alert is in no event, in the order the gates are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoEventReason {
    /// Its rule is being tried.
    Testing,
    /// It hit a whitelist.
    Whitelisted,
    /// Its provider's logs give no events (S16).
    Vendor,
    /// A network-side alert whose rule has no event generation method (S4).
    NoPolicy,
    /// The pattern it would be part of did not complete.
    PatternIncomplete,
}

impl NoEventReason {
    /// The code used in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Testing => "testing",
            Self::Whitelisted => "whitelisted",
            Self::Vendor => "vendor",
            Self::NoPolicy => "no_policy",
            Self::PatternIncomplete => "pattern_incomplete",
        }
    }
}
