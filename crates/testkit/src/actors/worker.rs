//! A task that can be paused, stopped and watched.

use std::{future::Future, time::Duration};
use tokio::{sync::watch, task::JoinHandle, time::Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Run,
    Pause,
    Stop,
}

/// The outside of a worker: its owner's handle.
#[derive(Debug)]
pub(super) struct Worker<P> {
    orders: watch::Sender<Order>,
    progress: watch::Receiver<P>,
    task: JoinHandle<()>,
}

impl<P: Clone + Default + Send + Sync + 'static> Worker<P> {
    /// Starts `work` with the inside of the worker.
    pub fn start<F>(limit: Duration, work: impl FnOnce(Inside<P>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (orders, received) = watch::channel(Order::Run);
        let (reported, progress) = watch::channel(P::default());
        let inside = Inside {
            orders: received,
            progress: reported,
            deadline: Instant::now() + limit,
        };
        let task = tokio::spawn(work(inside));
        Self {
            orders,
            progress,
            task,
        }
    }

    pub fn progress(&self) -> P {
        self.progress.borrow().clone()
    }

    /// Waits until the progress is as wanted; `None` if that does not happen in time, or the worker ends before.
    pub async fn until(&self, within: Duration, wanted: impl FnMut(&P) -> bool) -> Option<P> {
        let mut progress = self.progress.clone();
        let reached = tokio::time::timeout(within, progress.wait_for(wanted)).await;
        reached.ok()?.ok().map(|progress| progress.clone())
    }

    pub fn pause(&self, pause: bool) {
        self.orders
            .send_replace(if pause { Order::Pause } else { Order::Run });
    }

    /// Lets the request under way finish, stops, and returns the final progress.
    pub async fn stop(self) -> P {
        self.orders.send_replace(Order::Stop);
        // A panic in the worker has been reported by the runtime; its progress so far is still the truth.
        let _ = self.task.await;
        self.progress.borrow().clone()
    }
}

/// The inside of a worker.
#[derive(Debug)]
pub(super) struct Inside<P> {
    orders: watch::Receiver<Order>,
    progress: watch::Sender<P>,
    deadline: Instant,
}

impl<P> Inside<P> {
    /// Waits `pause` and as long as the worker is paused; `false` when it has to end.
    pub async fn may_go_on(&mut self, pause: Duration) -> bool {
        let wake = Instant::now() + pause;
        let stopped = async {
            // The owner is gone: that is a stop.
            self.orders
                .wait_for(|order| *order == Order::Stop)
                .await
                .ok()
                .map(drop)
        };
        if tokio::time::timeout_at(wake.min(self.deadline), stopped)
            .await
            .is_ok()
        {
            return false;
        }
        let running = self.orders.wait_for(|order| *order != Order::Pause);
        match tokio::time::timeout_at(self.deadline, running).await {
            Ok(Ok(order)) => *order == Order::Run && Instant::now() < self.deadline,
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Changes the progress.
    pub fn report(&self, change: impl FnOnce(&mut P)) {
        self.progress.send_modify(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count(mut inside: Inside<u32>) {
        while inside.may_go_on(Duration::ZERO).await {
            inside.report(|count| *count += 1);
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn works_until_it_is_stopped() {
        let worker = Worker::start(Duration::from_mins(1), count);
        assert!(
            worker
                .until(Duration::from_secs(10), |count| *count >= 3)
                .await
                .is_some()
        );
        assert!(worker.stop().await >= 3);
    }

    #[tokio::test]
    async fn ends_at_its_limit_even_when_paused() {
        let worker = Worker::start(Duration::ZERO, count);
        worker.pause(true);
        assert_eq!(
            worker.until(Duration::from_secs(10), |count| *count > 0).await,
            None
        );
        assert_eq!(worker.stop().await, 0);
    }
}
