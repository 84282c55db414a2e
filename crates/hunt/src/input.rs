//! Events from files, whatever they are written as, handed over in blocks of JSON lines.
//!
//! What a file is, its first bytes say. Each format is a source that fills blocks with whole events, one a line,
//! so that everything behind sees JSON lines only: for files that are JSON lines, nothing is changed or copied.
//! What cannot be read is told with its place, and what stands behind it is read all the same.

mod evtx;
mod lines;
mod open;
mod sniff;
mod table;
mod values;
mod windows;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes of a block; one event may be larger, up to [`LARGEST`].
const BLOCK: usize = 256 << 10;
/// Bytes of an event that is read for certain; of one that is a block or more larger, nothing is kept. The services
/// that write the largest stop at a sixteenth of it.
pub const LARGEST: usize = 16 << 20;

/// A block of whole events, one a line, and what could not be read behind them.
#[derive(Debug, Default)]
pub struct Block {
    /// Which block this is, from 0.
    pub number: u64,
    /// The file it is from.
    pub file: Arc<str>,
    /// The number of its first event in its file, from 0.
    pub first: u64,
    /// The events.
    pub text: Vec<u8>,
    /// What could not be read behind the events.
    pub problem: Option<Problem>,
}

/// Something in a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: Arc<str>,
    /// The number of the record; none if it is the file that cannot be read on.
    pub record: Option<u64>,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, message, .. } = self;
        match self.record {
            Some(record) => write!(f, "{file}: record {record}: {message}"),
            None => write!(f, "cannot read `{file}`: {message}"),
        }
    }
}

/// A file that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {source}", path.display())]
pub struct MissingError {
    path: PathBuf,
    source: io::Error,
}

/// What a source did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Filled {
    /// Wrote as many events as a block holds.
    Events,
    /// Wrote events, and behind them met a record that cannot be read.
    Broken(String),
    /// Wrote what was left, if anything.
    End,
}

/// A file that is being read.
trait Source: Send {
    /// Writes whole events behind each other, one a line. After an error there is nothing more to read; what
    /// was written before it is whole.
    fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<Filled>;
}

/// Reads files one after the other.
pub struct Input {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
    blocks: u64,
    guess_logs: bool,
}

struct Open {
    name: Arc<str>,
    source: Box<dyn Source>,
    events: u64,
}

impl Input {
    /// An input over these files. `guess_logs`: events of formats that do not say which log they are of get
    /// `product`, `service` and `category` where they can be told.
    pub fn new(files: Vec<PathBuf>, guess_logs: bool) -> Self {
        Self {
            files: files.into_iter(),
            open: None,
            blocks: 0,
            guess_logs,
        }
    }

    /// The first of these files that does not exist, if any: better known before hours of work than after.
    pub fn check(files: &[PathBuf]) -> Result<(), MissingError> {
        for path in files {
            if let Err(source) = path.metadata()
                && source.kind() == io::ErrorKind::NotFound
            {
                return Err(MissingError {
                    path: path.clone(),
                    source,
                });
            }
        }
        Ok(())
    }

    /// Fills `block` with the next events; false at the end of the last file.
    pub fn next(&mut self, block: &mut Block) -> bool {
        loop {
            block.text.clear();
            block.problem = None;
            block.first = 0;
            if !self.fill(block) {
                return false;
            }
            if !block.text.is_empty() || block.problem.is_some() {
                block.number = self.blocks;
                self.blocks += 1;
                return true;
            }
        }
    }

    /// The same, but a block may stay empty.
    fn fill(&mut self, block: &mut Block) -> bool {
        let open = match &mut self.open {
            Some(open) => open,
            None => match self.files.next() {
                None => return false,
                Some(path) => match Open::new(&path, self.guess_logs) {
                    Ok(open) => self.open.insert(open),
                    Err(error) => {
                        block.file = name(&path);
                        block.problem = Some(Problem::of_file(&block.file, &error, None));
                        return true;
                    }
                },
            },
        };
        if !open.fill(block) {
            self.open = None;
        }
        true
    }
}

impl Open {
    fn new(path: &Path, guess_logs: bool) -> io::Result<Self> {
        Ok(Self {
            name: name(path),
            source: open::source(path, guess_logs)?,
            events: 0,
        })
    }

    /// Fills a block; false if there is nothing behind it.
    fn fill(&mut self, block: &mut Block) -> bool {
        let filled = self.source.fill(&mut block.text);
        block.file = Arc::clone(&self.name);
        block.first = self.events;
        self.events += lines(&block.text).count() as u64;
        match filled {
            Ok(Filled::Events) => true,
            Ok(Filled::End) => false,
            Ok(Filled::Broken(message)) => {
                block.problem = Some(Problem {
                    file: Arc::clone(&self.name),
                    record: Some(self.events),
                    message,
                });
                self.events += 1;
                true
            }
            Err(error) => {
                block.problem = Some(Problem::of_file(&self.name, &error, Some(self.events)));
                false
            }
        }
    }
}

impl Problem {
    fn of_file(file: &Arc<str>, error: &io::Error, records: Option<u64>) -> Self {
        let message = match records {
            Some(records @ 1..) => format!("{error}, behind record {}", records - 1),
            _ => error.to_string(),
        };
        Self {
            file: Arc::clone(file),
            record: None,
            message,
        }
    }
}

fn name(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}

/// The lines of a block that are not blank.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    Lines(text)
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
}

struct Lines<'t>(&'t [u8]);

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.0).unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        Some(line)
    }
}

/// An error about what a file holds.
fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// What is said of a record that is too large.
fn too_large() -> String {
    format!("larger than {LARGEST} bytes")
}

/// Reads until the buffer is full or the file ends; how much.
fn read_full(reader: &mut dyn io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut known = 0;
    while known < buffer.len() {
        match reader.read(&mut buffer[known..]) {
            Ok(0) => break,
            Ok(read) => known += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(known)
}
