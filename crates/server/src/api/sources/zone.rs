//! Fixed time zones as people write them: `UTC`, or an offset from it.

/// The farthest zone from UTC there is, in minutes: `+14:00`.
const FARTHEST: i32 = 14 * 60;

/// Minutes east of UTC: `UTC`, `Z`, `+08:00`, `-0530`, `+8`.
pub fn parse(text: &str) -> Option<i32> {
    let text = text.trim();
    if matches!(text, "UTC" | "utc" | "Z" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let offset = hours * 60 + minutes;
    (minutes < 60 && offset <= FARTHEST).then_some(sign * offset)
}

/// The zone as it is written: `UTC` or `+08:00`.
pub fn show(minutes: i32) -> String {
    if minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_and_shown() {
        let check = |text: &str, minutes: Option<i32>, shown: &str| {
            assert_eq!(parse(text), minutes, "{text}");
            assert_eq!(minutes.map(show).unwrap_or_default(), shown, "{text}");
        };
        check("UTC", Some(0), "UTC");
        check("+00:00", Some(0), "UTC");
        check("+08:00", Some(480), "+08:00");
        check("+8", Some(480), "+08:00");
        check("-0530", Some(-330), "-05:30");
        check("+14:00", Some(840), "+14:00");
        for wrong in [
            "",
            "+",
            "8",
            "+15:00",
            "+08:60",
            "+8:00:00",
            "Asia/Shanghai",
            "++8",
            "+ 8",
            "+008",
            "+é1:00",
            "é",
        ] {
            check(wrong, None, "");
        }
    }
}
