//! The score of an event: where it stands among events of its level, so that a queue can be worked from the top.
//!
//! Each level has a band of twenty, so a score never contradicts a level; within the band the facts below add up, and
//! each that counts is a reason.

use crate::level::Case;
use model::{Level, LocalText};

/// The width of a level's band; [`Level::Reminder`] starts at 0.
const BAND: u8 = 20;
/// Points within a band; serious events may have one more, so that the scale ends at 100.
const MOST: u8 = 19;
/// Tactics of an attacker who is in: the further end of the ATT&CK matrix, where harm is done.
const LATE: [&str; 5] = [
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// The score of a case that has `level`, and what it is made of.
pub(crate) fn score(level: Level, case: &Case<'_>) -> (u8, Vec<LocalText>) {
    let base = (level.number() - 1) * BAND;
    let name = level.name();
    let mut reasons = vec![LocalText::new(
        format!("{base}: its level is {}.", name.en),
        format!("{base}：风险等级为{}。", name.zh),
    )];
    let mut points = 0;
    for (more, reason) in parts(case) {
        points += more;
        reasons.push(LocalText::new(
            format!("+{more}: {}", reason.en),
            format!("+{more}：{}", reason.zh),
        ));
    }
    let most = MOST + u8::from(level == Level::Serious);
    (base + points.min(most), reasons)
}

/// What counts, each with its points.
fn parts(case: &Case<'_>) -> Vec<(u8, LocalText)> {
    let mut parts = Vec::new();
    let hosts = few(case.breached.len());
    if hosts > 0 {
        parts.push((
            2 + 2 * hosts.min(2),
            LocalText::new(
                format!(
                    "hosts with a finding of level high or more: {}.",
                    case.breached.len()
                ),
                format!("存在高危及以上发现的主机：{} 台。", case.breached.len()),
            ),
        ));
    }
    let late: Vec<&str> = (LATE.iter().copied())
        .filter(|tactic| case.tactics.contains(tactic))
        .collect();
    if !late.is_empty() {
        parts.push((
            2 * few(late.len()).min(3),
            LocalText::new(
                format!("it got as far as {}.", late.join(", ")),
                format!("攻击已进展到后期战术：{}。", late.join("、")),
            ),
        ));
    }
    if case.malicious > 0 {
        parts.push((
            (2 + few(case.malicious)).min(4),
            LocalText::new(
                format!("entities known to be malicious: {}.", case.malicious),
                format!("已确认的恶意实体：{} 个。", case.malicious),
            ),
        ));
    }
    if case.network && case.host {
        parts.push((
            3,
            LocalText::new(
                "it was seen from the network and on a host.",
                "网络侧与主机侧均有发现。",
            ),
        ));
    }
    if !case.interrupted.is_empty() {
        parts.push((4, LocalText::new("service is interrupted.", "业务已中断。")));
    }
    parts
}

/// A count of which only the first few matter.
fn few(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX).min(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{assess, tests::case};
    use model::{EntityKey, EntityKind};

    #[test]
    fn every_fact_counts_and_says_so() {
        let host = EntityKey::new(EntityKind::Host, "web-1");
        let full = Case {
            breached: vec![&host],
            malicious: 1,
            host: true,
            tactics: vec!["exfiltration", "initial-access"],
            ..case(Level::High)
        };
        let (level, _) = assess(&full);
        let (got, reasons) = score(level, &full);
        assert_eq!(got, 60 + 4 + 2 + 3 + 3);
        let texts: Vec<&str> = reasons.iter().map(|reason| reason.en.as_str()).collect();
        let expected = [
            "60: its level is High.",
            "+4: hosts with a finding of level high or more: 1.",
            "+2: it got as far as exfiltration.",
            "+3: entities known to be malicious: 1.",
            "+3: it was seen from the network and on a host.",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_score_stays_in_the_band_of_its_level() {
        let hosts: Vec<EntityKey> = (0..300)
            .map(|i| EntityKey::new(EntityKind::Host, &format!("h{i}")))
            .collect();
        for level in Level::ALL {
            let plain = score(level, &case(level)).0;
            let all = Case {
                breached: hosts.iter().collect(),
                interrupted: hosts.iter().collect(),
                malicious: 300,
                host: true,
                tactics: LATE.to_vec(),
                ..case(level)
            };
            let most = score(level, &all).0;
            assert_eq!(plain, (level.number() - 1) * BAND);
            assert!(plain < most && most <= plain + MOST + 1, "{level:?} {most}");
        }
        let all = Case {
            breached: hosts.iter().collect(),
            interrupted: hosts.iter().collect(),
            malicious: 300,
            host: true,
            tactics: LATE.to_vec(),
            ..case(Level::Serious)
        };
        assert_eq!(score(Level::Serious, &all).0, 100);
    }
}
