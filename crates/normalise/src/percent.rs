//! `%2b` → `+`: some logs write characters they think unsafe as percent and two hexadecimal digits.

use std::borrow::Cow;

/// The text with every percent escape taken back; what is no escape stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (*first, tail) {
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, tail),
                _ => (b'%', &rest[1..]),
            },
            (byte, tail) => (byte, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_taken_back_once() {
        let check = |text: &str, expected: &str| assert_eq!(decode(text), expected, "{text}");
        check("chmod %2bx a", "chmod +x a");
        check("%252b", "%2b");
        check("%E4%BD%A0", "你");
        check("50% off %zz %", "50% off %zz %");
        check("%ff", "\u{fffd}");
    }
}
