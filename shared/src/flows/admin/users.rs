//! Making and changing users, and support's reset.

use super::AdminError;
use super::practices::check_name;
use crate::domain::activity::{Event, EventKind};
use crate::domain::address::KnownAddresses;
use crate::domain::contact::EmailAddress;
use crate::domain::device::Devices;
use crate::domain::ids::{UserId, normalize_email, short_id};
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::password::PhcString;
use crate::domain::practice::Practice;
use crate::domain::user::{Methods, Role, User, WhitelistMode};
use crate::flows::ROUNDS;
use crate::flows::guess::committed;
use crate::flows::remove::forget_counters;
use crate::runtime::App;
use crate::store::guards::{self, Guard, PasswordScope};
use crate::store::write::Write;
use crate::store::{keys, records};

/// Longest reason of a reset, in characters.
pub const LONGEST_REASON: usize = 500;

/// A user to be made.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Their practice.
    pub practice: &'a Practice,
    /// Their e-mail address.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// Hash of their password.
    pub password: &'a PhcString,
    /// Whether sign-in is refused.
    pub disabled: bool,
}

/// Checks what is given of a new user and gives the user back, not yet written.
///
/// # Errors
/// [`AdminError::Invalid`] says what isn't acceptable.
pub fn build_user(app: &App, new: &NewUser<'_>) -> Result<User, AdminError> {
    let email = EmailAddress::parse(new.email)
        .map_err(|error| AdminError::Invalid(format!("the e-mail address {error}")))?;
    let email = normalize_email(email.as_str());
    Ok(User {
        user_id: UserId::of_email(&email),
        email,
        name: check_name(new.name)?,
        role: new.role,
        practice_id: new.practice.practice_id.clone(),
        practice_name: new.practice.name.clone(),
        disabled: new.disabled,
        password: new.password.as_str().to_owned(),
        device_slot: short_id(app.random.bytes()),
        generation: 0,
        version: 0,
        methods: Methods::default(),
        devices: Devices::default(),
        addresses: KnownAddresses::default(),
        whitelist: WhitelistMode::Always,
        created_at: app.clock.now(),
        last_login_at: None,
    })
}

/// Makes a user.
///
/// # Errors
/// [`AdminError::EmailInUse`] if there is one with this address.
pub async fn create_user(app: &App, new: &NewUser<'_>) -> Result<User, AdminError> {
    let user = build_user(app, new)?;
    let writes = vec![
        records::new_user(&user)?,
        records::put_member(&user)?,
        records::list_full_access(&user)?,
        // Failures counted while there was no such user are not this one's.
        Write::delete(keys::user_guard(&user.user_id)),
    ];
    if committed(app.store.commit(writes).await)? {
        Ok(user)
    } else {
        Err(AdminError::EmailInUse)
    }
}

/// A user by their id.
///
/// # Errors
/// [`AdminError::NoSuchUser`] if there is none.
pub async fn find_user(app: &App, id: &UserId) -> Result<User, AdminError> {
    Ok(read(app, id).await?.0)
}

pub(super) async fn read(app: &App, id: &UserId) -> Result<(User, Guard), AdminError> {
    let (user, guard) = (keys::user(id), keys::user_guard(id));
    let items = app.store.read(&[user.clone(), guard.clone()]).await?;
    let found = items.get(&user)?.ok_or(AdminError::NoSuchUser)?;
    Ok((found, Guard::new(items.raw(&guard))))
}

/// What to change of a user.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserChange<'a> {
    /// A new password's hash. All trust in devices, addresses and sessions is lost.
    pub password: Option<&'a PhcString>,
    /// Whether sign-in is refused. Refusing it loses all trust in devices, addresses and
    /// sessions, and is recorded as a lock.
    pub disabled: Option<bool>,
    /// What they may do, from their next request on.
    pub role: Option<Role>,
}

/// Changes a user.
///
/// # Errors
/// [`AdminError`].
pub async fn change_user(app: &App, id: &UserId, change: UserChange<'_>) -> Result<(), AdminError> {
    for _ in 0..ROUNDS {
        let (mut user, guard) = read(app, id).await?;
        let now = app.clock.now();
        let mut writes = Vec::new();
        if let Some(role) = change.role {
            user.role = role;
            writes.push(records::list_full_access(&user)?);
        }
        if let Some(disabled) = change.disabled {
            if disabled && !user.disabled {
                // Nothing of it comes back to life when the user is enabled again.
                user.lose_trust();
                let event = support_event(app, EventKind::Locked);
                writes.push(records::new_event(id, &event)?);
            }
            user.disabled = disabled;
        }
        if let Some(password) = change.password {
            password.as_str().clone_into(&mut user.password);
            user.lose_trust();
            let event = support_event(app, EventKind::PasswordChanged);
            let notice =
                OutboxItem::new(app.random.bytes(), &user, Told::PasswordChanged, None, now);
            writes.push(records::new_event(id, &event)?);
            writes.push(records::new_notice(&notice)?);
            writes.push(forget_counters(unlock(id), &guard, &[]));
        }
        writes.push(records::put_user(&user)?);
        if committed(app.store.commit(writes).await)? {
            return Ok(());
        }
    }
    Err(AdminError::Conflict)
}

/// Support's reset: takes all methods away. The user and every Full Access user of the practice
/// are told, with the reason; the next sign-in asks to enable a method.
///
/// # Errors
/// [`AdminError`].
pub async fn reset_two_factor(app: &App, id: &UserId, reason: &str) -> Result<User, AdminError> {
    let reason = check_reason(reason)?;
    for _ in 0..ROUNDS {
        let (mut user, guard) = read(app, id).await?;
        user.reset_methods(None);
        let told = Told::ResetBySupport {
            reason: reason.clone(),
        };
        let notice = OutboxItem::new(app.random.bytes(), &user, told, None, app.clock.now());
        let writes = vec![
            records::put_user(&user)?,
            forget_counters(
                Write::update(keys::user_guard(id)).remove(guards::SECOND_FACTORS),
                &guard,
                &MethodKind::ALL,
            ),
            records::new_event(id, &support_event(app, EventKind::Reset))?,
            records::new_notice(&notice)?,
        ];
        if committed(app.store.commit(writes).await)? {
            return Ok(user);
        }
    }
    Err(AdminError::Conflict)
}

/// Ends every lock of a user: password delays, the hour's failed codes, suspended methods.
///
/// # Errors
/// [`AdminError`].
pub async fn unlock_user(app: &App, id: &UserId) -> Result<User, AdminError> {
    let (user, guard) = read(app, id).await?;
    let write = forget_counters(
        unlock(id).remove(guards::SECOND_FACTORS),
        &guard,
        &MethodKind::ALL,
    );
    match committed(app.store.commit(vec![write]).await)? {
        true => Ok(user),
        false => Err(AdminError::Conflict),
    }
}

fn unlock(id: &UserId) -> Write {
    let anywhere = PasswordScope::Anywhere.attribute();
    Write::update(keys::user_guard(id)).remove(&anywhere)
}

fn support_event(app: &App, kind: EventKind) -> Event {
    Event::new(app.event_id(), kind, app.clock.now()).actor("support")
}

/// Checks the reason of a reset and gives it back trimmed.
///
/// # Errors
/// [`AdminError::Invalid`] if it is empty, too long or more than one line: it goes into mails.
pub fn check_reason(reason: &str) -> Result<String, AdminError> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > LONGEST_REASON {
        let text = format!("a reason has 1 to {LONGEST_REASON} characters");
        return Err(AdminError::Invalid(text));
    }
    if reason.chars().any(char::is_control) {
        return Err(AdminError::Invalid(
            "a reason is one line of text".to_owned(),
        ));
    }
    Ok(reason.to_owned())
}
