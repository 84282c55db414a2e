//! Records that were normalised before: their values go into the same rows as those of events, and the same
//! indexes and programs decide.

use super::{
    Engine,
    names::Slot,
    plan::Plan,
    row::{Kind, Row},
    scratch::Scratch,
};
use crate::field::Address;
use model::{Field, RecordView, Value};
use std::{borrow::Cow, collections::BTreeSet};

/// The rules for one kind of record, and the fields they ask for.
#[derive(Debug, Default)]
pub struct RecordPlan {
    plan: Plan,
    fields: Vec<(Slot, Address)>,
    keywords: bool,
}

impl Engine {
    /// A plan for records over the given rules. `address` tells where a record has a field that rules name.
    pub fn record_plan(&self, rules: &[u32], address: impl Fn(&str) -> Option<Address>) -> RecordPlan {
        let mut slots = BTreeSet::new();
        let mut keywords = false;
        let selections = rules
            .iter()
            .flat_map(|rule| &self.rules[*rule as usize].selections);
        for number in selections.flatten().flatten() {
            let item = &self.items[*number as usize];
            keywords |= item.slot.is_none();
            slots.extend(item.slots());
        }
        let fields = slots
            .into_iter()
            .filter_map(|slot| Some((slot, address(self.names.name(slot))?)));
        let witnesses = |rule: &u32| self.rules[*rule as usize].witnesses.as_deref();
        RecordPlan {
            plan: Plan::new(rules.iter().map(|rule| (*rule, witnesses(rule)))),
            fields: fields.collect(),
            keywords,
        }
    }

    /// The numbers of the rules of `plan` that match a record, in order. `slots` is how many fields the dictionary
    /// has: keywords are looked for in all of them.
    pub fn record_matches<'s>(
        &self,
        plan: &RecordPlan,
        record: &impl RecordView,
        slots: usize,
        scratch: &'s mut Scratch,
    ) -> &'s [u32] {
        scratch.next_event(self.rules.len(), self.items.len());
        let mut written = std::mem::take(&mut scratch.written);
        self.read_record(plan, record, &mut written, &mut scratch.answers.row);
        let Scratch {
            answers, candidates, ..
        } = scratch;
        plan.plan.candidates(&written, &mut answers.row, candidates);
        if plan.keywords {
            answers.texts.set(texts(record, slots));
            for text in answers.texts.each() {
                plan.plan.candidates_by_text(text, candidates);
            }
        }
        self.decide(&written, scratch);
        scratch.written = written;
        scratch.matched()
    }

    /// Calls `met` with every value by which a rule matched the record that was asked for last: its field, and its
    /// place among the field's values.
    pub fn record_explain(&self, rule: u32, scratch: &mut Scratch, mut met: impl FnMut(&str, usize)) {
        let Scratch { answers, written, .. } = scratch;
        self.each_met(rule, written, answers, |slot, place, _, _| {
            met(self.names.name(slot), place);
        });
    }

    fn read_record(&self, plan: &RecordPlan, record: &impl RecordView, written: &mut String, row: &mut Row) {
        row.clear(self.names.count());
        written.clear();
        for (slot, address) in &plan.fields {
            for field in address.values(record) {
                let start = written.len();
                written.push_str(&field.value.to_text());
                row.push_plain(*slot, kind(&field.value), start..written.len());
            }
        }
    }
}

const fn kind(value: &Value<'_>) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Bool,
        Value::Int(_) | Value::Float(_) => Kind::Number,
        Value::Text(_) => Kind::Text,
    }
}

/// What keywords are looked for in: the raw record, and the value of every field of the dictionary, in which escapes
/// of the raw record are resolved.
fn texts(record: &impl RecordView, slots: usize) -> impl Iterator<Item = Cow<'_, str>> {
    let some = |field: &&Field<'_>| field.value != Value::Null;
    let fields = (0..slots).flat_map(|slot| record.fields(model::Slot(slot as u16)));
    std::iter::once(String::from_utf8_lossy(record.raw()))
        .chain(fields.filter(some).map(|field| field.value.to_text()))
}
