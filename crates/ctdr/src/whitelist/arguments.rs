//! The command line of `ctdr whitelist`, and the help that teaches it.

use crate::remote::ServerArguments;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to do with whitelists.
#[derive(Subcommand)]
#[command(
    after_help = "A whitelist says which alerts are harmless. They are kept, and give no event. It holds for alerts from now on, and \
asks each alert before it is folded.\n\n  ctdr whitelist preview --days 30 --when 'attacker.ip in_network 203.0.113.0/28'\n  \
ctdr whitelist add --when 'attacker.ip in_network 203.0.113.0/28' --reason 'our own scanner' --expires 2027-01-31\n  \
ctdr whitelist list\n  ctdr whitelist remove 01KAB3…\n\nThese commands ask a running server, as a user of its console: \
CTDR_URL (default http://127.0.0.1:8686), CTDR_USER, and CTDR_PASSWORD or CTDR_PASSWORD_FILE. To list takes any role, the rest \
that of a responder.\n\nExit codes: 2 what is asked for makes no sense · 4 there is no such whitelist · 5 wrong password, or the role \
does not allow it · 7 the server does not answer · 8 only some were removed"
)]
pub enum WhitelistCommand {
    /// List whitelists: what each hides, how often it did, and which should be looked at again.
    List(ListArguments),
    /// Make a whitelist.
    Add(AddArguments),
    /// Remove whitelists. Alerts they kept out of events stay out.
    Remove(RemoveArguments),
    /// Say what a whitelist would have hidden during the last days. Nothing is saved.
    Preview(PreviewArguments),
}

/// How results are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON, as the API has it.
    Json,
}

/// What a whitelist hides.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// The alert is stored and gives no event.
    #[default]
    Event,
    /// Alerts of host agents only: stored as whitelisted, no event, no response.
    Alert,
}

impl Scope {
    /// The name the API has for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Alert => "alert",
        }
    }
}

/// What to list.
#[derive(Args)]
pub struct ListArguments {
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub server: ServerArguments,
}

/// What a whitelist is to hide.
#[derive(Args)]
pub struct Proposal {
    /// A comparison, `FIELD [not] OPERATOR VALUE`; may be repeated, then all must hold unless a formula says otherwise.
    /// Operators: equals, in, contains, matches, `in_network`, `greater_than`, `greater_or_equal`, `less_than`, `less_or_equal`,
    /// between, exists. Several values are a JSON list: `rule in ["sshd/password_guessing", "sshd/root_password_login"]`.
    #[arg(long, value_name = "COMPARISON", required_unless_present = "condition")]
    pub when: Vec<String>,
    /// How the comparisons combine, by their numbers from 1: `(1&2)|3`.
    #[arg(long, value_name = "FORMULA", requires = "when")]
    pub formula: Option<String>,
    /// File with the condition as JSON, as `list --format json` shows it; `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "when")]
    pub condition: Option<PathBuf>,
    /// What it hides.
    #[arg(long, value_enum, default_value_t)]
    pub scope: Scope,
}

/// What to make.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr whitelist add --when 'attacker.ip equals 203.0.113.7' --reason 'monitoring'\n  \
ctdr whitelist add --when 'rule equals nginx/scanner' --when 'victim.domain equals shop.example' --formula '1&2' \\\n      \
--reason 'load test, ticket 4711' --owner li --expires 2026-12-31\n\nIt prints the whitelist that was made, its id first. Fields are those \
the console offers, such as rule, level, category, attacker.ip, victim.host."
)]
pub struct AddArguments {
    #[command(flatten)]
    pub proposal: Proposal,
    /// Why it is harmless: what whoever looks at it next year wants to know.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The user who says so [default: who asks].
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// When it ends: a day (at its beginning, UTC) or a time [default: never].
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub server: ServerArguments,
}

/// What to remove.
#[derive(Args)]
#[command(
    after_help = "Each id that is removed is printed. If only some are, the rest is told on standard error and the exit code is 8."
)]
pub struct RemoveArguments {
    /// Ids, as `list` shows them.
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    #[command(flatten)]
    pub server: ServerArguments,
}

/// What to try.
#[derive(Args)]
#[command(
    after_help = "Example:\n  ctdr whitelist preview --days 30 --when 'attacker.ip in_network 203.0.113.0/28'\n\nThe alerts of those \
days are put together twice, as it is and with the whitelist: how many it would have kept out of events, of which rules, and which \
events there would not have been. It takes a moment; interrupting the command leaves the server to finish."
)]
pub struct PreviewArguments {
    #[command(flatten)]
    pub proposal: Proposal,
    /// How many days back, 1 … 90.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub days: u32,
    /// The id of the whitelist that this would change.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub server: ServerArguments,
}
