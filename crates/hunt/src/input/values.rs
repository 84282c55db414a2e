//! JSON objects in a list, in a list called `Records`, or one behind the other: passed on one a line, and never
//! more of the file in memory than one of them.

use super::{BLOCK, Filled, LARGEST, Source, invalid, open::Reader, sniff::wrapper, too_large};
use std::io::{self, BufRead as _, BufReader};

/// Reads objects.
pub(super) struct Values {
    reader: BufReader<Reader>,
    place: Place,
    /// The white space in front of the object at hand, in its line.
    indent: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In front of a list or an object.
    Outside,
    /// In a list, that of a `Records` object or a bare one.
    List { wrapped: bool },
    /// Among objects that stand behind each other.
    Sequence,
}

/// What came next.
enum Step {
    /// An object; it was written.
    Event,
    /// Something that is no object, and was passed over.
    Broken(String),
    /// The end of the list: more may stand behind it.
    ListEnd,
    /// The end of the file.
    End,
}

/// Where an object stops being one.
enum Fault {
    /// In front of what looks like the next.
    AtNext,
    /// Anywhere.
    Inside(&'static str),
}

impl Values {
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader: BufReader::with_capacity(64 << 10, reader),
            place: Place::Outside,
            indent: Vec::new(),
        }
    }

    fn step(&mut self, text: &mut Vec<u8>) -> io::Result<Step> {
        self.space()?;
        match (self.place, self.peek()?) {
            (Place::Outside | Place::Sequence, None) => Ok(Step::End),
            (Place::List { .. }, None) => Err(cut("list")),
            (Place::Outside, Some(first)) => self.enter(first),
            (Place::List { wrapped }, Some(b']')) => {
                self.reader.consume(1);
                self.leave(wrapped)
            }
            (_, Some(b'{')) => self.object(text),
            (_, Some(_)) => {
                self.pass_to_next(false)?;
                Ok(Step::Broken("expected an object".to_owned()))
            }
        }
    }

    fn enter(&mut self, first: u8) -> io::Result<Step> {
        let wrapped = wrapper(self.reader.fill_buf()?);
        self.place = match (first, wrapped) {
            (b'[', _) => {
                self.reader.consume(1);
                Place::List { wrapped: false }
            }
            (_, Some(length)) => {
                self.reader.consume(length);
                Place::List { wrapped: true }
            }
            (..) => Place::Sequence,
        };
        Ok(Step::ListEnd)
    }

    /// What stands behind a list: the end of its object, and perhaps another list.
    fn leave(&mut self, wrapped: bool) -> io::Result<Step> {
        self.place = Place::Outside;
        self.space()?;
        if wrapped && self.peek()? == Some(b'}') {
            self.reader.consume(1);
            self.space()?;
        }
        match self.peek()? {
            None | Some(b'[' | b'{') => Ok(Step::ListEnd),
            Some(_) => Err(invalid("expected the end of the file behind the list")),
        }
    }

    /// Writes the object that starts here, in one line.
    fn object(&mut self, text: &mut Vec<u8>) -> io::Result<Step> {
        let start = text.len();
        let scanned = self.scan(text, start).inspect_err(|_| text.truncate(start))?;
        let message = match scanned {
            Ok(()) if text.len() - start <= LARGEST => {
                text.push(b'\n');
                return Ok(Step::Event);
            }
            Ok(()) => too_large(),
            Err(Fault::AtNext) => "the object is not closed".to_owned(),
            Err(Fault::Inside(expected)) => {
                self.pass_to_next(true)?;
                format!("expected {expected}")
            }
        };
        text.truncate(start);
        Ok(Step::Broken(message))
    }

    /// Copies an object; of one that is too large, no more than one byte too much.
    fn scan(&mut self, text: &mut Vec<u8>, start: usize) -> io::Result<Result<(), Fault>> {
        let mut open = Vec::new();
        let mut last = b':';
        loop {
            let Some(byte) = self.peek()? else {
                return Err(cut("object"));
            };
            let written = match byte {
                b'{' if !matches!(last, b':' | b',' | b'[') => return Ok(Err(Fault::AtNext)),
                b'{' | b'[' => {
                    open.push(byte + 2);
                    byte
                }
                b'}' | b']' if open.pop() != Some(byte) => {
                    return Ok(Err(Fault::Inside("another closing bracket")));
                }
                b'\n' | b'\r' => b' ',
                _ => byte,
            };
            keep(text, start, written);
            self.reader.consume(1);
            if byte == b'"' && !self.string(text, start)? {
                return Ok(Err(Fault::Inside("a closing `\"` in the line")));
            }
            if open.is_empty() {
                return Ok(Ok(()));
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
        }
    }

    /// Copies a string behind its first quote; false if its line ends first.
    fn string(&mut self, text: &mut Vec<u8>, start: usize) -> io::Result<bool> {
        let mut escaped = false;
        loop {
            match self.peek()? {
                None => return Err(cut("string")),
                Some(b'\n') => return Ok(false),
                Some(byte) => {
                    keep(text, start, byte);
                    self.reader.consume(1);
                    if byte == b'"' && !escaped {
                        return Ok(true);
                    }
                    escaped = byte == b'\\' && !escaped;
                }
            }
        }
    }

    /// Passes over everything up to a line that starts the way the object at hand did: with as much white space
    /// and a bracket. Up to the end of the file if there is none.
    fn pass_to_next(&mut self, in_object: bool) -> io::Result<()> {
        let indent = std::mem::take(&mut self.indent);
        loop {
            let passed = self.reader.skip_until(b'\n')?;
            self.indent.clear();
            if passed == 0 {
                return Ok(());
            }
            self.space()?;
            let is_next = match self.peek()? {
                None => true,
                Some(b'{') => !in_object || self.indent == indent,
                Some(b']') => self.indent.len() <= indent.len(),
                Some(_) => false,
            };
            if is_next {
                return Ok(());
            }
        }
    }

    /// Passes over what stands between objects.
    fn space(&mut self) -> io::Result<()> {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n' | b',')) = self.peek()? {
            match byte {
                b'\n' => self.indent.clear(),
                b' ' | b'\t' => self.indent.push(byte),
                _ => {}
            }
            // White space without end is no indentation.
            self.indent.truncate(LONGEST_INDENT);
            self.reader.consume(1);
        }
        Ok(())
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

const LONGEST_INDENT: usize = 256;

fn keep(text: &mut Vec<u8>, start: usize, byte: u8) {
    if text.len() - start <= LARGEST {
        text.push(byte);
    }
}

fn cut(inside: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the file ends inside of a {inside}"),
    )
}

impl Source for Values {
    fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<Filled> {
        while text.len() < BLOCK {
            match self.step(text)? {
                Step::Event | Step::ListEnd => {}
                Step::Broken(message) => return Ok(Filled::Broken(message)),
                Step::End => return Ok(Filled::End),
            }
        }
        Ok(Filled::Events)
    }
}
