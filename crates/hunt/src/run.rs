//! Matching: threads that each take a block of events, match it, and hand over their output.

use crate::{
    input::{Block, Input, InputError, lines},
    output::{Line, Ordered, RuleLine},
    rules::{EXTRA, Loaded},
};
use detect::matcher::{Engine, Log, Plan, Scratch, Slot};
use serde::Serialize;
use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// Plans a worker keeps at hand.
const KEPT_PLANS: usize = 64;

/// How the kind of log of an event is known.
#[derive(Clone, Debug)]
pub enum LogMode {
    /// All events are of this log.
    Fixed(Log),
    /// Each event says so, in `product`, `service` and `category`.
    Fields,
    /// It is not: all rules are asked.
    Any,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Events that were read.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Matches.
    pub matches: u64,
    /// Lines that are no events.
    pub unreadable: u64,
}

/// Why a hunt ended early.
#[derive(Debug, thiserror::Error)]
pub enum HuntError {
    /// An input.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The output.
    #[error("cannot write matches: {0}")]
    Output(#[source] io::Error),
}

/// Hunts for rules in files.
pub fn hunt(
    loaded: &Loaded,
    files: Vec<PathBuf>,
    mode: &LogMode,
    threads: usize,
    out: impl Write + Send,
    progress: &(impl Fn(u64) + Sync),
) -> Result<Summary, HuntError> {
    let input = Mutex::new(Input::new(files));
    let output = Mutex::new(Ordered::new(out));
    let work = || {
        let mut worker = Worker::new(loaded, mode);
        let mut block = Block::default();
        loop {
            let filled = lock(&input).next(&mut block)?;
            if !filled {
                return Ok(worker.summary);
            }
            worker.block(&block);
            progress(block.text.len() as u64);
            let text = std::mem::take(&mut worker.text);
            lock(&output).put(block.number, text).map_err(HuntError::Output)?;
        }
    };
    let summary = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut total: Result<Summary, HuntError> = work();
        for other in others {
            let summary = other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            total = total.and_then(|total| Ok(total.plus(summary?)));
        }
        total
    })?;
    let output = output.into_inner().unwrap_or_else(PoisonError::into_inner);
    output.finish().map_err(HuntError::Output)?;
    Ok(summary)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Summary {
    const fn plus(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            bytes: self.bytes + other.bytes,
            matches: self.matches + other.matches,
            unreadable: self.unreadable + other.unreadable,
        }
    }
}

struct Worker<'h> {
    loaded: &'h Loaded,
    engine: &'h Engine,
    mode: &'h LogMode,
    scratch: Scratch,
    plans: Plans,
    /// `product`, `service`, `category`.
    log_slots: [Option<Slot>; 3],
    time_slots: Vec<Slot>,
    text: Vec<u8>,
    summary: Summary,
}

/// The plans met so far, the last one first.
#[derive(Default)]
struct Plans(Vec<(Log, Arc<Plan>)>);

impl<'h> Worker<'h> {
    fn new(loaded: &'h Loaded, mode: &'h LogMode) -> Self {
        let engine = &loaded.engine;
        let slot = |name: &str| engine.names().get(name);
        Self {
            loaded,
            engine,
            mode,
            scratch: Scratch::default(),
            plans: Plans::default(),
            log_slots: [slot(EXTRA[0]), slot(EXTRA[1]), slot(EXTRA[2])],
            time_slots: EXTRA[3..].iter().filter_map(|name| slot(name)).collect(),
            text: Vec::new(),
            summary: Summary::default(),
        }
    }

    fn block(&mut self, block: &Block) {
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
            self.event(&event, &block.file, number);
        }
    }

    fn event(&mut self, event: &str, file: &str, number: u64) {
        if self.engine.read(event, &mut self.scratch).is_err() {
            self.summary.unreadable += 1;
            return;
        }
        let plan = self.plan(event);
        let count = self.engine.matches(&plan, event, &mut self.scratch).len();
        if count > 0 {
            self.matched(event, file, number);
        }
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
        self.summary.matches += matches.len() as u64;
        let time = self.time_slots.iter().find_map(|slot| {
            let row = self.scratch.row();
            let cell = row.first(*slot)?;
            Some(row.text(event, cell).to_owned())
        });
        for number in matches {
            let rule = &self.loaded.rules[number as usize];
            let mut fields = BTreeMap::new();
            self.engine
                .explain(number, event, &mut self.scratch, |field, value| {
                    fields.insert(field.to_owned(), value.to_owned());
                });
            let line = Line {
                rule: RuleLine {
                    id: &rule.id,
                    title: &rule.title,
                    level: rule.level,
                },
                file,
                record,
                time: time.as_deref(),
                fields: &fields,
            };
            // Plain texts and numbers: writing them to memory cannot fail.
            let _ = serde_json::to_writer(&mut self.text, &line);
            self.text.push(b'\n');
        }
    }
}

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
