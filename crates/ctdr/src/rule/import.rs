//! `ctdr rule import`.

use super::{
    arguments::{Format, ImportArguments},
    count, files, line, new, print, print_json, tell,
};
use crate::exit::Failure;
use anyhow::anyhow;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
};
use workbench::{Bench, ImportReport, Imported, Severity, ids, import};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &ImportArguments) -> Result<(), Failure> {
    let sources = files::load(&arguments.paths, false)?;
    let taken = match &arguments.out {
        Some(folder) if folder.exists() => taken(bench, folder)?,
        _ => BTreeSet::new(),
    };
    let report = import(bench, &sources, &taken, arguments.licence.as_deref());
    match arguments.format {
        Format::Text => print(&text(&report))?,
        Format::Json => print_json(&report)?,
    }
    let accepted: Vec<&Imported> = report.files.iter().filter(|file| file.accepted).collect();
    tell(&format!(
        "{}: {} accepted",
        count(report.files.len(), "file"),
        accepted.len()
    ));
    if accepted.is_empty() {
        return Err(Failure::check(anyhow!("nothing can be imported")));
    }
    if let Some(folder) = &arguments.out {
        for file in &accepted {
            let path = free_place(folder, file);
            new::write(&path, file.text.as_deref().unwrap_or_default())?;
        }
        tell(&format!(
            "wrote {} to {}",
            count(accepted.len(), "file"),
            folder.display()
        ));
    }
    Ok(())
}

/// The ids of the rules that are in the folder.
fn taken(bench: &Bench, folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let there = hunt::rules::files(&[folder.to_owned()])?;
    if there.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(ids(bench, &files::load(&[folder.to_owned()], false)?))
}

/// The file's own name; files of the same name in different folders get their rule's id behind it.
fn free_place(folder: &Path, file: &Imported) -> PathBuf {
    let name = Path::new(&file.file);
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    let plain = folder.join(format!("{stem}.yml"));
    if !plain.exists() {
        return plain;
    }
    let id = file.ids.first().map_or("", String::as_str);
    folder.join(format!("{stem}_{id}.yml"))
}

fn text(report: &ImportReport) -> String {
    let mut text = String::new();
    for file in &report.files {
        let verdict = if file.accepted { "accepted" } else { "refused " };
        let _ = writeln!(text, "{verdict}  {}: {}", file.file, file.titles.join("; "));
        if file.accepted {
            let _ = writeln!(text, "          reads {}", file.logs.join(", "));
        }
        let mapped: Vec<String> = file
            .fields
            .iter()
            .filter_map(|field| {
                let mapped = field.mapped.as_ref()?;
                let filled = if field.filled { "" } else { " (never filled)" };
                Some(format!("{} → {mapped}{filled}", field.name))
            })
            .collect();
        let unknown: Vec<&str> = file
            .fields
            .iter()
            .filter(|field| field.mapped.is_none())
            .map(|field| field.name.as_str())
            .collect();
        for (what, names) in [("mapped", mapped.join(", ")), ("not mapped", unknown.join(", "))] {
            if !names.is_empty() {
                let _ = writeln!(text, "          {what}: {names}");
            }
        }
        let told = file.findings.iter().filter(|finding| {
            finding.severity == Severity::Error || !file.accepted && finding.code == "never-fires"
        });
        for finding in told {
            let _ = writeln!(text, "          {}", line(finding));
        }
    }
    text
}
