//! Words of the product in the language of a document, and how times are written.

use model::{Aggregation, EventStatus, Language, Role, Side, Time};

/// One of two texts.
pub fn pick<'a>(language: Language, en: &'a str, zh: &'a str) -> &'a str {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

/// `2026-11-23 16:27:54 UTC`.
pub fn time(time: Time) -> String {
    let text = time.to_string();
    let (day, clock) = text.split_once('T').unwrap_or((&text, ""));
    let clock = clock.split(['.', 'Z']).next().unwrap_or_default();
    format!("{day} {clock} UTC")
}

pub fn side(language: Language, side: Side) -> &'static str {
    match side {
        Side::Host => pick(language, "Host", "主机侧"),
        Side::Network => pick(language, "Network", "网络侧"),
    }
}

pub fn role(language: Language, role: Role) -> &'static str {
    match role {
        Role::Attacker => pick(language, "Attacker", "攻击者"),
        Role::Victim => pick(language, "Target", "受害者"),
        Role::Artefact => pick(language, "Trace", "痕迹"),
    }
}

pub fn status(language: Language, status: EventStatus) -> &'static str {
    match status {
        EventStatus::Unhandled => pick(language, "Unhandled", "未处置"),
        EventStatus::Handling => pick(language, "Handling", "处置中"),
        EventStatus::HandlingFailed => pick(language, "Handling failed", "处置失败"),
        EventStatus::Handled => pick(language, "Handled", "已处置"),
    }
}

pub fn method(language: Language, method: Aggregation) -> &'static str {
    match method {
        Aggregation::None => pick(language, "Single alert", "单条告警"),
        Aggregation::GraphCompute => pick(language, "Shared entities", "图计算"),
        Aggregation::Expert => pick(language, "Expert pattern", "专家规则"),
        Aggregation::Passthrough => pick(language, "One alert, one event", "告警透传"),
        Aggregation::Window => pick(language, "Similar alerts", "同类聚合"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_and_say_their_zone() {
        assert_eq!(time(Time::from_secs(1_795_392_000)), "2026-11-23 00:00:00 UTC");
    }
}
