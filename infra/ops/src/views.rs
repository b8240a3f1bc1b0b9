//! The JSON that programs read. Members are only ever added; times are RFC 3339, and what
//! there is none of is `null`.

use serde::Serialize;
use twostep::clock::Timestamp;
use twostep::domain::method::MethodKind;
use twostep::domain::practice::{NewLoginAlerts, Practice};
use twostep::domain::user::{Methods, Role, User, WhitelistMode};
use twostep::flows::admin::Locks;

/// A practice, as others refer to it.
#[derive(Debug, Serialize)]
pub(crate) struct PracticeName {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A practice.
#[derive(Debug, Serialize)]
pub(crate) struct PracticeView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
}

impl From<&Practice> for PracticeView {
    fn from(practice: &Practice) -> Self {
        Self {
            id: practice.practice_id.as_str().to_owned(),
            name: practice.name.clone(),
            created_at: practice.created_at.rfc3339(),
        }
    }
}

impl From<&Practice> for PracticeName {
    fn from(practice: &Practice) -> Self {
        Self {
            id: practice.practice_id.as_str().to_owned(),
            name: practice.name.clone(),
        }
    }
}

/// A practice with its setting and a summary of its users.
#[derive(Debug, Serialize)]
pub(crate) struct PracticeDetails {
    #[serde(flatten)]
    pub(crate) practice: PracticeView,
    pub(crate) new_login_alerts: NewLoginAlerts,
    pub(crate) users: usize,
    pub(crate) without_method: usize,
    pub(crate) disabled: usize,
    pub(crate) full_access: Vec<String>,
}

/// An enabled method.
#[derive(Debug, Serialize)]
pub(crate) struct MethodView {
    pub(crate) kind: MethodKind,
    pub(crate) primary: bool,
    pub(crate) destination: Option<String>,
    pub(crate) enabled_at: String,
    pub(crate) last_used_at: Option<String>,
}

impl MethodView {
    fn all(methods: &Methods) -> Vec<Self> {
        let view = |method: &twostep::domain::user::Method| Self {
            kind: method.kind(),
            primary: methods.primary() == Some(method.kind()),
            destination: method.target.masked_destination(),
            enabled_at: method.enabled_at.rfc3339(),
            last_used_at: method.last_used_at.map(Timestamp::rfc3339),
        };
        methods.enabled().into_iter().map(view).collect()
    }
}

/// A user.
#[derive(Debug, Serialize)]
pub(crate) struct UserView {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) practice: PracticeName,
    pub(crate) disabled: bool,
    pub(crate) methods: Vec<MethodView>,
    pub(crate) whitelist: WhitelistMode,
    pub(crate) remembered_devices: usize,
    pub(crate) known_addresses: usize,
    pub(crate) created_at: String,
    pub(crate) last_login_at: Option<String>,
}

impl UserView {
    /// The user as they are at `now`.
    pub(crate) fn new(user: &User, now: Timestamp) -> Self {
        Self {
            id: user.user_id.as_str().to_owned(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role,
            practice: PracticeName {
                id: user.practice_id.as_str().to_owned(),
                name: user.practice_name.clone(),
            },
            disabled: user.disabled,
            methods: MethodView::all(&user.methods),
            whitelist: user.whitelist,
            remembered_devices: user.devices.remembered(now).count(),
            known_addresses: user.addresses.known(now).count(),
            created_at: user.created_at.rfc3339(),
            last_login_at: user.last_login_at.map(Timestamp::rfc3339),
        }
    }
}

/// What keeps a user from signing in.
#[derive(Debug, Serialize)]
pub(crate) struct LocksView {
    pub(crate) password_until: Option<String>,
    pub(crate) codes_until: Option<String>,
    pub(crate) suspended_methods: Vec<MethodKind>,
}

impl From<&Locks> for LocksView {
    fn from(locks: &Locks) -> Self {
        Self {
            password_until: locks.password_until.map(Timestamp::rfc3339),
            codes_until: locks.codes_until.map(Timestamp::rfc3339),
            suspended_methods: locks.suspended.clone(),
        }
    }
}

/// A role as it is written everywhere.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::FullAccess => "full_access",
        Role::Standard => "standard",
    }
}
