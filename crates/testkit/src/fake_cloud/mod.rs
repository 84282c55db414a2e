//! A fake Alibaba Cloud: log service, web application firewall, and a web site that stands behind that firewall.
//!
//! One loopback address serves the APIs ([`sls`], [`waf`]) and the control API (`/_fake/…`), another the site. The
//! site's requests are inspected, refused or let through, and logged to the WAF's log store, from where the log
//! service gives them out: the whole circle a block has to close. Faults come on demand, see [`Fault`].

mod admin;
mod call;
mod config;
mod faults;
mod refusal;
mod run;
mod server;
mod site;
pub mod sls;
mod verify;
mod waf;

use crate::Clock;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use call::Call;
use model::{Time, id::ContentHash};
use refusal::Family;
use serde::Serialize;
use server::Server;
use sls::{message::LogGroup, store::LogStores};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub use config::{FakeCloudConfig, Limits, ProtectedObject, WAF_LOGSTORE};
pub use faults::{Fault, FaultError, FaultKind};
pub use run::run;
pub use site::{CLIENT_HEADER, PLUGIN_HEADER, SiteCounters};
pub use waf::RuleState;

/// The fake cloud could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No socket.
    #[error("cannot listen on `{address}`: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Requests without a host could not be attributed to any site.
    #[error("no protected object is configured")]
    NoObject,
    /// A signature of the firewall is no regular expression.
    #[error("a signature of the firewall is malformed: {0}")]
    Signature(#[from] regex::Error),
}

/// What the fake cloud remembers; the handlers share it.
#[derive(Debug)]
struct Cloud {
    config: FakeCloudConfig,
    started: Time,
    firewall: Mutex<waf::Firewall>,
    logs: Mutex<LogStores>,
    faults: Mutex<faults::FaultPlan>,
    nonces: Mutex<verify::Nonces>,
    calls: Mutex<BTreeMap<&'static str, u64>>,
    site: Mutex<SiteCounters>,
    refused: AtomicU64,
    ids: AtomicU64,
}

impl Cloud {
    fn new(config: FakeCloudConfig) -> Self {
        let started = config.clock.now();
        let mut logs = LogStores::new(config.shards, config.limits.groups_per_shard, started);
        logs.create(&config.waf_project(), WAF_LOGSTORE);
        Self {
            started,
            config,
            firewall: Mutex::default(),
            logs: Mutex::new(logs),
            faults: Mutex::default(),
            nonces: Mutex::default(),
            calls: Mutex::default(),
            site: Mutex::default(),
            refused: AtomicU64::new(0),
            ids: AtomicU64::new(0),
        }
    }

    fn now(&self) -> Time {
        self.config.clock.now()
    }

    /// 128 bits nobody else gets: not in this run, and not in an earlier run of the same account.
    fn next_id(&self) -> u128 {
        let number = self.ids.fetch_add(1, Ordering::Relaxed);
        ContentHash::new("fake cloud")
            .part(&self.config.account_id)
            .part(self.started.millis().to_le_bytes())
            .part(number.to_le_bytes())
            .finish()
    }

    fn next_request_id(&self) -> String {
        let hex = format!("{:032X}", self.next_id());
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    fn count(&self, api: &'static str) {
        *lock(&self.calls).entry(api).or_default() += 1;
    }

    fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    fn inject(&self, fault: Fault) -> Result<(), FaultError> {
        lock(&self.faults).add(fault)
    }

    fn inject_all(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        faults.into_iter().try_for_each(|fault| self.inject(fault))
    }

    fn append(&self, project: &str, logstore: &str, group: LogGroup) {
        lock(&self.logs)
            .create(project, logstore)
            .append(group, self.now());
    }

    fn state(&self) -> CloudState {
        let (log_groups, log_groups_dropped) = lock(&self.logs).totals();
        CloudState {
            account_id: self.config.account_id.clone(),
            region: self.config.region.clone(),
            rules: lock(&self.firewall).state(),
            calls: lock(&self.calls)
                .iter()
                .map(|(api, count)| ((*api).to_owned(), *count))
                .collect(),
            refused_signatures: self.refused.load(Ordering::Relaxed),
            site: lock(&self.site).clone(),
            log_groups,
            log_groups_dropped,
            faults: lock(&self.faults).planned().to_vec(),
        }
    }
}

/// Takes a lock; a panic elsewhere has failed its test already and is no reason to fail here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All APIs that are served, by the vendor's names.
fn known_apis() -> Vec<&'static str> {
    [sls::APIS, waf::APIS].concat()
}

/// What a test may want to know of the cloud.
#[derive(Clone, Debug, Serialize)]
pub struct CloudState {
    /// The account.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// The rules of the firewall, oldest first.
    pub rules: Vec<RuleState>,
    /// Verified calls by API, faults included.
    pub calls: BTreeMap<String, u64>,
    /// Calls refused for their signature, key, time or nonce.
    pub refused_signatures: u64,
    /// What the site saw.
    pub site: SiteCounters,
    /// Log groups that are kept.
    pub log_groups: u64,
    /// Log groups that were dropped for room.
    pub log_groups_dropped: u64,
    /// Faults to come.
    pub faults: Vec<Fault>,
}

/// A running fake cloud. Dropping it stops it; [`FakeCloud::stop`] lets answers under way finish.
#[derive(Debug)]
pub struct FakeCloud {
    cloud: Arc<Cloud>,
    api: Server,
    site: Server,
}

impl FakeCloud {
    /// Starts the APIs at `listen` and the site where the configuration says. Loopback addresses only; port 0 takes
    /// any free port.
    pub async fn start(listen: SocketAddr, config: FakeCloudConfig) -> Result<Self, StartError> {
        if config.objects.is_empty() {
            return Err(StartError::NoObject);
        }
        let site_listen = config.site_listen;
        let cloud = Arc::new(Cloud::new(config));
        let routes = admin::routes().fallback(api).with_state(Arc::clone(&cloud));
        let site_routes = site::routes(Arc::clone(&cloud))?;
        let listen_error = |address| move |source| StartError::Listen { address, source };
        Ok(Self {
            api: Server::start(listen, routes)
                .await
                .map_err(listen_error(listen))?,
            site: Server::start(site_listen, site_routes)
                .await
                .map_err(listen_error(site_listen))?,
            cloud,
        })
    }

    /// Where the APIs are.
    pub fn api_address(&self) -> SocketAddr {
        self.api.address()
    }

    /// The endpoint of both APIs, to be used for the vendor's own.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.api.address())
    }

    /// Where the web site is.
    pub fn site_address(&self) -> SocketAddr {
        self.site.address()
    }

    /// The web site, without a final slash.
    pub fn site_url(&self) -> String {
        format!("http://{}", self.site.address())
    }

    /// How it is configured.
    pub fn config(&self) -> &FakeCloudConfig {
        &self.cloud.config
    }

    /// Its clock, to be moved if it is a manual one.
    pub fn clock(&self) -> &Clock {
        &self.cloud.config.clock
    }

    /// Plans a fault.
    pub fn inject(&self, fault: Fault) -> Result<(), FaultError> {
        self.cloud.inject(fault)
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        lock(&self.cloud.faults).clear();
    }

    /// What it knows.
    pub fn state(&self) -> CloudState {
        self.cloud.state()
    }

    /// Writes logs to a log store, which is created if there is none of this name.
    pub fn put_logs(&self, project: &str, logstore: &str, group: LogGroup) {
        self.cloud.append(project, logstore, group);
    }

    /// Removes a firewall rule behind the product's back; `false` if there is none.
    pub fn remove_rule_by_hand(&self, id: u64) -> bool {
        lock(&self.cloud.firewall).remove_by_hand(id)
    }

    /// Switches a firewall rule off behind the product's back; `false` if there is none.
    pub fn disable_rule_by_hand(&self, id: u64) -> bool {
        lock(&self.cloud.firewall).disable_by_hand(id)
    }

    /// Stops both servers.
    pub async fn stop(self) {
        tokio::join!(self.api.stop(), self.site.stop());
    }
}

/// Tells the two API families apart as their gateways do: by the signature they are called with.
async fn api(State(cloud): State<Arc<Cloud>>, request: Request) -> Response {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(status) => return status.into_response(),
    };
    if call.has_header("x-acs-action") {
        waf::answer(&cloud, &call).await
    } else {
        sls::answer(&cloud, &call).await
    }
}
