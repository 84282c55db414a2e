//! ATT&CK techniques as attack patterns, and patterns that find an observable again.

use super::{bundle::Bundle, id};
use serde_json::{Value, json};

/// Adds the attack pattern of a technique.
pub fn technique(bundle: &mut Bundle<'_>, technique: &str) -> String {
    let matrix = bundle.story.matrix;
    let known = matrix.techniques.get(technique);
    let phases: Vec<Value> = known
        .iter()
        .flat_map(|known| &known.tactics)
        .map(|tactic| json!({"kill_chain_name": "mitre-attack", "phase_name": tactic}))
        .collect();
    let mut pattern = json!({
        "type": "attack-pattern", "spec_version": "2.1",
        // Of the technique alone: every event that shows it shows the same object.
        "id": id::ours("attack-pattern", &[technique, &matrix.version]),
        "created_by_ref": bundle.author,
        "created": "2026-11-01T00:00:00.000Z", "modified": "2026-11-01T00:00:00.000Z",
        "name": known.map_or(technique, |known| &known.name),
        "external_references": [{
            "source_name": "mitre-attack",
            "external_id": technique,
            "url": format!("https://attack.mitre.org/techniques/{}", technique.replace('.', "/")),
        }],
    });
    if !phases.is_empty() {
        pattern["kill_chain_phases"] = phases.into();
    }
    bundle.raw(pattern)
}

/// The pattern that finds an observable again; none for those that are no sign of an attacker by themselves.
pub fn of(observable: &Value) -> Option<String> {
    let kind = observable["type"].as_str()?;
    let compare = |path: &str, value: &Value| Some(format!("[{kind}:{path} = {}]", quote(value.as_str()?)));
    match kind {
        "ipv4-addr" | "ipv6-addr" | "domain-name" | "url" => compare("value", &observable["value"]),
        "file" => match observable["hashes"].as_object() {
            Some(hashes) => {
                let (algorithm, hash) = hashes.iter().next()?;
                compare(&format!("hashes.'{algorithm}'"), hash)
            }
            None => compare("name", &observable["name"]),
        },
        "windows-registry-key" => compare("key", &observable["key"]),
        _ => None,
    }
}

/// A text as patterns write it.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_quotes() {
        let check = |observable: Value, expected: Option<&str>| {
            assert_eq!(of(&observable).as_deref(), expected);
        };
        check(
            json!({"type": "domain-name", "value": "a' OR ipv4-addr:value = '\\"}),
            Some("[domain-name:value = 'a\\' OR ipv4-addr:value = \\'\\\\']"),
        );
        check(
            json!({"type": "file", "hashes": {"SHA-256": "00"}}),
            Some("[file:hashes.'SHA-256' = '00']"),
        );
        check(json!({"type": "user-account", "user_id": "x"}), None);
    }
}
