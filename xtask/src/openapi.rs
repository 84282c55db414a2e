//! `cargo xtask openapi`: the API's document from the code, and the console's types from the document.

use crate::{console, root, run};
use anyhow::bail;
use clap::Args;
use std::fs;

/// What to do.
#[derive(Args)]
pub struct Arguments {
    /// Only compare; fail if the files in the tree are out of date.
    #[arg(long)]
    pub check: bool,
}

/// The document's place in the tree.
const DOCUMENT: &str = "docs/openapi.json";
/// The types' place in the console.
const TYPES: &str = "src/api/schema.ts";

/// Writes or compares both files.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    console::install()?;
    run::step("OpenAPI document");
    let document = run::output("cargo", &["run", "--quiet", "--package", "ctdr", "--", "openapi"])?;
    let (document_path, types_path) = (root::path().join(DOCUMENT), console::folder().join(TYPES));
    let before = (
        fs::read_to_string(&document_path).unwrap_or_default(),
        fs::read_to_string(&types_path).unwrap_or_default(),
    );
    fs::write(&document_path, &document)?;
    let arguments_of_generator = [
        "exec",
        "openapi-typescript",
        "--",
        "../docs/openapi.json",
        "--output",
        TYPES,
    ];
    run::command_in(&console::folder(), "npm", &arguments_of_generator, &[])?;
    let after = (document, fs::read_to_string(&types_path)?);
    if arguments.check && before != after {
        bail!("`{DOCUMENT}` or `console/{TYPES}` was out of date; it is not any more: commit it");
    }
    Ok(())
}
