//! OpenCTDR's rule engine beside rsigma and beside plain JSON parsing: the same rules, the same events, one process, by
//! turns, so that what slows the machine down slows all of them.
//!
//! `cargo xtask bench detect` builds and runs it; it needs the folder `CTDR_TEST_DATA`. Printed are events per second of
//! CPU time, the best of several rounds, what that is in parts of the floors and of the peer, and every match that only
//! one of the two engines finds.

mod corpus;
mod engines;

use anyhow::Context as _;
use corpus::{Corpus, Rules};
use engines::{Found, Rate};
use std::{collections::BTreeMap, path::PathBuf};

/// Turns each engine gets.
const ROUNDS: usize = 3;

fn main() -> anyhow::Result<()> {
    let data = std::env::var_os("CTDR_TEST_DATA").map(PathBuf::from);
    let data = data
        .context("CTDR_TEST_DATA names the folder with the test data")?
        .join("sigma");
    let rules = Rules::unpack(&data.join("sigmahq-rules.tar.gz"))?;
    let windows = Corpus::read(&data.join("windows-20k.jsonl.gz"), "windows", None, 10)?;
    let cloudtrail = Corpus::read(
        &data.join("cloudtrail-2900.jsonl.gz"),
        "cloudtrail",
        Some(("aws", "cloudtrail")),
        80,
    )?;
    let (ours, seconds) = engines::timed(|| engines::Ours::load(&rules))?;
    println!("load, ours        {seconds:.2} s CPU, {} rules", ours.rules());
    let (peer, seconds) = engines::timed(|| engines::Peer::load(&rules))?;
    println!("load, rsigma      {seconds:.2} s CPU, {} rules", peer.rules());
    for corpus in [&windows, &cloudtrail] {
        compare(corpus, &ours, &peer)?;
    }
    Ok(())
}

fn compare(corpus: &Corpus, ours: &engines::Ours, peer: &engines::Peer) -> anyhow::Result<()> {
    println!(
        "\n{}: {} events, {} MB",
        corpus.name,
        corpus.events,
        corpus.bytes() >> 20
    );
    let mut best: BTreeMap<&str, Rate> = BTreeMap::new();
    let (mut by_ours, mut by_peer) = (Found::new(), Found::new());
    let keep = |best: &mut BTreeMap<&'static str, Rate>, name, rate: Rate| {
        let known = best.entry(name).or_insert(rate);
        known.keep_best(rate);
    };
    for _ in 0..ROUNDS {
        keep(&mut best, "serde_json", engines::serde(corpus)?);
        keep(&mut best, "sonic_rs", engines::sonic(corpus)?);
        let (rate, found) = peer.run(corpus)?;
        keep(&mut best, "rsigma", rate);
        by_peer = found;
        let (rate, found) = ours.run(corpus, 1)?;
        keep(&mut best, "ours", rate);
        by_ours = found;
        keep(&mut best, "ours, 2 threads", ours.run(corpus, 2)?.0);
    }
    let cpu = |name: &str| best[name].per_cpu_second;
    for (name, rate) in &best {
        println!("  {name:<16} {:>9.0} events per CPU-second", rate.per_cpu_second);
    }
    println!(
        "  ours / rsigma                     {:.2}",
        cpu("ours") / cpu("rsigma")
    );
    println!(
        "  ours / serde_json::Value          {:.2}",
        cpu("ours") / cpu("serde_json")
    );
    println!(
        "  ours / sonic_rs::Value            {:.2}",
        cpu("ours") / cpu("sonic_rs")
    );
    let wall = |name: &str| best[name].per_second;
    println!(
        "  two threads / one, by the clock   {:.2}",
        wall("ours, 2 threads") / wall("ours")
    );
    differences(&by_ours, &by_peer);
    Ok(())
}

/// The matches only one engine finds, by rule.
fn differences(ours: &Found, peer: &Found) {
    let sum = |found: &Found| found.values().sum::<u64>();
    println!("  matches: ours {}, rsigma {}", sum(ours), sum(peer));
    let rules: std::collections::BTreeSet<_> = ours.keys().chain(peer.keys()).map(|(rule, _)| rule).collect();
    for rule in rules {
        let of = |found: &Found| -> Vec<u64> {
            let mine = found.keys().filter(|(name, _)| name == rule);
            mine.map(|(_, event)| *event).collect()
        };
        let (a, b) = (of(ours), of(peer));
        let only = |a: &[u64], b: &[u64]| a.iter().filter(|event| !b.contains(event)).count();
        if a != b {
            println!(
                "    {rule}: only ours {}, only rsigma {}",
                only(&a, &b),
                only(&b, &a)
            );
        }
    }
}
