//! The command line of `ctdr rule`, and the help that teaches it.

use crate::cli::log_file;
use clap::{Args, Subcommand, ValueEnum};
use model::{Level, Origin, ProductId};
use std::path::PathBuf;

/// What to do with rules.
#[derive(Subcommand)]
#[command(
    after_help = "Rules live in files: Sigma, with one key `ctdr` for what Sigma has no words for. From start to merge:\n  \
ctdr rule new self_hosted/nginx --out rules/login.yml\n  ctdr rule test rules\n  ctdr rule lint rules --format github\n  \
ctdr rule backtest --rules rules --logs self_hosted/nginx=access.log.gz --budget alerts/day=50"
)]
pub enum RuleCommand {
    /// Find what is wrong with rules, or likely to be.
    Lint(LintArguments),
    /// Run the tests that rules carry.
    Test(TestArguments),
    /// Start a rule from a real log of a product.
    New(NewArguments),
    /// List the predefined rules, and your own.
    List(ListArguments),
    /// Take over rules of others, such as those of SigmaHQ.
    Import(ImportArguments),
    /// Say why a rule matches an event, or does not.
    Explain(ExplainArguments),
    /// Run rules over old logs: alerts a day, entities, events, and whether that keeps to a budget.
    Backtest(BacktestArguments),
    /// Compare two sets of rules, and what they make of the same logs.
    Diff(DiffArguments),
}

/// How results of checks are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, as the API has it.
    Json,
    /// SARIF 2.1.0, for code scanning (lint only).
    Sarif,
    /// `JUnit` XML, for everything that shows tests.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
}

/// How other results are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON.
    Json,
}

/// What to lint.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule lint rules\n  ctdr rule lint rules --format sarif > lint.sarif\n  \
ctdr rule lint $(git diff --name-only --diff-filter=d -- 'rules/*.yml') --strict\n\nErrors are what does not load, ids used \
twice, and characters nobody sees; they make the command exit with 3. Warnings are rules that can never fire because no \
source writes their logs, fields those logs never have, missing tests, and what is likely a mistake."
)]
pub struct LintArguments {
    /// Rule files, or folders with rule files [default: the predefined rules].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// The rules are to be shipped with the product: hold them to what predefined rules must have.
    #[arg(long)]
    pub predefined: bool,
}

/// What to test.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule test                         # all predefined rules\n  ctdr rule test rules --verbose\n  \
ctdr rule test rules --format junit > tests.xml\n\nA test is raw logs, as a product writes them, and how many alerts the rule \
raises over them. A test that raises too few says what of the rule did not hold. Exits with 3 if a test fails, or a rule does \
not load."
)]
pub struct TestArguments {
    /// Rule files, or folders with rule files [default: the predefined rules].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// Tell of tests that pass, too.
    #[arg(short, long)]
    pub verbose: bool,
    /// The rules are to be shipped with the product.
    #[arg(long)]
    pub predefined: bool,
}

/// What to start.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule new self_hosted/nginx                     # prints it\n  \
ctdr rule new alibaba/actiontrail --sample api_call --title 'Key made' --out rules/key.yml\n\nThe rule is commented, loads, and \
passes its two tests, which hold a log as the product really writes it."
)]
pub struct NewArguments {
    /// The product whose logs the rule reads.
    #[arg(value_name = "PROVIDER/PRODUCT")]
    pub product: ProductId,
    /// What the rule detects.
    #[arg(long, default_value = "New rule")]
    pub title: String,
    /// The sample log to start from [default: the first that serves].
    #[arg(long)]
    pub sample: Option<String>,
    /// File to write; must not exist [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What to list.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule list brute force\n  ctdr rule list --product sshd --level high\n  \
ctdr rule list --attack T1110 --format json\n  ctdr rule list --rules rules --origin custom"
)]
pub struct ListArguments {
    /// Words that must all be in id, title, category or file.
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// Your own rules: files, or folders with rule files.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// Only rules that read logs of this product, or of products with this in their name.
    #[arg(long)]
    pub product: Option<String>,
    /// Only rules that are at least this bad: serious, high, medium, low or reminder.
    #[arg(long, value_parser = level)]
    pub level: Option<Level>,
    /// Only rules with this ATT&CK tactic or technique.
    #[arg(long, value_name = "TACTIC|TECHNIQUE")]
    pub attack: Option<String>,
    /// Only rules of this origin: predefined, custom or vendor.
    #[arg(long, value_parser = origin)]
    pub origin: Option<Origin>,
    /// How they are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to import.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule import sigma/rules/web                             # only says what would happen\n  \
ctdr rule import sigma/rules/web --out rules/sigmahq --licence 'DRL 1.1'\n\nA rule is accepted if it loads here, a source \
writes the logs it reads, and no rule here has its id. It is written as its author wrote it, below a comment that says where \
it is from and what it is under. Fields are resolved by the dictionary; those it does not know are named. Exits with 3 if \
nothing is accepted."
)]
pub struct ImportArguments {
    /// Rule files, or folders with rule files.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Folder to write accepted rules to [default: write nothing].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The licence of the collection, for rules that do not name one.
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to explain.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule explain rules/login.yml --logs self_hosted/nginx=access.log\n  \
tail -1 access.log | ctdr rule explain rules/login.yml --logs self_hosted/nginx=-\n  \
ctdr rule explain nginx_refused --logs self_hosted/nginx=access.log\n  \
ctdr rule explain sigma/proc_creation.yml --event event.json --format json\n\n\
Says for each selection and each line of it what was expected, what the log has there and whether it held; for a correlation, \
which of its rules match and in which window the log counts."
)]
#[group(id = "what", required = true, args = ["logs", "event"])]
pub struct ExplainArguments {
    /// A rule file or folder; or the id, name or title of a predefined rule.
    #[arg(value_name = "PATH|RULE")]
    pub rule: String,
    /// A log file and the product that wrote it; `-` is standard input.
    #[arg(long, value_name = "PROVIDER/PRODUCT=FILE", value_parser = log_file)]
    pub logs: Option<(ProductId, PathBuf)>,
    /// A file of events in the rule's own field names, one JSON object a line; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// How many lines of the file are explained.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub first: usize,
    /// How explanations are written; JSON is one object a line.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to run over old logs.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule backtest --rules rules --logs self_hosted/nginx=access.log.gz\n  \
ctdr rule backtest --rules rules --logs alibaba/waf=waf.jsonl.zst --budget alerts/day=50 --budget events/day=5\n\nLogs are \
read side by side in the order of their times, in constant memory. A day is one of UTC; the budget holds for the worst one. \
Exits with 3 if it is exceeded."
)]
pub struct BacktestArguments {
    /// Rule files, or folders with rule files [default: the predefined rules].
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// A log file and the product that wrote it; may be repeated. Plain, gzip or zstd.
    #[arg(long, value_name = "PROVIDER/PRODUCT=FILE", value_parser = log_file, required = true, num_args = 1..)]
    pub logs: Vec<(ProductId, PathBuf)>,
    /// The most there may be on one day: `alerts/day=N` or `events/day=N`; may be repeated.
    #[arg(long, value_name = "WHAT/day=N", value_parser = budget)]
    pub budget: Vec<BudgetPart>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to compare.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr rule diff rules-of-yesterday rules\n  git worktree add /tmp/main main && \
ctdr rule diff /tmp/main/rules rules --logs self_hosted/nginx=access.log.gz\n\nRules are the same if their ids are. Exits with \
3 if anything differs."
)]
pub struct DiffArguments {
    /// The old rules: a file, or a folder with rule files.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The new rules.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// A log file and the product that wrote it, over which both are run; may be repeated.
    #[arg(long, value_name = "PROVIDER/PRODUCT=FILE", value_parser = log_file, num_args = 1..)]
    pub logs: Vec<(ProductId, PathBuf)>,
    /// The rules are to be shipped with the product.
    #[arg(long)]
    pub predefined: bool,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A part of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetPart {
    /// Alerts on one day.
    Alerts(u64),
    /// Events on one day.
    Events(u64),
}

fn budget(text: &str) -> Result<BudgetPart, String> {
    let expected = || format!("`{text}` is no budget; expected `alerts/day=N` or `events/day=N`");
    let (what, limit) = text.split_once('=').ok_or_else(expected)?;
    let limit = limit.parse().map_err(|_| expected())?;
    match what {
        "alerts/day" => Ok(BudgetPart::Alerts(limit)),
        "events/day" => Ok(BudgetPart::Events(limit)),
        _ => Err(expected()),
    }
}

fn level(text: &str) -> Result<Level, String> {
    let asked = |level: &Level| level.name().en.eq_ignore_ascii_case(text);
    Level::ALL.into_iter().find(asked).ok_or_else(|| {
        let known = Level::ALL.map(|level| level.name().en.to_lowercase());
        format!("unknown level `{text}`; expected {}", known.join(", "))
    })
}

fn origin(text: &str) -> Result<Origin, String> {
    match text {
        "predefined" => Ok(Origin::Predefined),
        "custom" => Ok(Origin::Custom),
        "vendor" => Ok(Origin::Vendor),
        _ => Err(format!(
            "unknown origin `{text}`; expected predefined, custom or vendor"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_read() {
        assert_eq!(budget("alerts/day=50"), Ok(BudgetPart::Alerts(50)));
        assert_eq!(budget("events/day=0"), Ok(BudgetPart::Events(0)));
        for wrong in ["alerts=5", "alerts/day", "alerts/day=x", "alerts/hour=5"] {
            assert!(
                budget(wrong).is_err_and(|error| error.contains("alerts/day=N")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn levels_have_names() {
        assert_eq!(level("High"), Ok(Level::High));
        assert!(level("terrible").is_err_and(|error| error.contains("serious")));
    }
}
