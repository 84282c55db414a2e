//! Configuration: defaults, then the file, then `CTDR_…` environment variables, then flags.
//!
//! A mistake is reported with its file, line and column (or its variable) and the nearest known key; the
//! server does not start with one.

mod error;
mod layers;

pub use error::ConfigError;
pub use layers::{Environment, load};

use ipnet::IpNet;
use model::{Capabilities, Capability, Provider};
use serde::Deserialize;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// What the server is started with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where journal and database live.
    pub data_dir: PathBuf,
    /// The HTTP server.
    pub server: ServerConfig,
    /// What outgoing connections may reach.
    pub egress: EgressConfig,
    /// Bounds of the journal.
    pub journal: JournalConfig,
    /// Polling and reconciling.
    pub workers: WorkerConfig,
    /// Threat intelligence.
    pub intel: IntelConfig,
    /// Where addresses are.
    pub geoip: GeoipConfig,
    /// Rows that replace the default vendor capability table.
    pub capabilities: BTreeMap<Provider, Capability>,
}

/// The HTTP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// The address to listen on. Loopback until someone decides otherwise.
    pub listen: SocketAddr,
    /// The browser reaches us by HTTPS (through a proxy): cookies are marked `Secure`.
    pub https: bool,
    /// Largest decompressed body of an ingest request, in bytes.
    pub ingest_limit_bytes: u64,
}

/// What outgoing connections may reach beside public addresses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EgressConfig {
    /// Networks that are allowed although they are internal. Metadata addresses are refused all the same.
    pub allow: Vec<IpNet>,
}

/// Threat intelligence.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntelConfig {
    /// The folder that feeds which are files of this machine are read from; without one, there are none.
    pub folder: Option<PathBuf>,
}

/// Where addresses are: databases in the `MaxMind` format, which the user brings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeoipConfig {
    /// Country and city.
    pub city: Option<PathBuf>,
    /// Autonomous system.
    pub asn: Option<PathBuf>,
}

/// Bounds of the journal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// Bytes kept on disk; ingest is refused beyond them.
    pub max_bytes: u64,
    /// Hours that processed records are kept.
    pub max_age_hours: u64,
}

/// Polling and reconciling.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerConfig {
    /// Least milliseconds between two pulls of one log shard that has nothing new.
    pub pull_interval_ms: u64,
    /// Milliseconds between two looks at the leases, for those whose time has come.
    pub reconcile_interval_ms: u64,
    /// Milliseconds between two looks at a device nothing is due on: how long a change by hand stays unseen.
    pub device_look_interval_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("ctdr-data"),
            server: ServerConfig::default(),
            egress: EgressConfig::default(),
            journal: JournalConfig::default(),
            workers: WorkerConfig::default(),
            intel: IntelConfig::default(),
            geoip: GeoipConfig::default(),
            capabilities: BTreeMap::new(),
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8686)),
            https: false,
            ingest_limit_bytes: 256 << 20,
        }
    }
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            max_bytes: 10 << 30,
            max_age_hours: 7 * 24,
        }
    }
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            pull_interval_ms: 500,
            reconcile_interval_ms: 5_000,
            device_look_interval_ms: 60_000,
        }
    }
}

impl Config {
    /// The default capability table with the rows of the configuration.
    pub fn capability_table(&self) -> Capabilities {
        let mut table = Capabilities::default();
        for (provider, capability) in &self.capabilities {
            table.set(*provider, *capability);
        }
        table
    }
}
