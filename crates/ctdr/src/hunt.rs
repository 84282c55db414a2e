//! `ctdr hunt`: Sigma rules over files of events.

use crate::{cli::HuntArguments, exit::Failure, progress};
use anyhow::Context as _;
use hunt::{
    LogMode, Note, Placeholders, RuleError, Summary, Told,
    input::{Input, Problem},
    rules::Setup,
};
use indicatif::ProgressBar;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::{
    fmt::Display,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// The last line of standard error.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    summary: Summary,
    rules_loaded: usize,
    rules_failed: usize,
    load_seconds: f64,
    match_cpu_seconds: f64,
    events_per_cpu_second: f64,
    peak_rss_bytes: u64,
}

/// Runs the command.
pub fn run(arguments: &HuntArguments) -> Result<(), Failure> {
    Input::check(&arguments.input).map_err(Failure::not_found)?;
    let started = cpu_seconds();
    let setup = Setup {
        placeholders: match &arguments.placeholders {
            Some(file) => placeholders(file)?,
            None => Placeholders::none(),
        },
        time_fields: arguments.time_field.clone(),
    };
    let loaded = hunt::rules::load_with(&arguments.rules, &setup).map_err(|error| {
        if error.is_not_found() {
            Failure::not_found(error)
        } else {
            Failure::from(error)
        }
    })?;
    let load_seconds = cpu_seconds() - started;
    tell_failures(&loaded.failed);

    let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let bar = progress::bytes(arguments.input.iter().map(|path| size(path)).sum());
    let threads = arguments.threads.map_or_else(
        || thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    );
    let mode = if arguments.logsource_fields {
        &LogMode::Fields
    } else {
        &arguments.logsource
    };
    let out = output(arguments.out.as_deref())?;
    let started = cpu_seconds();
    let teller = Teller {
        bar,
        problems: AtomicUsize::new(0),
    };
    let done = hunt::hunt(&loaded, arguments.input.clone(), mode, threads, out, &teller);
    let match_cpu_seconds = cpu_seconds() - started;
    teller.finish();
    let summary = done?;
    tell(&Report {
        summary,
        rules_loaded: loaded.count(),
        rules_failed: loaded.failed_documents,
        load_seconds,
        match_cpu_seconds,
        events_per_cpu_second: summary.events as f64 / match_cpu_seconds.max(1e-9),
        peak_rss_bytes: peak_rss_bytes(),
    })?;
    if summary.files_cut > 0 {
        return Err(Failure::told());
    }
    Ok(())
}

/// The lists that placeholders of rules stand for.
fn placeholders(file: &Path) -> Result<Placeholders, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read `{name}`"))
        .map_err(Failure::not_found)?;
    hunt::rules::placeholders(&text)
        .with_context(|| format!("`{name}` is no map of names to lists of texts"))
        .map_err(Failure::usage)
}

/// How many problems are told one by one; all are counted.
const TOLD: usize = 100;

/// Tells people how far it is, and what cannot be read.
struct Teller {
    bar: ProgressBar,
    problems: AtomicUsize,
}

impl Told for Teller {
    fn matched(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn unreadable(&self, problem: &Problem) {
        // A file that ends early is always told.
        if self.problems.fetch_add(1, Ordering::Relaxed) < TOLD || problem.record.is_none() {
            self.say(problem);
        }
    }

    fn noted(&self, note: &Note) {
        self.say(note);
    }
}

impl Teller {
    #[allow(clippy::print_stderr, reason = "this is what the command says to people")]
    fn say(&self, what: &impl Display) {
        self.bar.suspend(|| eprintln!("{what}"));
    }

    #[allow(clippy::print_stderr, reason = "this is what the command says to people")]
    fn finish(&self) {
        self.bar.finish_and_clear();
        let problems = self.problems.load(Ordering::Relaxed);
        if problems > TOLD {
            eprintln!("and {} more that could not be read", problems - TOLD);
        }
    }
}

fn output(path: Option<&Path>) -> Result<Box<dyn Write + Send>, Failure> {
    let Some(path) = path else {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    };
    let file =
        File::create(path).map_err(|error| anyhow::anyhow!("cannot write `{}`: {error}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

#[allow(clippy::print_stderr, reason = "this is what the command says to people")]
fn tell_failures(failed: &[RuleError]) {
    for error in failed {
        eprintln!("{error}");
    }
}

#[allow(clippy::print_stderr, reason = "this is what the command says to programs")]
fn tell(report: &Report) -> Result<(), Failure> {
    eprintln!("{}", serde_json::to_string(report)?);
    Ok(())
}

/// What this process has used of its processors, over all threads.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory this process ever had; 0 where the system does not say.
fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
