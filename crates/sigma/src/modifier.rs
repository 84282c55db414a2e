//! Value modifiers: the words after `|` in a field's key, and what they make of its values.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-appendix-modifiers.html>
//!
//! Where the specification is silent, this crate decides: `expand` applies to the text before anything else,
//! wherever it stands; `fieldref` goes with one of `startswith`, `endswith`, `contains`, in any order; a
//! comparison after a part of time compares that part. Modifiers of a selection's name are those of all its
//! fields.

use crate::{
    detection::{FieldRef, Regex, Shape, Test},
    encoding::{self, Utf16},
    error::{Position, Report, shown},
    number::{Comparison, Number},
    pattern::Pattern,
    scope::Scope,
    time::TimePart,
    yaml::{Data, Key, Kind, Node},
};

/// A modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    All,
    Neq,
    Cased,
    Expand,
    Contains,
    StartsWith,
    EndsWith,
    Windash,
    Base64,
    Base64Offset,
    Utf16(Utf16),
    Regex,
    Flag(char),
    Cidr,
    Exists,
    Compare(Comparison),
    FieldRef,
    Time(TimePart),
}

const MODIFIERS: [(&str, Modifier); 31] = [
    ("all", Modifier::All),
    ("neq", Modifier::Neq),
    ("cased", Modifier::Cased),
    ("expand", Modifier::Expand),
    ("contains", Modifier::Contains),
    ("startswith", Modifier::StartsWith),
    ("endswith", Modifier::EndsWith),
    ("windash", Modifier::Windash),
    ("base64", Modifier::Base64),
    ("base64offset", Modifier::Base64Offset),
    ("wide", Modifier::Utf16(Utf16::Little)),
    ("utf16le", Modifier::Utf16(Utf16::Little)),
    ("utf16be", Modifier::Utf16(Utf16::Big)),
    ("utf16", Modifier::Utf16(Utf16::Marked)),
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
    ("fieldref", Modifier::FieldRef),
    ("minute", Modifier::Time(TimePart::Minute)),
    ("hour", Modifier::Time(TimePart::Hour)),
    ("day", Modifier::Time(TimePart::Day)),
    ("week", Modifier::Time(TimePart::Week)),
    ("month", Modifier::Time(TimePart::Month)),
    ("year", Modifier::Time(TimePart::Year)),
];

/// Modifiers of one key.
const MAX_MODIFIERS: usize = 20;

/// How the text of a value is turned into what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Value,
    Regex,
    Cidr,
    Exists,
    Compare(Comparison),
    Field,
    /// Without a comparison: equal.
    Time(TimePart, Option<Comparison>),
}

/// The modifiers of one key, checked against each other.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a modifier of its own")]
pub struct Chain {
    /// `all` is among them.
    pub all: bool,
    /// `neq` is among them.
    pub negated: bool,
    form: Form,
    cased: bool,
    expand: bool,
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
            expand: false,
            flags: String::new(),
            steps: Vec::new(),
        }
    }

    /// This chain with the modifiers of a key behind it: what follows the field's name. Reports what is
    /// unknown or contradictory.
    pub fn followed_by(&self, key: &Key, report: &mut Report<'_>) -> Option<Self> {
        let errors = report.len();
        let mut chain = self.clone();
        if key.text.matches('|').count() > MAX_MODIFIERS {
            let message = format!("`{}` has too many modifiers", shown(&key.text));
            report.expected(key.position(), message, format!("at most {MAX_MODIFIERS}"));
            return None;
        }
        let mut offset = key.text.find('|').map_or(key.text.len(), |at| at + 1);
        for word in key.text.split('|').skip(1) {
            let at = key.position_at(offset);
            offset += word.len() + 1;
            match MODIFIERS.iter().find(|row| row.0 == word) {
                Some((_, modifier)) => chain.add(*modifier, word, at, report),
                None => report.unknown(at, "modifier", word, MODIFIERS.iter().map(|row| row.0)),
            }
        }
        if chain.expand && matches!(chain.form, Form::Exists | Form::Field) {
            report.error(
                key.position(),
                "`expand` goes with neither `exists` nor `fieldref`",
            );
        }
        (report.len() == errors).then_some(chain)
    }

    fn add(&mut self, modifier: Modifier, word: &str, at: Position, report: &mut Report<'_>) {
        let form = match modifier {
            Modifier::All => return self.all = true,
            Modifier::Neq => return self.negated = true,
            Modifier::Cased => return self.cased = true,
            Modifier::Expand => return self.expand = true,
            Modifier::Flag(flag) if self.form == Form::Regex => return self.flags.push(flag),
            Modifier::Flag(_) => {
                return report.expected(at, format!("`{word}` without `re`"), "`re` before it");
            }
            Modifier::Regex => Form::Regex,
            Modifier::Cidr => Form::Cidr,
            Modifier::Exists => Form::Exists,
            Modifier::Compare(comparison) => Form::Compare(comparison),
            Modifier::FieldRef => Form::Field,
            Modifier::Time(part) => Form::Time(part, None),
            _ => Form::Value,
        };
        match (self.form, form) {
            (Form::Value, Form::Value) => self.steps.push(modifier),
            (Form::Field, Form::Value) if self.steps.is_empty() && shape(modifier).is_some() => {
                self.steps.push(modifier);
            }
            (Form::Value, Form::Field) if self.steps.is_empty() || self.shape().is_some() => {
                self.form = form;
            }
            (Form::Time(part, None), Form::Compare(comparison)) => {
                self.form = Form::Time(part, Some(comparison));
            }
            (Form::Value, _) if self.steps.is_empty() => self.form = form,
            _ => report.error(at, format!("`{word}` does not go with the modifiers before it")),
        }
    }

    /// Where the other field's value must stand, if the only modifier says so.
    fn shape(&self) -> Option<Shape> {
        match self.steps.as_slice() {
            [one] => shape(*one),
            _ => None,
        }
    }

    /// The tests for one value; several for `base64offset` and `expand`, of which one must be met even
    /// under `all`. `keyword`: looked for in the whole event.
    pub fn tests(
        &self,
        value: &Node,
        keyword: bool,
        scope: &Scope<'_>,
        report: &mut Report<'_>,
    ) -> Vec<Test> {
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
        let tests = if self.expand && *kind != Kind::Null {
            let texts = expand(value, text, scope, report);
            let scalars = texts.iter().map(|text| (kind_of(text, self.form, *kind), text));
            scalars
                .flat_map(|(kind, text)| self.scalar(kind, text, value, keyword, scope, report))
                .collect()
        } else {
            self.scalar(*kind, text, value, keyword, scope, report)
        };
        match tests.len() {
            0 | 1 => tests,
            _ if self.all => vec![Test::AnyOf(tests)],
            _ => tests,
        }
    }

    fn scalar(
        &self,
        kind: Kind,
        text: &str,
        value: &Node,
        keyword: bool,
        scope: &Scope<'_>,
        report: &mut Report<'_>,
    ) -> Vec<Test> {
        let at = value.position();
        let single = match self.form {
            Form::Value => return self.texts(kind, text, at, keyword, report),
            Form::Regex => self.regex(text, at, scope, report),
            Form::Cidr => cidr(text, at, report),
            Form::Exists => value.truth("`exists`", report).map(Test::Exists),
            Form::Compare(comparison) => {
                number(kind, text, comparison.as_str(), at, report).map(|n| Test::Compare(comparison, n))
            }
            Form::Field => self.field(kind, text, at, report),
            Form::Time(part, comparison) => number(kind, text, part.as_str(), at, report)
                .map(|n| Test::Time(part, comparison.unwrap_or(Comparison::Eq), n)),
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
                Modifier::Utf16(form) => wide = Some(encoding::utf16(literal(&patterns)?, *form)),
                Modifier::Base64 | Modifier::Base64Offset => {
                    let bytes = match wide.take() {
                        Some(bytes) => bytes,
                        None => literal(&patterns)?.as_bytes().to_vec(),
                    };
                    let encoded = if *step == Modifier::Base64 {
                        vec![encoding::base64(&bytes)]
                    } else {
                        encoding::base64_offsets(&bytes)
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

    fn field(&self, kind: Kind, text: &str, at: Position, report: &mut Report<'_>) -> Option<Test> {
        if kind == Kind::Null || text.is_empty() {
            report.expected(at, "`fieldref` names nothing", "a field's name");
            return None;
        }
        Some(Test::Field(FieldRef {
            field: text.to_owned(),
            position: at,
            shape: self.shape().unwrap_or(Shape::Equals),
            cased: self.cased,
        }))
    }

    fn regex(&self, text: &str, at: Position, scope: &Scope<'_>, report: &mut Report<'_>) -> Option<Test> {
        match scope.regex(text, &self.flags) {
            Ok(compiled) => Some(Test::Regex(Regex {
                source: text.to_owned(),
                compiled,
            })),
            Err(refused) => {
                let message = format!(
                    "`{}` is not a regular expression: {}",
                    shown(text),
                    refused.reason
                );
                report.expected(at, message, refused.expected);
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

/// Where a modifier wants the value to stand.
const fn shape(modifier: Modifier) -> Option<Shape> {
    match modifier {
        Modifier::StartsWith => Some(Shape::Starts),
        Modifier::EndsWith => Some(Shape::Ends),
        Modifier::Contains => Some(Shape::Contains),
        _ => None,
    }
}

fn expand(value: &Node, text: &str, scope: &Scope<'_>, report: &mut Report<'_>) -> Vec<String> {
    match scope.placeholders.expand(text) {
        Ok(texts) => texts,
        Err(fault) => {
            report.expected(value.position_at(fault.offset), fault.message, fault.expected);
            Vec::new()
        }
    }
}

/// What an expanded text is: a number where numbers are compared, the text of a list of texts elsewhere.
fn kind_of(text: &str, form: Form, kind: Kind) -> Kind {
    match form {
        Form::Compare(_) | Form::Time(..) => Number::parse(text).map_or(kind, Kind::Number),
        _ => kind,
    }
}

fn number(kind: Kind, text: &str, word: &str, at: Position, report: &mut Report<'_>) -> Option<Number> {
    if let Kind::Number(number) = kind {
        return Some(number);
    }
    report.expected(at, format!("`{}` of `{word}`", shown(text)), "a number");
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
