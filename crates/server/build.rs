//! Fails the build where the console is wanted and was not built: an empty console must not ship.

use std::path::Path;

fn main() {
    let dist = Path::new("../../console/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=../../content");
    let wanted = std::env::var_os("CARGO_FEATURE_CONSOLE").is_some();
    if wanted && !dist.join("index.html").exists() {
        println!("cargo::error=`console/dist/index.html` is missing; run `cargo xtask dist`");
    }
}
