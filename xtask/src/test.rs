//! `cargo xtask test`: everything a change has to pass.

use crate::{console, demo, dist, root, run, tidy};
use clap::Args;
use std::path::Path;

/// How to test.
#[derive(Args)]
pub struct Arguments {
    /// Install Debian's Chromium where no browser is found (needs root).
    #[arg(long)]
    install_browser: bool,
    /// Leave out what starts the real server: the integration and browser tests.
    #[arg(long, conflicts_with = "install_browser")]
    quick: bool,
}

/// Where Debian puts the browser.
const CHROMIUM: &str = "/usr/bin/chromium";

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
    run::step("clippy");
    run::command(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
    )?;
    rust_tests(arguments.quick)?;
    if arguments.quick {
        eprintln!("── integration and browser tests left out");
        return Ok(());
    }
    browser_tests(arguments.install_browser)
}

/// Rust tests by `cargo nextest` where it is installed, else by `cargo test`.
fn rust_tests(quick: bool) -> anyhow::Result<()> {
    run::step("Rust tests");
    if run::exists("cargo-nextest") {
        let mut command = vec!["nextest", "run", "--workspace", "--no-fail-fast"];
        if quick {
            command.extend(["--exclude", "ctdr"]);
        }
        run::command("cargo", &command)?;
        run::command("cargo", &["test", "--workspace", "--doc", "--quiet"])
    } else {
        let mut command = vec!["test", "--workspace", "--no-fail-fast"];
        if quick {
            command.extend(["--exclude", "ctdr"]);
        }
        run::command("cargo", &command)
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
        run::command("apt-get", &["update", "--quiet"])?;
        let packages = [
            "install",
            "--yes",
            "--quiet",
            "--no-install-recommends",
            "chromium",
            "fonts-noto-cjk",
        ];
        run::command("apt-get", &packages)?;
    }
    let binary = dist::run()?;
    demo::with_attacked_server(&binary, |server| {
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
