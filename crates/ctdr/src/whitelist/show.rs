//! Whitelists and previews as people read them.

use crate::remote::Speech;
use serde_json::Value;
use std::fmt::Write as _;

/// Events and rules of a preview that are shown; JSON has more.
const SHOWN: usize = 10;

/// A whitelist on one line.
pub fn line(row: &Value, speech: Speech) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let day = |name: &str| row[name].as_str().and_then(|time| time.get(..10)).unwrap_or("–");
    let state = if row["paused"] == true {
        speech.pick("paused", "已暂停")
    } else if reviewed(row, "expired") {
        speech.pick("expired", "已过期")
    } else if reviewed(row, "expires_soon") {
        speech.pick("expires soon", "即将过期")
    } else if reviewed(row, "unused") {
        speech.pick("unused", "长期未命中")
    } else {
        speech.pick("holds", "生效中")
    };
    let hits = row["hits"].as_u64().unwrap_or_default();
    let (hit, until) = (speech.pick("hits", "次命中"), speech.pick("until", "有效期至"));
    format!(
        "{}  {}  {state}  {hits} {hit}  {until} {}  {}  {} ({})\n",
        text("id"),
        text("scope"),
        day("expires_at"),
        condition(&row["condition"]),
        plain(text("reason")),
        plain(text("owner")),
    )
}

/// How many there are.
pub fn total(count: usize, speech: Speech) -> String {
    let en = if count == 1 { "whitelist" } else { "whitelists" };
    format!("{count} {}", speech.pick(en, "条白名单"))
}

fn reviewed(row: &Value, hint: &str) -> bool {
    row["review"]
        .as_array()
        .is_some_and(|hints| hints.iter().any(|known| known == hint))
}

/// A condition as it is typed.
pub fn condition(condition: &Value) -> String {
    let comparisons = condition["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|comparison| {
            let not = if comparison["not"] == true { "not " } else { "" };
            let right = match comparison["right"].as_array().map(Vec::as_slice) {
                None | Some([]) => String::new(),
                Some([only]) => format!(" {}", plain(only.as_str().unwrap_or_default())),
                Some(several) => format!(" {}", plain(&Value::from(several.to_vec()).to_string())),
            };
            let word = |name: &str| comparison[name].as_str().unwrap_or_default();
            format!("{} {not}{}{right}", plain(word("left")), word("operator"))
        });
    let mut text = comparisons.collect::<Vec<_>>().join(" & ");
    if let Some(formula) = condition["formula"].as_str() {
        let _ = write!(text, " [{formula}]");
    }
    text
}

/// What a preview came to.
pub fn report(report: &Value, speech: Speech) -> String {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let mut text = String::new();
    let mut say = |name: (&str, &str), value: String| {
        let _ = writeln!(text, "{}: {value}", speech.pick(name.0, name.1));
    };
    let time = |name: &str| report[name].as_str().unwrap_or_default();
    say(
        ("alerts from", "告警时间"),
        format!("{} – {}", time("from"), time("until")),
    );
    say(
        ("alerts looked at", "参与计算的告警"),
        number(&report["alerts"]["before"]).to_string(),
    );
    say(
        ("alerts it would keep out of events", "将不再生成事件的告警"),
        number(&report["hidden"]["count"]).to_string(),
    );
    let both = &report["events"];
    say(
        ("events", "事件数"),
        format!("{} → {}", number(&both["before"]), number(&both["after"])),
    );
    say(
        ("events there would not be", "将不会出现的事件"),
        number(&report["only_before"]["total"]).to_string(),
    );
    say(
        ("events that would differ", "将有变化的事件"),
        number(&report["changed"]["total"]).to_string(),
    );
    if report["complete"] != true {
        let _ = writeln!(
            text,
            "{}",
            speech.pick(
                "there were too many alerts: the newest ones were looked at",
                "告警过多：仅计算了最新的部分"
            )
        );
    }
    for rule in first(&report["hidden"]["rules"]) {
        let _ = writeln!(
            text,
            "  {} × {}",
            number(&rule["alerts"]),
            local(&rule["title"], speech)
        );
    }
    for gone in first(&report["only_before"]["items"]) {
        let event = &gone["event"];
        let id = event["id"].as_str().unwrap_or_default();
        let _ = writeln!(text, "  - {id}  {}", local(&event["title"], speech));
    }
    text
}

fn first(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten().take(SHOWN)
}

fn local(text: &Value, speech: Speech) -> String {
    plain(text[speech.code()].as_str().unwrap_or_default())
}

/// Texts of others on a terminal: what would move its cursor is shown as what it is.
fn plain(text: &str) -> String {
    let plain = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Language;
    use serde_json::json;

    #[test]
    fn a_line_reads_as_it_was_typed() {
        let row = json!({
            "id": "w1", "scope": "event", "paused": false, "hits": 12, "reason": "scanner\u{1b}[31m", "owner": "li",
            "expires_at": "2026-12-31T00:00:00.000Z", "review": ["expires_soon"],
            "condition": {"formula": "1|2", "conditions": [
                {"left": "attacker.ip", "operator": "in_network", "right": ["203.0.113.0/28"], "not": false},
                {"left": "rule", "operator": "in", "right": ["a", "b"], "not": true}]},
        });
        assert_eq!(
            line(&row, Speech(Language::En)),
            "w1  event  expires soon  12 hits  until 2026-12-31  attacker.ip in_network 203.0.113.0/28 & \
             rule not in [\"a\",\"b\"] [1|2]  scanner\\u{1b}[31m (li)\n"
        );
        assert!(line(&row, Speech(Language::Zh)).contains("即将过期  12 次命中  有效期至 2026-12-31"));
    }
}
