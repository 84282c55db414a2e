//! Parts of a point in time: what the modifiers `minute` to `year` compare.
//!
//! Sigma has its time modifiers convert no time zones, so everything is UTC: a text with an offset is turned
//! into it, a text without one is taken to be in it.

use crate::number::Number;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::fmt;

/// Characters of the longest text that is tried.
const LONGEST: usize = 64;
/// Numbers from here on count milliseconds: as seconds they would lie beyond the year 5000.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// A part of a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// Of the month, 1 to 31.
    Day,
    /// ISO 8601 week of the year, 1 to 53.
    Week,
    /// 1 to 12.
    Month,
    /// Such as 2026.
    Year,
}

impl TimePart {
    /// The words of the specification.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("year", Self::Year),
    ];

    /// The word of the specification.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The smallest and the largest value there is.
    pub const fn range(self) -> (i64, i64) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Week => (1, 53),
            Self::Month => (1, 12),
            Self::Year => (-9999, 9999),
        }
    }
}

/// A point in time, as a calendar shows it in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(DateTime);

impl Moment {
    /// From seconds since 1970, or milliseconds if the number is that large.
    pub fn from_number(number: Number) -> Option<Self> {
        let milliseconds = match number {
            Number::Int(whole) if whole.unsigned_abs() >= MILLISECONDS_FROM.unsigned_abs() => whole,
            Number::Int(whole) => whole * 1000,
            Number::Float(float) if float.abs() >= MILLISECONDS_FROM as f64 => float.floor() as i64,
            Number::Float(float) => (float * 1000.0).floor() as i64,
        };
        Self::from_milliseconds(milliseconds)
    }

    /// From RFC 3339, the same without an offset, a date alone (its first instant), or a number as text.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        if let Some(number) = Number::parse(text) {
            return Self::from_number(number);
        }
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Self(TimeZone::UTC.to_datetime(timestamp)));
        }
        text.parse::<DateTime>().ok().map(Self)
    }

    /// From milliseconds since 1970.
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        let timestamp = Timestamp::from_millisecond(milliseconds).ok()?;
        Some(Self(TimeZone::UTC.to_datetime(timestamp)))
    }

    /// Milliseconds since 1970; what is finer is cut off. None at the very ends of the calendar.
    pub fn milliseconds(self) -> Option<i64> {
        let timestamp = TimeZone::UTC.to_timestamp(self.0).ok()?;
        i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000)).ok()
    }

    /// One part of it.
    pub fn part(self, part: TimePart) -> Number {
        Number::Int(match part {
            TimePart::Minute => self.0.minute().into(),
            TimePart::Hour => self.0.hour().into(),
            TimePart::Day => self.0.day().into(),
            TimePart::Week => self.0.date().iso_week_date().week().into(),
            TimePart::Month => self.0.month().into(),
            TimePart::Year => self.0.year().into(),
        })
    }
}

impl fmt::Display for Moment {
    /// As RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_form() {
        let check = |text: &str, expected: Option<[i64; 6]>| {
            let got = Moment::from_text(text)
                .map(|moment| TimePart::WORDS.map(|(_, part)| moment.part(part).to_string()));
            let expected = expected.map(|numbers| numbers.map(|n| n.to_string()));
            assert_eq!(got, expected, "{text}");
        };
        // Minute, hour, day, week, month, year.
        check("2026-11-23T07:21:41Z", Some([21, 7, 23, 48, 11, 2026]));
        check("2026-11-23T07:21:41.123+02:00", Some([21, 5, 23, 48, 11, 2026]));
        check(" 2026-11-23 07:21:41 ", Some([21, 7, 23, 48, 11, 2026]));
        check("2027-01-01", Some([0, 0, 1, 53, 1, 2027]));
        check("0", Some([0, 0, 1, 1, 1, 1970]));
        check("1700000000", Some([13, 22, 14, 46, 11, 2023]));
        check("1700000000.9", Some([13, 22, 14, 46, 11, 2023]));
        check("1700000000123", Some([13, 22, 14, 46, 11, 2023]));
        check("-1", Some([59, 23, 31, 1, 12, 1969]));
        check("noon", None);
        check("", None);
        check("2026-13-01T00:00:00Z", None);
        check("9223372036854775807", None);
        check(&"1".repeat(100), None);
    }

    #[test]
    fn milliseconds_come_back() {
        let check = |text: &str, milliseconds: i64, shown: &str| {
            let moment = Moment::from_text(text);
            assert_eq!(
                moment.and_then(Moment::milliseconds),
                Some(milliseconds),
                "{text}"
            );
            let back = Moment::from_milliseconds(milliseconds).map(|moment| moment.to_string());
            assert_eq!(back.as_deref(), Some(shown), "{text}");
        };
        check(
            "2020-09-04 14:00:00.1239",
            1_599_228_000_123,
            "2020-09-04T14:00:00.123Z",
        );
        check(
            "2020-09-04T14:00:00+02:00",
            1_599_220_800_000,
            "2020-09-04T12:00:00Z",
        );
        check("1599228000", 1_599_228_000_000, "2020-09-04T14:00:00Z");
        check("1969-12-31T23:59:59.9995Z", -1, "1969-12-31T23:59:59.999Z");
    }
}
