//! One tenant's log: its segments, appended to by the writer thread and read by anyone.

use crate::{
    disk::{Disk, sync_directory},
    entry::{Entry, Position},
    error::Error,
    frame,
    journal::{Retention, Trimmed},
    segment::{self, Segment},
};
use model::Time;
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};
use tokio::sync::watch;

/// Most entries of one read: in memory, one that holds a few bytes takes many times what it takes on disk.
const READ_ENTRIES: usize = 10_000;

/// The log as readers see it: durable frames only.
pub(crate) struct Log {
    directory: PathBuf,
    segments: RwLock<VecDeque<Segment>>,
    head: watch::Sender<Position>,
}

/// The writer thread's half: the file that grows.
pub(crate) struct Appender {
    file: File,
}

/// How the disk took a group.
pub(crate) enum AppendError {
    /// Nothing was kept; later appends may succeed.
    Refused(Error),
    /// What the disk holds is unknown; nothing may be accepted any more.
    Fatal(Error),
}

impl Log {
    /// A log that has no files yet.
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            segments: RwLock::default(),
            head: watch::Sender::new(Position::START),
        }
    }

    /// Opens the files of a log and repairs the end of the last one.
    pub(crate) fn open(directory: PathBuf) -> Result<(Self, Option<Appender>), Error> {
        let mut segments = segment::list(&directory)?;
        let appender = match segments.last_mut() {
            Some(last) => Some(Appender {
                file: last.open_for_append()?,
            }),
            None => None,
        };
        let head = segments.last().map_or(Position::START, Segment::end);
        let log = Self {
            directory,
            segments: RwLock::new(segments.into()),
            head: watch::Sender::new(head),
        };
        Ok((log, appender))
    }

    pub(crate) fn head(&self) -> Position {
        *self.head.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    pub(crate) fn oldest(&self) -> Position {
        self.read_segments()
            .front()
            .map_or_else(|| self.head(), |s| s.base)
    }

    /// Bytes of frames that are kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.head().0 - self.oldest().0
    }

    /// Appends one group and syncs it: the position after each entry. Only the writer thread calls this.
    pub(crate) fn append(
        &self,
        appender: &mut Option<Appender>,
        disk: &dyn Disk,
        segment_bytes: u64,
        entries: &[Entry],
    ) -> Result<Vec<Position>, AppendError> {
        let Some(first) = entries.first() else {
            return Ok(Vec::new());
        };
        let head = self.head();
        let bytes: u64 = entries
            .iter()
            .map(|e| (frame::HEADER + e.encoded_len()) as u64)
            .sum();
        let active = self.ready(appender, segment_bytes, bytes, first.received)?;
        let mut buffer = Vec::with_capacity(bytes as usize);
        let mut ends = Vec::with_capacity(entries.len());
        for (number, entry) in entries.iter().enumerate() {
            let at = Position(head.0 + buffer.len() as u64);
            active.framing.write(&mut buffer, at, number == 0, entry);
            ends.push(Position(head.0 + buffer.len() as u64));
        }
        if let Some(appender) = appender {
            appender.write(disk, &active, &buffer)?;
        }
        let end = Position(head.0 + buffer.len() as u64);
        if let Some(last) = self.write_segments().back_mut() {
            last.bytes = end.0 - last.base.0;
        }
        self.head.send_replace(end);
        Ok(ends)
    }

    /// The segment to append to: the last one, or a new one where `bytes` do not fit.
    fn ready(
        &self,
        appender: &mut Option<Appender>,
        segment_bytes: u64,
        bytes: u64,
        received: Time,
    ) -> Result<Segment, AppendError> {
        let last = self.read_segments().back().cloned();
        if let (Some(last), true) = (last, appender.is_some())
            && (last.bytes == 0 || last.bytes + bytes <= segment_bytes)
        {
            return Ok(last);
        }
        let created = self.create_directory().and_then(|()| {
            // A crash, or a full disk, may have left a file of this name without entries; it is replaced.
            Segment::create(&self.directory, self.head(), received)
        });
        let (segment, file) = created.map_err(AppendError::refused_if_full)?;
        *appender = Some(Appender { file });
        self.write_segments().push_back(segment.clone());
        Ok(segment)
    }

    fn create_directory(&self) -> Result<(), Error> {
        if self.directory.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.directory).map_err(Error::io("create", &self.directory))?;
        self.directory
            .parent()
            .map_or(Ok(()), sync_directory)
            .map_err(Error::io("sync", &self.directory))
    }

    /// Reads entries of one segment from `from` on.
    pub(crate) fn read(&self, from: Position, max_bytes: usize) -> Result<Vec<(Position, Entry)>, Error> {
        let head = self.head();
        if from == head {
            return Ok(Vec::new());
        }
        if from > head {
            return Err(Error::Beyond { from, head });
        }
        let (segment, mut file) = self.open_at(from)?;
        let left = segment.end().0 - from.0;
        let mut bytes = Vec::new();
        let mut want = (max_bytes as u64).max(frame::HEADER as u64).min(left);
        loop {
            file.by_ref()
                .take(want - bytes.len() as u64)
                .read_to_end(&mut bytes)
                .map_err(Error::io("read", &segment.path))?;
            let entries = entries_of(&segment, from, &bytes)?;
            if !entries.is_empty() {
                return Ok(entries);
            }
            // Not even the first entry fits into `max_bytes`: read just that one.
            let first = first_length(&bytes).filter(|length| *length <= left && *length > want);
            want = first.ok_or_else(|| segment.corrupt(from, "not an entry"))?;
        }
    }

    /// The segment that holds `from` and its file, its cursor there.
    fn open_at(&self, from: Position) -> Result<(Segment, File), Error> {
        // Opened under the lock, so that trimming cannot take the file away in between.
        let segments = self.read_segments();
        let after = segments.partition_point(|s| s.base <= from);
        let segment = after
            .checked_sub(1)
            .and_then(|i| segments.get(i))
            .ok_or_else(|| Error::Gone {
                from,
                oldest: segments.front().map_or(from, |s| s.base),
            })?;
        let mut file = File::open(&segment.path).map_err(Error::io("open", &segment.path))?;
        file.seek(SeekFrom::Start(segment.offset(from)))
            .map_err(Error::io("read", &segment.path))?;
        Ok((segment.clone(), file))
    }

    /// Removes whole segments, oldest first, so that a crash in between leaves no hole.
    pub(crate) fn trim(&self, upto: Position, retention: Retention, now: Time) -> Result<Trimmed, Error> {
        let mut trimmed = Trimmed::default();
        let mut segments = self.write_segments();
        let oldest_kept = now.minus(retention.age);
        while let (Some(first), Some(next)) = (segments.front(), segments.get(1)) {
            let bytes: u64 = segments.iter().map(|s| s.bytes).sum();
            let over = bytes > retention.bytes || next.first_received < oldest_kept;
            if next.base > upto || !over {
                break;
            }
            fs::remove_file(&first.path).map_err(Error::io("remove", &first.path))?;
            trimmed.segments += 1;
            trimmed.bytes += first.bytes;
            segments.pop_front();
        }
        if trimmed.segments > 0 {
            sync_directory(&self.directory).map_err(Error::io("sync", &self.directory))?;
        }
        Ok(trimmed)
    }

    fn read_segments(&self) -> RwLockReadGuard<'_, VecDeque<Segment>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_segments(&self) -> RwLockWriteGuard<'_, VecDeque<Segment>> {
        self.segments.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Appender {
    fn write(&mut self, disk: &dyn Disk, segment: &Segment, bytes: &[u8]) -> Result<(), AppendError> {
        if let Err(source) = disk.write(&mut self.file, bytes) {
            self.take_back(segment)?;
            return Err(AppendError::refused_if_full(Error::io("write", &segment.path)(
                source,
            )));
        }
        disk.sync(&self.file)
            .map_err(|source| AppendError::Fatal(Error::io("sync", &segment.path)(source)))
    }

    /// Cuts off what a failed write left behind.
    fn take_back(&mut self, segment: &Segment) -> Result<(), AppendError> {
        let end = segment.offset(segment.end());
        self.file
            .set_len(end)
            .and_then(|()| self.file.seek(SeekFrom::Start(end)))
            .map(drop)
            .map_err(|source| AppendError::Fatal(Error::io("truncate", &segment.path)(source)))
    }
}

impl AppendError {
    fn refused_if_full(error: Error) -> Self {
        match error {
            Error::DiskFull { .. } => Self::Refused(error),
            other => Self::Fatal(other),
        }
    }
}

/// The whole entries in `bytes`, which were read from `from` on.
fn entries_of(segment: &Segment, from: Position, bytes: &[u8]) -> Result<Vec<(Position, Entry)>, Error> {
    let mut entries = Vec::new();
    let mut at = 0;
    while entries.len() < READ_ENTRIES
        && let Some(length) = first_length(&bytes[at..]).filter(|length| *length <= (bytes.len() - at) as u64)
    {
        let position = Position(from.0 + at as u64);
        let entry = segment
            .framing
            .read(&bytes[at..], position)
            .and_then(Entry::decode)
            .ok_or_else(|| segment.corrupt(position, "the checksum does not match"))?;
        at += length as usize;
        entries.push((Position(from.0 + at as u64), entry));
    }
    let rest = &bytes[at..];
    if rest.len() >= frame::HEADER && first_length(rest).is_none() {
        return Err(segment.corrupt(Position(from.0 + at as u64), "not an entry"));
    }
    Ok(entries)
}

/// The length of the frame that starts `bytes`, if a frame starts there.
fn first_length(bytes: &[u8]) -> Option<u64> {
    let header = frame::Header::parse(bytes.first_chunk::<{ frame::HEADER }>()?)?;
    Some((frame::HEADER + header.length) as u64)
}
