//! Values for examples. Nothing in them is or was anybody's.

use serde_json::{Value, json};

/// A ticket.
pub const TICKET: &str = "tfZBFQye3lMgt-MtcEO2Oyewzb7tB0AL3anJsAjr7DTSO3Ojr34HOqKwZ611DYM";
/// An enrollment.
pub const ENROLLMENT: &str = "AbX2QRUMnt5TILfjLXBDtozoKpBmdoipu5fnPFPQdVRqfq406QeOfsI-j8mSnuLT";
/// A session token.
pub const SESSION_TOKEN: &str = "tfZBFQye3lMgt-MtcEO2oNmCpVM_o1Au1Nval1WH4k29PmlH3zqb68tZoSbk5h0";
/// A device token.
pub const DEVICE_TOKEN: &str = "nNo46jor14y67NS4u9ZGq8O5jKpLU_c0HxTKjGGO4CxO577M4fYOpLQzV4330TQu";
/// A user.
pub const USER_ID: &str = "wx3ecfimt3pfgifx4mwxaq5w";
/// An address, a device or an event.
pub const ID: &str = "nbswy3dpfqqho33s";

/// When the user of the examples signed in.
pub const SIGNED_IN_AT: &str = "2026-03-02T08:30:00Z";
/// Ten minutes later: when a ticket or an enrollment ends.
pub const TEN_MINUTES_LATER: &str = "2026-03-02T08:40:00Z";

/// A session after a code was passed: of a browser, or with its token of a bearer client.
#[must_use]
pub fn session(bearer: bool) -> Value {
    let mut session = json!({
        "user": {
            "id": USER_ID,
            "name": "Dana Desk",
            "email": "desk@harbour.test",
            "role": "standard",
            "practice": {"id": "jbqxeytpovzcaq3m", "name": "Harbour Clinic"},
        },
        "expires_at": "2026-03-02T09:30:00Z",
        "second_factor_at": SIGNED_IN_AT,
    });
    if let (true, Some(members)) = (bearer, session.as_object_mut()) {
        members.insert("token".to_owned(), SESSION_TOKEN.into());
    }
    session
}

/// An e-mail method that is enabled.
#[must_use]
pub fn email_method() -> Value {
    json!({
        "kind": "email",
        "enabled": true,
        "primary": true,
        "destination": "d***@harbour.test",
        "enabled_at": "2026-02-11T01:05:42Z",
        "last_used_at": SIGNED_IN_AT,
    })
}

/// A user's methods, one of them enabled.
#[must_use]
pub fn methods() -> Value {
    json!({"methods": [
        {"kind": "authenticator", "enabled": false, "primary": false},
        email_method(),
        {"kind": "sms", "enabled": false, "primary": false},
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;
    use crate::domain::token::{DeviceToken, EnrollmentToken, UserToken};

    #[test]
    fn tokens_look_like_real_ones() {
        let user = Some(UserId::of_email("desk@harbour.test"));
        assert_eq!(UserId::parse(USER_ID), user);
        for token in [TICKET, SESSION_TOKEN] {
            assert_eq!(UserToken::parse(token).map(|token| token.user_id), user);
        }
        let enrollment = EnrollmentToken::parse(ENROLLMENT).unwrap();
        assert_eq!(enrollment.kind.as_str(), "email");
        assert!(DeviceToken::parse(DEVICE_TOKEN).is_some());
    }
}
