//! Folding and linking alerts into events, against counting them by rule and entities.

use crate::measure::{Subject, Table, time};
use correlate::{Correlator, Settings};
use model::{Alert, Entity};
use std::{collections::HashMap, convert::Infallible, hint::black_box};

/// Alerts handed over at once.
pub const BATCH: usize = 500;

/// One row alert by alert, one in batches.
pub fn run(table: &mut Table, alerts: &[Alert]) {
    let floor = || {
        time(|| {
            let mut folds: HashMap<(&str, &[Entity]), u32> = HashMap::new();
            for alert in alerts {
                *folds.entry((&alert.rule.id, &alert.entities)).or_default() += 1;
            }
            black_box(folds);
        })
    };
    for (name, batch) in [("correlate one by one", 1), ("correlate in batches", BATCH)] {
        let subject = Subject {
            name,
            floor: "a hash map by rule and entities",
            unit: "alerts",
            items: alerts.len(),
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
}
