//! Folding and linking alerts into events, against counting them by rule and entities.

use crate::measure::{Subject, Table, time};
use correlate::{Correlator, Settings};
use model::{Alert, AlertId, Entity, Time};
use std::{collections::HashMap, convert::Infallible, hint::black_box};

/// Alerts handed over at once.
pub const BATCH: usize = 500;
/// How often an alert comes where most are repeats: as in recorded alerts, nine of ten.
const TIMES: u8 = 10;

/// One row alert by alert, one in batches, and one of what folding is for.
pub fn run(table: &mut Table, alerts: &[Alert]) {
    row(table, "correlate one by one", alerts, 1);
    row(table, "correlate in batches", alerts, BATCH);
    row(table, "correlate repeats in batches", &repeated(alerts), BATCH);
}

fn row(table: &mut Table, name: &str, alerts: &[Alert], batch: usize) {
    let subject = Subject {
        name,
        floor: "a hash map by rule and entities",
        unit: "alerts",
        items: alerts.len(),
    };
    let floor = || {
        time(|| {
            let mut folds: HashMap<(&str, &[Entity]), u32> = HashMap::new();
            for alert in alerts {
                *folds.entry((&alert.rule.id, &alert.entities)).or_default() += 1;
            }
            black_box(folds);
        })
    };
    let ours = || {
        let mut correlator = Correlator::new(Settings::default());
        time(|| {
            for some in alerts.chunks(batch) {
                black_box(correlator.alerts(some, some[some.len() - 1].time));
            }
        })
    };
    let Ok(()) = table.row::<Infallible>(&subject, || Ok(floor()), || Ok(ours()));
}

/// Each alert again and again, a second after the last time, in the order of their times.
fn repeated(alerts: &[Alert]) -> Vec<Alert> {
    let again = |alert: &Alert, turn: u8| Alert {
        id: AlertId::from_bits(alert.id.bits().wrapping_add(u128::from(turn) << 120)),
        time: Time::from_millis(alert.time.millis() + i64::from(turn) * 1_000),
        ..alert.clone()
    };
    let mut all: Vec<Alert> = alerts
        .iter()
        .flat_map(|alert| (0..TIMES).map(|turn| again(alert, turn)))
        .collect();
    all.sort_by_key(|alert| (alert.time, alert.id));
    all
}
