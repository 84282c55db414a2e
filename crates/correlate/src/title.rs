//! The name and the description of an event, in both languages, from what its alerts say.

use model::{EntityKey, EntityKind, LocalText};

/// Kinds of alert named in a title.
const NAMED: usize = 2;
/// Kinds of alert, attackers and targets named in a description.
const DESCRIBED: usize = 5;

/// What a title is made from, the most important first.
#[derive(Debug, Default)]
pub(crate) struct Story<'a> {
    /// What happened, and how many folded alerts say so.
    pub names: Vec<(LocalText, i64)>,
    pub attackers: Vec<&'a EntityKey>,
    pub victims: Vec<&'a EntityKey>,
    pub products: Vec<String>,
    pub alerts: u64,
    pub raw_alerts: u64,
}

impl Story<'_> {
    /// Such as "SQL injection and directory scan against shop.example by 203.0.113.7".
    pub(crate) fn title(&self) -> LocalText {
        let what = self.what();
        let on = self.victims.first().map(|key| match key.kind {
            EntityKind::Host | EntityKind::Container | EntityKind::Cluster => "on",
            _ => "against",
        });
        let (victim, attacker) = (first_and_more(&self.victims), first_and_more(&self.attackers));
        let mut en = what.en;
        let mut who = String::new();
        if let (Some(on), Some(victim)) = (on, &victim) {
            en = format!("{en} {on} {}", victim.en);
        }
        if let Some(attacker) = &attacker {
            en = format!("{en} by {}", attacker.en);
            who.clone_from(&attacker.zh);
        }
        if let Some(victim) = &victim {
            let verb = if who.is_empty() { "" } else { " 攻击 " };
            who = format!("{who}{verb}{}", victim.zh);
        }
        let zh = if who.is_empty() {
            what.zh
        } else {
            format!("{who}：{}", what.zh)
        };
        LocalText::new(en, zh)
    }

    /// The same in a few sentences, with numbers.
    pub(crate) fn description(&self) -> LocalText {
        let folded = self.raw_alerts != self.alerts;
        let (n, raw) = (self.alerts, self.raw_alerts);
        let counts = LocalText::new(
            if folded {
                format!("{n} {} ({raw} before folding)", plural(n))
            } else {
                format!("{n} {}", plural(n))
            },
            if folded {
                format!("{n} 条告警（归并前 {raw} 条）")
            } else {
                format!("{n} 条告警")
            },
        );
        let names = self.names.iter().take(DESCRIBED);
        let more = self.names.len().saturating_sub(DESCRIBED);
        let mut what_en: Vec<String> = names
            .clone()
            .map(|(name, n)| format!("{} ({n})", name.en))
            .collect();
        let mut what_zh: Vec<String> = names.map(|(name, n)| format!("{}（{n}）", name.zh)).collect();
        if more > 0 {
            what_en.push(format!("{more} more kinds"));
            what_zh.push(format!("另 {more} 类"));
        }
        let products = self.products.join(", ");
        let mut en = format!("{} from {products}: {}.", counts.en, what_en.join(", "));
        let mut zh = format!(
            "{}，来自 {}：{}。",
            counts.zh,
            self.products.join("、"),
            what_zh.join("、")
        );
        for (keys, label_en, label_zh) in [
            (&self.attackers, "Attacker", "攻击者"),
            (&self.victims, "Target", "攻击目标"),
        ] {
            if !keys.is_empty() {
                let some: Vec<&str> = keys
                    .iter()
                    .take(DESCRIBED)
                    .map(|key| key.value.as_str())
                    .collect();
                let more = keys.len() - some.len();
                let (more_en, more_zh) = if more > 0 {
                    (format!(" and {more} more"), format!(" 等 {} 个", keys.len()))
                } else {
                    <_>::default()
                };
                en = format!("{en} {label_en}: {}{more_en}.", some.join(", "));
                zh = format!("{zh}{label_zh}：{}{more_zh}。", some.join("、"));
            }
        }
        LocalText::new(en, zh)
    }

    /// The two most important kinds of alert, and how many more there are.
    fn what(&self) -> LocalText {
        let all = self.names.len();
        let parts: Vec<&LocalText> = self.names.iter().take(NAMED).map(|(name, _)| name).collect();
        match (parts.as_slice(), all.saturating_sub(NAMED)) {
            ([], _) => LocalText::new("Suspicious activity", "可疑活动"),
            ([one], _) => (*one).clone(),
            ([one, two, ..], 0) => LocalText::new(
                format!("{} and {}", one.en, mid_sentence(&two.en)),
                format!("{}、{}", one.zh, two.zh),
            ),
            ([one, two, ..], more) => LocalText::new(
                format!("{}, {} and {more} more", one.en, mid_sentence(&two.en)),
                format!("{}、{}等 {all} 类告警", one.zh, two.zh),
            ),
        }
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "alert" } else { "alerts" }
}

fn first_and_more(keys: &[&EntityKey]) -> Option<LocalText> {
    let first = &keys.first()?.value;
    Some(match keys.len() {
        1 => LocalText::same(first.clone()),
        count => LocalText::new(
            format!("{first} and {} more", count - 1),
            format!("{first} 等 {count} 个对象"),
        ),
    })
}

/// Lower-cases the first letter, unless the word is an acronym.
fn mid_sentence(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        let ip = EntityKey::new(EntityKind::Ip, "203.0.113.7");
        let shop = EntityKey::new(EntityKind::Domain, "shop.example");
        let host = EntityKey::new(EntityKind::Host, "web-1");
        let check =
            |names: &[(&str, &str)], attackers: &[&EntityKey], victims: &[&EntityKey], en: &str, zh: &str| {
                let story = Story {
                    names: names
                        .iter()
                        .map(|(en, zh)| (LocalText::new(*en, *zh), 1))
                        .collect(),
                    attackers: attackers.to_vec(),
                    victims: victims.to_vec(),
                    ..Story::default()
                };
                assert_eq!(story.title(), LocalText::new(en, zh));
            };
        let (sql, scan, shell) = (
            ("SQL injection", "SQL 注入"),
            ("Directory scan", "目录扫描"),
            ("XSS", "跨站脚本"),
        );
        check(
            &[sql, scan],
            &[&ip],
            &[&shop],
            "SQL injection and directory scan against shop.example by 203.0.113.7",
            "203.0.113.7 攻击 shop.example：SQL 注入、目录扫描",
        );
        check(
            &[sql, shell, scan],
            &[&ip],
            &[&shop, &host],
            "SQL injection, XSS and 1 more against shop.example and 1 more by 203.0.113.7",
            "203.0.113.7 攻击 shop.example 等 2 个对象：SQL 注入、跨站脚本等 3 类告警",
        );
        check(&[sql], &[], &[&host], "SQL injection on web-1", "web-1：SQL 注入");
        check(
            &[sql],
            &[&ip],
            &[],
            "SQL injection by 203.0.113.7",
            "203.0.113.7：SQL 注入",
        );
        check(&[], &[], &[], "Suspicious activity", "可疑活动");
    }

    #[test]
    fn descriptions_count() {
        let ip = EntityKey::new(EntityKind::Ip, "203.0.113.7");
        let story = Story {
            names: vec![(LocalText::new("SQL injection", "SQL 注入"), 3)],
            attackers: vec![&ip],
            products: vec!["alibaba/waf".to_owned()],
            alerts: 3,
            raw_alerts: 40,
            ..Story::default()
        };
        let expected = LocalText::new(
            "3 alerts (40 before folding) from alibaba/waf: SQL injection (3). Attacker: 203.0.113.7.",
            "3 条告警（归并前 40 条），来自 alibaba/waf：SQL 注入（3）。攻击者：203.0.113.7。",
        );
        assert_eq!(story.description(), expected);
    }
}
