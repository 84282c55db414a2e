//! Incidents of one kind, alert by alert, with where each went and why: for whoever asks what went wrong.

use model::{Alert, AlertId, EventId, LinkReason, TenantId};
use std::collections::BTreeMap;
use testkit::{
    scenario::Scenario,
    score::{Verdict, Verdicts},
};

/// Prints every incident of the kind, and what else is in its events.
pub fn incidents(scenario: &Scenario, verdicts: &Verdicts, kind: &str) {
    let mut alerts: BTreeMap<(&TenantId, AlertId), &Alert> = BTreeMap::new();
    for delivery in &scenario.deliveries {
        alerts.insert((&delivery.alert.tenant, delivery.alert.id), &delivery.alert);
    }
    for (source, _) in (scenario.truth.sources.iter().enumerate())
        .filter(|(_, s)| s.attack && (kind == "all" || s.kind == kind))
    {
        let kind = scenario.truth.sources[source].kind;
        println!("\n## {kind}, source {source}");
        let label = |key: &(&TenantId, AlertId)| scenario.truth.of(key.0, key.1).map(|(_, label)| label);
        let event = |key: &(&TenantId, AlertId)| match verdicts.alerts.get(&(key.0.clone(), key.1)) {
            Some(Verdict::Joined(membership)) => Some(verdicts.case(membership.event)),
            _ => None,
        };
        let own = |key: &(&TenantId, AlertId)| label(key).is_some_and(|label| label.source == source);
        let events: Vec<EventId> = alerts.keys().filter(|key| own(key)).filter_map(event).collect();
        let mut lines: Vec<_> = alerts
            .iter()
            .filter(|(key, _)| own(key) || event(key).is_some_and(|event| events.contains(&event)))
            .collect();
        lines.sort_by_key(|(_, alert)| (alert.time, alert.id));
        let mut names: Vec<EventId> = Vec::new();
        for (key, alert) in lines {
            let Some(label) = label(key) else { continue };
            let own = label.source == source;
            let whose = if own {
                label.phase
            } else {
                scenario.truth.sources[label.source].kind
            };
            let number = event(key).map(|event| {
                names.iter().position(|name| *name == event).unwrap_or_else(|| {
                    names.push(event);
                    names.len() - 1
                })
            });
            let entities: Vec<String> = alert
                .entities
                .iter()
                .map(|e| format!("{:?} {}", e.role, e.key))
                .collect();
            let mark = if own { ' ' } else { '!' };
            println!(
                "{mark}{} {:<18} {:>3} {} | {} | {}",
                alert.time,
                whose,
                number.map_or("-".to_owned(), |number| number.to_string()),
                alert.title.en,
                why(verdicts, key),
                entities.join(", "),
            );
        }
    }
}

fn why(verdicts: &Verdicts, key: &(&TenantId, AlertId)) -> String {
    match verdicts.alerts.get(&(key.0.clone(), key.1)) {
        None => "nothing".to_owned(),
        Some(Verdict::Apart(reason)) => format!("{reason:?}"),
        Some(Verdict::Joined(membership)) => match &membership.reason {
            LinkReason::Shares { entities, score, .. } => {
                let each: Vec<String> = entities
                    .iter()
                    .map(|e| format!("{} {}", e.key, e.weight))
                    .collect();
                format!("{score} by {}", each.join(" + "))
            }
            other => format!("{other:?}"),
        },
    }
}
