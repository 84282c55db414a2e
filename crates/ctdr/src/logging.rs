//! Log lines: where they go and how they look. The filter comes from `CTDR_LOG`, such as `info,server=debug`.

use crate::cli::LogFormat;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Sets up logging for the life of the process.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_env("CTDR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Pretty => builder.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
