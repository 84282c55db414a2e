//! The connected sources, as the pipeline needs them: shared, and replaced whole when one changes.

use super::engine::SourceInfo;
use model::{ProductId, Provider, SourceId};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// All connected sources by id.
#[derive(Debug, Default)]
pub struct Sources(RwLock<Arc<HashMap<SourceId, SourceInfo>>>);

impl Sources {
    /// The sources as they are now.
    pub fn snapshot(&self) -> Arc<HashMap<SourceId, SourceInfo>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces them.
    pub fn replace(&self, sources: impl IntoIterator<Item = SourceInfo>) {
        let sources = sources.into_iter().map(|source| (source.id, source)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sources);
    }

    /// What stands for a source that was removed while records of it were on their way: no product reads them, so
    /// they become dead letters instead of vanishing.
    pub(super) fn unknown() -> SourceInfo {
        SourceInfo {
            id: SourceId::from_bits(0),
            product: ProductId {
                provider: Provider::Other,
                product: "removed_source".to_owned(),
            },
            account: None,
            utc_offset_minutes: 0,
        }
    }
}
