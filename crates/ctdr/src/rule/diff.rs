//! `ctdr rule diff`.

use super::{
    arguments::{DiffArguments, Format},
    files, logs, print, print_json, tell_errors,
};
use crate::exit::Failure;
use anyhow::anyhow;
use std::fmt::Write as _;
use workbench::{AlertSample, Bench, Comparison, Diff, RuleLine};

/// Characters of what was and is that are shown.
const SHOWN: usize = 200;

/// Runs the command.
pub fn run(bench: &Bench, arguments: &DiffArguments) -> Result<(), Failure> {
    let old = files::load(std::slice::from_ref(&arguments.old), arguments.predefined)?;
    let new = files::load(std::slice::from_ref(&arguments.new), arguments.predefined)?;
    let mut comparison = Comparison::new(bench, &old, &new);
    if !arguments.logs.is_empty() {
        let (mut logs, bar) = logs::open(bench, &arguments.logs)?;
        while logs.next(|record| comparison.record(record))? {}
        bar.finish_and_clear();
    }
    let diff = comparison.finish();
    match arguments.format {
        Format::Json => print_json(&diff)?,
        Format::Text => {
            tell_errors(&diff.old_errors);
            tell_errors(&diff.new_errors);
            print(&text(&diff))?;
        }
    }
    if diff.is_empty() {
        return Ok(());
    }
    Err(Failure::check(anyhow!("the rules differ")))
}

fn text(diff: &Diff) -> String {
    let mut text = String::new();
    let name = |rule: &RuleLine| format!("{} [{}] ({})", rule.title, rule.level.name().en, rule.file);
    for rule in &diff.rules.added {
        let _ = writeln!(text, "+ {}", name(rule));
    }
    for rule in &diff.rules.removed {
        let _ = writeln!(text, "- {}", name(rule));
    }
    for change in &diff.rules.changed {
        let _ = writeln!(text, "~ {}", name(&change.rule));
        for part in &change.changes {
            let _ = writeln!(
                text,
                "    {}: {} → {}",
                part.what,
                cut(&part.before),
                cut(&part.after)
            );
        }
    }
    let rules = &diff.rules;
    let _ = writeln!(
        text,
        "{} added, {} removed, {} changed, {} unchanged",
        rules.added.len(),
        rules.removed.len(),
        rules.changed.len(),
        rules.unchanged
    );
    let Some(logs) = &diff.logs else { return text };
    let _ = writeln!(
        text,
        "\nover {} records ({} not read):",
        logs.records, logs.unread
    );
    if logs.rules.is_empty() {
        let _ = writeln!(text, "  the same alerts");
    }
    for rule in &logs.rules {
        let _ = writeln!(
            text,
            "  {}: {} → {} alerts, {} gained, {} lost",
            rule.title, rule.before, rule.after, rule.gained, rule.lost
        );
        samples(&mut text, '+', &rule.gained_samples);
        samples(&mut text, '-', &rule.lost_samples);
    }
    text
}

fn samples(text: &mut String, sign: char, samples: &[AlertSample]) {
    for sample in samples {
        let _ = writeln!(text, "    {sign} {}  {}", sample.time, cut(&sample.raw));
    }
}

fn cut(text: &str) -> String {
    if text.is_empty() {
        return "nothing".to_owned();
    }
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
