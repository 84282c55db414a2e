//! The level of an event (S8): the highest of its alerts, raised when an intrusion spans several servers.

use model::{EntityKey, Level, LocalText};

/// Hosts named in a reason.
const NAMED: usize = 3;

/// The level of an event whose alerts reach `highest`, where `breached` are the hosts on which an agent saw
/// something of level high or more; and why.
pub(crate) fn assess(highest: Level, breached: &[&EntityKey]) -> (Level, Vec<LocalText>) {
    let name = highest.name();
    let mut reasons = vec![LocalText::new(
        format!("{} is the highest level of its alerts.", name.en),
        format!("其告警的最高等级为{}。", name.zh),
    )];
    if breached.len() < 2 {
        return (highest, reasons);
    }
    let named: Vec<&str> = breached
        .iter()
        .take(NAMED)
        .map(|host| host.value.as_str())
        .collect();
    let (more_en, more_zh) = match breached.len() - named.len() {
        0 => (String::new(), String::new()),
        more => (format!(" and {more} more"), " 等".to_owned()),
    };
    let count = breached.len();
    reasons.push(LocalText::new(
        format!(
            "The intrusion spans {count} hosts: {}{more_en}.",
            named.join(", ")
        ),
        format!("入侵涉及 {count} 台主机：{}{more_zh}。", named.join("、")),
    ));
    (Level::Serious, reasons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    #[test]
    fn two_breached_hosts_make_it_serious() {
        let hosts: Vec<EntityKey> = (1..=5)
            .map(|i| EntityKey::new(EntityKind::Host, &format!("web-{i}")))
            .collect();
        let check = |highest, count: usize, level, reason: &str| {
            let breached: Vec<&EntityKey> = hosts.iter().take(count).collect();
            let (got, reasons) = assess(highest, &breached);
            assert_eq!(got, level);
            assert_eq!(reasons.last().map(|r| r.en.as_str()), Some(reason));
        };
        check(
            Level::Medium,
            0,
            Level::Medium,
            "Medium is the highest level of its alerts.",
        );
        check(
            Level::High,
            1,
            Level::High,
            "High is the highest level of its alerts.",
        );
        check(
            Level::High,
            2,
            Level::Serious,
            "The intrusion spans 2 hosts: web-1, web-2.",
        );
        check(
            Level::High,
            5,
            Level::Serious,
            "The intrusion spans 5 hosts: web-1, web-2, web-3 and 2 more.",
        );
    }
}
