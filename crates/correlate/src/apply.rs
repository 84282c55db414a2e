//! Decisions become state, in steps that can be taken back.
//!
//! Taking back restores what was there before, so of the steps that touch the same event, entity or fold the
//! last has to go first; [`crate::tail`] sees to that.

use crate::{
    digest::{Digest, Profile},
    entity::EntityIx,
    event::{Event, EventIx, Facts, Link, Node, NodeIx, Period},
    ledger::Ledger,
    method::{Bridge, Decision, Hook, Lane, Place, Similar},
    state::State,
};
use model::{Aggregation, AlertId, EventId, EventStatus, Time};
use serde::{Deserialize, Serialize};

/// A decision that was carried out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    pub digest: Digest,
    pub node: NodeIx,
    /// The events it changed or was decided by.
    pub touched: Vec<EventIx>,
    pub undo: Undo,
}

/// What was there before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Undo {
    Repeat {
        node: Period,
        first: Time,
        event: Period,
    },
    Join(Box<Join>),
}

/// What was there before an alert joined or opened an event.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Join {
    /// The event it joined.
    event: Option<Period>,
    /// The event it continued, and whether that was in a chain already.
    continued: Option<(EventIx, bool)>,
    fold: Option<NodeIx>,
    attacks: Option<(EntityIx, Option<EventIx>)>,
    /// The event waited for a pattern before.
    waited: bool,
    similar: Vec<(EntityIx, Option<Similar>)>,
    merges: Vec<Merge>,
}

/// What was there before an event was merged into another.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Merge {
    from: EventIx,
    into: Period,
    links: Vec<(NodeIx, Link)>,
}

impl State {
    pub(crate) fn apply(&mut self, digest: Digest, mut decision: Decision, ledger: &mut Ledger) {
        let mut touched = std::mem::take(&mut decision.considered);
        let (node, undo) = match decision.place {
            Place::Repeats(node) => (node, self.repeat(node, &digest)),
            _ => self.join(&digest, decision, ledger),
        };
        let event = self.nodes[node].event;
        ledger.applied(digest.alert, node);
        ledger.touch(event);
        if let Err(place) = touched.binary_search(&event) {
            touched.insert(place, event);
        }
        let key = digest.key();
        let step = Step {
            digest,
            node,
            touched,
            undo,
        };
        self.tail.insert(key, Box::new(step));
    }

    fn repeat(&mut self, number: NodeIx, digest: &Digest) -> Undo {
        let node = &mut self.nodes[number];
        let event = &mut self.events[node.event];
        let undo = Undo::Repeat {
            node: node.period,
            first: node.first,
            event: event.period,
        };
        node.first = node.first.min(digest.first_time);
        node.period = node.period.including(digest.time);
        node.repeats.push(digest.alert);
        event.period = event.period.including(digest.first_time).including(digest.time);
        event.raw += 1;
        undo
    }

    fn join(&mut self, digest: &Digest, decision: Decision, ledger: &mut Ledger) -> (NodeIx, Undo) {
        let mut undo = Join::default();
        let waits =
            matches!(decision.place, Place::Opens) && digest.profile.waits() && decision.completes.is_empty();
        let (event, union) = match decision.place {
            Place::Joins(union) => {
                undo.event = Some(self.events[union.event].period);
                if self.events[union.event].waits {
                    // It becomes one now, and so do the alerts that waited in it.
                    self.note_members(union.event, ledger);
                }
                (union.event, Some(union))
            }
            Place::Continues(of) => {
                undo.continued = Some((of, self.events[of].chained));
                (self.open(digest, Some(of), ledger), None)
            }
            Place::Opens | Place::Repeats(_) => (self.open(digest, None, ledger), None),
        };
        let (link, also, bridges, related) = match union {
            Some(union) => (union.link, union.also, union.bridges, union.related),
            None => (Link::Opened, Vec::new(), Vec::new(), Vec::new()),
        };
        let node = self.nodes.insert(Node {
            alert: digest.alert,
            repeats: Vec::new(),
            event,
            period: Period::at(digest.time),
            first: digest.first_time,
            link,
            also,
            profile: digest.profile.clone(),
            open: true,
            lane: decision.lane,
            reached: decision.reached,
            completes: decision.completes,
        });
        ledger.near(digest.alert, related);
        undo.fold = self.folds.replace(digest.profile.key, Some(node));
        self.index(digest, node, event, decision.lane, &mut undo);
        let joined = &mut self.events[event];
        undo.waited = std::mem::replace(&mut joined.waits, waits);
        joined.members.push(node);
        joined.raw += 1;
        joined.period = joined.period.including(digest.first_time).including(digest.time);
        joined.facts.count(&self.nodes[node], 1);
        for bridge in bridges {
            let merge = self.merge(bridge, event, node, ledger);
            undo.merges.push(merge);
        }
        (node, Undo::Join(Box::new(undo)))
    }

    /// Makes the alert findable for later ones.
    fn index(&mut self, digest: &Digest, node: NodeIx, event: EventIx, lane: Lane, undo: &mut Join) {
        let profile = &digest.profile;
        for mention in &profile.crowd {
            self.entities[mention.entity].users += 1;
        }
        for mention in &profile.mentions {
            self.entities[mention.entity].users += 1;
        }
        for entity in profile.found_by(lane) {
            self.entities[entity].alerts.push(node);
        }
        if lane == Lane::Graph && profile.spreads() {
            self.rules.spread_mut(profile.rule).push(node);
        }
        self.progress.push(node, &self.nodes[node].reached);
        match lane {
            Lane::Attacker(attacker) => {
                let newest = self.entities[attacker].attacks;
                undo.attacks = Some((attacker, newest));
                // An alert from long ago must not hide the event of today.
                if newest.is_none_or(|newest| self.events[newest].period.last <= digest.time) {
                    self.entities[attacker].attacks = Some(event);
                }
            }
            Lane::Similar => {
                for entity in profile.similar_by() {
                    let key = (profile.rule, entity);
                    let before = self.similar.get(&key).copied();
                    undo.similar.push((entity, before));
                    if before.is_none_or(|before| before.last <= digest.time) {
                        let last = digest.time;
                        self.similar.insert(key, Similar { event, last });
                    }
                }
            }
            Lane::Graph | Lane::Artefact | Lane::Alone => {}
        }
    }

    fn open(&mut self, digest: &Digest, continues: Option<EventIx>, ledger: &mut Ledger) -> EventIx {
        let id = self.new_id(method_of(&digest.profile), digest.alert);
        let event = self.events.insert(Event {
            id,
            method: method_of(&digest.profile),
            owner: None,
            waits: false,
            status: EventStatus::Unhandled,
            opener: digest.key(),
            period: Period::at(digest.time),
            members: Vec::new(),
            raw: 0,
            facts: Facts::default(),
            continues: continues.map(|of| self.events[of].id),
            successor: None,
            chained: continues.is_some(),
            merged_into: None,
            published: false,
        });
        if let Some(of) = continues {
            self.events[of].successor = Some(event);
            self.events[of].chained = true;
        }
        self.ids.insert(id, event);
        self.events[event].published |= ledger.opened(event, id);
        event
    }

    /// The id of the event that this alert opens by this method.
    pub(crate) fn id_of(&self, method: Aggregation, alert: AlertId) -> EventId {
        let parts = [
            self.tenant.as_str().as_bytes(),
            method.as_str().as_bytes(),
            &alert.bits().to_be_bytes(),
        ];
        EventId::from_parts(parts)
    }

    /// The same, if no other event has it. It is taken only if another event has kept it after a late alert
    /// went before its opener.
    pub(crate) fn new_id(&self, method: Aggregation, alert: AlertId) -> EventId {
        let mut id = self.id_of(method, alert);
        while self.ids.contains_key(&id) {
            id = EventId::from_parts([&id.bits().to_be_bytes()[..]]);
        }
        id
    }

    /// Merges an event into another; `node` is the alert that ties them.
    pub(crate) fn merge(
        &mut self,
        bridge: Bridge,
        into: EventIx,
        node: NodeIx,
        ledger: &mut Ledger,
    ) -> Merge {
        let from = bridge.event;
        self.note_members(from, ledger);
        let Hook { to, tie } = bridge.link;
        let link = Link::To {
            to: to.unwrap_or(node),
            tie,
        };
        let links = self.reroot(bridge.at, link);
        let gone = &mut self.events[from];
        gone.merged_into = Some(into);
        let (members, facts) = (std::mem::take(&mut gone.members), std::mem::take(&mut gone.facts));
        let (period, raw) = (gone.period, gone.raw);
        for member in &members {
            self.nodes[*member].event = into;
        }
        let survivor = &mut self.events[into];
        let undo = Merge {
            from,
            into: survivor.period,
            links,
        };
        survivor.members.extend_from_slice(&members);
        survivor.facts.combine(&facts, 1);
        survivor.raw += raw;
        survivor.period = survivor.period.including(period.first).including(period.last);
        self.events[from].members = members;
        self.events[from].facts = facts;
        ledger.touch(from);
        undo
    }

    /// Turns the links of a tree around so that it hangs on `at`, and `at` on `link`: there is one opener per event.
    pub(crate) fn reroot(&mut self, at: NodeIx, link: Link) -> Vec<(NodeIx, Link)> {
        let mut before = Vec::new();
        let (mut at, mut link) = (at, link);
        loop {
            let old = std::mem::replace(&mut self.nodes[at].link, link);
            before.push((at, old.clone()));
            let Link::To { to, tie } = old else {
                return before;
            };
            link = Link::To { to: at, tie };
            at = to;
        }
    }

    pub(crate) fn note_members(&self, event: EventIx, ledger: &mut Ledger) {
        for member in &self.events[event].members {
            let node = &self.nodes[*member];
            for alert in std::iter::once(&node.alert).chain(&node.repeats) {
                ledger.note(*alert, *member, self);
            }
        }
    }

    /// Takes a step back; answers the alert, to be decided again.
    pub(crate) fn undo(&mut self, step: Step, ledger: &mut Ledger) -> Digest {
        let event = self.nodes[step.node].event;
        ledger.near(step.digest.alert, Vec::new());
        ledger.note(step.digest.alert, step.node, self);
        ledger.touch(event);
        match step.undo {
            Undo::Repeat {
                node,
                first,
                event: period,
            } => {
                self.nodes[step.node].period = node;
                self.nodes[step.node].first = first;
                self.nodes[step.node].repeats.pop();
                self.events[event].period = period;
                self.events[event].raw -= 1;
            }
            Undo::Join(undo) => self.leave(&step.digest, step.node, event, *undo, ledger),
        }
        step.digest
    }

    fn leave(&mut self, digest: &Digest, number: NodeIx, event: EventIx, undo: Join, ledger: &mut Ledger) {
        for merge in undo.merges.into_iter().rev() {
            self.unmerge(merge, event, ledger);
        }
        if undo.waited {
            self.note_members(event, ledger);
        }
        if undo.event.is_none() {
            ledger.vanished(self, event);
        }
        let profile = &digest.profile;
        let lane = self.nodes[number].lane;
        for mention in &profile.crowd {
            self.entities[mention.entity].users -= 1;
        }
        for mention in &profile.mentions {
            self.entities[mention.entity].users -= 1;
        }
        for entity in profile.found_by(lane) {
            let last = self.entities[entity].alerts.pop();
            debug_assert_eq!(last, Some(number), "the last to come is the first to go");
        }
        if lane == Lane::Graph && profile.spreads() {
            let last = self.rules.spread_mut(profile.rule).pop();
            debug_assert_eq!(last, Some(number), "the last to come is the first to go");
        }
        self.progress.pop(number, &self.nodes[number].reached);
        if let Some((attacker, before)) = undo.attacks {
            self.entities[attacker].attacks = before;
        }
        for (entity, before) in undo.similar.into_iter().rev() {
            match before {
                Some(before) => self.similar.insert((profile.rule, entity), before),
                None => self.similar.remove(&(profile.rule, entity)),
            };
        }
        self.folds.replace(profile.key, undo.fold);
        let left = self.nodes.remove(number);
        match undo.event {
            Some(period) => {
                let event = &mut self.events[event];
                let last = event.members.pop();
                debug_assert_eq!(last, Some(number), "the last to come is the first to go");
                event.raw -= 1;
                event.period = period;
                event.waits = undo.waited;
                if let Some(node) = &left {
                    event.facts.count(node, -1);
                }
            }
            None => self.drop_event(event, undo.continued),
        }
    }

    /// Removes an event whose only alert is taken back.
    fn drop_event(&mut self, event: EventIx, continued: Option<(EventIx, bool)>) {
        if let Some((of, chained)) = continued {
            self.events[of].successor = None;
            self.events[of].chained = chained;
        }
        if let Some(event) = self.events.remove(event) {
            self.ids.remove(&event.id);
        }
    }

    fn unmerge(&mut self, merge: Merge, into: EventIx, ledger: &mut Ledger) {
        let from = merge.from;
        self.note_members(from, ledger);
        for (node, link) in merge.links {
            self.nodes[node].link = link;
        }
        let back = &mut self.events[from];
        back.merged_into = None;
        let (members, facts, raw) = (
            std::mem::take(&mut back.members),
            std::mem::take(&mut back.facts),
            back.raw,
        );
        for member in &members {
            self.nodes[*member].event = from;
        }
        let survivor = &mut self.events[into];
        survivor.members.truncate(survivor.members.len() - members.len());
        survivor.facts.combine(&facts, -1);
        survivor.raw -= raw;
        survivor.period = merge.into;
        self.events[from].members = members;
        self.events[from].facts = facts;
        ledger.touch(from);
    }
}

/// The method of an event that this alert opens: what waits for an expert pattern is found by one.
pub(crate) fn method_of(profile: &Profile) -> Aggregation {
    if profile.waits() {
        Aggregation::Expert
    } else {
        profile.method
    }
}
