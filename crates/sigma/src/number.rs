//! Numbers as rules and logs write them, compared exactly: whole numbers are never rounded through `f64`.

use std::{cmp::Ordering, fmt};

/// A finite number.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

impl Number {
    /// Reads a number from text; spaces around it are ignored. `inf` and `nan` are not numbers here.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(whole) = text.parse() {
            return Some(Self::Int(whole));
        }
        // Only what starts like a number is tried: most texts are words.
        let first = text.bytes().next()?;
        (first.is_ascii_digit() || matches!(first, b'.' | b'-' | b'+'))
            .then(|| text.parse().ok().and_then(Self::from_f64))
            .flatten()
    }

    /// From a float; none if it is not finite.
    pub fn from_f64(float: f64) -> Option<Self> {
        float.is_finite().then_some(Self::Float(float))
    }

    /// The nearest `f64`.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }

    /// The number as a count; none if it is not a whole number from zero.
    pub fn as_count(self) -> Option<u64> {
        match self {
            Self::Int(whole) => u64::try_from(whole).ok(),
            Self::Float(_) => None,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(whole) => write!(f, "{whole}"),
            Self::Float(float) => write!(f, "{float}"),
        }
    }
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl Comparison {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Eq, Self::Neq, Self::Gt, Self::Gte, Self::Lt, Self::Lte];

    /// The word Sigma uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }

    /// The sign people know.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Neq => "!=",
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        }
    }

    /// Whether `left` compares to `right` in this way.
    pub fn holds(self, left: Number, right: Number) -> bool {
        let Some(order) = left.partial_cmp(&right) else {
            return false;
        };
        match self {
            Self::Eq => order.is_eq(),
            Self::Neq => order.is_ne(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_numbers() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                Number::parse(text).map(|n| n.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check(" 42 ", Some("42"));
        check("-1.5", Some("-1.5"));
        check("+7", Some("7"));
        check("1e3", Some("1000"));
        check("inf", None);
        check("-inf", None);
        check("nan", None);
        check("0x10", None);
        check("", None);
    }

    #[test]
    fn large_ids_are_compared_exactly() {
        let a = Number::parse("9007199254740993").unwrap();
        let b = Number::parse("9007199254740992").unwrap();
        assert!(Comparison::Neq.holds(a, b) && Comparison::Gt.holds(a, b));
        assert!(Comparison::Eq.holds(Number::Int(5), Number::Float(5.0)));
    }
}
