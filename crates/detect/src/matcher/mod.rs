//! Thousands of rules over events of free form, near the cost of reading them.
//!
//! Rules become numbered items (what one field must be, shared between rules), flat programs over them, and
//! witnesses: what an event must have for a rule to be worth asking. For each kind of log a plan indexes the
//! witnesses of its rules. An event is read straight into a row of the fields that rules ask for; the plan names
//! the candidates; their programs decide. Each item is decided once for an event, and only if a candidate asks.
//!
//! What a rule means is said by [`sigma::eval`]; this only finds the same matches sooner.

mod compiler;
mod escape;
mod gram_table;
mod grams;
mod item;
pub mod json;
mod names;
mod plan;
mod program;
pub mod row;
mod texts;
mod witness;

pub use json::JsonError;
pub use names::{Names, Slot};
pub use plan::Plan;
pub use program::TooLong;

use compiler::Compiler;
use item::Item;
use program::{Node, Program};
use row::Row;
use rustc_hash::FxHashMap;
use sigma::{Detection, LogSource};
use std::sync::{Arc, PoisonError, RwLock};
use texts::Texts;
use witness::Witnesses;

/// A set of rules, ready to match events of any kind.
#[derive(Debug)]
pub struct Engine {
    names: Names,
    items: Vec<Item>,
    rules: Vec<Rule>,
    plans: RwLock<FxHashMap<Log, Arc<Plan>>>,
}

#[derive(Debug)]
struct Rule {
    log: Log,
    /// The items its condition asks, each once.
    items: Box<[u32]>,
    program: Program,
    witnesses: Option<Witnesses>,
}

/// Which logs a rule is for, or an event is of. Of an event, what is absent is not known and fits every rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Log {
    /// Such as `windows`.
    pub product: Option<String>,
    /// Such as `sysmon`.
    pub service: Option<String>,
    /// Such as `process_creation`.
    pub category: Option<String>,
}

impl From<&LogSource> for Log {
    fn from(source: &LogSource) -> Self {
        Self {
            product: source.product.clone(),
            service: source.service.clone(),
            category: source.category.clone(),
        }
    }
}

impl Log {
    /// Whether a rule for `self` is for events of `event`: each key is equal, or absent in one of them.
    fn fits(&self, event: &Self) -> bool {
        let fits = |rule: &Option<String>, event: &Option<String>| {
            rule.is_none() || event.is_none() || rule == event
        };
        fits(&self.product, &event.product)
            && fits(&self.service, &event.service)
            && fits(&self.category, &event.category)
    }
}

/// What matching one event after the other needs to have at hand; one for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    row: Row,
    texts: Texts,
    event: u32,
    /// By rule: the last event it was a candidate of.
    asked: Vec<u32>,
    /// By item: the last event it was decided for, and how.
    decided: Vec<(u32, bool)>,
    /// First what may match, then what does.
    candidates: Vec<u32>,
}

impl Engine {
    /// Compiles rules; their numbers are their places in `rules`. What cannot be compiled never matches, and is
    /// told by its number.
    ///
    /// `fields` are read too, whether rules ask for them or not.
    pub fn new<'r>(
        rules: impl IntoIterator<Item = (&'r LogSource, &'r Detection)>,
        fields: &[&str],
    ) -> (Self, Vec<(usize, TooLong)>) {
        let mut compiler = Compiler::default();
        for field in fields {
            compiler.names.intern(field);
        }
        let nodes: Vec<(Log, Node)> = rules
            .into_iter()
            .map(|(log, detection)| (log.into(), Node::new(detection, |item| compiler.number(item))))
            .collect();
        let mut failed = Vec::new();
        let mut ready = Vec::new();
        for (number, (log, node)) in nodes.into_iter().enumerate() {
            let mut items = Vec::new();
            node.items(&mut items);
            let program = Program::new(&node).unwrap_or_else(|error| {
                failed.push((number, error));
                Program::never()
            });
            let witnesses = compiler.witnesses(&node);
            ready.push(Rule {
                log,
                items: items.into(),
                program,
                witnesses,
            });
        }
        let engine = Self {
            names: compiler.names,
            items: compiler.items,
            rules: ready,
            plans: RwLock::default(),
        };
        (engine, failed)
    }

    /// The fields rules ask for.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The plan for events of a log; built when first asked for. No log: all rules.
    pub fn plan(&self, log: &Log) -> Arc<Plan> {
        let known = self
            .plans
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(log)
            .cloned();
        known.unwrap_or_else(|| {
            let rules = self
                .rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.log.fits(log));
            let plan = Plan::new(rules.map(|(number, rule)| (number as u32, rule.witnesses.as_deref())));
            let plan = Arc::new(plan);
            let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(plans.entry(log.clone()).or_insert(plan))
        })
    }

    /// Reads an event into the scratch.
    pub fn read(&self, event: &str, scratch: &mut Scratch) -> Result<(), JsonError> {
        scratch.row.clear(self.names.count());
        json::read(event, self.names.root(), &mut scratch.row)
    }

    /// The numbers of the rules of `plan` that match the event that was read, in order.
    pub fn matches<'s>(&self, plan: &Plan, event: &str, scratch: &'s mut Scratch) -> &'s [u32] {
        scratch.next_event(self.rules.len(), self.items.len());
        let Scratch {
            row,
            texts,
            event: number,
            asked,
            decided,
            candidates,
        } = scratch;
        plan.candidates(event, row, &mut |rule| {
            let last = &mut asked[rule as usize];
            if *last != *number {
                *last = *number;
                candidates.push(rule);
            }
        });
        candidates.retain(|rule| {
            self.rules[*rule as usize].program.holds(|item| {
                let known = &mut decided[item as usize];
                if known.0 != *number {
                    *known = (*number, self.items[item as usize].holds(event, row, texts));
                }
                known.1
            })
        });
        candidates.sort_unstable();
        candidates
    }

    /// The fields by which a rule matched the event that was read, each with the value that did.
    pub fn explain(&self, rule: u32, event: &str, scratch: &mut Scratch, mut each: impl FnMut(&str, &str)) {
        for item in &self.rules[rule as usize].items {
            let item = &self.items[*item as usize];
            let Some(slot) = item.slot else { continue };
            if let Some(cell) = item.met_by(event, &mut scratch.row) {
                each(self.names.name(slot), scratch.row.text(event, cell));
            }
        }
    }
}

impl Scratch {
    /// The rules that matched the event that was asked for last.
    pub fn matched(&self) -> &[u32] {
        &self.candidates
    }

    /// The values of the event that was read.
    pub const fn row(&mut self) -> &mut Row {
        &mut self.row
    }

    fn next_event(&mut self, rules: usize, items: usize) {
        if self.asked.len() != rules || self.decided.len() != items || self.event == u32::MAX {
            self.asked = vec![0; rules];
            self.decided = vec![(0, false); items];
            self.event = 0;
        }
        self.event += 1;
        self.texts.clear();
        self.candidates.clear();
    }
}
