//! What differs between two ways of putting the same alerts together, event by event.
//!
//! An event is derived from the alert that opens it, so one that loses its opener has another id though it is the same
//! to a person. Events are therefore paired by the alerts they have in common, most first; what finds no partner is on
//! one side only.

use model::{Aggregation, EventId, Level, LocalText, SecurityEvent, Time};
use std::{cmp::Reverse, collections::BTreeMap};

/// Lines of a list that are told.
const TOLD: usize = 100;

/// The first of many, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Those that matter most.
    pub items: Vec<T>,
    /// How many there are.
    pub total: u64,
}

/// An event as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub title: LocalText,
    /// How bad.
    pub level: Level,
    /// How it was put together.
    pub method: Aggregation,
    /// When it began.
    pub first_time: Time,
    /// When the last alert of it happened.
    pub last_time: Time,
    /// Its alerts, repeats too.
    pub alerts: u64,
}

/// An event that is on one side only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoneEvent {
    /// The event.
    pub event: EventLine,
    /// How many of its alerts are in other events on the other side; the rest is in none.
    pub elsewhere: u64,
}

/// An event that is on both sides and differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedEvent {
    /// As it is.
    pub before: EventLine,
    /// As it would be.
    pub after: EventLine,
    /// Alerts it would have more.
    pub gained: u64,
    /// Alerts it has that it would not.
    pub lost: u64,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDiff {
    /// Events there are.
    pub before: u64,
    /// Events there would be.
    pub after: u64,
    /// Those with the same alerts, level, method and title.
    pub same: u64,
    /// Those there would not be.
    pub only_before: Listed<LoneEvent>,
    /// Those there would be beside.
    pub only_after: Listed<LoneEvent>,
    /// Those that would differ.
    pub changed: Listed<ChangedEvent>,
}

impl EventLine {
    /// The line of an event.
    pub(super) fn of(event: SecurityEvent) -> Self {
        Self {
            id: event.id,
            title: event.title,
            level: event.level,
            method: event.method,
            first_time: event.first_time,
            last_time: event.last_time,
            alerts: event.raw_alert_count,
        }
    }

    fn looks_like(&self, other: &Self) -> bool {
        (&self.title, self.level, self.method) == (&other.title, other.level, other.method)
    }

    /// Worst first, then the largest, then the oldest.
    fn order(&self) -> impl Ord + use<> {
        (
            Reverse(self.level),
            Reverse(self.alerts),
            self.first_time,
            self.id,
        )
    }
}

/// Compares two sides. Events are given by number, those merged away are none; `moves` are the numbers of the events
/// that each alert is in, before and after.
pub(super) fn diff<'a>(
    before: &[Option<EventLine>],
    after: &[Option<EventLine>],
    moves: impl Iterator<Item = &'a [u32; 2]>,
) -> EventDiff {
    let mut shared: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for [one, other] in moves {
        let (one, other) = (*one as usize, *other as usize);
        if exists(before, one) && exists(after, other) {
            *shared.entry((one, other)).or_default() += 1;
        }
    }
    let partners = pair(before, after, &shared);
    let (mut same, mut changed) = (0, Vec::new());
    for ((one, other), common) in &partners {
        if let (Some(Some(before)), Some(Some(after))) = (before.get(*one), after.get(*other)) {
            let [gained, lost] = [after, before].map(|event| event.alerts.saturating_sub(*common));
            if gained == 0 && lost == 0 && before.looks_like(after) {
                same += 1;
            } else {
                changed.push(ChangedEvent {
                    before: before.clone(),
                    after: after.clone(),
                    gained,
                    lost,
                });
            }
        }
    }
    let paired = |side: fn(&(usize, usize)) -> usize| partners.keys().map(side).collect();
    let sum = |side: fn(&(usize, usize)) -> usize| {
        let mut sums: BTreeMap<usize, u64> = BTreeMap::new();
        for (pair, common) in &shared {
            *sums.entry(side(pair)).or_default() += common;
        }
        sums
    };
    EventDiff {
        before: before.iter().flatten().count() as u64,
        after: after.iter().flatten().count() as u64,
        same,
        only_before: lone(before, &paired(|pair| pair.0), &sum(|pair| pair.0)),
        only_after: lone(after, &paired(|pair| pair.1), &sum(|pair| pair.1)),
        changed: told(changed, |event| event.before.order()),
    }
}

fn exists(events: &[Option<EventLine>], number: usize) -> bool {
    events.get(number).is_some_and(Option::is_some)
}

/// Pairs events by what they have in common, most first; where that is equal, the same id, then the older.
fn pair(
    before: &[Option<EventLine>],
    after: &[Option<EventLine>],
    shared: &BTreeMap<(usize, usize), u64>,
) -> BTreeMap<(usize, usize), u64> {
    let id = |events: &[Option<EventLine>], number: usize| {
        events.get(number).and_then(Option::as_ref).map(|event| event.id)
    };
    let mut all: Vec<((usize, usize), u64)> = shared.iter().map(|(pair, common)| (*pair, *common)).collect();
    all.sort_by_key(|((one, other), common)| {
        let differ = id(before, *one) != id(after, *other);
        (Reverse(*common), differ, *one, *other)
    });
    let (mut taken, mut taken_after) = (vec![false; before.len()], vec![false; after.len()]);
    let mut partners = BTreeMap::new();
    for ((one, other), common) in all {
        if !taken[one] && !taken_after[other] {
            (taken[one], taken_after[other]) = (true, true);
            partners.insert((one, other), common);
        }
    }
    partners
}

/// The events without a partner.
fn lone(
    events: &[Option<EventLine>],
    paired: &std::collections::BTreeSet<usize>,
    elsewhere: &BTreeMap<usize, u64>,
) -> Listed<LoneEvent> {
    let alone = events.iter().enumerate().filter_map(|(number, event)| {
        let event = event.as_ref().filter(|_| !paired.contains(&number))?.clone();
        let elsewhere = elsewhere.get(&number).copied().unwrap_or(0);
        Some(LoneEvent { event, elsewhere })
    });
    told(alone.collect(), |lone| lone.event.order())
}

fn told<T, K: Ord>(mut all: Vec<T>, order: impl Fn(&T) -> K) -> Listed<T> {
    let total = all.len() as u64;
    all.sort_by_key(order);
    all.truncate(TOLD);
    Listed { items: all, total }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of some alerts, by a number that stands for its id.
    #[allow(
        clippy::unnecessary_wraps,
        reason = "sides are lists in which those merged away are none"
    )]
    fn event(id: u128, level: Level, alerts: u64) -> Option<EventLine> {
        Some(EventLine {
            id: EventId::from_bits(id),
            title: LocalText::same("Attack"),
            level,
            method: Aggregation::Expert,
            first_time: Time::from_secs(0),
            last_time: Time::from_secs(60),
            alerts,
        })
    }

    /// `same`, then ids of those only before with what of them is elsewhere, only after, and changed with gained, lost.
    type Told = (
        u64,
        Vec<(u128, u64)>,
        Vec<(u128, u64)>,
        Vec<(u128, u128, u64, u64)>,
    );

    fn check(
        before: &[Option<EventLine>],
        after: &[Option<EventLine>],
        moves: &[([u32; 2], usize)],
        expected: &Told,
    ) {
        let moves: Vec<[u32; 2]> = moves
            .iter()
            .flat_map(|(pair, times)| std::iter::repeat_n(*pair, *times))
            .collect();
        let got = diff(before, after, moves.iter());
        let lone = |list: &Listed<LoneEvent>| {
            let lines = list.items.iter();
            lines.map(|lone| (lone.event.id.bits(), lone.elsewhere)).collect()
        };
        let changed = got.changed.items.iter().map(|one| {
            let ids = (one.before.id.bits(), one.after.id.bits());
            (ids.0, ids.1, one.gained, one.lost)
        });
        let told: Told = (
            got.same,
            lone(&got.only_before),
            lone(&got.only_after),
            changed.collect(),
        );
        assert_eq!(&told, expected);
        let counts = [before, after].map(|side| side.iter().flatten().count() as u64);
        assert_eq!([got.before, got.after], counts);
    }

    const NONE: u32 = u32::MAX;

    #[test]
    fn events_are_compared_by_their_alerts() {
        let [high, low] = [Level::High, Level::Low];
        let one = |alerts| [event(1, high, alerts)];
        check(&one(2), &one(2), &[([0, 0], 2)], &(1, vec![], vec![], vec![]));
        // Hidden as a whole, in part, and with its opener, which gives another id.
        check(
            &one(2),
            &[],
            &[([0, NONE], 2)],
            &(0, vec![(1, 0)], vec![], vec![]),
        );
        let part = [([0, 0], 2), ([0, NONE], 1)];
        check(&one(3), &one(2), &part, &(0, vec![], vec![], vec![(1, 1, 0, 1)]));
        check(
            &one(3),
            &[event(9, high, 2)],
            &part,
            &(0, vec![], vec![], vec![(1, 9, 0, 1)]),
        );
        // The same alerts, less bad.
        check(
            &one(2),
            &[event(1, low, 2)],
            &[([0, 0], 2)],
            &(0, vec![], vec![], vec![(1, 1, 0, 0)]),
        );
        // New, from alerts that were in none.
        check(
            &[],
            &one(2),
            &[([NONE, 0], 2)],
            &(0, vec![], vec![(1, 0)], vec![]),
        );
    }

    #[test]
    fn what_falls_apart_and_what_merges_keeps_its_larger_part() {
        let [high, low] = [Level::High, Level::Low];
        let (whole, parts) = ([event(1, high, 5)], [event(1, high, 2), event(2, high, 3)]);
        check(
            &whole,
            &parts,
            &[([0, 0], 2), ([0, 1], 3)],
            &(0, vec![], vec![(1, 2)], vec![(1, 2, 0, 2)]),
        );
        check(
            &parts,
            &whole,
            &[([0, 0], 2), ([1, 0], 3)],
            &(0, vec![(1, 2)], vec![], vec![(2, 1, 2, 0)]),
        );
        // Halves: the one with the id stays.
        let halves = [event(2, low, 2), event(1, low, 2)];
        check(
            &[event(1, low, 4)],
            &halves,
            &[([0, 0], 2), ([0, 1], 2)],
            &(0, vec![], vec![(2, 2)], vec![(1, 1, 0, 2)]),
        );
    }

    #[test]
    fn events_merged_away_are_none_and_the_worst_come_first() {
        let before = [None, event(1, Level::Low, 1), event(2, Level::Serious, 1)];
        let moves = [([1, NONE], 1), ([2, NONE], 1)];
        check(
            &before,
            &[None],
            &moves,
            &(0, vec![(2, 0), (1, 0)], vec![], vec![]),
        );
    }

    #[test]
    fn lists_are_bounded_and_say_how_many_there_are() {
        let before: Vec<_> = (0..150).map(|id| event(id, Level::Low, 1)).collect();
        let got = diff(&before, &[], [].iter());
        assert_eq!((got.only_before.items.len(), got.only_before.total), (TOLD, 150));
    }
}
