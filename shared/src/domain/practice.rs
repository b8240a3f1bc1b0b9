//! Practices: the tenants.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::ids::{PracticeId, UserId};

/// Who is told of new sign-ins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NewLoginAlerts {
    /// Nobody.
    #[default]
    Off,
    /// The user who signed in.
    User,
    /// That user and every Full Access user of the practice.
    UserAndFullAccess,
}

/// A practice as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practice {
    /// Identifier.
    pub practice_id: PracticeId,
    /// Its name.
    pub name: String,
    /// Who is told of new sign-ins.
    #[serde(default)]
    pub new_login_alerts: NewLoginAlerts,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a practice lists one of its users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub user_id: UserId,
}
