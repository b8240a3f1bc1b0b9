//! The operator's tool: practices, users, support's reset, the keyring, the table.
//!
//! It is a thin layer over the operator's use cases in `twostep::flows::admin`, which write the
//! activity and the notices; what it adds is the command line, checks before anything is
//! written, and words. `infra/docs/operator-tool.md` is its manual.

mod cli;
mod confirm;
mod connect;
mod errors;
mod import;
mod keys;
mod output;
mod passwords;
mod practices;
mod table;
#[cfg(test)]
mod test_server;
mod users;
mod views;

pub use cli::Cli;
pub use errors::OpsError;

use cli::{Command, TableCommand};
use connect::Target;
use output::Output;

/// Does what the command line says.
///
/// # Errors
/// [`OpsError`], to be reported and turned into the exit status.
pub async fn run(cli: Cli) -> Result<(), OpsError> {
    let output = Output::new(cli.json);
    let connection = &cli.connection;
    match cli.command {
        Command::Practice(command) => {
            practices::run(&Target::connect(connection).await?.app(), command, output).await
        }
        Command::User(command) => users::run(connection, command, output).await,
        Command::Reset2fa(reset) => {
            users::reset_two_factor(&Target::connect(connection).await?.app(), reset, output).await
        }
        Command::Keys(command) => keys::run(connection, command, output).await,
        Command::Table(TableCommand::Create) => {
            let target = Target::connect(connection).await?;
            table::run(&target.dynamodb(), target.table(), output).await
        }
    }
}
