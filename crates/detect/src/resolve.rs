//! Detections in terms of one dictionary: every field by the one name the dictionary has for it.

use crate::field::Address;
use model::Schema;
use sigma::{Detection, Position, Report, Test};

/// The detection with every field under its own name; unknown ones are reported.
pub fn resolve(mut detection: Detection, schema: &Schema, report: &mut Report<'_>) -> Option<Detection> {
    let errors = report.len();
    let selections = detection.selections.iter_mut();
    let items = selections.flat_map(|selection| selection.alternatives.iter_mut().flatten());
    for item in items {
        if let Some(field) = &mut item.field {
            rename(field, item.position, schema, report);
        }
        tests(&mut item.tests, schema, report);
    }
    (report.len() == errors).then_some(detection)
}

fn tests(tests: &mut [Test], schema: &Schema, report: &mut Report<'_>) {
    for test in tests {
        match test {
            Test::Field(other) => rename(&mut other.field, other.position, schema, report),
            Test::AnyOf(inner) => self::tests(inner, schema, report),
            _ => {}
        }
    }
}

fn rename(field: &mut String, at: Position, schema: &Schema, report: &mut Report<'_>) {
    if let Some(address) = Address::resolve(field, at, schema, report) {
        *field = address.name(schema);
    }
}
