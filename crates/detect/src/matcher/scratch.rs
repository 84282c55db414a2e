//! What matching one event after the other needs to have at hand; one for each thread.

use super::{item::Item, row::Row, texts::Texts, watch::Watch};

/// What matching one event after the other needs to have at hand; one for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) answers: Answers,
    pub(super) candidates: Candidates,
    /// The values of a record one after the other: the text its row refers to.
    pub(super) written: String,
    /// Measures what rules take, if anybody wants to know.
    pub watch: Option<Watch>,
}

/// The rules worth asking for the event at hand.
#[derive(Debug, Default)]
pub struct Candidates {
    pub event: u32,
    /// By rule: the last event it was a candidate of.
    asked: Vec<u32>,
    /// First what may match, then what does.
    pub rules: Vec<u32>,
}

/// The event at hand, and what was found out about it.
#[derive(Debug, Default)]
pub struct Answers {
    pub row: Row,
    pub texts: Texts,
    event: u32,
    /// By item: the last event it was decided for, and how.
    decided: Vec<(u32, bool)>,
}

impl Scratch {
    /// The rules that matched the event that was asked for last.
    pub fn matched(&self) -> &[u32] {
        &self.candidates.rules
    }

    /// The values of the event that was read.
    pub const fn row(&mut self) -> &mut Row {
        &mut self.answers.row
    }

    /// Forgets what was found out about the event before.
    pub(super) fn next_event(&mut self, rules: usize, items: usize) {
        let Self {
            answers, candidates, ..
        } = self;
        if candidates.asked.len() != rules || answers.decided.len() != items || answers.event == u32::MAX {
            candidates.asked = vec![0; rules];
            answers.decided = vec![(0, false); items];
            answers.event = 0;
        }
        answers.event += 1;
        answers.texts.clear();
        candidates.event = answers.event;
        candidates.rules.clear();
    }
}

impl Candidates {
    /// Adds a rule; once is enough.
    pub fn add(&mut self, rule: u32) {
        let last = &mut self.asked[rule as usize];
        if *last != self.event {
            *last = self.event;
            self.rules.push(rule);
        }
    }

    /// Adds rules.
    pub fn add_all(&mut self, rules: &[u32]) {
        for rule in rules {
            self.add(*rule);
        }
    }
}

impl Answers {
    /// Whether an item holds for the event; found out once.
    pub fn holds(&mut self, items: &[Item], item: u32, event: &str) -> bool {
        let (last, holds) = self.decided[item as usize];
        if last == self.event {
            return holds;
        }
        let holds = items[item as usize].holds(event, &mut self.row, &mut self.texts);
        self.decided[item as usize] = (self.event, holds);
        holds
    }
}
