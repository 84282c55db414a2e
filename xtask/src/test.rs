//! `cargo xtask test`: everything a change has to pass.

use crate::{console, demo, root, run, soak, tidy};
use clap::Args;
use std::path::Path;

/// How to test.
#[derive(Args)]
pub struct Arguments {
    /// Install Debian's Chromium where no browser is found (needs root).
    #[arg(long)]
    install_browser: bool,
}

/// How long each fuzz harness runs where nobody waits for it.
const CI_FUZZ_SECONDS: u32 = 10;

/// Where Debian puts the browser.
const CHROMIUM: &str = "/usr/bin/chromium";

/// What is checked, and with it the binary that the browser looks at: all crates, with the console.
const ALL: [&str; 3] = ["--workspace", "--features", "ctdr/console"];

/// Runs all checks, cheapest first; stops at the first that fails.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    say_about_test_data();
    run::step("format");
    run::command("cargo", &["fmt", "--all", "--check"])?;
    tidy::run()?;
    console::install()?;
    for script in ["lint", "typecheck", "test"] {
        console::script(script)?;
    }
    console::build()?;
    run::step("clippy");
    cargo(&["clippy", "--all-targets"], &["--", "--deny", "warnings"])?;
    rust_tests()?;
    if std::env::var_os("CI").is_some() {
        soak::fuzz(CI_FUZZ_SECONDS)?;
    }
    browser_tests(arguments.install_browser)
}

fn cargo(command: &[&str], options: &[&str]) -> anyhow::Result<()> {
    run::command("cargo", &[command, &ALL, options].concat())
}

/// Rust tests by `cargo nextest` where it is installed, else by `cargo test`.
fn rust_tests() -> anyhow::Result<()> {
    run::step("Rust tests");
    if run::exists("cargo-nextest") {
        cargo(&["nextest", "run"], &["--no-fail-fast"])?;
        cargo(&["test", "--doc", "--quiet"], &[])
    } else {
        cargo(&["test"], &["--no-fail-fast"])
    }
}

/// The real binary, the fake cloud and an attack, looked at in headless Chromium.
fn browser_tests(install: bool) -> anyhow::Result<()> {
    run::step("browser tests");
    if !Path::new(CHROMIUM).exists() {
        if !install {
            eprintln!("   skipped: no `{CHROMIUM}`; `cargo xtask test --install-browser` installs Debian's");
            return Ok(());
        }
        install_browser()?;
    }
    demo::with_attacked_server(&root::target().join("debug/ctdr"), |server| {
        let environment = [
            ("CTDR_URL", server.url.as_str()),
            ("CTDR_USER", server.user.as_str()),
            ("CTDR_PASSWORD", server.password.as_str()),
            ("CTDR_BROWSER", CHROMIUM),
        ];
        run::command_in(
            &console::folder(),
            "npm",
            &["run", "--silent", "e2e"],
            &environment,
        )
    })
}

/// Debian's browser, and a font with Chinese.
fn install_browser() -> anyhow::Result<()> {
    run::command("apt-get", &["update", "--quiet"])?;
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    let packages = ["chromium", "fonts-noto-cjk"];
    run::command("apt-get", &[&options[..], &packages].concat())
}

/// Tests that need the recorded logs skip without them; say so once, before a thousand lines of output.
fn say_about_test_data() {
    match std::env::var_os("CTDR_TEST_DATA") {
        Some(folder) if Path::new(&folder).is_dir() => {}
        Some(folder) => eprintln!(
            "CTDR_TEST_DATA is {}, which is no folder",
            Path::new(&folder).display()
        ),
        None => eprintln!(
            "CTDR_TEST_DATA is not set: tests on recorded logs and third-party rules will be skipped ({})",
            root::path().display()
        ),
    }
}
