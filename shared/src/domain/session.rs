//! Sessions: what a signed-in client holds.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::ids::PracticeId;
use crate::domain::limits::HOUR;
use crate::domain::user::User;

/// Seconds without a request after which a session ends.
pub const SESSION_IDLE: i64 = HOUR;
/// Seconds after sign-in at which a session ends whatever happens.
pub const SESSION_LIFETIME: i64 = 12 * HOUR;
/// Seconds for which a passed code allows changes to the account's security.
pub const RECENT: i64 = 15 * 60;

/// How a client carries its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// In cookies, for browsers.
    #[default]
    Cookie,
    /// In the `Authorization` header, for everything else.
    Bearer,
}

/// A session as stored, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Identifier that stays when the token rotates; no secret.
    pub session_id: String,
    /// The user's trust generation when it began; a later one ends it.
    pub generation: u64,
    /// The user's practice.
    pub practice_id: PracticeId,
    /// How the client carries it.
    pub transport: Transport,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// The last request.
    pub last_seen_at: Timestamp,
    /// When a code was last passed in it; `None` if none was.
    pub second_factor_at: Option<Timestamp>,
}

impl Session {
    /// A new session of `user`.
    #[must_use]
    pub fn begin(
        user: &User,
        session_id: String,
        transport: Transport,
        second_factor_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        Self {
            session_id,
            generation: user.generation,
            practice_id: user.practice_id.clone(),
            transport,
            signed_in_at: now,
            last_seen_at: now,
            second_factor_at,
        }
    }

    /// When it ends at the latest.
    #[must_use]
    pub fn final_end(&self) -> Timestamp {
        self.signed_in_at.plus(SESSION_LIFETIME)
    }

    /// When it ends if nothing is done with it: the earlier of idle and final end.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.last_seen_at.plus(SESSION_IDLE).min(self.final_end())
    }

    /// Whether it still signs `user` in at `now`.
    #[must_use]
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        now < self.expires_at() && self.generation == user.generation && !user.disabled
    }

    /// Whether a code was passed in it within [`RECENT`] seconds.
    #[must_use]
    pub fn has_recent_factor(&self, now: Timestamp) -> bool {
        self.second_factor_at
            .is_some_and(|at| now.since(at) < RECENT)
    }

    /// The same session after a request at `now`.
    #[must_use]
    pub fn seen(self, now: Timestamp) -> Self {
        Self {
            last_seen_at: now,
            ..self
        }
    }

    /// The same session after a code was passed in it: the final end stays where it is.
    #[must_use]
    pub fn stepped_up(self, now: Timestamp) -> Self {
        Self {
            last_seen_at: now,
            second_factor_at: Some(now),
            ..self
        }
    }
}
