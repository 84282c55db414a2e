//! Journalled inputs that are not log records: what people decide and the pipeline must know.
//!
//! They stand in the same journal as the records, so that re-running it after a crash meets them at the
//! same point and comes to the same state.

use crate::content::Content;
use model::{
    AlertId, Capabilities, CorrelationSettings, EntityKey, EventId, EventStatus, TenantId,
    whitelist::Whitelist,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::Store;

/// An input of the pipeline that is not a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// The status of an event was changed.
    EventStatus {
        /// Which event.
        event: EventId,
        /// To what.
        status: EventStatus,
        /// By whom.
        actor: String,
    },
    /// An event was given to someone, or to nobody.
    EventOwner {
        /// Which event.
        event: EventId,
        /// To whom.
        owner: Option<String>,
    },
    /// Events are to become one.
    EventMerge {
        /// Under which the answer is found.
        request: String,
        /// Which.
        events: Vec<EventId>,
        /// By whom.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Links between alerts of an event are cut.
    EventSplit {
        /// Under which the answer is found.
        request: String,
        /// Which event.
        event: EventId,
        /// Pairs of alerts of which one hangs on the other.
        cuts: Vec<(AlertId, AlertId)>,
        /// By whom.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Two alerts that were taken apart may be merged again.
    AllowLink {
        /// The mark's id.
        mark: String,
        /// One of them.
        one: AlertId,
        /// The other.
        other: AlertId,
        /// By whom.
        actor: String,
    },
    /// An analyst said that an entity is malicious, or that it is not: mentions to come say so, too.
    EntityTag {
        /// Which entity.
        entity: EntityKey,
        /// Which of the two.
        malicious: bool,
        /// Why.
        reason: String,
        /// By whom.
        actor: String,
    },
    /// The whitelists are now these.
    Whitelists {
        /// All of them.
        whitelists: Vec<Whitelist>,
    },
    /// The rules that run are now these.
    Rules {
        /// Which ones.
        selection: RuleSelection,
    },
    /// The vendor capability table is now this.
    Capabilities {
        /// The table.
        capabilities: Capabilities,
    },
    /// What an administrator says of correlation is now this.
    Correlation {
        /// All of it.
        settings: CorrelationSettings,
    },
}

/// Which rules run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSelection {
    /// Ids of the predefined and custom rules that are enabled.
    pub enabled: BTreeSet<String>,
    /// Ids of those that are being tried: their alerts give no events.
    pub testing: BTreeSet<String>,
    /// The texts of the custom rules.
    pub custom: Vec<String>,
}

impl RuleSelection {
    /// Every predefined rule, and nothing else.
    pub fn all_predefined(content: &Content) -> Self {
        Self {
            enabled: content.rule_ids.clone(),
            ..Self::default()
        }
    }

    /// What the store has.
    pub async fn stored(store: &Store, tenant: &TenantId) -> Result<Self, store::Error> {
        let states = store.rule_state_list(tenant).await?;
        let ids = |wanted: fn(&store::RuleState) -> bool| {
            states
                .iter()
                .filter(|(_, state)| wanted(state))
                .map(|(id, _)| id.clone())
                .collect()
        };
        let custom = store.custom_rule_list(tenant).await?;
        Ok(Self {
            enabled: ids(|state| state.enabled),
            testing: ids(|state| state.testing),
            custom: custom.into_iter().map(|rule| rule.text).collect(),
        })
    }
}
