//! String values of rules: text with the wildcards `*` and `?`, escaped as the Sigma specification says.
//!
//! <https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html#escaping>

/// The characters that mark an option on Windows command lines; `windash` lets each stand for all.
pub const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Exactly this text, never empty.
    Text(String),
    /// `*`: any characters, or none. Two never stand side by side.
    Any,
    /// `?`: exactly one character.
    One,
    /// Exactly one of [`DASHES`].
    Dash,
}

/// A string value of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<Part>,
    cased: bool,
}

impl Pattern {
    /// Reads a value as a rule writes it.
    ///
    /// `\*` and `\?` are the plain characters, `\\` is one backslash, and a backslash before anything else is
    /// itself. So `\\*` is a backslash and a wildcard, and `\\\*` is a backslash and an asterisk.
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::empty();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => pattern.push(Part::Any),
                '?' => pattern.push(Part::One),
                '\\' => {
                    let escaped = chars.next_if(|next| matches!(next, '*' | '?' | '\\'));
                    pattern.push_char(escaped.unwrap_or('\\'));
                }
                c => pattern.push_char(c),
            }
        }
        pattern
    }

    /// A pattern that is exactly `text`, wildcards and all.
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::empty();
        pattern.push_text(text);
        pattern
    }

    /// Its pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether case matters. It does not, unless the rule says `cased`.
    pub const fn cased(&self) -> bool {
        self.cased
    }

    /// The text, if there is nothing but text.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The same, with case mattering.
    pub fn with_case(mut self) -> Self {
        self.cased = true;
        self
    }

    /// The same, anywhere after the start (`endswith`).
    pub fn open_start(mut self) -> Self {
        if self.parts.first() != Some(&Part::Any) {
            self.parts.insert(0, Part::Any);
        }
        self
    }

    /// The same, anywhere before the end (`startswith`).
    pub fn open_end(mut self) -> Self {
        self.push(Part::Any);
        self
    }

    /// The same, with each dash that begins an option standing for all of [`DASHES`].
    ///
    /// A dash begins an option if no word stands before it and one stands after it, as in pySigma
    /// (`\B[-/]\b`): `foo-bar` and `http://` stay as they are.
    pub fn with_any_dash(self) -> Self {
        let mut out = Self::empty();
        out.cased = self.cased;
        for part in self.parts {
            match part {
                Part::Text(text) => out.push_with_dashes(&text),
                other => out.push(other),
            }
        }
        out
    }

    const fn empty() -> Self {
        Self {
            parts: Vec::new(),
            cased: false,
        }
    }

    fn push_with_dashes(&mut self, text: &str) {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if DASHES.contains(&c) && !word(before) && word(chars.peek().copied()) {
                self.push(Part::Dash);
            } else {
                self.push_char(c);
            }
            before = Some(c);
        }
    }

    fn push(&mut self, part: Part) {
        if part != Part::Any || self.parts.last() != Some(&Part::Any) {
            self.parts.push(part);
        }
    }

    fn push_char(&mut self, c: char) {
        self.push_text(c.encode_utf8(&mut [0; 4]));
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }
}

/// The form in which characters are compared when case does not matter.
///
/// Simple lower case, one character for one, and ASCII stays among itself: so an ASCII pattern may be
/// compared byte by byte. (`K`, the Kelvin sign, is not `k`; `İ` has no single lower case.)
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) if !one.is_ascii() => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> Part {
        Part::Text(t.to_owned())
    }

    #[test]
    fn escapes_follow_the_specification() {
        let check = |value: &str, expected: &[Part]| {
            assert_eq!(Pattern::parse(value).parts(), expected, "{value}");
        };
        check("plain", &[text("plain")]);
        check("", &[]);
        check("prog?.exe", &[text("prog"), Part::One, text(".exe")]);
        check("a*b", &[text("a"), Part::Any, text("b")]);
        check("a**b", &[text("a"), Part::Any, text("b")]);
        check(r"\*", &[text("*")]);
        check(r"\?", &[text("?")]);
        check(r"\\*", &[text(r"\"), Part::Any]);
        check(r"\\\*", &[text(r"\*")]);
        check(r"C:\Windows\x", &[text(r"C:\Windows\x")]);
        check(r"C:\\Windows", &[text(r"C:\Windows")]);
        check(r"\\\server", &[text(r"\\server")]);
        check(r"\\\\server", &[text(r"\\server")]);
        check(r"end\", &[text(r"end\")]);
        check(r"end\\", &[text(r"end\")]);
    }

    #[test]
    fn openings_do_not_repeat() {
        assert_eq!(
            Pattern::parse("*a*").open_start().open_end(),
            Pattern::parse("*a*")
        );
        assert_eq!(Pattern::parse("a").open_start(), Pattern::parse("*a"));
        assert_eq!(Pattern::parse("*").open_start().open_end(), Pattern::parse("*"));
    }

    #[test]
    fn only_dashes_that_begin_an_option_stand_for_all() {
        let check = |value: &str, expected: &[Part]| {
            assert_eq!(Pattern::parse(value).with_any_dash().parts(), expected, "{value}");
        };
        check("-c", &[Part::Dash, text("c")]);
        check(" /f x", &[text(" "), Part::Dash, text("f x")]);
        check("foo-bar", &[text("foo-bar")]);
        check("http://x", &[text("http:/"), Part::Dash, text("x")]);
        check("- x", &[text("- x")]);
    }

    #[test]
    fn folding_keeps_ascii_apart() {
        let check = |c, expected| assert_eq!(fold(c), expected);
        check('A', 'a');
        check('É', 'é');
        check('\u{212a}', '\u{212a}');
        check('İ', 'İ');
        check('中', '中');
    }
}
