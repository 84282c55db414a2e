//! STIX 2.1: bundles and envelopes of objects.
//!
//! Used of it: indicators with patterns that name single observables ([`pattern`] says which), and relationships from
//! them to what they indicate, for the names. A newer version of an object replaces older ones, a revoked indicator is
//! none. <https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html>

mod object;
mod pattern;

pub use object::{Object, identity};

use crate::{
    indicator::{About, Indicator},
    list::moment,
    reading::{Reading, plain},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap};

/// A bundle, or a TAXII envelope.
#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
}

/// The objects of a bundle, an envelope or a plain list, each as it stands there.
pub fn objects(text: &str) -> Result<Vec<&RawValue>, serde_json::Error> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    serde_json::from_str::<Bundle<'_>>(text).map(|bundle| bundle.objects)
}

/// Reads a bundle.
pub fn read(text: &[u8]) -> Reading {
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            reading.problem(format!("byte {}", error.valid_up_to()), "is not UTF-8");
            return reading;
        }
    };
    let raw = match objects(text) {
        Ok(objects) => objects,
        Err(error) => {
            reading.broken(&error);
            return reading;
        }
    };
    let mut parsed = Vec::with_capacity(raw.len());
    for (number, raw) in raw.iter().enumerate() {
        match serde_json::from_str::<Object>(raw.get()) {
            Ok(object) => parsed.push((number, object)),
            Err(error) => reading.problem(format!("objects[{number}]"), plain(&error)),
        }
    }
    let latest = latest(&parsed);
    let named = names(&latest);
    for (number, object) in &parsed {
        let current = latest
            .get(object.id.as_str())
            .is_some_and(|last| std::ptr::eq(*last, object));
        if object.kind == "indicator" && current {
            indicator(*number, object, named.get(object.id.as_str()), &mut reading);
        }
    }
    reading
}

/// The last version of each object.
fn latest(parsed: &[(usize, Object)]) -> HashMap<&str, &Object> {
    let mut latest: HashMap<&str, &Object> = HashMap::with_capacity(parsed.len());
    for (_, object) in parsed {
        let known = latest.entry(&object.id).or_insert(object);
        if known.version() <= object.version() {
            *known = object;
        }
    }
    latest
}

/// The names of what each indicator indicates.
fn names<'a>(latest: &HashMap<&'a str, &'a Object>) -> HashMap<&'a str, BTreeSet<&'a str>> {
    let mut names: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for relation in latest
        .values()
        .filter(|object| object.kind == "relationship" && !object.revoked)
    {
        let ends = (
            relation.relationship_type.as_deref(),
            &relation.source_ref,
            &relation.target_ref,
        );
        let (Some("indicates"), Some(from), Some(to)) = ends else {
            continue;
        };
        let target = latest
            .get(to.as_str())
            .filter(|target| target.is_named() && !target.revoked);
        if let Some(name) = target.and_then(|target| target.name.as_deref()) {
            names.entry(from.as_str()).or_default().insert(name);
        }
    }
    names
}

fn indicator(number: usize, object: &Object, linked: Option<&BTreeSet<&str>>, reading: &mut Reading) {
    let place = format!("objects[{number}] `{}`", object.id);
    if object.revoked {
        return reading.leave("revoked");
    }
    if object.indicator_types.iter().any(|kind| kind == "benign") {
        return reading.leave("marked as benign");
    }
    if object.pattern_type.as_deref().is_some_and(|kind| kind != "stix") {
        let kind = object.pattern_type.as_deref().unwrap_or_default();
        return reading.leave(format!("pattern type `{kind}`"));
    }
    let Some(text) = &object.pattern else {
        return reading.problem(place, "an indicator without a `pattern`");
    };
    let pattern = match pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => return reading.problem(place, error),
    };
    for reason in pattern.unsupported {
        reading.leave(reason);
    }
    for refusal in pattern.refused {
        reading.problem(place.clone(), refusal);
    }
    let mut time = |name: &str, text: &Option<String>| {
        let text = text.as_deref()?;
        let time = moment(text);
        if time.is_none() {
            reading.problem(
                place.clone(),
                format!("`{name}` is `{text}`: expected an RFC 3339 time"),
            );
        }
        time
    };
    let (valid_from, valid_until) = (
        time("valid_from", &object.valid_from),
        time("valid_until", &object.valid_until),
    );
    let (first_seen, last_seen) = (
        time("created", &object.created),
        time("modified", &object.modified),
    );
    let about = about(object, linked);
    reading
        .indicators
        .extend(pattern.observables.into_iter().map(|observable| Indicator {
            observable,
            about: about.clone(),
            confidence: object.confidence.filter(|confidence| *confidence <= 100),
            valid_from,
            valid_until,
            first_seen,
            last_seen,
        }));
}

fn about(object: &Object, linked: Option<&BTreeSet<&str>>) -> About {
    let mut names: Vec<String> = linked
        .into_iter()
        .flatten()
        .map(|name| (*name).to_owned())
        .collect();
    if names.is_empty() {
        names.extend(object.name.clone().filter(|name| !name.is_empty()));
    }
    let mut labels = object.labels.clone();
    labels.extend(
        object
            .indicator_types
            .iter()
            .filter(|kind| !object.labels.contains(kind))
            .cloned(),
    );
    About {
        names,
        labels,
        references: object
            .external_references
            .iter()
            .filter_map(|reference| reference.url.clone())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn indicator(id: u8, pattern: &str, more: &Value) -> Value {
        let mut object = json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{id}"), "pattern": pattern,
            "pattern_type": "stix", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00Z",
            "valid_from": "2026-01-01T00:00:00Z",
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        object
    }

    fn read_all(objects: &[Value]) -> Reading {
        read(
            json!({"type": "bundle", "id": "bundle--1", "objects": objects})
                .to_string()
                .as_bytes(),
        )
    }

    #[test]
    fn an_indicator_carries_what_it_indicates() {
        let reading = read_all(&[
            indicator(
                1,
                "[ipv4-addr:value = '203.0.113.7' OR domain-name:value = 'evil.example']",
                &json!({"confidence": 85, "labels": ["c2"], "indicator_types": ["malicious-activity", "c2"],
                        "valid_until": "2027-01-01T00:00:00Z", "name": "a name of its own",
                        "external_references": [{"source_name": "x", "url": "https://x.example/1"}, {"source_name": "y"}]}),
            ),
            json!({"type": "malware", "id": "malware--1", "name": "Emotet", "is_family": true}),
            json!({"type": "threat-actor", "id": "threat-actor--1", "name": "TA542"}),
            json!({"type": "relationship", "id": "relationship--1", "relationship_type": "indicates",
                   "source_ref": "indicator--1", "target_ref": "malware--1"}),
            json!({"type": "relationship", "id": "relationship--2", "relationship_type": "indicates",
                   "source_ref": "indicator--1", "target_ref": "threat-actor--1"}),
            json!({"type": "relationship", "id": "relationship--3", "relationship_type": "indicates",
                   "source_ref": "indicator--1", "target_ref": "malware--gone"}),
        ]);
        assert_eq!(reading.problems, []);
        let shown: Vec<String> = reading
            .indicators
            .iter()
            .map(|i| i.observable.to_string())
            .collect();
        assert_eq!(shown, ["203.0.113.7", "evil.example"]);
        let first = &reading.indicators[0];
        assert_eq!(first.about.names, ["Emotet", "TA542"]);
        assert_eq!(first.about.labels, ["c2", "malicious-activity"]);
        assert_eq!(first.about.references, ["https://x.example/1"]);
        assert_eq!(first.confidence, Some(85));
        assert_eq!(
            first.valid_until.map(|time| time.to_string()).as_deref(),
            Some("2027-01-01T00:00:00.000Z")
        );
        assert_eq!(first.about, reading.indicators[1].about);
    }

    #[test]
    fn the_last_version_counts_and_what_is_left_out_is_counted() {
        let reading = read_all(&[
            indicator(
                1,
                "[ipv4-addr:value = '203.0.113.7']",
                &json!({"modified": "2026-03-01T00:00:00Z", "revoked": true}),
            ),
            indicator(1, "[ipv4-addr:value = '203.0.113.7']", &json!({})),
            indicator(
                2,
                "[ipv4-addr:value = '203.0.113.8'] FOLLOWEDBY [url:value = 'x']",
                &json!({}),
            ),
            indicator(3, "rule x {}", &json!({"pattern_type": "yara"})),
            indicator(
                4,
                "[ipv4-addr:value = '203.0.113.9']",
                &json!({"indicator_types": ["benign"]}),
            ),
            indicator(
                5,
                "[ipv4-addr:value = '203.0.113.10']",
                &json!({"name": "scanner"}),
            ),
        ]);
        let shown: Vec<String> = reading
            .indicators
            .iter()
            .map(|i| i.observable.to_string())
            .collect();
        assert_eq!(shown, ["203.0.113.10"]);
        assert_eq!(reading.indicators[0].about.names, ["scanner"]);
        let unused: Vec<(&str, u64)> = reading
            .unused
            .iter()
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect();
        assert_eq!(
            unused,
            [
                ("marked as benign", 1),
                ("pattern type `yara`", 1),
                ("pattern with FOLLOWEDBY", 1),
                ("revoked", 1)
            ]
        );
    }

    #[test]
    fn every_mistake_has_its_place() {
        let reading = read_all(&[
            json!({"type": "indicator"}),
            indicator(1, "[ipv4-addr:value = '300.0.0.1']", &json!({})),
            indicator(2, "[ipv4-addr:value = ", &json!({})),
            indicator(
                3,
                "[url:value = 'http://a.example/']",
                &json!({"valid_until": "soon"}),
            ),
            json!({"type": "indicator", "id": "indicator--4"}),
        ]);
        let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "objects[0]: missing field `id`",
                "objects[1] `indicator--1`: `300.0.0.1` is not an address or a network",
                "objects[2] `indicator--2`: column 20 of the pattern: expected a text in single quotes",
                "objects[3] `indicator--3`: `valid_until` is `soon`: expected an RFC 3339 time",
                "objects[4] `indicator--4`: an indicator without a `pattern`",
            ]
        );
        assert_eq!(reading.indicators.len(), 1);
        let broken = read(b"{\"objects\": [\n{]}");
        assert_eq!(broken.problems[0].place, "line 2:2");
        assert_eq!(read(b"\xff").problems[0].to_string(), "byte 0: is not UTF-8");
    }
}
