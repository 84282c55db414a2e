//! Work that takes longer than anybody waits for an answer: what runs, how far it is, and for a while what came of it.
//!
//! In memory only, and bounded: a restart forgets it, and whoever asked asks again.

use crate::{backtest::Tested, rerun::Replayed};
use model::{LocalText, Time};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Jobs that run at a time: the pipeline needs the machine, too.
pub const AT_ONCE: usize = 2;
/// Jobs that have ended and are still known.
const KEPT: usize = 20;
/// How long one that has ended is known.
const KEPT_FOR: Duration = Duration::from_hours(1);

/// What comes of the jobs there are.
#[derive(Debug)]
pub enum Done {
    /// Of a backtest.
    Tested(Tested),
    /// Of a replay.
    Replayed(Replayed),
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Runs rules over what came in.
    Backtest,
    /// Puts the alerts of the last days together again.
    Replay,
}

/// The jobs that are known, those started first in front.
#[derive(Debug)]
pub struct Jobs<T>(Mutex<Vec<Arc<Job<T>>>>);

/// One of them, with what comes of it.
#[derive(Debug)]
pub struct Job<T> {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// What it is about.
    pub title: LocalText,
    /// Who started it.
    pub actor: String,
    /// When it was started.
    pub started: Time,
    /// How far it is.
    pub progress: Progress,
    /// Makes it end.
    pub cancel: CancellationToken,
    ended: OnceLock<(Time, Outcome<T>)>,
}

/// How far a job is. The figures belong together only roughly: they are read while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes to work through; an alert that is put together again counts for a thousand.
    pub total: AtomicU64,
    /// Bytes worked through.
    pub done: AtomicU64,
    /// Records looked at.
    pub records: AtomicU64,
    /// Alerts there would be.
    pub alerts: AtomicU64,
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It was worked through.
    Done(T),
    /// It could not be, and why not; the log says more.
    Failed(&'static str),
    /// Somebody cancelled it, or the server stops.
    Cancelled,
}

/// Where a job stands.
#[derive(Debug)]
pub enum State<'j, T> {
    /// It goes on.
    Running,
    /// What came of it.
    Done(&'j T),
    /// Why nothing came of it.
    Failed(&'static str),
    /// Somebody cancelled it; it may take a moment to notice.
    Cancelled,
}

impl<T> Default for Jobs<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Jobs<T> {
    /// Takes a job in, or says which ones have to end first.
    pub fn start(&self, job: Job<T>) -> Result<Arc<Job<T>>, Vec<Arc<Job<T>>>> {
        let mut jobs = self.lock(job.started);
        let running: Vec<Arc<Job<T>>> = jobs.iter().filter(|job| job.is_busy()).cloned().collect();
        if running.len() >= AT_ONCE {
            return Err(running);
        }
        let job = Arc::new(job);
        jobs.push(Arc::clone(&job));
        Ok(job)
    }

    /// The job of this id, if it is still known.
    pub fn find(&self, id: &str, now: Time) -> Option<Arc<Job<T>>> {
        self.lock(now).iter().find(|job| job.id == id).cloned()
    }

    /// The jobs that are still known.
    fn lock(&self, now: Time) -> MutexGuard<'_, Vec<Arc<Job<T>>>> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = |(ended, _): &(Time, Outcome<T>)| now.since(*ended) >= KEPT_FOR;
        jobs.retain(|job| !job.ended.get().is_some_and(old));
        let ended = jobs.iter().filter(|job| !job.is_busy()).count();
        let mut over = ended.saturating_sub(KEPT);
        jobs.retain(|job| {
            let goes = over > 0 && !job.is_busy();
            over -= usize::from(goes);
            !goes
        });
        jobs
    }
}

impl<T> Job<T> {
    /// A job that has not done anything yet.
    pub fn new(
        id: String,
        kind: Kind,
        title: LocalText,
        actor: String,
        started: Time,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            id,
            kind,
            title,
            actor,
            started,
            progress: Progress::default(),
            cancel,
            ended: OnceLock::new(),
        }
    }

    /// Writes down how it ended; only the first word counts.
    pub fn end(&self, outcome: Outcome<T>, now: Time) {
        // Nobody says it twice; if somebody did, what was shown first would stay.
        let _ = self.ended.set((now, outcome));
    }

    /// Where it stands.
    pub fn state(&self) -> State<'_, T> {
        match self.ended.get().map(|(_, outcome)| outcome) {
            Some(Outcome::Done(result)) => State::Done(result),
            Some(Outcome::Failed(why)) => State::Failed(why),
            Some(Outcome::Cancelled) => State::Cancelled,
            None if self.cancel.is_cancelled() => State::Cancelled,
            None => State::Running,
        }
    }

    /// When it ended.
    pub fn ended(&self) -> Option<Time> {
        self.ended.get().map(|(at, _)| *at)
    }

    /// Whether it holds its place: also one that is cancelled, until it has noticed.
    fn is_busy(&self) -> bool {
        self.ended.get().is_none()
    }
}

impl Progress {
    /// How much is done, in percent.
    pub fn percent(&self) -> u64 {
        let [done, total] = [&self.done, &self.total].map(|figure| figure.load(Ordering::Relaxed));
        (done.min(total) * 100).checked_div(total).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Time {
        Time::from_secs(1_795_392_000 + 60 * minutes)
    }

    fn job(id: &str, minutes: i64) -> Job<u8> {
        let title = LocalText::same("A rule");
        Job::new(
            id.to_owned(),
            Kind::Backtest,
            title,
            "ada".to_owned(),
            at(minutes),
            CancellationToken::new(),
        )
    }

    #[test]
    fn two_run_at_once_and_a_third_is_told_which() {
        let jobs = Jobs::default();
        let first = jobs.start(job("a", 0)).unwrap();
        jobs.start(job("b", 0)).unwrap();
        let running = jobs.start(job("c", 0)).unwrap_err();
        let ids: Vec<&str> = running.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        first.cancel.cancel();
        assert!(matches!((first.state(), first.ended()), (State::Cancelled, None)));
        assert!(jobs.start(job("c", 0)).is_err(), "its thread still works");
        first.end(Outcome::Cancelled, at(0));
        assert!(jobs.start(job("c", 0)).is_ok());
    }

    #[test]
    fn what_came_of_a_job_is_known_for_an_hour() {
        let jobs = Jobs::default();
        let ended = jobs.start(job("a", 0)).unwrap();
        ended.end(Outcome::Done(7), at(10));
        let running = jobs.start(job("b", 0)).unwrap();
        let found = jobs.find("a", at(69)).unwrap();
        assert!(matches!(found.state(), State::Done(7)));
        assert_eq!(found.ended(), Some(at(10)));
        assert!(jobs.find("a", at(70)).is_none());
        assert!(
            jobs.find("b", at(999)).is_some(),
            "one that runs is not forgotten"
        );
        assert!(matches!(running.state(), State::Running));
    }

    #[test]
    fn of_many_that_have_ended_the_newest_are_known() {
        let jobs = Jobs::default();
        let running = jobs.start(job("running", 0)).unwrap();
        for number in 0..=KEPT {
            let ended = jobs.start(job(&number.to_string(), 1)).unwrap();
            ended.end(Outcome::Failed("no"), at(1));
        }
        let known = |id: &str| jobs.find(id, at(2)).is_some();
        assert_eq!([known("0"), known("1"), known(&running.id)], [false, true, true]);
    }

    #[test]
    fn progress_is_a_share_of_what_there_is() {
        let check = |done, total, expected| {
            let progress = Progress::default();
            progress.done.store(done, Ordering::Relaxed);
            progress.total.store(total, Ordering::Relaxed);
            assert_eq!(progress.percent(), expected, "{done} of {total}");
        };
        check(0, 0, 0);
        check(1, 3, 33);
        check(9, 3, 100);
    }
}
