//! Commands that ask a running server: where it is, who asks, and what went wrong, by exit code.
//!
//! The rest of the command line works over files. These log in, ask through the same API as the console, and log out.

mod arguments;
mod client;
mod environment;
mod language;
mod refusal;

pub use arguments::ServerArguments;
pub use client::Client;
pub use language::{Speech, said};

use crate::exit::Failure;
use anyhow::Context as _;

/// Logs in, does something, and logs out whatever came of it.
pub fn with_server<T>(
    arguments: &ServerArguments,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let client = Client::log_in(arguments).await?;
        let result = work(&client).await;
        client.log_out().await;
        result
    })
}
