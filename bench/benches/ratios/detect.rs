//! Running all predefined rules over records, against reading those records in the first place.

use crate::{
    content::Content,
    logs::Log,
    measure::{Subject, Table, time},
};
use detect::Detector;
use model::LogRecord;
use std::{convert::Infallible, hint::black_box, sync::Arc};

/// One row for each log.
pub fn run(table: &mut Table, content: &Content, logs: &[Log]) {
    for log in logs {
        let records = records(content, log);
        let subject = Subject {
            name: &format!("detect {}", log.name),
            floor: "normalise of the same records",
            unit: "records",
            items: records.len(),
        };
        let floor = || time(|| drop(black_box(self::records(content, log))));
        let ours = || {
            let mut detector = Detector::new(Arc::clone(&content.rules));
            time(|| drop(black_box(detector.detect(&records))))
        };
        let Ok(()) = table.row::<Infallible>(&subject, || Ok(floor()), || Ok(ours()));
    }
}

/// The records of a log, read.
pub fn records<'r>(content: &Content, log: &'r Log) -> Vec<LogRecord<'r>> {
    let read = |record: &'r Vec<u8>| {
        content
            .catalogue
            .normalise(record, &content.context(&log.product, b"0"))
            .ok()
    };
    log.records.iter().filter_map(read).collect()
}
