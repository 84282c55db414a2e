//! The event as an incident, with what was observed, what it indicates and what to look for.

use super::{bundle::Bundle, id, observable, pattern};
use crate::{story::Story, visible};
use correlate::Node;
use model::{Alert, Entity, Language, Role, SecurityEvent, Time};
use serde_json::json;
use std::collections::BTreeMap;

/// The largest `number_observed` that STIX allows.
const MOST: u64 = 999_999_999;

/// The bundle.
pub fn write(story: &Story<'_>, language: Language) -> String {
    let mut bundle = Bundle::new(story, language);
    let event = story.event;
    let incident = add(&mut bundle, event);
    for technique in &event.techniques {
        let pattern = pattern::technique(&mut bundle, technique);
        bundle.relate(&incident, "related-to", &pattern);
    }
    for (entity, _) in story.entities {
        if let Some(asset) = observable::add_asset(&mut bundle, entity) {
            bundle.relate(&incident, "related-to", &asset);
        }
    }
    let alerts = story.alerts();
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for node in &story.chain.nodes {
        if let Some((alert, _)) = alerts.get(&node.alert) {
            observed(&mut bundle, &incident, node, alert, &mut seen);
        }
    }
    for entity in suspicious(story) {
        indicator(&mut bundle, entity, &seen);
    }
    let members = bundle.ids();
    let id = bundle.id("grouping", &[]);
    let fields = json!({
        "name": bundle.text(&event.title),
        "context": "suspicious-activity",
        "object_refs": members,
    });
    bundle.add("grouping", &id, fields);
    for near in story.related {
        let other = add(&mut bundle, &near.event);
        bundle.relate_because(&incident, &other, &near.reason);
    }
    bundle.write("incident")
}

/// Adds an event as an incident: the same object whether the bundle is about it or about one near it.
fn add(bundle: &mut Bundle<'_>, event: &SecurityEvent) -> String {
    let fields = json!({
        "name": bundle.text(&event.title),
        "description": bundle.text(&event.description),
        "labels": [format!("level-{}", event.level.number())],
        "external_references": [{"source_name": "OpenCTDR", "external_id": event.id}],
    });
    let id = id::ours("incident", &[&event.id.to_string(), bundle.code()]);
    bundle.add_of(event, "incident", &id, fields)
}

/// Where an observable was seen, and with which techniques.
#[derive(Default)]
struct Seen {
    first: Option<Time>,
    data: Vec<String>,
    techniques: Vec<String>,
}

/// Adds what an alert saw: observed data, or a note where STIX has no observable for any of it.
fn observed(
    bundle: &mut Bundle<'_>,
    incident: &str,
    node: &Node,
    alert: &Alert,
    seen: &mut BTreeMap<String, Seen>,
) {
    let refs: Vec<Vec<String>> = alert
        .entities
        .iter()
        .map(|entity| observable::add(bundle, &entity.key))
        .collect();
    let mut all: Vec<&String> = refs.iter().flatten().collect();
    all.sort();
    all.dedup();
    let alert_id = alert.id.to_string();
    let title = bundle.text(&alert.title);
    if all.is_empty() {
        let id = bundle.id("note", &[&alert_id]);
        let fields = json!({
            "abstract": title,
            "content": format!("{} – {}: {title} ({})", node.time, node.last_time, visible::line(&alert.rule.id)),
            "object_refs": [incident],
        });
        bundle.add("note", &id, fields);
        return;
    }
    let id = bundle.id("observed-data", &[&alert_id]);
    let fields = json!({
        "first_observed": alert.first_time.min(node.time),
        "last_observed": node.last_time.max(node.time),
        "number_observed": node.count.clamp(1, MOST),
        "object_refs": all,
        "external_references": [{"source_name": "OpenCTDR", "external_id": alert_id, "description": title}],
    });
    let data = bundle.add("observed-data", &id, fields);
    bundle.relate(incident, "related-to", &data);
    for observable in refs.iter().filter_map(|refs| refs.last()) {
        let seen = seen.entry(observable.clone()).or_default();
        seen.first.get_or_insert(node.time);
        seen.data.push(data.clone());
        seen.techniques.extend(alert.techniques.iter().cloned());
    }
}

/// Entities that are a sign of the attacker: his own, and what is known to be malicious.
fn suspicious<'a>(story: &Story<'a>) -> impl Iterator<Item = &'a Entity> {
    story
        .entities
        .iter()
        .map(|(entity, _)| entity)
        .filter(|entity| entity.malicious || entity.role == Role::Attacker)
}

/// Adds an indicator that finds the entity again.
fn indicator(bundle: &mut Bundle<'_>, entity: &Entity, seen: &BTreeMap<String, Seen>) {
    let Some(observable) = observable::observables(&entity.key).pop() else {
        return;
    };
    let Some(pattern) = pattern::of(&observable) else {
        return;
    };
    let known = observable["id"].as_str().and_then(|id| seen.get(id));
    let Some(known) = known else { return };
    let id = bundle.id("indicator", &[&pattern]);
    let fields = json!({
        "name": visible::line(&entity.key.value),
        "indicator_types": ["malicious-activity"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": known.first.unwrap_or(bundle.story.event.first_time),
    });
    let indicator = bundle.add("indicator", &id, fields);
    for data in &known.data {
        bundle.relate(&indicator, "based-on", data);
    }
    for technique in &known.techniques {
        let pattern = pattern::technique(bundle, technique);
        bundle.relate(&indicator, "indicates", &pattern);
    }
}
