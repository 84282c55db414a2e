//! Formulas over numbered conditions: `1&2`, `(1&2)|(3&4)`, `!1|2`. `!` binds tightest, then `&`, then `|`.

/// A parsed formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Always true: a condition without predicates.
    True,
    /// The condition of this number, from 1.
    Term(usize),
    /// Not.
    Not(Box<Self>),
    /// All of them.
    And(Vec<Self>),
    /// Any of them.
    Or(Vec<Self>),
}

/// Why a formula is refused; columns count characters from 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// Something else was expected.
    #[error("column {column} of the formula: expected {expected}")]
    Expected {
        /// Where.
        column: usize,
        /// What.
        expected: &'static str,
    },
    /// No such condition.
    #[error("column {column} of the formula: condition `{number}` does not exist, there are {count}")]
    NoSuchCondition {
        /// Where.
        column: usize,
        /// The number given.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// A condition the formula never uses is a mistake more often than not.
    #[error("condition `{0}` is not used in the formula")]
    Unused(usize),
    /// Parentheses nest too deep.
    #[error("the formula nests deeper than {0} levels")]
    TooDeep(usize),
}

/// Deep enough for people, shallow enough for the stack.
const MAX_DEPTH: usize = 32;

impl Formula {
    /// The conjunction of `count` conditions.
    pub fn all(count: usize) -> Self {
        match count {
            0 => Self::True,
            1 => Self::Term(1),
            _ => Self::And((1..=count).map(Self::Term).collect()),
        }
    }

    /// Parses a formula over `count` conditions.
    pub fn parse(text: &str, count: usize) -> Result<Self, FormulaError> {
        let mut parser = Parser {
            chars: text.chars().collect(),
            at: 0,
            count,
            used: vec![false; count],
        };
        let formula = parser.or(0)?;
        if parser.peek().is_some() {
            return Err(parser.expected("`&`, `|` or the end"));
        }
        match parser.used.iter().position(|used| !used) {
            Some(position) => Err(FormulaError::Unused(position + 1)),
            None => Ok(formula),
        }
    }

    /// Evaluates with `term` deciding each numbered condition; stops as soon as the answer is known.
    pub fn holds(&self, term: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::True => true,
            Self::Term(number) => term(*number),
            Self::Not(inner) => !inner.holds(term),
            Self::And(parts) => parts.iter().all(|p| p.holds(term)),
            Self::Or(parts) => parts.iter().any(|p| p.holds(term)),
        }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    count: usize,
    used: Vec<bool>,
}

impl Parser {
    fn peek(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    fn expected(&self, expected: &'static str) -> FormulaError {
        FormulaError::Expected {
            column: self.at + 1,
            expected,
        }
    }

    fn or(&mut self, depth: usize) -> Result<Formula, FormulaError> {
        self.list('|', depth, Self::and, Formula::Or)
    }

    fn and(&mut self, depth: usize) -> Result<Formula, FormulaError> {
        self.list('&', depth, Self::not, Formula::And)
    }

    fn list(
        &mut self,
        separator: char,
        depth: usize,
        part: fn(&mut Self, usize) -> Result<Formula, FormulaError>,
        join: fn(Vec<Formula>) -> Formula,
    ) -> Result<Formula, FormulaError> {
        let first = part(self, depth)?;
        let mut parts = vec![first];
        while self.peek() == Some(separator) {
            self.at += 1;
            parts.push(part(self, depth)?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            join(parts)
        })
    }

    fn not(&mut self, depth: usize) -> Result<Formula, FormulaError> {
        if depth > MAX_DEPTH {
            return Err(FormulaError::TooDeep(MAX_DEPTH));
        }
        match self.peek() {
            Some('!') => {
                self.at += 1;
                Ok(Formula::Not(Box::new(self.not(depth + 1)?)))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.or(depth + 1)?;
                if self.peek() != Some(')') {
                    return Err(self.expected("`)`"));
                }
                self.at += 1;
                Ok(inner)
            }
            Some(c) if c.is_ascii_digit() => self.term(),
            _ => Err(self.expected("a condition number, `!` or `(`")),
        }
    }

    fn term(&mut self) -> Result<Formula, FormulaError> {
        let column = self.at + 1;
        let mut number: usize = 0;
        while let Some(digit) = self.chars.get(self.at).and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            self.at += 1;
        }
        if number == 0 || number > self.count {
            return Err(FormulaError::NoSuchCondition {
                column,
                number,
                count: self.count,
            });
        }
        self.used[number - 1] = true;
        Ok(Formula::Term(number))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_mean_what_they_say() {
        let check = |text: &str, truth: &[bool], expected: bool| {
            let formula = Formula::parse(text, truth.len()).unwrap();
            assert_eq!(formula.holds(&|n| truth[n - 1]), expected, "{text}");
        };
        check("(1&2)|(3&4)", &[true, false, true, true], true);
        check("(1&2)|(3&4)", &[true, false, true, false], false);
        check("1|2&3", &[true, false, false], true);
        check("!1 & !(2|3)", &[false, false, true], false);
    }

    #[test]
    fn errors_name_the_column() {
        let check = |text: &str, count, expected: &str| {
            assert_eq!(Formula::parse(text, count).unwrap_err().to_string(), expected);
        };
        check(
            "1&",
            1,
            "column 3 of the formula: expected a condition number, `!` or `(`",
        );
        check("(1|2", 2, "column 5 of the formula: expected `)`");
        check("1 5", 1, "column 3 of the formula: expected `&`, `|` or the end");
        check(
            "1&9",
            2,
            "column 3 of the formula: condition `9` does not exist, there are 2",
        );
        check("1", 2, "condition `2` is not used in the formula");
        check(&"(".repeat(100), 1, "the formula nests deeper than 32 levels");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn parsing_never_panics(text in "[0-9&|!() ]{0,40}", count in 0usize..5) {
            let _ = Formula::parse(&text, count);
        }
    }
}
