//! `ctdr rule list`.

use super::{
    arguments::{Format, ListArguments},
    count, files, print, print_json, tell, tell_errors,
};
use crate::exit::Failure;
use workbench::{Bench, RuleFilter, RuleRow};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &ListArguments) -> Result<(), Failure> {
    let mut sources = bench.predefined.clone();
    if !arguments.rules.is_empty() {
        sources.extend(files::load(&arguments.rules, false)?);
    }
    let (mut rows, errors) = workbench::list(bench, &sources);
    tell_errors(&errors);
    let filter = RuleFilter {
        product: arguments.product.clone(),
        level: arguments.level,
        attack: arguments.attack.clone(),
        origin: arguments.origin,
        words: arguments.words.clone(),
    };
    rows.retain(|row| row.fits(&filter));
    match arguments.format {
        Format::Json => print_json(&rows),
        Format::Text => {
            print(&rows.iter().map(line).collect::<String>())?;
            tell(&count(rows.len(), "rule"));
            Ok(())
        }
    }
}

fn line(row: &RuleRow) -> String {
    let products: Vec<&str> = row.products.iter().map(String::as_str).collect();
    let level = row.level.name().en.to_lowercase();
    format!(
        "{level:<8}  {:<36}  {}  ({})\n",
        row.id,
        row.title.en,
        products.join(", ")
    )
}
