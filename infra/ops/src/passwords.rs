//! Passwords as the operator gives them, and their hashing beside the async work.

use std::io::{IsTerminal, Read, stdin};

use twostep::domain::password::{self, Password, PhcString};
use twostep::runtime::App;
use zeroize::Zeroizing;

use crate::cli::PasswordSource;
use crate::errors::OpsError;

/// Most bytes read from standard input: well above 256 characters in any encoding.
const MOST_BYTES: u64 = 4096;

/// Reads a new password: twice from a prompt, or once from standard input, where a line break
/// at the end isn't part of it.
///
/// # Errors
/// [`OpsError::Failed`] if there is none, or it can't be a password.
pub(crate) fn read_new_password(source: &PasswordSource) -> Result<Password, OpsError> {
    let text = if source.password_stdin {
        from_reader(stdin().lock())?
    } else {
        from_prompt()?
    };
    Password::new(&text).map_err(|error| OpsError::failed(format!("the password {error}")))
}

fn from_prompt() -> Result<Zeroizing<String>, OpsError> {
    if !stdin().is_terminal() {
        return Err(OpsError::failed(
            "there is no terminal to ask for the password on; use --password-stdin",
        ));
    }
    let ask = |prompt| {
        rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .map_err(|error| OpsError::failed(format!("the password can't be read: {error}")))
    };
    let first = ask("Password: ")?;
    let second = ask("The same again: ")?;
    if first == second {
        Ok(first)
    } else {
        Err(OpsError::failed(
            "nothing was done: the two passwords differ",
        ))
    }
}

fn from_reader(reader: impl Read) -> Result<Zeroizing<String>, OpsError> {
    let mut text = Zeroizing::new(String::new());
    reader
        .take(MOST_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| {
            OpsError::failed(format!(
                "the password can't be read from standard input: {error}"
            ))
        })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains(['\n', '\r']) {
        return Err(OpsError::failed(
            "standard input has more than one line: give the password alone",
        ));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// Hashes a password on a thread of its own.
///
/// # Errors
/// [`OpsError::Failed`] without memory.
pub(crate) async fn hash(app: &App, password: Password) -> Result<PhcString, OpsError> {
    let salt = app.random.bytes();
    tokio::task::spawn_blocking(move || password::hash(&password, salt))
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| OpsError::failed("a password can't be hashed: there is not enough memory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<String> {
        from_reader(bytes).ok().map(|text| text.to_string())
    }

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_it() {
        for text in ["correct horse\n", "correct horse\r\n", "correct horse"] {
            assert_eq!(read(text.as_bytes()).as_deref(), Some("correct horse"));
        }
        assert_eq!(read(b" spaces stay \n").as_deref(), Some(" spaces stay "));
    }

    #[test]
    fn refuses_more_than_a_line_and_what_is_no_text() {
        for bytes in [
            &b"correct\nhorse\n"[..],
            b"correct horse\n\n",
            b"\xff\xfe\0",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
