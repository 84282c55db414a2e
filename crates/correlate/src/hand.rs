//! What analysts decide about which alerts belong together: merge, split, and who owns an event.
//!
//! Whatever was decided before stands: it is settled first. A split leaves a mark between the two sides, and events
//! that hold both are never merged again until the mark is lifted.

use crate::{
    apply::method_of,
    changes::Refused,
    event::{Event, EventIx, Facts, Link, Node, NodeIx, Tie},
    ledger::Ledger,
    method::{Bridge, Hook, keeps_apart},
    state::State,
};
use model::{AlertId, EventId};
use std::{collections::HashMap, sync::Arc};

impl State {
    /// Makes one event of several; the oldest stays.
    pub(crate) fn merge_by_hand(
        &mut self,
        events: &[EventId],
        actor: &str,
        ledger: &mut Ledger,
    ) -> Result<EventId, Refused> {
        let mut all = Vec::new();
        for id in events {
            let event = self.ids.get(id).map(|event| self.root(*event));
            let event = event.filter(|event| !self.events[*event].waits);
            let event = event.ok_or(Refused::Unknown(*id))?;
            if !all.contains(&event) {
                all.push(event);
            }
        }
        if all.len() < 2 {
            return Err(Refused::TooFew);
        }
        if let Some(apart) = keeps_apart(self, &all) {
            return Err(Refused::Apart(apart));
        }
        self.settle_all();
        all.sort_by_key(|event| self.events[*event].opener);
        let survivor = all[0];
        let opener = self.opener_of(survivor);
        for event in &all[1..] {
            let tie = Tie::ByHand {
                actor: actor.to_owned(),
            };
            let bridge = Bridge {
                event: *event,
                at: self.opener_of(*event),
                link: Hook {
                    to: Some(opener),
                    tie,
                },
            };
            self.merge(bridge, survivor, opener, ledger);
            let owner = self.events[*event].owner.clone();
            let kept = &mut self.events[survivor].owner;
            *kept = kept.take().or(owner);
        }
        ledger.touch(survivor);
        Ok(self.events[survivor].id)
    }

    /// Cuts links, and makes an event of each part that comes off; answers these.
    pub(crate) fn split_by_hand(
        &mut self,
        id: EventId,
        cuts: &[(AlertId, AlertId)],
        ledger: &mut Ledger,
    ) -> Result<Vec<EventId>, Refused> {
        let event = *self.ids.get(&id).ok_or(Refused::Unknown(id))?;
        if self.events[event].merged_into.is_some() {
            return Err(Refused::Unknown(id));
        }
        let mut cut = Vec::new();
        for (from, to) in cuts {
            let tied = self.tied(event, *from, *to);
            let child = tied.ok_or(Refused::NotTied { from: *from, to: *to })?;
            // The same link named twice, or from either end, is one cut.
            if !cut.contains(&child) {
                cut.push(child);
            }
        }
        self.settle_all();
        self.note_members(event, ledger);
        let parts = self.parts(event, &cut);
        self.forget_across(event, &parts);
        for child in &cut {
            if let Some(parent) = self.nodes[*child].link.to() {
                self.apart.push((*child, parent));
            }
            self.nodes[*child].link = Link::Opened;
        }
        // In the order of the event, never of the map: the same input has to give the same bytes.
        let all = self.events[event].members.clone();
        let of = |part: Option<NodeIx>| -> Vec<NodeIx> {
            all.iter().copied().filter(|node| parts[node] == part).collect()
        };
        let mut split = Vec::new();
        for child in cut {
            let part = self.part_off(event, of(Some(child)), ledger);
            ledger.touch(part);
            split.push(self.events[part].id);
        }
        self.fill(event, of(None));
        for node in &all {
            self.follow(*node);
        }
        ledger.touch(event);
        Ok(split)
    }

    /// Lifts the mark between two alerts; answers whether there was one.
    pub(crate) fn allow_link(&mut self, one: AlertId, other: AlertId) -> bool {
        let before = self.apart.len();
        let nodes = &self.nodes;
        self.apart.retain(|(a, b)| {
            let pair = (nodes[*a].alert, nodes[*b].alert);
            pair != (one, other) && pair != (other, one)
        });
        self.apart.len() < before
    }

    /// Takes in whose an event is. An event that nobody remembers has nothing to merge with.
    pub(crate) fn own(&mut self, id: EventId, owner: Option<String>) {
        if let Some(event) = self.ids.get(&id).copied() {
            self.settle_all();
            self.events[event].owner = owner;
        }
    }

    /// Of two alerts of an event of which one hangs on the other: that one.
    fn tied(&self, event: EventIx, from: AlertId, to: AlertId) -> Option<NodeIx> {
        let hangs = |node: &&NodeIx| {
            let node = &self.nodes[**node];
            let on = node.link.to().map(|on| self.nodes[on].alert);
            (node.alert == from && on == Some(to)) || (node.alert == to && on == Some(from))
        };
        self.events[event].members.iter().find(hangs).copied()
    }

    /// For each alert of an event the cut link it hangs on in the end, if any.
    fn parts(&self, event: EventIx, cut: &[NodeIx]) -> HashMap<NodeIx, Option<NodeIx>> {
        let mut parts: HashMap<NodeIx, Option<NodeIx>> = HashMap::new();
        for member in &self.events[event].members {
            let mut way = Vec::new();
            let mut at = *member;
            let part = loop {
                if let Some(part) = parts.get(&at) {
                    break *part;
                }
                way.push(at);
                if cut.contains(&at) {
                    break Some(at);
                }
                match self.nodes[at].link.to() {
                    Some(to) => at = to,
                    None => break None,
                }
            };
            parts.extend(way.into_iter().map(|node| (node, part)));
        }
        parts
    }

    /// Drops the further links between parts.
    fn forget_across(&mut self, event: EventIx, parts: &HashMap<NodeIx, Option<NodeIx>>) {
        let members = self.events[event].members.clone();
        for member in &members {
            let within = |link: &Link| {
                let apart = |to: NodeIx| parts.get(&to) != parts.get(member) && self.nodes[to].event == event;
                !link.to().is_some_and(apart)
            };
            let also: Vec<Link> = self.nodes[*member]
                .also
                .iter()
                .filter(|link| within(link))
                .cloned()
                .collect();
            self.nodes[*member].also = also;
        }
    }

    /// Makes these alerts of `from` an event of their own: the oldest of those that came into it with them, if any.
    fn part_off(&mut self, from: EventIx, members: Vec<NodeIx>, ledger: &mut Ledger) -> EventIx {
        let merged = self.events.iter().filter(|(number, event)| {
            let whole = event
                .members
                .first()
                .is_some_and(|opener| members.contains(opener));
            *number != from && whole && event.published && event.merged_into.is_some()
        });
        let merged = merged.filter(|(number, _)| self.root(*number) == from);
        let revived = merged
            .min_by_key(|(_, event)| event.opener)
            .map(|(number, _)| number);
        let age = |node: &NodeIx| (self.nodes[*node].period.first, self.nodes[*node].alert);
        let oldest = members.iter().copied().min_by_key(age);
        let opener = revived.map(|event| self.opener_of(event)).or(oldest);
        let Some(opener) = opener else {
            unreachable!("a part has at least the alert that was cut off");
        };
        self.reroot(opener, Link::Opened);
        let event = match revived {
            Some(event) => {
                self.events[event].merged_into = None;
                event
            }
            None => self.open_part(from, opener, ledger),
        };
        for member in &members {
            self.nodes[*member].event = event;
        }
        self.fill(event, members);
        event
    }

    fn open_part(&mut self, from: EventIx, opener: NodeIx, ledger: &mut Ledger) -> EventIx {
        let method = method_of(&self.nodes[opener].profile);
        let alert = self.nodes[opener].alert;
        let id = self.new_id(method, alert);
        let period = self.nodes[opener].period;
        let event = self.events.insert(Event {
            id,
            method,
            status: self.events[from].status,
            owner: self.events[from].owner.clone(),
            opener: (period.first, alert),
            period,
            members: Vec::new(),
            raw: 0,
            facts: Facts::default(),
            continues: None,
            successor: None,
            chained: false,
            merged_into: None,
            published: false,
            waits: false,
        });
        self.ids.insert(id, event);
        self.events[event].published |= ledger.opened(event, id);
        event
    }

    /// What finds events by attacker or rule finds the one that now holds the newest alert of the two.
    fn follow(&mut self, node: NodeIx) {
        let Node {
            profile,
            period,
            event,
            ..
        } = &self.nodes[node];
        let (profile, last, event) = (Arc::clone(profile), period.last, *event);
        if let Some(attacker) = profile.attacker()
            && let Some(attacks) = self.entities[attacker].attacks
        {
            let newest = |other: &NodeIx| {
                let other = &self.nodes[*other];
                (other.profile.attacker() == Some(attacker)).then_some(other.period.last)
            };
            let there = self.events[self.root(attacks)]
                .members
                .iter()
                .filter_map(newest)
                .max();
            if there.is_none_or(|there| last >= there) {
                self.entities[attacker].attacks = Some(event);
            }
        }
        for entity in profile.similar_by() {
            if let Some(similar) = self.similar.get_mut(&(profile.rule, entity))
                && last >= similar.last
            {
                similar.event = event;
            }
        }
    }

    /// Makes these the alerts of an event, the opener first, and counts them anew.
    fn fill(&mut self, event: EventIx, mut members: Vec<NodeIx>) {
        if let Some(opener) = members
            .iter()
            .position(|node| self.nodes[*node].link == Link::Opened)
        {
            let opener = members.remove(opener);
            members.insert(0, opener);
        }
        let mut facts = Facts::default();
        let (mut raw, mut period) = (0, None);
        for member in &members {
            let node = &mut self.nodes[*member];
            facts.count(node, 1);
            raw += 1 + node.repeats.len() as u64;
            let own = node.period.including(node.first);
            period = Some(period.map_or(own, |all: crate::event::Period| {
                all.including(own.first).including(own.last)
            }));
        }
        let event = &mut self.events[event];
        (event.members, event.facts, event.raw) = (members, facts, raw);
        event.period = period.unwrap_or(event.period);
    }
}
