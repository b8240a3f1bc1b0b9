//! The kinds of second factor a person can enable.

use serde::{Deserialize, Serialize};

/// A kind of second factor. A user has at most one enabled method of each kind.
///
/// In JSON, in paths and in the table it is written as [`MethodKind::as_str`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(description = "A kind of second factor.")
)]
#[serde(rename_all = "lowercase")]
pub enum MethodKind {
    /// A TOTP app on the user's phone or computer.
    Authenticator,
    /// A code sent to an e-mail address.
    Email,
    /// A code sent to a mobile number.
    Sms,
}

impl MethodKind {
    /// Every kind, in the order in which the API lists them.
    pub const ALL: [Self; 3] = [Self::Authenticator, Self::Email, Self::Sms];

    /// The kind's name on the wire and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The kind with exactly this wire name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_json_and_in_paths() {
        for kind in MethodKind::ALL {
            assert_eq!(MethodKind::parse(kind.as_str()), Some(kind));
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                serde_json::json!(kind.as_str())
            );
        }
    }

    #[test]
    fn other_names_are_no_kind() {
        for name in ["", "SMS", "totp", " email", "e-mail"] {
            assert_eq!(MethodKind::parse(name), None, "{name:?}");
            assert!(serde_json::from_value::<MethodKind>(serde_json::json!(name)).is_err());
        }
    }
}
