//! Each stage against a floor in the same run: the least that anybody doing its work has to do.
//!
//! Records per second say as much about the machine as about the code. A ratio does not: floor and stage take turns
//! on the same inputs, so what slows the machine down slows both. Run it by `cargo xtask bench`, with part of a name
//! to run only the rows that have it. With `CTDR_TEST_DATA` set, recorded logs are measured beside generated ones.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod alerts;
#[path = "../shared/commit.rs"]
mod commit;
mod content;
mod correlate;
mod detect;
mod intel;
mod journal;
mod logs;
mod measure;
mod normalise;
mod rules;
mod store;

use measure::Table;

/// The one of the binary, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds `--bench`; `cargo test --benches` does not.
    let (options, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|a| a.starts_with('-'));
    let measuring = options.iter().any(|option| option == "--bench");
    let content = content::Content::load()?;
    let mut logs = logs::generated()?;
    logs.extend(logs::recorded()?);
    let mut table = Table::new(names.concat(), measuring);
    normalise::run(&mut table, &content, &logs);
    detect::run(&mut table, &content, &logs);
    rules::run(&mut table, &content);
    let alerts = alerts::raise(&content, &logs);
    correlate::run(&mut table, &alerts);
    journal::run(&mut table, &logs)?;
    intel::run(&mut table)?;
    store::run(&mut table, &alerts)
}
