//! What the activity of an event says of merges, splits and relations: with which events, and which alerts moved. Of
//! thousands the first few are named; the audit log has as many, and says how many there were.

use model::LocalText;
use serde_json::Value;

/// Alerts and events that a sentence names.
const NAMED: usize = 3;

/// The sentence of an entry. Those that an older version wrote say less.
pub fn sentence(body: &Value) -> LocalText {
    let mut text = if let Some(other) = body["related"].as_str() {
        LocalText::new(
            format!("Related to event {other}."),
            format!("已与事件 {other} 关联。"),
        )
    } else if let Some(parts) = body["split"].as_array() {
        let parts = names(parts);
        LocalText::new(
            format!("Split: {} came off.", parts.en),
            format!("事件已拆分，拆出{}。", parts.zh),
        )
    } else if let Some(merged) = body["merged"].as_array() {
        let merged = names(merged);
        LocalText::new(
            format!("Merged with {}.", merged.en),
            format!("已与{}合并。", merged.zh),
        )
    } else {
        LocalText::new("Merged with another event.", "已与其他事件合并。")
    };
    append(&mut text, moved(&body["moved"]));
    append(&mut text, reason(body));
    text
}

fn append(text: &mut LocalText, more: Option<LocalText>) {
    if let Some(more) = more {
        text.en = format!("{} {}", text.en, more.en);
        text.zh.push_str(&more.zh);
    }
}

fn moved(moved: &Value) -> Option<LocalText> {
    let count = moved["count"].as_u64().filter(|count| *count > 0)?;
    let alerts: Vec<&str> = moved["alerts"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .take(NAMED)
        .collect();
    let more = count.saturating_sub(alerts.len() as u64);
    let (en, zh) = if more > 0 {
        (format!(" and {more} more"), " 等".to_owned())
    } else {
        (String::new(), String::new())
    };
    let plural = if count == 1 { "" } else { "s" };
    Some(LocalText::new(
        format!("{count} alert{plural} moved: {}{en}.", alerts.join(", ")),
        format!("移动了 {count} 条告警：{}{zh}。", alerts.join("、")),
    ))
}

fn reason(body: &Value) -> Option<LocalText> {
    let reason = body["reason"].as_str().filter(|reason| !reason.is_empty())?;
    Some(LocalText::new(
        format!("Reason: {reason}"),
        format!("理由：{reason}"),
    ))
}

/// `event evt_1`, `events evt_1, evt_2, evt_3 and 4 more`.
fn names(events: &[Value]) -> LocalText {
    let shown: Vec<&str> = events.iter().filter_map(Value::as_str).take(NAMED).collect();
    let plural = if events.len() == 1 { "" } else { "s" };
    let (mut en, mut zh) = (
        format!("event{plural} {}", shown.join(", ")),
        format!("事件 {} ", shown.join("、")),
    );
    if events.len() > shown.len() {
        en = format!("{en} and {} more", events.len() - shown.len());
        zh = format!("{zh}等 {} 个事件", events.len());
    }
    LocalText::new(en, zh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_name_events_and_alerts_but_not_all_of_thousands() {
        let check = |body: Value, en: &str, zh: &str| {
            assert_eq!(sentence(&body), LocalText::new(en, zh), "{body}");
        };
        check(
            json!({"merged": ["evt_2"], "reason": "one attack", "moved": {"count": 1, "alerts": ["alt_1"]}}),
            "Merged with event evt_2. 1 alert moved: alt_1. Reason: one attack",
            "已与事件 evt_2 合并。移动了 1 条告警：alt_1。理由：one attack",
        );
        check(
            json!({"split": ["evt_1", "evt_2", "evt_3", "evt_4"], "from": "evt_0",
                "moved": {"count": 9000, "alerts": ["alt_1", "alt_2", "alt_3", "alt_4"]}}),
            "Split: events evt_1, evt_2, evt_3 and 1 more came off. 9000 alerts moved: alt_1, alt_2, alt_3 and 8997 more.",
            "事件已拆分，拆出事件 evt_1、evt_2、evt_3 等 4 个事件。移动了 9000 条告警：alt_1、alt_2、alt_3 等。",
        );
        check(
            json!({"related": "evt_2", "reason": "same target"}),
            "Related to event evt_2. Reason: same target",
            "已与事件 evt_2 关联。理由：same target",
        );
        // As written before alerts were named.
        check(json!({}), "Merged with another event.", "已与其他事件合并。");
    }
}
