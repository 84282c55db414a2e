//! Reading a record, against parsing the same bytes into a tree that nobody has looked at yet.

use crate::{
    content::Content,
    logs::Log,
    measure::{Subject, Table, time},
};
use serde_json::Value;
use std::{convert::Infallible, hint::black_box};

/// One row for each log.
pub fn run(table: &mut Table, content: &Content, logs: &[Log]) {
    for log in logs {
        let subject = Subject {
            name: &format!("normalise {}", log.name),
            floor: "serde_json::Value of the same bytes",
            unit: "records",
            items: log.records.len(),
        };
        let floor = || {
            time(|| {
                for record in &log.records {
                    black_box(serde_json::from_slice::<Value>(record).ok());
                }
            })
        };
        let ours = || {
            time(|| {
                for record in &log.records {
                    let source = content.context(&log.product, b"0");
                    black_box(content.catalogue.normalise(record, &source).ok());
                }
            })
        };
        let Ok(()) = table.row::<Infallible>(&subject, || Ok(floor()), || Ok(ours()));
    }
}
