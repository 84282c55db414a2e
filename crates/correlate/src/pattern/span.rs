//! Durations as people write them in content: `90s`, `10m`, `6h`, `7d`.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use std::time::Duration;

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Reads a whole number and a unit.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    UNITS
        .iter()
        .find_map(|(unit, secs)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Duration::from_secs(number.checked_mul(*secs)?))
        })
        .ok_or_else(|| {
            format!("`{text}` is not a duration: expected a number and `s`, `m`, `h` or `d`, such as `6h`")
        })
}

/// Writes with the largest unit that leaves nothing out.
pub(super) fn print(span: Duration) -> String {
    let secs = span.as_secs();
    let whole = UNITS
        .iter()
        .find(|(_, unit)| secs > 0 && secs.is_multiple_of(*unit));
    whole.map_or_else(
        || format!("{secs}s"),
        |(name, unit)| format!("{}{name}", secs / unit),
    )
}

pub(super) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&print(*span))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The same for one that may be left out.
pub(super) mod option {
    use super::{Deserialize, Deserializer, Duration, Serializer, parse, print};
    use serde::de::Error as _;

    #[allow(clippy::ref_option, reason = "serde asks so")]
    pub(in crate::pattern) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => serializer.serialize_str(&print(*span)),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::pattern) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse(&text))
            .transpose()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_print() {
        for (text, secs, printed) in [
            ("90s", 90, "90s"),
            ("10m", 600, "10m"),
            ("360m", 21_600, "6h"),
            (" 7d ", 604_800, "7d"),
            ("0s", 0, "0s"),
        ] {
            let span = parse(text).unwrap();
            assert_eq!((span.as_secs(), print(span).as_str()), (secs, printed), "{text}");
        }
        for wrong in ["6", "h", "-1h", "1.5h", "6 weeks", "999999999999999999d"] {
            assert!(parse(wrong).unwrap_err().contains("is not a duration"), "{wrong}");
        }
    }
}
