//! The ways logs write times.

use model::{Time, Value, time::DAY_MS};
use serde::Deserialize;

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimeFormat {
    /// `2025-09-03T16:30:15+08:00`.
    Rfc3339,
    /// Seconds since 1970, as number or text, with or without a fraction.
    Unix,
    /// Milliseconds since 1970, as number or text.
    UnixMillis,
    /// `Sun Nov 22 14:11:00 2026`, in the zone of the source.
    Asctime,
    /// `22/Nov/2026:14:10:59 +0000`.
    CommonLog,
    /// `2025-09-03 16:30:15`, in the zone of the source.
    DateTime,
    /// `Nov 22 14:34:25`, in the zone of the source and the year of the receipt.
    Syslog,
    /// `1795357526.541:40`, the id of a Linux audit record: seconds since 1970 and a number.
    Audit,
    /// `2025-09-03 16:30:15 +0800 CST`, as Go prints a time: the offset counts, a zone's name behind it does not.
    ZonedDateTime,
}

impl TimeFormat {
    /// Reads a time; `None` if it is not one. What the log leaves out is taken from the `received` time.
    pub(crate) fn read(self, value: &Value<'_>, utc_offset_minutes: i32, received: Time) -> Option<Time> {
        let text = value.to_text();
        let text = text.trim();
        match self {
            Self::Rfc3339 => Time::parse(text).ok(),
            Self::Unix => decimal(text, 3).map(Time::from_millis),
            Self::UnixMillis => decimal(text, 0).map(Time::from_millis),
            Self::Asctime => local("%a %b %e %H:%M:%S %Y", text, utc_offset_minutes),
            Self::DateTime => local("%Y-%m-%d %H:%M:%S", text, utc_offset_minutes),
            Self::Syslog => without_year(text, utc_offset_minutes, received),
            Self::Audit => decimal(text.split_once(':')?.0, 3).map(Time::from_millis),
            Self::CommonLog => zoned("%d/%b/%Y:%H:%M:%S %z", text),
            Self::ZonedDateTime => zoned("%Y-%m-%d %H:%M:%S %z", without_zone_name(text)),
        }
    }
}

/// The text without the word behind its offset, if there is one.
fn without_zone_name(text: &str) -> &str {
    match text.rsplit_once(' ') {
        Some((rest, name)) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => rest,
        _ => text,
    }
}

fn zoned(format: &str, text: &str) -> Option<Time> {
    let time = jiff::fmt::strtime::parse(format, text)
        .and_then(|parts| parts.to_timestamp())
        .ok()?;
    Some(Time::from_millis(time.as_millisecond()))
}

/// A decimal number times 10^`digits`, cut off there. Not through floating point, which would move times
/// by a millisecond.
fn decimal(text: &str, digits: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10_i64.pow(digits as u32);
    let fraction = fraction.get(..digits.min(fraction.len()))?;
    let part = format!("{fraction:0<digits$}");
    let part = if part.is_empty() {
        0
    } else {
        part.parse::<i64>().ok()?
    };
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(scale)?
        .checked_add(sign * part)
}

/// The latest time that reads so and is not ahead of the receipt by more than a day: on New Year's Day the lines
/// of yesterday belong to last year, and a clock that runs fast may be in the next.
fn without_year(text: &str, utc_offset_minutes: i32, received: Time) -> Option<Time> {
    let year = jiff::Timestamp::from_millisecond(received.millis())
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .year();
    // A leap day may be eight years back, if a century lies between.
    (year.saturating_sub(8)..=year.saturating_add(1))
        .rev()
        .filter_map(|year| local("%Y %b %e %H:%M:%S", &format!("{year} {text}"), utc_offset_minutes))
        .find(|time| time.millis() <= received.millis().saturating_add(DAY_MS))
}

fn local(format: &str, text: &str, utc_offset_minutes: i32) -> Option<Time> {
    let civil = jiff::fmt::strtime::parse(format, text)
        .and_then(|parts| parts.to_datetime())
        .ok()?;
    let offset = jiff::tz::Offset::from_seconds(utc_offset_minutes.checked_mul(60)?).ok()?;
    let time = offset.to_timestamp(civil).ok()?;
    Some(Time::from_millis(time.as_millisecond()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_as_logs_write_them() {
        let check = |format: TimeFormat, text: &str, expected: Option<&str>| {
            let time = format
                .read(&Value::Text(text.into()), 480, Time::from_secs(1_795_356_659))
                .map(|time| time.to_string());
            assert_eq!(time.as_deref(), expected, "{format:?} {text}");
        };
        check(
            TimeFormat::Rfc3339,
            "2025-09-03T16:30:15+08:00",
            Some("2025-09-03T08:30:15.000Z"),
        );
        check(
            TimeFormat::Unix,
            "1795356659.989",
            Some("2026-11-22T14:10:59.989Z"),
        );
        check(TimeFormat::Unix, "1795356659", Some("2026-11-22T14:10:59.000Z"));
        check(TimeFormat::Unix, "-1.25", Some("1969-12-31T23:59:58.750Z"));
        check(TimeFormat::Unix, "1795356659.9é", None);
        check(TimeFormat::Unix, "", None);
        check(TimeFormat::Unix, "99999999999999999999", None);
        check(
            TimeFormat::UnixMillis,
            "1795356659989",
            Some("2026-11-22T14:10:59.989Z"),
        );
        check(
            TimeFormat::Asctime,
            "Sun Nov 22 14:11:00 2026",
            Some("2026-11-22T06:11:00.000Z"),
        );
        check(
            TimeFormat::Asctime,
            "Mon Nov  2 04:11:00 2026",
            Some("2026-11-01T20:11:00.000Z"),
        );
        check(
            TimeFormat::CommonLog,
            "22/Nov/2026:14:10:59 +0000",
            Some("2026-11-22T14:10:59.000Z"),
        );
        check(
            TimeFormat::DateTime,
            "2025-09-03 16:30:15",
            Some("2025-09-03T08:30:15.000Z"),
        );
        check(TimeFormat::DateTime, "N/A", None);
        check(
            TimeFormat::Audit,
            "1795357526.541:40",
            Some("2026-11-22T14:25:26.541Z"),
        );
        check(TimeFormat::Audit, "1795357526.541", None);
    }

    #[test]
    fn a_time_without_year_is_of_the_year_it_was_received_in() {
        let check = |received: &str, text: &str, expected: Option<&str>| {
            let received = Time::parse(received).unwrap();
            let time = TimeFormat::Syslog.read(&Value::Text(text.into()), 0, received);
            assert_eq!(time.map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        let autumn = "2026-11-22T14:34:30Z";
        check(autumn, "Nov 22 14:34:25", Some("2026-11-22T14:34:25.000Z"));
        check(autumn, "Nov  2 04:34:25", Some("2026-11-02T04:34:25.000Z"));
        check(autumn, "Dec 31 23:59:59", Some("2025-12-31T23:59:59.000Z"));
        check(autumn, "Feb 29 12:00:00", Some("2024-02-29T12:00:00.000Z"));
        check(autumn, "Feb 30 12:00:00", None);
        check(
            "2027-01-01T00:00:05Z",
            "Dec 31 23:59:59",
            Some("2026-12-31T23:59:59.000Z"),
        );
        check(
            "2026-12-31T23:59:58Z",
            "Jan  1 00:00:01",
            Some("2027-01-01T00:00:01.000Z"),
        );
    }

    #[test]
    fn a_zone_is_read_by_its_offset() {
        let check = |format: TimeFormat, text: &str, expected: Option<&str>| {
            let time = format.read(&Value::Text(text.into()), 0, Time::from_millis(0));
            assert_eq!(time.map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        check(
            TimeFormat::ZonedDateTime,
            "2025-09-03 16:30:15 +0800 CST",
            Some("2025-09-03T08:30:15.000Z"),
        );
        check(
            TimeFormat::ZonedDateTime,
            "2025-09-03 16:30:15 +0000 UTC",
            Some("2025-09-03T16:30:15.000Z"),
        );
        check(
            TimeFormat::ZonedDateTime,
            "2025-09-03 16:30:15 +0800",
            Some("2025-09-03T08:30:15.000Z"),
        );
        check(TimeFormat::ZonedDateTime, "2025-09-03 16:30:15", None);
        check(TimeFormat::ZonedDateTime, "2025-09-03 16:30:15 CST", None);
    }

    #[test]
    fn numbers_are_times_too() {
        let received = Time::from_secs(0);
        assert_eq!(
            TimeFormat::Unix.read(&Value::Int(1), 0, received),
            Some(Time::from_secs(1))
        );
        let float = Value::Float(1_795_356_659.989);
        assert_eq!(
            TimeFormat::Unix.read(&float, 0, received),
            Some(Time::from_millis(1_795_356_659_989))
        );
    }
}
