//! An edge of the graph: what two alerts share, what it weighs, and whether that is enough.

use crate::{
    digest::{Digest, Mention, Profile},
    entity::EntityIx,
    event::{EventIx, Facts, Link, NodeIx, Share, Tie},
    state::State,
    weights,
};
use model::{EntityKind, Role};
use std::time::Duration;

/// A link from the new alert to a folded one.
pub(super) struct Edge {
    pub to: NodeIx,
    pub tie: Tie,
    pub score: f64,
    /// All they share was attacked, in both.
    pub assets_only: bool,
    /// All they share is ours, whatever part it plays: too little to make two attackers one.
    pub ours_only: bool,
}

impl Edge {
    /// Whether the two are two reasons, not one met twice: they share no entity, and are not both about what is ours,
    /// where a host and its address are two names of one thing.
    pub(super) fn is_independent_of(&self, other: &Self) -> bool {
        if self.ours_only && other.ours_only {
            return false;
        }
        match (&self.tie, &other.tie) {
            (Tie::Shares { entities: mine, .. }, Tie::Shares { entities: theirs, .. }) => !mine
                .iter()
                .any(|one| theirs.iter().any(|two| one.entity == two.entity)),
            (Tie::Sweep { .. }, Tie::Sweep { .. }) => false,
            _ => true,
        }
    }

    pub(super) fn link(&self) -> Link {
        Link::To {
            to: self.to,
            tie: self.tie.clone(),
        }
    }
}

/// The edge from an alert to a folded one, if they share enough. Routine is no part of what an intruder does on a host.
pub(super) fn edge(state: &State, digest: &Digest, to: NodeIx, routine: bool) -> Option<Edge> {
    let node = &state.nodes[to];
    let gap = node.period.distance(digest.time);
    if gap > weights::HORIZON {
        return None;
    }
    let (new, old) = (&*digest.profile, &*node.profile);
    let pair = Pair::new(state, digest, to, gap, routine);
    let (mut assets_only, mut ours_only) = (true, true);
    let (mut entities, mut hubs) = (Vec::new(), Vec::new());
    for mine in &new.mentions {
        let Some(theirs) = old.mention(mine.entity) else {
            continue;
        };
        let asset = mine.asset && theirs.asset;
        if asset && !pair.counts(mine) || is_program(state, mine) {
            continue;
        }
        let row = &state.entities[mine.entity];
        let share = share(mine, theirs, row.rarity(), &pair);
        if row.is_hub() {
            if mine.malicious || theirs.malicious {
                hubs.push(share);
            }
            continue;
        }
        assets_only &= asset;
        ours_only &= mine.asset || theirs.asset || mine.inside || is_path(state, mine);
        entities.push(share);
    }
    // A hub counts only if it is known to be malicious and a second entity agrees.
    if !entities.is_empty() {
        entities.append(&mut hubs);
    }
    let score = weights::round(entities.iter().map(|share| share.weight).sum());
    let alone = pair.host != Host::Never;
    (score >= weights::THRESHOLD && (alone || !assets_only)).then_some(Edge {
        to,
        tie: Tie::Shares { entities, score },
        score,
        assets_only: assets_only && !pair.one_target,
        ours_only: ours_only && !pair.one_target,
    })
}

/// Two alerts, as far as it decides what of theirs counts.
struct Pair {
    gap: Duration,
    /// Whether it says anything that they met the same victim.
    victims: bool,
    /// Whether an address of ours says more than the hosts that both name.
    addresses: bool,
    /// Many try the same account of one host at the same time: they are one.
    one_target: bool,
    /// Whether a shared host is enough.
    host: Host,
}

/// How long a shared host is enough by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Never,
    /// Within its half-life.
    Briefly,
    /// An intruder is on it, or it is the same thing again.
    Breached,
}

impl Pair {
    fn new(state: &State, digest: &Digest, to: NodeIx, gap: Duration, routine: bool) -> Self {
        let node = &state.nodes[to];
        let (new, old) = (&*digest.profile, &*node.profile);
        let names_host = |profile: &Profile| profile.mentions.iter().any(|m| m.kind == EntityKind::Host);
        let account = |mine: &Mention| {
            mine.kind == EntityKind::HostAccount && old.mention(mine.entity).is_some_and(|m| m.asset)
        };
        // That two attackers met the same victim says nothing, nor that somebody tries to become one, nor that what
        // is about all hosts is about this one too, unless it is at the same time.
        let rivals = differ(new, old);
        let one_target =
            rivals && new.rule == old.rule && gap <= weights::ONE_TARGET && new.mentions.iter().any(account);
        // What a rule tells of many hosts, or of this one every night, is not what an intruder does on it.
        let unusual = !routine && !state.rules.is_of_fleet(new.rule) && new.attackers().next().is_none();
        let event = &state.events[state.root(node.event)];
        let on_it = unusual
            && event.period.distance(digest.time) <= weights::BREACHED
            && !is_somebody_else(new, &event.facts)
            && !is_elsewhere(new, &event.facts);
        let of_all = gap > weights::HOST_ALONE && (routine || state.is_of_all(new) || state.is_of_all(old));
        Self {
            gap,
            victims: one_target || !(rivals || of_all || new.tries || old.tries),
            addresses: one_target || !(names_host(new) && names_host(old)),
            one_target,
            host: if unusual && again(new, old, gap) || on_it && breached(state, old, node.event) {
                Host::Breached
            } else if one_target || gap <= weights::HOST_ALONE || progresses(state, digest, to) {
                Host::Briefly
            } else {
                Host::Never
            },
        }
    }

    /// Whether it counts that both name this, which is ours.
    fn counts(&self, asset: &Mention) -> bool {
        self.victims && (self.addresses || asset.kind != EntityKind::Ip)
    }
}

/// The edge to an alert of the same rule on another asset, if both are part of one sweep.
pub(super) fn sweep(state: &State, digest: &Digest, to: NodeIx) -> Option<Edge> {
    let node = &state.nodes[to];
    let gap = node.period.distance(digest.time);
    let score = state.rules.rarity(digest.profile.rule)?;
    (gap <= weights::SWEEP && score >= weights::THRESHOLD).then_some(Edge {
        to,
        tie: Tie::Sweep {
            seconds: gap.as_secs(),
            score,
        },
        score,
        assets_only: false,
        ours_only: false,
    })
}

fn share(mine: &Mention, theirs: &Mention, rarity: f64, pair: &Pair) -> Share {
    let gap = pair.gap;
    let weight = weights::weight(kind_of(mine, theirs), is_bad(mine, theirs));
    let value = weights::contribution(weight, rarity, (mine.role, theirs.role), gap);
    let host = mine.asset && theirs.asset && matches!(mine.kind, EntityKind::Host | EntityKind::Ip);
    let alone = match pair.host {
        Host::Never => false,
        Host::Briefly => host && gap <= weight.half_life,
        Host::Breached => host,
    };
    let at_least = match alone {
        true if gap < weights::HOST_AT_ONCE => weights::BRIDGE,
        true => weights::THRESHOLD,
        false => 0.0,
    };
    Share {
        entity: mine.entity,
        weight: value.max(at_least),
        base: weight.base,
        rarity,
        decay: weights::round(weights::decay(gap, weight.half_life)),
    }
}

/// An address of ours is as good as the host it belongs to.
fn kind_of(mine: &Mention, theirs: &Mention) -> EntityKind {
    match mine.kind {
        EntityKind::Ip if mine.asset || theirs.asset => EntityKind::Host,
        kind => kind,
    }
}

/// A path is of one host, where everybody finds the same programs.
fn is_path(state: &State, mention: &Mention) -> bool {
    mention.kind == EntityKind::File && state.entities.key(mention.entity).value.contains('/')
}

/// A program that every host has says no more than the host it is on.
fn is_program(state: &State, mention: &Mention) -> bool {
    const FOLDERS: [&str; 6] = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/lib/", "/usr/lib/"];
    let place = state.entities.key(mention.entity).value.split_once('/');
    mention.kind == EntityKind::File
        && place.is_some_and(|(_, path)| FOLDERS.iter().any(|folder| path.starts_with(folder)))
}

/// Known to be malicious, or seen to attack.
fn is_bad(mine: &Mention, theirs: &Mention) -> bool {
    let bad = |mention: &Mention| mention.malicious || mention.role == Role::Attacker;
    bad(mine) || bad(theirs)
}

/// Whether an agent saw an intruder on a host that the alert names, in this event: an alert of level high or more, and
/// another or a complete pattern, because one alone is often a mistake.
fn breached(state: &State, old: &Profile, event: EventIx) -> bool {
    let facts = &state.events[state.root(event)].facts;
    let mut assets = old.mentions.iter().filter(|m| m.asset);
    let confirmed = i64::from(!facts.patterns.is_empty());
    assets.any(|mention| match facts.breached.count(&mention.entity) {
        0 => false,
        seen => seen + confirmed > 1,
    })
}

/// Whether it is the same thing again: the same rule on the same account of a host.
fn again(new: &Profile, old: &Profile, gap: Duration) -> bool {
    let account = |mine: &Mention| mine.kind == EntityKind::HostAccount && old.mention(mine.entity).is_some();
    new.rule == old.rule && gap <= weights::AGAIN && new.mentions.iter().any(account)
}

/// Whether it names who acted on a host, and nobody that the event knows.
fn is_somebody_else(new: &Profile, facts: &Facts) -> bool {
    let mut accounts = new
        .mentions
        .iter()
        .filter(|m| m.kind == EntityKind::HostAccount)
        .peekable();
    accounts.peek().is_some() && !accounts.any(|m| facts.entities.has(&(m.role, m.entity)))
}

/// Whether it names where a host connects to, and nowhere that the event knows, though the event knows where.
fn is_elsewhere(new: &Profile, facts: &Facts) -> bool {
    let mut remotes = new.mentions.iter().filter(|m| m.is_remote()).peekable();
    remotes.peek().is_some()
        && !facts.remotes.is_empty()
        && !remotes.any(|m| facts.entities.has(&(m.role, m.entity)))
}

/// Whether the later of the two is further along the attack than the earlier.
fn progresses(state: &State, digest: &Digest, to: NodeIx) -> bool {
    let node = &state.nodes[to];
    let (Some(new), Some(old)) = (digest.profile.progress, node.profile.progress) else {
        return false;
    };
    if digest.time >= node.period.first {
        new > old
    } else {
        old > new
    }
}

/// Whether both name attackers, and not one in common. Where both know who came from outside, the hosts of ours that
/// they went on from do not count: somebody else may have used them too.
pub(crate) fn differ(one: &impl Attackers, other: &impl Attackers) -> bool {
    let both_outside = one.outsiders().next().is_some() && other.outsiders().next().is_some();
    if both_outside {
        are_disjoint(&mut one.outsiders(), || other.outsiders())
    } else {
        let both_known = one.attackers().next().is_some() && other.attackers().next().is_some();
        both_known && are_disjoint(&mut one.attackers(), || other.attackers())
    }
}

fn are_disjoint<I: Iterator<Item = EntityIx>>(
    one: &mut impl Iterator<Item = EntityIx>,
    other: impl Fn() -> I,
) -> bool {
    !one.any(|mine| other().any(|theirs| theirs == mine))
}

/// What names attackers: an alert, an event.
pub(crate) trait Attackers {
    fn attackers(&self) -> impl Iterator<Item = EntityIx>;
    /// Those that are no hosts of ours.
    fn outsiders(&self) -> impl Iterator<Item = EntityIx>;
}

impl Attackers for Profile {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        Self::attackers(self).map(|mention| mention.entity)
    }

    fn outsiders(&self) -> impl Iterator<Item = EntityIx> {
        let outside = Self::attackers(self).filter(|mention| !mention.inside);
        outside.map(|mention| mention.entity)
    }
}

impl Attackers for Facts {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        self.attackers.keys().copied()
    }

    fn outsiders(&self) -> impl Iterator<Item = EntityIx> {
        self.outsiders.keys().copied()
    }
}
