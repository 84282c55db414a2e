//! What is wrong with a configuration, and where.

use std::path::PathBuf;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something that makes no sense.
    #[error("{}:{line}:{column}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// An environment variable says something that makes no sense.
    #[error("environment variable `{name}`: {message}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        message: String,
    },
}

/// Line and column, both from 1, of a byte of `text`.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}

/// Serde's message about an unknown name, with the nearest known one instead of all of them.
pub(super) fn with_hint(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let Some(given) = names.next().filter(|_| message.starts_with("unknown ")) else {
        return message.to_owned();
    };
    let nearest = names
        .map(|known| (strsim::damerau_levenshtein(given, known), known))
        .filter(|(distance, known)| *distance <= known.len().div_ceil(2))
        .min();
    match nearest {
        Some((_, known)) => format!("unknown key `{given}`, did you mean `{known}`?"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one() {
        let text = "a = 1\nbc = 2\n";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, 7), (2, 2));
        assert_eq!(place(text, 1000), (3, 1));
    }

    #[test]
    fn the_nearest_key_is_named() {
        let message = "unknown field `lissten`, expected one of `listen`, `https`";
        assert_eq!(
            with_hint(message),
            "unknown key `lissten`, did you mean `listen`?"
        );
        let message = "unknown field `zzz`, expected `listen` or `https`";
        assert_eq!(with_hint(message), message);
        assert_eq!(
            with_hint("invalid type: string \"x\""),
            "invalid type: string \"x\""
        );
    }
}
