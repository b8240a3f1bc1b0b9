//! Making practices.

use super::AdminError;
use crate::domain::ids::PracticeId;
use crate::domain::practice::{NewLoginAlerts, Practice};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::write::Write;
use crate::store::{keys, records};

/// Longest name of a practice or a user, in characters.
pub const LONGEST_NAME: usize = 100;

/// Checks the name of a practice or a user and gives it back trimmed.
///
/// # Errors
/// [`AdminError::Invalid`] if it is empty, too long or holds control characters: names go into
/// mails.
pub fn check_name(name: &str) -> Result<String, AdminError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err(AdminError::Invalid(format!(
            "a name has 1 to {LONGEST_NAME} characters"
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(AdminError::Invalid(
            "a name has no control characters".to_owned(),
        ));
    }
    Ok(name.to_owned())
}

/// Makes a practice.
///
/// # Errors
/// [`AdminError`].
pub async fn create_practice(app: &App, name: &str) -> Result<Practice, AdminError> {
    let practice = Practice {
        practice_id: PracticeId::from_bytes(app.random.bytes()),
        name: check_name(name)?,
        new_login_alerts: NewLoginAlerts::Off,
        created_at: app.clock.now(),
    };
    let writes = vec![
        records::put_practice(&practice)?.if_new(),
        Write::put(
            keys::practice_in_list(&practice.practice_id),
            &practice,
            None,
        )?,
    ];
    if committed(app.store.commit(writes).await)? {
        Ok(practice)
    } else {
        Err(AdminError::Conflict)
    }
}

/// A practice by its id.
///
/// # Errors
/// [`AdminError::NoSuchPractice`] if there is none.
pub async fn find_practice(app: &App, id: &PracticeId) -> Result<Practice, AdminError> {
    let key = keys::practice(id);
    let items = app.store.read(std::slice::from_ref(&key)).await?;
    items.get(&key)?.ok_or(AdminError::NoSuchPractice)
}
