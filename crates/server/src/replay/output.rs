//! The three files a replay writes.

use super::{
    ReplayError,
    result::{Results, Row},
};
use correlate::{Cause, Chain};
use model::{
    Alert, AlertId, Apart, EventId, LinkReason, Membership, RecordId, SecurityEvent, Tactic, Time,
    entity::Entity,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap},
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
    edges: Vec<EdgeLine>,
    links: Vec<LinkLine>,
    chain: ChainLine,
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
struct EdgeLine {
    from: String,
    to: String,
    /// The event holds together by it; the others only say more.
    tree: bool,
    reason: LinkReason,
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
struct ChainLine {
    entry: Option<EntryLine>,
    lanes: Vec<LaneLine>,
    /// What led to what.
    edges: Vec<CauseLine>,
}

#[derive(Serialize)]
struct CauseLine {
    from: String,
    to: String,
    /// One explains the other; otherwise they only follow each other in one place.
    causal: bool,
    causes: Vec<Cause>,
}

#[derive(Serialize)]
struct EntryLine {
    alert: String,
    reason: String,
}

#[derive(Serialize)]
struct LaneLine {
    tactic: Option<Tactic>,
    alerts: Vec<String>,
}

/// Writes everything a replay came to into the folder `out`.
pub(super) fn write(results: &Results, order: &[Tactic], out: &Path) -> Result<(), ReplayError> {
    lines(
        &out.join("alerts.jsonl"),
        results
            .rows
            .iter()
            .map(|row| alert_line(row, &results.shapes[row.shape])),
    )?;
    let mut members: BTreeMap<EventId, Vec<&Row>> = BTreeMap::new();
    for row in &results.rows {
        if let Some(event) = results.event_of.get(&row.id) {
            members.entry(*event).or_default().push(row);
        }
    }
    let names: HashMap<AlertId, &Row> = results.rows.iter().map(|row| (row.id, row)).collect();
    let mut events: Vec<&SecurityEvent> = results.events.values().collect();
    events.sort_by_key(|event| (event.first_time, event.id));
    let writer = EventWriter {
        results,
        order,
        names,
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
    fn written(&self) -> String {
        self.name
            .as_deref()
            .map_or_else(|| self.id.to_string(), ToOwned::to_owned)
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

fn alert_line<'a>(row: &Row, alert: &'a Alert) -> AlertLine<'a> {
    AlertLine {
        id: row.written(),
        time: row.time,
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
    names: HashMap<AlertId, &'a Row>,
}

impl<'a> EventWriter<'a> {
    fn line(&self, event: &'a SecurityEvent, members: Vec<&Row>) -> EventLine<'a> {
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

    fn name(&self, alert: AlertId) -> String {
        self.names
            .get(&alert)
            .map_or_else(|| alert.to_string(), |row| row.written())
    }

    fn edges(&self, members: &[&Row]) -> Vec<EdgeLine> {
        let memberships = members
            .iter()
            .filter_map(|row| self.results.memberships.get(&row.id));
        let edges = memberships.flat_map(|membership| {
            let edge = |(number, reason): (usize, &LinkReason)| {
                Some(EdgeLine {
                    from: self.name(membership.alert),
                    to: self.name(reason.alert()?),
                    tree: number == 0,
                    reason: reason.clone(),
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
        let near = self
            .results
            .related
            .iter()
            .filter(|related| related.event == event.id);
        let related = near
            .filter(|related| self.results.events.contains_key(&related.other))
            .map(|related| LinkLine {
                event: related.other,
                kind: "related",
                kept_apart: Some(related.kept_apart),
                reason: Some(related.reason.clone()),
            });
        continues.into_iter().chain(related).collect()
    }

    fn chain(&self, members: &[&Row]) -> ChainLine {
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
