//! The cookies a browser carries its session and its remembered devices in.
//!
//! `__Host-` makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2).

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::domain::token::{DeviceToken, UserToken};
use crate::flows::finish::IssuedDevice;
use crate::flows::login::PresentedDevice;

const SESSION: &str = "__Host-session";
const DEVICE_PREFIX: &str = "__Host-device-";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// Device cookies looked at in one request: more than one browser's front desk has.
const MOST_DEVICES: usize = 50;

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The session token in the request's cookies.
#[must_use]
pub fn session(headers: &HeaderMap) -> Option<UserToken> {
    pairs(headers)
        .filter(|(name, _)| *name == SESSION)
        .find_map(|(_, value)| UserToken::parse(value))
}

/// The device tokens in the request's cookies.
#[must_use]
pub fn devices(headers: &HeaderMap) -> PresentedDevice {
    let by_slot = pairs(headers)
        .filter_map(|(name, value)| {
            let slot = name.strip_prefix(DEVICE_PREFIX)?;
            Some((slot.to_owned(), DeviceToken::parse(value)?))
        })
        .take(MOST_DEVICES);
    PresentedDevice {
        by_slot: by_slot.collect(),
        from_body: None,
    }
}

/// Sets the session cookie; it ends with the browser or with the session.
#[must_use]
pub fn set_session(token: &UserToken) -> Option<HeaderValue> {
    secret(&format!("{SESSION}={}; {ATTRIBUTES}", token.expose()))
}

/// Removes the session cookie.
#[must_use]
pub fn clear_session() -> Option<HeaderValue> {
    secret(&format!("{SESSION}=; Max-Age=0; {ATTRIBUTES}"))
}

/// Sets the device cookie of a user, to live as long as the device is remembered.
#[must_use]
pub fn set_device(slot: &str, device: &IssuedDevice) -> Option<HeaderValue> {
    let (token, max_age) = (device.token.expose(), device.max_age);
    secret(&format!(
        "{DEVICE_PREFIX}{slot}={token}; Max-Age={max_age}; {ATTRIBUTES}"
    ))
}

/// Removes the device cookie of a user.
#[must_use]
pub fn clear_device(slot: &str) -> Option<HeaderValue> {
    secret(&format!("{DEVICE_PREFIX}{slot}=; Max-Age=0; {ATTRIBUTES}"))
}

fn secret(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::UserId;

    fn headers(lines: &[Vec<u8>]) -> HeaderMap {
        let values = lines.iter().map(|line| HeaderValue::from_bytes(line));
        values
            .filter_map(|value| Some((COOKIE, value.ok()?)))
            .collect()
    }

    fn token() -> UserToken {
        UserToken::new(UserId::of_email("desk@harbour.test"), [7; 32])
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read(lines in prop::collection::vec(any::<Vec<u8>>(), 0..4)) {
            let headers = headers(&lines);
            prop_assert!(session(&headers).is_none());
            prop_assert!(devices(&headers).by_slot.is_empty());
        }

        #[test]
        fn ours_are_found_among_others(before in "[a-z=; ]{0,40}", after in "[ -~]{0,40}") {
            let ours = format!("{SESSION}={}", token().expose());
            let headers = headers(&[format!("{before}; {ours}; {after}").into_bytes()]);
            let found = session(&headers).map(|found| found.expose());
            prop_assert_eq!(found, Some(token().expose()));
        }

        #[test]
        fn of_devices_no_more_are_looked_at_than_a_desk_has(many in 0..200_usize) {
            let value = DeviceToken::new([1; 16], [2; 32]).expose();
            let line: Vec<_> = (0..many).map(|n| format!("{DEVICE_PREFIX}{n}={value}")).collect();
            let headers = headers(&[line.join("; ").into_bytes()]);
            prop_assert_eq!(devices(&headers).by_slot.len(), many.min(MOST_DEVICES));
        }
    }
}
