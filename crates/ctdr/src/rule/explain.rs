//! `ctdr rule explain`.

use super::{
    arguments::{ExplainArguments, Format},
    files, logs,
    logs::LogLines,
    print,
};
use crate::exit::Failure;
use anyhow::anyhow;
use indicatif::ProgressBar;
use model::ProductId;
use std::path::Path;
use workbench::{Bench, ExplainError, Explained, Input, RuleSource, explain};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &ExplainArguments) -> Result<(), Failure> {
    let path = Path::new(&arguments.rule);
    let (sources, wanted) = if path.exists() {
        (files::load(&[path.to_owned()], false)?, None)
    } else {
        (bench.predefined.clone(), Some(arguments.rule.as_str()))
    };
    let (file, product) = match (&arguments.logs, &arguments.event) {
        (Some((product, file)), _) => {
            logs::known(bench, product)?;
            (file, Some(product))
        }
        (None, Some(file)) => (file, None),
        (None, None) => return Err(Failure::usage(anyhow!("expected `--logs` or `--event`"))),
    };
    let mut unread = 0;
    let mut lines = 0;
    for line in LogLines::open(file, ProgressBar::hidden())?.take(arguments.first) {
        lines += 1;
        match of_line(bench, &sources, wanted, product, &line?) {
            Ok(explained) => write(&explained, lines, arguments.format)?,
            Err(error @ ExplainError::NoRule(_)) => return Err(Failure::not_found(error)),
            Err(ExplainError::Rules(findings)) => {
                super::tell_errors(&findings);
                return Err(Failure::check(anyhow!("the rules cannot be read")));
            }
            Err(error @ (ExplainError::Unread { .. } | ExplainError::NoEvent(_))) => {
                super::tell(&format!("{}:{lines}: {error}", file.display()));
                unread += 1;
            }
        }
    }
    if lines == 0 {
        return Err(anyhow!("`{}` has no line to explain", file.display()).into());
    }
    if unread > 0 {
        return Err(anyhow!("{unread} of {lines} lines cannot be read").into());
    }
    Ok(())
}

fn of_line(
    bench: &Bench,
    sources: &[RuleSource],
    wanted: Option<&str>,
    product: Option<&ProductId>,
    line: &[u8],
) -> Result<Explained, ExplainError> {
    match product {
        Some(product) => {
            let input = Input::Raw {
                product,
                raw: line,
                received: server::now(),
            };
            explain(bench, sources, wanted, &input)
        }
        None => explain(
            bench,
            sources,
            wanted,
            &Input::Event(&String::from_utf8_lossy(line)),
        ),
    }
}

fn write(explained: &Explained, line: usize, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print(&(serde_json::to_string(explained)? + "\n")),
        Format::Text if line == 1 => print(&explained.to_string()),
        Format::Text => print(&format!("\n{explained}")),
    }
}
