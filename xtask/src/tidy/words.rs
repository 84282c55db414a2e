//! Characters that hide what a text says, and work left open.

use super::Finding;
use crate::root;
use std::path::PathBuf;

/// Calls that must not stay in committed code. Spelt in two parts, so that this file does not find itself.
const LEFT_OPEN_RUST: &[(&str, &str)] = &[
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("#[igno", "re"),
    ("FIX", "ME"),
];
/// The same in TypeScript.
const LEFT_OPEN_TYPESCRIPT: &[(&str, &str)] = &[("FIX", "ME"), (".only", "("), ("test.ski", "p(")];

/// Checks every text file.
pub(super) fn check(files: &[PathBuf]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files {
        let bytes = std::fs::read(root::path().join(file))?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let left_open = match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => LEFT_OPEN_RUST,
            Some("ts" | "tsx") => LEFT_OPEN_TYPESCRIPT,
            _ => &[],
        };
        for (number, line) in text.lines().enumerate() {
            let place = || format!("{}:{}", file.display(), number + 1);
            if let Some(hidden) = line.chars().find(|c| is_hidden(*c)) {
                findings.push(Finding::new(
                    place(),
                    format!("holds the invisible character {}", hidden.escape_unicode()),
                ));
            }
            for (head, tail) in left_open {
                let word = format!("{head}{tail}");
                if line.contains(&word) {
                    findings.push(Finding::new(place(), format!("left open: `{word}`")));
                }
            }
        }
    }
    Ok(findings)
}

/// Zero-width and bidirectional control characters: text that reads differently from what it is.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_found() {
        assert!(is_hidden('\u{202e}') && is_hidden('\u{200b}') && is_hidden('\u{feff}'));
        assert!(!is_hidden('中') && !is_hidden(' '));
    }
}
