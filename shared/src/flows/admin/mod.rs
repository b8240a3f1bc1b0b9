//! What the operator does: practices, users, support's reset, keys. Used by the operator's tool
//! and by the local stack, never by a function.

pub mod keyring;
pub mod lists;
pub mod locks;
pub mod practices;
pub mod users;

pub use keyring::rotate_keyring;
pub use lists::{find_users, list_practices, list_users};
pub use locks::{Locks, find_locks};
pub use practices::create_practice;
pub use users::{NewUser, UserChange, change_user, create_user, reset_two_factor, unlock_user};

use crate::runtime::KeysUnavailable;
use crate::store::StoreError;

/// Why the operator's wish isn't done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is a user with this e-mail address already.
    #[error("there is a user with this e-mail address already")]
    EmailInUse,
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// There is no such practice.
    #[error("there is no such practice")]
    NoSuchPractice,
    /// Something given isn't acceptable; the text says what and why.
    #[error("{0}")]
    Invalid(String),
    /// Others kept changing the same items.
    #[error("somebody else keeps changing it; try again")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keyring failed.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}
