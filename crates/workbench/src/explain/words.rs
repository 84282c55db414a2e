//! What a rule expects of a value, in words.

use sigma::{Part, Pattern, Shape, Test};

/// What a test expects.
pub fn expected(test: &Test) -> String {
    match test {
        Test::Text(pattern) => text(pattern),
        Test::Number(number) => format!("= {number}"),
        Test::Compare(comparison, number) => format!("{} {number}", comparison.sign()),
        Test::Regex(regex) => format!("matches /{}/", regex.source),
        Test::Cidr(network) => format!("is in {network}"),
        Test::Exists(true) => "is there".to_owned(),
        Test::Exists(false) => "is absent".to_owned(),
        Test::Null => "is null or absent".to_owned(),
        Test::Field(other) => format!(
            "{} the field `{}`{}",
            shape(other.shape),
            other.field,
            case(other.cased)
        ),
        Test::Time(part, comparison, number) => format!("{} {} {number}", part.as_str(), comparison.sign()),
        Test::AnyOf(tests) => tests.iter().map(expected).collect::<Vec<_>>().join(" or "),
    }
}

fn text(pattern: &Pattern) -> String {
    let (how, text) = match pattern.parts() {
        [] => ("=", String::new()),
        [Part::Text(text)] => ("=", text.clone()),
        [Part::Any] => return "is any text".to_owned(),
        [Part::Any, Part::Text(text), Part::Any] => ("contains", text.clone()),
        [Part::Text(text), Part::Any] => ("starts with", text.clone()),
        [Part::Any, Part::Text(text)] => ("ends with", text.clone()),
        parts => ("is like", parts.iter().map(symbol).collect()),
    };
    format!("{how} {text:?}{}", case(pattern.cased()))
}

fn symbol(part: &Part) -> &str {
    match part {
        Part::Text(text) => text,
        Part::Any => "*",
        Part::One => "?",
        Part::Dash => "-",
    }
}

const fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Equals => "equals",
        Shape::Starts => "starts with",
        Shape::Ends => "ends with",
        Shape::Contains => "contains",
    }
}

const fn case(cased: bool) -> &'static str {
    if cased { ", case matters" } else { "" }
}
