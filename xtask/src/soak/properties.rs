//! The property tests of a crate, one after the other and each in pieces, so that one sees how far they are.

use crate::{root, run};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Cases of one piece: a minute or less of the slowest property.
const PIECE: u32 = 5_000;
/// How a property is told from other tests: it takes longer the more cases there are, so its source says `prop_assert`.
const MARK: &str = "prop_assert";

/// Runs every property of a crate so many times.
pub fn run(package: &str, cases: u32) -> anyhow::Result<()> {
    run::step(&format!("properties of {package}, {cases} cases each"));
    let binary = build(package)?;
    let names = properties(package, &binary)?;
    let mut failed = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let started = Instant::now();
        let mut done = 0;
        while done < cases {
            let piece = PIECE.min(cases - done);
            if !passes(package, &binary, name, piece)? {
                failed.push(name.as_str());
                break;
            }
            done += piece;
            eprintln!(
                "   {} of {}: {name}: {done} of {cases} cases, {:.0} s",
                number + 1,
                names.len(),
                started.elapsed().as_secs_f64()
            );
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "{} fail: {}; their inputs are above, and in `crates/{package}/tests/proptest-regressions`",
        failed.len(),
        failed.join(", ")
    )
}

/// The optimised binary of the crate's integration tests.
fn build(package: &str) -> anyhow::Result<PathBuf> {
    let arguments = [
        "test",
        "--release",
        "--package",
        package,
        "--test",
        package,
        "--no-run",
        "--message-format",
        "json",
    ];
    let text = run::output("cargo", &arguments)?;
    let artifacts = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executable = artifacts
        .filter(|artifact| artifact["target"]["name"] == package && artifact["profile"]["test"] == true)
        .find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
    executable.with_context(|| format!("cargo names no test binary of `{package}`"))
}

/// The names of the tests that are properties.
fn properties(package: &str, binary: &Path) -> anyhow::Result<Vec<String>> {
    let list = run::output(&binary.display().to_string(), &["--list", "--format", "terse"])?;
    let folder = root::path()
        .join("crates")
        .join(package)
        .join("tests")
        .join(package);
    let mut names = Vec::new();
    for line in list.lines() {
        let Some(name) = line.strip_suffix(": test") else {
            continue;
        };
        let (module, law) = name.rsplit_once("::").unwrap_or(("main", name));
        let file = folder.join(format!("{}.rs", module.replace("::", "/")));
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        if body(&text, law).contains(MARK) {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() {
        bail!("`{package}` has no properties");
    }
    Ok(names)
}

/// The text of a test, up to the next one.
fn body<'a>(text: &'a str, law: &str) -> &'a str {
    let begins = text.find(&format!("fn {law}(")).unwrap_or(text.len());
    let rest = &text[begins..];
    rest.split("#[test]").next().unwrap_or(rest)
}

fn passes(package: &str, binary: &Path, name: &str, cases: u32) -> anyhow::Result<bool> {
    let folder = root::path().join("crates").join(package);
    let status = Command::new(binary)
        .args(["--exact", name, "--quiet"])
        .current_dir(folder)
        .env("PROPTEST_CASES", cases.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::inherit())
        .status()
        .with_context(|| format!("cannot run `{}`", binary.display()))?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn a_test_ends_where_the_next_begins() {
        let text = "#[test]\nfn one() { assert!(true) }\n#[test]\nfn two(x in any()) { prop_assert!(x) }\n";
        assert!(!body(text, "one").contains("prop_assert"));
        assert!(body(text, "two").contains("prop_assert"));
        assert_eq!(body(text, "three"), "");
    }
}
