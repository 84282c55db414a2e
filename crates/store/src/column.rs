//! Columns to values and back: ids and times as typed, closed enums by their serde name, the rest as JSON.

use crate::error::{Error, Result};
use model::{Level, Time};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, sqlite::SqliteRow};
use std::{fmt::Display, str::FromStr};

/// Text of a bad value that an error shows.
const SHOWN: usize = 80;

fn bad(column: &'static str, value: &str, reason: impl Display) -> Error {
    Error::Stored {
        column,
        value: value.chars().take(SHOWN).collect(),
        reason: reason.to_string(),
    }
}

/// A value that is read and printed as text, such as an id.
pub(crate) fn parse<T: FromStr<Err: Display>>(row: &SqliteRow, column: &'static str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|e| bad(column, text, e))
}

/// The same where it may be absent.
pub(crate) fn parse_optional<T: FromStr<Err: Display>>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|t| t.parse().map_err(|e| bad(column, t, e))).transpose()
}

/// A closed enum by its serde name.
pub(crate) fn code<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<T> {
    let text: String = row.try_get(column)?;
    from_code(column, &text)
}

/// The same where it may be absent.
pub(crate) fn code_optional<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|t| from_code(column, &t)).transpose()
}

fn from_code<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(
        text,
    ))
    .map_err(|e| bad(column, text, e))
}

/// A value kept as JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|e| bad(column, text, e))
}

/// A time.
pub(crate) fn time(row: &SqliteRow, column: &'static str) -> Result<Time> {
    Ok(Time::from_millis(row.try_get(column)?))
}

/// A time that may be absent.
pub(crate) fn time_optional(row: &SqliteRow, column: &'static str) -> Result<Option<Time>> {
    let millis: Option<i64> = row.try_get(column)?;
    Ok(millis.map(Time::from_millis))
}

/// A level.
pub(crate) fn level(row: &SqliteRow, column: &'static str) -> Result<Level> {
    let number: i64 = row.try_get(column)?;
    Level::try_from(number).map_err(|e| bad(column, &number.to_string(), e))
}

/// A count.
pub(crate) fn count(row: &SqliteRow, column: &'static str) -> Result<u64> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|e| bad(column, &number.to_string(), e))
}

/// A count of few things.
pub(crate) fn small(row: &SqliteRow, column: &'static str) -> Result<u32> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|e| bad(column, &number.to_string(), e))
}

/// The serde name of a closed enum.
pub(crate) fn name(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        other => Err(bad("enum", &other.to_string(), "it has no name")),
    }
}

/// A value as JSON.
pub(crate) fn text(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// Counts and positions as the database holds them; they never come near the limit.
pub(crate) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
