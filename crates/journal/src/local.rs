//! The journal on a local disk: a bounded queue, and one thread that writes and syncs in groups.

use crate::{
    disk::{Disk, RealDisk},
    entry::{Entry, Position},
    error::{Error, Full},
    frame,
    journal::{Journal, Pending, Retention, Trimmed},
    log::{AppendError, Appender, Log},
};
use model::{TenantId, Time};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};
use tokio::sync::{oneshot, watch};

/// Limits of a local journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment is closed before it exceeds this many bytes.
    pub segment_bytes: u64,
    /// A tenant's log refuses appends beyond this many bytes.
    pub log_bytes: u64,
    /// At most this many appends wait for the disk.
    pub queue_appends: usize,
    /// At most this many bytes wait for the disk.
    pub queue_bytes: usize,
    /// No entry is larger than this many bytes.
    pub entry_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            log_bytes: 8 << 30,
            queue_appends: 1024,
            queue_bytes: 64 << 20,
            entry_bytes: 16 << 20,
        }
    }
}

/// A group is closed once it holds this many bytes, so that the first waiter is not kept for the last.
const GROUP_BYTES: usize = 8 << 20;

/// What the directory of a tenant's log starts with, so that any name makes one.
const TENANT: &str = "tenant-";

/// A journal in a directory of its own.
pub struct LocalJournal {
    shared: Arc<Shared>,
    /// Taken away on drop, which tells the writer to finish.
    queue: Option<SyncSender<Request>>,
    writer: Option<JoinHandle<()>>,
    /// Holds the lock for as long as the journal is open.
    _lock: File,
}

struct Shared {
    directory: PathBuf,
    options: Options,
    disk: Box<dyn Disk>,
    logs: RwLock<BTreeMap<TenantId, Arc<Log>>>,
    failure: OnceLock<String>,
    queued_bytes: AtomicUsize,
}

/// One append on its way to the writer.
struct Request {
    tenant: TenantId,
    entries: Vec<Entry>,
    bytes: usize,
    done: oneshot::Sender<Result<Position, Error>>,
}

impl LocalJournal {
    /// Opens the journal in `directory`, which is created if it is not there; repairs what a crash left unfinished.
    pub fn open(directory: impl Into<PathBuf>, options: Options) -> Result<Self, Error> {
        Self::open_on(Box::new(RealDisk), directory.into(), options)
    }

    fn open_on(disk: Box<dyn Disk>, directory: PathBuf, options: Options) -> Result<Self, Error> {
        fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
        let lock = lock(&directory)?;
        let mut logs = BTreeMap::new();
        let mut appenders = BTreeMap::new();
        let unreadable = |source| Error::io("read", &directory)(source);
        for item in fs::read_dir(&directory).map_err(unreadable)? {
            let path = item.map_err(unreadable)?.path();
            if let (true, Some(tenant)) = (path.is_dir(), tenant_of(&path)) {
                let (log, appender) = Log::open(path)?;
                logs.insert(tenant.clone(), Arc::new(log));
                appenders.insert(tenant, appender);
            }
        }
        let shared = Arc::new(Shared {
            directory,
            options,
            disk,
            logs: RwLock::new(logs),
            failure: OnceLock::new(),
            queued_bytes: AtomicUsize::new(0),
        });
        let (queue, requests) = sync_channel(options.queue_appends);
        let writer = Writer {
            shared: Arc::clone(&shared),
            appenders,
        };
        let writer = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || writer.run(&requests))
            .map_err(Error::io("start the writer of", &shared.directory))?;
        Ok(Self {
            shared,
            queue: Some(queue),
            writer: Some(writer),
            _lock: lock,
        })
    }

    /// The tenants that have a log.
    pub fn tenants(&self) -> Vec<TenantId> {
        let logs = self.shared.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.keys().cloned().collect()
    }

    /// Bytes a tenant's log holds on disk.
    pub fn bytes(&self, tenant: &TenantId) -> u64 {
        self.shared.find(tenant).map_or(0, |log| log.bytes())
    }

    fn submit(&self, tenant: &TenantId, entries: Vec<Entry>) -> Result<Pending, Error> {
        let shared = &self.shared;
        shared.check()?;
        let limit = shared.options.entry_bytes;
        if let Some(bytes) = entries.iter().map(Entry::encoded_len).find(|b| *b > limit) {
            return Err(Error::TooLarge { bytes, limit });
        }
        let log = shared.log(tenant);
        if entries.is_empty() {
            return Ok(Pending::done(Ok(log.head())));
        }
        let bytes: usize = entries.iter().map(|e| frame::HEADER + e.encoded_len()).sum();
        let size = log.bytes() + bytes as u64;
        if size > shared.options.log_bytes {
            return Err(Error::Full(Full::Log {
                bytes: size,
                limit: shared.options.log_bytes,
            }));
        }
        shared.reserve(bytes)?;
        let (done, result) = oneshot::channel();
        let request = Request {
            tenant: tenant.clone(),
            entries,
            bytes,
            done,
        };
        let sent = self.queue.as_ref().ok_or(Error::Closed).and_then(|queue| {
            queue.try_send(request).map_err(|error| match error {
                TrySendError::Full(_) => Error::Full(Full::Queue),
                TrySendError::Disconnected(_) => Error::Closed,
            })
        });
        if sent.is_err() {
            shared.release(bytes);
        }
        sent.map(|()| Pending::waiting(result))
    }
}

impl Journal for LocalJournal {
    fn append(&self, tenant: &TenantId, entries: Vec<Entry>) -> Pending {
        self.submit(tenant, entries)
            .unwrap_or_else(|error| Pending::done(Err(error)))
    }

    fn read(
        &self,
        tenant: &TenantId,
        from: Position,
        max_bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, Error> {
        self.shared.log(tenant).read(from, max_bytes)
    }

    fn head(&self, tenant: &TenantId) -> Position {
        self.shared.find(tenant).map_or(Position::START, |log| log.head())
    }

    fn oldest(&self, tenant: &TenantId) -> Position {
        self.shared
            .find(tenant)
            .map_or(Position::START, |log| log.oldest())
    }

    fn watch(&self, tenant: &TenantId) -> watch::Receiver<Position> {
        self.shared.log(tenant).watch()
    }

    fn trim(
        &self,
        tenant: &TenantId,
        upto: Position,
        retention: Retention,
        now: Time,
    ) -> Result<Trimmed, Error> {
        self.shared.log(tenant).trim(upto, retention, now)
    }

    fn failure(&self) -> Option<String> {
        self.shared.failure.get().cloned()
    }
}

impl Drop for LocalJournal {
    /// Lets the writer finish what is queued.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
    }
}

impl Shared {
    fn find(&self, tenant: &TenantId) -> Option<Arc<Log>> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.get(tenant).cloned()
    }

    /// The tenant's log; its files appear with the first append.
    fn log(&self, tenant: &TenantId) -> Arc<Log> {
        if let Some(log) = self.find(tenant) {
            return log;
        }
        let mut logs = self.logs.write().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Log::new(self.directory.join(directory_name(tenant))));
        Arc::clone(logs.entry(tenant.clone()).or_insert_with(new))
    }

    fn check(&self) -> Result<(), Error> {
        self.failure
            .get()
            .map_or(Ok(()), |detail| Err(Error::Failed(detail.clone())))
    }

    /// Takes `bytes` of the queue's budget.
    fn reserve(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.options.queue_bytes;
        self.queued_bytes
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |queued| {
                // A single append over the whole budget still passes an empty queue.
                (queued == 0 || queued + bytes <= limit).then_some(queued + bytes)
            })
            .map(drop)
            .map_err(|_| Error::Full(Full::Queue))
    }

    fn release(&self, bytes: usize) {
        self.queued_bytes.fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Tells everyone in a group; the room they took is free by the time they know.
    fn answer(&self, group: Vec<Request>, result: impl Fn(usize) -> Result<Position, Error>) {
        self.release(group.iter().map(|request| request.bytes).sum());
        for (number, request) in group.into_iter().enumerate() {
            // A caller that went away is no reason to stop.
            let _ = request.done.send(result(number));
        }
    }
}

/// The thread that alone writes to the disk.
struct Writer {
    shared: Arc<Shared>,
    appenders: BTreeMap<TenantId, Option<Appender>>,
}

impl Writer {
    fn run(mut self, requests: &Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            let mut bytes = first.bytes;
            let mut groups = BTreeMap::from([(first.tenant.clone(), vec![first])]);
            while bytes < GROUP_BYTES
                && let Ok(next) = requests.try_recv()
            {
                bytes += next.bytes;
                groups.entry(next.tenant.clone()).or_default().push(next);
            }
            for (tenant, group) in groups {
                self.commit(&tenant, group);
            }
        }
    }

    /// Writes one tenant's group, syncs once, and tells everyone in it.
    fn commit(&mut self, tenant: &TenantId, mut group: Vec<Request>) {
        if let Err(Error::Failed(detail)) = self.shared.check() {
            return self.shared.answer(group, |_| Err(Error::Failed(detail.clone())));
        }
        let mut entries = Vec::new();
        let mut last = Vec::with_capacity(group.len());
        for request in &mut group {
            entries.append(&mut request.entries);
            last.push(entries.len() - 1);
        }
        let log = self.shared.log(tenant);
        let appender = self.appenders.entry(tenant.clone()).or_default();
        let segment_bytes = self.shared.options.segment_bytes;
        match log.append(appender, &*self.shared.disk, segment_bytes, &entries) {
            Ok(ends) => self.shared.answer(group, |number| Ok(ends[last[number]])),
            Err(AppendError::Refused(error)) => {
                tracing::warn!(journal.tenant = %tenant, error = %error, "the journal refused appends");
                self.shared.answer(group, |_| match &error {
                    Error::DiskFull { path } => Err(Error::DiskFull { path: path.clone() }),
                    other => Err(Error::Failed(other.to_string())),
                });
            }
            Err(AppendError::Fatal(error)) => {
                let detail = describe(&error);
                tracing::error!(journal.tenant = %tenant, error = %detail, "the journal accepts nothing any more");
                let detail = self.shared.failure.get_or_init(|| detail);
                self.shared.answer(group, |_| Err(Error::Failed(detail.clone())));
            }
        }
    }
}

/// The error with its cause, for those who see it only as text.
fn describe(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Takes the exclusive lock on the directory.
fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("LOCK");
    let file = File::create(&path).map_err(Error::io("create", &path))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => Error::Locked {
            directory: directory.to_owned(),
        },
        TryLockError::Error(source) => Error::io("lock", &path)(source),
    })?;
    Ok(file)
}

/// A directory name for any tenant name: a prefix and the name, what is not `a-z0-9_-` as `%` and two hex digits.
fn directory_name(tenant: &TenantId) -> String {
    let mut name = String::from(TENANT);
    for byte in tenant.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => name.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => drop(write!(name, "%{byte:02x}")),
        }
    }
    name
}

/// The tenant a directory belongs to.
fn tenant_of(path: &Path) -> Option<TenantId> {
    let mut rest = path.file_name()?.to_str()?.strip_prefix(TENANT)?.as_bytes();
    let mut name = Vec::new();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let (digits, tail) = rest.split_at_checked(2)?;
            name.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = tail;
        } else {
            name.push(byte);
        }
    }
    String::from_utf8(name).ok().map(TenantId::new)
}

#[cfg(test)]
mod tests;
