//! The records of the table as writes: what is written under which key and which condition.

use crate::clock::Timestamp;
use crate::domain::activity::Event;
use crate::domain::ids::UserId;
use crate::domain::method::MethodKind;
use crate::domain::outbox::OutboxItem;
use crate::domain::practice::{Member, Practice};
use crate::domain::session::{SESSION_IDLE, SESSION_LIFETIME, Session};
use crate::domain::ticket::{Enrollment, Sends, Ticket};
use crate::domain::token::TokenHash;
use crate::domain::user::{Role, User};

use super::StoreError;
use super::keys;
use super::write::Write;

/// Writes a user back, if nobody else did since it was read. Takes care of the version.
///
/// # Errors
/// If it can't be an item.
pub fn put_user(user: &User) -> Result<Write, StoreError> {
    let mut next = user.clone();
    next.version = user.version.saturating_add(1);
    Write::put(keys::user(&user.user_id), &next, None)?.if_equal("version", Some(&user.version))
}

/// Makes a user, if there is none with this id.
///
/// # Errors
/// If it can't be an item.
pub fn new_user(user: &User) -> Result<Write, StoreError> {
    Ok(Write::put(keys::user(&user.user_id), user, None)?.if_new())
}

/// Lists a user in their practice.
///
/// # Errors
/// If it can't be an item.
pub fn put_member(user: &User) -> Result<Write, StoreError> {
    let member = Member {
        user_id: user.user_id.clone(),
    };
    Write::put(
        keys::member(&user.practice_id, &user.user_id),
        &member,
        None,
    )
}

/// Lists or unlists a user among the Full Access users of their practice, as their role says.
///
/// # Errors
/// If it can't be an item.
pub fn list_full_access(user: &User) -> Result<Write, StoreError> {
    let key = keys::full_access(&user.practice_id, &user.user_id);
    match user.role {
        Role::FullAccess => Write::put(
            key,
            &Member {
                user_id: user.user_id.clone(),
            },
            None,
        ),
        Role::Standard => Ok(Write::delete(key)),
    }
}

/// Writes a practice.
///
/// # Errors
/// If it can't be an item.
pub fn put_practice(practice: &Practice) -> Result<Write, StoreError> {
    Write::put(keys::practice(&practice.practice_id), practice, None)
}

/// Starts a session.
///
/// # Errors
/// If it can't be an item.
pub fn new_session(
    user: &UserId,
    token: &TokenHash,
    session: &Session,
) -> Result<Write, StoreError> {
    Ok(Write::put(
        keys::session(user, token),
        session,
        Some(session.final_end()),
    )?
    .if_new())
}

/// Writes a session back, if it still exists.
///
/// # Errors
/// If it can't be an item.
pub fn put_session(
    user: &UserId,
    token: &TokenHash,
    session: &Session,
) -> Result<Write, StoreError> {
    Ok(Write::put(
        keys::session(user, token),
        session,
        Some(session.final_end()),
    )?
    .if_exists())
}

/// Records that a session was used, if it still exists and isn't over.
///
/// # Errors
/// If the time can't be an attribute.
pub fn touch_session(
    user: &UserId,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Write, StoreError> {
    Write::update(keys::session(user, token))
        .if_after("last_seen_at", now.plus(-SESSION_IDLE))
        .if_after("signed_in_at", now.plus(-SESSION_LIFETIME))
        .set("last_seen_at", &now)
}

/// Ends a session; does nothing if there is none.
#[must_use]
pub fn end_session(user: &UserId, token: &TokenHash) -> Write {
    Write::delete(keys::session(user, token))
}

/// Issues a ticket.
///
/// # Errors
/// If it can't be an item.
pub fn new_ticket(user: &UserId, token: &TokenHash, ticket: &Ticket) -> Result<Write, StoreError> {
    Ok(Write::put(keys::ticket(user, token), ticket, Some(ticket.expires_at))?.if_new())
}

/// Uses a ticket up, if it is still there: of any number of parallel uses one succeeds.
#[must_use]
pub fn redeem_ticket(user: &UserId, token: &TokenHash) -> Write {
    Write::delete(keys::ticket(user, token)).if_exists()
}

/// Counts a guess at a ticket, if it is the one after `seen`.
///
/// # Errors
/// If a count can't be an attribute.
pub fn count_ticket_guess(
    user: &UserId,
    token: &TokenHash,
    seen: u32,
) -> Result<Write, StoreError> {
    Write::update(keys::ticket(user, token)).swap("attempts", Some(&seen), &seen.saturating_add(1))
}

/// Writes the sends of a ticket, if they still are those seen.
///
/// # Errors
/// If they can't be an attribute.
pub fn swap_ticket_sends(
    user: &UserId,
    token: &TokenHash,
    seen: &Sends,
    next: &Sends,
) -> Result<Write, StoreError> {
    Write::update(keys::ticket(user, token)).swap("sends", Some(seen), next)
}

/// Starts an enrollment; takes the place of an earlier one of its kind.
///
/// # Errors
/// If it can't be an item.
pub fn new_enrollment(user: &UserId, enrollment: &Enrollment) -> Result<Write, StoreError> {
    let key = keys::enrollment(user, enrollment.target.kind());
    Write::put(key, enrollment, Some(enrollment.expires_at))
}

/// Uses an enrollment up, if it is still this one.
///
/// # Errors
/// If the hash can't be an attribute.
pub fn redeem_enrollment(
    user: &UserId,
    kind: MethodKind,
    token: &TokenHash,
) -> Result<Write, StoreError> {
    Write::delete(keys::enrollment(user, kind)).if_equal("token", Some(token))
}

/// Counts a guess at an enrollment, if it is the one after `seen`.
///
/// # Errors
/// If a value can't be an attribute.
pub fn count_enrollment_guess(
    user: &UserId,
    kind: MethodKind,
    token: &TokenHash,
    seen: u32,
) -> Result<Write, StoreError> {
    Write::update(keys::enrollment(user, kind))
        .if_equal("token", Some(token))?
        .swap("attempts", Some(&seen), &seen.saturating_add(1))
}

/// Writes the sends of an enrollment, if it is still this one and they still are those seen.
///
/// # Errors
/// If a value can't be an attribute.
pub fn swap_enrollment_sends(
    user: &UserId,
    kind: MethodKind,
    token: &TokenHash,
    seen: &Sends,
    next: &Sends,
) -> Result<Write, StoreError> {
    Write::update(keys::enrollment(user, kind))
        .if_equal("token", Some(token))?
        .swap("sends", Some(seen), next)
}

/// Records an event in a user's activity.
///
/// # Errors
/// If it can't be an item.
pub fn new_event(user: &UserId, event: &Event) -> Result<Write, StoreError> {
    new_event_until(user, event, event.expires_at())
}

/// Records an event that may be swept out at `expires_at`.
///
/// # Errors
/// If it can't be an item.
pub fn new_event_until(
    user: &UserId,
    event: &Event,
    expires_at: Timestamp,
) -> Result<Write, StoreError> {
    Write::put(keys::event(user, event), event, Some(expires_at))
}

/// Puts a notice into the outbox.
///
/// # Errors
/// If it can't be an item.
pub fn new_notice(notice: &OutboxItem) -> Result<Write, StoreError> {
    Ok(Write::put(keys::outbox(&notice.id), notice, Some(notice.expires_at()))?.if_new())
}
