//! Value modifiers: the words after `|` in a field's key, and what they make of its values.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-appendix-modifiers.html>

use crate::{
    detection::{Regex, Test},
    error::{Position, Report, shown},
    number::Comparison,
    pattern::Pattern,
    yaml::{Data, Key, Kind, Node},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A modifier this crate applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    All,
    Neq,
    Cased,
    Contains,
    StartsWith,
    EndsWith,
    Windash,
    Base64,
    Base64Offset,
    Utf16Le,
    Utf16Be,
    Utf16,
    Regex,
    Flag(char),
    Cidr,
    Exists,
    Compare(Comparison),
}

const MODIFIERS: [(&str, Modifier); 23] = [
    ("all", Modifier::All),
    ("neq", Modifier::Neq),
    ("cased", Modifier::Cased),
    ("contains", Modifier::Contains),
    ("startswith", Modifier::StartsWith),
    ("endswith", Modifier::EndsWith),
    ("windash", Modifier::Windash),
    ("base64", Modifier::Base64),
    ("base64offset", Modifier::Base64Offset),
    ("wide", Modifier::Utf16Le),
    ("utf16le", Modifier::Utf16Le),
    ("utf16be", Modifier::Utf16Be),
    ("utf16", Modifier::Utf16),
    ("re", Modifier::Regex),
    ("i", Modifier::Flag('i')),
    ("m", Modifier::Flag('m')),
    ("s", Modifier::Flag('s')),
    ("cidr", Modifier::Cidr),
    ("exists", Modifier::Exists),
    ("gt", Modifier::Compare(Comparison::Gt)),
    ("gte", Modifier::Compare(Comparison::Gte)),
    ("lt", Modifier::Compare(Comparison::Lt)),
    ("lte", Modifier::Compare(Comparison::Lte)),
];

/// Words of the specification that are refused until they are implemented, never ignored.
const NOT_YET: [&str; 8] = [
    "expand", "fieldref", "minute", "hour", "day", "week", "month", "year",
];

/// Bytes a compiled regular expression may take: rules come from strangers.
const REGEX_BYTES: usize = 10 << 20;

/// How the text of a value is turned into what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Value,
    Regex,
    Cidr,
    Exists,
    Compare(Comparison),
}

/// The modifiers of one key, checked against each other.
#[derive(Clone, Debug)]
pub struct Chain {
    /// `all` is among them.
    pub all: bool,
    /// `neq` is among them.
    pub negated: bool,
    form: Form,
    cased: bool,
    flags: String,
    /// Applied to texts in the order given.
    steps: Vec<Modifier>,
}

impl Chain {
    /// A chain without modifiers.
    pub const fn none() -> Self {
        Self {
            all: false,
            negated: false,
            form: Form::Value,
            cased: false,
            flags: String::new(),
            steps: Vec::new(),
        }
    }

    /// Reads the modifiers of a key: what follows the field's name. Reports what is unknown or contradictory.
    pub fn parse(key: &Key, report: &mut Report<'_>) -> Option<Self> {
        let errors = report.len();
        let mut chain = Self::none();
        let mut offset = key.text.find('|').map_or(key.text.len(), |at| at + 1);
        for word in key.text.split('|').skip(1) {
            let at = key.position_at(offset);
            offset += word.len() + 1;
            match MODIFIERS.iter().find(|row| row.0 == word) {
                Some((_, modifier)) => chain.add(*modifier, word, at, report),
                None if NOT_YET.contains(&word) => {
                    report.expected(
                        at,
                        format!("modifier `{word}` is not supported yet"),
                        "a rule without it",
                    );
                }
                None => report.unknown(at, "modifier", word, MODIFIERS.iter().map(|row| row.0)),
            }
        }
        (report.len() == errors).then_some(chain)
    }

    fn add(&mut self, modifier: Modifier, word: &str, at: Position, report: &mut Report<'_>) {
        let form = match modifier {
            Modifier::All => return self.all = true,
            Modifier::Neq => return self.negated = true,
            Modifier::Cased => return self.cased = true,
            Modifier::Flag(flag) if self.form == Form::Regex => return self.flags.push(flag),
            Modifier::Flag(_) => {
                return report.expected(at, format!("`{word}` without `re`"), "`re` before it");
            }
            Modifier::Regex => Form::Regex,
            Modifier::Cidr => Form::Cidr,
            Modifier::Exists => Form::Exists,
            Modifier::Compare(comparison) => Form::Compare(comparison),
            _ => Form::Value,
        };
        let fits = match form {
            Form::Value => self.form == Form::Value,
            _ => self.form == Form::Value && self.steps.is_empty(),
        };
        if !fits {
            report.error(at, format!("`{word}` does not go with the modifiers before it"));
        } else if form == Form::Value {
            self.steps.push(modifier);
        } else {
            self.form = form;
        }
    }

    /// The tests for one value; several for `base64offset`. `keyword`: looked for in the whole event.
    pub fn tests(&self, value: &Node, keyword: bool, report: &mut Report<'_>) -> Vec<Test> {
        let Data::Scalar(kind, text) = &value.data else {
            let message = format!("a value is {}", value.kind());
            report.expected(
                value.position(),
                message,
                "a text, a number, a truth value or null",
            );
            return Vec::new();
        };
        let at = value.position();
        if keyword && !matches!(self.form, Form::Value | Form::Regex) {
            report.expected(at, "this modifier needs a field", "a field's name before `|`");
            return Vec::new();
        }
        let single = match self.form {
            Form::Value => return self.texts(*kind, text, at, keyword, report),
            Form::Regex => self.regex(text, at, report),
            Form::Cidr => cidr(text, at, report),
            Form::Exists => value.truth("`exists`", report).map(Test::Exists),
            Form::Compare(comparison) => compare(comparison, *kind, text, at, report),
        };
        single.into_iter().collect()
    }

    fn texts(
        &self,
        kind: Kind,
        text: &str,
        at: Position,
        keyword: bool,
        report: &mut Report<'_>,
    ) -> Vec<Test> {
        if self.steps.is_empty() && !keyword {
            match kind {
                Kind::Null => return vec![Test::Null],
                Kind::Number(number) => return vec![Test::Number(number)],
                Kind::Bool(_) | Kind::Text => {}
            }
        }
        if kind == Kind::Null {
            report.expected(at, "null with a modifier or as a keyword", "a text");
            return Vec::new();
        }
        let patterns = match self.apply(Pattern::parse(text)) {
            Ok(patterns) => patterns,
            Err(expected) => {
                let message = format!("`{}` cannot be encoded", shown(text));
                report.expected(at, message, expected);
                return Vec::new();
            }
        };
        patterns
            .into_iter()
            .map(|pattern| {
                if keyword {
                    pattern.open_start().open_end()
                } else {
                    pattern
                }
            })
            .map(|pattern| if self.cased { pattern.with_case() } else { pattern })
            .map(Test::Text)
            .collect()
    }

    fn apply(&self, pattern: Pattern) -> Result<Vec<Pattern>, &'static str> {
        let mut patterns = vec![pattern];
        // Between `wide` and `base64` a value is bytes, not text.
        let mut wide: Option<Vec<u8>> = None;
        for step in &self.steps {
            match step {
                Modifier::Utf16Le | Modifier::Utf16Be | Modifier::Utf16 => {
                    wide = Some(encode_utf16(literal(&patterns)?, *step));
                }
                Modifier::Base64 | Modifier::Base64Offset => {
                    let bytes = match wide.take() {
                        Some(bytes) => bytes,
                        None => literal(&patterns)?.as_bytes().to_vec(),
                    };
                    let encoded = if *step == Modifier::Base64 {
                        vec![STANDARD.encode(bytes)]
                    } else {
                        base64_offsets(&bytes)
                    };
                    patterns = encoded.iter().map(|text| Pattern::literal(text)).collect();
                }
                _ if wide.is_some() => break,
                step => patterns = patterns.into_iter().map(|p| open(p, *step)).collect(),
            }
        }
        match wide {
            Some(_) => Err("`base64` or `base64offset` right after the UTF-16 modifier"),
            None => Ok(patterns),
        }
    }

    fn regex(&self, text: &str, at: Position, report: &mut Report<'_>) -> Option<Test> {
        let compiled = regex::RegexBuilder::new(text)
            .case_insensitive(self.flags.contains('i'))
            .multi_line(self.flags.contains('m'))
            .dot_matches_new_line(self.flags.contains('s'))
            .size_limit(REGEX_BYTES)
            .nest_limit(50)
            .build();
        match compiled {
            Ok(compiled) => Some(Test::Regex(Regex {
                source: text.to_owned(),
                compiled,
            })),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ");
                let expected = match error {
                    regex::Error::CompiledTooBig(_) => "one with less repetition",
                    _ => "one without look-around and back-references",
                };
                let message = format!("`{}` is not a regular expression: {reason}", shown(text));
                report.expected(at, message, expected);
                None
            }
        }
    }
}

fn open(pattern: Pattern, modifier: Modifier) -> Pattern {
    match modifier {
        Modifier::Contains => pattern.open_start().open_end(),
        Modifier::StartsWith => pattern.open_end(),
        Modifier::EndsWith => pattern.open_start(),
        Modifier::Windash => pattern.with_any_dash(),
        _ => pattern,
    }
}

fn literal(patterns: &[Pattern]) -> Result<&str, &'static str> {
    match patterns {
        [one] => one.as_literal(),
        _ => None,
    }
    .filter(|text| !text.is_empty())
    .ok_or("plain text: wildcards cannot be encoded, nor can a text be encoded twice")
}

fn encode_utf16(text: &str, modifier: Modifier) -> Vec<u8> {
    let mark: &[u8] = if modifier == Modifier::Utf16 {
        &[0xff, 0xfe]
    } else {
        &[]
    };
    let units = text.encode_utf16().flat_map(|unit| match modifier {
        Modifier::Utf16Be => unit.to_be_bytes(),
        _ => unit.to_le_bytes(),
    });
    mark.iter().copied().chain(units).collect()
}

/// The three forms a text takes inside a longer Base64 text, by its offset modulo three; the characters at
/// both ends that depend on what stands beside it are cut off.
fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    [(0, 0), (1, 2), (2, 3)]
        .into_iter()
        .map(|(shift, skip)| {
            let mut shifted = vec![0; shift];
            shifted.extend_from_slice(bytes);
            let encoded = STANDARD.encode(&shifted);
            let cut = match shifted.len() % 3 {
                1 => 3,
                2 => 2,
                _ => 0,
            };
            encoded[skip.min(encoded.len() - cut)..encoded.len() - cut].to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect()
}

fn compare(
    comparison: Comparison,
    kind: Kind,
    text: &str,
    at: Position,
    report: &mut Report<'_>,
) -> Option<Test> {
    if let Kind::Number(number) = kind {
        return Some(Test::Compare(comparison, number));
    }
    let message = format!("`{}` of `{}`", shown(text), comparison.as_str());
    report.expected(at, message, "a number");
    None
}

fn cidr(text: &str, at: Position, report: &mut Report<'_>) -> Option<Test> {
    let parsed = text
        .parse::<ipnet::IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
    if parsed.is_err() {
        report.expected(
            at,
            format!("`{}` is not a network", shown(text)),
            "an address and a prefix length, such as `198.51.100.0/24`",
        );
    }
    parsed.ok().map(Test::Cidr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_three_forms() {
        // The example of pySigma's documentation.
        assert_eq!(base64_offsets(b"foobar"), ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
    }

    #[test]
    fn utf16_has_two_orders_and_a_mark() {
        let check = |modifier, expected: &[u8]| assert_eq!(encode_utf16("a", modifier), expected);
        check(Modifier::Utf16Le, &[0x61, 0]);
        check(Modifier::Utf16Be, &[0, 0x61]);
        check(Modifier::Utf16, &[0xff, 0xfe, 0x61, 0]);
    }
}
