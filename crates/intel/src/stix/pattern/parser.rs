//! Reads patterns. All of the grammar is read, so that what is left out is known to be well-formed.

use super::{Pattern, PatternError, comparison::Comparison};

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
