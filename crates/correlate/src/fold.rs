//! Folding: a repeat of an alert (same rule, entities and level, within 60 s of the last one and 24 h of the first)
//! only counts. No alert is dropped; caps count folded alerts.

use crate::event::{Event, Node, NodeIx};
use model::{Aggregation, Alert, Origin, Time, id::ContentHash, limits};
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};
use std::hash::Hasher as _;

/// What repeats have in common: tenant, rule and its version, entities and level, and what else the event counts of an
/// alert, so that all alerts of a fold are the same to it. A digest that nobody can find two alerts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Key(u128);

/// Keys remembered; more would not fit the cache that makes remembering worth it.
const REMEMBERED: usize = 4096;
/// Longer lists of parts are rare, and not worth their place.
const LONGEST: usize = 1024;

/// Makes keys, and remembers what the last of them were made of: nine of ten alerts repeat one of a few thousand,
/// and the digest costs more than all else that is done for a repeat.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    parts: Parts,
    /// Each where a quick hash of its parts says; what is there is compared, so that hash need not be a good one.
    known: Vec<Option<(Box<[u8]>, Key)>>,
}

impl Keys {
    pub(crate) fn of(&mut self, alert: &Alert, method: Aggregation) -> Key {
        self.parts.list(alert, method);
        let parts = &self.parts.0;
        if parts.len() > LONGEST {
            return Key::new(parts);
        }
        self.known.resize(REMEMBERED, None);
        let mut hasher = FxHasher::default();
        hasher.write(parts);
        let place = &mut self.known[hasher.finish() as usize % REMEMBERED];
        match place {
            Some((known, key)) if **known == **parts => *key,
            _ => {
                let key = Key::new(parts);
                *place = Some((parts.as_slice().into(), key));
                key
            }
        }
    }
}

impl Key {
    fn new(parts: &[u8]) -> Self {
        Self(ContentHash::new("fold").part(parts).finish())
    }
}

/// Bytes to be hashed at once: a list can be told from any other by its lengths and numbers.
#[derive(Debug, Default)]
struct Parts(Vec<u8>);

impl Parts {
    /// What repeats of an alert have in common.
    fn list(&mut self, alert: &Alert, method: Aggregation) {
        self.0.clear();
        let parts = self;
        parts
            .text(alert.tenant.as_str())
            .text(&alert.rule.id)
            .text(&alert.rule.version);
        let window = alert.window.map_or(0, |window| window.as_secs());
        parts
            .number(window)
            .number(u64::from(alert.level.number()))
            .number(alert.side as u64);
        parts.number(method as u64);
        for entity in &alert.entities {
            let (kind, role) = (entity.key.kind as u64, entity.role as u64);
            parts
                .number(kind << 8 | role << 1 | u64::from(entity.malicious))
                .text(&entity.key.value);
        }
        for product in &alert.products {
            parts.text(product.provider.as_str()).text(&product.product);
        }
        alert
            .accounts
            .iter()
            .fold(&mut *parts, |parts, account| parts.text(account));
        // One rule imports everything a vendor finds: what was found is not in its id.
        if alert.origin == Origin::Vendor {
            parts.text(&alert.title.en);
            for tactic in &alert.tactics {
                parts.text(tactic.as_str());
            }
            for technique in &alert.techniques {
                parts.text(technique);
            }
        }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }
}

/// The newest fold of each key.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Folds(#[serde(with = "crate::pairs")] FxHashMap<Key, NodeIx>);

impl Folds {
    pub(crate) fn get(&self, key: Key) -> Option<NodeIx> {
        self.0.get(&key).copied()
    }

    /// Makes `node` the fold of its key; answers the one before.
    pub(crate) fn replace(&mut self, key: Key, node: Option<NodeIx>) -> Option<NodeIx> {
        match node {
            Some(node) => self.0.insert(key, node),
            None => self.0.remove(&key),
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(NodeIx) -> bool) {
        self.0.retain(|_, node| keep(*node));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether an alert of `time` repeats the fold that `node` stands for.
pub(crate) fn repeats(node: &Node, event: &Event, time: Time) -> bool {
    let period = node.period.including(time);
    node.open
        && event.status.accepts_new_alerts()
        && node.period.distance(time) <= limits::FOLD_GAP
        && period.last.since(period.first) <= limits::FOLD_SPAN
}
