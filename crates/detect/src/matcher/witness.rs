//! What an event must have for a rule to be worth asking: the few texts, numbers or fields without which the
//! rule cannot match.
//!
//! Of several that would do, the one is taken that the fewest events are expected to have. How common a text is
//! in events is guessed from how common it is in rules: what many rules look for is what many events have.

use super::{names::Slot, program::Node};
use crate::text::{Shape, TextMatcher, bytes_suffice};
use rustc_hash::FxHashMap;
use sigma::{Number, Part, Pattern};

/// Bytes of a needle that are looked for first.
pub const GRAM: usize = 4;
/// Above this a whole number equals floats that are not quite it.
const EXACT: u64 = 1 << 53;

/// Something an event must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Witness {
    /// A value is this text, without regard to case.
    Exact(Slot, Box<str>),
    /// A value is this whole number, or reads as it.
    Number(Slot, i64),
    /// What stands behind the last `\` or `/` of a value.
    Base(Slot, Box<str>),
    /// A value has this text in it; at least [`GRAM`] bytes. No slot: any text of the event.
    Inside(Option<Slot>, Box<str>, Anchor),
    /// The field has a value.
    Present(Slot),
}

/// Where in a value a text must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Anywhere.
    Anywhere,
    /// At its start.
    Start,
    /// At its end.
    End,
}

/// How often rules look for something.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    counts: FxHashMap<Witness, u32>,
}

/// One of these is there if the rule matches; none if nothing can be said.
pub type Witnesses = Vec<Witness>;

impl Statistics {
    /// Counts what a test looks for.
    pub fn note(&mut self, witness: &Witness) {
        *self.counts.entry(witness.clone()).or_default() += 1;
    }

    /// A guess at the part of events that have it, in thousandths.
    fn cost(&self, witness: &Witness) -> u64 {
        let rules = u64::from(self.counts.get(witness).copied().unwrap_or(0));
        match witness {
            Witness::Exact(..) => 1 + rules,
            Witness::Number(..) => 4 + 4 * rules,
            Witness::Base(..) => 2 + 2 * rules,
            // The whole event has to be searched, whatever is found.
            Witness::Inside(None, ..) => 60 + rules,
            Witness::Inside(Some(_), needle, _) => 3 + rules + 12 / (needle.len() as u64 - GRAM as u64 + 1),
            Witness::Present(..) => 400,
        }
    }

    fn sum(&self, witnesses: &[Witness]) -> u64 {
        witnesses.iter().map(|witness| self.cost(witness)).sum()
    }

    /// The cheapest witnesses of a condition; `of_item` gives those of an item.
    pub fn choose(&self, node: &Node, of_item: &impl Fn(u32) -> Option<Witnesses>) -> Option<Witnesses> {
        match node {
            Node::Item(item) => of_item(*item),
            Node::Not(_) => None,
            Node::All(parts) => parts
                .iter()
                .filter_map(|part| self.choose(part, of_item))
                .min_by_key(|witnesses| self.sum(witnesses)),
            Node::Any(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.append(&mut self.choose(part, of_item)?);
                }
                all.sort_unstable_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
                all.dedup();
                Some(all)
            }
        }
    }

    /// The witnesses of an item.
    pub fn of_item(&self, item: &sigma::Item, slot: Option<Slot>) -> Option<Witnesses> {
        if item.negated {
            return None;
        }
        let each = item.tests.iter().map(|test| of_test(test, slot));
        if item.all {
            return each
                .flatten()
                .min_by_key(|witness| self.cost(witness))
                .map(|one| vec![one]);
        }
        let all = each.collect::<Option<Witnesses>>()?;
        // Where nothing better is known than that the field is there, that alone is enough to ask for.
        match (slot, all.iter().any(|one| matches!(one, Witness::Present(_)))) {
            (Some(slot), true) => Some(vec![Witness::Present(slot)]),
            _ => Some(all),
        }
    }
}

/// What an event must have to pass a test.
pub fn of_test(test: &sigma::Test, slot: Option<Slot>) -> Option<Witness> {
    let present = slot.map(Witness::Present);
    match test {
        sigma::Test::Text(pattern) => of_pattern(pattern, slot).or(present),
        sigma::Test::Number(Number::Int(number)) if number.unsigned_abs() <= EXACT => {
            slot.map(|slot| Witness::Number(slot, *number))
        }
        sigma::Test::Exists(false) | sigma::Test::Null => None,
        _ => present,
    }
}

fn of_pattern(pattern: &Pattern, slot: Option<Slot>) -> Option<Witness> {
    let matcher = TextMatcher::new(pattern);
    let TextMatcher::Plain { shape, needle, .. } = matcher else {
        return of_parts(pattern, slot);
    };
    let needle = String::from_utf8_lossy(&needle)
        .to_ascii_lowercase()
        .into_boxed_str();
    let Some(slot) = slot else {
        return inside(None, needle, Anchor::Anywhere);
    };
    match shape {
        Shape::Equals => Some(Witness::Exact(slot, needle)),
        Shape::Starts => inside(Some(slot), needle, Anchor::Start),
        Shape::Contains => inside(Some(slot), needle, Anchor::Anywhere),
        Shape::Ends => match needle.strip_prefix(['\\', '/']) {
            Some(name) if !name.contains(['\\', '/']) => Some(Witness::Base(slot, name.into())),
            _ => inside(Some(slot), needle, Anchor::End),
        },
    }
}

/// The longest plain piece of a pattern with wildcards.
fn of_parts(pattern: &Pattern, slot: Option<Slot>) -> Option<Witness> {
    let texts = pattern.parts().iter().filter_map(|part| match part {
        Part::Text(text) => Some(text),
        _ => None,
    });
    let longest = texts
        .filter(|text| bytes_suffice(text))
        .max_by_key(|text| text.len())?;
    inside(
        slot,
        longest.to_ascii_lowercase().into_boxed_str(),
        Anchor::Anywhere,
    )
}

fn inside(slot: Option<Slot>, needle: Box<str>, anchor: Anchor) -> Option<Witness> {
    (needle.len() >= GRAM).then_some(Witness::Inside(slot, needle, anchor))
}
