//! A file of alerts → the correlator: our own alert lines, and lighter ones of other tools.

use super::{ReplayError, result::Results};
use crate::pipeline::{Engine, Outcome};
use connectors::file::{Line, Lines};
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, Level, LocalText, Origin, ProductId, Provider, RecordId,
    Role, RuleRef, Side, TenantId, Time, id::ContentHash,
};
use serde::Deserialize;
use std::{collections::BTreeSet, path::Path};

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

/// Runs a file of alerts through the correlator, in the order of (time, alert id).
pub(super) fn replay(
    engine: &mut Engine,
    path: &Path,
    results: &mut Results,
    progress: &dyn Fn(u64),
) -> Result<(), ReplayError> {
    let mut lines = Lines::open(path).map_err(ReplayError::read(path))?;
    let mut alerts = Vec::new();
    let mut told = 0;
    while let Some(line) = lines.next() {
        let number = lines.number();
        let refuse = |source| ReplayError::Alert {
            path: path.to_owned(),
            line: number,
            source,
        };
        let line = match line.map_err(ReplayError::read(path))? {
            Line::Record(raw) if raw.trim_ascii().is_empty() => continue,
            Line::Record(raw) => {
                serde_json::from_slice::<AlertLine>(&raw).map_err(|error| refuse(error.into()))?
            }
            Line::TooLong { .. } => return Err(refuse(AlertLineError::TooLong)),
        };
        let (alert, name) = alert(line);
        if let Some(name) = name {
            results.names.insert(alert.id, name);
        }
        alerts.push(alert);
        progress(lines.bytes_read() - told);
        told = lines.bytes_read();
    }
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    for alert in alerts {
        let now = alert.time;
        let mut outcome = Outcome::default();
        engine.alert(alert, now, &mut outcome);
        results.add(outcome);
    }
    Ok(())
}

/// The alert of a line, and the id it came with if that is not one of ours.
fn alert(line: AlertLine) -> (Alert, Option<String>) {
    let (id, name) = match line.id.parse::<AlertId>() {
        Ok(id) => (id, None),
        Err(_) => (
            AlertId::from_bits(ContentHash::new("foreign").part(&line.id).finish()),
            Some(line.id),
        ),
    };
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
