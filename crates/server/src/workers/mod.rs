//! What goes on beside the API: pulling logs, refreshing threat intelligence, responding, reconciling devices, forgetting what is old.
//!
//! Each worker is a loop that can be woken, does what the store says is to be done, and keeps nothing that a
//! restart would lose.

pub mod execute;
pub mod intel;
pub mod pull;
pub mod reconcile;
pub mod respond;
pub mod retention;

use crate::app::App;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// Between two looks when nobody wakes a worker.
const IDLE: Duration = Duration::from_secs(1);

/// Starts all workers.
pub fn start(app: &Arc<App>, tracker: &TaskTracker) {
    tracker.spawn(pull::run(Arc::clone(app)));
    tracker.spawn(respond::run(Arc::clone(app)));
    tracker.spawn(execute::run(Arc::clone(app)));
    tracker.spawn(reconcile::run(Arc::clone(app)));
    tracker.spawn(retention::run(Arc::clone(app)));
    tracker.spawn(intel::run(Arc::clone(app)));
}

/// Waits until woken, until `at_most` has passed, or until the server stops: false in the last case.
async fn wait(app: &App, wake: &Notify, at_most: Duration) -> bool {
    tokio::select! {
        () = app.stop.cancelled() => false,
        () = wake.notified() => true,
        () = tokio::time::sleep(at_most) => true,
    }
}
