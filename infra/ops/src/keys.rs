//! `keys`: the keyring.

use serde::Serialize;
use twostep::flows::admin::rotate_keyring;
use twostep::keyring::WrappedKey;

use crate::cli::{Connection, KeysCommand};
use crate::confirm::confirm;
use crate::connect::Target;
use crate::errors::OpsError;
use crate::output::{Output, columns};

#[derive(Serialize)]
struct KeyView {
    id: String,
    created_at: String,
    current: bool,
}

#[derive(Serialize)]
struct Listed {
    keys: Vec<KeyView>,
}

#[derive(Serialize)]
struct Shown {
    key: KeyView,
}

/// Does a `keys` command.
///
/// # Errors
/// [`OpsError`].
pub(crate) async fn run(
    connection: &Connection,
    command: KeysCommand,
    output: Output,
) -> Result<(), OpsError> {
    let mut target = Target::connect(connection).await?;
    match command {
        KeysCommand::List => {
            let keys = target.app().store.keyring_keys().await?;
            output.show(
                &Listed {
                    keys: newest_first(keys),
                },
                text,
            );
        }
        KeysCommand::Rotate { kms_key, consent } => {
            target.set_kms_key(kms_key)?;
            let what = format!("Add a new key to the keyring of table {}", target.table());
            confirm(&consent, &what)?;
            let key = rotate_keyring(&target.app()).await?;
            let shown = Shown {
                key: view(&key, true),
            };
            output.show(&shown, |shown| {
                format!("Key {} protects everything made from now on.", shown.key.id)
            });
        }
    }
    Ok(())
}

/// The keys as listed; the first one is the current one, by the same order in which every
/// function chooses it.
fn newest_first(mut keys: Vec<WrappedKey>) -> Vec<KeyView> {
    keys.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    let views = keys.iter().enumerate();
    views.map(|(index, key)| view(key, index == 0)).collect()
}

fn view(key: &WrappedKey, current: bool) -> KeyView {
    KeyView {
        id: key.id.clone(),
        created_at: key.created_at.rfc3339(),
        current,
    }
}

fn text(listed: &Listed) -> String {
    if listed.keys.is_empty() {
        return "The keyring is empty: make its first key with `cargo ops keys rotate`.".to_owned();
    }
    let row = |key: &KeyView| {
        let current = if key.current { "current" } else { "" };
        [key.id.clone(), key.created_at.clone(), current.to_owned()]
    };
    columns(["ID", "MADE", ""], listed.keys.iter().map(row))
}

#[cfg(test)]
mod tests {
    use twostep::clock::Timestamp;

    use super::*;

    #[test]
    fn the_newest_key_is_current() {
        let key = |id: &str, created_at| WrappedKey {
            id: id.to_owned(),
            wrapped: Vec::new(),
            created_at: Timestamp(created_at),
        };
        let views = newest_first(vec![key("a", 1), key("b", 3), key("c", 3), key("d", 2)]);
        let order: Vec<_> = views.iter().map(|v| (v.id.as_str(), v.current)).collect();
        assert_eq!(
            order,
            [("c", true), ("b", false), ("d", false), ("a", false)]
        );
    }
}
