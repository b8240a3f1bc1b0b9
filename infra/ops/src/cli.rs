//! The command line. Whatever can be checked of an argument by itself is checked here, so that
//! it is a usage error (exit status 2) and nothing is asked or written before it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use twostep::domain::contact::EmailAddress;
use twostep::domain::user::Role;
use twostep::flows::admin::practices::check_name;
use twostep::flows::admin::users::check_reason;

use crate::connect;

/// Looks after practices, users, keys and the table of a twostep installation
#[derive(Debug, Parser)]
#[command(name = "twostep-ops", bin_name = "cargo ops", version)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Write JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the table is and how to reach it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Name of the DynamoDB table [default with an endpoint on this machine: twostep]
    #[arg(long, global = true, env = "TABLE_NAME", value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Another endpoint than AWS's, such as http://127.0.0.1:3000/_aws/ops for the local stack
    #[arg(long, global = true, env = "AWS_ENDPOINT_URL", value_name = "URL",
          value_parser = connect::parse_endpoint)]
    pub(crate) endpoint_url: Option<connect::Endpoint>,
    /// Profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// AWS region, if the environment or the profile names no other
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make and look up practices
    #[command(subcommand)]
    Practice(PracticeCommand),
    /// Make, import, look up and change users
    #[command(subcommand)]
    User(UserCommand),
    /// Support's reset: take all two-factor methods of a user away
    ///
    /// The user and every Full Access user of the practice are told by e-mail, with the reason.
    /// All sessions, remembered devices and known addresses of the user end; the next sign-in
    /// asks to enable a method. Find out who is asking before you do this.
    #[command(name = "reset-2fa")]
    Reset2fa(Reset),
    /// List and rotate the keys that protect secrets and codes
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make the table, where no template does
    #[command(subcommand)]
    Table(TableCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PracticeCommand {
    /// Make a practice
    Create {
        /// Its name
        #[arg(value_parser = name)]
        name: String,
        /// Make it even if another practice has this name
        #[arg(long)]
        allow_same_name: bool,
    },
    /// List all practices
    List,
    /// Show one practice
    Show {
        /// Its ID or name
        #[arg(value_name = "ID|NAME")]
        practice: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user
    Create(NewUserArgs),
    /// Make users from a CSV file
    ///
    /// Columns: email, name, role (full_access or standard), and password or password_hash.
    /// All rows are checked before any is written. Users that exist are never changed, so an
    /// interrupted import can be run again.
    Import(ImportArgs),
    /// List the users of a practice
    List {
        /// Their practice
        #[arg(long, value_name = "ID|NAME")]
        practice: String,
    },
    /// Show a user, and what keeps them from signing in
    Show(Who),
    /// Set a user's password; ends their sessions and all trust in devices and addresses
    SetPassword {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        password: PasswordSource,
        #[command(flatten)]
        consent: Consent,
    },
    /// Change what a user may do, from their next request on
    SetRole {
        #[command(flatten)]
        who: Who,
        /// What they may do
        #[arg(long)]
        role: RoleArg,
    },
    /// Refuse a user's sign-in; ends their sessions and all trust in devices and addresses
    Disable {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        consent: Consent,
    },
    /// Let a disabled user sign in again
    Enable(Who),
    /// End all locks of a user: waits after wrong passwords and codes, suspended methods
    Unlock(Who),
}

#[derive(Debug, Args)]
pub(crate) struct NewUserArgs {
    /// Their practice
    #[arg(long, value_name = "ID|NAME")]
    pub(crate) practice: String,
    /// Make the practice if there is none of this name
    #[arg(long)]
    pub(crate) create_practice: bool,
    /// Their e-mail address
    #[arg(long, value_parser = email)]
    pub(crate) email: EmailAddress,
    /// Their name
    #[arg(long, value_parser = name)]
    pub(crate) name: String,
    /// What they may do
    #[arg(long)]
    pub(crate) role: RoleArg,
    #[command(flatten)]
    pub(crate) password: PasswordSource,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The CSV file
    pub(crate) file: PathBuf,
    /// Their practice
    #[arg(long, value_name = "ID|NAME")]
    pub(crate) practice: String,
    /// Make the practice if there is none of this name
    #[arg(long)]
    pub(crate) create_practice: bool,
    /// How many faults and differences to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) max_listed: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    #[command(flatten)]
    pub(crate) who: Who,
    /// Why, in one line: it goes into the mails
    #[arg(long, value_parser = reason)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys
    List,
    /// Add a key, which protects everything made from now on; older keys stay
    Rotate {
        /// KMS key that wraps it: id, ARN or alias [default with an endpoint on this machine:
        /// alias/twostep]
        #[arg(long, env = "KMS_KEY_ID", value_name = "KEY")]
        kms_key: Option<String>,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TableCommand {
    /// Make the table, or finish making it; does no harm if it is complete
    Create,
}

/// Which user.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// The user's e-mail address
    #[arg(long, value_parser = email)]
    pub(crate) email: EmailAddress,
}

/// Where a password comes from. Never from an argument: those are seen by everyone on the
/// machine and kept in the shell's history.
#[derive(Debug, Args)]
pub(crate) struct PasswordSource {
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// Consent to what can't be undone.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Do it without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// A role as it is written on the command line, in files and in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Looks after colleagues' methods and the practice's settings
    #[value(name = "full_access")]
    FullAccess,
    /// Looks after their own account only
    #[value(name = "standard")]
    Standard,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::FullAccess => Self::FullAccess,
            RoleArg::Standard => Self::Standard,
        }
    }
}

fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

fn name(text: &str) -> Result<String, String> {
    check_name(text).map_err(|error| error.to_string())
}

fn reason(text: &str) -> Result<String, String> {
    check_reason(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn refusal(arguments: &str) -> ErrorKind {
        let words = ["ops"].into_iter().chain(arguments.split(' '));
        Cli::try_parse_from(words).unwrap_err().kind()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_can_be_checked_at_once_is_a_usage_error() {
        for arguments in [
            "user show --email desk",
            "reset-2fa --email desk@harbour.test --reason=",
            "user set-role --email desk@harbour.test --role owner",
            "practice list --endpoint-url 127.0.0.1:3000",
        ] {
            let kind = refusal(arguments);
            assert!(
                matches!(kind, ErrorKind::ValueValidation | ErrorKind::InvalidValue),
                "{arguments}: {kind:?}"
            );
        }
        assert_eq!(
            refusal("reset-2fa --email desk@harbour.test"),
            ErrorKind::MissingRequiredArgument
        );
    }

    #[test]
    fn no_argument_takes_a_password() {
        let arguments = "user set-password --email desk@harbour.test --password secret";
        assert_eq!(refusal(arguments), ErrorKind::UnknownArgument);
    }
}
