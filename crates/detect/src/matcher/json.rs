//! Reads the fields that rules ask for straight from an event's JSON text: what nobody asks for is skipped,
//! not parsed.
//!
//! Objects are followed along the names rules use; the elements of a list are values of its field. A key that
//! occurs twice gives both values. Skipped parts are not checked beyond their brackets and quotes.

use super::{
    escape::unescape,
    names::{Entry, Node},
    row::{Kind, Row},
};
use std::ops::Range;

/// How deep objects and lists may stand in each other.
const DEEPEST: usize = 128;
/// How many values of fields one event may have.
const MOST: usize = 1 << 18;

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
    /// Too many values: each takes room while the event is looked at.
    #[error("byte {at}: more than {MOST} values of fields")]
    Many {
        /// Where, from 0.
        at: usize,
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

    /// Calls `each` at every element of a list.
    fn list(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), JsonError>) -> Result<(), JsonError> {
        self.open(b'[', "a list")?;
        if self.peek() == b']' {
            self.close();
            return Ok(());
        }
        loop {
            each(self)?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    /// Calls `each` at every value of an object, with the range of its key.
    fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, Range<usize>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'{', "an object")?;
        if self.peek() == b'}' {
            self.close();
            return Ok(());
        }
        loop {
            let key = self.string("a key")?;
            self.colon()?;
            each(self, key)?;
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn object(&mut self, names: &Node, row: &mut Row) -> Result<(), JsonError> {
        self.members(|reader, key| match reader.entry(names, key) {
            Some(entry) => reader.value(entry, row),
            None => reader.skip(),
        })
    }

    fn entry<'n>(&self, names: &'n Node, key: Range<usize>) -> Option<&'n Entry> {
        let key = &self.text[key];
        names.find(key).or_else(|| {
            let escaped = key.contains(&b'\\');
            let mut plain = String::new();
            escaped.then(|| unescape(&String::from_utf8_lossy(key), &mut plain))?;
            names.find(plain.as_bytes())
        })
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
                push(entry, Kind::Text, range, row)
            }
            b'{' if entry.inside.is_empty() => self.skip(),
            b'{' => self.object(&entry.inside, row),
            b'[' => self.list(|reader| reader.value(entry, row)),
            _ => {
                let (kind, range) = self.scalar()?;
                push(entry, kind, range, row)
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
            b'[' => self.list(|reader| reader.walk_value(text, path, each)),
            b'{' => self.members(|reader, key| {
                let outer = path.len();
                if outer > 0 {
                    path.push('.');
                }
                unescape(&text[key], path);
                reader.walk_value(text, path, each)?;
                path.truncate(outer);
                Ok(())
            }),
            _ => {
                let (kind, range) = self.scalar()?;
                each(path, kind, &text[range]);
                Ok(())
            }
        }
    }
}

fn push(entry: &Entry, kind: Kind, range: Range<usize>, row: &mut Row) -> Result<(), JsonError> {
    if let Some(slot) = entry.slot {
        if row.count() == MOST {
            return Err(JsonError::Many { at: range.start });
        }
        row.push(slot, kind, range);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::Names;

    /// The values of `a`, `b.c` and `b.d` of an event.
    fn values(text: &str) -> Result<Vec<(String, Vec<String>)>, JsonError> {
        let mut names = Names::default();
        let fields = ["a", "b.c", "b.d"].map(|name| (name, names.intern(name)));
        let mut row = Row::default();
        row.clear(names.count());
        read(text, names.root(), &mut row)?;
        let mut all = Vec::new();
        for (name, slot) in fields {
            let mut found = Vec::new();
            let mut next = row.first(slot);
            while let Some(cell) = next {
                found.push(row.text(text, cell).to_owned());
                next = row.next(cell);
            }
            if row.has(slot) {
                all.push((name.to_owned(), found));
            }
        }
        Ok(all)
    }

    #[test]
    fn fields_are_found_wherever_they_stand() {
        let check = |text: &str, expected: &[(&str, &[&str])]| {
            let found = values(text).expect(text);
            let found: Vec<(&str, Vec<&str>)> = found
                .iter()
                .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str).collect()))
                .collect();
            let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(n, v)| (*n, v.to_vec())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("{}", &[]);
        check(r#" { "a" : 1 , "x" : [ { "a" : 2 } ] } "#, &[("a", &["1"])]);
        check(
            r#"{"b":{"c":"x","d":null,"e":{"d":1}}}"#,
            &[("b.c", &["x"]), ("b.d", &[""])],
        );
        check(r#"{"b.c":"flat"}"#, &[("b.c", &["flat"])]);
        check(r#"{"a":["x",["y"],true]}"#, &[("a", &["x", "y", "true"])]);
        check(r#"{"b":[{"c":1},{"c":2}]}"#, &[("b.c", &["1", "2"])]);
        // A key twice: both values.
        check(r#"{"a":1,"a":"2"}"#, &[("a", &["1", "2"])]);
        check(
            r#"{"\u0061":"key with an escape"}"#,
            &[("a", &["key with an escape"])],
        );
        check(r#"{"a":"\"\\","x":"\\\""}"#, &[("a", &["\"\\"])]);
        check(
            r#"{"a":"C:\\x\n\u4e2d\ud83d\ude00\ud83d"}"#,
            &[("a", &["C:\\x\n中😀\u{fffd}"])],
        );
        check(r#"{"a":007,"b":{"c":1.50}}"#, &[("a", &["7"]), ("b.c", &["1.5"])]);
    }

    #[test]
    fn what_is_no_event_is_told_with_its_place() {
        let check = |text: &str, expected: &str| {
            assert_eq!(values(text).expect_err(text).to_string(), expected, "{text}");
        };
        check("", "byte 0: expected an object");
        check("[1]", "byte 0: expected an object");
        check(r#"{"a":"x"#, "byte 5: expected a closing `\"`");
        check(r#"{"a":1"#, "byte 6: expected `,` or a closing bracket");
        check(r#"{"a" 1}"#, "byte 5: expected `:`");
        check(r#"{"a":yes}"#, "byte 5: expected a value");
        check(r#"{"a":1}{}"#, "byte 7: expected the end of the line");
        check(r#"{"x":[{"y":1]"#, "byte 13: expected a closing bracket");
        for field in ["a", "x"] {
            let deep = format!(r#"{{"{field}":{}"#, "[".repeat(10_000));
            check(&deep, "byte 132: nested deeper than 128");
        }
        let many = format!(r#"{{"a":[{}1]}}"#, "1,".repeat(MOST));
        check(&many, "byte 524294: more than 262144 values of fields");
    }
}
