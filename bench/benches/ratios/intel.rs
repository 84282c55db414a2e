//! Asking a million indicators about values, against asking a set of the same values as strings, which knows neither
//! networks nor the names below a name nor whose an indicator is. `cargo bench -p intel` has ten million, and the memory.

use crate::measure::{Subject, Table, time};
use intel::{Builder, Feed, Full, Indicator, Observable};
use model::Time;
use std::{collections::HashSet, convert::Infallible, hint::black_box, net::Ipv4Addr};

const INDICATORS: u32 = 1_000_000;

/// One row: addresses and names in turn, half of them known.
pub fn run(table: &mut Table) -> Result<(), Full> {
    let mut builder = Builder::default();
    let mut set = HashSet::new();
    let feed = Feed {
        id: "feed".to_owned(),
        name: "Feed".to_owned(),
        default_confidence: 75,
        tag_confidence: 70,
    };
    builder.feed(feed)?;
    for number in 0..INDICATORS {
        let value = value(number);
        if let Ok(observable) = Observable::guess(&value) {
            builder.add(&Indicator::bare(observable))?;
        }
        set.insert(value);
    }
    let snapshot = builder.build();
    let asked: Vec<String> = (INDICATORS / 2..INDICATORS / 2 * 3).map(value).collect();
    let subject = Subject {
        name: "intel look-up, a million indicators",
        floor: "`HashSet<String>` of the same values",
        unit: "look-ups",
        items: asked.len(),
    };
    let now = Time::from_secs(1);
    let floor = || {
        time(|| {
            black_box(asked.iter().filter(|value| set.contains(*value)).count());
        })
    };
    let ours = || {
        time(|| {
            let known = |value: &&String| match value.parse() {
                Ok(address) => !snapshot.address(address, now).is_empty(),
                Err(_) => !snapshot.domain(value, now).is_empty(),
            };
            black_box(asked.iter().filter(known).count());
        })
    };
    let Ok(()) = table.row::<Infallible>(&subject, || Ok(floor()), || Ok(ours()));
    Ok(())
}

fn value(number: u32) -> String {
    let spread = number.wrapping_mul(0x9e37_79b1);
    if number.is_multiple_of(2) {
        Ipv4Addr::from(0x0b00_0000 | spread >> 2).to_string()
    } else {
        format!("{spread:x}.example")
    }
}
