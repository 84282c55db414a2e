//! `cargo xtask new`: the smallest working form of what one adds most often. What it writes passes its tests
//! as it is, so that whoever goes on from there breaks it knowingly.

mod rule;

use crate::root;
use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use std::fs;

/// What to start.
#[derive(Args)]
pub struct Arguments {
    /// What it is.
    kind: Kind,
    /// Its place: `<provider>/<product>` for a source, `<provider>/<product>/<rule>` for a rule on a source's
    /// logs, the name of a page.
    name: String,
    /// For a rule: the sample of the source to start from, such as `process`; otherwise the first that serves.
    #[arg(long)]
    sample: Option<String>,
}

/// What can be started.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// A log source: mapping, sample and expected record.
    Source,
    /// A detection rule with a positive and a negative test.
    Rule,
    /// A page of the console.
    Page,
}

/// Writes the files and says what to do next.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let parts: Vec<&str> = arguments.name.split('/').collect();
    for part in &parts {
        ensure!(
            is_name(part),
            "`{part}` is not a name: expected lower-case letters, digits and `_`"
        );
    }
    match (arguments.kind, parts.as_slice()) {
        (Kind::Source, [provider, product]) => source(provider, product),
        (Kind::Rule, [provider, product, rule]) => {
            rule::write([provider, product, rule], arguments.sample.as_deref())
        }
        (Kind::Page, [page]) => self::page(page),
        _ => bail!(
            "`{}` has the wrong number of parts; see `cargo xtask new --help`",
            arguments.name
        ),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn source(provider: &str, product: &str) -> anyhow::Result<()> {
    let folder = format!("content/sources/{provider}/{product}");
    let text = include_str!("new/source.yml").replace("{product}", product);
    write(&format!("{folder}/source.yml"), &text)?;
    write(
        &format!("{folder}/samples/access.json"),
        include_str!("new/sample.json"),
    )?;
    write(
        &format!("{folder}/samples/access.expected.yml"),
        include_str!("new/sample.expected.yml"),
    )?;
    eprintln!(
        "next: put real samples there, map their fields, run `cargo test -p normalise`; see docs/how-to-add-a-source.md"
    );
    Ok(())
}

fn page(page: &str) -> anyhow::Result<()> {
    let component = pascal_case(page);
    let folder = page.replace('_', "-");
    let text = include_str!("new/page.tsx").replace("{Page}", &component);
    write(&format!("console/src/pages/{folder}/{component}.tsx"), &text)?;
    eprintln!("next: give it a path, a route, a menu entry and its texts; see docs/how-to-add-a-page.md");
    Ok(())
}

/// `dead_letters` → `DeadLetters`.
fn pascal_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            word.chars()
                .enumerate()
                .map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })
        })
        .collect()
}

fn write(file: &str, text: &str) -> anyhow::Result<()> {
    let path = root::path().join(file);
    ensure!(!path.exists(), "`{file}` exists already");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, text).with_context(|| format!("cannot write `{file}`"))?;
    eprintln!("wrote {file}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files_and_products() {
        for good in ["nginx", "security_center", "waf3"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Waf", "3waf", "a-b", "..", "a b", "_a"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn components_are_in_pascal_case() {
        assert_eq!(pascal_case("fields"), "Fields");
        assert_eq!(pascal_case("dead_letters"), "DeadLetters");
    }
}
