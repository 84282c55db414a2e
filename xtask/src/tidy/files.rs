//! Sizes, head comments and names of files.

use super::Finding;
use crate::root;
use std::path::{Path, PathBuf};

/// Lines of a Rust file before its tests; files of tests are as long as their cases.
const RUST_LINES: usize = 800;
/// Lines of a page of the console.
const PAGE_LINES: usize = 300;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "types", "misc"];
/// Files over the limit that are known; the list may only shrink.
const OVERSIZED: &[&str] = &[];

/// Checks every source file.
pub(super) fn check(files: &[PathBuf]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files {
        let rust = file.extension().is_some_and(|extension| extension == "rs");
        let page = file.starts_with("console/src/pages") && !file.to_string_lossy().contains(".test.");
        if rust || page {
            let text = std::fs::read_to_string(root::path().join(file))?;
            findings.extend(judge(file, &text, rust));
        }
    }
    Ok(findings)
}

fn judge(file: &Path, text: &str, rust: bool) -> Vec<Finding> {
    let place = file.display().to_string();
    let mut findings = Vec::new();
    let (lines, limit) = if rust {
        (lines_before_tests(text), RUST_LINES)
    } else {
        (text.lines().count(), PAGE_LINES)
    };
    let tests = file.components().any(|part| part.as_os_str() == "tests");
    if lines > limit && !tests && !OVERSIZED.contains(&place.as_str()) {
        findings.push(Finding::new(
            &place,
            format!("{lines} lines are more than {limit}: find the better cut"),
        ));
    }
    if rust && !text.starts_with("//!") {
        findings.push(Finding::new(
            &place,
            "the first line must say what the file is, with `//!`",
        ));
    }
    if file
        .file_stem()
        .is_some_and(|stem| EMPTY_NAMES.iter().any(|name| stem == *name))
    {
        findings.push(Finding::new(
            &place,
            "the name says nothing: name the file after what it holds",
        ));
    }
    findings
}

fn lines_before_tests(text: &str) -> usize {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_nameless_and_headless_files_are_found() {
        let count = |file: &str, text: &str| judge(Path::new(file), text, true).len();
        assert_eq!(count("a/fold.rs", "//! Folds.\n"), 0);
        assert_eq!(count("a/fold.rs", "use x;\n"), 1);
        assert_eq!(count("a/utils.rs", "//! Things.\n"), 1);
        let long = format!("//! Long.\n{}", "x\n".repeat(RUST_LINES));
        assert_eq!(count("a/long.rs", &long), 1);
        let tested = format!("//! Short.\n#[cfg(test)]\n{}", "x\n".repeat(RUST_LINES));
        assert_eq!(count("a/short.rs", &tested), 0);
    }
}
