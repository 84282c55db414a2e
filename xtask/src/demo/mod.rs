//! `cargo xtask demo`: the whole product on this machine, without any account.
//!
//! A fake Alibaba Cloud with a web site behind its WAF, an attacker, visitors, and the real binary connected to
//! it the way a user would. Nothing of it knows that it is a demo but this module.

mod story;

use crate::{dist, run};
use anyhow::Context as _;
use clap::Args;
use std::{io::IsTerminal as _, path::Path, time::Duration};
use testkit::{
    Client, FakeCloud, FakeCloudConfig, Server,
    actors::{AttackPlan, Attacker, VisitPlan, Visitors},
    connect,
};

/// How to show it.
#[derive(Args)]
pub struct Arguments {
    /// No browser, a block of 20 seconds, and an end: exits 0 only if everything that should happen did.
    #[arg(long)]
    once: bool,
    /// How long the attacker stays blocked, in seconds [default: 60; with --once 20].
    #[arg(long, value_name = "SECONDS")]
    block: Option<u64>,
}

/// The administrator of the demo's server.
const USER: &str = "demo";

/// A running server that someone may look at.
pub struct Reachable {
    /// Where.
    pub url: String,
    /// Who.
    pub user: String,
    /// The password, made up for this run.
    pub password: String,
}

/// The cloud, the server and whoever plays a part.
struct World {
    cloud: FakeCloud,
    server: Server,
    client: Client,
    password: String,
}

/// Builds what is not up to date and shows it.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = dist::run()?;
    let block = Duration::from_secs(arguments.block.unwrap_or(if arguments.once { 20 } else { 60 }));
    runtime()?.block_on(async {
        let world = World::start(&binary, block).await?;
        println!("console   {}", world.server.url);
        println!("log in    {USER} / {}", world.password);
        if !arguments.once && std::io::stdout().is_terminal() {
            open_browser(&world.server.url);
        }
        let outcome = story::tell(&world, block).await;
        if outcome.is_err() {
            eprintln!("── the server's log\n{}", world.server.log());
        }
        let outcome = outcome?;
        if !arguments.once {
            println!("The server keeps running; press Ctrl-C to end.");
            tokio::signal::ctrl_c().await?;
        }
        println!("{}", serde_json::to_string(&outcome)?);
        Ok(())
    })
}

/// Runs `look` against a server that has seen an attack and blocked the attacker.
pub fn with_attacked_server(
    binary: &Path,
    look: impl FnOnce(&Reachable) -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        // Long enough that the block is still in force while someone looks.
        let world = World::start(binary, Duration::from_hours(1)).await?;
        let (attacker, visitors) = world.actors()?;
        let blocked = attacker.blocked(Duration::from_secs(30)).await;
        attacker.pause(true);
        let reachable = Reachable {
            url: world.server.url.clone(),
            user: USER.to_owned(),
            password: world.password.clone(),
        };
        let result = match blocked {
            // The servers go on on the runtime's other threads while this one waits for the browser.
            Some(_) => tokio::task::block_in_place(|| look(&reachable)),
            None => Err(anyhow::anyhow!("the attacker was not blocked within 30 s")),
        };
        visitors.stop().await;
        attacker.stop().await;
        result.inspect_err(|_| eprintln!("── the server's log\n{}", world.server.log()))
    })
}

impl World {
    async fn start(binary: &Path, block: Duration) -> anyhow::Result<Self> {
        run::step("fake cloud, web site and server");
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let cloud = FakeCloud::start(listen, FakeCloudConfig::default()).await?;
        let server = Server::start(binary).await?;
        eprintln!("   ready {} ms after start", server.ready_after.as_millis());
        let password = password()?;
        let client = Client::set_up(&server.url, &server.setup_token()?, USER, &password).await?;
        let rules = connect::everything(&client, &cloud, block).await?;
        eprintln!("   {rules} rules enabled");
        eprintln!("   connected and idle at {:.0} MB", server.resident_mb()?);
        Ok(Self {
            cloud,
            server,
            client,
            password,
        })
    }

    /// Sets attacker and visitors off.
    fn actors(&self) -> anyhow::Result<(Attacker, Visitors)> {
        let site = self.cloud.site_address();
        Ok((
            Attacker::start(AttackPlan::on(site))?,
            Visitors::start(VisitPlan::on(site))?,
        ))
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().context("cannot start the runtime")
}

/// A password nobody else knows: the console is reachable for every user of this machine.
fn password() -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string("/proc/sys/kernel/random/uuid").context("cannot make up a password")?;
    Ok(text.trim().to_owned())
}

fn open_browser(url: &str) {
    // No browser, no harm: the address was printed.
    let _ = std::process::Command::new("xdg-open")
        .arg(url)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
}
