//! Runs the tests that rules carry: raw logs → normalise → detect → number of alerts.

use crate::{
    bench::Bench,
    compiled::Compiled,
    explain::{self, Input},
    finding::Finding,
    read::{self, Feed},
};
use detect::{Detector, RuleInfo, RuleSource, RuleTest};
use model::Alert;
use serde::Serialize;
use std::sync::Arc;

/// Lines on why a test failed.
const LINES: usize = 8;

/// What came of the tests of some rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// How many rules load and raise alerts.
    pub rules: usize,
    /// What does not load, and so cannot be tested.
    pub errors: Vec<Finding>,
    /// The tests, in the order of the rules.
    pub tests: Vec<TestOutcome>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestOutcome {
    /// The file of the rule.
    pub file: String,
    /// The test's line in it.
    pub line: usize,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// What the test shows.
    pub name: String,
    /// Alerts the rule is to raise.
    pub expected: u64,
    /// Alerts it raised.
    pub got: u64,
    /// They are equal, and every log could be read.
    pub passed: bool,
    /// Logs that could not be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadLog>,
    /// Of a test that raised too few alerts: what of the rule did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

impl TestOutcome {
    /// What went wrong, in a line; empty if it passed.
    pub fn failure(&self) -> String {
        let mut parts = Vec::new();
        if self.got != self.expected {
            let plural = if self.got == 1 { "" } else { "s" };
            parts.push(format!("{} alert{plural}, expected {}", self.got, self.expected));
        }
        let unread = self.unread.iter();
        parts.extend(unread.map(|log| format!("log {} cannot be read: {}", log.log, log.detail)));
        parts.join("; ")
    }
}

/// A log of a test that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadLog {
    /// Which one, from 1.
    pub log: usize,
    /// The code of the reason.
    pub reason: &'static str,
    /// The reason for people.
    pub detail: String,
}

impl TestReport {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.passed).count()
    }

    /// Whether everything loads and every test passed.
    pub fn ok(&self) -> bool {
        self.errors.is_empty() && self.tests.iter().all(|test| test.passed)
    }
}

/// Runs the tests of all rules in the files given.
pub fn test(bench: &Bench, sources: &[RuleSource]) -> TestReport {
    let compiled = Compiled::new(bench, sources);
    let infos: Vec<RuleInfo> = compiled.own().cloned().collect();
    let mut runner = Runner::new(bench, sources, compiled.set);
    let tests = infos
        .iter()
        .flat_map(|rule| rule.tests.iter().map(move |test| (rule, test)));
    TestReport {
        rules: infos.len(),
        errors: compiled.errors,
        tests: tests.map(|(rule, test)| runner.run(rule, test)).collect(),
    }
}

/// One detector for all tests: what it remembers of one is forgotten before the next.
struct Runner<'b> {
    bench: &'b Bench,
    sources: &'b [RuleSource],
    detector: Detector,
    blank: Vec<u8>,
}

impl<'b> Runner<'b> {
    fn new(bench: &'b Bench, sources: &'b [RuleSource], set: detect::RuleSet) -> Self {
        let detector = Detector::new(Arc::new(set));
        Self {
            bench,
            sources,
            blank: detector.snapshot(),
            detector,
        }
    }

    fn run(&mut self, rule: &RuleInfo, test: &RuleTest) -> TestOutcome {
        if self.detector.restore(&self.blank).is_err() {
            self.detector = Detector::new(Arc::clone(self.detector.rules()));
        }
        let of_rule =
            |alerts: &[Alert]| alerts.iter().filter(|alert| alert.rule.id == rule.id).count() as u64;
        let (mut got, mut unread) = (0, Vec::new());
        for (number, log) in test.logs.iter().enumerate() {
            let place = number.to_be_bytes();
            match read::record(
                &self.bench.catalogue,
                &Feed::of(log.source.clone()),
                read::some_day(),
                &place,
                log.raw.as_bytes(),
            ) {
                Ok(record) => got += of_rule(&self.detector.detect(&[record])),
                Err(dead) => unread.push(UnreadLog {
                    log: number + 1,
                    reason: dead.reason.as_str(),
                    detail: dead.detail,
                }),
            }
        }
        got += of_rule(&self.detector.finish());
        let expected = test.alerts as u64;
        TestOutcome {
            file: rule.file.clone(),
            line: test.line,
            rule: rule.id.clone(),
            title: rule.title.en.clone(),
            name: test.name.clone(),
            expected,
            got,
            passed: got == expected && unread.is_empty(),
            why: if got < expected {
                self.why(rule, test)
            } else {
                Vec::new()
            },
            unread,
        }
    }

    /// Which of the logs the rule does not take, and what of it does not hold.
    fn why(&self, rule: &RuleInfo, test: &RuleTest) -> Vec<String> {
        let (mut lines, mut taken) = (Vec::new(), 0);
        let mut asks = None;
        for (number, log) in test.logs.iter().enumerate() {
            let input = Input::Raw {
                product: &log.source,
                raw: log.raw.as_bytes(),
                received: read::some_day(),
            };
            let Ok(explained) = explain::explain(self.bench, self.sources, Some(&rule.id), &input) else {
                continue;
            };
            for rule in explained.rules {
                taken += usize::from(rule.matches);
                let parts = if rule.members.is_empty() {
                    vec![&rule]
                } else {
                    rule.members.iter().collect()
                };
                let missed = parts
                    .into_iter()
                    .filter(|_| !rule.matches)
                    .flat_map(explain::brief);
                lines.extend(missed.map(|line| format!("log {}: {line}", number + 1)));
                asks = rule
                    .window
                    .as_ref()
                    .map(|w| format!("{} {} within {} s", w.kind, w.condition, w.seconds));
            }
            if lines.len() >= LINES {
                break;
            }
        }
        lines.truncate(LINES);
        if let Some(asks) = asks {
            lines.push(format!(
                "{taken} of {} logs count; the rule asks for {asks}",
                test.logs.len()
            ));
        }
        lines
    }
}
