//! Which process of an alert did it, and which ones only started it.
//!
//! An alert names both as entities of one kind. The one that its rule calls malicious did it; without such a word
//! it is the one that started last, which the key says: host, start and number.

use model::{Entity, EntityKey, EntityKind};
use std::cmp::Ordering;

/// The part of a process in an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// It did what the alert is about.
    Own,
    /// It started the one that did.
    Parent,
}

/// The processes of an alert, each with its part.
pub(super) fn parts(entities: &[Entity]) -> Vec<(&EntityKey, Part)> {
    let processes: Vec<&Entity> = entities
        .iter()
        .filter(|entity| entity.key.kind == EntityKind::Process)
        .collect();
    let part = |entity: &Entity| {
        let started_later = |other: &&&Entity| {
            let order = if other.malicious == entity.malicious {
                later(&other.key.value, &entity.key.value)
            } else {
                other.malicious
            };
            other.key != entity.key && order
        };
        match processes.iter().find(started_later) {
            Some(_) => Part::Parent,
            None => Part::Own,
        }
    };
    processes
        .iter()
        .map(|entity| (&entity.key, part(entity)))
        .collect()
}

/// Whether the first process is on the same host as the second and started after it.
fn later(first: &str, second: &str) -> bool {
    let split = |value| -> Option<(&str, &str)> {
        let (host_and_start, _) = str::rsplit_once(value, '/')?;
        host_and_start.rsplit_once('/')
    };
    let (Some((host, start)), Some((other_host, other_start))) = (split(first), split(second)) else {
        return false;
    };
    host == other_host && compare(start, other_start) == Some(Ordering::Greater)
}

/// Compares two starts: numbers as numbers, dates of one form as text.
fn compare(a: &str, b: &str) -> Option<Ordering> {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.partial_cmp(&b),
        _ if a.len() == b.len() => Some(a.cmp(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Role;

    #[test]
    fn the_parent_is_the_one_that_started_first_or_is_not_called_malicious() {
        let check = |processes: &[(&str, bool)], own: &[&str]| {
            let entities: Vec<Entity> = processes
                .iter()
                .map(|(value, malicious)| Entity::new(EntityKind::Process, value, Role::Artefact, *malicious))
                .collect();
            let found: Vec<&str> = parts(&entities)
                .into_iter()
                .filter(|(_, part)| *part == Part::Own)
                .map(|(key, _)| key.value.as_str())
                .collect();
            assert_eq!(found, own, "{processes:?}");
        };
        check(&[("h/100/7", false)], &["h/100/7"]);
        check(&[("h/100/7", true), ("h/200/8", false)], &["h/100/7"]);
        check(&[("h/99/7", false), ("h/200/8", false)], &["h/200/8"]);
        check(
            &[
                ("h/2025-09-01 02:00:00/7", false),
                ("h/2025-09-03 16:30:15/8", false),
            ],
            &["h/2025-09-03 16:30:15/8"],
        );
        // Nothing says which is which: both did it.
        check(&[("h/7", false), ("h/8", false)], &["h/7", "h/8"]);
        check(&[("a/1/7", false), ("b/2/8", false)], &["a/1/7", "b/2/8"]);
    }
}
