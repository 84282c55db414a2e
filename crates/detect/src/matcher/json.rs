//! Reads the fields that rules ask for straight from an event's JSON text: what nobody asks for is skipped,
//! not parsed.
//!
//! Objects are followed along the names rules use; the elements of a list are values of its field. A key that
//! occurs twice gives both values. Skipped parts are not checked beyond their brackets and quotes.

use super::{
    names::{Entry, Node},
    row::{Kind, Row},
};
use std::ops::Range;

/// How deep objects and lists may stand in each other.
const DEEPEST: usize = 128;

/// Why a text is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Something else stands there.
    #[error("byte {at}: expected {expected}")]
    Expected {
        /// Where, from 0.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// Too deep.
    #[error("byte {at}: nested deeper than {DEEPEST}")]
    Depth {
        /// Where, from 0.
        at: usize,
    },
}

/// Reads one event: `text` is one JSON object. `row` was cleared for the fields of `names`.
pub fn read(text: &str, names: &Node, row: &mut Row) -> Result<(), JsonError> {
    let mut reader = Reader {
        text: text.as_bytes(),
        at: 0,
        depth: 0,
    };
    reader.space();
    reader.open(b'{', "an object")?;
    reader.object(names, row)?;
    reader.space();
    if reader.at == reader.text.len() {
        Ok(())
    } else {
        reader.expected("the end of the line")
    }
}

/// Calls `each` with every key path, kind and written value of an event, in order: the slow way round, for what
/// asks for all of it.
pub fn walk(text: &str, each: &mut impl FnMut(&str, Kind, &str)) -> Result<(), JsonError> {
    let mut reader = Reader {
        text: text.as_bytes(),
        at: 0,
        depth: 0,
    };
    reader.space();
    reader.walk_value(text, &mut String::new(), each)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn expected<T>(&self, expected: &'static str) -> Result<T, JsonError> {
        Err(JsonError::Expected {
            at: self.at,
            expected,
        })
    }

    fn peek(&self) -> u8 {
        // No JSON text has a zero byte outside of strings.
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    fn open(&mut self, bracket: u8, expected: &'static str) -> Result<(), JsonError> {
        if self.peek() != bracket {
            return self.expected(expected);
        }
        if self.depth == DEEPEST {
            return Err(JsonError::Depth { at: self.at });
        }
        self.depth += 1;
        self.at += 1;
        self.space();
        Ok(())
    }

    /// After an element: whether another follows.
    fn more(&mut self, bracket: u8) -> Result<bool, JsonError> {
        self.space();
        let found = self.peek();
        if found == b',' {
            self.at += 1;
            self.space();
            return Ok(true);
        }
        if found == bracket {
            self.close();
            return Ok(false);
        }
        self.expected("`,` or a closing bracket")
    }

    const fn close(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    /// Behind the opening bracket.
    fn object(&mut self, names: &Node, row: &mut Row) -> Result<(), JsonError> {
        if self.peek() == b'}' {
            self.close();
            return Ok(());
        }
        loop {
            let entry = self.key(names)?;
            match entry {
                Some(entry) => self.value(entry, row)?,
                None => self.skip()?,
            }
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn key<'n>(&mut self, names: &'n Node) -> Result<Option<&'n Entry>, JsonError> {
        let range = self.string("a key")?;
        self.colon()?;
        let key = &self.text[range];
        let entry = names.find(key);
        if entry.is_none() && key.contains(&b'\\') {
            let mut plain = String::new();
            unescape(&String::from_utf8_lossy(key), &mut plain);
            return Ok(names.find(plain.as_bytes()));
        }
        Ok(entry)
    }

    fn colon(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.peek() != b':' {
            return self.expected("`:`");
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// The range between the quotes.
    fn string(&mut self, expected: &'static str) -> Result<Range<usize>, JsonError> {
        if self.peek() != b'"' {
            return self.expected(expected);
        }
        let start = self.at + 1;
        let mut from = start;
        loop {
            let Some(found) = self.text.get(from..).and_then(|rest| memchr::memchr(b'"', rest)) else {
                return self.expected("a closing `\"`");
            };
            let end = from + found;
            let escapes = self.text[start..end]
                .iter()
                .rev()
                .take_while(|byte| **byte == b'\\');
            if self.text[end - 1] != b'\\' || escapes.count() % 2 == 0 {
                self.at = end + 1;
                return Ok(start..end);
            }
            from = end + 1;
        }
    }

    fn value(&mut self, entry: &Entry, row: &mut Row) -> Result<(), JsonError> {
        match self.peek() {
            b'"' => {
                let range = self.string("a text")?;
                push(entry, Kind::Text, range, row);
                Ok(())
            }
            b'{' if entry.inside.is_empty() => self.skip(),
            b'{' => {
                self.open(b'{', "an object")?;
                self.object(&entry.inside, row)
            }
            b'[' => {
                self.open(b'[', "a list")?;
                if self.peek() == b']' {
                    self.close();
                    return Ok(());
                }
                loop {
                    self.value(entry, row)?;
                    if !self.more(b']')? {
                        return Ok(());
                    }
                }
            }
            _ => {
                let (kind, range) = self.scalar()?;
                push(entry, kind, range, row);
                Ok(())
            }
        }
    }

    fn scalar(&mut self) -> Result<(Kind, Range<usize>), JsonError> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let kind = match &rest[..length] {
            b"null" => Kind::Null,
            b"true" | b"false" => Kind::Bool,
            [b'-', b'0'..=b'9', ..] | [b'0'..=b'9', ..] => Kind::Number,
            _ => return self.expected("a value"),
        };
        self.at += length;
        Ok((kind, start..start + length))
    }

    /// Passes over a value, whatever it is.
    fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            b'"' => self.string("a text").map(|_| ()),
            b'{' | b'[' => self.skip_nested(),
            _ => self.scalar().map(|_| ()),
        }
    }

    fn skip_nested(&mut self) -> Result<(), JsonError> {
        let outside = self.depth;
        loop {
            let Some(byte) = self.text.get(self.at) else {
                return self.expected("a closing bracket");
            };
            match byte {
                b'"' => {
                    self.string("a text")?;
                    continue;
                }
                b'{' | b'[' if self.depth == DEEPEST => return Err(JsonError::Depth { at: self.at }),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == outside {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn walk_value(
        &mut self,
        text: &str,
        path: &mut String,
        each: &mut impl FnMut(&str, Kind, &str),
    ) -> Result<(), JsonError> {
        match self.peek() {
            b'"' => {
                let range = self.string("a text")?;
                each(path, Kind::Text, &text[range]);
                Ok(())
            }
            b'[' => {
                self.open(b'[', "a list")?;
                if self.peek() == b']' {
                    self.close();
                    return Ok(());
                }
                loop {
                    self.walk_value(text, path, each)?;
                    if !self.more(b']')? {
                        return Ok(());
                    }
                }
            }
            b'{' => {
                self.open(b'{', "an object")?;
                if self.peek() == b'}' {
                    self.close();
                    return Ok(());
                }
                loop {
                    let key = self.string("a key")?;
                    self.colon()?;
                    let outer = path.len();
                    if outer > 0 {
                        path.push('.');
                    }
                    unescape(&text[key], path);
                    self.walk_value(text, path, each)?;
                    path.truncate(outer);
                    if !self.more(b'}')? {
                        return Ok(());
                    }
                }
            }
            _ => {
                let (kind, range) = self.scalar()?;
                each(path, kind, &text[range]);
                Ok(())
            }
        }
    }
}

fn push(entry: &Entry, kind: Kind, range: Range<usize>, row: &mut Row) {
    if let Some(slot) = entry.slot {
        row.push(slot, kind, range);
    }
}

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
