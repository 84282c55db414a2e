//! `cargo xtask openapi`: the API's document from the code, and the console's types from the document.

use crate::{console, root, run};

/// Writes both files.
pub fn run() -> anyhow::Result<()> {
    console::install()?;
    run::step("OpenAPI document");
    let document = run::output("cargo", &["run", "--quiet", "--package", "ctdr", "--", "openapi"])?;
    std::fs::write(root::path().join("docs/openapi.json"), document)?;
    console::script("generate")
}
