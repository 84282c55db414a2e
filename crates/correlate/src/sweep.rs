//! Forgetting. Once an hour of event time the state drops what can no longer matter, so that it stays as large as
//! a week of activity.
//!
//! A decision never looks further back than [`HORIZON`]; what is dropped is older by a margin, so no decision
//! depends on whether a sweep came before it.

use crate::{
    event::{EventIx, Link},
    hours::hour_of,
    method::Lane,
    state::State,
    weights::HORIZON,
};
use model::{Time, limits};
use std::time::Duration;

/// Beyond the horizon, so that alerts within the allowed lateness still find what they would have found.
const MARGIN: Duration = Duration::from_hours(1);
/// Alert ids kept to recognise re-deliveries, for a week; more than this are forgotten early, and counted.
const KNOWN: usize = 1 << 20;

impl State {
    /// Forgets what is over, at most once an hour. Never between alerts of one call: the ledger points into the state.
    pub(crate) fn sweep(&mut self) {
        while self.arrived.len() > KNOWN {
            self.forget_first();
            self.counters.forgotten += 1;
        }
        let hour = hour_of(self.clock);
        if hour <= self.swept {
            return;
        }
        self.swept = hour;
        // After days without an alert, those before are as old as what is dropped, and nobody has settled them yet.
        self.settle();
        let old = self.clock.minus(HORIZON).minus(MARGIN);
        while self.arrived.front().is_some_and(|(time, _)| *time < old) {
            self.forget_first();
        }
        let nodes = &self.nodes;
        let fold_old = self.clock.minus(limits::FOLD_GAP).minus(MARGIN);
        self.folds.retain(|node| nodes[node].period.last >= fold_old);
        self.similar.retain(|_, similar| similar.last >= old);
        self.drop_events(old);
        self.entities.forget(hour);
    }

    fn drop_events(&mut self, old: Time) {
        let idle =
            |(number, event): (EventIx, &crate::event::Event)| (event.period.last < old).then_some(number);
        let idle: Vec<EventIx> = self.events.iter().filter_map(idle).collect();
        // Merged-away events first: they point to others.
        let (merged, standing): (Vec<_>, Vec<_>) = idle
            .into_iter()
            .partition(|event| self.events[*event].merged_into.is_some());
        for number in merged {
            self.forget_event(number);
        }
        for number in standing {
            self.loosen(number);
            let members = std::mem::take(&mut self.events[number].members);
            for member in members {
                self.forget_node(member, number);
            }
            self.forget_event(number);
        }
    }

    /// Links that lead from its continuations into an event keep only the alert's id: its place is given away.
    fn loosen(&mut self, number: EventIx) {
        let mut next = self.events[number].successor;
        while let Some(successor) = next.map(|event| self.root(event)) {
            for member in self.events[successor].members.clone() {
                let leads = |link: &Link| link.to().filter(|to| self.nodes[*to].event == number);
                let out = leads(&self.nodes[member].link).map(|to| self.nodes[to].alert);
                let also: Vec<Link> = (self.nodes[member].also.iter())
                    .filter(|link| leads(link).is_none())
                    .cloned()
                    .collect();
                let node = &mut self.nodes[member];
                node.also = also;
                if let (Some(alert), Link::To { tie, .. }) = (out, &node.link) {
                    let tie = tie.clone();
                    node.link = Link::Gone { alert, tie };
                }
            }
            next = self.events[successor].successor;
        }
    }

    fn forget_event(&mut self, number: EventIx) {
        let Some(event) = self.events.remove(number) else {
            return;
        };
        self.ids.remove(&event.id);
        // The event before it, reopened and still alive, must not point to what is gone.
        let before = event.continues.and_then(|id| self.ids.get(&id).copied());
        if let Some(before) = before.filter(|before| self.events[*before].successor == Some(number)) {
            self.events[before].successor = None;
        }
    }

    fn forget_node(&mut self, number: crate::event::NodeIx, event: EventIx) {
        let Some(node) = self.nodes.remove(number) else {
            return;
        };
        for mention in &node.profile.crowd {
            self.entities[mention.entity].users -= 1;
        }
        for mention in &node.profile.mentions {
            let row = &mut self.entities[mention.entity];
            row.users -= 1;
            row.attacks = row.attacks.filter(|attacks| *attacks != event);
        }
        for entity in node.profile.found_by(node.lane) {
            // What is this old was settled long ago.
            self.entities[entity].alerts.forget(|alert| *alert == number);
        }
        if node.lane == Lane::Graph && node.profile.spreads() {
            self.rules
                .spread_mut(node.profile.rule)
                .forget(|alert| *alert == number);
        }
        self.progress.forget(number, &node.reached);
        self.apart
            .retain(|(one, other)| *one != number && *other != number);
    }
}
