//! YAML → a pattern, or the place where it is none.

use super::PatternFinding;
use correlate::Pattern;
use normalise::ContentFile;
use serde_saphyr::{Error, Location};
use sigma::{Report, yaml};

/// Reads one file.
pub fn read(file: &ContentFile) -> Result<Pattern, PatternFinding> {
    let refuse = |place, message| PatternFinding::new(&file.path, place, "does-not-load", message);
    // First by the defensive reader of rules: it bounds depth and refuses a key given twice.
    let mut report = Report::new(&file.path);
    let documents = yaml::load(&file.text, &mut report);
    if let Some(error) = report.into_errors().into_iter().next() {
        return Err(refuse((error.line, error.column), error.message));
    }
    if documents.len() != 1 {
        let message = format!("{} documents in the file: expected one pattern", documents.len());
        return Err(refuse((1, 1), message));
    }
    serde_saphyr::from_str(&file.text).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().unwrap_or(Location::UNKNOWN);
        let number = |number: u64| usize::try_from(number).unwrap_or(1).max(1);
        refuse((number(place.line()), number(place.column())), explain(error))
    })
}

/// The reader's message without its place, and with the nearest name where a name is unknown.
fn explain(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => unknown("value", variant, expected),
        Error::SerdeMissingField { field, .. } => format!("key `{field}` is missing"),
        Error::Message { msg, .. } => msg.clone(),
        other => {
            let text = other.to_string();
            let text = text.lines().next().unwrap_or_default();
            text.split(" at line ").next().unwrap_or(text).to_owned()
        }
    }
}

fn unknown(what: &str, name: &str, expected: &[&str]) -> String {
    let expected = sigma::nearest(name, expected.iter().copied()).map_or_else(
        || format!("one of `{}`", expected.join("`, `")),
        |near| format!("`{near}`"),
    );
    format!("unknown {what} `{name}`; expected {expected}")
}
