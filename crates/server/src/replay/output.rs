//! The three files a replay writes.

use super::{ReplayError, result::Results};
use model::{Alert, EventId, RecordId, SecurityEvent, Time, entity::Entity};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

/// An alert as a line of `alerts.jsonl`; also what `--alerts` reads.
#[derive(Serialize)]
struct AlertLine<'a> {
    id: String,
    time: Time,
    rule: &'a str,
    title: &'a str,
    side: model::Side,
    level: model::Level,
    origin: model::Origin,
    aggregation: model::Aggregation,
    entities: Vec<EntityLine<'a>>,
    records: &'a [RecordId],
}

/// An event as a line of `events.jsonl`.
#[derive(Serialize)]
struct EventLine<'a> {
    id: EventId,
    title: &'a str,
    level: model::Level,
    method: model::Aggregation,
    side: model::Side,
    status: model::EventStatus,
    first_time: Time,
    last_time: Time,
    alert_count: u64,
    raw_alert_count: u64,
    alert_ids: Vec<String>,
    entities: Vec<EntityLine<'a>>,
}

#[derive(Serialize)]
struct EntityLine<'a> {
    r#type: model::EntityKind,
    value: &'a str,
    role: model::Role,
    malicious: bool,
}

/// Writes everything a replay came to into the folder `out`.
pub(super) fn write(results: &Results, out: &Path) -> Result<(), ReplayError> {
    lines(
        &out.join("alerts.jsonl"),
        results.alerts.iter().map(|alert| alert_line(results, alert)),
    )?;
    let mut members: BTreeMap<EventId, Vec<String>> = BTreeMap::new();
    for alert in &results.alerts {
        if let Some(event) = results.membership.get(&alert.id) {
            members.entry(*event).or_default().push(results.name(alert));
        }
    }
    let mut events: Vec<&SecurityEvent> = results.events.values().collect();
    events.sort_by_key(|event| (event.first_time, event.id));
    lines(
        &out.join("events.jsonl"),
        events
            .into_iter()
            .map(|event| event_line(event, members.remove(&event.id).unwrap_or_default())),
    )?;
    let path = out.join("counters.json");
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(&path)?);
        serde_json::to_writer_pretty(&mut file, &results.counters)?;
        file.write_all(b"\n")?;
        file.flush()
    };
    write().map_err(ReplayError::write(&path))
}

impl Results {
    /// The id an alert came with, or the one it was given.
    fn name(&self, alert: &Alert) -> String {
        self.names
            .get(&alert.id)
            .cloned()
            .unwrap_or_else(|| alert.id.to_string())
    }
}

fn lines<T: Serialize>(path: &Path, items: impl Iterator<Item = T>) -> Result<(), ReplayError> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for item in items {
            serde_json::to_writer(&mut file, &item)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(ReplayError::write(path))
}

fn alert_line<'a>(results: &Results, alert: &'a Alert) -> AlertLine<'a> {
    AlertLine {
        id: results.name(alert),
        time: alert.time,
        rule: &alert.rule.id,
        title: &alert.title.en,
        side: alert.side,
        level: alert.level,
        origin: alert.origin,
        aggregation: alert.aggregation,
        entities: entity_lines(&alert.entities),
        records: &alert.records,
    }
}

fn event_line(event: &SecurityEvent, alert_ids: Vec<String>) -> EventLine<'_> {
    EventLine {
        id: event.id,
        title: &event.title.en,
        level: event.level,
        method: event.method,
        side: event.side,
        status: event.status,
        first_time: event.first_time,
        last_time: event.last_time,
        alert_count: event.alert_count,
        raw_alert_count: event.raw_alert_count,
        alert_ids,
        entities: entity_lines(&event.entities),
    }
}

fn entity_lines(entities: &[Entity]) -> Vec<EntityLine<'_>> {
    entities
        .iter()
        .map(|entity| EntityLine {
            r#type: entity.key.kind,
            value: &entity.key.value,
            role: entity.role,
            malicious: entity.malicious,
        })
        .collect()
}
