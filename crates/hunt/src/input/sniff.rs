//! What a file is, by its first bytes. The ending of its name only decides what they leave open.

use std::path::Path;

/// How a file writes its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object a line.
    Lines,
    /// JSON objects in a list, in a list called `Records`, or one behind the other over many lines.
    Values,
    /// A table: a line with the names of the fields, then one event a line.
    Table {
        /// What stands between two fields.
        delimiter: u8,
    },
    /// A Windows event log.
    EventLog,
}

/// What the start of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sniffed {
    pub format: Format,
    /// Bytes in front of the first event that are none of it: a byte-order mark.
    pub skip: usize,
}

const MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file is that starts so.
pub(super) fn sniff(start: &[u8], path: &Path) -> Result<Sniffed, &'static str> {
    if start.starts_with(b"ElfFile\0") {
        return Ok(Sniffed {
            format: Format::EventLog,
            skip: 0,
        });
    }
    if matches!(start, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err("the file is UTF-16; expected UTF-8");
    }
    let skip = if start.starts_with(MARK) { MARK.len() } else { 0 };
    let text = start[skip..].trim_ascii_start();
    let format = match text.first() {
        Some(b'[') => Format::Values,
        Some(b'{') if first_line(text) == b"{" => Format::Values,
        Some(b'{') if !is_named(path, &["jsonl", "ndjson"]) && wrapper(text).is_some() => Format::Values,
        None | Some(b'{') => Format::Lines,
        Some(_) if is_named(path, &["json", "jsonl", "ndjson"]) => Format::Lines,
        Some(_) => delimiter(first_line(text)).map_or(
            if is_named(path, &["csv"]) {
                Format::Table { delimiter: b',' }
            } else {
                Format::Lines
            },
            |delimiter| Format::Table { delimiter },
        ),
    };
    Ok(Sniffed { format, skip })
}

/// The length of the start of an object that only wraps a list of events: `{"Records":[`.
pub(super) fn wrapper(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let mut pass = |token: &[u8]| {
        rest = rest.trim_ascii_start().strip_prefix(token)?;
        Some(())
    };
    pass(b"{")?;
    pass(b"\"Records\"").or_else(|| pass(b"\"records\""))?;
    pass(b":")?;
    pass(b"[")?;
    Some(text.len() - rest.len())
}

fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    text[..end].trim_ascii()
}

/// What stands between the fields of a header: whatever of the usual occurs most outside of quotes.
fn delimiter(header: &[u8]) -> Option<u8> {
    let outside = |wanted: u8| {
        let mut quoted = false;
        let count = |byte: &&u8| {
            quoted ^= **byte == b'"';
            !quoted && **byte == wanted
        };
        header.iter().filter(count).count()
    };
    let counts = [b'\t', b';', b','].map(|byte| (outside(byte), byte));
    counts
        .into_iter()
        .max()
        .filter(|(count, _)| *count > 0)
        .map(|(_, byte)| byte)
}

/// Whether a name ends so, that of its compression aside.
fn is_named(path: &Path, endings: &[&str]) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = [".gz", ".zst"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(&name);
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_say_what_a_file_is() {
        let check = |start: &str, name: &str, expected: Format| {
            let found = sniff(start.as_bytes(), Path::new(name)).map(|sniffed| sniffed.format);
            assert_eq!(found, Ok(expected), "{start} in {name}");
        };
        let table = |delimiter| Format::Table { delimiter };
        check("", "a.csv", Format::Lines);
        check("{\"a\":1}\n", "a.csv", Format::Lines);
        check("\n {\"a\":1}\n", "a", Format::Lines);
        check("\u{feff}{\"a\":1}", "a", Format::Lines);
        check("{\n  \"a\": 1\n}", "a.jsonl", Format::Values);
        check(" [\n{\"a\":1}]", "a.jsonl", Format::Values);
        check("{\"Records\":[{", "a.json.gz", Format::Values);
        check("{ \"records\" : [ {", "a", Format::Values);
        check("{\"Records\":[{", "a.jsonl.gz", Format::Lines);
        check("{\"Records\":3}", "a.json", Format::Lines);
        check("EventID,Image\r\n1,x", "a", table(b','));
        check("\u{feff}\"Event,ID\";Image\n", "a.txt", table(b';'));
        check("EventID\tImage\n", "a", table(b'\t'));
        check("EventID\n1\n", "a.csv.zst", table(b','));
        check("EventID\n1\n", "a.log", Format::Lines);
        check("not json, at all", "a.jsonl", Format::Lines);
        check("ElfFile\0 and so on", "a.json", Format::EventLog);
        assert!(sniff(b"\xff\xfe{\0", Path::new("a")).is_err());
    }
}
