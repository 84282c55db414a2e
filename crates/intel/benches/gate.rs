//! The gate of the table of indicators: of ten million of all kinds, a microsecond for a look-up, and a gigabyte for all,
//! also while a new table is built and the old one still answers.
//!
//! `cargo bench -p intel` runs it and fails if the gate does not hold; a number after `--` takes another count. Time is
//! that of the processor, so that other programs do not count beyond the cache that they take; what is asked for is
//! made before, and never asked for twice, so that nothing is in the cache but by chance. A look-up is measured up to
//! what decides: which indicators there are, whether each holds now, whose it is, and whether its feed is sure enough to
//! tag. Names and references are decoded when they are shown, and that is not measured. Beside it, the same values as
//! strings in a `HashSet`, which can neither tell networks nor names below a name nor whose an indicator is.
//!
//! Memory is that of the product's allocator, which asks the system for large pages: with small ones, every read past the
//! caches is one or two more, of the tables that say where a page is.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use intel::{Builder, Feed, FileHash, Indicator, Match, Observable, Snapshot};
use model::Time;
use rustix::time::{ClockId, clock_gettime};
use std::{
    collections::HashSet,
    hint::black_box,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    process::ExitCode,
    time::Instant,
};

/// The one of the binary, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Look-ups measured of each sort.
const ASKED: u64 = 1_000_000;
/// Questions made at a time.
const CHUNK: u64 = 5_000;
/// Nanoseconds a look-up may take.
const LONGEST: f64 = 1_000.0;
/// Bytes the process may take.
const LARGEST: f64 = 1e9;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    // `cargo test --benches` passes nothing and wants to know whether it runs.
    let measuring = std::env::args().any(|word| word == "--bench");
    let count = numbers
        .first()
        .copied()
        .unwrap_or(if measuring { 10_000_000 } else { 10_000 });
    let asked = if measuring { ASKED } else { 1_000 };
    let started = Instant::now();
    let old = build(count);
    println!(
        "{count} indicators in {:.1} s: {:.1} MB, {:.1} bytes each; resident {:.1} MB",
        started.elapsed().as_secs_f64(),
        old.size() as f64 / 1e6,
        old.size() as f64 / count as f64,
        resident("VmRSS:") / 1e6,
    );
    let known = nanoseconds(asked, |n| observable(mix(n) % count), |o| decide(&old, o));
    let unknown = nanoseconds(asked, |n| observable(count + mix(n)), |o| decide(&old, o));
    println!("known: {known:.0} ns a look-up, unknown: {unknown:.0} ns");

    // What feeds say changes: the new table is built while the old one answers.
    let new = build(count);
    black_box(ask(&old, &observable(0)));
    let peak = resident("VmHWM:");
    println!(
        "while a new table takes the place of the old one: {:.1} MB",
        peak / 1e6
    );
    drop((old, new));

    let set: HashSet<String> = (0..count).map(|n| observable(n).to_string()).collect();
    let floor = nanoseconds(
        asked,
        |n| observable(mix(n) % count).to_string(),
        |text| usize::from(set.contains(text)),
    );
    println!(
        "floor, `HashSet<String>`: {floor:.0} ns a look-up, resident {:.1} MB",
        resident("VmRSS:") / 1e6
    );
    if measuring && (known.max(unknown) > LONGEST || peak > LARGEST) {
        println!(
            "the gate does not hold: {LONGEST:.0} ns a look-up, {:.0} MB",
            LARGEST / 1e6
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Splitmix64: what stands at a number, as if by chance.
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The indicator of a number: half addresses, then names, hashes, URLs, networks.
fn observable(n: u64) -> Observable {
    let random = mix(n);
    match n % 20 {
        0..=8 => Observable::Network(IpAddr::V4(v4(random)).into()),
        9 => Observable::Network(IpAddr::V6(v6(random)).into()),
        10..=13 => Observable::Domain {
            name: format!("{random:x}.example"),
            below: true,
        },
        14 | 15 => {
            let mut bytes = [0; 32];
            bytes.chunks_mut(8).enumerate().for_each(|(at, part)| {
                part.copy_from_slice(&mix(random ^ at as u64).to_be_bytes());
            });
            Observable::Hash(FileHash::Sha256(bytes))
        }
        16 => Observable::Hash(FileHash::Md5(u128::from(random).to_be_bytes())),
        17 | 18 => Observable::Url(format!("http://{random:x}.example/{:x}/login.php", mix(random))),
        _ => {
            let net = ipnet::Ipv4Net::new_assert(v4(random), 20 + (random % 12) as u8).trunc();
            Observable::Network(net.into())
        }
    }
}

/// Neither private nor reserved, and almost never twice.
fn v4(random: u64) -> Ipv4Addr {
    Ipv4Addr::from(0x0b00_0000 | (random as u32 & 0x7fff_ffff) >> 1)
}

fn v6(random: u64) -> Ipv6Addr {
    Ipv6Addr::from(0x2400_u128 << 112 | u128::from(random) << 32)
}

/// A table of indicators. One of ten says when it was first seen, one of fifty has a page of its own.
fn build(count: u64) -> Snapshot {
    let mut builder = Builder::default();
    let feed = Feed {
        id: "f".to_owned(),
        name: "ours".to_owned(),
        default_confidence: 75,
        tag_confidence: 70,
    };
    let mut fits = builder.feed(feed).is_ok();
    for n in 0..count {
        let mut indicator = Indicator::bare(observable(n));
        indicator.valid_until = Some(Time::from_secs(2_000_000_000 + (n % 100) as i64));
        indicator.about.names = vec![format!("family {}", n % 5_000)];
        if n.is_multiple_of(10) {
            indicator.first_seen = Some(Time::from_secs(1_600_000_000 + n as i64));
        }
        if n.is_multiple_of(50) {
            indicator.about.references = vec![format!("https://intel.example/indicator/{n}")];
        }
        fits &= builder.add(&indicator).is_ok();
    }
    assert!(fits, "there is room for {count}");
    builder.build()
}

fn ask<'s>(snapshot: &'s Snapshot, about: &Observable) -> Vec<Match<'s>> {
    let now = Time::from_secs(1_900_000_000);
    match about {
        Observable::Network(net) => snapshot.address(net.addr(), now),
        Observable::Domain { name, .. } => snapshot.domain(name, now),
        Observable::Url(url) => snapshot.url(url, now),
        Observable::Hash(hash) => snapshot.hash(hash, now),
    }
}

/// How many indicators would tag what is asked for: whether they hold, whose they are and how sure is read of each.
fn decide(snapshot: &Snapshot, about: &Observable) -> usize {
    ask(snapshot, about).iter().filter(|found| found.tags()).count()
}

/// What one call takes of the processor, without making what it asks for.
fn nanoseconds<Q>(calls: u64, make: impl Fn(u64) -> Q, ask: impl Fn(&Q) -> usize) -> f64 {
    let (mut taken, mut found) = (0, 0);
    for first in (0..calls).step_by(CHUNK as usize) {
        let questions: Vec<Q> = (first..calls.min(first + CHUNK)).map(&make).collect();
        let started = processor();
        found += questions.iter().map(&ask).sum::<usize>();
        taken += processor() - started;
    }
    black_box(found);
    taken as f64 / calls as f64
}

/// Nanoseconds this thread had of the processor.
fn processor() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Bytes of memory in use, or at most in use so far; nothing where the system does not say.
fn resident(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0
}
