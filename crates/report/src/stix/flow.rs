//! The attack chain as an Attack Flow: an action for each folded alert, effects along the causal edges, assets, and
//! conditions where what an action needs is a state of the world: the victim that attacks, the contact to the attacker.
//!
//! Edges that only say what came later are left out: a flow claims effects.
//! <https://center-for-threat-informed-defense.github.io/attack-flow/language/>

use super::{bundle::Bundle, observable, pattern};
use crate::{story::Story, visible};
use correlate::{Cause, Edge, EdgeKind, Node};
use model::{Alert, AlertId, Language};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The extension's own id, and that of who made it.
const EXTENSION: &str = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4";
const MAKER: &str = "identity--fb9c968a-745b-4ade-9b25-c324172197f4";
/// When both were made.
const MADE: &str = "2022-08-02T19:34:35.143Z";

/// The bundle.
pub fn write(story: &Story<'_>, language: Language) -> String {
    let mut bundle = Bundle::new(story, language);
    declare(&mut bundle);
    let id = bundle.id("attack-flow", &[]);
    let fields = json!({
        "name": bundle.text(&story.event.title),
        "description": bundle.text(&story.event.description),
        "scope": "incident",
        "start_refs": starts(&bundle, story),
        "external_references": [{"source_name": "OpenCTDR", "external_id": story.event.id}],
        "extensions": extension(),
    });
    bundle.add("attack-flow", &id, fields);
    let alerts = story.alerts();
    let mut effects: BTreeMap<AlertId, Vec<String>> = BTreeMap::new();
    for edge in story.chain.edges.iter().filter(|edge| edge.causal) {
        let effect = effect(&mut bundle, edge);
        effects.entry(edge.from).or_default().push(effect);
    }
    for node in &story.chain.nodes {
        if let Some((alert, _)) = alerts.get(&node.alert) {
            let effects = effects.remove(&node.alert).unwrap_or_default();
            action(&mut bundle, node, alert, &effects);
        }
    }
    bundle.write("attack-flow")
}

fn extension() -> Value {
    json!({EXTENSION: {"extension_type": "new-sdo"}})
}

/// Says what the extension is, as its maker publishes it.
fn declare(bundle: &mut Bundle<'_>) {
    bundle.raw(json!({
        "type": "identity", "spec_version": "2.1", "id": MAKER, "created": MADE, "modified": MADE,
        "name": "MITRE Center for Threat-Informed Defense", "identity_class": "organization",
    }));
    bundle.raw(json!({
        "type": "extension-definition", "spec_version": "2.1", "id": EXTENSION, "created_by_ref": MAKER,
        "created": MADE, "modified": MADE, "name": "Attack Flow",
        "schema": "https://center-for-threat-informed-defense.github.io/attack-flow/stix/attack-flow-schema-2.0.0.json",
        "version": "2.0.0", "extension_types": ["new-sdo"],
    }));
}

fn action_id(bundle: &Bundle<'_>, alert: AlertId) -> String {
    bundle.id("attack-action", &[&alert.to_string()])
}

/// The actions that nothing causes, the entry point first.
fn starts(bundle: &Bundle<'_>, story: &Story<'_>) -> Vec<String> {
    let caused: BTreeSet<AlertId> = (story.chain.edges.iter())
        .filter(|edge| edge.causal)
        .map(|edge| edge.to)
        .collect();
    let entry = story.chain.entry.as_ref().map(|entry| entry.alert);
    let mut starts: Vec<AlertId> = (story.chain.nodes.iter())
        .map(|node| node.alert)
        .filter(|alert| !caused.contains(alert))
        .collect();
    starts.sort_by_key(|alert| Some(*alert) != entry);
    starts.into_iter().map(|alert| action_id(bundle, alert)).collect()
}

/// What an edge leads to: the next action, or the condition that stands before it.
fn effect(bundle: &mut Bundle<'_>, edge: &Edge) -> String {
    let next = action_id(bundle, edge.to);
    let state = edge
        .causes
        .iter()
        .find(|cause| matches!(cause.kind, EdgeKind::LateralMovement | EdgeKind::Contact));
    let Some(state) = state else { return next };
    let id = bundle.id(
        "attack-condition",
        &[&edge.from.to_string(), &edge.to.to_string()],
    );
    let mut fields = json!({
        "description": bundle.text(&state.phrase()),
        "on_true_refs": [next],
        "extensions": extension(),
    });
    if let Some(pattern) = pattern_of(state) {
        fields["pattern"] = pattern.into();
        fields["pattern_type"] = "stix".into();
    }
    bundle.add("attack-condition", &id, fields)
}

fn pattern_of(cause: &Cause) -> Option<String> {
    pattern::of(&observable::observables(&cause.entity).pop()?)
}

/// Adds the action of an alert, with its technique and the assets it was done to.
fn action(bundle: &mut Bundle<'_>, node: &Node, alert: &Alert, effects: &[String]) {
    let matrix = bundle.story.matrix;
    let technique = alert.techniques.first();
    let pattern = technique.map(|technique| pattern::technique(bundle, technique));
    let tactic = alert.tactics.iter().find_map(|tactic| matrix.known(tactic));
    let assets: Vec<String> = (alert.entities.iter())
        .filter_map(|entity| {
            let identity = observable::add_asset(bundle, entity)?;
            let kind = entity.key.kind;
            let id = bundle.id("attack-asset", &[kind.code(), &entity.key.value]);
            let fields = json!({
                "name": visible::line(&entity.key.value),
                "description": bundle.text(&kind.name()),
                "object_ref": identity,
                "extensions": extension(),
            });
            Some(bundle.add("attack-asset", &id, fields))
        })
        .collect();
    let id = action_id(bundle, alert.id);
    let fields = json!({
        "name": bundle.text(&alert.title),
        "technique_id": technique,
        "technique_ref": pattern,
        "tactic_id": tactic.map(|tactic| &tactic.id),
        "description": format!("{} × {}", visible::line(&alert.rule.id), node.count),
        "execution_start": alert.first_time.min(node.time),
        "execution_end": node.last_time.max(node.time),
        "effect_refs": effects,
        "asset_refs": assets,
        "extensions": extension(),
    });
    bundle.add("attack-action", &id, fields);
}
