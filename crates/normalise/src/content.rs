//! Files of the content folder as given by the caller, and errors that point into them.
//!
//! This crate opens no files: the binary embeds `content/`, tests read it from disk.

use serde::de::DeserializeOwned;
use serde_saphyr::Location;

/// One file of the content folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFile {
    /// Its path from `content/`, with `/`, such as `sources/alibaba/waf/source.yml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a content file, and where. Line and column count from 1; 0 is the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ContentError {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl ContentError {
    /// An error at a place of a file.
    pub(crate) fn at(file: &str, place: Location, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: place.line(),
            column: place.column(),
            message: message.into(),
        }
    }

    /// An error of the file as a whole.
    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self::at(file, Location::UNKNOWN, message)
    }
}

/// Reads one YAML document.
pub(crate) fn parse<T: DeserializeOwned>(file: &ContentFile) -> Result<T, ContentError> {
    serde_saphyr::from_str(&file.text).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().unwrap_or(Location::UNKNOWN);
        ContentError::at(&file.path, place, explain(error))
    })
}

/// The parser's message without its place, and with the nearest name where a name is unknown.
fn explain(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
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
    let hint = nearest(name, expected.iter().copied()).map_or_else(
        || format!("expected one of `{}`", expected.join("`, `")),
        |near| format!("did you mean `{near}`?"),
    );
    format!("unknown {what} `{name}`: {hint}")
}

/// The known name that looks most like `name`, if one does.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this, two names have little in common.
    const ALIKE: f64 = 0.8;
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
