//! Asking before what can't be undone.

use std::io::{IsTerminal, stderr, stdin};

use crate::cli::Consent;
use crate::errors::OpsError;

/// Asks on the terminal whether to do `what` (a question without its question mark), unless
/// `--yes` has said so already.
///
/// # Errors
/// [`OpsError::Failed`] if the answer isn't yes, or if there is no terminal to ask on.
pub(crate) fn confirm(consent: &Consent, what: &str) -> Result<(), OpsError> {
    if consent.yes {
        return Ok(());
    }
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(OpsError::failed(
            "nothing was done: there is no terminal to confirm on; say --yes if you are sure",
        ));
    }
    eprint!("{what}? [y/N] ");
    let mut answer = String::new();
    let read = stdin().read_line(&mut answer);
    if read.is_ok() && is_yes(&answer) {
        Ok(())
    } else {
        Err(OpsError::failed("nothing was done: it was not confirmed"))
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (answer, yes) in [
            ("y\n", true),
            ("YES\r\n", true),
            ("\n", false),
            ("", false),
            ("n\n", false),
            ("yep\n", false),
        ] {
            assert_eq!(is_yes(answer), yes, "{answer:?}");
        }
    }
}
