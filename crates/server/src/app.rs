//! What everything in the server shares, and how it comes up and goes down.

use crate::{
    auth::Throttle,
    clock,
    cloud::Clouds,
    config::Config,
    content::{Content, ContentError},
    intel::Intel,
    jobs::{Done, Jobs},
    live::Live,
    pipeline::{
        Action, Engine, EngineSettings, Environment, Pipeline, PipelineError, RuleSelection, SourceInfo,
        Sources,
    },
    setup, workers,
};
use connectors::egress::{Egress, EgressError, EgressLimits, EgressPolicy};
use journal::{Journal, LocalJournal};
use model::TenantId;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store::Store;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What handlers and workers share.
pub struct App {
    /// How the server was started.
    pub config: Config,
    /// What the binary carries.
    pub content: Arc<Content>,
    /// The one tenant there is.
    pub tenant: TenantId,
    /// Everything that is remembered.
    pub store: Store,
    /// Everything that came in.
    pub journal: Arc<LocalJournal>,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// The connected sources, as the pipeline needs them.
    pub sources: Arc<Sources>,
    /// Connections to clouds.
    pub clouds: Clouds,
    /// What feeds know, and where addresses are.
    pub intel: Arc<Intel>,
    /// What changes, as it changes.
    pub live: Arc<Live>,
    /// Wakes workers.
    pub wake: Wake,
    /// Set while some response rule listens to alerts.
    pub alert_triggers: Arc<AtomicBool>,
    /// Backtests and replays that run, and what came of the last ones.
    pub jobs: Jobs<Done>,
    /// Failed logins.
    pub throttle: Throttle,
    /// Ends everything.
    pub stop: CancellationToken,
    /// Tasks that come and go.
    pub tasks: TaskTracker,
}

/// Who can be woken.
#[derive(Default)]
pub struct Wake {
    /// The pullers: a source was added or changed.
    pub pull: Notify,
    /// The response worker: a trigger waits.
    pub respond: Arc<Notify>,
    /// The executor: a run waits.
    pub execute: Notify,
    /// The reconciler: a lease changed.
    pub reconcile: Notify,
    /// The refresher of feeds: somebody asked for one.
    pub intel: Notify,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error("cannot use the data folder `{}`", path.display())]
    DataDir {
        /// The folder.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The embedded content is broken.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The journal cannot be opened.
    #[error("cannot open the journal")]
    Journal(#[from] journal::Error),
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Store(#[from] store::Error),
    /// The egress client cannot be built.
    #[error("cannot build the client for outgoing connections")]
    Egress(#[from] EgressError),
    /// The pipeline cannot be restored.
    #[error("cannot restore the pipeline")]
    Pipeline(#[from] PipelineError),
    /// First start: no token can be made or written.
    #[error("cannot prepare the first login")]
    Setup(#[from] setup::SetupError),
    /// The address is taken, or not ours.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

/// A started server without its sockets.
pub struct Started {
    /// What is shared.
    pub app: Arc<App>,
    pipeline: tokio::task::JoinHandle<()>,
}

impl App {
    /// Opens everything, restores the state, and starts the workers.
    pub async fn start(config: Config) -> Result<Started, StartError> {
        private_folder(&config.data_dir).map_err(|source| StartError::DataDir {
            path: config.data_dir.clone(),
            source,
        })?;
        let content = Arc::new(Content::load()?);
        let tenant = TenantId::default();
        let journal = open_journal(&config)?;
        let store = Store::open(config.data_dir.join("ctdr.db")).await?;
        let egress = Egress::new(
            EgressPolicy {
                allow: config.egress.allow.clone(),
            },
            EgressLimits::default(),
        )?;
        let intel = Arc::new(Intel::open(&config)?);
        // The journal is locked: nobody else works on this folder, and whoever held a run is gone.
        store.run_release_all(&tenant).await?;
        setup::playbooks(&store, &tenant, &content).await?;
        setup::token(&store, &config).await?;

        let (stop, live, sources, wake) = (
            CancellationToken::new(),
            Arc::<Live>::default(),
            Arc::<Sources>::default(),
            Wake::default(),
        );
        sources.replace(source_infos(&store, &tenant).await?);
        // Before the first alert, or what feeds knew all along would go unseen in it.
        intel.rebuild(&store.intel_feed_list(&tenant).await?).await;
        let alert_triggers = Arc::new(AtomicBool::new(listens_to_alerts(&store, &tenant).await?));
        let environment = Environment {
            tenant: tenant.clone(),
            journal: Arc::clone(&journal) as Arc<dyn Journal>,
            store: store.clone(),
            sources: Arc::clone(&sources),
            intel: Arc::clone(&intel),
            live: Arc::clone(&live),
            respond: Arc::clone(&wake.respond),
            alert_triggers: Arc::clone(&alert_triggers),
            stop: stop.clone(),
        };
        let capabilities = config.capability_table();
        let (correlation, _) = store.correlation_settings_fetch(&tenant).await?;
        let settings = EngineSettings {
            tenant: tenant.clone(),
            capabilities: capabilities.clone(),
            correlation: correlation.clone(),
            rules: RuleSelection::default(),
        };
        let (pipeline, handle) =
            Pipeline::start(Engine::new(Arc::clone(&content), &settings), environment).await?;
        let app = Arc::new(Self {
            clouds: Clouds::new(tenant.clone(), store.clone(), egress),
            config,
            content,
            tenant,
            store,
            journal,
            pipeline,
            sources,
            intel,
            live,
            wake,
            alert_triggers,
            jobs: Jobs::default(),
            throttle: Throttle::default(),
            stop,
            tasks: TaskTracker::new(),
        });
        // The configuration may have changed since the state was saved.
        app.pipeline
            .submit(&Action::Capabilities { capabilities }, clock::now())
            .await?;
        // It may have been saved when the server stopped, and not been told any more.
        let settings = correlation;
        app.pipeline
            .submit(&Action::Correlation { settings }, clock::now())
            .await?;
        workers::start(&app, &app.tasks);
        Ok(Started {
            app,
            pipeline: handle,
        })
    }

    /// Tells the pipeline and the pullers that sources changed.
    pub async fn sources_changed(&self) -> Result<(), store::Error> {
        self.sources
            .replace(source_infos(&self.store, &self.tenant).await?);
        self.wake.pull.notify_one();
        Ok(())
    }

    /// Notes whether triggers of alerts are worth writing.
    pub async fn response_rules_changed(&self) -> Result<(), store::Error> {
        let listens = listens_to_alerts(&self.store, &self.tenant).await?;
        self.alert_triggers.store(listens, Ordering::Relaxed);
        Ok(())
    }
}

impl Started {
    /// Stops in order: nothing new comes in, what is under way ends, the state is saved.
    pub async fn stop(self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        if let Err(error) = self.pipeline.await {
            tracing::error!(%error, "the pipeline did not end well; the next start re-runs its last inputs");
        }
        self.app.store.close().await;
    }
}

/// Creates the data folder so that only its owner can look inside: it holds credentials.
fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn open_journal(config: &Config) -> Result<Arc<LocalJournal>, journal::Error> {
    let options = journal::Options {
        log_bytes: config.journal.max_bytes,
        ..journal::Options::default()
    };
    Ok(Arc::new(LocalJournal::open(
        config.data_dir.join("journal"),
        options,
    )?))
}

async fn source_infos(store: &Store, tenant: &TenantId) -> Result<Vec<SourceInfo>, store::Error> {
    let sources = store.source_list(tenant).await?;
    Ok(sources
        .into_iter()
        .map(|status| SourceInfo {
            id: status.source.id,
            product: status.source.product,
            account: status.source.account,
            utc_offset_minutes: status.source.utc_offset_minutes,
        })
        .collect())
}

async fn listens_to_alerts(store: &Store, tenant: &TenantId) -> Result<bool, store::Error> {
    let rules = store.response_rule_list(tenant).await?;
    Ok(rules
        .iter()
        .any(|rule| rule.enabled && rule.body["rule"]["trigger"] == "alert"))
}
