//! What the correlator makes of alerts whose truth is known, and how fast: `cargo xtask bench correlate`.
//!
//! Generated scenarios of `testkit::scenario`, the public AIT alerts if they are at hand, and the speed over the
//! latter, all in one pass as the server would. With `--out FILE` the tables become a page of the documentation.
//! Without `--bench`, as under `cargo test --benches`, everything runs small, to see that it does.
#![allow(clippy::print_stdout, reason = "the tables are what this program is for")]

mod ait;
mod live;
mod page;
mod show;
mod speed;
mod table;

use testkit::{
    scenario::{Catalogue, Plan},
    score::{Quality, score},
};

/// The one of the binary, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line asks for.
struct Options {
    measuring: bool,
    out: Option<String>,
    only: Option<String>,
    seeds: Option<u64>,
    tenants: Option<usize>,
    show: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let catalogue = Catalogue::load()?;
    let mut scenarios = Vec::new();
    for plan in plans(&options) {
        let scenario = plan.generate(&catalogue)?;
        let verdicts = live::run(&scenario.deliveries, &catalogue.tactics);
        if let Some(kind) = &options.show {
            show::incidents(&scenario, &verdicts, kind);
        }
        let quality = score(&scenario.deliveries, &scenario.truth, &verdicts, scenario.days);
        let name = match plan.flood {
            0 => format!("seed {}", plan.seed),
            _ => format!("floods of {} raw alerts", plan.flood),
        };
        scenarios.push((name, quality));
    }
    let (floods, usual): (Vec<_>, Vec<_>) = scenarios
        .iter()
        .map(|(name, quality)| (name, quality.clone()))
        .partition(|(name, _)| name.starts_with("floods"));
    let part = |list: Vec<(&String, Quality)>| -> Vec<Quality> {
        list.into_iter().map(|(_, quality)| quality).collect()
    };
    let (floods, usual) = (part(floods), part(usual));
    let mut page = page::Page::new();
    page.generated(
        &table::totals(&scenarios),
        &table::kinds_of(&usual),
        &table::faults(&usual),
    );
    page.floods(&table::kinds_of(&floods), &table::faults(&floods));
    let files = ait::load()?;
    if options.only.is_none() && !files.is_empty() {
        let scores: Vec<_> = files
            .iter()
            .map(|file| (file.name.clone(), file.score(&catalogue.tactics)))
            .collect();
        page.ait(&table::ait(&scores));
        let most = if options.measuring { usize::MAX } else { 2_000 };
        let rows = speed::run(&files, &catalogue.tactics, most);
        page.speed(&table::speed(&rows));
    }
    match options.out {
        Some(path) => std::fs::write(path, page.text())?,
        None => println!("{}", page.text()),
    }
    Ok(())
}

/// Usual scenarios of several seeds, and one of floods.
fn plans(options: &Options) -> Vec<Plan> {
    let small = Plan {
        tenants: 3,
        each: 1,
        only: options.only.clone(),
        ..Plan::default()
    };
    let usual = if options.measuring {
        Plan {
            tenants: options.tenants.unwrap_or(5),
            each: 5,
            ..small.clone()
        }
    } else {
        small.clone()
    };
    let seeds = options.seeds.unwrap_or(if options.measuring { 5 } else { 1 });
    let mut plans: Vec<Plan> = (1..=seeds)
        .map(|seed| Plan {
            seed,
            ..usual.clone()
        })
        .collect();
    if options.only.is_none() {
        plans.push(Plan {
            only: Some("flood".to_owned()),
            tenants: 2,
            noise: false,
            flood: if options.measuring { 400_000 } else { 3_000 },
            ..small
        });
    }
    plans
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options {
        measuring: false,
        out: None,
        only: None,
        seeds: None,
        tenants: None,
        show: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let next = arguments.next();
            next.ok_or_else(|| anyhow::anyhow!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            // `cargo bench` adds it; `cargo test --benches` does not.
            "--bench" => options.measuring = true,
            "--out" => options.out = Some(value()?),
            "--only" => options.only = Some(value()?),
            "--show" => options.show = Some(value()?),
            "--tenants" => options.tenants = Some(value()?.parse()?),
            "--seeds" => options.seeds = Some(value()?.parse()?),
            other => anyhow::bail!(
                "`{other}` is unknown: expected `--out FILE`, `--only KIND`, `--seeds NUMBER`, `--tenants NUMBER` or `--show KIND`"
            ),
        }
    }
    Ok(options)
}
