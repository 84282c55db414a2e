//! Titles with `$field$` in them, filled from the record that raised the alert. What a correlation groups by, fields
//! and aliases, is filled from the group: it is the same whichever record comes last.

use crate::field::Address;
use model::{LocalText, Schema};
use sigma::{Position, Report};

/// Characters of a value that a title shows.
const LONGEST_VALUE: usize = 120;
/// What stands for a value the record does not have.
const ABSENT: &str = "-";

/// A title in both languages.
#[derive(Clone, Debug)]
pub struct LocalTemplate {
    en: Template,
    zh: Template,
}

impl LocalTemplate {
    /// Compiles both versions, for a rule that groups by these; unknown fields are reported at `at`.
    pub fn compile(
        text: &LocalText,
        at: Position,
        groups: &[String],
        schema: &Schema,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let en = Template::compile(&text.en, at, groups, schema, report);
        let zh = Template::compile(&text.zh, at, groups, schema, report);
        Some(Self { en: en?, zh: zh? })
    }

    /// The title with the values there are, in the record and of the group.
    pub fn fill(&self, value: impl Fn(&Address) -> Option<String>, group: &[String]) -> LocalText {
        LocalText::new(self.en.fill(&value, group), self.zh.fill(&value, group))
    }
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Value(Address),
    /// One of the values that tell the group.
    Group(usize),
}

#[derive(Clone, Debug)]
struct Template(Vec<Piece>);

impl Template {
    fn compile(
        text: &str,
        at: Position,
        groups: &[String],
        schema: &Schema,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_field(rest) {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(match groups.iter().position(|group| group == name) {
                Some(place) => Piece::Group(place),
                None => Piece::Value(Address::resolve(name, at, schema, report)?),
            });
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Some(Self(pieces))
    }

    fn fill(&self, value: impl Fn(&Address) -> Option<String>, group: &[String]) -> String {
        let shown = |value: Option<&str>| value.map_or(ABSENT.to_owned(), printable);
        let fill = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(address) => shown(value(address).as_deref()),
            Piece::Group(place) => shown(group.get(*place).map(String::as_str)),
        };
        self.0.iter().map(fill).collect()
    }
}

/// Splits at the first `$name$`; a `$` that begins no name is plain text.
fn next_field(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find('$')?;
        let behind = &text[start + 1..];
        let length = behind.find('$')?;
        let name = &behind[..length];
        let legal = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']');
        if !name.is_empty() && name.chars().all(legal) {
            return Some((&text[..start], name, &behind[length + 1..]));
        }
        from = start + 1;
    }
}

/// A value as a title shows it: short, on one line, and with nothing that turns the direction of text; it is
/// the attacker who writes it.
fn printable(value: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let mut out: String = value
        .chars()
        .take(LONGEST_VALUE)
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .collect();
    if value.chars().nth(LONGEST_VALUE).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_between_dollars() {
        let check = |text, expected| assert_eq!(next_field(text), expected, "{text}");
        check("a $b.c$ d", Some(("a ", "b.c", " d")));
        check("costs 5$", None);
        check("5$ or $x$", Some(("5$ or ", "x", "")));
        check("$$", None);
        check("", None);
    }

    #[test]
    fn values_cannot_turn_a_title_round() {
        assert_eq!(printable("a\u{202e}b\nc"), "a b c");
        assert_eq!(printable(&"x".repeat(500)).chars().count(), LONGEST_VALUE + 1);
    }
}
