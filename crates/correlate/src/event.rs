//! Events and folded alerts as the state holds them: counted facts, so that what is added can be taken away again.

use crate::{
    arena::handle,
    digest::{Key, Profile},
    entity::EntityIx,
    level,
    method::Lane,
    reach::{Completed, Reached},
};
use model::{
    Aggregation, AlertId, Apart, EntityKind, EventId, EventStatus, Level, LocalText, ProductId, Role, Side,
    Tactic, Time,
};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc, time::Duration};

handle!(
    /// A folded alert.
    NodeIx
);
handle!(
    /// An event.
    EventIx
);

/// From a first to a last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Period {
    pub first: Time,
    pub last: Time,
}

impl Period {
    pub(crate) fn at(time: Time) -> Self {
        Self {
            first: time,
            last: time,
        }
    }

    pub(crate) fn including(self, time: Time) -> Self {
        Self {
            first: self.first.min(time),
            last: self.last.max(time),
        }
    }

    /// How far a time lies outside; zero inside.
    pub(crate) fn distance(self, time: Time) -> Duration {
        time.since(self.last).max(self.first.since(time))
    }
}

/// An entity that two alerts share; see `model::SharedEntity`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub entity: EntityIx,
    pub weight: f64,
    pub base: f64,
    pub rarity: f64,
    pub decay: f64,
}

/// What ties two folded alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Tie {
    Shares { entities: Vec<Share>, score: f64 },
    Sweep { seconds: u64, score: f64 },
    Pattern(Stride),
    ByHand { actor: String },
    SameAttacker(EntityIx),
    Similar { entity: EntityIx, seconds: u64 },
}

/// A step in an expert pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stride {
    pub pattern: String,
    /// From 1.
    pub step: usize,
    pub entity: EntityIx,
}

/// What ties a folded alert to its event, in numbers; see `model::LinkReason`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Link {
    Opened,
    To {
        to: NodeIx,
        tie: Tie,
    },
    /// To an alert of an event that this one continues, and that is forgotten by now.
    Gone {
        alert: AlertId,
        tie: Tie,
    },
}

impl Link {
    /// The other end.
    pub(crate) fn to(&self) -> Option<NodeIx> {
        match self {
            Self::Opened | Self::Gone { .. } => None,
            Self::To { to, .. } => Some(*to),
        }
    }
}

/// A folded alert.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Node {
    /// Its first alert.
    pub alert: AlertId,
    /// Its repeats, which move with it.
    pub repeats: Vec<AlertId>,
    pub event: EventIx,
    pub period: Period,
    /// When the first record of its alerts happened.
    pub first: Time,
    pub link: Link,
    /// Further links to alerts that were there when it came, the strongest first.
    pub also: Vec<Link>,
    pub profile: Arc<Profile>,
    /// Whether repeats may still fold into it.
    pub open: bool,
    /// How others find it.
    pub lane: Lane,
    /// How far it takes expert patterns.
    pub reached: Vec<Reached>,
    /// The patterns it completes.
    pub completes: Vec<Completed>,
}

/// An event near the one an alert joined.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    pub event: EventIx,
    pub link: Link,
    pub apart: Apart,
}

/// An event.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub id: EventId,
    pub method: Aggregation,
    pub status: EventStatus,
    /// Whose it is, as far as an analyst said.
    pub owner: Option<String>,
    /// The alert that opened it; the smallest is the oldest event.
    pub opener: Key,
    pub period: Period,
    /// Its folded alerts; those of events merged into it come after its own at that time.
    pub members: Vec<NodeIx>,
    /// Alerts before folding.
    pub raw: u64,
    pub facts: Facts,
    /// The event it continues, and the one that continues it.
    pub continues: Option<EventId>,
    pub successor: Option<EventIx>,
    /// Whether it ever continued another or was continued. Such an event is never merged into another: it is kept
    /// as the cap or the analyst left it, and its links may lead out of it.
    pub chained: bool,
    pub merged_into: Option<EventIx>,
    /// Whether readers know it.
    pub published: bool,
    /// It is none yet: its one alert is part of an expert pattern that has not completed, and gives no event else.
    pub waits: bool,
}

/// How often each of something occurs; what occurs no more is gone.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "K: Ord + Serialize", deserialize = "K: Ord + Deserialize<'de>"))]
pub(crate) struct Tally<K>(#[serde(with = "crate::pairs")] BTreeMap<K, i64>);

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Tally<K> {
    pub(crate) fn add(&mut self, key: &K, by: i64) {
        match self.0.get_mut(key) {
            Some(count) if *count + by == 0 => {
                self.0.remove(key);
            }
            Some(count) => *count += by,
            None => {
                self.0.insert(key.clone(), by);
            }
        }
    }

    fn add_all(&mut self, other: &Self, sign: i64) {
        for (key, count) in &other.0 {
            self.add(key, count * sign);
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, i64)> {
        self.0.iter().map(|(key, count)| (key, *count))
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.keys()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn count(&self, key: &K) -> i64 {
        self.0.get(key).copied().unwrap_or(0)
    }

    pub(crate) fn has(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }
}

/// What happened, by level: the highest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name {
    pub level: Reverse<Level>,
    pub en: String,
    pub zh: String,
}

/// What an event knows of its folded alerts, counted.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub sides: Tally<Side>,
    pub names: Tally<Name>,
    pub tactics: Tally<Tactic>,
    pub techniques: Tally<String>,
    pub products: Tally<ProductId>,
    pub accounts: Tally<String>,
    /// Attackers come first, because `Role` is ordered so.
    pub entities: Tally<(Role, EntityIx)>,
    pub malicious: Tally<EntityIx>,
    /// Those that are somebody: infrastructure is nobody's attacker.
    pub attackers: Tally<EntityIx>,
    /// Those of them that are not hosts of ours.
    pub outsiders: Tally<EntityIx>,
    /// Where hosts of ours connected to.
    pub remotes: Tally<EntityIx>,
    /// Hosts on which an agent saw something of level high or more.
    pub breached: Tally<EntityIx>,
    /// Expert patterns that completed.
    pub patterns: Tally<Completed>,
    /// Assets that an alert of level high or more says are out of service.
    #[serde(default)]
    pub interrupted: Tally<EntityIx>,
    /// Malicious entities that an agent saw on a host, in an alert of level medium or more.
    #[serde(default)]
    pub confirmed: Tally<EntityIx>,
}

impl Facts {
    /// Adds (`1`) or takes away (`-1`) a folded alert.
    pub(crate) fn count(&mut self, node: &Node, sign: i64) {
        self.count_profile(&node.profile, sign);
        node.completes
            .iter()
            .for_each(|completed| self.patterns.add(completed, sign));
    }

    fn count_profile(&mut self, profile: &Profile, sign: i64) {
        let LocalText { en, zh } = profile.name.clone();
        let level = Reverse(profile.level);
        self.sides.add(&profile.side, sign);
        self.names.add(&Name { level, en, zh }, sign);
        profile
            .tactics
            .iter()
            .for_each(|tactic| self.tactics.add(tactic, sign));
        profile
            .techniques
            .iter()
            .for_each(|technique| self.techniques.add(technique, sign));
        profile
            .products
            .iter()
            .for_each(|product| self.products.add(product, sign));
        profile
            .accounts
            .iter()
            .for_each(|account| self.accounts.add(account, sign));
        let intrusion = profile.side == Side::Host && profile.level >= Level::High;
        let interrupts =
            profile.level >= Level::High && level::interrupts(&profile.tactics, &profile.techniques);
        let confirms = profile.side == Side::Host && profile.level >= Level::Medium;
        for mention in profile.named() {
            self.entities.add(&(mention.role, mention.entity), sign);
            if mention.role == Role::Attacker && !mention.infrastructure {
                self.attackers.add(&mention.entity, sign);
                if !mention.inside {
                    self.outsiders.add(&mention.entity, sign);
                }
            }
            if mention.is_remote() {
                self.remotes.add(&mention.entity, sign);
            }
            if mention.malicious {
                self.malicious.add(&mention.entity, sign);
            }
            if intrusion && mention.kind == EntityKind::Host && mention.asset {
                self.breached.add(&mention.entity, sign);
            }
            if interrupts && mention.asset {
                self.interrupted.add(&mention.entity, sign);
            }
            if confirms && mention.malicious {
                self.confirmed.add(&mention.entity, sign);
            }
        }
    }

    /// Adds (`1`) or takes away (`-1`) what another event knows.
    pub(crate) fn combine(&mut self, other: &Self, sign: i64) {
        self.sides.add_all(&other.sides, sign);
        self.names.add_all(&other.names, sign);
        self.tactics.add_all(&other.tactics, sign);
        self.techniques.add_all(&other.techniques, sign);
        self.products.add_all(&other.products, sign);
        self.accounts.add_all(&other.accounts, sign);
        self.entities.add_all(&other.entities, sign);
        self.malicious.add_all(&other.malicious, sign);
        self.attackers.add_all(&other.attackers, sign);
        self.outsiders.add_all(&other.outsiders, sign);
        self.remotes.add_all(&other.remotes, sign);
        self.breached.add_all(&other.breached, sign);
        self.patterns.add_all(&other.patterns, sign);
        self.interrupted.add_all(&other.interrupted, sign);
        self.confirmed.add_all(&other.confirmed, sign);
    }

    /// The highest level of its alerts.
    pub(crate) fn level(&self) -> Level {
        self.names
            .keys()
            .next()
            .map_or(Level::Reminder, |name| name.level.0)
    }
}
