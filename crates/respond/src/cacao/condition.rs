//! Conditions of `if-condition` steps: the comparisons of STIX 2.1 patterning, over variables.
//!
//! ```text
//! condition  = "[" or "]" | or
//! or         = and { "OR" and }
//! and        = unit { "AND" unit }
//! unit       = "(" or ")" | "EXISTS" variable | operand test
//! test       = [ "NOT" ] ( operator operand | "IN" "(" operand { "," operand } ")" | "LIKE" text | subset operand )
//! operator   = "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">="
//! subset     = "ISSUBSET" | "ISSUPERSET"                          (networks)
//! operand    = variable | text | number | "true" | "false"
//! variable   = "__name__:value"        text = 'quoted', with \' and \\
//! ```
//! Two operands that both read as numbers compare as numbers, else `=` and `!=` compare text; `<` and its like need
//! numbers. `LIKE` knows `%` and `_`. A variable without a value is an error, except to `EXISTS`: a condition that
//! cannot be decided must fail its step, not take a branch. `MATCHES` and observation operators are refused.

use super::variable::{self, VariableError};
use ipnet::IpNet;
use serde_json::{Map, Value as Json};
use std::net::IpAddr;

/// Conditions nest no deeper.
const MAX_DEPTH: usize = 32;

/// A parsed condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(Node);

/// Why a condition is refused; columns count characters from 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} of the condition: expected {expected}")]
pub struct SyntaxError {
    /// Where.
    pub column: usize,
    /// What.
    pub expected: &'static str,
}

/// Why a condition cannot be decided.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// A variable has no value.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// Order is defined for numbers only.
    #[error("`{0}` is not a number")]
    Number(String),
    /// Subsets are defined for networks only.
    #[error("`{0}` is not an address or network")]
    Network(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Exists(String),
    Test { left: Operand, not: bool, test: Test },
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Variable(String),
    Literal(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Compare(Comparison, Operand),
    In(Vec<Operand>),
    Like(String),
    Subset(Operand),
    Superset(Operand),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Parses a condition.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            end: text.chars().count() + 1,
        };
        let bracket = parser.take("[");
        let node = parser.or(0)?;
        if bracket && !parser.take("]") {
            return Err(parser.expected("`]`"));
        }
        match parser.peek() {
            None => Ok(Self(node)),
            Some(_) => Err(parser.expected("`AND`, `OR` or the end")),
        }
    }

    /// The variables it asks for.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.variables(&mut names);
        names
    }

    /// Whether it holds.
    pub fn evaluate(&self, variables: &Map<String, Json>) -> Result<bool, EvaluationError> {
        self.0.evaluate(variables)
    }
}

impl Node {
    fn variables<'n>(&'n self, names: &mut Vec<&'n str>) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.variables(names)),
            Self::Exists(name) => names.push(name),
            Self::Test { left, test, .. } => {
                let right: &[Operand] = match test {
                    Test::Compare(_, right) | Test::Subset(right) | Test::Superset(right) => {
                        std::slice::from_ref(right)
                    }
                    Test::In(right) => right,
                    Test::Like(_) => &[],
                };
                names.extend(std::iter::once(left).chain(right).filter_map(Operand::variable));
            }
        }
    }

    fn evaluate(&self, variables: &Map<String, Json>) -> Result<bool, EvaluationError> {
        match self {
            Self::Or(parts) => any(parts, |part| part.evaluate(variables)),
            Self::And(parts) => Ok(!any(parts, |part| part.evaluate(variables).map(|holds| !holds))?),
            Self::Exists(name) => Ok(variable::value(name, variables).is_ok()),
            Self::Test { left, not, test } => Ok(test.holds(left.value(variables)?, variables)? != *not),
        }
    }
}

/// Whether one of the parts holds, asked in order until one does.
fn any<T>(parts: &[T], holds: impl Fn(&T) -> Result<bool, EvaluationError>) -> Result<bool, EvaluationError> {
    for part in parts {
        if holds(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Operand {
    fn variable(&self) -> Option<&str> {
        match self {
            Self::Variable(name) => Some(name),
            Self::Literal(_) => None,
        }
    }

    fn value<'v>(&'v self, variables: &'v Map<String, Json>) -> Result<&'v str, VariableError> {
        match self {
            Self::Variable(name) => variable::value(name, variables),
            Self::Literal(text) => Ok(text),
        }
    }
}

impl Test {
    fn holds(&self, left: &str, variables: &Map<String, Json>) -> Result<bool, EvaluationError> {
        match self {
            Self::Compare(comparison, right) => comparison.holds(left, right.value(variables)?),
            Self::In(right) => any(right, |one| Ok(equal(left, one.value(variables)?))),
            Self::Like(pattern) => Ok(like(left, pattern)),
            Self::Subset(right) => Ok(network(right.value(variables)?)?.contains(&network(left)?)),
            Self::Superset(right) => Ok(network(left)?.contains(&network(right.value(variables)?)?)),
        }
    }
}

impl Comparison {
    fn holds(self, left: &str, right: &str) -> Result<bool, EvaluationError> {
        let order = |test: fn(f64, f64) -> bool| Ok(test(number(left)?, number(right)?));
        match self {
            Self::Equal => Ok(equal(left, right)),
            Self::NotEqual => Ok(!equal(left, right)),
            Self::Less => order(|a, b| a < b),
            Self::LessOrEqual => order(|a, b| a <= b),
            Self::Greater => order(|a, b| a > b),
            Self::GreaterOrEqual => order(|a, b| a >= b),
        }
    }
}

#[allow(
    clippy::float_cmp,
    reason = "numbers as they were written, not results of arithmetic"
)]
fn equal(left: &str, right: &str) -> bool {
    left == right || matches!((number(left), number(right)), (Ok(a), Ok(b)) if a == b)
}

fn number(text: &str) -> Result<f64, EvaluationError> {
    let number = text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    number.ok_or_else(|| EvaluationError::Number(text.to_owned()))
}

fn network(text: &str) -> Result<IpNet, EvaluationError> {
    let address = text
        .trim()
        .parse::<IpAddr>()
        .map(|ip| IpNet::from(ip.to_canonical()));
    address
        .or_else(|_| text.trim().parse())
        .map_err(|_| EvaluationError::Network(text.to_owned()))
}

/// `%` stands for any text, `_` for any character. Linear in memory, quadratic in time at worst.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for p in pattern.chars() {
        if p == '%' {
            let first = reached.iter().position(|r| *r).unwrap_or(reached.len());
            reached.iter_mut().skip(first).for_each(|r| *r = true);
        } else {
            for i in (1..reached.len()).rev() {
                reached[i] = reached[i - 1] && (p == '_' || p == text[i - 1]);
            }
            reached[0] = false;
        }
    }
    reached.last().copied().unwrap_or(false)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A quoted text.
    Text(String),
    /// A word, number, variable or sign.
    Word(String),
}

/// Tokens with their columns.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let start = at;
        at += 1;
        if c.is_whitespace() {
            continue;
        }
        let token = if c == '\'' {
            Token::Text(quoted(&chars, &mut at)?)
        } else if "=!<>".contains(c) {
            let two = chars
                .get(at)
                .is_some_and(|next| matches!((c, next), (_, '=') | ('<', '>')));
            at += usize::from(two);
            Token::Word(chars[start..at].iter().collect())
        } else if "()[],".contains(c) {
            Token::Word(c.to_string())
        } else if is_word(c) {
            at += chars[at..].iter().take_while(|c| is_word(**c)).count();
            Token::Word(chars[start..at].iter().collect())
        } else {
            return Err(SyntaxError {
                column: start + 1,
                expected: "a variable, a value or an operator",
            });
        };
        tokens.push((start + 1, token));
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-:.+".contains(c)
}

fn quoted(chars: &[char], at: &mut usize) -> Result<String, SyntaxError> {
    let mut text = String::new();
    loop {
        let c = chars.get(*at).copied();
        *at += 1;
        match c {
            Some('\'') => return Ok(text),
            Some('\\') => {
                let escaped = chars.get(*at).copied().filter(|c| matches!(c, '\'' | '\\'));
                *at += 1;
                text.push(escaped.ok_or(SyntaxError {
                    column: *at,
                    expected: "`\\'` or `\\\\`",
                })?);
            }
            Some(c) => text.push(c),
            None => {
                return Err(SyntaxError {
                    column: *at,
                    expected: "a closing `'`",
                });
            }
        }
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w == word);
        self.at += usize::from(found);
        found
    }

    fn expected(&self, expected: &'static str) -> SyntaxError {
        let column = self.tokens.get(self.at).map_or(self.end, |(column, _)| *column);
        SyntaxError { column, expected }
    }

    fn or(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        self.list("OR", depth, Self::and, Node::Or)
    }

    fn and(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        self.list("AND", depth, Self::unit, Node::And)
    }

    fn list(
        &mut self,
        separator: &str,
        depth: usize,
        part: fn(&mut Self, usize) -> Result<Node, SyntaxError>,
        join: fn(Vec<Node>) -> Node,
    ) -> Result<Node, SyntaxError> {
        let mut parts = vec![part(self, depth)?];
        while self.take(separator) {
            parts.push(part(self, depth)?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            join(parts)
        })
    }

    fn unit(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.expected("fewer parentheses"));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return if self.take(")") {
                Ok(inner)
            } else {
                Err(self.expected("`)`"))
            };
        }
        if self.take("EXISTS") {
            return match self.operand()? {
                Operand::Variable(name) => Ok(Node::Exists(name)),
                Operand::Literal(_) => {
                    self.at -= 1;
                    Err(self.expected("a variable such as `__name__:value`"))
                }
            };
        }
        let left = self.operand()?;
        let not = self.take("NOT");
        Ok(Node::Test {
            left,
            not,
            test: self.test()?,
        })
    }

    fn test(&mut self) -> Result<Test, SyntaxError> {
        for (sign, comparison) in [
            ("=", Comparison::Equal),
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            ("<", Comparison::Less),
            (">=", Comparison::GreaterOrEqual),
            (">", Comparison::Greater),
        ] {
            if self.take(sign) {
                return Ok(Test::Compare(comparison, self.operand()?));
            }
        }
        if self.take("IN") {
            self.set().map(Test::In)
        } else if self.take("LIKE") {
            self.text().map(Test::Like)
        } else if self.take("ISSUBSET") {
            self.operand().map(Test::Subset)
        } else if self.take("ISSUPERSET") {
            self.operand().map(Test::Superset)
        } else {
            Err(self.expected("an operator: = != < <= > >= IN LIKE ISSUBSET ISSUPERSET"))
        }
    }

    fn set(&mut self) -> Result<Vec<Operand>, SyntaxError> {
        if !self.take("(") {
            return Err(self.expected("`(`"));
        }
        let mut operands = vec![self.operand()?];
        while self.take(",") {
            operands.push(self.operand()?);
        }
        if self.take(")") {
            Ok(operands)
        } else {
            Err(self.expected("`,` or `)`"))
        }
    }

    fn text(&mut self) -> Result<String, SyntaxError> {
        match self.peek().cloned() {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.expected("a text in quotes")),
        }
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        let operand = match self.peek() {
            Some(Token::Text(text)) => Some(Operand::Literal(text.clone())),
            Some(Token::Word(word)) => {
                match word.strip_suffix(":value").filter(|name| variable::is_name(name)) {
                    Some(name) => Some(Operand::Variable(name.to_owned())),
                    None if word == "true" || word == "false" || number(word).is_ok() => {
                        Some(Operand::Literal(word.clone()))
                    }
                    None => None,
                }
            }
            None => None,
        };
        let operand =
            operand.ok_or_else(|| self.expected("a variable such as `__name__:value`, or a value"))?;
        self.at += 1;
        Ok(operand)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn variables() -> Map<String, Json> {
        let variables = json!({
            "__type__": "ip", "__ip__": "203.0.113.7", "__n__": "20", "__none__": null, "__q__": "it's",
        });
        variables.as_object().cloned().unwrap()
    }

    #[test]
    fn conditions_mean_what_they_say() {
        let check = |text: &str, expected: bool| {
            assert_eq!(
                Condition::parse(text).unwrap().evaluate(&variables()),
                Ok(expected),
                "{text}"
            );
        };
        check("__type__:value = 'ip'", true);
        check("[__type__:value == 'ip']", true);
        check("__type__:value NOT = 'ip'", false);
        check("__type__:value IN ('domain', 'ip')", true);
        check("__n__:value >= 20.0 AND __n__:value < 21", true);
        check("__n__:value = '20.0'", true);
        check(
            "__type__:value = 'x' OR __n__:value = 20 AND __type__:value = 'y'",
            false,
        );
        check(
            "(__type__:value = 'ip' OR __n__:value = 1) AND __n__:value != 1",
            true,
        );
        check("__ip__:value ISSUBSET '203.0.113.0/24'", true);
        check("'203.0.113.0/24' ISSUPERSET __ip__:value", true);
        check("__ip__:value NOT ISSUBSET '198.51.100.0/24'", true);
        check("__ip__:value LIKE '203.%.7'", true);
        check("__ip__:value LIKE '203.%.8'", false);
        check("__type__:value LIKE '_p'", true);
        check("__q__:value = 'it\\'s'", true);
        check("EXISTS __none__:value", false);
        check("EXISTS __ip__:value", true);
        check("__type__:value = 'ip' OR __none__:value = 'x'", true);
    }

    #[test]
    fn what_cannot_be_decided_is_an_error() {
        let check = |text: &str, expected: &str| {
            let error = Condition::parse(text)
                .unwrap()
                .evaluate(&variables())
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check("__none__:value = 'x'", "variable `__none__` has no value");
        check("__new__:value = 'x'", "variable `__new__` is not declared");
        check("__type__:value < 3", "`ip` is not a number");
        check(
            "__type__:value ISSUBSET '203.0.113.0/24'",
            "`ip` is not an address or network",
        );
    }

    #[test]
    fn wrong_conditions_name_the_column() {
        let check = |text: &str, column: usize, expected: &str| {
            let error = Condition::parse(text).unwrap_err();
            assert_eq!(error.column, column, "{text}: {error}");
            assert!(error.expected.contains(expected), "{text}: {error}");
        };
        check("__type__:value", 15, "operator");
        check("__type__:value MATCHES 'x'", 16, "operator");
        check("__type__:value = ip", 18, "value");
        check("__type__:value = 'ip", 21, "closing");
        check("(__n__:value = 1", 17, "`)`");
        check("[__n__:value = 1", 17, "`]`");
        check("__n__:value = 1 2", 17, "`AND`");
        check("EXISTS 'x'", 8, "variable");
        check("__n__:value = 1 & 2", 17, "operator");
        check(&"(".repeat(100), 34, "fewer");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn parsing_never_panics(text in "(__a__:value|AND|OR|NOT|IN|'[^']*'|[ =<>()\\[\\],0-9é\\\\']){0,12}") {
            if let Ok(condition) = Condition::parse(&text) {
                let _ = condition.evaluate(&variables());
            }
        }
    }
}
