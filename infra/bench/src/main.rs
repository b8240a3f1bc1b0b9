//! Measures what twostep costs: `cargo bench-twostep --help`.

mod binaries;
mod compare;
mod cost;
mod cost_text;
mod counter;
mod crowd;
mod enumeration;
mod fleet;
mod functions;
mod instance;
mod instructions;
mod load;
mod memory;
mod plot;
mod prices;
mod process;
mod report;
mod round;
mod scale;
mod stats;
mod tls;
mod trial;

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
    /// Two builds of the functions in turn: what a change makes of cold starts, CPU, memory, zip.
    Compare {
        /// The change, as it is to be called in the table.
        name: String,
        /// Where the binaries without it are.
        before: PathBuf,
        /// Where the binaries with it are.
        after: PathBuf,
        /// Rounds in which every process is started afresh before a call.
        #[arg(long, default_value_t = 15)]
        cold: usize,
        /// Rounds in which all of them are warm.
        #[arg(long, default_value_t = 60)]
        warm: usize,
        /// Print only; leave infra/docs/performance.md alone.
        #[arg(long)]
        dry_run: bool,
    },
    /// What a million sign-ins cost, by what `functions` measured and infra/bench/prices.toml.
    Cost {
        /// Print only; leave infra/docs/cost.md alone.
        #[arg(long)]
        dry_run: bool,
    },
    /// Failed sign-ins, with an account and without: whether they take the same.
    ///
    /// Build the stack first: `cargo build --release --locked`.
    Enumeration {
        /// Where twostep-local is.
        #[arg(long, value_name = "DIR", default_value = "target/release")]
        bin_dir: PathBuf,
        /// Tries of each kind.
        #[arg(long, default_value_t = 300)]
        tries: usize,
        /// Print only; leave infra/docs/performance.md alone.
        #[arg(long)]
        dry_run: bool,
    },
    /// Instructions of warm calls, counted by valgrind: nearly the same in every run.
    ///
    /// Takes the binaries that `functions` takes, and a machine that isn't busy: functions run
    /// fifty times slower and have their time limits all the same.
    Instructions {
        /// Where the binaries are: DIR/login, or DIR/login/bootstrap.
        #[arg(long, value_name = "DIR", default_value = "target/release")]
        bin_dir: PathBuf,
        /// Fail if a call takes more than infra/bench/measured/instructions.json says.
        #[arg(long)]
        check: bool,
        /// Print only; leave infra/docs/performance.md alone.
        #[arg(long)]
        dry_run: bool,
    },
    /// The same calls with 1, 1,000, 100,000 and 1,000,000 users, and after 1,000 sign-ins.
    ///
    /// Build the stack first: `cargo build --release --locked`.
    Scale {
        /// Where twostep-local is.
        #[arg(long, value_name = "DIR", default_value = "target/release")]
        bin_dir: PathBuf,
        /// Calls of each kind and size.
        #[arg(long, default_value_t = 40)]
        rounds: usize,
        /// Print only; leave infra/docs/scale.md alone.
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
        Command::Compare {
            name,
            before,
            after,
            cold,
            warm,
            dry_run,
        } => compare::run(&name, [&before, &after], [cold, warm], dry_run).await,
        Command::Cost { dry_run } => cost::run(dry_run),
        Command::Enumeration {
            bin_dir,
            tries,
            dry_run,
        } => enumeration::run(&bin_dir, tries, dry_run).await,
        Command::Instructions {
            bin_dir,
            check,
            dry_run,
        } => instructions::run(&bin_dir, check, dry_run).await,
        Command::Scale {
            bin_dir,
            rounds,
            dry_run,
        } => scale::run(&bin_dir, rounds, dry_run).await,
        Command::Load {
            bin_dir,
            users,
            dry_run,
        } => load::run(&bin_dir, users, dry_run).await,
    }
}
