//! Matching: a thread's part of a hunt.

use crate::{
    correlation::{Found, Hit, Place, compile::Feed},
    input::{Block, Problem, lines},
    output::{Line, RuleLine},
    rules::{LOG_FIELDS, Loaded},
    run::{LogMode, Summary, Told},
};
use detect::matcher::{Engine, JsonError, Log, Plan, Scratch, Slot};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// Plans a worker keeps at hand.
const KEPT_PLANS: usize = 64;

/// Matches blocks of events, one after the other.
pub struct Worker<'h> {
    loaded: &'h Loaded,
    engine: &'h Engine,
    mode: &'h LogMode,
    scratch: Scratch,
    plans: Plans,
    /// `product`, `service`, `category`.
    log_slots: [Option<Slot>; 3],
    /// Lines of matches.
    pub text: Vec<u8>,
    /// What correlations count.
    pub found: Vec<Found>,
    pub summary: Summary,
}

impl<'h> Worker<'h> {
    /// A worker that hunts for these rules.
    pub fn new(loaded: &'h Loaded, mode: &'h LogMode) -> Self {
        let engine = &loaded.engine;
        let slot = |name: &str| engine.names().get(name);
        Self {
            loaded,
            engine,
            mode,
            scratch: Scratch::default(),
            plans: Plans::default(),
            log_slots: LOG_FIELDS.map(slot),
            text: Vec::new(),
            found: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Matches a block; what cannot be read is told.
    pub fn block(&mut self, block: &Block, told: &impl Told) {
        let valid = std::str::from_utf8(&block.text).is_ok();
        for (number, line) in (block.first..).zip(lines(&block.text)) {
            self.summary.events += 1;
            self.summary.bytes += line.len() as u64 + 1;
            // Logs hold whatever attackers send: what is no UTF-8 is read with replacement characters.
            let event = if valid {
                std::str::from_utf8(line).map_or(Cow::Borrowed(""), Cow::Borrowed)
            } else {
                String::from_utf8_lossy(line)
            };
            if let Err(error) = self.event(&event, &block.file, number) {
                self.summary.unreadable += 1;
                told.unreadable(&Problem {
                    file: Arc::clone(&block.file),
                    record: Some(number),
                    message: error.to_string(),
                });
            }
        }
        if let Some(problem) = &block.problem {
            match problem.record {
                Some(_) => {
                    self.summary.events += 1;
                    self.summary.unreadable += 1;
                }
                None => self.summary.files_cut += 1,
            }
            told.unreadable(problem);
        }
    }

    fn event(&mut self, event: &str, file: &str, number: u64) -> Result<(), JsonError> {
        self.engine.read(event, &mut self.scratch)?;
        let plan = self.plan(event);
        let count = self.engine.matches(&plan, event, &mut self.scratch).len();
        if count > 0 {
            self.matched(event, file, number);
        }
        Ok(())
    }

    fn plan(&mut self, event: &str) -> Arc<Plan> {
        let row = self.scratch.row();
        let keys = match self.mode {
            LogMode::Fields => self
                .log_slots
                .map(|slot| row.first(slot?).map(|cell| row.written(event, cell))),
            LogMode::Fixed(log) => [
                log.product.as_deref(),
                log.service.as_deref(),
                log.category.as_deref(),
            ],
            LogMode::Any => [None; 3],
        };
        self.plans.get(self.engine, &keys)
    }

    fn matched(&mut self, event: &str, file: &str, record: u64) {
        let matches = self.scratch.matched().to_vec();
        let time = self.loaded.time.written(event, self.scratch.row());
        for number in matches {
            if let Some(used) = self.loaded.correlations.use_of(number) {
                self.count(&used.feeds, event, record);
                if used.silent {
                    continue;
                }
            }
            self.write(number, event, file, record, time.as_deref());
        }
    }

    fn write(&mut self, number: u32, event: &str, file: &str, record: u64, time: Option<&str>) {
        self.summary.matches += 1;
        let mut fields = BTreeMap::new();
        self.engine
            .explain(number, event, &mut self.scratch, |field, value| {
                fields.insert(field.to_owned(), value.to_owned());
            });
        let line = Line {
            rule: RuleLine::of(&self.loaded.rules[number as usize]),
            file,
            record,
            time,
            fields: &fields,
        };
        // Plain texts and numbers: writing them to memory cannot fail.
        let _ = serde_json::to_writer(&mut self.text, &line);
        self.text.push(b'\n');
    }

    /// Finds what a match comes to for the correlations that count it.
    fn count(&mut self, feeds: &[Feed], event: &str, record: u64) {
        if feeds.is_empty() {
            return;
        }
        let row = self.scratch.row();
        let Some(time) = self.loaded.time.milliseconds(event, row) else {
            self.found.push(Found::Untimed { record });
            return;
        };
        for Feed { correlation, member } in feeds.iter().copied() {
            let feed = Feed { correlation, member };
            let found = match self.loaded.correlations.contribution(feed, event, row) {
                None => Found::Lacking { correlation },
                Some((group, values)) => Found::Hit {
                    correlation,
                    group,
                    hit: Hit {
                        time,
                        member,
                        place: Place { file: 0, record },
                        values,
                        behind: None,
                    },
                },
            };
            self.found.push(found);
        }
    }
}

/// The plans met so far, the last one first.
#[derive(Default)]
struct Plans(Vec<(Log, Arc<Plan>)>);

impl Plans {
    fn get(&mut self, engine: &Engine, keys: &[Option<&str>; 3]) -> Arc<Plan> {
        let same = |(log, _): &(Log, Arc<Plan>)| {
            [
                log.product.as_deref(),
                log.service.as_deref(),
                log.category.as_deref(),
            ] == *keys
        };
        let at = self.0.iter().position(same).unwrap_or_else(|| {
            let [product, service, category] = keys.map(|key| key.map(str::to_owned));
            let log = Log {
                product,
                service,
                category,
            };
            let plan = engine.plan(&log);
            // Events may name any log; those met last are kept.
            self.0.truncate(KEPT_PLANS - 1);
            self.0.push((log, plan));
            self.0.len() - 1
        });
        self.0.swap(0, at);
        Arc::clone(&self.0[0].1)
    }
}
