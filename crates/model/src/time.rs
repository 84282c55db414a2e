//! Points in time: milliseconds since the Unix epoch, written as RFC 3339 in UTC.
//!
//! Pure crates get the time as a parameter; only the outermost shell asks the clock.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, time::Duration};

/// Milliseconds since 1970-01-01T00:00:00Z. Serialised as RFC 3339 UTC with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

/// The text is not an RFC 3339 time.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an RFC 3339 time")]
pub struct ParseTimeError(String);

/// One day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

impl Time {
    /// From milliseconds since the epoch, clamped to the years 1 … 9999 so that it can always be printed.
    pub fn from_millis(millis: i64) -> Self {
        const FIRST: i64 = -62_135_596_800_000;
        const LAST: i64 = 253_402_207_200_000;
        Self(millis.clamp(FIRST, LAST))
    }

    /// From whole seconds since the epoch.
    pub fn from_secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Days since the epoch (UTC): the unit of counters and of metering.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// This time plus `duration`.
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_millis(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// This time minus `duration`.
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_millis(
            self.0
                .saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Parses RFC 3339 with any offset.
    pub fn parse(text: &str) -> Result<Self, ParseTimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self::from_millis(t.as_millisecond()))
            .map_err(|_| ParseTimeError(text.to_owned()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        let check = |text: &str, expected: &str| assert_eq!(Time::parse(text).unwrap().to_string(), expected);
        check("2025-09-03T16:30:15+08:00", "2025-09-03T08:30:15.000Z");
        check("2026-11-22T14:10:59.9894Z", "2026-11-22T14:10:59.989Z");
        check("1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z");
        assert!(Time::parse("yesterday").is_err());
    }

    #[test]
    fn extreme_times_still_print() {
        assert_eq!(
            Time::from_millis(i64::MAX).to_string(),
            "9999-12-30T22:00:00.000Z"
        );
        assert_eq!(
            Time::from_millis(i64::MIN).to_string(),
            "0001-01-01T00:00:00.000Z"
        );
    }
}
