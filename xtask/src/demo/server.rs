//! The real binary as a child process, in a folder of its own.

use anyhow::{Context as _, bail};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running `ctdr serve`; it ends with this value.
pub struct Server {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it answers.
    pub url: String,
    /// How long from start to ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts the binary and waits until it is ready.
    pub async fn start(binary: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let log = File::create(folder.path().join("ctdr.log"))?;
        let started = Instant::now();
        let child = Command::new(binary)
            .arg("serve")
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            // The demo's cloud is on this machine; nothing internal is reachable otherwise.
            .env("CTDR_EGRESS__ALLOW", "[\"127.0.0.1/32\"]")
            .env("CTDR_WORKERS__RECONCILE_INTERVAL_MS", "1000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start `{}`", binary.display()))?;
        let mut server = Self { child, folder, url: format!("http://127.0.0.1:{port}"), ready_after: Duration::ZERO };
        server.wait_until_ready(started).await?;
        Ok(server)
    }

    /// The one-time token the server wrote for whoever can read its folder.
    pub fn setup_token(&self) -> anyhow::Result<String> {
        let path = self.folder.path().join("data/setup-token");
        let token = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(token.trim().to_owned())
    }

    /// Memory the server holds, in MB, as the kernel counts it.
    pub fn resident_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no value")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    async fn wait_until_ready(&mut self, started: Instant) -> anyhow::Result<()> {
        #[allow(clippy::disallowed_methods, reason = "the demo talks to the server it has just started")]
        let http = reqwest::Client::builder().no_proxy().build()?;
        let ready = format!("{}/readyz", self.url);
        while started.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server stopped with {status}:\n{}", self.log());
            }
            if http.get(&ready).send().await.is_ok_and(|response| response.status().is_success()) {
                self.ready_after = started.elapsed();
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the server was not ready after 30 s:\n{}", self.log())
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("ctdr.log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
