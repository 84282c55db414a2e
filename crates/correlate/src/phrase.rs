//! "SQL injection attempt on shop.example" → "SQL injection attempt": what happened, without to whom and by whom.
//!
//! An event's title says who and whom once, for all its alerts, so the names of its alerts have to go without.

use model::{Entity, LocalText};

/// Words that lead up to a name in English, and go with it.
const BEFORE_EN: [&str; 14] = [
    "on", "against", "from", "by", "at", "to", "of", "in", "for", "via", "with", "host", "the", "user",
];
/// The same in Chinese.
const BEFORE_ZH: [&str; 11] = [
    "针对", "来自", "主机", "对", "在", "向", "从", "于", "被", "由", "用户",
];
/// What follows a name in Chinese, and goes with it.
const AFTER_ZH: [&str; 9] = [
    "发起的",
    "发起",
    "遭受",
    "遭到",
    "上的",
    "上",
    "中的",
    "的",
    "受到",
];
/// What may be left at either end.
const EDGES: &[char] = &[
    ' ', ':', '：', ',', '，', '-', '–', '"', '“', '”', '\'', '`', '(', ')', '（', '）',
];

/// The title without the entities it mentions; the whole title if nothing else is in it.
pub(crate) fn what_happened(title: &LocalText, entities: &[Entity]) -> LocalText {
    let mut values: Vec<&str> = entities.iter().map(|e| e.key.value.as_str()).collect();
    // The longest first: `shop.example` before `shop`.
    values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    LocalText::new(without(&title.en, &values), without(&title.zh, &values))
}

fn without(title: &str, values: &[&str]) -> String {
    let mut text = title.to_owned();
    // Short values ("1", "a") occur in words by chance.
    for value in values.iter().filter(|value| value.len() > 2) {
        if let Some(at) = text.find(value) {
            let before = strip_before(&text[..at]);
            let after = strip_after(&text[at + value.len()..]);
            let gap = if before.is_empty() || after.is_empty() || !before.is_ascii() {
                ""
            } else {
                " "
            };
            text = format!("{before}{gap}{after}");
        }
    }
    match text.trim_matches(EDGES) {
        "" => title.to_owned(),
        short => short.to_owned(),
    }
}

fn strip_before(text: &str) -> &str {
    let mut text = text.trim_end_matches(EDGES);
    loop {
        let word = BEFORE_EN.iter().find_map(|word| {
            let rest = text.strip_suffix(word)?;
            (rest.is_empty() || rest.ends_with(' ')).then_some(rest)
        });
        let shorter = word.or_else(|| BEFORE_ZH.iter().find_map(|word| text.strip_suffix(word)));
        match shorter {
            Some(shorter) => text = shorter.trim_end_matches(EDGES),
            None => return text,
        }
    }
}

fn strip_after(text: &str) -> &str {
    let text = text.trim_start_matches(EDGES);
    AFTER_ZH
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text)
        .trim_start_matches(EDGES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EntityKind, Role};

    #[test]
    fn names_lose_their_entities() {
        let entities = [
            Entity::new(EntityKind::Domain, "shop.example", Role::Victim, false),
            Entity::new(EntityKind::Ip, "203.0.113.7", Role::Attacker, false),
        ];
        let check = |title: &str, expected: &str| {
            assert_eq!(what_happened(&LocalText::same(title), &entities).en, expected);
        };
        check("SQL injection attempt on shop.example", "SQL injection attempt");
        check(
            "SQL injection attempt on shop.example by 203.0.113.7",
            "SQL injection attempt",
        );
        check("203.0.113.7 scans for hidden files", "scans for hidden files");
        check("Web shell", "Web shell");
        check("shop.example", "shop.example");
        check("针对 shop.example 的 SQL 注入尝试", "SQL 注入尝试");
        check("来自 203.0.113.7 的目录扫描", "目录扫描");
        check("shop.example 遭受 SQL 注入攻击", "SQL 注入攻击");
        check("Login to shop.example failed", "Login failed");
    }
}
