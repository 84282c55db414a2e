//! One event as the values of numbered fields.
//!
//! Values are ranges of the event's text. What has to be changed to be compared (escapes, case) is written
//! into one buffer when it is first asked for; buffer and tables are used again for the next event, so an
//! event that matches nothing allocates nothing.

use super::{escape::unescape, names::Slot};
use sigma::Number;
use std::ops::Range;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Present, but null.
    Null,
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
}

/// One value: what it is, and where it stands.
#[derive(Clone, Debug)]
struct Cell {
    kind: Kind,
    /// The next value of the same field, plus one.
    next: u32,
    /// In the event's text, between the quotes.
    start: u32,
    end: u32,
    plain: Place,
    lower: Option<(u32, u32)>,
}

/// Where the value stands as people read it.
#[derive(Clone, Copy, Debug)]
enum Place {
    Unknown,
    /// It has no escapes.
    Event,
    /// In the buffer.
    Buffer(u32, u32),
}

#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    generation: u32,
    first: u32,
    last: u32,
}

/// The values of one event; made once and filled again for each.
#[derive(Debug, Default)]
pub struct Row {
    cells: Vec<Cell>,
    chains: Vec<Chain>,
    generation: u32,
    buffer: String,
}

impl Row {
    /// Forgets the event before, and makes room for `slots` fields.
    pub fn clear(&mut self, slots: usize) {
        self.cells.clear();
        self.buffer.clear();
        if self.chains.len() != slots || self.generation == u32::MAX {
            self.chains.clear();
            self.chains.resize(slots, Chain::default());
            self.generation = 0;
        }
        self.generation += 1;
    }

    /// Adds a value: the bytes `range` of the event's text, as JSON writes it.
    pub fn push(&mut self, slot: Slot, kind: Kind, range: Range<usize>) {
        let plain = match kind {
            Kind::Text | Kind::Number => Place::Unknown,
            Kind::Null | Kind::Bool => Place::Event,
        };
        self.add(slot, kind, range, plain);
    }

    /// Adds a value that stands in the text as people read it.
    pub fn push_plain(&mut self, slot: Slot, kind: Kind, range: Range<usize>) {
        self.add(slot, kind, range, Place::Event);
    }

    fn add(&mut self, slot: Slot, kind: Kind, range: Range<usize>, plain: Place) {
        let number = self.cells.len() as u32 + 1;
        self.cells.push(Cell {
            kind,
            next: 0,
            start: range.start as u32,
            end: range.end as u32,
            plain,
            lower: None,
        });
        let chain = &mut self.chains[slot as usize];
        if chain.generation == self.generation {
            self.cells[chain.last as usize - 1].next = number;
            chain.last = number;
        } else {
            *chain = Chain {
                generation: self.generation,
                first: number,
                last: number,
            };
        }
    }

    /// How many values there are.
    pub const fn count(&self) -> usize {
        self.cells.len()
    }

    /// Whether the field has a value, null or not.
    pub fn has(&self, slot: Slot) -> bool {
        self.chains[slot as usize].generation == self.generation
    }

    /// The first value of a field.
    pub fn first(&self, slot: Slot) -> Option<usize> {
        let chain = self.chains[slot as usize];
        (chain.generation == self.generation).then(|| chain.first as usize - 1)
    }

    /// The value after `cell` of the same field.
    pub fn next(&self, cell: usize) -> Option<usize> {
        (self.cells[cell].next as usize).checked_sub(1)
    }

    /// What a value is.
    pub fn kind(&self, cell: usize) -> Kind {
        self.cells[cell].kind
    }

    /// The value as the event writes it.
    pub fn written<'e>(&self, event: &'e str, cell: usize) -> &'e str {
        let Cell { start, end, .. } = self.cells[cell];
        &event[start as usize..end as usize]
    }

    /// The value as people read it: escapes resolved, numbers as they print. Null is empty.
    pub fn text<'s>(&'s mut self, event: &'s str, cell: usize) -> &'s str {
        if matches!(self.cells[cell].plain, Place::Unknown) {
            self.cells[cell].plain = self.resolve(event, cell);
        }
        match self.cells[cell].plain {
            Place::Buffer(start, end) => &self.buffer[start as usize..end as usize],
            _ if self.cells[cell].kind == Kind::Null => "",
            _ => self.written(event, cell),
        }
    }

    /// The same with ASCII letters in lower case.
    pub fn lower<'s>(&'s mut self, event: &'s str, cell: usize) -> &'s str {
        let (start, end) = self.cells[cell].lower.unwrap_or_else(|| {
            let range = self.lowered(event, cell);
            self.cells[cell].lower = Some(range);
            range
        });
        &self.buffer[start as usize..end as usize]
    }

    fn lowered(&mut self, event: &str, cell: usize) -> (u32, u32) {
        let start = self.buffer.len();
        match self.cells[cell].plain {
            Place::Buffer(from, to) => self.buffer.extend_from_within(from as usize..to as usize),
            Place::Event => self.buffer.push_str(self.written(event, cell)),
            Place::Unknown => {
                let written = self.written(event, cell);
                write(self.cells[cell].kind, written, &mut self.buffer);
            }
        }
        self.buffer[start..].make_ascii_lowercase();
        (start as u32, self.buffer.len() as u32)
    }

    fn resolve(&mut self, event: &str, cell: usize) -> Place {
        let written = self.written(event, cell);
        let kind = self.cells[cell].kind;
        if is_plain(kind, written) {
            return Place::Event;
        }
        let start = self.buffer.len() as u32;
        write(kind, written, &mut self.buffer);
        Place::Buffer(start, self.buffer.len() as u32)
    }
}

/// Whether a value reads as it is written.
fn is_plain(kind: Kind, written: &str) -> bool {
    match kind {
        Kind::Text => memchr::memchr(b'\\', written.as_bytes()).is_none(),
        // Whole numbers print as they are written, but for zeros in front and those too large for us.
        Kind::Number => {
            let digits = written.strip_prefix('-').unwrap_or(written).as_bytes();
            digits.len() < 19 && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit) || written == "0"
        }
        Kind::Null | Kind::Bool => true,
    }
}

/// Writes a value as people read it.
fn write(kind: Kind, written: &str, buffer: &mut String) {
    match kind {
        Kind::Text => unescape(written, buffer),
        Kind::Number if !is_plain(kind, written) => match Number::parse(written) {
            Some(number) => buffer.push_str(&number.to_string()),
            None => buffer.push_str(written),
        },
        _ => buffer.push_str(written),
    }
}
