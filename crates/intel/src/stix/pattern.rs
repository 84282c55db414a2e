//! STIX patterns, as far as feeds use them: `[ipv4-addr:value = '…' OR domain-name:value = '…']`.
//!
//! Each alternative of an OR stands for itself. What needs more than one observation of one thing (`AND`, `FOLLOWEDBY`,
//! `NOT`, qualifiers, other objects) cannot be answered by a look-up and is left out with its reason; what is left of a
//! pattern then is still true.

use crate::observable::{FileHash, Observable, Refusal};
use std::fmt;

/// What a pattern looks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Any of these.
    pub observables: Vec<Observable>,
    /// Why alternatives were left out.
    pub unsupported: Vec<String>,
    /// Values that are no indicators.
    pub refused: Vec<Refusal>,
}

/// The text is no pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    column: usize,
    expected: &'static str,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "column {} of the pattern: expected {}",
            self.column, self.expected
        )
    }
}

/// Deepest nesting of parentheses.
const DEEPEST: u32 = 64;

/// Reads a pattern.
pub(crate) fn parse(text: &str) -> Result<Pattern, PatternError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let mut pattern = Pattern::default();
    let reason = parser.observations(&mut pattern)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.expected("`OR` or the end"));
    }
    if let Some(reason) = reason {
        pattern = Pattern {
            unsupported: vec![reason],
            ..Pattern::default()
        };
    }
    Ok(pattern)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

/// One comparison, read and not yet judged.
struct Comparison<'t> {
    object: &'t str,
    property: String,
    negated: bool,
    operator: &'t str,
    values: Vec<String>,
}

impl<'t> Parser<'t> {
    fn expected(&self, expected: &'static str) -> PatternError {
        let column = self
            .text
            .get(..self.at)
            .map_or(0, |before| before.chars().count())
            + 1;
        PatternError { column, expected }
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&mut self) -> &'t str {
        self.space();
        &self.text[self.at..]
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    /// A word of letters; nothing is taken if it is not this one.
    fn keyword(&mut self, word: &str) -> bool {
        let found = self.peek_word() == word;
        if found {
            self.at += word.len();
        }
        found
    }

    fn peek_word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        &rest[..end]
    }

    fn enter(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("fewer parentheses"));
        }
        Ok(())
    }

    /// Observations joined by OR; a reason if they need to be seen together.
    fn observations(&mut self, pattern: &mut Pattern) -> Result<Option<String>, PatternError> {
        let mut reason = None;
        loop {
            let inner = self.observation(pattern)?;
            reason = reason.or(inner);
            let word = self.peek_word();
            self.at += word.len();
            match word {
                "OR" => {}
                "AND" | "FOLLOWEDBY" => reason = reason.or(Some(format!("pattern with {word}"))),
                _ => {
                    self.at -= word.len();
                    return Ok(reason);
                }
            }
        }
    }

    fn observation(&mut self, pattern: &mut Pattern) -> Result<Option<String>, PatternError> {
        let mut reason = None;
        if self.eat("(") {
            self.enter()?;
            reason = self.observations(pattern)?;
            self.depth -= 1;
            if !self.eat(")") {
                return Err(self.expected("`)`"));
            }
        } else if self.eat("[") {
            self.alternatives(pattern)?;
            if !self.eat("]") {
                return Err(self.expected("`OR`, `AND` or `]`"));
            }
        } else {
            return Err(self.expected("`[`"));
        }
        while matches!(self.peek_word(), "WITHIN" | "REPEATS" | "START") {
            let word = self.peek_word();
            reason = reason.or(Some(format!("pattern with {word}")));
            self.at += word.len();
            // The qualifier's values say nothing we use: on to whatever comes next.
            let rest = self.rest();
            let next = [
                "WITHIN",
                "REPEATS",
                "START ",
                " OR",
                " AND",
                " FOLLOWEDBY",
                ")",
                "[",
            ];
            self.at += next
                .iter()
                .filter_map(|word| rest.find(word))
                .min()
                .unwrap_or(rest.len());
        }
        Ok(reason)
    }

    /// The inside of one bracket.
    fn alternatives(&mut self, pattern: &mut Pattern) -> Result<(), PatternError> {
        let mut comparisons = Vec::new();
        if self.comparisons(&mut comparisons)? {
            pattern.unsupported.push("pattern with AND".to_owned());
            return Ok(());
        }
        for comparison in comparisons {
            comparison.judge(pattern);
        }
        Ok(())
    }

    /// Comparisons joined by OR; true if any are joined by AND.
    fn comparisons(&mut self, found: &mut Vec<Comparison<'t>>) -> Result<bool, PatternError> {
        let mut joined = false;
        loop {
            if self.eat("(") {
                self.enter()?;
                joined |= self.comparisons(found)?;
                self.depth -= 1;
                if !self.eat(")") {
                    return Err(self.expected("`OR`, `AND` or `)`"));
                }
            } else {
                found.push(self.comparison()?);
            }
            if self.keyword("AND") {
                joined = true;
            } else if !self.keyword("OR") {
                return Ok(joined);
            }
        }
    }

    fn comparison(&mut self) -> Result<Comparison<'t>, PatternError> {
        let mut negated = self.keyword("NOT");
        let exists = self.keyword("EXISTS");
        let rest = self.rest();
        let end = rest.find(':').filter(|end| {
            rest[..*end]
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
        let Some(end) = end.filter(|end| *end > 0) else {
            return Err(self.expected("an object path such as `ipv4-addr:value`"));
        };
        let object = &rest[..end];
        self.at += end + 1;
        let property = self.property()?;
        let mut comparison = Comparison {
            object,
            property,
            negated,
            operator: "EXISTS",
            values: Vec::new(),
        };
        if exists {
            return Ok(comparison);
        }
        negated |= self.keyword("NOT");
        comparison.negated = negated;
        comparison.operator = self.operator()?;
        if comparison.operator == "IN" {
            if !self.eat("(") {
                return Err(self.expected("`(`"));
            }
            loop {
                comparison.values.push(self.value()?);
                if !self.eat(",") {
                    break;
                }
            }
            if !self.eat(")") {
                return Err(self.expected("`,` or `)`"));
            }
        } else {
            comparison.values.push(self.value()?);
        }
        Ok(comparison)
    }

    /// The path after the object: `value`, `hashes.'SHA-256'`, `x_refs[*].name`.
    fn property(&mut self) -> Result<String, PatternError> {
        let mut path = String::new();
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with('\'') {
                path.push_str(&self.quoted()?);
                continue;
            }
            let end = rest
                .find(|c: char| {
                    !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '*'))
                })
                .unwrap_or(rest.len());
            // A bracket that nobody opened ends the observation.
            let end = rest[..end]
                .find(']')
                .filter(|at| !rest[..*at].contains('['))
                .unwrap_or(end);
            path.push_str(&rest[..end]);
            self.at += end;
            if !self.text[self.at..].starts_with('\'') || !path.ends_with('.') {
                break;
            }
        }
        if path.is_empty() {
            return Err(self.expected("a property"));
        }
        Ok(path)
    }

    fn operator(&mut self) -> Result<&'t str, PatternError> {
        let rest = self.rest();
        let symbols = ["!=", "<=", ">=", "=", "<", ">"];
        let words = ["ISSUBSET", "ISSUPERSET", "IN", "LIKE", "MATCHES"];
        let word = self.peek_word();
        let found = match symbols.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => &rest[..symbol.len()],
            None if words.contains(&word) => word,
            None => return Err(self.expected("an operator such as `=`")),
        };
        self.at += found.len();
        Ok(found)
    }

    fn value(&mut self) -> Result<String, PatternError> {
        let rest = self.rest();
        if rest.starts_with('\'') {
            return self.quoted();
        }
        // A number, a truth value, a time or bytes: read, and never of use.
        let prefix = ["t'", "b'", "h'"].iter().any(|prefix| rest.starts_with(prefix));
        if prefix {
            self.at += 1;
            return self.quoted();
        }
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected("a text in single quotes"));
        }
        self.at += end;
        Ok(rest[..end].to_owned())
    }

    fn quoted(&mut self) -> Result<String, PatternError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at = start + 1 + at + 1;
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                _ => text.push(c),
            }
        }
        Err(self.expected("the `'` that ends this text"))
    }
}

impl Comparison<'_> {
    /// Adds what the comparison looks for, or why it cannot be used.
    fn judge(&self, pattern: &mut Pattern) {
        if self.negated || matches!(self.operator, "!=" | "EXISTS") {
            return pattern
                .unsupported
                .push("pattern with NOT, != or EXISTS".to_owned());
        }
        for value in &self.values {
            match self.observable(value) {
                None => {
                    let reason = format!(
                        "pattern with `{}:{} {}`",
                        self.object, self.property, self.operator
                    );
                    pattern.unsupported.push(reason);
                }
                Some(Ok(observable)) => pattern.observables.push(observable),
                Some(Err(refusal)) => pattern.refused.push(refusal),
            }
        }
    }

    fn observable(&self, value: &str) -> Option<Result<Observable, Refusal>> {
        let equals = matches!(self.operator, "=" | "IN");
        match (self.object, self.property.as_str()) {
            ("ipv4-addr" | "ipv6-addr", "value") if equals || self.operator == "ISSUBSET" => {
                Some(Observable::network(value))
            }
            // An equality says one name; only a LIKE says the names below it.
            ("domain-name", "value") if equals => Some(Observable::domain(value, false)),
            ("domain-name", "value") if self.operator == "LIKE" => {
                let name = value
                    .strip_prefix("%.")
                    .filter(|name| !name.contains(['%', '_']))?;
                Some(Observable::domain(name, true))
            }
            ("url", "value") if equals => Some(Observable::url(value)),
            ("file", property) if equals && property.starts_with("hashes.") => {
                let algorithm = property["hashes.".len()..].replace('-', "").to_ascii_uppercase();
                let right = |hash: &FileHash| {
                    matches!(
                        (algorithm.as_str(), hash),
                        ("MD5", FileHash::Md5(_))
                            | ("SHA1", FileHash::Sha1(_))
                            | ("SHA256", FileHash::Sha256(_))
                    )
                };
                let known = matches!(algorithm.as_str(), "MD5" | "SHA1" | "SHA256");
                known.then(|| match FileHash::parse(value).filter(right) {
                    Some(hash) => Ok(Observable::Hash(hash)),
                    None => Err(Refusal::Malformed {
                        value: value.chars().take(80).collect(),
                        expected: "a hash of this algorithm in hexadecimal digits",
                    }),
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, observables: &[&str], unsupported: &[&str]) {
        let pattern = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let shown: Vec<String> = pattern.observables.iter().map(ToString::to_string).collect();
        assert_eq!(
            (shown, pattern.unsupported),
            (
                observables.iter().map(ToString::to_string).collect(),
                unsupported.iter().map(ToString::to_string).collect(),
            ),
            "{text}"
        );
        assert_eq!(pattern.refused, [], "{text}");
    }

    #[test]
    fn reads_what_feeds_write() {
        let sha256 = "ab".repeat(32);
        check("[ipv4-addr:value = '203.0.113.7']", &["203.0.113.7"], &[]);
        check("[ipv4-addr:value='203.0.113.0/24']", &["203.0.113.0/24"], &[]);
        check(
            "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
            &["203.0.113.0/24"],
            &[],
        );
        check("[ipv6-addr:value = '2001:db8::1']", &["2001:db8::1"], &[]);
        check(
            "[ipv4-addr:value IN ('203.0.113.7', '203.0.113.8')]",
            &["203.0.113.7", "203.0.113.8"],
            &[],
        );
        check("[domain-name:value = 'Evil.example']", &["evil.example"], &[]);
        check(
            "[domain-name:value LIKE '%.evil.example']",
            &["*.evil.example"],
            &[],
        );
        check(
            "[url:value = 'http://evil.example/it\\'s']",
            &["http://evil.example/it's"],
            &[],
        );
        check(&format!("[file:hashes.'SHA-256' = '{sha256}']"), &[&sha256], &[]);
        check(
            &format!(
                "[file:hashes.MD5 = '{}' OR file:hashes.'SHA-1' = '{}']",
                &sha256[..32],
                &sha256[..40]
            ),
            &[&sha256[..32], &sha256[..40]],
            &[],
        );
        check(
            "([ipv4-addr:value = '203.0.113.7']) OR [ipv4-addr:value = '203.0.113.8']",
            &["203.0.113.7", "203.0.113.8"],
            &[],
        );
        check(
            "[(ipv4-addr:value = '203.0.113.7' OR (ipv4-addr:value = '203.0.113.8'))]",
            &["203.0.113.7", "203.0.113.8"],
            &[],
        );
    }

    #[test]
    fn leaves_out_what_a_look_up_cannot_answer() {
        let ip = "ipv4-addr:value = '203.0.113.7'";
        check(&format!("[{ip} AND file:name = 'x']"), &[], &["pattern with AND"]);
        check(&format!("[{ip}] AND [{ip}]"), &[], &["pattern with AND"]);
        check(
            &format!("[{ip}] FOLLOWEDBY [url:value = 'x']"),
            &[],
            &["pattern with FOLLOWEDBY"],
        );
        check(&format!("[{ip}] WITHIN 5 SECONDS"), &[], &["pattern with WITHIN"]);
        check(
            &format!("([{ip}] REPEATS 5 TIMES) OR [{ip}]"),
            &[],
            &["pattern with REPEATS"],
        );
        check(
            &format!("[{ip}] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'"),
            &[],
            &["pattern with START"],
        );
        check(
            &format!("[NOT {ip} OR {ip}]"),
            &["203.0.113.7"],
            &["pattern with NOT, != or EXISTS"],
        );
        check(
            "[EXISTS ipv4-addr:value]",
            &[],
            &["pattern with NOT, != or EXISTS"],
        );
        check(
            &format!("[{ip} OR email-addr:value = 'a@b.example']"),
            &["203.0.113.7"],
            &["pattern with `email-addr:value =`"],
        );
        check(
            "[network-traffic:dst_ref.value = '203.0.113.7']",
            &[],
            &["pattern with `network-traffic:dst_ref.value =`"],
        );
        check("[process:pid >= 5]", &[], &["pattern with `process:pid >=`"]);
        check(
            "[domain-name:value MATCHES 'evil.*']",
            &[],
            &["pattern with `domain-name:value MATCHES`"],
        );
        check(
            "[file:hashes.SSDEEP = 'x']",
            &[],
            &["pattern with `file:hashes.SSDEEP =`"],
        );
        check(
            "[x:refs[*].name = 'y']",
            &[],
            &["pattern with `x:refs[*].name =`"],
        );
    }

    #[test]
    fn mistakes_have_a_column() {
        let check =
            |text: &str, expected: &str| assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
        check("", "column 1 of the pattern: expected `[`");
        check(
            "[ipv4-addr:value]",
            "column 17 of the pattern: expected an operator such as `=`",
        );
        check(
            "[ipv4-addr = '1']",
            "column 2 of the pattern: expected an object path such as `ipv4-addr:value`",
        );
        check(
            "[ipv4-addr:value = '1",
            "column 20 of the pattern: expected the `'` that ends this text",
        );
        check(
            "[a:b = '1'",
            "column 11 of the pattern: expected `OR`, `AND` or `]`",
        );
        check(
            "[a:b = '1'] x",
            "column 13 of the pattern: expected `OR` or the end",
        );
        check(
            &"(".repeat(100),
            "column 66 of the pattern: expected fewer parentheses",
        );
        let refused = parse("[ipv4-addr:value = '10.0.0.1']").unwrap().refused;
        assert_eq!(
            refused[0].to_string(),
            "`10.0.0.1` is refused: the address is private or local"
        );
    }
}
