//! Plain lists and tables: a value on each line, or columns with a header or numbers.
//!
//! A list is what most free feeds are. Comments begin with `#`, `;` or `//`; what follows the first value of a line is
//! somebody's remark, except in the format of hosts files, where the name follows an address that leads nowhere. A table
//! says in which column things stand.

#[cfg(test)]
mod tests;

use crate::{
    indicator::{About, Indicator},
    observable::{Kind, Observable, Refusal},
    reading::Reading,
};
use model::Time;
use serde::{Deserialize, Serialize};

/// How a list or table is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// What all values are; each is recognised by its looks if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What separates columns; a comma if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Where in a table things stand. Without it, the text is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
}

/// Columns, each by the name in the header or by its number from 1. One name makes the first line a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The value.
    pub value: String,
    /// Names of malware or actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What else it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How sure the feed is, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// When it was first seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// When it was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// When it stops to hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Where to read more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Addresses that hosts files send unwanted names to.
const NOWHERE: [&str; 4] = ["0.0.0.0", "127.0.0.1", "::1", "::"];

/// Reads a list or table.
pub fn read(text: &[u8], layout: &Layout) -> Reading {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reading = Reading::default();
    match &layout.columns {
        None => lines(text, layout, &mut reading),
        Some(columns) => table(text, layout, columns, &mut reading),
    }
    reading
}

fn lines(text: &[u8], layout: &Layout, reading: &mut Reading) {
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = String::from_utf8_lossy(line);
        let Some(value) = first_value(&line, layout.separator) else {
            continue;
        };
        match observe(layout.kind, value) {
            Ok(observable) => reading.indicators.push(Indicator::bare(observable)),
            Err(refusal) => reading.problem(format!("line {}", number + 1), refusal),
        }
    }
}

fn first_value(line: &str, separator: Option<char>) -> Option<&str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//") {
        return None;
    }
    // A semicolon or comma inside a URL belongs to it.
    let ends = |c: char| c.is_whitespace() || separator == Some(c);
    let mut words = line.split(ends).filter(|word| !word.is_empty());
    let first = words.next()?;
    let value = match words.next() {
        Some(name) if NOWHERE.contains(&first) && !name.starts_with('#') => name,
        _ => first,
    };
    Some(if value.contains("://") {
        value
    } else {
        value.split([',', ';', '#']).next().unwrap_or(value)
    })
}

fn observe(kind: Option<Kind>, value: &str) -> Result<Observable, Refusal> {
    match kind {
        Some(kind) => Observable::of(kind, value),
        None => Observable::guess(value),
    }
}

/// The columns by their position.
#[derive(Debug, Default)]
struct Positions {
    value: usize,
    name: Option<usize>,
    label: Option<usize>,
    confidence: Option<usize>,
    first_seen: Option<usize>,
    last_seen: Option<usize>,
    valid_until: Option<usize>,
    reference: Option<usize>,
}

impl Columns {
    fn named(&self) -> impl Iterator<Item = &String> {
        let rest = [
            &self.name,
            &self.label,
            &self.confidence,
            &self.first_seen,
            &self.last_seen,
            &self.valid_until,
            &self.reference,
        ];
        std::iter::once(&self.value).chain(rest.into_iter().flatten())
    }

    /// Whether the first line names the columns.
    fn has_header(&self) -> bool {
        self.named().any(|column| column.parse::<usize>().is_err())
    }

    /// What is wrong with the columns, whatever the table.
    pub fn mistake(&self) -> Option<&'static str> {
        if self.value.trim().is_empty() {
            return Some("say in which column the value stands");
        }
        self.named()
            .any(|column| column == "0")
            .then_some("columns are counted from 1")
    }

    fn resolve(&self, header: Option<&csv::StringRecord>, reading: &mut Reading) -> Option<Positions> {
        let mut missing = Vec::new();
        let mut find = |column: &String| match (column.parse::<usize>(), header) {
            (Ok(number), _) => number.checked_sub(1),
            (_, Some(header)) => {
                let at = header
                    .iter()
                    .position(|name| name.trim().trim_start_matches("# ").eq_ignore_ascii_case(column));
                if at.is_none() {
                    missing.push(column.clone());
                }
                at
            }
            _ => None,
        };
        let value = find(&self.value);
        let mut optional = |column: &Option<String>| column.as_ref().and_then(&mut find);
        let positions = Positions {
            value: value.unwrap_or_default(),
            name: optional(&self.name),
            label: optional(&self.label),
            confidence: optional(&self.confidence),
            first_seen: optional(&self.first_seen),
            last_seen: optional(&self.last_seen),
            valid_until: optional(&self.valid_until),
            reference: optional(&self.reference),
        };
        for column in missing {
            reading.problem("header", format!("there is no column `{column}`"));
        }
        value.map(|_| positions)
    }
}

fn table(text: &[u8], layout: &Layout, columns: &Columns, reading: &mut Reading) {
    let header = columns.has_header();
    // A header may itself be a comment, as in the feeds of abuse.ch.
    let (skipped, text) = if header {
        skip_comments(text, columns)
    } else {
        (0, text)
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment((!header).then_some(b'#'))
        .trim(csv::Trim::All)
        .delimiter(u8::try_from(layout.separator.unwrap_or(',')).unwrap_or(b','))
        .from_reader(text);
    let mut record = csv::ByteRecord::new();
    let mut positions = None;
    if !header {
        positions = columns.resolve(None, reading);
    }
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => return reading.problem("table", error),
        }
        let line = record.position().map_or(0, csv::Position::line) + skipped;
        let row = csv::StringRecord::from_byte_record_lossy(record.clone());
        if row
            .get(0)
            .is_some_and(|first| header && positions.is_some() && first.starts_with('#'))
        {
            continue;
        }
        match &positions {
            None => match columns.resolve(Some(&row), reading) {
                Some(found) => positions = Some(found),
                None => return,
            },
            Some(positions) => indicator(&row, line, layout.kind, positions, reading),
        }
    }
}

/// How many lines of comments come first, and the table after them. A comment that names the value's column is its header.
fn skip_comments<'t>(text: &'t [u8], columns: &Columns) -> (u64, &'t [u8]) {
    let (mut skipped, mut rest) = (0, text);
    while let Some(b'#') = rest.first() {
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        if String::from_utf8_lossy(&rest[..end]).contains(columns.value.as_str()) {
            break;
        }
        rest = &rest[end..];
        skipped += 1;
    }
    (skipped, rest)
}

fn indicator(row: &csv::StringRecord, line: u64, kind: Option<Kind>, at: &Positions, reading: &mut Reading) {
    let place = || format!("line {line}");
    let text = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|text| !text.is_empty());
    let Some(value) = text(Some(at.value)) else {
        return reading.problem(place(), format!("there is no column {}", at.value + 1));
    };
    let observable = match observe(kind, value) {
        Ok(observable) => observable,
        Err(refusal) => return reading.problem(place(), refusal),
    };
    let mut time = |at: Option<usize>| {
        let text = text(at)?;
        let time = moment(text);
        if time.is_none() {
            reading.problem(
                place(),
                format!("`{text}` is no time: expected RFC 3339, a date, or seconds since 1970"),
            );
        }
        time
    };
    let (first_seen, last_seen, valid_until) =
        (time(at.first_seen), time(at.last_seen), time(at.valid_until));
    let confidence = text(at.confidence).and_then(|text| {
        let number = text.parse().ok().filter(|number: &u8| *number <= 100);
        if number.is_none() {
            reading.problem(
                place(),
                format!("confidence `{text}` is not a number from 0 to 100"),
            );
        }
        number
    });
    let list = |at: Option<usize>| text(at).map(str::to_owned).into_iter().collect();
    reading.indicators.push(Indicator {
        about: About {
            names: list(at.name),
            labels: list(at.label),
            references: list(at.reference),
        },
        confidence,
        valid_until,
        first_seen,
        last_seen,
        ..Indicator::bare(observable)
    });
}

/// A time as feeds write it; one without a zone is UTC.
pub(crate) fn moment(text: &str) -> Option<Time> {
    let text = text.trim().trim_end_matches(" UTC");
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(Time::from_secs(seconds));
    }
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        19 => format!("{}Z", text.replace(' ', "T")),
        _ => text.replacen(' ', "T", 1),
    };
    Time::parse(&full).ok()
}
