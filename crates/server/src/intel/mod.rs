//! What the server knows from elsewhere: feeds, their indicators as one table, and where addresses are.
//!
//! A feed is a row (where it is, how it is doing) and a file (what it said last, as it said it). The table is built from
//! the files of all enabled feeds, at the start and whenever one changed, and replaced as a whole; who asks holds the
//! table it began with.

mod disk;
mod feed;
mod geo;
mod refresh;
mod tags;

#[cfg(test)]
pub use feed::Columns;
pub use feed::{Credentials, Feed, FeedError, Kind, Layout, Mistake, Report, Settings};
pub use geo::{Geo, Place};
pub use refresh::{RefreshError, accept, refresh};
pub use tags::end_tags;

use crate::config::Config;
use connectors::egress::{Egress, EgressError, EgressPolicy};
use disk::Disk;
use intel::{Builder, Snapshot};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use store::IntelFeedStatus;

/// What is shared.
#[derive(Debug)]
pub struct Intel {
    disk: Disk,
    /// Where feeds that are files of this machine are.
    folder: Option<PathBuf>,
    egress: Egress,
    snapshot: RwLock<Arc<Snapshot>>,
    /// One table is built at a time: two at once would cost the memory of both.
    building: tokio::sync::Mutex<()>,
    /// Feeds that somebody asked for, until they were refreshed.
    wanted: Mutex<BTreeSet<String>>,
    /// Where addresses are.
    pub geo: Geo,
}

impl Intel {
    /// Nothing yet: the table is built by [`Intel::rebuild`].
    pub fn open(config: &Config) -> Result<Self, EgressError> {
        let policy = EgressPolicy {
            allow: config.egress.allow.clone(),
        };
        Ok(Self {
            disk: Disk::new(config.data_dir.join("intel")),
            folder: config.intel.folder.clone(),
            egress: Egress::new(policy, connectors::intel::LIMITS)?,
            snapshot: RwLock::default(),
            building: tokio::sync::Mutex::default(),
            wanted: Mutex::default(),
            geo: Geo::new(&config.geoip),
        })
    }

    /// The table as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Builds the table from what is on disk of the enabled feeds.
    pub async fn rebuild(&self, feeds: &[IntelFeedStatus]) {
        let _one = self.building.lock().await;
        let disk = self.disk.clone();
        let feeds: Vec<Feed> = feeds
            .iter()
            .filter(|status| status.feed.enabled)
            .filter_map(readable)
            .collect();
        let built = tokio::task::spawn_blocking(move || build(&disk, &feeds)).await;
        match built {
            Ok(snapshot) => {
                tracing::info!(
                    intel.indicators = snapshot.len(),
                    intel.bytes = snapshot.size(),
                    "threat intelligence is ready"
                );
                *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
            }
            Err(error) => {
                tracing::error!(%error, "the table of indicators was not built; the one before stays");
            }
        }
    }

    /// Notes that somebody wants a feed refreshed now.
    pub fn want(&self, feed: &str) {
        self.wanted().insert(feed.to_owned());
    }

    /// Whether somebody wants a feed refreshed and it was not yet.
    pub fn wants(&self, feed: &str) -> bool {
        self.wanted().contains(feed)
    }

    /// A feed was refreshed, or could not be.
    pub fn done(&self, feed: &str) {
        self.wanted().remove(feed);
    }

    /// Forgets what a feed said.
    pub fn forget(&self, feed: &str) {
        self.done(feed);
        self.disk.remove(feed);
    }

    fn wanted(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn readable(status: &IntelFeedStatus) -> Option<Feed> {
    Feed::of(&status.feed)
        .inspect_err(|error| tracing::error!(feed = status.feed.name, "{error}"))
        .ok()
}

fn build(disk: &Disk, feeds: &[Feed]) -> Snapshot {
    let mut builder = Builder::default();
    for feed in feeds {
        let text = match disk.read(&feed.id) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(error) => {
                tracing::error!(%error, "what feed `{}` said cannot be read; refresh it", feed.name);
                continue;
            }
        };
        let mut indicators = feed.read(&text).indicators;
        if let Err(full) = builder.add_all(feed.trust(), &mut indicators) {
            tracing::error!("feed `{}` is left out in part: {full}", feed.name);
            break;
        }
    }
    builder.build()
}
