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
mod few;
mod gram_table;
mod grams;
mod item;
pub mod json;
mod names;
mod plan;
mod program;
mod record;
pub mod row;
mod scratch;
mod texts;
mod watch;
mod witness;

pub use json::JsonError;
pub use names::{Names, Slot};
pub use plan::Plan;
pub use program::{TooLong, check};
pub use record::RecordPlan;
pub use scratch::Scratch;
pub use watch::{Clock, Cost, Watch};

use compiler::Compiler;
use item::Item;
use program::{Alternatives, Node, Program};
use row::Row;
use rustc_hash::FxHashMap;
use scratch::Answers;
use sigma::{Detection, LogSource};
use std::sync::{Arc, PoisonError, RwLock};
use witness::Witnesses;

/// A set of rules, ready to match events of any kind.
#[derive(Debug, Default)]
pub struct Engine {
    names: Names,
    items: Vec<Item>,
    rules: Vec<Rule>,
    plans: RwLock<FxHashMap<Log, Arc<Plan>>>,
}

#[derive(Debug)]
struct Rule {
    log: Log,
    selections: Box<[Alternatives]>,
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
        let read: Vec<(Log, Vec<Alternatives>, Node)> = rules
            .into_iter()
            .map(|(log, detection)| {
                let selections = compiler.selections(detection);
                let node = Node::new(&detection.condition, &selections);
                (log.into(), selections, node)
            })
            .collect();
        let mut failed = Vec::new();
        let mut ready = Vec::new();
        for (number, (log, selections, node)) in read.into_iter().enumerate() {
            let program = Program::new(&node).unwrap_or_else(|error| {
                failed.push((number, error));
                Program::never()
            });
            ready.push(Rule {
                log,
                selections: selections.into(),
                program,
                witnesses: compiler.witnesses(&node),
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
    ///
    /// Events may name any log. Names that no rule knows are all the same, so that what is kept is bounded by the
    /// rules and not by the events.
    pub fn plan(&self, log: &Log) -> Arc<Plan> {
        let log = &self.known_log(log);
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

    /// The log, with one name for all names that no rule knows.
    fn known_log(&self, log: &Log) -> Log {
        let known = |name: &Option<String>, of: fn(&Log) -> &Option<String>| {
            let same = |rule: &Rule| of(&rule.log) == name;
            let name = name.as_ref()?;
            Some(if self.rules.iter().any(same) {
                name.clone()
            } else {
                String::new()
            })
        };
        Log {
            product: known(&log.product, |log| &log.product),
            service: known(&log.service, |log| &log.service),
            category: known(&log.category, |log| &log.category),
        }
    }

    /// Reads an event into the scratch.
    pub fn read(&self, event: &str, scratch: &mut Scratch) -> Result<(), JsonError> {
        let row = &mut scratch.answers.row;
        row.clear(self.names.count());
        json::read(event, self.names.root(), row)
    }

    /// The numbers of the rules of `plan` that match the event that was read, in order.
    pub fn matches<'s>(&self, plan: &Plan, event: &str, scratch: &'s mut Scratch) -> &'s [u32] {
        scratch.next_event(self.rules.len(), self.items.len());
        let Scratch {
            answers, candidates, ..
        } = scratch;
        plan.candidates(event, &mut answers.row, candidates);
        plan.candidates_by_json(event, candidates);
        self.decide(event, scratch);
        scratch.matched()
    }

    /// Keeps those of the candidates that match.
    fn decide(&self, event: &str, scratch: &mut Scratch) {
        let Scratch {
            answers,
            candidates,
            watch,
            ..
        } = scratch;
        let measured = Watch::measures(candidates.event);
        let rules = &mut candidates.rules;
        let mut holds = |rule: &u32| {
            let program = &self.rules[*rule as usize].program;
            program.holds(|item| answers.holds(&self.items, item, event))
        };
        match watch.as_mut().filter(|_| measured) {
            Some(watch) => rules.retain(|rule| watch.ask(*rule, || holds(rule))),
            None => rules.retain(holds),
        }
        rules.sort_unstable();
    }

    /// The fields by which a rule matched the event that was read, each with the value that did. Of keywords, the
    /// paths of the texts they were found in.
    pub fn explain(&self, rule: u32, event: &str, scratch: &mut Scratch, mut each: impl FnMut(&str, &str)) {
        let mut keywords = Vec::new();
        self.each_true(rule, event, &mut scratch.answers, |item, row| match item.slot {
            Some(slot) => item.each_met(event, row, |_, cell, row| {
                each(self.names.name(slot), row.text(event, cell));
            }),
            None => keywords.push(item),
        });
        if !keywords.is_empty() {
            texts::each(event, |path, text, lower| {
                if keywords.iter().any(|item| item.is_met_in(text, lower)) {
                    each(path, text);
                }
            });
        }
    }

    /// Calls `met` with every value by which the rule's true selections are true: its field, its place among the
    /// field's values, and its cell.
    fn each_met(
        &self,
        rule: u32,
        event: &str,
        answers: &mut Answers,
        mut met: impl FnMut(Slot, usize, usize, &mut Row),
    ) {
        self.each_true(rule, event, answers, |item, row| {
            if let Some(slot) = item.slot {
                item.each_met(event, row, |place, cell, row| met(slot, place, cell, row));
            }
        });
    }

    /// Calls `each` with the items by which the rule's true selections are true.
    fn each_true<'e>(
        &'e self,
        rule: u32,
        event: &str,
        answers: &mut Answers,
        mut each: impl FnMut(&'e Item, &mut Row),
    ) {
        for alternatives in &self.rules[rule as usize].selections {
            let is_true =
                |items: &&Vec<u32>| items.iter().all(|item| answers.holds(&self.items, *item, event));
            for item in alternatives.iter().find(is_true).into_iter().flatten() {
                each(&self.items[*item as usize], &mut answers.row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_no_rule_knows_share_one_plan() {
        let text = "title: t\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n";
        let documents = sigma::parse(text, "r.yml").unwrap();
        let sigma::Body::Rule { logsource, detection } = &documents[0].body else {
            panic!("{documents:?}")
        };
        let (engine, _) = Engine::new([(logsource, detection)], &[]);
        let log = |product: &str| Log {
            product: Some(product.to_owned()),
            ..Log::default()
        };
        let mut scratch = Scratch::default();
        let mut matches = |product: &str| {
            let event = r#"{"a":"B"}"#;
            engine.read(event, &mut scratch).unwrap();
            engine
                .matches(&engine.plan(&log(product)), event, &mut scratch)
                .len()
        };
        assert_eq!((matches("windows"), matches("linux")), (1, 0));
        (0..1_000).for_each(|number| assert_eq!(matches(&number.to_string()), 0));
        assert_eq!(engine.plans.read().unwrap().len(), 2);
    }
}
