//! A file of alerts → the correlator: our own alert lines, and lighter ones of other tools.

use super::result::Row;
use super::{ReplayError, result::Results};
use crate::pipeline::Engine;
use connectors::file::{Line, Lines};
use correlate::Arrival;
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, Level, LocalText, Origin, ProductId, Provider, RecordId,
    Role, RuleRef, Side, TenantId, Time, id::ContentHash,
};
use serde::{Deserialize, de::value::StrDeserializer};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    path::Path,
};

/// An alert line. Only what has no default is required.
#[derive(Deserialize)]
struct AlertLine {
    id: String,
    time: Time,
    rule: String,
    #[serde(default)]
    title: Option<String>,
    side: Side,
    #[serde(default)]
    level: Option<Level>,
    #[serde(default)]
    origin: Option<Origin>,
    aggregation: Aggregation,
    #[serde(default)]
    entities: Vec<EntityLine>,
    #[serde(default)]
    records: Vec<RecordId>,
}

#[derive(Deserialize)]
struct EntityLine {
    r#type: EntityKind,
    value: String,
    role: Role,
    #[serde(default)]
    malicious: bool,
}

/// Why an alert line is refused.
#[derive(Debug, thiserror::Error)]
pub enum AlertLineError {
    /// Not an alert line.
    #[error("not an alert line")]
    Json(#[from] serde_json::Error),
    /// Longer than any alert.
    #[error("the line is longer than the limit")]
    TooLong,
}

/// Alerts handed to the correlator at once: what changes is told once for all of them.
const BATCH: usize = 4096;

/// Runs a file of alerts through the correlator, in the order of (time, alert id).
pub(super) fn replay(
    engine: &mut Engine,
    path: &Path,
    results: &mut Results,
    progress: &dyn Fn(u64),
) -> Result<(), ReplayError> {
    let mut lines = Lines::open(path).map_err(ReplayError::read(path))?;
    let mut shapes = Shapes::default();
    let mut told = 0;
    while let Some(line) = lines.next() {
        let number = lines.number();
        let refuse = |source| ReplayError::Alert {
            path: path.to_owned(),
            line: number,
            source,
        };
        match line.map_err(ReplayError::read(path))? {
            Line::Record(raw) if raw.trim_ascii().is_empty() => {}
            Line::Record(raw) => {
                let row = shapes.row(&raw, &mut results.shapes).map_err(refuse)?;
                results.rows.push(row);
            }
            Line::TooLong { .. } => return Err(refuse(AlertLineError::TooLong)),
        }
        if lines.bytes_read() > told {
            progress(lines.bytes_read() - told);
            told = lines.bytes_read();
        }
    }
    results.rows.sort_by_key(|row| (row.time, row.id));
    for start in (0..results.rows.len()).step_by(BATCH) {
        let end = results.rows.len().min(start + BATCH);
        let arrivals = results.rows[start..end].iter().map(|row| Arrival {
            alert: &results.shapes[row.shape],
            id: row.id,
            time: row.time,
            first_time: row.first_time,
            now: row.time,
        });
        let changes = engine.arrivals(arrivals);
        results.change(changes);
    }
    Ok(())
}

/// What of a line changes from alert to alert.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
}

/// What alerts have in common, by the text of their lines without id and time.
#[derive(Default)]
struct Shapes {
    known: HashMap<Vec<u8>, usize>,
    rest: Vec<u8>,
}

impl Shapes {
    /// Reads a line. Only one of a new shape is read as a whole.
    fn row(&mut self, line: &[u8], shapes: &mut Vec<Alert>) -> Result<Row, AlertLineError> {
        let head: Head<'_> = serde_json::from_slice(line)?;
        self.without(line, &head);
        if let Some(shape) = self.known.get(&self.rest) {
            let time = Time::deserialize(StrDeserializer::<serde_json::Error>::new(&head.time))?;
            let (id, name) = id(&head.id);
            return Ok(Row {
                id,
                time,
                first_time: time,
                shape: *shape,
                name,
            });
        }
        let line = serde_json::from_slice::<AlertLine>(line)?;
        let (alert, name) = alert(line);
        self.known.insert(self.rest.clone(), shapes.len());
        let row = Row {
            id: alert.id,
            time: alert.time,
            first_time: alert.first_time,
            shape: shapes.len(),
            name,
        };
        shapes.push(alert);
        Ok(row)
    }

    /// The line without the values of id and time; one that escapes them is a shape of its own.
    fn without(&mut self, line: &[u8], head: &Head<'_>) {
        self.rest.clear();
        let place = |value: &Cow<'_, str>| match value {
            Cow::Borrowed(text) => {
                let start = text.as_ptr() as usize - line.as_ptr() as usize;
                Some((start, start + text.len()))
            }
            Cow::Owned(_) => None,
        };
        let mut at = 0;
        let mut cuts = [place(&head.id), place(&head.time)];
        cuts.sort_unstable();
        for (start, end) in cuts.into_iter().flatten() {
            self.rest.extend_from_slice(&line[at..start]);
            at = end;
        }
        self.rest.extend_from_slice(&line[at..]);
    }
}

/// The id of an alert, and the one it came with if that is none of ours.
fn id(text: &str) -> (AlertId, Option<Box<str>>) {
    match text.parse::<AlertId>() {
        Ok(id) => (id, None),
        Err(_) => (
            AlertId::from_bits(ContentHash::new("foreign").part(text).finish()),
            Some(text.into()),
        ),
    }
}

/// The alert of a line, and the id it came with if that is none of ours.
fn alert(line: AlertLine) -> (Alert, Option<Box<str>>) {
    let (id, name) = id(&line.id);
    let mut entities: Vec<Entity> = line
        .entities
        .iter()
        .map(|entity| Entity::new(entity.r#type, &entity.value, entity.role, entity.malicious))
        .collect();
    entities.sort();
    entities.dedup();
    let title = line.title.unwrap_or_else(|| line.rule.clone());
    let alert = Alert {
        id,
        tenant: TenantId::default(),
        time: line.time,
        first_time: line.time,
        rule: RuleRef {
            id: line.rule,
            version: String::new(),
        },
        title: LocalText::same(title),
        origin: line.origin.unwrap_or(Origin::Predefined),
        testing: false,
        side: line.side,
        level: line.level.unwrap_or(Level::Medium),
        aggregation: line.aggregation,
        window: None,
        category: String::new(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        // The line does not say which product saw it; it is the user's own file.
        products: BTreeSet::from([ProductId {
            provider: Provider::SelfHosted,
            product: "alerts".into(),
        }]),
        accounts: BTreeSet::new(),
        entities,
        records: line.records,
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    };
    (alert, name)
}
