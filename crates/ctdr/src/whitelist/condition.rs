//! Conditions as they are typed: `attacker.ip in_network 203.0.113.0/28`, and back.

use super::arguments::Proposal;
use crate::input;
use model::{
    Condition, LocalText, Predicate,
    condition::{ConditionError, Operator},
};
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::path::Path;

/// Bytes of a condition in a file.
const LONGEST: u64 = 1 << 20;

/// The condition that is proposed, checked as far as that goes without the server's list of fields.
pub fn of(proposal: &Proposal) -> Result<Condition, LocalText> {
    let condition = match &proposal.condition {
        Some(path) => read(path)?,
        None => Condition {
            conditions: proposal
                .when
                .iter()
                .map(|text| comparison(text))
                .collect::<Result<_, _>>()?,
            formula: proposal.formula.clone(),
        },
    };
    match condition.clone().compile() {
        Ok(_) => Ok(condition),
        Err(ConditionError::Formula(error)) => Err(LocalText::new(
            format!("the formula is wrong: {error}"),
            format!("公式有误：{error}"),
        )),
        Err(ConditionError::Predicate { number, source }) => Err(LocalText::new(
            format!("comparison {number} is wrong: {source}"),
            format!("第 {number} 个比较有误：{source}"),
        )),
    }
}

/// `FIELD [not] OPERATOR [VALUE]`.
fn comparison(text: &str) -> Result<Predicate, LocalText> {
    let shape = || {
        LocalText::new(
            format!(
                "`{text}` is no comparison; expected `FIELD [not] OPERATOR VALUE`, such as `attacker.ip equals 203.0.113.7`"
            ),
            format!(
                "`{text}` 不是比较式；应为 `字段 [not] 运算符 值`，例如 `attacker.ip equals 203.0.113.7`"
            ),
        )
    };
    let word = |text: &str| -> Option<(String, String)> {
        let text = text.trim_start();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        (!word.is_empty()).then(|| (word.to_owned(), rest.trim().to_owned()))
    };
    let (left, rest) = word(text).ok_or_else(shape)?;
    let (mut operator, mut rest) = word(&rest).ok_or_else(shape)?;
    let not = operator == "not";
    if not {
        (operator, rest) = word(&rest).ok_or_else(shape)?;
    }
    let known = Operator::deserialize(&json!(operator)).map_err(|_| {
        let all: Vec<String> = Operator::ALL
            .iter()
            .filter_map(|operator| json!(operator).as_str().map(str::to_owned))
            .collect();
        LocalText::new(
            format!(
                "`{operator}` is no operator in `{text}`; expected one of {}",
                all.join(", ")
            ),
            format!("`{text}` 中的 `{operator}` 不是运算符；可用：{}", all.join("、")),
        )
    })?;
    Ok(Predicate {
        left,
        operator: known,
        right: values(&rest, text)?,
        not,
    })
}

/// One value as it stands there, or a JSON list of several.
fn values(text: &str, comparison: &str) -> Result<Vec<String>, LocalText> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if !text.starts_with('[') {
        return Ok(vec![text.to_owned()]);
    }
    let value = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    // A regular expression may begin with a bracket, too.
    let list: Option<Vec<Value>> = serde_json::from_str(text).ok();
    match list {
        Some(list) => list.into_iter().map(value).collect::<Option<_>>().ok_or_else(|| {
            LocalText::new(
                format!("the list in `{comparison}` holds something else than texts and numbers"),
                format!("`{comparison}` 的列表中只能有文本和数字"),
            )
        }),
        None => Ok(vec![text.to_owned()]),
    }
}

fn read(path: &Path) -> Result<Condition, LocalText> {
    let shown = path.display();
    let text = input::text(path, LONGEST).map_err(|error| {
        LocalText::new(
            format!("cannot read `{shown}`: {error}"),
            format!("无法读取 `{shown}`：{error}"),
        )
    })?;
    serde_json::from_str(&text).map_err(|error| {
        LocalText::new(
            format!("`{shown}` holds no condition: {error}; expected `{{\"conditions\": [{{\"left\": …, \"operator\": …, \"right\": […]}}]}}`"),
            format!("`{shown}` 中没有有效条件：{error}；应为 `{{\"conditions\": [{{\"left\": …, \"operator\": …, \"right\": […]}}]}}`"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_read_as_they_are_meant() {
        let check = |text: &str, left: &str, not: bool, operator: Operator, right: &[&str]| {
            let read = comparison(text).unwrap_or_else(|error| panic!("{text}: {}", error.en));
            let expected = Predicate {
                left: left.to_owned(),
                operator,
                right: right.iter().map(|value| (*value).to_owned()).collect(),
                not,
            };
            assert_eq!(read, expected, "{text}");
        };
        check(
            "attacker.ip equals 203.0.113.7",
            "attacker.ip",
            false,
            Operator::Equals,
            &["203.0.113.7"],
        );
        check(
            "  rule   not  in  [\"a b\", 3] ",
            "rule",
            true,
            Operator::In,
            &["a b", "3"],
        );
        check("victim.host exists", "victim.host", false, Operator::Exists, &[]);
        // A value may hold spaces, and a regular expression may begin like a list.
        check(
            "title equals a b  c",
            "title",
            false,
            Operator::Equals,
            &["a b  c"],
        );
        check(
            "title matches [a-z]+ x",
            "title",
            false,
            Operator::Matches,
            &["[a-z]+ x"],
        );
    }

    #[test]
    fn what_is_no_comparison_says_what_is() {
        let check = |text: &str, en: &str, zh: &str| {
            let error = comparison(text).expect_err(text);
            assert!(error.en.contains(en) && error.zh.contains(zh), "{error:?}");
        };
        check("", "is no comparison", "不是比较式");
        check("rule", "expected `FIELD [not] OPERATOR VALUE`", "不是比较式");
        check("rule not", "is no comparison", "不是比较式");
        check("rule is x", "`is` is no operator", "不是运算符");
        check("rule in [{}]", "something else than texts", "只能有文本和数字");
    }
}
