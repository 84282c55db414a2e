//! A state made from what was stored of alerts and events, where the bytes of a snapshot are of another version of the
//! program: what was decided stands, whatever this version would decide, and alerts to come find it.
//!
//! Lost are only the ids of events that were merged away, and what is older than a week.

use crate::{
    arrival::Arrival,
    changes::Outcome,
    correlator::Correlator,
    digest::Digest,
    event::{EventIx, Link, NodeIx, Share, Stride, Tie},
    gate::Gate,
    ledger::Ledger,
    method::{Decision, Lane, Place, Union},
    state::State,
    weights::HORIZON,
};
use model::{
    Aggregation, AlertId, EntityKey, EventId, EventStatus, LinkReason, Membership, NoEventReason,
    SharedEntity, TenantId, Time,
};
use std::collections::{BTreeMap, HashMap};

/// What a sweep weighs at least: how much more it did was not stored.
const SWEEP: f64 = 1.0;

/// An event as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEvent {
    /// Its id.
    pub id: EventId,
    /// How its alerts were found.
    pub method: Aggregation,
    /// Its status.
    pub status: EventStatus,
    /// Whose it is.
    pub owner: Option<String>,
    /// The event that it continues.
    pub continues: Option<EventId>,
}

/// A state that is being made. Alerts have to come in the order of (time, id).
#[derive(Debug)]
pub struct Adoption<'a> {
    correlator: &'a mut Correlator,
    state: State,
    events: BTreeMap<EventId, KeptEvent>,
    nodes: HashMap<AlertId, NodeIx>,
    /// What ties each alert to its event: known once all alerts are there.
    reasons: Vec<(NodeIx, LinkReason, Vec<LinkReason>)>,
    /// Repeats of alerts that come later, because they were received earlier.
    repeats: HashMap<AlertId, Vec<Digest>>,
}

impl Correlator {
    /// Events without an alert since this time are over when the last alert was at `last`.
    pub fn remembers_since(last: Time) -> Time {
        last.minus(HORIZON)
    }

    /// Begins to make the state of a tenant anew from these events, none of which is merged away, and their alerts.
    /// Whitelists and settings stay as they are.
    pub fn adopt(&mut self, tenant: TenantId, events: impl IntoIterator<Item = KeptEvent>) -> Adoption<'_> {
        let state = State::new(tenant, &self.settings);
        Adoption {
            correlator: self,
            state,
            events: events.into_iter().map(|event| (event.id, event)).collect(),
            nodes: HashMap::new(),
            reasons: Vec::new(),
            repeats: HashMap::new(),
        }
    }
}

impl Adoption<'_> {
    /// The next alert and what became of it; none if that was never stored.
    pub fn alert(&mut self, arrival: &Arrival<'_>, outcome: Option<&Outcome>) {
        if !self.state.arrives(arrival) {
            return;
        }
        match outcome {
            Some(Outcome::Joined(membership)) => self.joined(arrival, membership),
            Some(Outcome::NoEvent(NoEventReason::PatternIncomplete, _)) => self.waits(arrival),
            Some(Outcome::NoEvent(..)) | None => {}
        }
    }

    /// All alerts are there. Alerts that an analyst took apart are so still.
    pub fn finish(mut self, apart: impl IntoIterator<Item = (AlertId, AlertId)>) {
        self.state.settle_all();
        for (node, reason, also) in std::mem::take(&mut self.reasons) {
            let link = self.link(&reason);
            let also: Vec<Link> = also.iter().filter_map(|reason| self.known(reason)).collect();
            let node = &mut self.state.nodes[node];
            (node.link, node.also) = (link, also);
        }
        for event in std::mem::take(&mut self.events).into_values() {
            self.settle(event);
        }
        for (one, other) in apart {
            if let (Some(one), Some(other)) = (self.nodes.get(&one), self.nodes.get(&other)) {
                self.state.apart.push((*one, *other));
            }
        }
        self.state.sweep();
        let tenant = self.state.tenant.clone();
        self.correlator.tenants.insert(tenant, self.state);
    }

    fn joined(&mut self, arrival: &Arrival<'_>, membership: &Membership) {
        let Some(event) = self.events.get(&membership.event) else {
            return;
        };
        let (id, method) = (event.id, event.method);
        let digest = self.digest(arrival);
        if membership.folded_into != arrival.id {
            match self.nodes.get(&membership.folded_into) {
                Some(node) => self.repeat(digest, *node),
                None => self
                    .repeats
                    .entry(membership.folded_into)
                    .or_default()
                    .push(digest),
            }
            return;
        }
        let place = match self.state.ids.get(&id) {
            Some(event) => Place::Joins(Union {
                event: *event,
                // Until it is known what it hangs on.
                link: Link::Opened,
                also: Vec::new(),
                bridges: Vec::new(),
                related: Vec::new(),
            }),
            None => Place::Opens,
        };
        let node = self.put(digest, place);
        let event = self.state.nodes[node].event;
        self.call(event, id, method);
        self.reasons
            .push((node, membership.reason.clone(), membership.also.clone()));
        for digest in self.repeats.remove(&arrival.id).unwrap_or_default() {
            self.repeat(digest, node);
        }
    }

    /// An alert that gives no event unless a pattern completes.
    fn waits(&mut self, arrival: &Arrival<'_>) {
        let digest = self.digest(arrival);
        if digest.profile.waits() {
            self.put(digest, Place::Opens);
        }
    }

    fn digest(&mut self, arrival: &Arrival<'_>) -> Digest {
        let Correlator { settings, keys, .. } = &mut *self.correlator;
        // Whitelists were asked when it came. What has no method by now stays where it is.
        let method = Gate::default().pass(arrival.alert, &settings.capabilities, arrival.now);
        let method = method.unwrap_or(Aggregation::None);
        let key = keys.of(arrival.alert, method);
        self.state.digest(arrival, (method, key), settings)
    }

    /// Puts an alert where it was, findable as this version finds alerts.
    fn put(&mut self, digest: Digest, place: Place) -> NodeIx {
        let alert = digest.alert;
        // It was no repeat, or it would be stored as one.
        self.state.folds.replace(digest.profile.key, None);
        self.state.judge(&digest);
        let key = digest.profile.key;
        let mut decision = self.state.decide(&digest, &self.correlator.settings.patterns);
        decision.place = place;
        self.state.apply(digest, decision, &mut Ledger::default());
        let Some(node) = self.state.folds.get(key) else {
            unreachable!("an alert that is no repeat is the newest of its fold");
        };
        self.nodes.insert(alert, node);
        node
    }

    fn repeat(&mut self, digest: Digest, node: NodeIx) {
        let decision = Decision {
            place: Place::Repeats(node),
            lane: Lane::Alone,
            considered: Vec::new(),
            reached: Vec::new(),
            completes: Vec::new(),
        };
        self.state.apply(digest, decision, &mut Ledger::default());
    }

    /// Lets an event have the id and the method that it had.
    fn call(&mut self, event: EventIx, id: EventId, method: Aggregation) {
        let adopted = &mut self.state.events[event];
        if adopted.id != id {
            self.state.ids.remove(&adopted.id);
            self.state.ids.insert(id, event);
            adopted.id = id;
        }
        adopted.method = method;
    }

    /// Lets an event be what people and its chain made of it.
    fn settle(&mut self, kept: KeptEvent) {
        let state = &mut self.state;
        let Some(number) = state.ids.get(&kept.id).copied() else {
            return;
        };
        let before = kept.continues.and_then(|of| state.ids.get(&of).copied());
        let event = &mut state.events[number];
        (event.waits, event.published) = (false, true);
        (event.status, event.owner, event.continues) = (kept.status, kept.owner, kept.continues);
        event.chained |= kept.continues.is_some();
        let nodes = &mut state.nodes;
        if let Some(opener) = event
            .members
            .iter()
            .position(|node| nodes[*node].link == Link::Opened)
        {
            event.members[..=opener].rotate_right(1);
        }
        if !event.status.accepts_new_alerts() {
            event.members.iter().for_each(|node| nodes[*node].open = false);
        }
        if let Some(before) = before {
            let age = |event: EventIx| state.events[event].opener;
            let newest = state.events[before]
                .successor
                .filter(|other| age(*other) > age(number));
            let before = &mut state.events[before];
            before.chained = true;
            before.successor = newest.or(Some(number));
        }
    }

    /// A link to an alert that is there.
    fn known(&mut self, reason: &LinkReason) -> Option<Link> {
        Some(self.link(reason)).filter(|link| link.to().is_some())
    }

    /// What a stored reason says, in numbers.
    fn link(&mut self, reason: &LinkReason) -> Link {
        let infrastructure = &self.correlator.settings.infrastructure;
        let entities = &mut self.state.entities;
        let mut number = |key: &EntityKey| entities.intern(key, infrastructure);
        let (alert, tie) = match reason {
            LinkReason::Opened | LinkReason::Repeats { .. } => return Link::Opened,
            LinkReason::Shares {
                alert,
                entities,
                score,
            } => {
                let share = |shared: &SharedEntity| Share {
                    entity: number(&shared.key),
                    weight: shared.weight,
                    base: shared.base,
                    rarity: shared.rarity,
                    decay: shared.decay,
                };
                let (entities, score) = (entities.iter().map(share).collect(), *score);
                (*alert, Tie::Shares { entities, score })
            }
            LinkReason::Sweep { alert, seconds } => {
                let (seconds, score) = (*seconds, SWEEP);
                (*alert, Tie::Sweep { seconds, score })
            }
            LinkReason::Pattern {
                alert,
                pattern,
                step,
                entity,
            } => {
                let (pattern, step, entity) = (pattern.clone(), *step, number(entity));
                (
                    *alert,
                    Tie::Pattern(Stride {
                        pattern,
                        step,
                        entity,
                    }),
                )
            }
            LinkReason::ByHand { alert, actor } => (*alert, Tie::ByHand { actor: actor.clone() }),
            LinkReason::SameAttacker { alert, attacker } => (*alert, Tie::SameAttacker(number(attacker))),
            LinkReason::Similar {
                alert,
                entity,
                seconds,
            } => {
                let (entity, seconds) = (number(entity), *seconds);
                (*alert, Tie::Similar { entity, seconds })
            }
        };
        match self.nodes.get(&alert) {
            Some(to) => Link::To { to: *to, tie },
            None => Link::Gone { alert, tie },
        }
    }
}
