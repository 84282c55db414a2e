//! Everything the correlator remembers of one tenant. Tenants share nothing, so no event can span two.

use crate::{
    apply::Step,
    arena::Arena,
    arrival::Arrival,
    digest::{Digest, Key, Mention, Profile},
    entity::{Entities, EntityIx},
    event::{Event, EventIx, Node, NodeIx},
    fold::{self, Folds},
    hours::{hour_of, open_hour},
    ledger::Ledger,
    method::Similar,
    noisy::{RuleIx, Rules},
    reach::Progress,
    settings::{Caps, Settings},
    tail,
};
use model::{Aggregation, Alert, AlertId, EventId, EventStatus, Role, TenantId, Time};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

/// What happened that is rare enough to be watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Decisions taken back and taken again because an alert came late.
    pub reordered: u64,
    /// Times that alerts were left in their order of arrival, because too much would have had to be taken back.
    pub unordered: u64,
    /// Alert ids forgotten before their time, because there were too many: a re-delivery would count as new.
    pub forgotten: u64,
}

/// Where an alert that belongs to an event can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Into this event.
    Open(EventIx),
    /// Into a new one that continues this.
    Shut(EventIx),
}

/// The state of a tenant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub tenant: TenantId,
    /// The latest event time seen.
    pub clock: Time,
    /// The hour of the earliest.
    pub start: i64,
    /// The hour of the last sweep.
    pub swept: i64,
    pub entities: Entities,
    pub rules: Rules,
    pub nodes: Arena<NodeIx, Node>,
    pub events: Arena<EventIx, Event>,
    #[serde(with = "crate::pairs")]
    pub ids: HashMap<EventId, EventIx>,
    pub folds: Folds,
    #[serde(with = "crate::pairs")]
    pub similar: HashMap<(RuleIx, EntityIx), Similar>,
    /// Partial matches of expert patterns, and of which patterns they are.
    pub progress: Progress,
    pub patterns: Vec<String>,
    /// Alerts that an analyst took apart: their events are never merged.
    pub apart: Vec<(NodeIx, NodeIx)>,
    /// The decisions of the last two minutes. Boxed, because taking the first of a leaf moves all others in it.
    #[serde(with = "crate::pairs")]
    pub tail: BTreeMap<Key, Box<Step>>,
    /// How much may be taken back until alerts have earned more; see [`crate::tail`].
    pub saved: usize,
    /// Alerts of the last week, with the clock when they arrived.
    pub arrived: VecDeque<(Time, AlertId)>,
    #[serde(skip)]
    known: FxHashSet<AlertId>,
    pub counters: Counters,
    #[serde(skip)]
    pub caps: Caps,
}

impl State {
    pub(crate) fn new(tenant: TenantId, settings: &Settings) -> Self {
        let mut rules = Rules::default();
        rules.configure(&settings.noisy);
        Self {
            tenant,
            clock: Time::from_millis(i64::MIN),
            start: i64::MAX,
            swept: i64::MIN,
            entities: Entities::default(),
            rules,
            nodes: Arena::default(),
            events: Arena::default(),
            ids: HashMap::new(),
            folds: Folds::default(),
            similar: HashMap::new(),
            progress: Progress::default(),
            patterns: settings
                .patterns
                .iter()
                .map(|(_, pattern)| pattern.id.clone())
                .collect(),
            apart: Vec::new(),
            tail: BTreeMap::new(),
            saved: tail::SAVED,
            arrived: VecDeque::new(),
            known: FxHashSet::default(),
            counters: Counters::default(),
            caps: settings.caps,
        }
    }

    /// Notes the arrival of an alert; answers whether it is new.
    pub(crate) fn arrives(&mut self, arrival: &Arrival<'_>) -> bool {
        if !self.known.insert(arrival.id) {
            return false;
        }
        let time = arrival.event_time();
        self.clock = self.clock.max(time);
        self.start = self.start.min(hour_of(time));
        self.arrived.push_back((self.clock, arrival.id));
        true
    }

    /// Forgets the alert that arrived first.
    pub(crate) fn forget_first(&mut self) {
        if let Some((_, alert)) = self.arrived.pop_front() {
            self.known.remove(&alert);
        }
    }

    /// Takes in an alert that passed the gates.
    pub(crate) fn take(
        &mut self,
        arrival: &Arrival<'_>,
        (method, key): (Aggregation, fold::Key),
        settings: &Settings,
        ledger: &mut Ledger,
    ) {
        let digest = self.digest(arrival, (method, key), settings);
        self.place(digest, &settings.patterns, ledger);
    }

    /// What is kept of an alert. Its entities and its rule were active then, and what is too old for it is settled.
    pub(crate) fn digest(
        &mut self,
        arrival: &Arrival<'_>,
        (method, key): (Aggregation, fold::Key),
        settings: &Settings,
    ) -> Digest {
        let time = arrival.event_time();
        let fold = self.folds.get(key).map(|node| &self.nodes[node]);
        let active = fold.map(|node| hour_of(node.period.last));
        let profile = match fold {
            Some(node) => Arc::clone(&node.profile),
            None => self.profile(arrival.alert, (method, key), settings),
        };
        let digest = Digest {
            alert: arrival.id,
            time,
            first_time: arrival.first_time.min(time),
            profile,
        };
        if active != Some(hour_of(time)) {
            self.observe(&digest);
        }
        self.settle();
        digest
    }

    fn profile(
        &mut self,
        alert: &Alert,
        (method, key): (Aggregation, fold::Key),
        settings: &Settings,
    ) -> Arc<Profile> {
        let rule = self.rules.intern(&alert.rule.id);
        Arc::new(Profile::new(
            alert,
            method,
            key,
            rule,
            &mut self.entities,
            settings,
        ))
    }

    /// Marks when the rule and the entities were active, and with which assets. Sets of hours and ties only: the
    /// result is the same in any order, so it is never taken back.
    fn observe(&mut self, digest: &Digest) {
        let hour = hour_of(digest.time);
        let profile = &digest.profile;
        self.rules.fired(profile.rule, hour);
        if let Some(asset) = profile.asset().filter(|_| profile.spreads()) {
            self.rules.fired_on(profile.rule, asset, hour);
        }
        self.rules.judge(profile.rule, self.start, open_hour(digest.time));
        // What of ours a noisy rule touches is not thereby common: its alerts do not tie by that.
        let noisy = self.rules.is_noisy(profile.rule);
        for mention in profile.mentions.iter().filter(|m| !(noisy && m.asset)) {
            let activity = &mut self.entities[mention.entity].activity;
            activity.hours.mark(hour);
            for asset in profile.assets().filter(|asset| *asset != mention.entity) {
                activity.tie(asset, hour, mention.role == Role::Attacker);
            }
        }
    }

    /// Judges the rule and the entities of an alert by the hours that were over when it happened.
    pub(crate) fn judge(&mut self, digest: &Digest) {
        let hour = open_hour(digest.time);
        self.rules.judge(digest.profile.rule, self.start, hour);
        for mention in &digest.profile.mentions {
            self.entities[mention.entity].judge(self.start, hour);
        }
    }

    /// The newest folded alerts that name any of these, each once.
    pub(crate) fn newest_of<'m>(&self, mentions: impl Iterator<Item = &'m Mention>) -> Vec<NodeIx> {
        let newest = mentions.flat_map(|mention| self.entities[mention.entity].alerts.latest());
        let mut nodes: Vec<NodeIx> = newest.copied().collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// The alert that opened an event, and on which all others hang.
    pub(crate) fn opener_of(&self, event: EventIx) -> NodeIx {
        match self.events[event].members.first() {
            Some(opener) => *opener,
            None => unreachable!("an event has alerts"),
        }
    }

    /// Whether an analyst took alerts of these events apart.
    pub(crate) fn taken_apart(&self, events: &[EventIx]) -> bool {
        let within = |node: NodeIx| {
            let root = self.root(self.nodes[node].event);
            events.iter().position(|event| *event == root)
        };
        let between = |(one, other): &(NodeIx, NodeIx)| match (within(*one), within(*other)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        };
        self.apart.iter().any(between)
    }

    /// The event an event has become by merging.
    pub(crate) fn root(&self, mut event: EventIx) -> EventIx {
        while let Some(into) = self.events[event].merged_into {
            event = into;
        }
        event
    }

    /// Where an alert that belongs to `event` can go: into the newest event of its chain that takes new alerts.
    pub(crate) fn resolve(&self, event: EventIx) -> Target {
        let own = self.root(event);
        let mut last = own;
        let mut open = self.accepts(own).then_some(own);
        while let Some(next) = self.events[last].successor {
            last = self.root(next);
            open = self.accepts(last).then_some(last).or(open);
        }
        // One before it may have been reopened.
        let mut first = own;
        while let (None, Some(before)) = (open, self.before(first)) {
            first = before;
            open = self.accepts(first).then_some(first);
        }
        open.map_or(Target::Shut(last), Target::Open)
    }

    fn accepts(&self, event: EventIx) -> bool {
        let event = &self.events[event];
        event.status.accepts_new_alerts() && event.members.len() < self.caps.of(event.method)
    }

    /// The event that this one continues, if it is still remembered.
    fn before(&self, event: EventIx) -> Option<EventIx> {
        self.events[event]
            .continues
            .and_then(|id| self.ids.get(&id).copied())
    }

    /// Takes in what an analyst decided. What came before it is no longer taken back.
    pub(crate) fn status(&mut self, id: EventId, status: EventStatus, ledger: &mut Ledger) {
        let Some(event) = self.ids.get(&id).copied() else {
            return;
        };
        if self.events[event].merged_into.is_some() || self.events[event].status == status {
            return;
        }
        self.settle_all();
        self.events[event].status = status;
        if !status.accepts_new_alerts() {
            for member in &self.events[event].members {
                self.nodes[*member].open = false;
            }
        }
        ledger.touch(event);
    }

    /// Partial matches of patterns that are others now mean nothing.
    fn forget_progress(&mut self) {
        self.settle_all();
        self.progress.clear();
        for (_, node) in self.nodes.iter_mut() {
            node.reached.clear();
        }
        // Profiles name patterns by number.
        self.folds.clear();
    }

    /// Closes all folds, because what decides about alerts has changed.
    pub(crate) fn close_folds(&mut self) {
        self.settle_all();
        self.folds.clear();
    }

    /// Takes over settings, and rebuilds what a snapshot leaves out.
    pub(crate) fn configure(&mut self, settings: &Settings) {
        self.caps = settings.caps;
        let patterns: Vec<String> = settings.patterns.iter().map(|(_, p)| p.id.clone()).collect();
        if self.patterns != patterns {
            self.forget_progress();
            self.patterns = patterns;
        }
        self.rules.configure(&settings.noisy);
        self.entities.configure(&settings.infrastructure);
        self.known = self.arrived.iter().map(|(_, alert)| *alert).collect();
    }
}
