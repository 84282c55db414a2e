//! Repeats become one node. Where the first alert of a fold is no longer kept, the oldest that is stands for it.

use model::{Alert, AlertId, Membership, Time};
use std::collections::HashMap;

/// A fold of an event.
pub(super) struct Fold<'a> {
    /// What stands for it.
    pub alert: &'a Alert,
    /// Why that one is in the event.
    pub membership: &'a Membership,
    /// When the last alert of the fold happened.
    pub last_time: Time,
    /// How many there are.
    pub count: u64,
}

/// The folds by the time and the id of what stands for them.
pub(super) fn folds<'a>(members: impl IntoIterator<Item = (&'a Alert, &'a Membership)>) -> Vec<Fold<'a>> {
    let mut members: Vec<(&Alert, &Membership)> = members.into_iter().collect();
    members.sort_unstable_by_key(|(alert, _)| (alert.time, alert.id));
    members.dedup_by_key(|(alert, _)| alert.id);
    let mut places: HashMap<AlertId, usize> = HashMap::new();
    let mut folds: Vec<Fold<'_>> = Vec::new();
    for (alert, membership) in members {
        let place = *places.entry(membership.folded_into).or_insert(folds.len());
        match folds.get_mut(place) {
            Some(fold) => {
                fold.count += 1;
                fold.last_time = fold.last_time.max(alert.time);
                if alert.id == membership.folded_into {
                    (fold.alert, fold.membership) = (alert, membership);
                }
            }
            None => folds.push(Fold {
                alert,
                membership,
                last_time: alert.time,
                count: 1,
            }),
        }
    }
    // The first alert of a fold may have come in later than a repeat of it.
    folds.sort_by_key(|fold| (fold.alert.time, fold.alert.id));
    folds
}
