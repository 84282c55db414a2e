//! The real binary as a child process, in a folder of its own: to be set up, looked at, killed and started again.

use crate::client;
use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use connectors::egress::EgressRequest;
use http::{HeaderMap, Method};
use std::{
    ffi::OsString,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `ctdr serve`; it ends with this value.
#[derive(Debug)]
pub struct Server {
    binary: PathBuf,
    environment: Vec<(String, String)>,
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
    /// Where it answers.
    pub url: String,
    /// How long from the last start to ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts the binary and waits until it is ready. Of everything internal it may reach this machine only.
    pub async fn start(binary: &Path) -> anyhow::Result<Self> {
        Self::start_with(binary, &[("CTDR_WORKERS__RECONCILE_INTERVAL_MS", "1000")]).await
    }

    /// The same with an environment of one's own.
    pub async fn start_with(binary: &Path, environment: &[(&str, &str)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let started = Instant::now();
        let child = spawn(binary, folder.path(), port, &environment)?;
        let url = format!("http://127.0.0.1:{port}");
        let binary = binary.to_owned();
        let mut server = Self {
            binary,
            environment,
            folder,
            port,
            child,
            url,
            ready_after: Duration::ZERO,
        };
        server.wait_until_ready(started).await?;
        Ok(server)
    }

    /// Kills the process as a power cut would: nothing is finished, nothing is flushed.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill the server")?;
        self.child.wait().context("cannot wait for the server's end")?;
        Ok(())
    }

    /// Asks it to stop as an init system would, and waits until it has: how it ended.
    pub async fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .context("cannot run `kill`")?;
        ensure!(asked.success(), "cannot ask the server to stop");
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!(
            "the server did not stop within {} s:\n{}",
            PATIENCE.as_secs(),
            self.log()
        )
    }

    /// Starts it again on the same folder and the same port.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        self.child = spawn(&self.binary, self.folder.path(), self.port, &self.environment)?;
        self.wait_until_ready(started).await
    }

    /// The one-time token the server wrote for whoever can read its folder.
    pub fn setup_token(&self) -> anyhow::Result<String> {
        let path = self.data_dir().join("setup-token");
        let token =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(token.trim().to_owned())
    }

    /// Where it keeps its data.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Memory the server holds, in MB, as the kernel counts it.
    pub fn resident_mb(&self) -> anyhow::Result<f64> {
        self.memory_mb("VmRSS:")
    }

    /// The most memory it has held since it started, in MB.
    pub fn peak_mb(&self) -> anyhow::Result<f64> {
        self.memory_mb("VmHWM:")
    }

    fn memory_mb(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .with_context(|| format!("no {name}"))?;
        let kib: f64 = line.split_whitespace().nth(1).context("no value")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Whether the process is there.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What the server has logged so far, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_path(self.folder.path())).unwrap_or_default()
    }

    async fn wait_until_ready(&mut self, started: Instant) -> anyhow::Result<()> {
        let egress = client::loopback()?;
        let ready = EgressRequest {
            method: Method::GET,
            url: format!("{}/readyz", self.url).parse()?,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server stopped with {status}:\n{}", self.log());
            }
            if egress
                .send(ready.clone())
                .await
                .is_ok_and(|answer| answer.status.is_success())
            {
                self.ready_after = started.elapsed();
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!(
            "the server was not ready after {} s:\n{}",
            PATIENCE.as_secs(),
            self.log()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(binary: &Path, folder: &Path, port: u16, environment: &[(String, String)]) -> anyhow::Result<Child> {
    let log = File::options().create(true).append(true).open(log_path(folder))?;
    let mut command = Command::new(binary);
    // The configuration of whoever runs this is none of the server's.
    let theirs = |name: &OsString| name.to_string_lossy().starts_with("CTDR_") && name != "CTDR_LOG";
    for (name, _) in std::env::vars_os().filter(|(name, _)| theirs(name)) {
        command.env_remove(name);
    }
    command
        .arg("serve")
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .arg("--data-dir")
        .arg(folder.join("data"))
        .env("CTDR_EGRESS__ALLOW", "[\"127.0.0.1/32\"]")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start `{}`", binary.display()))
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("ctdr.log")
}

/// A port that nobody listens on, and that the kernel gives to no outgoing connection: while a killed server is down,
/// its port must not be taken by one of its clients.
pub fn free_port() -> anyhow::Result<u16> {
    const PER_PROCESS: u16 = 32;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 350) as u16 * PER_PROCESS;
    for _ in 0..PER_PROCESS {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % PER_PROCESS;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free from {first} on")
}
