//! One comparison `{left, operator, right, not}`.

use ipnet::IpNet;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How left and right are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The same text (numbers compare as numbers).
    Equals,
    /// Left, as a number, is greater.
    GreaterThan,
    /// Left, as a number, is greater or equal.
    GreaterOrEqual,
    /// Left, as a number, is smaller.
    LessThan,
    /// Left, as a number, is smaller or equal.
    LessOrEqual,
    /// Equal to one of the right values.
    In,
    /// Holds one of the right values.
    Contains,
    /// Matches the regular expression on the right.
    Matches,
    /// Between the two right values, both included.
    Between,
    /// The address on the left lies in one of the networks on the right.
    InNetwork,
    /// The left has any value; there is no right.
    Exists,
}

impl Operator {
    /// All operators, in the order forms show them.
    pub const ALL: [Self; 11] = [
        Self::Equals,
        Self::In,
        Self::Contains,
        Self::Matches,
        Self::InNetwork,
        Self::GreaterThan,
        Self::GreaterOrEqual,
        Self::LessThan,
        Self::LessOrEqual,
        Self::Between,
        Self::Exists,
    ];
}

/// One comparison. Of several left values, one that meets it is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// A name from the caller's catalogue.
    pub left: String,
    /// How to compare.
    pub operator: Operator,
    /// What with; one value, several for `in`, `contains`, `in_network`, two for `between`, none for `exists`.
    #[serde(default)]
    pub right: Vec<String>,
    /// Turns the answer around.
    #[serde(default)]
    pub not: bool,
}

/// Why a comparison is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredicateError {
    /// The wrong number of right values.
    #[error("`{operator}` takes {expected}, got {got}")]
    Arity {
        /// The operator.
        operator: String,
        /// What it takes.
        expected: &'static str,
        /// How many there were.
        got: usize,
    },
    /// Not a number.
    #[error("`{0}` is not a number")]
    Number(String),
    /// Not a network.
    #[error("`{0}` is not an address or network")]
    Network(String),
    /// Not a regular expression.
    #[error("`{pattern}` is not a regular expression: {reason}")]
    Regex {
        /// The text.
        pattern: String,
        /// The first line of the parser's answer.
        reason: String,
    },
}

/// A comparison ready to be evaluated.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    left: String,
    not: bool,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Equal(Vec<String>),
    Contains(Vec<String>),
    Regex(Regex),
    Networks(Vec<IpNet>),
    Compare(fn(f64, f64) -> bool, f64),
    Between(f64, f64),
    Exists,
}

impl Predicate {
    pub(super) fn compile(&self) -> Result<Compiled, PredicateError> {
        let test = match self.operator {
            Operator::Equals => Test::Equal(vec![self.one()?.clone()]),
            Operator::In => Test::Equal(self.some()?.to_vec()),
            Operator::Contains => Test::Contains(self.some()?.to_vec()),
            Operator::Matches => Test::Regex(compile_regex(self.one()?)?),
            Operator::InNetwork => Test::Networks(
                self.some()?
                    .iter()
                    .map(|text| parse_network(text))
                    .collect::<Result<_, _>>()?,
            ),
            Operator::GreaterThan => Test::Compare(|a, b| a > b, number(self.one()?)?),
            Operator::GreaterOrEqual => Test::Compare(|a, b| a >= b, number(self.one()?)?),
            Operator::LessThan => Test::Compare(|a, b| a < b, number(self.one()?)?),
            Operator::LessOrEqual => Test::Compare(|a, b| a <= b, number(self.one()?)?),
            Operator::Between => match self.right.as_slice() {
                [low, high] => Test::Between(number(low)?, number(high)?),
                _ => return Err(self.arity("two values")),
            },
            Operator::Exists if self.right.is_empty() => Test::Exists,
            Operator::Exists => return Err(self.arity("no value")),
        };
        Ok(Compiled {
            left: self.left.clone(),
            not: self.not,
            test,
        })
    }

    fn one(&self) -> Result<&String, PredicateError> {
        match self.right.as_slice() {
            [one] => Ok(one),
            _ => Err(self.arity("one value")),
        }
    }

    fn some(&self) -> Result<&[String], PredicateError> {
        if self.right.is_empty() {
            Err(self.arity("at least one value"))
        } else {
            Ok(&self.right)
        }
    }

    fn arity(&self, expected: &'static str) -> PredicateError {
        PredicateError::Arity {
            operator: format!("{:?}", self.operator),
            expected,
            got: self.right.len(),
        }
    }
}

impl Compiled {
    pub(super) fn name(&self) -> &str {
        &self.left
    }

    pub(super) fn holds(&self, values: &[String]) -> bool {
        values.iter().any(|value| self.test.holds(value)) != self.not
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Equal(any) => any
                .iter()
                .any(|right| right == value || same_number(right, value)),
            Self::Contains(any) => any.iter().any(|right| value.contains(right.as_str())),
            Self::Regex(regex) => regex.is_match(value),
            Self::Networks(any) => value.parse::<IpAddr>().is_ok_and(|ip| {
                let ip = ip.to_canonical();
                any.iter().any(|network| network.contains(&ip))
            }),
            Self::Compare(compare, right) => value.parse().is_ok_and(|left| compare(left, *right)),
            Self::Between(low, high) => value.parse().is_ok_and(|left: f64| *low <= left && left <= *high),
            Self::Exists => !value.is_empty(),
        }
    }
}

fn same_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a.total_cmp(&b).is_eq())
}

fn number(text: &str) -> Result<f64, PredicateError> {
    text.trim()
        .parse()
        .map_err(|_| PredicateError::Number(text.to_owned()))
}

fn parse_network(text: &str) -> Result<IpNet, PredicateError> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical())))
        .map_err(|_| PredicateError::Network(text.to_owned()))
}

/// Patterns come from people: bounded size, linear time.
fn compile_regex(pattern: &str) -> Result<Regex, PredicateError> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| PredicateError::Regex {
            pattern: pattern.to_owned(),
            reason: error.to_string().lines().last().unwrap_or_default().to_owned(),
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn predicate(operator: Operator, right: &[&str], not: bool) -> Predicate {
        Predicate {
            left: "x".into(),
            operator,
            right: right.iter().map(|r| (*r).into()).collect(),
            not,
        }
    }

    #[test]
    fn operators() {
        let check = |operator, right: &[&str], values: &[&str], expected: bool| {
            let values: Vec<String> = values.iter().map(|v| (*v).into()).collect();
            let holds = |not| predicate(operator, right, not).compile().unwrap().holds(&values);
            assert_eq!(holds(false), expected, "{operator:?} {right:?} {values:?}");
            assert_eq!(holds(true), !expected, "not {operator:?} {right:?} {values:?}");
        };
        check(Operator::Equals, &["4"], &["4.0"], true);
        check(Operator::Equals, &["nginx"], &["apache", "nginx"], true);
        check(Operator::In, &["a", "b"], &["c"], false);
        check(Operator::Contains, &["web"], &["a web shell"], true);
        check(Operator::Matches, &["^wp-.*php$"], &["wp-login.php"], true);
        check(
            Operator::InNetwork,
            &["203.0.113.0/24"],
            &["::ffff:203.0.113.9"],
            true,
        );
        check(Operator::InNetwork, &["203.0.113.9"], &["203.0.113.8"], false);
        check(Operator::GreaterOrEqual, &["4"], &["4"], true);
        check(Operator::LessThan, &["4"], &["not a number"], false);
        check(Operator::Between, &["1", "3"], &["3"], true);
        check(Operator::Exists, &[], &[], false);
    }

    #[test]
    fn wrong_right_sides_are_refused() {
        let check = |operator, right: &[&str], expected: &str| {
            assert_eq!(
                predicate(operator, right, false)
                    .compile()
                    .unwrap_err()
                    .to_string(),
                expected
            );
        };
        check(Operator::Equals, &[], "`Equals` takes one value, got 0");
        check(Operator::Between, &["1"], "`Between` takes two values, got 1");
        check(Operator::GreaterThan, &["many"], "`many` is not a number");
        check(
            Operator::InNetwork,
            &["300.1.1.1"],
            "`300.1.1.1` is not an address or network",
        );
        assert!(predicate(Operator::Matches, &["("], false).compile().is_err());
    }
}
