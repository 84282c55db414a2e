//! A rule's condition as a flat list of steps: ask one item, and go on at one of two places.

use sigma::{Detection, Expression};
use std::collections::HashMap;

/// A number no step has: the rule matches.
const MATCH: u16 = u16::MAX;
/// The rule does not match.
const NO_MATCH: u16 = u16::MAX - 1;

/// One question, and where its answer leads.
#[derive(Clone, Copy, Debug)]
struct Step {
    item: u32,
    yes: u16,
    no: u16,
}

/// A compiled condition.
#[derive(Clone, Debug)]
pub struct Program {
    /// Written from the end: a step leads to earlier ones.
    steps: Box<[Step]>,
    start: u16,
}

/// A selection: the numbers of the items of each of its alternatives.
pub type Alternatives = Vec<Vec<u32>>;

/// A condition with items in place of selections.
#[derive(Clone, Debug)]
pub enum Node {
    /// This item holds.
    Item(u32),
    /// The inner one does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// One holds.
    Any(Vec<Self>),
}

/// The condition of a detection is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the condition asks more than {} questions", NO_MATCH)]
pub struct TooLong;

/// How many questions a condition asks at most.
fn questions(condition: &Expression, detection: &Detection) -> usize {
    let all = |parts: &[Expression]| parts.iter().map(|part| questions(part, detection)).sum();
    match condition {
        Expression::Selection(number) => detection.selections[*number]
            .alternatives
            .iter()
            .map(Vec::len)
            .sum(),
        Expression::Not(inner) => questions(inner, detection),
        Expression::And(parts) | Expression::Or(parts) => all(parts),
    }
}

/// Whether a program can be made of a detection.
pub fn check(detection: &Detection) -> Result<(), TooLong> {
    if questions(&detection.condition, detection) < usize::from(NO_MATCH) {
        Ok(())
    } else {
        Err(TooLong)
    }
}

impl Node {
    /// A condition over selections whose items are numbered.
    pub fn new(condition: &Expression, selections: &[Alternatives]) -> Self {
        let of_items = |items: &Vec<u32>| Self::All(items.iter().copied().map(Self::Item).collect());
        let selections: Vec<Self> = selections
            .iter()
            .map(|alternatives| Self::Any(alternatives.iter().map(of_items).collect()))
            .collect();
        Self::of(condition, &selections)
    }

    fn of(expression: &Expression, selections: &[Self]) -> Self {
        let all = |parts: &[Expression]| parts.iter().map(|part| Self::of(part, selections)).collect();
        match expression {
            Expression::Selection(number) => selections[*number].clone(),
            Expression::Not(inner) => Self::Not(Box::new(Self::of(inner, selections))),
            Expression::And(parts) => Self::All(all(parts)),
            Expression::Or(parts) => Self::Any(all(parts)),
        }
    }
}

impl Program {
    /// Flattens a condition.
    pub fn new(node: &Node) -> Result<Self, TooLong> {
        let mut writer = Writer::default();
        let start = writer.write(node, MATCH, NO_MATCH)?;
        Ok(Self {
            steps: writer.steps.into(),
            start,
        })
    }

    /// One that never holds.
    pub fn never() -> Self {
        Self {
            steps: Box::default(),
            start: NO_MATCH,
        }
    }

    /// Whether the condition holds, asking as few items as it can.
    pub fn holds(&self, mut item: impl FnMut(u32) -> bool) -> bool {
        let mut at = self.start;
        while let Some(step) = self.steps.get(usize::from(at)) {
            at = if item(step.item) { step.yes } else { step.no };
        }
        at == MATCH
    }
}

#[derive(Default)]
struct Writer {
    steps: Vec<Step>,
    /// The same question with the same ways on is one step.
    known: HashMap<(u32, u16, u16), u16>,
}

impl Writer {
    fn write(&mut self, node: &Node, yes: u16, no: u16) -> Result<u16, TooLong> {
        match node {
            Node::Item(item) => self.step(*item, yes, no),
            Node::Not(inner) => self.write(inner, no, yes),
            Node::All(parts) => parts
                .iter()
                .rev()
                .try_fold(yes, |next, part| self.write(part, next, no)),
            Node::Any(parts) => parts
                .iter()
                .rev()
                .try_fold(no, |next, part| self.write(part, yes, next)),
        }
    }

    fn step(&mut self, item: u32, yes: u16, no: u16) -> Result<u16, TooLong> {
        if let Some(number) = self.known.get(&(item, yes, no)) {
            return Ok(*number);
        }
        let number = self.steps.len() as u16;
        if self.steps.len() >= usize::from(NO_MATCH) {
            return Err(TooLong);
        }
        self.steps.push(Step { item, yes, no });
        self.known.insert((item, yes, no), number);
        Ok(number)
    }
}
