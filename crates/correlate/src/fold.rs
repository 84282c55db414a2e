//! Folding: a repeat of an alert (same rule, entities and level, within 60 s of the last one and 24 h of the first)
//! only counts. No alert is dropped; caps count folded alerts.

use crate::event::{Event, Node, NodeIx};
use model::{Aggregation, Alert, Origin, Time, limits};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

/// What repeats have in common: the model's fold key, and a digest of what else the event counts of an alert, so
/// that all alerts of a fold are the same to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Key(u128, u64);

impl Key {
    pub(crate) fn of(alert: &Alert, method: Aggregation) -> Self {
        let mut shape = Fnv::default();
        (method, alert.side, alert.window).hash(&mut shape);
        (&alert.products, &alert.accounts).hash(&mut shape);
        for entity in &alert.entities {
            (entity.role, entity.malicious).hash(&mut shape);
        }
        // One rule imports everything a vendor finds: what was found is not in its id.
        if alert.origin == Origin::Vendor {
            (&alert.title.en, &alert.tactics, &alert.techniques).hash(&mut shape);
        }
        Self(alert.fold_key(), shape.finish())
    }
}

/// FNV-1a: the standard library's hasher may change from one version to the next, which would reopen folds.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The newest fold of each key.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Folds(#[serde(with = "crate::pairs")] HashMap<Key, NodeIx>);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        let mut hash = Fnv::default();
        hash.write(b"foobar");
        assert_eq!(hash.finish(), 0x8594_4171_f739_67e8);
    }
}
