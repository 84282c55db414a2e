//! A commit on its way to the disk.

use super::worker::RETRY;
use journal::Position;
use model::RecordId;
use std::collections::HashSet;
use store::{PipelineCommit, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// See the module.
pub(super) struct Flight {
    /// The records it brings: those that come again meanwhile may not be in the store yet.
    pub records: HashSet<RecordId>,
    task: JoinHandle<Result<Landed, store::Error>>,
}

/// One that has landed.
pub(super) struct Landed {
    /// What is committed with it.
    pub position: Position,
    /// Whether it holds a snapshot of the state.
    pub snapshot: bool,
    pub commit: PipelineCommit,
}

impl Flight {
    /// Commits until it succeeds or the server stops: the state has moved on, so the outputs must not be dropped.
    pub(super) fn launch(
        position: Position,
        snapshot: bool,
        commit: PipelineCommit,
        store: Store,
        stop: CancellationToken,
    ) -> Self {
        let records = commit.records.iter().copied().collect();
        #[allow(
            clippy::disallowed_methods,
            reason = "one at a time; its worker awaits its end before the next"
        )]
        let task = tokio::spawn(async move {
            while let Err(error) = store.pipeline_commit(&commit).await {
                if stop.is_cancelled() {
                    return Err(error);
                }
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a batch cannot be committed; trying again"
                );
                tokio::time::sleep(RETRY).await;
            }
            Ok(Landed {
                position,
                snapshot,
                commit,
            })
        });
        Self { records, task }
    }

    /// Waits for it.
    pub(super) async fn land(self) -> Result<Landed, store::Error> {
        match self.task.await {
            Ok(landed) => landed,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only the end of the runtime cancels it, and that ends who waits here too.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
