//! The command line, and the help that teaches it.

use crate::{pattern::PatternCommand, rule::arguments::RuleCommand, whitelist::WhitelistCommand};
use clap::{Args, Parser, Subcommand};
use hunt::{Log, LogMode};
use model::ProductId;
use std::{net::SocketAddr, path::PathBuf};

/// Cloud threat detection and response: logs in, few and right security events out, attackers blocked.
#[derive(Parser)]
#[command(
    name = "ctdr",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 ok · 1 failure · 2 usage · 3 check failed · 4 not found · 5 not allowed · 6 conflict · 7 unreachable · \
8 done in part · 130 interrupted"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Run the server: pull logs, detect, correlate, respond, and serve the console.
    Serve(ServeArguments),
    /// Try the product on yesterday's log: run the whole pipeline over files, without acting.
    Replay(ReplayArguments),
    /// Match Sigma rules against files of events: no server, no mapping.
    Hunt(HuntArguments),
    /// Rules as code: lint, test, explain, try on old logs, compare, import.
    #[command(subcommand)]
    Rule(RuleCommand),
    /// Expert patterns as code: lint, test.
    #[command(subcommand)]
    Pattern(PatternCommand),
    /// What is known to be harmless, on a running server: list, add, remove, try.
    #[command(subcommand)]
    Whitelist(WhitelistCommand),
    /// Print the API's OpenAPI document.
    #[command(hide = true)]
    Openapi,
}

/// How to run the server.
#[derive(Args)]
#[command(
    after_help = "Configuration, each overriding the one before: defaults, the file, CTDR_… environment \
variables (CTDR_SERVER__LISTEN=…), these flags. On the first start the server prints a one-time setup token; \
open its address in a browser and use the token to make the first administrator."
)]
pub struct ServeArguments {
    /// Configuration file (TOML).
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8686].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Folder for journal and database [default: ctdr-data].
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How log lines are written to standard error.
    #[arg(long, value_enum, default_value_t)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What to replay.
#[derive(Args)]
#[command(
    after_help = "Example:\n  ctdr replay --logs self_hosted/modsecurity=modsec_audit.json.gz \\\n      \
--logs self_hosted/nginx=access.json.gz --out result\n\nWrites alerts.jsonl, events.jsonl and counters.json. \
Sources are merged by event time; all predefined rules are on; nothing is blocked. Records that cannot be read are \
counted as dead letters and do not make the command fail."
)]
pub struct ReplayArguments {
    /// A log file and the product that wrote it; may be repeated. Plain, gzip or zstd.
    #[arg(long, value_name = "PROVIDER/PRODUCT=FILE", value_parser = log_file, required_unless_present = "alerts", conflicts_with = "alerts")]
    pub logs: Vec<(ProductId, PathBuf)>,
    /// Start from a file of alerts (JSON lines, as alerts.jsonl) instead of logs.
    #[arg(long, value_name = "FILE")]
    pub alerts: Option<PathBuf>,
    /// Folder to write into; may exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// What to hunt for, and where.
#[derive(Args)]
#[command(
    after_help = "Example:\n  ctdr hunt --rules sigma/rules --input sysmon.jsonl.gz --logsource product=windows,\
service=sysmon\n\nWhat a file \
holds, its first bytes say: JSON objects, one a line, one behind the other, in a list or in CloudTrail's `Records`; a table \
(CSV) with the names of its fields in the first line, where an empty field is one the event does not have; or a Windows event \
log (EVTX), its event data under its own names beside EventID, Channel, Provider_Name, Computer, TimeCreated. Each plain, gzip \
or zstd. Rules name their fields as the events do. Each match is one JSON line; `record` is the number of the event in its file, \
from 0, `time` what the event says of its time, `fields` what matched.\n\nCorrelations count the matches of other rules over \
the times of their events, whatever order those are read in; a rule that is counted writes no matches of its own, unless its \
correlation says `generate: true`. Each window that fires is a line behind all matches, in the order of time: the line of the \
event that completed it, its `time` in UTC, the values that tell its group as `fields`, what it adds up to as `value`, and its \
first 32 events as `records`. Then its group is silent until a timespan later. A rule that asks for what is absent takes the \
end of the input for the end of time. Matches without a time, or without a field that a correlation looks at, are not \
counted and told.\n\nA rule that cannot be loaded and a record that cannot be read are told on standard error, counted, and stop \
nothing; a file that cannot be read to its end makes the exit code 1 when all is done. The last line of standard error is a JSON object with what was done and how fast."
)]
pub struct HuntArguments {
    /// A rule file, or a folder with rule files; may be repeated.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// Lists that `%name%` stands for in rules: a YAML file, each name with its texts. A rule that names another list is
    /// not loaded.
    #[arg(long, value_name = "FILE")]
    pub placeholders: Option<PathBuf>,
    /// A file of events; may be repeated.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub input: Vec<PathBuf>,
    /// The log all events are of: `product=…,service=…,category=…`, each optional; or `any`: ask all rules.
    #[arg(long, value_name = "LOG", value_parser = log_mode, default_value = "any", conflicts_with = "logsource_fields")]
    pub logsource: LogMode,
    /// Each event says which log it is of, in its fields `product`, `service` and `category`; of Windows event logs, channel
    /// and number of the event say it.
    #[arg(long)]
    pub logsource_fields: bool,
    /// The field that says when an event happened; may be repeated: the first that does counts. A time is RFC 3339, the same
    /// without an offset in UTC (`2020-09-04 14:00:00.123`), or seconds or milliseconds since 1970 [default: `@timestamp`,
    /// `UtcTime`, `eventTime`, `EventTime`, `TimeCreated`, `timestamp`, `time`, `_time`, `TimeGenerated`].
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub time_field: Vec<String>,
    /// Threads; 1 reads, parses and matches in one [default: one a core].
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,
    /// File to write matches to [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn log_mode(text: &str) -> Result<LogMode, String> {
    if text == "any" {
        return Ok(LogMode::Any);
    }
    let mut log = Log::default();
    for part in text.split(',') {
        let (key, value) = part.split_once('=').ok_or_else(|| {
            format!("`{part}` is no `key=value`; expected `any`, or `product=…,service=…,category=…`")
        })?;
        let place = match key {
            "product" => &mut log.product,
            "service" => &mut log.service,
            "category" => &mut log.category,
            _ => {
                return Err(format!(
                    "unknown key `{key}`; expected `product`, `service` or `category`"
                ));
            }
        };
        *place = Some(value.to_owned());
    }
    Ok(LogMode::Fixed(log))
}

/// `PROVIDER/PRODUCT=FILE`.
pub fn log_file(text: &str) -> Result<(ProductId, PathBuf), String> {
    let (product, path) = text.split_once('=').ok_or("expected PROVIDER/PRODUCT=FILE")?;
    let product = product.parse().map_err(|error| format!("{error}"))?;
    Ok((product, PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn log_files_name_their_product() {
        let (product, path) = log_file("alibaba/waf=a=b.json.gz").expect("a log file");
        assert_eq!(
            (product.to_string().as_str(), path.to_str()),
            ("alibaba/waf", Some("a=b.json.gz"))
        );
        assert!(log_file("waf.json").is_err());
        assert!(
            log_file("alibaba=waf.json")
                .expect_err("no product")
                .contains("alibaba/waf")
        );
    }
}
