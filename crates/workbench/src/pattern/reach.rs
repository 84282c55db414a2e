//! Whether a pattern can ever complete: each step has to be met by the alerts of some rule, and each join has to be of
//! entities that those alerts really name on both sides.

use super::{Rules, Told};
use correlate::pattern::{Join, Pattern, Stencil};
use model::{AlertId, Entity, Time, condition::Compiled, whitelist::AlertFacts};

/// What can never be.
pub fn check(pattern: &Pattern, rules: &Rules) -> Vec<(&'static str, Told)> {
    let mut found = Vec::new();
    let meets: Vec<Vec<&Stencil>> = pattern
        .steps
        .iter()
        .map(|step| match step.when.compile() {
            Ok(when) => rules.all().filter(|stencil| holds(&when, stencil)).collect(),
            Err(_) => Vec::new(),
        })
        .collect();
    let mut used = vec![false; pattern.join.len()];
    for (number, step) in pattern.steps.iter().enumerate() {
        let path = format!("steps[{number}]");
        if meets[number].is_empty() {
            let message = format!("no rule raises alerts for the step `{}`", step.name.en);
            found.push(("never-met", (format!("{path}.when"), message)));
            continue;
        }
        // Alerts of the same step come before one another, too.
        let earlier = if step.at_least > 1 { number + 1 } else { number };
        let earlier: Vec<&Stencil> = meets[..earlier].iter().flatten().copied().collect();
        if earlier.is_empty() {
            continue;
        }
        let ties = |join: &Join| {
            let leaves = |s: &&Stencil| s.entities.iter().any(|part| join.leaves(&sample(*part)));
            let arrives = |s: &&Stencil| {
                let named = s.entities.iter().any(|part| join.arrives(&sample(*part)));
                named
                    && step
                        .another
                        .is_none_or(|kind| s.entities.iter().any(|part| part.0 == kind))
            };
            earlier.iter().any(leaves) && meets[number].iter().any(arrives)
        };
        let joins = pattern.join_of(number);
        if step.join.is_empty() {
            for (join, used) in joins.iter().zip(&mut used) {
                *used |= ties(join);
            }
        } else {
            for (place, join) in joins.iter().enumerate().filter(|(_, join)| !ties(join)) {
                found.push(("never-ties", (format!("{path}.join[{place}]"), idle(*join))));
            }
        }
        if !joins.iter().any(ties) {
            let message = format!(
                "nothing ties the alerts of the step `{}` to earlier ones",
                step.name.en
            );
            found.push(("never-ties", (path, message)));
        }
    }
    // A step that nothing meets was told; that nothing ties it follows from that.
    let all_met = meets.iter().all(|stencils| !stencils.is_empty());
    let unused = pattern
        .join
        .iter()
        .zip(used)
        .enumerate()
        .filter(|(_, (_, used))| all_met && !used);
    found.extend(unused.map(|(place, (join, _))| ("never-ties", (format!("join[{place}]"), idle(*join)))));
    found
}

fn idle(join: Join) -> String {
    format!(
        "no two rules of its steps raise alerts that share a `{}` in these roles",
        join.kind
    )
}

/// Whether an alert of the rule meets the condition: one that names everything the rule can name.
fn holds(when: &Compiled, stencil: &Stencil) -> bool {
    let entities = stencil.entities.iter().map(|part| sample(*part)).collect();
    let alert = stencil.alert(AlertId::from_bits(0), Time::from_secs(0), entities);
    when.holds(&AlertFacts(&alert))
}

fn sample((kind, role): (model::EntityKind, model::Role)) -> Entity {
    let value = match kind {
        model::EntityKind::Ip => "203.0.113.1",
        _ => "sample",
    };
    Entity::new(kind, value, role, false)
}
