//! Numbers the items of all rules, so that rules that ask the same share it.

use super::{
    item::Item,
    names::Names,
    program::{Alternatives, Node},
    witness::{self, Statistics, Witnesses},
};
use rustc_hash::FxHashMap;
use sigma::{Detection, Part};
use std::fmt::Write as _;

/// What is known of the rules read so far.
#[derive(Default)]
pub struct Compiler {
    pub names: Names,
    pub items: Vec<Item>,
    sources: Vec<sigma::Item>,
    numbers: FxHashMap<String, u32>,
    statistics: Statistics,
}

impl Compiler {
    /// The selections of a detection, their items numbered.
    pub fn selections(&mut self, detection: &Detection) -> Vec<Alternatives> {
        let selections = detection.selections.iter();
        selections
            .map(|selection| {
                let alternatives = selection.alternatives.iter();
                alternatives
                    .map(|items| items.iter().map(|item| self.number(item)).collect())
                    .collect()
            })
            .collect()
    }

    /// The number of an item, new or known.
    fn number(&mut self, item: &sigma::Item) -> u32 {
        let key = key(item);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.items.len() as u32;
        let compiled = Item::new(item, &mut self.names);
        for test in &item.tests {
            if let Some(witness) = witness::of_test(test, compiled.slot) {
                self.statistics.note(&witness);
            }
        }
        self.items.push(compiled);
        self.sources.push(item.clone());
        self.numbers.insert(key, number);
        number
    }

    /// What an event must have to meet a condition; asked once all items are numbered.
    pub fn witnesses(&self, node: &Node) -> Option<Witnesses> {
        self.statistics.choose(node, &|item| {
            let item = item as usize;
            self.statistics
                .of_item(&self.sources[item], self.items[item].slot)
        })
    }
}

/// What tells an item from others. Writing to memory cannot fail.
fn key(item: &sigma::Item) -> String {
    let mut key = format!("{}{}", u8::from(item.all), u8::from(item.negated));
    key.push_str(item.field.as_deref().unwrap_or("|"));
    for test in &item.tests {
        match test {
            sigma::Test::Text(pattern) => {
                key.push(if pattern.cased() { '\u{1}' } else { '\u{2}' });
                for part in pattern.parts() {
                    match part {
                        Part::Text(text) => {
                            let _ = write!(key, "{}:{text}", text.len());
                        }
                        Part::Any => key.push('\u{3}'),
                        Part::One => key.push('\u{4}'),
                        Part::Dash => key.push('\u{5}'),
                    }
                }
            }
            // Few, and each writes itself in a form of its own.
            other => {
                let _ = write!(key, "\u{6}{other:?}");
            }
        }
    }
    key
}
