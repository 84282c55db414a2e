//! Running other programs, with the step named before and the failure named after.

use crate::root;
use anyhow::{Context as _, bail};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

/// Says what is being done.
pub fn step(title: &str) {
    eprintln!("── {title}");
}

/// Runs a program in the project's root; its output goes where ours goes.
pub fn command(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    command_in(&root::path(), program, arguments, &[])
}

/// Runs a program in a folder with extra environment variables.
pub fn command_in(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> anyhow::Result<()> {
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{program}`; is it installed?"))?;
    if !status.success() {
        bail!("`{program} {}` failed with {status}", arguments.join(" "));
    }
    eprintln!("   done in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// The standard output of a program run in the project's root.
pub fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root::path())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{program}`; is it installed?"))?;
    if !output.status.success() {
        bail!(
            "`{program} {}` failed with {}",
            arguments.join(" "),
            output.status
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be started at all.
pub fn exists(program: &str) -> bool {
    let quiet = || Stdio::null();
    Command::new(program)
        .arg("--version")
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .status()
        .is_ok()
}
