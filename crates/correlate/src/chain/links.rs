//! What led to what: from each alert to the next one that names the same thing in a part that explains it.
//!
//! Only the nearest earlier alert of each thing and part is linked: those before it are reached through it. An alert
//! that nothing explains is tied to what came before it in the same place, or to the alert it was put into the
//! event for: a weak edge, which says what followed and not why.

use super::{
    Edge,
    cause::{Cause, EdgeKind},
    fold::Fold,
    process::{self, Part},
    reach,
};
use model::{AlertId, Entity, EntityKey, EntityKind, LinkReason, LocalText, Role};
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

/// An edge, by places.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    /// The strongest first.
    pub causes: Vec<Cause>,
}

impl Link {
    /// The strongest cause.
    fn first(&self) -> Option<&Cause> {
        self.causes.first()
    }

    pub(super) fn is_causal(&self) -> bool {
        self.first().is_some_and(|cause| cause.kind.is_causal())
    }

    pub(super) fn phrase(&self) -> LocalText {
        self.first().map(Cause::phrase).unwrap_or_default()
    }

    pub(super) fn edge(&self, folds: &[Fold<'_>]) -> Edge {
        Edge {
            from: folds[self.from].alert.id,
            to: folds[self.to].alert.id,
            causes: self.causes.clone(),
            causal: self.is_causal(),
            text: self.phrase(),
        }
    }
}

/// The part a thing plays in an alert, as far as it matters to what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Own,
    Parent,
    Attacker,
    Victim,
    Artefact,
    Any,
}

/// A thing in an alert: where it is noted, and which earlier notes of it lead here.
struct Mention {
    key: EntityKey,
    slot: Slot,
    from: &'static [(Slot, EdgeKind)],
}

/// The edges between these folds, which come by time; thinned out, by the later fold, then the earlier one.
pub(super) fn find(folds: &[Fold<'_>]) -> Vec<Link> {
    let mut newest: HashMap<(EntityKey, Slot), usize> = HashMap::new();
    let mut causal: Vec<Link> = Vec::new();
    let mut weak: Vec<Option<(usize, Cause)>> = Vec::with_capacity(folds.len());
    for (to, fold) in folds.iter().enumerate() {
        let mentions = mentions(fold);
        let mut causes: BTreeMap<usize, Vec<Cause>> = BTreeMap::new();
        let mut nearest: Option<(usize, Cause)> = None;
        for mention in &mentions {
            for (slot, kind) in mention.from {
                let Some(from) = newest.get(&(mention.key.clone(), *slot)) else {
                    continue;
                };
                let cause = Cause {
                    kind: *kind,
                    entity: mention.key.clone(),
                };
                if kind.is_causal() {
                    causes.entry(*from).or_default().push(cause);
                } else if nearest.as_ref().is_none_or(|(near, _)| near < from) {
                    nearest = Some((*from, cause));
                }
            }
        }
        for mention in mentions {
            newest.insert((mention.key, mention.slot), to);
        }
        causal.extend(causes.into_iter().map(|(from, mut causes)| {
            causes.sort();
            causes.dedup();
            Link { from, to, causes }
        }));
        weak.push(nearest);
    }
    let mut links = reach::thin(folds.len(), causal);
    add_weak(folds, weak, &mut links);
    links.sort_by_key(|link| (link.to, link.from));
    links
}

/// Ties what nothing explains to what came before it in the same place, or to what it was linked to.
fn add_weak(folds: &[Fold<'_>], weak: Vec<Option<(usize, Cause)>>, links: &mut Vec<Link>) {
    let mut explained = vec![false; folds.len()];
    for link in links.iter() {
        explained[link.to] = true;
    }
    let mut places: HashMap<AlertId, usize> = HashMap::new();
    for (place, fold) in folds.iter().enumerate() {
        places.insert(fold.alert.id, place);
        places.insert(fold.membership.folded_into, place);
    }
    for (to, nearest) in weak.into_iter().enumerate() {
        if explained[to] {
            continue;
        }
        let found = nearest.or_else(|| linked(&folds[to], to, &places));
        links.extend(found.map(|(from, cause)| Link {
            from,
            to,
            causes: vec![cause],
        }));
    }
}

/// The earlier alert that a fold was put into the event for.
fn linked(fold: &Fold<'_>, to: usize, places: &HashMap<AlertId, usize>) -> Option<(usize, Cause)> {
    let reason = &fold.membership.reason;
    let entity = match reason {
        LinkReason::Shares { entities, .. } => &entities.first()?.key,
        LinkReason::Pattern { entity, .. } => entity,
        _ => return None,
    };
    let from = *places.get(&reason.alert()?).filter(|from| **from < to)?;
    let cause = Cause {
        kind: EdgeKind::Linked,
        entity: entity.clone(),
    };
    Some((from, cause))
}

/// What an alert names, each with its part.
fn mentions(fold: &Fold<'_>) -> Vec<Mention> {
    let processes = process::parts(&fold.alert.entities);
    let processes = processes.into_iter().map(|(key, part)| {
        let (slot, from): (_, &'static [_]) = match part {
            Part::Own => (
                Slot::Own,
                &[
                    (Slot::Own, EdgeKind::SameProcess),
                    (Slot::Parent, EdgeKind::SameProcess),
                ],
            ),
            Part::Parent => (
                Slot::Parent,
                &[
                    (Slot::Own, EdgeKind::ProcessParent),
                    (Slot::Parent, EdgeKind::SameParent),
                ],
            ),
        };
        Mention {
            key: key.clone(),
            slot,
            from,
        }
    });
    let others = fold.alert.entities.iter().filter_map(|entity| {
        let (slot, from) = ways(entity)?;
        Some(Mention {
            key: place(entity, fold),
            slot,
            from,
        })
    });
    processes.chain(others).collect()
}

/// Where an entity is noted, and which earlier notes of it lead to an alert that names it; none for what ties nothing.
fn ways(entity: &Entity) -> Option<(Slot, &'static [(Slot, EdgeKind)])> {
    Some(match (entity.key.kind, entity.role) {
        // Processes have their own parts; a path that many ask for says nothing.
        (EntityKind::Process | EntityKind::Url, _) => return None,
        (EntityKind::File | EntityKind::Registry, _) => (Slot::Any, &[(Slot::Any, EdgeKind::File)]),
        (EntityKind::AccessKey, _) => (Slot::Any, &[(Slot::Any, EdgeKind::AccessKey)]),
        (EntityKind::HostAccount, _) => (Slot::Any, &[(Slot::Any, EdgeKind::HostAccount)]),
        (EntityKind::CloudAccount, _) if entity.key.value.contains('/') => {
            (Slot::Any, &[(Slot::Any, EdgeKind::CloudIdentity)])
        }
        (EntityKind::CloudAccount | EntityKind::Container | EntityKind::Cluster | EntityKind::Oss, _) => {
            (Slot::Any, &[(Slot::Any, EdgeKind::SameAsset)])
        }
        (EntityKind::Ip | EntityKind::Domain | EntityKind::Host, Role::Attacker) => (
            Slot::Attacker,
            &[
                (Slot::Victim, EdgeKind::LateralMovement),
                (Slot::Artefact, EdgeKind::Contact),
                (Slot::Attacker, EdgeKind::SameAttacker),
            ],
        ),
        (EntityKind::Ip | EntityKind::Domain | EntityKind::Host, Role::Artefact) => (
            Slot::Artefact,
            &[
                (Slot::Attacker, EdgeKind::Contact),
                (Slot::Artefact, EdgeKind::SameAddress),
            ],
        ),
        (EntityKind::Ip | EntityKind::Domain | EntityKind::Host, Role::Victim) => (
            Slot::Victim,
            &[
                (Slot::Victim, EdgeKind::SameAsset),
                (Slot::Attacker, EdgeKind::SameAsset),
            ],
        ),
    })
}

/// The key of an entity; a private address that attacks is made local to its account, as one that is attacked is.
fn place(entity: &Entity, fold: &Fold<'_>) -> EntityKey {
    let mut accounts = fold.alert.accounts.iter();
    let (Some(account), None) = (accounts.next(), accounts.next()) else {
        return entity.key.clone();
    };
    let private = match entity.key.value.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => false,
    };
    match entity.key.kind {
        EntityKind::Ip if private => {
            EntityKey::new(EntityKind::Ip, &format!("{account}/{}", entity.key.value))
        }
        _ => entity.key.clone(),
    }
}
