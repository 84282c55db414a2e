//! The windows of all groups that fire, from the lowest correlation up, and their lines.

use super::{
    Hit, Place,
    compile::{Correlations, Counter},
    keep::Kept,
    scan::{Fired, scan},
};
use crate::output::{Line, RecordLine, RuleLine, WindowLine};
use sigma::Moment;
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    sync::Arc,
};

/// Events that the line of a window names.
pub const NAMED: usize = 32;

/// A window that fired.
#[derive(Debug)]
struct Decided {
    correlation: usize,
    group: Vec<String>,
    /// When its last match happened.
    time: i64,
    /// When it was known to fire, for those that are about it.
    known: i64,
    /// Where its last match stands.
    place: Place,
    value: f64,
    /// Its first events.
    records: Vec<Place>,
}

/// Writes the windows that fire, in the order of their times; how many.
pub fn write(correlations: &Correlations, kept: Kept, out: &mut impl Write) -> io::Result<u64> {
    let Kept { groups, files, .. } = kept;
    let mut decided = decide(correlations, groups, &files);
    decided.retain(|window| !correlations.all[window.correlation].used.silent);
    decided.sort_by(|a, b| (a.time, a.correlation, &a.group).cmp(&(b.time, b.correlation, &b.group)));
    for window in &decided {
        write_line(&correlations.all[window.correlation], window, &files, out)?;
    }
    Ok(decided.len() as u64)
}

fn decide(
    correlations: &Correlations,
    mut groups: Vec<HashMap<Vec<String>, Vec<Hit>>>,
    files: &[Arc<str>],
) -> Vec<Decided> {
    let ranks = ranks(files);
    let mut all = Vec::new();
    for (number, counter) in correlations.all.iter().enumerate() {
        let mut decided = Vec::new();
        for (group, hits) in std::mem::take(&mut groups[number]) {
            let hits = sorted(counter, hits, &ranks);
            let fired = scan(&counter.condition, counter.waits, &hits);
            decided.extend(
                fired
                    .into_iter()
                    .map(|fired| window(number, &group, &hits, &fired)),
            );
        }
        decided.sort_by(|a, b| (a.time, &a.group).cmp(&(b.time, &b.group)));
        for feed in &counter.used.feeds {
            let above = feed.correlation as usize;
            for window in &decided {
                if let Some((group, values)) = correlations.all[above].of_window(feed.member, &window.group) {
                    groups[above].entry(group).or_default().push(Hit {
                        time: window.known,
                        member: feed.member,
                        place: window.place,
                        values,
                        behind: Some(window.records.clone().into()),
                    });
                }
            }
        }
        all.append(&mut decided);
    }
    all
}

/// Whole numbers as they are written.
fn shown(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return (value as i64).into();
    }
    value.into()
}

/// The place of each file among all, by name: the order they were read in makes no difference.
fn ranks(files: &[Arc<str>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|number| &files[*number]);
    let mut ranks = vec![0; files.len()];
    for (rank, number) in order.into_iter().enumerate() {
        ranks[number] = rank;
    }
    ranks
}

/// The matches of a group in the order of their times. An event counts once, whichever of the rules it matches, where
/// those need not be told apart.
fn sorted(counter: &Counter, mut hits: Vec<Hit>, ranks: &[usize]) -> Vec<Hit> {
    for hit in &mut hits {
        hit.member = counter.place_of(hit.member);
    }
    hits.sort_by_key(|hit| {
        (
            hit.time,
            hit.member,
            ranks[hit.place.file as usize],
            hit.place.record,
        )
    });
    let is_same = |a: &Hit, b: &Hit| (a.time, a.member, a.place) == (b.time, b.member, b.place);
    hits.dedup_by(|b, a| a.behind.is_none() && b.behind.is_none() && is_same(a, b));
    hits
}

fn window(correlation: usize, group: &[String], hits: &[Hit], fired: &Fired) -> Decided {
    let inside = &hits[fired.hits.clone()];
    let mut records = Vec::new();
    for hit in inside {
        match &hit.behind {
            Some(behind) => records.extend_from_slice(behind),
            None => records.push(hit.place),
        }
        if records.len() >= NAMED {
            records.truncate(NAMED);
            break;
        }
    }
    let last = &hits[fired.hits.end - 1];
    Decided {
        correlation,
        group: group.to_vec(),
        time: last.time,
        known: fired.known,
        place: last.place,
        value: fired.value,
        records,
    }
}

fn write_line(
    counter: &Counter,
    window: &Decided,
    files: &[Arc<str>],
    out: &mut impl Write,
) -> io::Result<()> {
    let fields = counter.group_by.iter().cloned().zip(window.group.iter().cloned());
    let fields: BTreeMap<String, String> = fields.collect();
    let time = Moment::from_milliseconds(window.time).map(|moment| moment.to_string());
    let record = |place: &Place| RecordLine {
        file: &files[place.file as usize],
        record: place.record,
    };
    let RecordLine { file, record: number } = record(&window.place);
    let line = WindowLine {
        line: Line {
            rule: RuleLine::of(&counter.rule),
            file,
            record: number,
            time: time.as_deref(),
            fields: &fields,
        },
        value: shown(window.value),
        records: window.records.iter().map(record).collect(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
