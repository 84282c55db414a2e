//! `cargo xtask fake-cloud`: the fake Alibaba Cloud alone, to develop or try against.

use anyhow::Context as _;
use std::net::SocketAddr;

/// Runs until interrupted.
pub fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(testkit::fake_cloud::run(listen))
}
