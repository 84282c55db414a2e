//! What is wrong with a rule file and where: every error names its place and what was expected there.

use crate::error_kind::ErrorKind;
use std::fmt;

/// A place in a file: line and column, both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One thing wrong with a rule file. Its `Display` is `file:line:column: message; expected …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, with the offending text in backticks.
    pub message: String,
    /// What would have been right, where that can be said.
    pub expected: Option<String>,
    /// What sort of mistake it is.
    pub kind: ErrorKind,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.expected {
            Some(expected) => write!(f, "; expected {expected}"),
            None => Ok(()),
        }
    }
}

/// Errors of one file that are kept; more would help nobody and could be made to fill the memory.
const MAX_ERRORS: usize = 200;

/// Collects the errors of one file, so that all of them can be shown at once.
#[derive(Debug)]
pub struct Report<'f> {
    file: &'f str,
    errors: Vec<Error>,
    /// Errors that were only counted.
    dropped: usize,
}

impl<'f> Report<'f> {
    /// An empty report on `file`.
    pub fn new(file: &'f str) -> Self {
        Self {
            file,
            errors: Vec::new(),
            dropped: 0,
        }
    }

    /// Adds an error.
    pub fn error(&mut self, at: Position, message: impl Into<String>) {
        self.tell(at, ErrorKind::Other, message, None);
    }

    /// Adds an error that can say what would have been right.
    pub fn expected(&mut self, at: Position, message: impl Into<String>, expected: impl Into<String>) {
        self.tell(at, ErrorKind::Other, message, Some(expected.into()));
    }

    /// Adds an error about a key that must be there.
    pub fn missing(&mut self, at: Position, key: &str) {
        let kind = ErrorKind::MissingKey { key: key.to_owned() };
        self.tell(at, kind, format!("key `{key}` is missing"), None);
    }

    /// Adds an error about a word that is none of the `known` ones, and names the nearest of them.
    pub fn unknown<'k>(
        &mut self,
        at: Position,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) {
        if self.errors.len() >= MAX_ERRORS {
            self.dropped += 1;
            return;
        }
        let near = nearest(word, known.clone());
        let expected = match near {
            Some(near) => format!("`{near}`"),
            None => one_of(known),
        };
        let message = format!("unknown {what} `{}`", shown(word));
        let kind = ErrorKind::UnknownWord {
            word: shown(word),
            near: near.map(str::to_owned),
        };
        self.tell(at, kind, message, Some(expected));
    }

    /// Says what sort of mistakes the errors since `since` are, a length from before: those that nobody has said it of.
    pub fn claim(&mut self, since: usize, kind: &ErrorKind) {
        let unclaimed = self.errors.iter_mut().skip(since);
        for error in unclaimed.filter(|error| error.kind == ErrorKind::Other) {
            error.kind = kind.clone();
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// How many errors there are so far.
    pub fn len(&self) -> usize {
        self.errors.len() + self.dropped
    }

    /// All errors, in the order of the file; of very many, the first that were found.
    pub fn into_errors(mut self) -> Vec<Error> {
        self.errors.sort_by_key(|e| (e.line, e.column));
        self.errors
    }

    /// Adds an error of a kind.
    pub fn tell(
        &mut self,
        at: Position,
        kind: ErrorKind,
        message: impl Into<String>,
        expected: Option<String>,
    ) {
        if self.errors.len() >= MAX_ERRORS {
            self.dropped += 1;
            return;
        }
        self.errors.push(Error {
            file: self.file.to_owned(),
            line: at.line,
            column: at.column,
            message: message.into(),
            expected,
            kind,
        });
    }
}

/// The known word nearest to a misspelt one; none if nothing is near.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word: String = word.chars().take(100).collect();
    let limit = (word.chars().count() / 2).clamp(1, 8);
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Text from a file as an error shows it: not more than a line of it.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// `a, b or c`, each in backticks.
pub fn one_of<'k>(words: impl IntoIterator<Item = &'k str>) -> String {
    let words: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_named() {
        let known = ["contains", "startswith", "endswith", "re"];
        let check = |word, expected| assert_eq!(nearest(word, known), expected, "{word}");
        check("containz", Some("contains"));
        check("start_with", Some("startswith"));
        check("rx", Some("re"));
        check("frobnicate", None);
    }

    #[test]
    fn errors_read_as_a_compiler_writes_them() {
        let mut report = Report::new("a.yml");
        report.unknown(
            Position { line: 3, column: 9 },
            "modifier",
            "containz",
            ["contains"],
        );
        let text = report.into_errors()[0].to_string();
        assert_eq!(
            text,
            "a.yml:3:9: unknown modifier `containz`; expected `contains`"
        );
    }

    #[test]
    fn an_area_claims_only_what_says_nothing_of_itself() {
        let mut report = Report::new("a.yml");
        report.error(Position::START, "before");
        let since = report.len();
        report.missing(Position::START, "id");
        report.error(Position::START, "inside");
        report.claim(since, &ErrorKind::Condition);
        report.claim(since, &ErrorKind::Detection);
        let kinds: Vec<ErrorKind> = report.into_errors().into_iter().map(|error| error.kind).collect();
        let missing = ErrorKind::MissingKey { key: "id".to_owned() };
        assert_eq!(kinds, [ErrorKind::Other, missing, ErrorKind::Condition]);
    }

    #[test]
    fn lists_of_words_are_readable() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
