//! `cargo ops`: what an operator does by hand.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = twostep_ops::run(twostep_ops::Cli::parse()).await;
    if let Err(error) = &outcome {
        error.report();
    }
    outcome.map_or_else(|error| error.exit_code(), |()| ExitCode::SUCCESS)
}
