//! MISP events: one event, a list of them, an answer of the API, or one event on each line.
//!
//! Only attributes for detection (`to_ids`) are used. Names come from galaxies, confidence from the tags of MISP's own
//! taxonomy; an attribute's tags win over its event's. <https://www.misp-standard.org/rfc/misp-standard-core.html>

#[cfg(test)]
mod tests;

use crate::{
    indicator::{About, Indicator},
    list::moment,
    observable::{Kind, Observable, Refusal},
    reading::{Reading, plain},
};
use model::Time;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An event.
#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    info: String,
    #[serde(default, rename = "Attribute")]
    attributes: Vec<Attribute>,
    #[serde(default, rename = "Object")]
    objects: Vec<Object>,
    #[serde(default, rename = "Tag")]
    tags: Vec<Tag>,
    #[serde(default, rename = "Galaxy")]
    galaxies: Vec<Galaxy>,
}

/// An object: attributes that belong together.
#[derive(Deserialize)]
struct Object {
    #[serde(default, rename = "Attribute")]
    attributes: Vec<Attribute>,
    #[serde(default, deserialize_with = "truth")]
    deleted: bool,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    #[serde(default, deserialize_with = "truth")]
    to_ids: bool,
    #[serde(default, deserialize_with = "truth")]
    deleted: bool,
    first_seen: Option<String>,
    last_seen: Option<String>,
    #[serde(default, rename = "Tag")]
    tags: Vec<Tag>,
    #[serde(default, rename = "Galaxy")]
    galaxies: Vec<Galaxy>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

#[derive(Deserialize)]
struct Galaxy {
    #[serde(default, rename = "GalaxyCluster")]
    clusters: Vec<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    value: String,
}

/// MISP writes truth as a truth value, a number or a text, by version.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Truth {
        Said(bool),
        Number(i64),
        Text(String),
    }
    Ok(match Option::<Truth>::deserialize(deserializer)? {
        None => false,
        Some(Truth::Said(said)) => said,
        Some(Truth::Number(number)) => number != 0,
        Some(Truth::Text(text)) => matches!(text.as_str(), "1" | "true"),
    })
}

/// An event in its wrapping, an answer with many, or a bare event.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, rename = "Event")]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
}

/// What the manifest of a feed says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The event's id, which names its file.
    pub uuid: String,
    /// When it was last changed, seconds since 1970.
    pub timestamp: i64,
}

/// Reads the `manifest.json` of a feed: its events, newest first.
pub fn manifest(text: &[u8]) -> Result<Vec<Listed>, String> {
    #[derive(Deserialize)]
    struct Entry {
        timestamp: Option<serde_json::Value>,
    }
    let entries: std::collections::BTreeMap<String, Entry> =
        serde_json::from_slice(text).map_err(|error| format!("the manifest cannot be read: {error}"))?;
    let mut listed: Vec<Listed> = entries
        .into_iter()
        // The name becomes part of a URL.
        .filter(|(uuid, _)| uuid.len() <= 64 && uuid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .map(|(uuid, entry)| Listed {
            uuid,
            timestamp: entry.timestamp.as_ref().and_then(seconds).unwrap_or_default(),
        })
        .collect();
    listed.sort_by_key(|event| std::cmp::Reverse(event.timestamp));
    Ok(listed)
}

/// The events of a text, each with its id and the time of its last change, as it stands there.
pub fn events(text: &str) -> Vec<(Listed, &str)> {
    #[derive(Deserialize)]
    struct Named<'a> {
        uuid: &'a str,
        timestamp: Option<serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow, rename = "Event")]
        event: Named<'a>,
    }
    let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let named = |raw: &'_ RawValue| {
        let Wrapped { event } = serde_json::from_str(raw.get()).ok()?;
        Some(Listed {
            uuid: event.uuid.to_owned(),
            timestamp: event.timestamp.as_ref().and_then(seconds).unwrap_or_default(),
        })
    };
    stream
        .map_while(Result::ok)
        .filter_map(|raw| Some((named(raw)?, raw.get())))
        .collect()
}

fn seconds(value: &serde_json::Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads events.
pub fn read(text: &[u8]) -> Reading {
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            reading.problem(format!("byte {}", error.valid_up_to()), "is not UTF-8");
            return reading;
        }
    };
    let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut number = 0;
    for raw in stream {
        match raw {
            Ok(raw) => document(raw, &mut number, &mut reading),
            Err(error) => reading.broken(&error),
        }
    }
    reading
}

fn document(raw: &RawValue, number: &mut usize, reading: &mut Reading) {
    let text = raw.get();
    if text.starts_with('[') {
        match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(events) => events
                .into_iter()
                .for_each(|event| document(event, number, reading)),
            Err(error) => reading.broken(&error),
        }
        return;
    }
    match serde_json::from_str::<Document<'_>>(text) {
        Ok(Document {
            response: Some(events),
            ..
        }) if events.get() != text => document(events, number, reading),
        Ok(Document {
            event: Some(event), ..
        }) => self::event(event.get(), number, reading),
        Ok(_) => event(text, number, reading),
        Err(error) => reading.problem(format!("event {}", *number + 1), plain(&error)),
    }
}

fn event(text: &str, number: &mut usize, reading: &mut Reading) {
    *number += 1;
    let place = format!("event {number}");
    let event: Event = match serde_json::from_str(text) {
        Ok(event) => event,
        Err(error) => return reading.problem(place, plain(&error)),
    };
    let links: Vec<String> = event
        .attributes
        .iter()
        .filter(|attribute| attribute.kind == "link" && !attribute.deleted)
        .map(|attribute| attribute.value.clone())
        .take(5)
        .collect();
    for (at, attribute) in event.attributes.iter().enumerate() {
        self::attribute(
            &event,
            attribute,
            &links,
            || format!("{place}, Attribute[{at}]"),
            reading,
        );
    }
    for (object_at, object) in event
        .objects
        .iter()
        .enumerate()
        .filter(|(_, object)| !object.deleted)
    {
        for (at, attribute) in object.attributes.iter().enumerate() {
            let place = || format!("{place}, Object[{object_at}].Attribute[{at}]");
            self::attribute(&event, attribute, &links, place, reading);
        }
    }
}

fn attribute(
    event: &Event,
    attribute: &Attribute,
    links: &[String],
    place: impl Fn() -> String,
    reading: &mut Reading,
) {
    if attribute.deleted {
        return reading.leave("deleted");
    }
    let Some(observables) = observables(&attribute.kind, &attribute.value) else {
        return reading.leave(format!("attribute type `{}`", attribute.kind));
    };
    if !attribute.to_ids {
        return reading.leave("not for detection (`to_ids` is false)");
    }
    let mut time = |name: &str, text: &Option<String>| -> Option<Time> {
        let text = text.as_deref()?;
        let time = moment(text);
        if time.is_none() {
            reading.problem(
                place(),
                format!("`{name}` is `{text}`: expected an RFC 3339 time"),
            );
        }
        time
    };
    let first_seen = time("first_seen", &attribute.first_seen);
    let last_seen = time("last_seen", &attribute.last_seen);
    let about = about(event, attribute, links);
    let tags = || attribute.tags.iter().chain(&event.tags);
    let confidence = tags().find_map(|tag| confidence(&tag.name));
    for observable in observables {
        match observable {
            Ok(observable) => reading.indicators.push(Indicator {
                about: about.clone(),
                confidence,
                first_seen,
                last_seen,
                ..Indicator::bare(observable)
            }),
            Err(refusal) => reading.problem(place(), refusal),
        }
    }
}

/// What an attribute says to look for; nothing if it is not of a type that is used.
fn observables(kind: &str, value: &str) -> Option<Vec<Result<Observable, Refusal>>> {
    let (first, second) = value.split_once('|').unwrap_or((value, ""));
    let hash = |kind, text| Some(vec![Observable::of(kind, text)]);
    match kind {
        "ip-src" | "ip-dst" => Some(vec![Observable::of(Kind::Ip, value)]),
        "ip-src|port" | "ip-dst|port" => Some(vec![Observable::of(Kind::Ip, first)]),
        "domain" => Some(vec![Observable::domain(value.trim(), true)]),
        "hostname" => Some(vec![Observable::domain(value.trim(), false)]),
        "hostname|port" => Some(vec![Observable::domain(first.trim(), false)]),
        "domain|ip" => Some(vec![
            Observable::domain(first.trim(), true),
            Observable::of(Kind::Ip, second),
        ]),
        "url" => Some(vec![Observable::of(Kind::Url, value)]),
        "md5" => hash(Kind::Md5, value),
        "sha1" => hash(Kind::Sha1, value),
        "sha256" => hash(Kind::Sha256, value),
        "filename|md5" | "malware-sample" => hash(Kind::Md5, second),
        "filename|sha1" => hash(Kind::Sha1, second),
        "filename|sha256" => hash(Kind::Sha256, second),
        _ => None,
    }
}

fn about(event: &Event, attribute: &Attribute, links: &[String]) -> About {
    let galaxies = attribute.galaxies.iter().chain(&event.galaxies);
    let clusters = galaxies
        .flat_map(|galaxy| &galaxy.clusters)
        .map(|cluster| cluster.value.clone());
    let tags = || {
        attribute
            .tags
            .iter()
            .chain(&event.tags)
            .map(|tag| tag.name.as_str())
    };
    let mut names: Vec<String> = clusters.chain(tags().filter_map(galaxy_name)).collect();
    names.sort();
    names.dedup();
    if names.is_empty() && !event.info.is_empty() {
        names.push(event.info.clone());
    }
    About {
        names,
        labels: tags()
            .filter(|tag| galaxy_name(tag).is_none() && confidence(tag).is_none())
            .map(str::to_owned)
            .collect(),
        references: links.to_vec(),
    }
}

/// `misp-galaxy:threat-actor="Sofacy"` → `Sofacy`. Techniques are no names.
fn galaxy_name(tag: &str) -> Option<String> {
    let (galaxy, value) = tag.strip_prefix("misp-galaxy:")?.split_once('=')?;
    (!galaxy.contains("attack-pattern")).then(|| value.trim_matches('"').to_owned())
}

/// `misp:confidence-level="usually-confident"` → 75, as the taxonomy says.
fn confidence(tag: &str) -> Option<u8> {
    let level = tag.strip_prefix("misp:confidence-level=")?.trim_matches('"');
    match level {
        "completely-confident" => Some(100),
        "usually-confident" => Some(75),
        "fairly-confident" => Some(50),
        "rarely-confident" => Some(25),
        "unconfident" => Some(0),
        _ => None,
    }
}
