//! Where the attack began, as far as its alerts show.
//!
//! Set aside first are alerts that only prepare (every tactic of theirs stands before initial access in the matrix)
//! and, where anything was seen on a host, alerts from the network from which no causal edge leads to a host: attempts.
//! Of what remains, the roots are the alerts that nothing remaining leads to. The entry point is the root from which
//! the worst level is reached; of several, the one from which most alerts follow; of several, the earliest. If
//! everything would be set aside, nothing is.

use super::{fold::Fold, links::Link, reach::Descent};
use model::{AlertId, EntityKey, Level, LocalText, Role, Side, Tactic};
use serde::Serialize;

/// Before this tactic, an attacker only prepares.
const INITIAL_ACCESS: &str = "initial-access";

/// Where the attack began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryPoint {
    /// The alert.
    pub alert: AlertId,
    /// Why this one.
    pub reason: LocalText,
}

/// Which nodes are reconnaissance or attempts.
pub(super) fn aside(folds: &[Fold<'_>], descent: &Descent, order: &[Tactic]) -> Vec<bool> {
    let access = order.iter().position(|tactic| tactic.as_str() == INITIAL_ACCESS);
    let prepares = |fold: &Fold<'_>| {
        let before = |tactic: &Tactic| order.iter().position(|known| known == tactic) < access;
        let known = |tactic: &Tactic| order.contains(tactic);
        let tactics = &fold.alert.tactics;
        access.is_some()
            && !tactics.is_empty()
            && tactics.iter().all(|tactic| known(tactic) && before(tactic))
    };
    let on_host = folds.iter().any(|fold| fold.alert.side == Side::Host);
    let aside: Vec<bool> = folds
        .iter()
        .zip(&descent.reaches_host)
        .map(|(fold, reaches_host)| on_host && !reaches_host || prepares(fold))
        .collect();
    if aside.iter().all(|aside| *aside) {
        return vec![false; folds.len()];
    }
    aside
}

/// The entry point; none if there are no alerts.
pub(super) fn find(
    folds: &[Fold<'_>],
    links: &[Link],
    descent: &Descent,
    aside: &[bool],
) -> Option<EntryPoint> {
    let mut led_to = vec![false; folds.len()];
    // What an alert leads to is what it reaches, through those set aside too.
    for from in (0..folds.len()).filter(|from| !aside[*from]) {
        (from + 1..folds.len())
            .filter(|to| descent.all.has(from, *to))
            .for_each(|to| led_to[to] = true);
    }
    let worst_of = |root: usize| -> Level {
        let follow = (root + 1..folds.len()).filter(|to| descent.all.has(root, *to));
        let levels = follow.map(|to| folds[to].alert.level);
        levels.fold(folds[root].alert.level, Level::max)
    };
    let roots = (0..folds.len()).filter(|node| !aside[*node] && !led_to[*node]);
    let rank = |root: &usize| {
        (
            worst_of(*root),
            descent.all.count(*root),
            std::cmp::Reverse(*root),
        )
    };
    let entry = roots.max_by_key(rank)?;
    let before = aside[..entry].iter().filter(|aside| **aside).count();
    let reason = reason(
        &folds[entry],
        links.iter().filter(|link| link.from == entry).min_by_key(|link| {
            // The strongest, then the earliest.
            (link.causes.first().map(|cause| cause.kind), link.to)
        }),
        &Follow {
            count: descent.all.count(entry),
            total: folds.len(),
            worst: worst_of(entry),
            before,
        },
    );
    Some(EntryPoint {
        alert: folds[entry].alert.id,
        reason,
    })
}

/// What follows from the entry point, and what came before it.
struct Follow {
    count: usize,
    total: usize,
    worst: Level,
    before: usize,
}

fn reason(fold: &Fold<'_>, way: Option<&Link>, follow: &Follow) -> LocalText {
    let Follow {
        count,
        total,
        worst,
        before,
    } = follow;
    let level = worst.name();
    let mut text = if let Some(way) = way {
        let phrase = way.phrase();
        let follow = if *count == 1 { "follows" } else { "follow" };
        LocalText::new(
            format!(
                "No earlier step of the attack leads to it, and {count} of the {total} alerts {follow} from it, up to level {}: {}.",
                level.en, phrase.en
            ),
            format!(
                "没有更早的攻击步骤引出它；{total} 条告警中有 {count} 条由它引出，最高等级为{}：{}。",
                level.zh, phrase.zh
            ),
        )
    } else {
        let named = principal(fold).map(|key| (key.kind.name(), key.value.as_str()));
        let (en, zh) = named.map_or_else(Default::default, |(kind, value)| {
            (
                format!(", on {} {value}", kind.en),
                format!("（{} {value}）", kind.zh),
            )
        });
        LocalText::new(
            format!(
                "It is the first alert of the highest level ({}){en}, and nothing seen leads to it.",
                level.en
            ),
            format!("它是最高等级（{}）中最早的告警{zh}，未见引出它的告警。", level.zh),
        )
    };
    if *before > 0 {
        let (alerts, are) = if *before == 1 {
            ("alert", "is")
        } else {
            ("alerts", "are")
        };
        text.en = format!(
            "{} {before} earlier {alerts} {are} reconnaissance or attempts that led to nothing on a host.",
            text.en
        );
        text.zh = format!(
            "{}此前 {before} 条告警属于侦察，或未在主机上得逞的尝试。",
            text.zh
        );
    }
    text
}

/// The entity an alert is about: its victim, else its attacker, else any.
fn principal<'a>(fold: &Fold<'a>) -> Option<&'a EntityKey> {
    let place = |role| match role {
        Role::Victim => 0,
        Role::Attacker => 1,
        Role::Artefact => 2,
    };
    let entities = fold.alert.entities.iter();
    entities
        .min_by_key(|entity| (place(entity.role), entity.key.kind))
        .map(|entity| &entity.key)
}
