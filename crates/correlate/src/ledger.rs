//! What a call changed: state before and after, reported once at the end, whatever was taken back in between.

use crate::{
    changes::{AlertOutcome, Changes, EventChange, EventChangeKind, Outcome},
    event::{EventIx, Link, Near, NodeIx, Tie},
    gate::Refusal,
    level::{self, Case},
    score::score,
    state::State,
    title::Story,
};
use model::{
    AlertId, Entity, EntityKey, EntityKind, EventId, Level, LinkReason, LocalText, Membership, NoEventReason,
    Related, Role, SecurityEvent, SharedEntity, Side,
};
use rustc_hash::FxHashMap;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, hash_map::Entry},
};

/// Entities listed in an event; an attacker can make up any number of addresses to scan.
const ENTITIES: usize = 500;

/// An event that lost its only alert while decisions were taken back.
#[derive(Debug)]
struct Vanished {
    event: SecurityEvent,
    opener: AlertId,
    published: bool,
}

/// The changes of one call.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    refused: Vec<AlertOutcome>,
    /// Alerts that were decided, or decided again, and what stands for them now.
    placed: FxHashMap<AlertId, NodeIx>,
    /// What readers know of those of them that they know.
    before: FxHashMap<AlertId, Outcome>,
    events: BTreeSet<EventIx>,
    /// Events opened since the last [`State::rename`] under an id that nobody knows.
    fresh: BTreeSet<EventIx>,
    /// Events that vanished since then.
    vanished: BTreeMap<EventId, Vanished>,
    /// Events that alerts placed in this call tie to theirs. Never kept: what they point to is forgotten one day.
    near: BTreeMap<AlertId, Vec<Near>>,
    /// Events that vanished for good: their id leads to where their first alert is.
    redirects: BTreeMap<EventId, Vanished>,
}

impl Ledger {
    pub(crate) fn refuse(&mut self, alert: AlertId, (reason, whitelist): Refusal) {
        self.refused.push(AlertOutcome {
            alert,
            outcome: Outcome::NoEvent(reason, whitelist),
            before: None,
        });
    }

    /// Notes the events near the one that an alert was placed in, instead of what was noted before.
    pub(crate) fn near(&mut self, alert: AlertId, near: Vec<Near>) {
        self.near.remove(&alert);
        if !near.is_empty() {
            self.near.insert(alert, near);
        }
    }

    pub(crate) fn touch(&mut self, event: EventIx) {
        self.events.insert(event);
    }

    /// Notes where an alert is before it moves.
    pub(crate) fn note(&mut self, alert: AlertId, node: NodeIx, state: &State) {
        if let Entry::Vacant(place) = self.placed.entry(alert) {
            place.insert(node);
            self.before.insert(alert, state.outcome(alert, node));
        }
    }

    /// Notes where an alert is now.
    pub(crate) fn applied(&mut self, alert: AlertId, node: NodeIx) {
        self.placed.insert(alert, node);
    }

    /// Notes that an event is there; answers whether readers know it already, from before it was taken back.
    pub(crate) fn opened(&mut self, event: EventIx, id: EventId) -> bool {
        let redirected = self.redirects.remove(&id);
        let vanished = self.vanished.remove(&id);
        if vanished.is_none() {
            self.fresh.insert(event);
        }
        vanished.or(redirected).is_some_and(|gone| gone.published)
    }

    pub(crate) fn vanished(&mut self, state: &State, event: EventIx) {
        self.events.remove(&event);
        if self.fresh.remove(&event) {
            return;
        }
        let gone = &state.events[event];
        let vanished = Vanished {
            event: state.describe(event),
            opener: gone.opener.1,
            published: gone.published,
        };
        self.vanished.insert(gone.id, vanished);
    }
}

impl State {
    /// Lets events keep their ids when a late alert went before the one that opened them.
    pub(crate) fn rename(&mut self, ledger: &mut Ledger) {
        if !ledger.vanished.is_empty() {
            let mut vanished: Vec<Vanished> = std::mem::take(&mut ledger.vanished).into_values().collect();
            vanished.sort_by_key(|gone| (gone.event.first_time, gone.opener));
            for gone in vanished {
                let Some(node) = ledger.placed.get(&gone.opener) else {
                    continue;
                };
                let now_in = self.nodes[*node].event;
                if ledger.fresh.remove(&now_in) {
                    self.take_over(now_in, &gone);
                } else {
                    ledger.redirects.insert(gone.event.id, gone);
                }
            }
        }
        ledger.fresh.clear();
    }

    fn take_over(&mut self, event: EventIx, gone: &Vanished) {
        let id = gone.event.id;
        let heir = &mut self.events[event];
        self.ids.remove(&heir.id);
        self.ids.insert(id, event);
        heir.id = id;
        heir.published = gone.published;
        if let Some(successor) = heir.successor {
            self.events[successor].continues = Some(id);
        }
    }

    /// What changed, as of now.
    pub(crate) fn report(&mut self, ledger: Ledger) -> Changes {
        let mut placed: Vec<(AlertId, NodeIx)> =
            ledger.placed.iter().map(|(id, node)| (*id, *node)).collect();
        placed.sort_unstable();
        let mut alerts = ledger.refused;
        alerts.reserve(placed.len());
        let mut related = Vec::new();
        // Events that hold alerts which were in an event before are no new occurrences.
        let mut known = BTreeSet::new();
        for (alert, node) in placed {
            let outcome = self.outcome(alert, node);
            let before = ledger.before.get(&alert);
            if before.is_some_and(|before| before.event().is_some()) {
                known.extend(outcome.event());
            }
            if before != Some(&outcome) {
                alerts.push(AlertOutcome {
                    alert,
                    outcome,
                    before: before.and_then(Outcome::event),
                });
                let near = ledger.near.get(&alert).into_iter().flatten();
                related.extend(near.map(|near| self.related(alert, node, near)));
            }
        }
        alerts.sort_unstable_by_key(|outcome| outcome.alert);
        let mut events: Vec<EventChange> = Vec::with_capacity(ledger.events.len());
        for number in ledger.events {
            let Some(kind) = self.kind(number, &known) else {
                continue;
            };
            let event = self.describe(number);
            self.events[number].published = true;
            events.push(EventChange { event, kind });
        }
        for gone in ledger.redirects.into_values() {
            if let Some(node) = ledger.placed.get(&gone.opener) {
                let into = self.events[self.nodes[*node].event].id;
                let kind = EventChangeKind::Merged { into };
                events.push(EventChange {
                    event: gone.event,
                    kind,
                });
            }
        }
        events.sort_by_key(|change| {
            (
                matches!(change.kind, EventChangeKind::Merged { .. }),
                change.event.id,
            )
        });
        Changes {
            alerts,
            events,
            related,
        }
    }

    /// How readers are told of a change of an event; not at all of what waits to be one, or went before it was.
    fn kind(&self, number: EventIx, known: &BTreeSet<EventId>) -> Option<EventChangeKind> {
        let event = &self.events[number];
        match event.merged_into {
            Some(_) => event.published.then(|| EventChangeKind::Merged {
                into: self.events[self.root(number)].id,
            }),
            None if event.waits && !event.published => None,
            None if event.published || known.contains(&event.id) => Some(EventChangeKind::Updated),
            None => Some(EventChangeKind::Opened),
        }
    }

    /// What has become of an alert, which `node` stands for.
    pub(crate) fn outcome(&self, alert: AlertId, node: NodeIx) -> Outcome {
        if self.events[self.nodes[node].event].waits {
            return Outcome::NoEvent(NoEventReason::PatternIncomplete, None);
        }
        Outcome::Joined(self.membership(alert, node))
    }

    /// An event near the one that an alert was placed in.
    fn related(&self, alert: AlertId, node: NodeIx, near: &Near) -> Related {
        Related {
            event: self.events[self.root(self.nodes[node].event)].id,
            other: self.events[self.root(near.event)].id,
            alert,
            reason: self.reason(&near.link),
            kept_apart: near.apart,
        }
    }

    /// Why an alert, which `node` stands for, is in its event.
    pub(crate) fn membership(&self, alert: AlertId, node: NodeIx) -> Membership {
        let node = &self.nodes[node];
        let folded = node.alert != alert;
        Membership {
            event: self.events[node.event].id,
            alert,
            folded_into: node.alert,
            reason: if folded {
                LinkReason::Repeats { alert: node.alert }
            } else {
                self.reason(&node.link)
            },
            also: if folded {
                Vec::new()
            } else {
                node.also.iter().map(|link| self.reason(link)).collect()
            },
        }
    }

    fn reason(&self, link: &Link) -> LinkReason {
        let (alert, tie) = match link {
            Link::Opened => return LinkReason::Opened,
            Link::To { to, tie } => (self.nodes[*to].alert, tie),
            Link::Gone { alert, tie } => (*alert, tie),
        };
        let key = |entity| self.entities.key(entity).clone();
        match tie {
            Tie::Shares { entities, score } => LinkReason::Shares {
                alert,
                entities: entities
                    .iter()
                    .map(|share| SharedEntity {
                        key: key(share.entity),
                        weight: share.weight,
                        base: share.base,
                        rarity: share.rarity,
                        decay: share.decay,
                    })
                    .collect(),
                score: *score,
            },
            Tie::Sweep { seconds, .. } => LinkReason::Sweep {
                alert,
                seconds: *seconds,
            },
            Tie::Pattern(stride) => LinkReason::Pattern {
                alert,
                pattern: stride.pattern.clone(),
                step: stride.step,
                entity: key(stride.entity),
            },
            Tie::ByHand { actor } => LinkReason::ByHand {
                alert,
                actor: actor.clone(),
            },
            Tie::SameAttacker(attacker) => LinkReason::SameAttacker {
                alert,
                attacker: key(*attacker),
            },
            Tie::Similar { entity, seconds } => LinkReason::Similar {
                alert,
                entity: key(*entity),
                seconds: *seconds,
            },
        }
    }

    /// The event as readers see it.
    pub(crate) fn describe(&self, number: EventIx) -> SecurityEvent {
        let event = &self.events[number];
        let facts = &event.facts;
        let case = Case::of(facts, |entity| self.entities.key(entity));
        let (level, level_reasons) = level::assess(&case);
        let (score, score_reasons) = score(level, &case);
        let story = self.story(number);
        SecurityEvent {
            id: event.id,
            tenant: self.tenant.clone(),
            title: story.title(),
            description: story.description(),
            level,
            level_reasons,
            score,
            score_reasons,
            method: event.method,
            side: facts.sides.keys().next_back().copied().unwrap_or(Side::Network),
            status: event.status,
            first_time: event.period.first,
            last_time: event.period.last,
            alert_count: event.members.len() as u64,
            raw_alert_count: event.raw,
            tactics: facts
                .tactics
                .iter()
                .map(|(tactic, n)| (tactic.clone(), n.unsigned_abs()))
                .collect(),
            techniques: facts.techniques.keys().cloned().collect(),
            products: facts.products.keys().cloned().collect(),
            accounts: facts.accounts.keys().cloned().collect(),
            entities: self.entities_of(number),
            continues: event.continues,
        }
    }

    /// One entity per key, in the first of its roles; attackers first.
    fn entities_of(&self, number: EventIx) -> Vec<Entity> {
        let facts = &self.events[number].facts;
        let mut seen = BTreeSet::new();
        let mentions = facts
            .entities
            .keys()
            .filter(|(_, entity)| seen.insert(*entity))
            .take(ENTITIES);
        let mut entities: Vec<Entity> = mentions
            .map(|(role, entity)| Entity {
                key: self.entities.key(*entity).clone(),
                role: *role,
                malicious: facts.malicious.has(entity),
            })
            .collect();
        entities.sort_unstable_by(|a, b| (a.role, &a.key).cmp(&(b.role, &b.key)));
        entities
    }

    fn story(&self, number: EventIx) -> Story<'_> {
        let event = &self.events[number];
        let facts = &event.facts;
        // Two rules that say the same in English are one thing that happened, however they put it in Chinese.
        let mut names: BTreeMap<&str, (Reverse<Level>, i64, &str)> = BTreeMap::new();
        for (name, count) in facts.names.iter() {
            // The tally has the highest level first.
            names.entry(&name.en).or_insert((name.level, 0, &name.zh)).1 += count;
        }
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by_key(|(en, (level, count, _))| (*level, Reverse(*count), *en));
        // A pattern says more than any of the alerts that complete it.
        let patterns = facts
            .patterns
            .iter()
            .map(|(pattern, count)| (pattern.title.clone(), count));
        let told = patterns
            .chain(
                names
                    .into_iter()
                    .map(|(en, (_, count, zh))| (LocalText::new(en, zh), count)),
            )
            .collect();
        let of_role = |role: Role| {
            let mut mentions: Vec<(i64, &EntityKey)> = facts
                .entities
                .iter()
                .filter(|((r, _), _)| *r == role)
                .map(|((_, entity), count)| (count, self.entities.key(*entity)))
                .collect();
            mentions.sort_unstable_by(|(n, a), (m, b)| {
                prominence(a.kind)
                    .cmp(&prominence(b.kind))
                    .then(m.cmp(n))
                    .then(a.cmp(b))
            });
            mentions.into_iter().map(|(_, key)| key).collect::<Vec<_>>()
        };
        Story {
            names: told,
            attackers: of_role(Role::Attacker),
            victims: of_role(Role::Victim),
            products: facts.products.keys().map(ToString::to_string).collect(),
            alerts: event.members.len() as u64,
            raw_alerts: event.raw,
        }
    }
}

/// What people recognise first.
fn prominence(kind: EntityKind) -> u8 {
    match kind {
        EntityKind::Domain => 0,
        EntityKind::Host => 1,
        EntityKind::Ip => 2,
        EntityKind::Url => 4,
        _ => 3,
    }
}
