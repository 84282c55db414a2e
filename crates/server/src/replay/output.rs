//! The three files a replay writes.

use super::{
    ReplayError,
    result::{Results, Row},
};
use correlate::{Cause, Chain};
use model::{
    Alert, AlertId, Apart, EventId, LinkReason, Membership, RecordId, Related, SecurityEvent, Tactic, Time,
    entity::Entity,
};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::{
    borrow::Cow,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

/// Bytes gathered before they are handed to the system: lines are short, and there are millions.
const BUFFER: usize = 256 * 1024;

/// An alert as a line of `alerts.jsonl`, which `--alerts` reads too, begins with its id and time; this is the rest, what
/// it has in common with others of its shape.
#[derive(Serialize)]
struct AlertLine<'a> {
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
    alert_ids: Vec<Cow<'a, str>>,
    entities: Vec<EntityLine<'a>>,
    edges: Vec<EdgeLine<'a>>,
    links: Vec<LinkLine>,
    chain: ChainLine<'a>,
}

#[derive(Serialize)]
struct EntityLine<'a> {
    r#type: model::EntityKind,
    value: &'a str,
    role: model::Role,
    malicious: bool,
}

/// What ties two alerts of an event.
#[derive(Serialize)]
struct EdgeLine<'a> {
    from: Cow<'a, str>,
    to: Cow<'a, str>,
    /// The event holds together by it; the others only say more.
    tree: bool,
    reason: &'a LinkReason,
}

/// Another event that has to do with this one.
#[derive(Serialize)]
struct LinkLine {
    event: EventId,
    /// `continues` or `related`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_apart: Option<Apart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<LinkReason>,
}

/// The attack chain of an event.
#[derive(Serialize)]
struct ChainLine<'a> {
    entry: Option<EntryLine<'a>>,
    lanes: Vec<LaneLine<'a>>,
    /// What led to what.
    edges: Vec<CauseLine<'a>>,
}

#[derive(Serialize)]
struct CauseLine<'a> {
    from: Cow<'a, str>,
    to: Cow<'a, str>,
    /// One explains the other; otherwise they only follow each other in one place.
    causal: bool,
    causes: Vec<Cause>,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    alert: Cow<'a, str>,
    reason: String,
}

#[derive(Serialize)]
struct LaneLine<'a> {
    tactic: Option<Tactic>,
    alerts: Vec<Cow<'a, str>>,
}

/// Writes everything a replay came to into the folder `out`.
pub(super) fn write(results: &Results, order: &[Tactic], out: &Path) -> Result<(), ReplayError> {
    let path = out.join("alerts.jsonl");
    alerts(&path, results).map_err(ReplayError::write(&path))?;
    let mut members: FxHashMap<EventId, Vec<&Row>> = FxHashMap::default();
    for row in &results.rows {
        if let Some(event) = results.event_of.get(&row.id) {
            members.entry(*event).or_default().push(row);
        }
    }
    let names: FxHashMap<AlertId, &Row> = results.rows.iter().map(|row| (row.id, row)).collect();
    let mut related: FxHashMap<EventId, Vec<&Related>> = FxHashMap::default();
    for near in &results.related {
        related.entry(near.event).or_default().push(near);
    }
    let mut events: Vec<&SecurityEvent> = results.events.values().collect();
    events.sort_by_key(|event| (event.first_time, event.id));
    let writer = EventWriter {
        results,
        order,
        names,
        related,
    };
    lines(
        &out.join("events.jsonl"),
        events
            .into_iter()
            .map(|event| writer.line(event, members.remove(&event.id).unwrap_or_default())),
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

impl Row {
    /// The id it came with, or the one it was given.
    fn written(&self) -> Cow<'_, str> {
        match &self.name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.id.to_string()),
        }
    }
}

fn lines<T: Serialize>(path: &Path, items: impl Iterator<Item = T>) -> Result<(), ReplayError> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::with_capacity(BUFFER, File::create(path)?);
        for item in items {
            serde_json::to_writer(&mut file, &item)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(ReplayError::write(path))
}

/// Writes the alerts. What those of a shape have in common is put into JSON once, where it is not each its own.
fn alerts(path: &Path, results: &Results) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(BUFFER, File::create(path)?);
    let shared = results.shapes.len() <= results.rows.len() / 2;
    let mut rests: Vec<Vec<u8>> = vec![Vec::new(); if shared { results.shapes.len() } else { 1 }];
    for row in &results.rows {
        let rest = &mut rests[if shared { row.shape } else { 0 }];
        if rest.is_empty() || !shared {
            rest.clear();
            serde_json::to_writer(&mut *rest, &alert_line(&results.shapes[row.shape]))?;
        }
        file.write_all(b"{\"id\":")?;
        serde_json::to_writer(&mut file, &row.written())?;
        file.write_all(b",\"time\":")?;
        serde_json::to_writer(&mut file, &row.time)?;
        // The rest is an object, too: what follows its opening brace continues this one.
        file.write_all(b",")?;
        file.write_all(&rest[1..])?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

fn alert_line(alert: &Alert) -> AlertLine<'_> {
    AlertLine {
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

/// What event lines are made from.
struct EventWriter<'a> {
    results: &'a Results,
    order: &'a [Tactic],
    names: FxHashMap<AlertId, &'a Row>,
    /// Events near each event.
    related: FxHashMap<EventId, Vec<&'a Related>>,
}

impl<'a> EventWriter<'a> {
    fn line(&self, event: &'a SecurityEvent, members: Vec<&'a Row>) -> EventLine<'a> {
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
            entities: entity_lines(&event.entities),
            edges: self.edges(&members),
            links: self.links(event),
            chain: self.chain(&members),
            alert_ids: members.into_iter().map(Row::written).collect(),
        }
    }

    fn name(&self, alert: AlertId) -> Cow<'a, str> {
        self.names
            .get(&alert)
            .map_or_else(|| Cow::Owned(alert.to_string()), |row| row.written())
    }

    fn edges(&self, members: &[&Row]) -> Vec<EdgeLine<'a>> {
        let memberships = members
            .iter()
            .filter_map(|row| self.results.memberships.get(&row.id));
        let edges = memberships.flat_map(|membership| {
            let edge = |(number, reason): (usize, &'a LinkReason)| {
                Some(EdgeLine {
                    from: self.name(membership.alert),
                    to: self.name(reason.alert()?),
                    tree: number == 0,
                    reason,
                })
            };
            membership
                .reasons()
                .enumerate()
                .filter_map(edge)
                .collect::<Vec<_>>()
        });
        edges.collect()
    }

    fn links(&self, event: &SecurityEvent) -> Vec<LinkLine> {
        let continues = event.continues.map(|of| LinkLine {
            event: of,
            kind: "continues",
            kept_apart: None,
            reason: None,
        });
        let near = self.related.get(&event.id);
        let related = near
            .into_iter()
            .flatten()
            .filter(|related| self.results.events.contains_key(&related.other))
            .map(|related| LinkLine {
                event: related.other,
                kind: "related",
                kept_apart: Some(related.kept_apart),
                reason: Some(related.reason.clone()),
            });
        continues.into_iter().chain(related).collect()
    }

    fn chain(&self, members: &[&Row]) -> ChainLine<'a> {
        let first = |row: &&Row| {
            let membership = self.results.memberships.get(&row.id)?;
            let alert = Alert {
                id: row.id,
                time: row.time,
                first_time: row.first_time,
                ..self.results.shapes[row.shape].clone()
            };
            Some((alert, membership))
        };
        let alerts: Vec<(Alert, &Membership)> = members.iter().filter_map(first).collect();
        let alerts = alerts.iter().map(|(alert, membership)| (alert, *membership));
        let chain = Chain::new(alerts, self.order);
        ChainLine {
            entry: chain.entry.map(|entry| EntryLine {
                alert: self.name(entry.alert),
                reason: entry.reason.en,
            }),
            lanes: chain
                .lanes
                .into_iter()
                .map(|lane| LaneLine {
                    tactic: lane.tactic,
                    alerts: lane.alerts.into_iter().map(|alert| self.name(alert)).collect(),
                })
                .collect(),
            edges: chain
                .edges
                .into_iter()
                .map(|edge| CauseLine {
                    from: self.name(edge.from),
                    to: self.name(edge.to),
                    causal: edge.causal,
                    causes: edge.causes,
                })
                .collect(),
        }
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
