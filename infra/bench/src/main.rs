//! Measures what twostep costs: `cargo bench-twostep --help`.

mod binaries;
mod fleet;
mod functions;
mod instance;
mod load;
mod process;
mod report;
mod round;
mod stats;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "bench-twostep", about = "Measures what twostep costs")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Each function's release binary as a process, as Lambda runs it, beside a minimal one.
    ///
    /// Build them first: `cargo build --release --locked` and
    /// `cargo build --release --locked --package twostep-floor`.
    Functions {
        /// Where the binaries are: DIR/login, or DIR/login/bootstrap.
        #[arg(long, value_name = "DIR", default_value = "target/release")]
        bin_dir: PathBuf,
        /// Rounds in which every process is started afresh before a call.
        #[arg(long, default_value_t = 15)]
        cold: usize,
        /// Rounds in which all of them are warm.
        #[arg(long, default_value_t = 200)]
        warm: usize,
        /// Print only; leave infra/docs/performance.md alone.
        #[arg(long)]
        dry_run: bool,
    },
    /// Sign-ins through the whole local stack, a process of its own, by 1, 4 and 16 clients.
    ///
    /// Build it first: `cargo build --release --locked`.
    Load {
        /// Where twostep-local is.
        #[arg(long, value_name = "DIR", default_value = "target/release")]
        bin_dir: PathBuf,
        /// Sign-ins of each kind and number of clients.
        #[arg(long, default_value_t = 200)]
        users: usize,
        /// Print only; leave infra/docs/performance.md alone.
        #[arg(long)]
        dry_run: bool,
    },
}

#[tokio::main]
async fn main() {
    match Arguments::parse().command {
        Command::Functions {
            bin_dir,
            cold,
            warm,
            dry_run,
        } => functions::run(&bin_dir, cold, warm, dry_run).await,
        Command::Load {
            bin_dir,
            users,
            dry_run,
        } => load::run(&bin_dir, users, dry_run).await,
    }
}
