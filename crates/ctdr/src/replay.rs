//! `ctdr replay`: runs the pipeline over files and says what came of it.

use crate::{cli::ReplayArguments, exit::Failure, progress};
use server::replay::{Input, ReplayError};

/// Runs the command.
pub fn run(arguments: &ReplayArguments) -> Result<(), Failure> {
    let input = match &arguments.alerts {
        Some(file) => Input::Alerts(file.clone()),
        None => Input::Logs(arguments.logs.clone()),
    };
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let total = match &input {
        Input::Alerts(file) => size(file),
        Input::Logs(files) => files.iter().map(|(_, path)| size(path)).sum(),
    };
    let bar = progress::bytes(total);
    let summary = server::replay::run(&input, &arguments.out, &|bytes| bar.inc(bytes)).map_err(classify)?;
    bar.finish_and_clear();
    report(&summary);
    Ok(())
}

fn classify(error: ReplayError) -> Failure {
    match &error {
        ReplayError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Failure::not_found(error)
        }
        ReplayError::UnknownProduct { .. } => Failure::usage(error),
        _ => Failure::from(error),
    }
}

/// One line a source and one for the whole, to standard error: standard output is for data.
#[allow(clippy::print_stderr, reason = "this is what the command says to people")]
fn report(summary: &server::replay::Summary) {
    for (source, count) in &summary.counters {
        eprintln!(
            "{source}: {} records received, {} stored, {} duplicate, {} rejected, {} dead letters",
            count.received, count.stored, count.duplicate, count.rejected, count.dead_letter
        );
    }
    eprintln!("{} alerts, {} events", summary.alerts, summary.events);
}
