//! A security event: alerts that belong together, and why each of them does.

use crate::{
    alert::Aggregation,
    entity::{Entity, EntityKey},
    id::{AlertId, EventId, TenantId},
    level::Level,
    source::{ProductId, Side},
    tactic::Tactic,
    text::LocalText,
    time::Time,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where the handling of an event stands. Serialised by name; [`EventStatus::number`] is the product's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// 0: nobody has looked; new alerts keep joining.
    Unhandled,
    /// 1: someone is on it.
    Handling,
    /// 5: handling failed.
    HandlingFailed,
    /// 10: done.
    Handled,
}

impl EventStatus {
    /// All statuses in the order of their codes.
    pub const ALL: [Self; 4] = [
        Self::Unhandled,
        Self::Handling,
        Self::HandlingFailed,
        Self::Handled,
    ];

    /// Whether new alerts may join an event of this status (S10).
    pub const fn accepts_new_alerts(self) -> bool {
        matches!(self, Self::Unhandled)
    }

    /// The product's code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Unhandled => 0,
            Self::Handling => 1,
            Self::HandlingFailed => 5,
            Self::Handled => 10,
        }
    }

    /// The status of a code.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| i64::from(s.number()) == number)
    }

    /// The name in files and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unhandled => "unhandled",
            Self::Handling => "handling",
            Self::HandlingFailed => "handling_failed",
            Self::Handled => "handled",
        }
    }
}

/// Alerts that belong together. Alert and entity lists live beside it, not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Derived from tenant, method and first folded alert.
    pub id: EventId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What happened, from chain facts.
    pub title: LocalText,
    /// The same in a sentence or two.
    pub description: LocalText,
    /// The highest level of its alerts, raised by S8.
    pub level: Level,
    /// Why it has that level.
    pub level_reasons: Vec<LocalText>,
    /// How urgent among all events, 0 … 100; never out of the band of its level.
    #[serde(default)]
    pub score: u8,
    /// What the score is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub score_reasons: Vec<LocalText>,
    /// How it was put together.
    pub method: Aggregation,
    /// Host-side if any of its alerts is.
    pub side: Side,
    /// Where its handling stands.
    pub status: EventStatus,
    /// When the first record of any of its alerts happened.
    pub first_time: Time,
    /// When the last one happened.
    pub last_time: Time,
    /// Folded alerts.
    pub alert_count: u64,
    /// Alerts before folding.
    pub raw_alert_count: u64,
    /// Alerts per ATT&CK tactic.
    pub tactics: BTreeMap<Tactic, u64>,
    /// ATT&CK techniques.
    pub techniques: BTreeSet<String>,
    /// The products whose records it rests on.
    pub products: BTreeSet<ProductId>,
    /// The cloud accounts it touches.
    pub accounts: BTreeSet<String>,
    /// Its entities, attackers first.
    pub entities: Vec<Entity>,
    /// The event it continues: that one was full, or no longer unhandled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<EventId>,
}

/// Why an alert is in its event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The event.
    pub event: EventId,
    /// The alert.
    pub alert: AlertId,
    /// The first alert of the fold this one repeats; itself if it opened the fold.
    pub folded_into: AlertId,
    /// What tied it to the event.
    pub reason: LinkReason,
    /// What else ties it to alerts that were there when it came, the strongest first; at most [`Membership::ALSO`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<LinkReason>,
}

impl Membership {
    /// Further links kept of an alert.
    pub const ALSO: usize = 3;

    /// All that ties it to its event.
    pub fn reasons(&self) -> impl Iterator<Item = &LinkReason> {
        std::iter::once(&self.reason).chain(&self.also)
    }
}

/// Two events that have much in common and were not merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The event that the alert joined.
    pub event: EventId,
    /// The one it ties to it as well.
    pub other: EventId,
    /// The alert.
    pub alert: AlertId,
    /// What it shares with the other.
    pub reason: LinkReason,
    /// Why they were not merged.
    pub kept_apart: Apart,
}

/// Why two events are not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// Someone is at work on one of them, or is done with it.
    Handled,
    /// They belong to different owners.
    Owners,
    /// Together they would be larger than an event may be.
    Full,
    /// One of them continues another, or is continued.
    Continued,
    /// They name different attackers, and all that ties them is what was attacked.
    Attackers,
    /// One link that is not strong enough by itself.
    Weak,
    /// An analyst took them apart.
    ByHand,
}

impl Apart {
    /// The reason as a sentence.
    pub fn sentence(self) -> LocalText {
        let (en, zh) = match self {
            Self::Handled => (
                "One of them is no longer unhandled.",
                "其中一个事件已不是未处理状态。",
            ),
            Self::Owners => ("They belong to different owners.", "两个事件的负责人不同。"),
            Self::Full => (
                "Together they would be too large.",
                "合并后将超过单个事件的告警上限。",
            ),
            Self::Continued => (
                "One of them continues another event, or is continued.",
                "其中一个事件延续自另一事件或已有后续事件。",
            ),
            Self::Attackers => (
                "They name different attackers and share only what was attacked.",
                "两者的攻击者不同，仅被攻击的资产相同。",
            ),
            Self::Weak => (
                "What ties them is not strong enough to merge them.",
                "两者之间的关联强度不足以合并。",
            ),
            Self::ByHand => ("An analyst took them apart.", "分析人员已将两者拆分。"),
        };
        LocalText::new(en, zh)
    }
}

/// An entity that two alerts share, and what that weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedEntity {
    /// Which.
    #[serde(flatten)]
    pub key: EntityKey,
    /// What it adds to the score of the link: the product of what follows, with the factor of the roles; a file hash
    /// or a process within its window is enough by itself.
    pub weight: f64,
    /// What its kind weighs.
    pub base: f64,
    /// How rare it is: ½ … 2.
    pub rarity: f64,
    /// How much of it the time between the alerts has left: 0 … 1.
    pub decay: f64,
}

/// What ties an alert to its event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LinkReason {
    /// It is the first alert of the event.
    Opened,
    /// It repeats an alert that is already there: same rule, entities and level within the fold's gap.
    Repeats {
        /// The alert it repeats.
        alert: AlertId,
    },
    /// It shares entities with an alert that is already there.
    Shares {
        /// That alert.
        alert: AlertId,
        /// What they share, each with what it weighs.
        entities: Vec<SharedEntity>,
        /// The sum; 1 or more links.
        score: f64,
    },
    /// The same network-side rule, rare here, hit another asset at nearly the same time: one sweep.
    Sweep {
        /// The alert there.
        alert: AlertId,
        /// The time between them, in seconds.
        seconds: u64,
    },
    /// An expert pattern ties it to an alert of an earlier step.
    Pattern {
        /// That alert.
        alert: AlertId,
        /// The pattern's id.
        pattern: String,
        /// The step this alert takes, from 1.
        step: usize,
        /// What they share.
        entity: EntityKey,
    },
    /// An analyst merged the events.
    ByHand {
        /// The alert it hangs on now.
        alert: AlertId,
        /// Who merged them.
        actor: String,
    },
    /// An expert pattern groups alerts of one attacker.
    SameAttacker {
        /// The alert that opened the event.
        alert: AlertId,
        /// The attacker.
        attacker: EntityKey,
    },
    /// The same rule on the same asset or attacker within the rule's window.
    Similar {
        /// The alert that opened the event.
        alert: AlertId,
        /// What they share.
        entity: EntityKey,
        /// The window in seconds.
        seconds: u64,
    },
}

impl LinkReason {
    /// The alert on the other end of the link, if there is one.
    pub fn alert(&self) -> Option<AlertId> {
        match self {
            Self::Repeats { alert }
            | Self::Shares { alert, .. }
            | Self::Sweep { alert, .. }
            | Self::Pattern { alert, .. }
            | Self::ByHand { alert, .. }
            | Self::SameAttacker { alert, .. }
            | Self::Similar { alert, .. } => Some(*alert),
            Self::Opened => None,
        }
    }

    /// The reason as a sentence.
    pub fn sentence(&self) -> LocalText {
        match self {
            Self::Opened => LocalText::new(
                "It is the first alert of this event.",
                "该告警是本事件的首个告警。",
            ),
            Self::Repeats { alert } => LocalText::new(
                format!("It repeats {alert}: same rule, same entities, same level."),
                format!("与告警 {alert} 重复：规则、实体、等级均相同。"),
            ),
            Self::Shares {
                alert,
                entities,
                score,
            } => {
                let weighed = |shared: &SharedEntity| {
                    let LocalText { en, zh } = called(&shared.key);
                    (
                        format!("{en} ({:.2})", shared.weight),
                        format!("{zh}（{:.2}）", shared.weight),
                    )
                };
                let (en, zh): (Vec<_>, Vec<_>) = entities.iter().map(weighed).unzip();
                LocalText::new(
                    format!("It shares {} with {alert}; link score {score:.2}.", en.join(", ")),
                    format!("与告警 {alert} 共享 {}；关联得分 {score:.2}。", zh.join("、")),
                )
            }
            Self::Sweep { alert, seconds } => LocalText::new(
                format!("The same rare network rule raised {alert} on another asset {seconds} s apart."),
                format!("同一罕见网络侧规则在相隔 {seconds} 秒内于另一资产上产生告警 {alert}。"),
            ),
            Self::Pattern {
                alert,
                pattern,
                step,
                entity,
            } => {
                let LocalText { en, zh } = called(entity);
                LocalText::new(
                    format!("It is step {step} of the expert pattern {pattern} after {alert}, by {en}."),
                    format!("它是专家规则 {pattern} 的第 {step} 步，经 {zh} 承接告警 {alert}。"),
                )
            }
            Self::ByHand { alert, actor } => LocalText::new(
                format!("{actor} merged its event with that of {alert}."),
                format!("{actor} 将其所在事件与告警 {alert} 的事件合并。"),
            ),
            Self::SameAttacker { attacker, .. } => LocalText::new(
                format!("It has the same attacker: {}.", attacker.value),
                format!("攻击者相同：{}。", attacker.value),
            ),
            Self::Similar { entity, seconds, .. } => {
                let LocalText { en, zh } = called(entity);
                LocalText::new(
                    format!("The same rule hit the same {en} within {seconds} s."),
                    format!("同一规则在 {seconds} 秒内命中同一{zh}。"),
                )
            }
        }
    }
}

/// An entity as sentences name it: what it is, in words, and its value.
fn called(key: &EntityKey) -> LocalText {
    let LocalText { en, zh } = key.kind.name();
    // Within a sentence a word loses its capital; `IP` and `AccessKey` keep theirs.
    let lower = !en.chars().skip(1).any(char::is_uppercase);
    let en = if lower { en.to_lowercase() } else { en };
    LocalText::new(format!("{en} {}", key.value), format!("{zh} {}", key.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityKind;

    #[test]
    fn reasons_name_entities_in_words() {
        let entity = EntityKey::new(EntityKind::HostAccount, "web-1/root");
        let alert = AlertId::from_parts([b"a".as_slice()]);
        let seconds = 60;
        let similar = LinkReason::Similar {
            alert,
            entity,
            seconds,
        };
        let LocalText { en, zh } = similar.sentence();
        assert_eq!(
            en,
            "The same rule hit the same host account web-1/root within 60 s."
        );
        assert_eq!(zh, "同一规则在 60 秒内命中同一主机账号 web-1/root。");
    }

    #[test]
    fn only_unhandled_events_grow() {
        for status in EventStatus::ALL {
            assert_eq!(status.accepts_new_alerts(), status == EventStatus::Unhandled);
            assert_eq!(EventStatus::from_number(i64::from(status.number())), Some(status));
        }
    }
}
