//! Makes any bytes readable as UTF-8 without moving one of them.
//!
//! Attack payloads hold raw bytes; a strict reader would drop exactly those records. Each byte that is not
//! part of valid UTF-8 becomes one stand-in byte, so offsets into the text are offsets into the record;
//! values show it as U+FFFD.

use std::{borrow::Cow, str};

/// One byte long, legal in JSON strings, and not used by people: the control character DEL.
const STAND_IN: u8 = 0x7f;

/// Text of the same length as the bytes it was made from.
#[derive(Debug)]
pub(crate) enum Repaired<'r> {
    /// The bytes were UTF-8.
    Untouched(&'r str),
    /// Some were not, and are stand-ins now.
    Substituted(String),
}

/// Reads bytes as text, substituting one for one what is not UTF-8.
pub(crate) fn utf8(raw: &[u8]) -> Repaired<'_> {
    if let Ok(text) = str::from_utf8(raw) {
        return Repaired::Untouched(text);
    }
    let mut text = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::from(STAND_IN)));
    }
    Repaired::Substituted(text)
}

/// Shows stand-ins for what they are: characters that could not be read.
pub(crate) fn show(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&STAND_IN) {
        Cow::Owned(text.replace(char::from(STAND_IN), "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
