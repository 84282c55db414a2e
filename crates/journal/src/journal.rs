//! The seam: what every journal can do, whatever engine stands behind it.

use crate::{
    entry::{Entry, Position},
    error::Error,
};
use model::{TenantId, Time};
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::{oneshot, watch};

/// A durable, ordered, replayable log of inputs per tenant.
pub trait Journal: Send + Sync {
    /// Queues entries and resolves once all of them are on disk: to the position after the last one.
    ///
    /// Entries of one append stay together and in order. Dropping the future does not take them back.
    fn append(&self, tenant: &TenantId, entries: Vec<Entry>) -> Pending;

    /// Reads entries from `from` on, each with the position after it: at most `max_bytes` of them and
    /// 10,000, but at least one if there is one. Blocks on the disk.
    fn read(
        &self,
        tenant: &TenantId,
        from: Position,
        max_bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, Error>;

    /// The end of the log: the position after the last durable entry.
    fn head(&self, tenant: &TenantId) -> Position;

    /// The oldest position that can still be read from.
    fn oldest(&self, tenant: &TenantId) -> Position;

    /// The end of the log as it moves, so that a reader can await new entries.
    fn watch(&self, tenant: &TenantId) -> watch::Receiver<Position>;

    /// Removes old entries until the log keeps to `retention`, but nothing at or after `upto`: the position up
    /// to which the outputs are committed and the state is snapshotted.
    fn trim(
        &self,
        tenant: &TenantId,
        upto: Position,
        retention: Retention,
        now: Time,
    ) -> Result<Trimmed, Error>;

    /// Why nothing is accepted any more; none while all is well. Readiness checks ask this.
    fn failure(&self) -> Option<String>;
}

/// How much of what has been worked through is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// At most this many bytes.
    pub bytes: u64,
    /// At most this old. Whole segments go, so the newest segment may hold older entries.
    pub age: Duration,
}

/// What a trim removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Trimmed {
    /// Files.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// An append on its way to the disk.
#[derive(Debug)]
#[must_use = "an append is durable only once this has resolved"]
pub struct Pending(State);

#[derive(Debug)]
enum State {
    Done(Option<Result<Position, Error>>),
    Waiting(oneshot::Receiver<Result<Position, Error>>),
}

impl Pending {
    /// An append that is already decided.
    pub fn done(result: Result<Position, Error>) -> Self {
        Self(State::Done(Some(result)))
    }

    /// An append whose result will be sent.
    pub fn waiting(receiver: oneshot::Receiver<Result<Position, Error>>) -> Self {
        Self(State::Waiting(receiver))
    }

    /// Waits on the current thread, for callers outside an async runtime.
    pub fn wait(self) -> Result<Position, Error> {
        match self.0 {
            State::Done(result) => result.unwrap_or(Err(Error::Closed)),
            State::Waiting(receiver) => receiver.blocking_recv().unwrap_or(Err(Error::Closed)),
        }
    }
}

impl Future for Pending {
    type Output = Result<Position, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Done(result) => Poll::Ready(result.take().unwrap_or(Err(Error::Closed))),
            State::Waiting(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|sent| sent.unwrap_or(Err(Error::Closed))),
        }
    }
}
