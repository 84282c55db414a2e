//! `ctdr serve`: configuration, logging, and the server until it is told to stop.

use crate::{cli::ServeArguments, exit::Failure, logging};
use anyhow::Context as _;
use server::config;

/// Runs the server until a signal asks it to stop.
pub fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    logging::init(arguments.log_format);
    let environment = std::env::vars().collect();
    let mut config = config::load(arguments.config.as_deref(), &environment).map_err(Failure::usage)?;
    if let Some(listen) = arguments.listen {
        config.server.listen = listen;
    }
    if let Some(data_dir) = &arguments.data_dir {
        config.data_dir.clone_from(data_dir);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(server::serve(config, shutdown()))?;
    Ok(())
}

/// Resolves at the first interrupt or termination signal.
async fn shutdown() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "cannot listen for the termination signal");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

/// Prints the OpenAPI document.
#[allow(clippy::print_stdout, reason = "this is the command's data")]
pub fn print_openapi() -> Result<(), Failure> {
    println!("{}", server::openapi_json()?);
    Ok(())
}
