//! The escapes of JSON strings.

/// Appends a string's content with its escapes resolved. An escape that is none stays as it is.
pub fn unescape(written: &str, out: &mut String) {
    let mut rest = written;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (character, length) = escape(&rest[at..]);
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
}

/// The character an escape stands for, and the escape's length.
fn escape(rest: &str) -> (char, usize) {
    let plain = match rest.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(c @ (b'"' | b'\\' | b'/')) => char::from(*c),
        Some(b'u') => return unicode(rest),
        _ => return ('\\', 1),
    };
    (plain, 2)
}

/// `\uXXXX`, or two of them for one character; half a pair is the replacement character.
fn unicode(rest: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(2) else {
        return ('\\', 1);
    };
    if let Some(character) = char::from_u32(first) {
        return (character, 6);
    }
    let second = (rest.get(6..8) == Some("\\u")).then(|| unit(8)).flatten();
    match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}
