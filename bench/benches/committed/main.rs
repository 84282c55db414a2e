//! Alerts until they stand in events on the disk: how many a second, and how long one waits: `cargo xtask bench commit`.
//!
//! Alerts of the generated scenarios and of a flood go through the correlator and `Store::pipeline_commit`, in batches
//! as the server makes them, into a new SQLite file. Beside the time by the clock stands the processor's: on a machine
//! that does other things as well only the latter says what an alert costs.
//! Without `--bench`, as under `cargo test --benches`, everything runs small, to see that it does.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

#[path = "../shared/commit.rs"]
mod commit;
mod input;
#[allow(dead_code, reason = "the quality of what is decided is measured elsewhere")]
#[path = "../quality/live.rs"]
mod live;
mod measure;
mod processor;

use testkit::scenario::Catalogue;

/// The one of the binary, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What has to hold, through SQLite on two processors: alerts a second, and the wait of 99 in 100.
const GATE: (f64, f64) = (10_000.0, 2.0);

fn main() -> anyhow::Result<()> {
    let (mut measuring, mut only, mut alerts) = (false, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => measuring = true,
            "--alerts" => alerts = arguments.next().map(|text| text.parse()).transpose()?,
            name => only = Some(name.to_owned()),
        }
    }
    let most = alerts.unwrap_or(if measuring { 250_000 } else { 2_000 });
    let catalogue = Catalogue::load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    println!("| alerts of | how they come | alerts | per second | per second of processor | p50 | p99 |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for input in input::all(&catalogue, most)? {
        if only
            .as_ref()
            .is_some_and(|only| !input.name.contains(only.as_str()))
        {
            continue;
        }
        let fast = runtime.block_on(measure::sustained(&input, &catalogue.tactics))?;
        println!("{fast}");
        let half = runtime.block_on(measure::at_rate(&input, &catalogue.tactics, fast.rate() / 2.0))?;
        println!("{half}");
        if measuring {
            let (rate, wait) = GATE;
            let holds = fast.rate() >= rate && half.p99().is_some_and(|p99| p99.as_secs_f64() <= wait);
            let verdict = if holds { "holds" } else { "does not hold" };
            println!(
                "The gate of {rate} alerts a second and {wait} s {verdict} for {}.",
                input.name
            );
        }
    }
    Ok(())
}
