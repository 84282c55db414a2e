//! `cargo xtask new`: the smallest working form of what one adds most often.

use crate::root;
use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use std::{fs, path::Path};

/// What to start.
#[derive(Args)]
pub struct Arguments {
    /// What it is.
    kind: Kind,
    /// Its place: `<provider>/<product>` for a source, `<product>/<rule>` for a rule, the name of a page.
    name: String,
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
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let parts: Vec<&str> = arguments.name.split('/').collect();
    ensure!(parts.iter().all(|p| !p.is_empty() && p.chars().all(legal)), "`{}` is not a name", arguments.name);
    match (arguments.kind, parts.as_slice()) {
        (Kind::Source, [provider, product]) => source(provider, product),
        (Kind::Rule, [product, rule]) => self::rule(product, rule),
        (Kind::Page, [page]) => self::page(page),
        _ => bail!("`{}` has the wrong number of parts; see `cargo xtask new --help`", arguments.name),
    }
}

fn source(provider: &str, product: &str) -> anyhow::Result<()> {
    let folder = format!("content/sources/{provider}/{product}");
    let text = include_str!("new/source.yml").replace("{provider}", provider).replace("{product}", product);
    write(&format!("{folder}/source.yml"), &text)?;
    eprintln!("next: map the fields, put samples beside it, run `cargo test -p normalise`; see docs/how-to-add-a-source.md");
    Ok(())
}

fn rule(product: &str, rule: &str) -> anyhow::Result<()> {
    let text = include_str!("new/rule.yml").replace("{product}", product).replace("{rule}", rule).replace("{id}", &uuid()?);
    write(&format!("content/rules/{product}/{rule}.yml"), &text)?;
    eprintln!("next: write the detection and its tests, run `cargo test -p detect`; see docs/how-to-add-a-rule.md");
    Ok(())
}

fn page(page: &str) -> anyhow::Result<()> {
    let text = include_str!("new/page.tsx").replace("{page}", page);
    write(&format!("console/src/pages/{page}.tsx"), &text)?;
    eprintln!("next: add its route and menu entry; see docs/how-to-add-a-page.md");
    Ok(())
}

/// A random UUID from the kernel: Sigma rules carry one.
fn uuid() -> anyhow::Result<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/uuid").context("cannot get a UUID")?;
    Ok(text.trim().to_owned())
}

fn write(file: &str, text: &str) -> anyhow::Result<()> {
    let path = root::path().join(file);
    ensure!(!path.exists(), "`{file}` exists already");
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    fs::write(&path, text).with_context(|| format!("cannot write `{file}`"))?;
    eprintln!("wrote {file}");
    Ok(())
}
