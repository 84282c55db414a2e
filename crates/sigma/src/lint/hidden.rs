//! Characters nobody sees, and those that turn the direction of what one reads.

use super::{Check, Findings, Hidden, Severity};
use crate::error::Position;

/// Findings of this check; more say nothing new.
const MOST: usize = 20;

/// Reports each of them.
pub fn check(text: &str, findings: &mut Findings<'_>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut at = Position::START;
    let mut found = 0;
    for c in text.chars() {
        if let Some(what) = hidden(c) {
            let character = format!("U+{:04X}", u32::from(c));
            let message = format!("{} ({character})", what.describe());
            let expected = format!(
                "only characters one can see, such as `{}` in double quotes",
                escape(c)
            );
            let check = Check::HiddenCharacter { what, character };
            findings.push(check, Severity::Error, at, message, &expected);
            found += 1;
            if found == MOST {
                return;
            }
        }
        if c == '\n' {
            at = Position {
                line: at.line + 1,
                column: 1,
            };
        } else {
            at.column += 1;
        }
    }
}

/// The character as YAML writes it between double quotes.
fn escape(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}

fn hidden(c: char) -> Option<Hidden> {
    match c {
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(Hidden::Direction)
        }
        '\u{00ad}'
        | '\u{034f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Some(Hidden::Invisible),
        '\t' | '\n' | '\r' => None,
        c if c.is_control() => Some(Hidden::Control),
        _ => None,
    }
}
