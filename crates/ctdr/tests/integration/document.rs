//! The API's document, which the console's types and other people's clients are made from.

use crate::program::ctdr;
use std::{fs, path::Path};

#[test]
fn the_documented_api_is_the_one_the_binary_answers() {
    let printed = ctdr(&["openapi"]);
    printed.expect(0, &[]);
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    assert!(
        fs::read_to_string(documented).unwrap() == printed.output,
        "docs/openapi.json is out of date: run `cargo xtask openapi`"
    );
}
