//! Segments: the files of a log, each with a header, and the repair of the last one after a crash.

use crate::{
    disk::sync_directory,
    entry::Position,
    error::Error,
    frame::{self, Framing},
};
use model::Time;
use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher, RandomState},
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// magic 8 | base 8 | salt 8 | first received 8 | crc32 4 | unused 4
pub(crate) const HEADER: u64 = 40;
const MAGIC: [u8; 8] = *b"CTDRJNL1";
const EXTENSION: &str = "log";

/// What is known of a segment without reading its frames.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// Its file.
    pub path: PathBuf,
    /// The position of its first frame.
    pub base: Position,
    /// Its salt.
    pub framing: Framing,
    /// When its first entry was received: no entry of the segment before is younger.
    pub first_received: Time,
    /// Bytes of durable frames.
    pub bytes: u64,
}

impl Segment {
    /// The position after its last frame.
    pub(crate) fn end(&self) -> Position {
        Position(self.base.0 + self.bytes)
    }

    /// The byte of the file that holds `position`.
    pub(crate) fn offset(&self, position: Position) -> u64 {
        HEADER + (position.0 - self.base.0)
    }

    /// Damage at `position`.
    pub(crate) fn corrupt(&self, position: Position, what: &'static str) -> Error {
        Error::Corrupt {
            file: self.path.clone(),
            offset: self.offset(position),
            what,
        }
    }

    /// Creates an empty segment and makes its name and header durable.
    pub(crate) fn create(
        directory: &Path,
        base: Position,
        first_received: Time,
    ) -> Result<(Self, File), Error> {
        let path = directory.join(format!("{:020}.{EXTENSION}", base.0));
        let salt = RandomState::new().hash_one(base.0);
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&base.0.to_le_bytes());
        header.extend_from_slice(&salt.to_le_bytes());
        header.extend_from_slice(&first_received.millis().to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        header.extend_from_slice(&[0; 4]);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(Error::io("create", &path))?;
        file.write_all(&header).map_err(Error::io("write", &path))?;
        file.sync_all().map_err(Error::io("sync", &path))?;
        sync_directory(directory).map_err(Error::io("sync", directory))?;
        let segment = Self {
            path,
            base,
            framing: Framing { salt },
            first_received,
            bytes: 0,
        };
        Ok((segment, file))
    }

    /// Reads the header of the file at `path`; the length is taken from the file system.
    fn open(path: &Path, base: Position) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let length = file.metadata().map_err(Error::io("open", path))?.len();
        let mut header = [0; HEADER as usize];
        (&file)
            .read_exact(&mut header)
            .ok()
            .and_then(|()| Self::parse(path, base, &header, length))
            .ok_or_else(|| Error::Corrupt {
                file: path.to_owned(),
                offset: 0,
                what: "not a segment header",
            })
    }

    fn parse(path: &Path, base: Position, header: &[u8; HEADER as usize], length: u64) -> Option<Self> {
        let word = |at: usize| -> Option<[u8; 8]> { header.get(at..at + 8)?.try_into().ok() };
        let crc = u32::from_le_bytes(header[32..36].try_into().ok()?);
        let right = word(0)? == MAGIC
            && u64::from_le_bytes(word(8)?) == base.0
            && crc == crc32fast::hash(&header[..32]);
        let segment = Self {
            path: path.to_owned(),
            base,
            framing: Framing {
                salt: u64::from_le_bytes(word(16)?),
            },
            first_received: Time::from_millis(i64::from_le_bytes(word(24)?)),
            bytes: length.checked_sub(HEADER)?,
        };
        right.then_some(segment)
    }

    /// Opens the last segment for appending, cutting off what a crash left unfinished.
    pub(crate) fn open_for_append(&mut self) -> Result<File, Error> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.path)
            .map_err(Error::io("open", &self.path))?;
        let whole = self.scan(&mut file)?;
        if whole < self.bytes {
            tracing::warn!(
                journal.file = %self.path.display(),
                journal.offset = HEADER + whole,
                journal.bytes = self.bytes - whole,
                "cut off the unfinished end of the journal; nothing in it was acknowledged",
            );
            file.set_len(HEADER + whole)
                .and_then(|()| file.sync_all())
                .map_err(Error::io("truncate", &self.path))?;
            self.bytes = whole;
        }
        file.seek(SeekFrom::End(0))
            .map_err(Error::io("open", &self.path))?;
        Ok(file)
    }

    /// How many bytes of whole frames there are; damage that cannot be a torn tail is an error.
    fn scan(&self, file: &mut File) -> Result<u64, Error> {
        let unreadable = |source| Error::io("read", &self.path)(source);
        file.seek(SeekFrom::Start(HEADER)).map_err(unreadable)?;
        let mut reader = BufReader::with_capacity(1 << 20, &mut *file);
        let mut payload = Vec::new();
        let mut at = 0;
        while let Some(length) = self
            .scan_frame(&mut reader, &mut payload, at)
            .map_err(unreadable)?
        {
            at += length;
        }
        drop(reader);
        let mut rest = Vec::new();
        file.seek(SeekFrom::Start(HEADER + at)).map_err(unreadable)?;
        file.read_to_end(&mut rest).map_err(unreadable)?;
        let position = Position(self.base.0 + at);
        if self.framing.group_follows(&rest, position) {
            return Err(self.corrupt(position, "acknowledged entries follow an unreadable one"));
        }
        Ok(at)
    }

    /// The length of the frame that starts `at` bytes in; none if there is no whole one.
    fn scan_frame(
        &self,
        reader: &mut impl Read,
        payload: &mut Vec<u8>,
        at: u64,
    ) -> std::io::Result<Option<u64>> {
        let mut head = [0; frame::HEADER];
        let left = self.bytes - at;
        if left < frame::HEADER as u64 {
            return Ok(None);
        }
        reader.read_exact(&mut head)?;
        let Some(header) = frame::Header::parse(&head) else {
            return Ok(None);
        };
        let length = (frame::HEADER + header.length) as u64;
        if left < length {
            return Ok(None);
        }
        payload.resize(header.length, 0);
        reader.read_exact(payload)?;
        let right = self.framing.holds(header, Position(self.base.0 + at), payload);
        Ok(right.then_some(length))
    }
}

/// The segments of a directory in order, each following the one before it.
///
/// A last file too short for a header is what a crash left of creating it; it never held an entry and goes.
pub(crate) fn list(directory: &Path) -> Result<Vec<Segment>, Error> {
    let unreadable = |source| Error::io("read", directory)(source);
    let mut files = Vec::new();
    for item in fs::read_dir(directory).map_err(unreadable)? {
        let path = item.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == EXTENSION)
            && let Some(base) = path
                .file_stem()
                .and_then(|s| s.to_str())
                .and_then(|s| s.parse().ok())
        {
            files.push((Position(base), path));
        }
    }
    files.sort();
    if let Some((_, path)) = files.last() {
        let length = fs::metadata(path).map_err(Error::io("open", path))?.len();
        if length < HEADER {
            tracing::warn!(journal.file = %path.display(), "removed a journal file without entries");
            fs::remove_file(path).map_err(Error::io("remove", path))?;
            sync_directory(directory).map_err(Error::io("sync", directory))?;
            files.pop();
        }
    }
    let segments = files
        .iter()
        .map(|(base, path)| Segment::open(path, *base))
        .collect::<Result<Vec<_>, _>>()?;
    for pair in segments.windows(2) {
        if pair[0].end() != pair[1].base {
            return Err(pair[0].corrupt(pair[0].end(), "the next file does not continue this one"));
        }
    }
    Ok(segments)
}
