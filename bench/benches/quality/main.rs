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
    show: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let catalogue = Catalogue::load()?;
    let mut scenarios: Vec<(Form, String, Quality)> = Vec::new();
    for (form, plan) in plans(&options) {
        let scenario = plan.generate(&catalogue)?;
        let verdicts = live::run(&scenario.deliveries, &catalogue.tactics);
        if let Some(kind) = &options.show {
            show::incidents(&scenario, &verdicts, kind);
        }
        let quality = score(&scenario.deliveries, &scenario.truth, &verdicts, scenario.days);
        scenarios.push((form, name(form, &plan), quality));
    }
    let mut page = page::Page::new();
    for form in [Form::Usual, Form::Crowded, Form::Floods] {
        let of = scenarios.iter().filter(|(other, _, _)| *other == form);
        let (named, qualities): (Vec<_>, Vec<_>) = of
            .map(|(_, name, quality)| ((name.clone(), quality.clone()), quality.clone()))
            .unzip();
        page.generated(
            form,
            &table::totals(&named),
            &table::kinds_of(&qualities),
            &table::faults(&qualities),
        );
    }
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

/// What a generated scenario is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An incident a week in each tenant, as where things go badly.
    Usual,
    /// An incident every other day: several in the same hosts at the same time.
    Crowded,
    /// More alerts than an event takes.
    Floods,
}

fn name(form: Form, plan: &Plan) -> String {
    match form {
        Form::Usual => format!("seed {}", plan.seed),
        Form::Crowded => format!("seed {}, crowded", plan.seed),
        Form::Floods => format!("floods of {} raw alerts", plan.flood),
    }
}

/// Scenarios of several seeds, the first two crowded too, and one of floods.
fn plans(options: &Options) -> Vec<(Form, Plan)> {
    const CROWDED: u64 = 2;
    let (seeds, tenants, each) = if options.measuring { (5, 20, 5) } else { (1, 3, 1) };
    let seeded = |seed, tenants| Plan {
        seed,
        tenants,
        each,
        only: options.only.clone(),
        ..Plan::default()
    };
    let seeds = options.seeds.unwrap_or(seeds);
    let mut plans: Vec<(Form, Plan)> = (1..=seeds)
        .map(|seed| (Form::Usual, seeded(seed, tenants)))
        .collect();
    if options.measuring {
        plans.extend((1..=seeds.min(CROWDED)).map(|seed| (Form::Crowded, seeded(seed, tenants / 4))));
    }
    if options.only.is_none() {
        let floods = Plan {
            only: Some("flood".to_owned()),
            noise: false,
            flood: if options.measuring { 400_000 } else { 3_000 },
            ..seeded(1, 2)
        };
        plans.push((Form::Floods, floods));
    }
    plans
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options {
        measuring: false,
        out: None,
        only: None,
        seeds: None,
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
            "--seeds" => options.seeds = Some(value()?.parse()?),
            other => anyhow::bail!(
                "`{other}` is unknown: expected `--out FILE`, `--only KIND`, `--seeds NUMBER` or `--show KIND`"
            ),
        }
    }
    Ok(options)
}
