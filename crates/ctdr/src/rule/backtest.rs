//! `ctdr rule backtest`.

use super::{
    arguments::{BacktestArguments, BudgetPart, Format},
    count, files, logs, print, print_json, tell_errors,
};
use crate::exit::Failure;
use anyhow::anyhow;
use std::fmt::Write as _;
use workbench::{Backtest, BacktestReport, Bench, Budget, Verdict};

/// Rules that are told by name.
const RULES: usize = 20;
/// Characters of a bar of a day.
const BAR: u64 = 40;

/// Runs the command.
pub fn run(bench: &Bench, arguments: &BacktestArguments) -> Result<(), Failure> {
    let rules = files::or_predefined(bench, &arguments.rules, false)?;
    let (mut logs, bar) = logs::open(bench, &arguments.logs)?;
    let (mut backtest, errors) = Backtest::new(bench, &rules, budget(&arguments.budget));
    tell_errors(&errors);
    while logs.next(|record| backtest.record(record))? {}
    bar.finish_and_clear();
    let report = backtest.finish();
    match arguments.format {
        Format::Json => print_json(&report)?,
        Format::Text => print(&text(&report))?,
    }
    if !errors.is_empty() {
        return Err(Failure::check(anyhow!("some rules do not load")));
    }
    let exceeded: Vec<String> = report
        .verdicts
        .iter()
        .filter(|v| v.exceeded)
        .map(verdict)
        .collect();
    if exceeded.is_empty() {
        return Ok(());
    }
    Err(Failure::check(anyhow!("{}", exceeded.join("; "))))
}

fn budget(parts: &[BudgetPart]) -> Budget {
    let mut budget = Budget::default();
    for part in parts {
        match part {
            BudgetPart::Alerts(limit) => budget.alerts_per_day = Some(*limit),
            BudgetPart::Events(limit) => budget.events_per_day = Some(*limit),
        }
    }
    budget
}

fn verdict(verdict: &Verdict) -> String {
    let day = verdict
        .day
        .as_deref()
        .map_or_else(String::new, |day| format!(" on {day}"));
    let kept = if verdict.exceeded { "exceeded" } else { "kept" };
    format!(
        "budget {}={} {kept}: {} at most{day}",
        verdict.what, verdict.limit, verdict.most
    )
}

fn text(report: &BacktestReport) -> String {
    let mut text = String::new();
    let records = &report.records;
    let _ = writeln!(
        text,
        "{} records read, {} duplicate, {} not read; {} alerts ({} repeats left out), {} events",
        records.read, records.duplicate, records.unread, report.alerts, report.suppressed, report.events
    );
    if let Some(because) = &records.unread_because {
        let _ = writeln!(text, "first record that was not read: {because}");
    }
    days(&mut text, report);
    let loud = report.rules.iter().filter(|rule| rule.alerts > 0);
    section(
        &mut text,
        "rules: alerts, most on one day",
        loud.take(RULES).map(|rule| {
            format!(
                "{:>8} {:>8}  {} ({})",
                rule.alerts, rule.most_per_day, rule.title, rule.id
            )
        }),
    );
    section(
        &mut text,
        "entities: alerts they are in",
        report.entities.iter().map(|entity| {
            let about = if entity.exact { "" } else { " at most" };
            format!("{:>8}{about}  {}:{}", entity.alerts, entity.kind, entity.value)
        }),
    );
    section(
        &mut text,
        "events that matter most",
        report.top_events.iter().map(|event| {
            format!(
                "{:<8}  {}  {} ({})",
                event.level.name().en,
                event.first_time,
                event.title.en,
                count(event.alerts as usize, "alert")
            )
        }),
    );
    section(
        &mut text,
        "sample alerts",
        report.samples.iter().take(RULES).map(|sample| {
            let raw: String = sample.raw.chars().take(160).collect();
            format!("{}  {}\n            {raw}", sample.time, sample.title.en)
        }),
    );
    section(&mut text, "budget", report.verdicts.iter().map(verdict));
    text
}

fn days(text: &mut String, report: &BacktestReport) {
    let most = report.days.iter().map(|day| day.alerts).max().unwrap_or(0).max(1);
    section(
        text,
        "days: records, alerts, events",
        report.days.iter().map(|day| {
            let bar = "█".repeat((day.alerts * BAR / most) as usize);
            format!(
                "{} {:>10} {:>8} {:>8}  {bar}",
                day.day, day.records, day.alerts, day.events
            )
        }),
    );
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}
