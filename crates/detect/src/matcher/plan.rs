//! The rules for one kind of log, and the indexes that say which of them an event may match.

use super::{
    grams::{Grams, Wanted},
    item::number_of,
    names::Slot,
    row::{Kind, Row},
    scratch::Candidates,
    witness::{Anchor, Witness},
};
use rustc_hash::FxHashMap;
use sigma::Number;

/// The indexes over the rules for one kind of log.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rules nothing can be said of: asked for every event.
    open: Vec<u32>,
    fields: Vec<FieldIndex>,
    keywords: Grams,
}

/// What rules look for in one field.
#[derive(Debug, Default)]
struct FieldIndex {
    slot: Slot,
    present: Vec<u32>,
    exact: FxHashMap<Box<str>, Vec<u32>>,
    base: FxHashMap<Box<str>, Vec<u32>>,
    numbers: FxHashMap<i64, Vec<u32>>,
    inside: Grams,
}

/// Texts, where they must stand, and the rules that look for them.
type Inside = FxHashMap<(Box<str>, Anchor), Vec<u32>>;

#[derive(Default)]
struct Builder {
    open: Vec<u32>,
    fields: FxHashMap<Slot, (FieldIndex, Inside)>,
    keywords: FxHashMap<Box<str>, Vec<u32>>,
}

impl Plan {
    /// Builds the indexes over rules with their witnesses; a rule without any is always asked.
    pub fn new<'w>(rules: impl Iterator<Item = (u32, Option<&'w [Witness]>)>) -> Self {
        let mut builder = Builder::default();
        for (rule, witnesses) in rules {
            match witnesses {
                None => builder.open.push(rule),
                Some(witnesses) => witnesses.iter().for_each(|witness| builder.add(rule, witness)),
            }
        }
        builder.finish()
    }

    /// Adds every rule that the event may match by its fields.
    pub fn candidates(&self, event: &str, row: &mut Row, candidates: &mut Candidates) {
        candidates.add_all(&self.open);
        for field in &self.fields {
            let mut next = row.first(field.slot);
            if next.is_some() {
                candidates.add_all(&field.present);
            }
            while let Some(cell) = next {
                field.value(event, row, cell, candidates);
                next = row.next(cell);
            }
        }
    }

    /// The same for rules that look for keywords, in the JSON of an event.
    pub fn candidates_by_json(&self, event: &str, candidates: &mut Candidates) {
        if self.keywords.is_empty() {
        } else if is_spelt_oddly(event) {
            self.keywords.all(&mut |rule| candidates.add(rule));
        } else {
            self.keywords
                .search_written(event, |rules| candidates.add_all(rules));
        }
    }

    /// The same in a text as people read it.
    pub fn candidates_by_text(&self, text: &str, candidates: &mut Candidates) {
        self.keywords.search(text, |rules| candidates.add_all(rules));
    }
}

impl FieldIndex {
    fn value(&self, event: &str, row: &mut Row, cell: usize, candidates: &mut Candidates) {
        if row.kind(cell) == Kind::Null {
            return;
        }
        if !self.numbers.is_empty()
            && let Some(number) = number_of(event, row, cell)
        {
            // A number that is not whole equals none that rules ask for, but for those like 4.0.
            let whole = match number {
                Number::Int(whole) => Some(whole),
                Number::Float(float) => (float.fract() == 0.0).then_some(float as i64),
            };
            each(whole.and_then(|whole| self.numbers.get(&whole)), candidates);
        }
        if !self.inside.is_empty() {
            let text = row.text(event, cell);
            self.inside.search(text, |rules| candidates.add_all(rules));
        }
        if self.exact.is_empty() && self.base.is_empty() {
            return;
        }
        let lower = row.lower(event, cell);
        each(self.exact.get(lower), candidates);
        if !self.base.is_empty()
            && let Some(start) = memchr::memrchr2(b'\\', b'/', lower.as_bytes())
        {
            each(self.base.get(&lower[start + 1..]), candidates);
        }
    }
}

fn each(rules: Option<&Vec<u32>>, candidates: &mut Candidates) {
    if let Some(rules) = rules {
        candidates.add_all(rules);
    }
}

impl Builder {
    fn add(&mut self, rule: u32, witness: &Witness) {
        let slot = match witness {
            Witness::Exact(slot, _)
            | Witness::Number(slot, _)
            | Witness::Base(slot, _)
            | Witness::Present(slot)
            | Witness::Inside(Some(slot), ..) => *slot,
            Witness::Inside(None, needle, _) => {
                if needle
                    .as_bytes()
                    .windows(super::witness::GRAM)
                    .any(|w| w.iter().all(|b| verbatim(*b)))
                {
                    return self.keywords.entry(needle.clone()).or_default().push(rule);
                }
                return self.open.push(rule);
            }
        };
        let (index, inside) = self.fields.entry(slot).or_default();
        index.slot = slot;
        match witness {
            Witness::Exact(_, text) => index.exact.entry(text.clone()).or_default().push(rule),
            Witness::Number(_, number) => index.numbers.entry(*number).or_default().push(rule),
            Witness::Base(_, name) => index.base.entry(name.clone()).or_default().push(rule),
            Witness::Present(_) => index.present.push(rule),
            Witness::Inside(_, text, anchor) => {
                inside.entry((text.clone(), *anchor)).or_default().push(rule);
            }
        }
    }

    fn finish(mut self) -> Plan {
        self.open.sort_unstable();
        self.open.dedup();
        let mut fields: Vec<FieldIndex> = self
            .fields
            .into_values()
            .map(|(mut index, inside)| {
                let wanted = inside
                    .into_iter()
                    .map(|((text, anchor), rules)| (text, anchor, rules));
                index.inside = Grams::new(sorted(wanted.collect()));
                index
            })
            .collect();
        fields.sort_by_key(|field| field.slot);
        let keywords = self.keywords.into_iter();
        let keywords = keywords.map(|(text, rules)| (text, Anchor::Anywhere, rules));
        Plan {
            open: self.open,
            fields,
            keywords: Grams::for_events(sorted(keywords.collect()), verbatim),
        }
    }
}

/// Whether an event may write plain letters as `\u0041`, or `/` as `\/`: then no text can be looked for in it as it
/// is written.
fn is_spelt_oddly(event: &str) -> bool {
    let event = event.as_bytes();
    memchr::memchr_iter(b'\\', event)
        .any(|at| matches!(event[at..], [_, b'u', b'0', b'0', ..] | [_, b'/', ..]))
}

/// The same table for the same rules, whatever order they came in.
fn sorted(mut wanted: Vec<Wanted>) -> Vec<Wanted> {
    wanted.sort_unstable_by(|a, b| (&a.0, a.2.first()).cmp(&(&b.0, b.2.first())));
    wanted
}

/// Bytes that JSON writes as they are, if it [is not spelt oddly](is_spelt_oddly).
const fn verbatim(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_control() && !matches!(byte, b'"' | b'\\')
}
