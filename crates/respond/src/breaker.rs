//! The circuit breaker: more different targets in an hour than anybody expects pauses automatic actions.
//!
//! One rule too broad, or one poisoned log, must not block the world. People's own actions are never paused.

use model::{EntityKey, LocalText, Time};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// The window targets are counted in.
pub const WINDOW: Duration = Duration::from_hours(1);
/// Targets in one window before the breaker trips, unless configured.
pub const DEFAULT_TARGETS_PER_HOUR: u32 = 100;

/// The different targets of the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecentTargets(VecDeque<(Time, EntityKey)>);

impl RecentTargets {
    /// Whether `target` is within `limit` at `now`; if so it is counted. A target counts once in a window.
    pub fn admit(&mut self, target: &EntityKey, limit: u32, now: Time) -> bool {
        // Not older than the window: times may come in any order.
        self.0.retain(|(at, _)| now < at.plus(WINDOW));
        if self.0.iter().any(|(_, seen)| seen == target) {
            return true;
        }
        if self.0.len() >= limit as usize {
            return false;
        }
        self.0.push_back((now, target.clone()));
        true
    }

    /// Counts a target that acted at `at`, whatever the limit.
    pub fn add(&mut self, target: &EntityKey, at: Time) {
        if !self.0.iter().any(|(_, seen)| seen == target) {
            self.0.push_back((at, target.clone()));
        }
    }

    /// How many there are at `now`.
    pub fn count(&self, now: Time) -> usize {
        self.0.iter().filter(|(at, _)| now < at.plus(WINDOW)).count()
    }
}

/// Why automatic actions are paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pause {
    /// The breaker tripped.
    Tripped {
        /// When.
        at: Time,
        /// At how many targets an hour.
        limit: u32,
    },
    /// Somebody pressed the switch.
    Switch {
        /// When.
        at: Time,
        /// Who.
        by: String,
    },
}

impl Pause {
    /// The pause as a sentence.
    pub fn sentence(&self) -> LocalText {
        match self {
            Self::Tripped { limit, .. } => LocalText::new(
                format!("Automatic response is paused: more than {limit} targets within one hour."),
                format!("自动响应已暂停：一小时内的处置目标超过 {limit} 个。"),
            ),
            Self::Switch { by, .. } => LocalText::new(
                format!("Automatic response was paused by {by}."),
                format!("自动响应已由 {by} 暂停。"),
            ),
        }
    }
}

/// Whether an automatic action may go ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// It may not.
    Held {
        /// Why.
        pause: Pause,
        /// This is the one that tripped it: people are to be told, once.
        first: bool,
    },
}

/// The breaker and the switch, for all automatic actions of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    limit: u32,
    recent: RecentTargets,
    pause: Option<Pause>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new(DEFAULT_TARGETS_PER_HOUR)
    }
}

impl Breaker {
    /// A closed breaker that trips beyond `limit` targets an hour.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            recent: RecentTargets::default(),
            pause: None,
        }
    }

    /// Asks to act on `target`. Once tripped it stays so until [`Breaker::resume`].
    pub fn admit(&mut self, target: &EntityKey, now: Time) -> Admission {
        if let Some(pause) = &self.pause {
            return Admission::Held {
                pause: pause.clone(),
                first: false,
            };
        }
        if self.recent.admit(target, self.limit, now) {
            return Admission::Go;
        }
        let pause = Pause::Tripped {
            at: now,
            limit: self.limit,
        };
        self.pause = Some(pause.clone());
        Admission::Held { pause, first: true }
    }

    /// The pause, if automatic actions are paused.
    pub fn paused(&self) -> Option<&Pause> {
        self.pause.as_ref()
    }

    /// Pauses all automatic actions.
    pub fn pause(&mut self, by: &str, now: Time) {
        self.pause = Some(Pause::Switch {
            at: now,
            by: by.to_owned(),
        });
    }

    /// Lets automatic actions go ahead again, with a fresh count.
    pub fn resume(&mut self) {
        self.pause = None;
        self.recent = RecentTargets::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    fn ip(last: u8) -> EntityKey {
        EntityKey::new(EntityKind::Ip, &format!("203.0.113.{last}"))
    }

    #[test]
    fn too_many_targets_pause_until_somebody_resumes_and_notify_once() {
        let mut breaker = Breaker::new(2);
        let at = Time::from_secs;
        assert_eq!(breaker.admit(&ip(1), at(0)), Admission::Go);
        assert_eq!(breaker.admit(&ip(2), at(1)), Admission::Go);
        assert_eq!(
            breaker.admit(&ip(1), at(2)),
            Admission::Go,
            "the same target counts once"
        );
        assert!(matches!(
            breaker.admit(&ip(3), at(3)),
            Admission::Held { first: true, .. }
        ));
        assert!(matches!(
            breaker.admit(&ip(4), at(9_999)),
            Admission::Held { first: false, .. }
        ));
        breaker.resume();
        assert_eq!(breaker.admit(&ip(4), at(9_999)), Admission::Go);
    }

    #[test]
    fn the_window_slides() {
        let mut breaker = Breaker::new(1);
        assert_eq!(breaker.admit(&ip(1), Time::from_secs(0)), Admission::Go);
        assert_eq!(breaker.admit(&ip(2), Time::from_secs(3600)), Admission::Go);
    }

    #[test]
    fn the_switch_holds_everything() {
        let mut breaker = Breaker::default();
        breaker.pause("wei", Time::from_secs(5));
        let held = breaker.admit(&ip(1), Time::from_secs(6));
        assert!(matches!(
            held,
            Admission::Held {
                pause: Pause::Switch { .. },
                first: false
            }
        ));
    }
}
