//! Events from files: plain or compressed, one JSON object a line, handed over in blocks.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Bytes of a block; one event may be larger, up to [`LARGEST`].
const BLOCK: usize = 256 << 10;
/// Bytes of the largest event that is read.
pub const LARGEST: usize = 64 << 20;

/// A block of whole events, one a line.
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
}

/// A file that cannot be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {source}", path.display())]
pub struct InputError {
    path: PathBuf,
    source: io::Error,
}

impl InputError {
    /// Whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// Reads files one after the other.
pub struct Input {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<Open>,
    blocks: u64,
}

struct Open {
    path: PathBuf,
    name: Arc<str>,
    reader: Box<dyn Read + Send>,
    /// What was read behind the last whole line.
    rest: Vec<u8>,
    events: u64,
}

impl Input {
    /// An input over these files.
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self {
            files: files.into_iter(),
            open: None,
            blocks: 0,
        }
    }

    /// Fills `block` with the next events; false at the end of the last file.
    pub fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        loop {
            let open = match &mut self.open {
                Some(open) => open,
                None => match self.files.next() {
                    Some(path) => self.open.insert(Open::new(path)?),
                    None => return Ok(false),
                },
            };
            let filled = open.fill(block).map_err(|source| InputError {
                path: open.path.clone(),
                source,
            })?;
            if filled {
                block.number = self.blocks;
                self.blocks += 1;
                return Ok(true);
            }
            self.open = None;
        }
    }
}

impl Open {
    fn new(path: PathBuf) -> Result<Self, InputError> {
        match reader(&path) {
            Ok(reader) => Ok(Self {
                name: path.to_string_lossy().into(),
                path,
                reader,
                rest: Vec::new(),
                events: 0,
            }),
            Err(source) => Err(InputError { path, source }),
        }
    }

    /// Whole lines, as many as fit; false at the end.
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        let text = &mut block.text;
        text.clear();
        text.append(&mut self.rest);
        loop {
            let known = text.len();
            text.resize(known + BLOCK, 0);
            let read = match self.reader.read(&mut text[known..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    text.truncate(known);
                    continue;
                }
                read => read?,
            };
            text.truncate(known + read);
            if read == 0 {
                break;
            }
            if let Some(end) = memchr::memrchr(b'\n', &text[known..]) {
                // A short read is no reason for a short block.
                if text.len() < BLOCK {
                    continue;
                }
                self.rest.extend_from_slice(&text[known + end + 1..]);
                text.truncate(known + end + 1);
                break;
            }
            if text.len() > LARGEST {
                return Err(io::Error::other(format!(
                    "an event is larger than {LARGEST} bytes"
                )));
            }
        }
        block.file = Arc::clone(&self.name);
        block.first = self.events;
        self.events += lines(text).count() as u64;
        Ok(!text.is_empty())
    }
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

fn reader(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let mut magic = [0; 4];
    let mut known = 0;
    while known < magic.len() {
        match file.read(&mut magic[known..])? {
            0 => break,
            read => known += read,
        }
    }
    let start = io::Cursor::new(magic[..known].to_vec());
    let whole = start.chain(file);
    Ok(match magic {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(whole)?),
        _ => Box::new(whole),
    })
}
