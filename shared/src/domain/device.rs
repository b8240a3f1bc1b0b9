//! Remembered devices: browsers on which a user is not asked for a code for 30 days.
//!
//! A device is known by the token in its cookie, which rotates at each use. The token before the
//! current one is honoured for a minute, since two tabs may sign in at once; used later, it can
//! only come from a copy of the cookie, so the device is not trusted any more.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::limits::DAY;
use crate::domain::token::{DeviceToken, TokenHash};

/// Seconds a device is remembered; using it never extends them.
pub const DEVICE_LIFETIME: i64 = 30 * DAY;
/// Seconds for which the token before the current one is honoured.
pub const SUPERSEDED_GRACE: i64 = 60;
/// Devices remembered per user; the least recently used makes room.
pub const MOST_DEVICES: usize = 20;

/// A remembered device as stored with its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Identifier for listing and forgetting it; no secret.
    pub id: String,
    /// Hash of the part of the token that stays.
    pub series: TokenHash,
    /// Hash of the current secret.
    pub token: TokenHash,
    /// Hash of the secret before it.
    pub superseded: Option<TokenHash>,
    /// When the current secret was issued.
    pub rotated_at: Timestamp,
    /// What it calls itself: "Chrome on Windows".
    pub label: String,
    /// When it was remembered.
    pub created_at: Timestamp,
    /// The last sign-in with it.
    pub last_used_at: Timestamp,
}

impl Device {
    /// When it is no longer remembered.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus(DEVICE_LIFETIME)
    }
}

/// What a presented device token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    /// No remembered device of this user.
    Unknown,
    /// The current token: skip the code and rotate.
    Current(&'a Device),
    /// The token before, within its grace: skip the code, issue nothing.
    Superseded(&'a Device),
    /// A token that was replaced longer ago: somebody holds a copy.
    Misused(&'a Device),
}

/// The devices a user is remembered on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Devices(Vec<Device>);

impl Devices {
    /// Those remembered at `now`.
    pub fn remembered(&self, now: Timestamp) -> impl Iterator<Item = &Device> {
        self.0
            .iter()
            .filter(move |device| now < device.expires_at())
    }

    /// Judges a presented token.
    #[must_use]
    pub fn judge(&self, token: &DeviceToken, now: Timestamp) -> Presented<'_> {
        let series = token.series_hash();
        let Some(device) = self.remembered(now).find(|device| device.series == series) else {
            return Presented::Unknown;
        };
        let hash = token.hash();
        if device.token == hash {
            return Presented::Current(device);
        }
        let in_grace = now.since(device.rotated_at) <= SUPERSEDED_GRACE;
        if in_grace && device.superseded.as_ref() == Some(&hash) {
            return Presented::Superseded(device);
        }
        Presented::Misused(device)
    }

    /// The remembered device with this id.
    #[must_use]
    pub fn find(&self, id: &str, now: Timestamp) -> Option<&Device> {
        self.remembered(now).find(|device| device.id == id)
    }

    /// Remembers a device; the least recently used one makes room if there are too many.
    pub fn remember(&mut self, id: String, token: &DeviceToken, label: String, now: Timestamp) {
        self.0.retain(|device| now < device.expires_at());
        self.0
            .sort_by_key(|device| std::cmp::Reverse(device.last_used_at));
        self.0.truncate(MOST_DEVICES - 1);
        self.0.push(Device {
            id,
            series: token.series_hash(),
            token: token.hash(),
            superseded: None,
            rotated_at: now,
            label,
            created_at: now,
            last_used_at: now,
        });
    }

    /// Puts the next token in place of the current one, which is superseded from now on.
    pub fn rotate(&mut self, next: &DeviceToken, now: Timestamp) {
        let series = next.series_hash();
        if let Some(device) = self.0.iter_mut().find(|device| device.series == series) {
            device.superseded = Some(std::mem::replace(&mut device.token, next.hash()));
            device.rotated_at = now;
            device.last_used_at = now;
        }
    }

    /// Forgets a device and gives it back; `None` if no remembered device has this id.
    pub fn forget(&mut self, id: &str, now: Timestamp) -> Option<Device> {
        let index = self
            .0
            .iter()
            .position(|d| d.id == id && now < d.expires_at())?;
        Some(self.0.remove(index))
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    fn remembered() -> (Devices, DeviceToken) {
        let token = DeviceToken::new([1; 16], [1; 32]);
        let mut devices = Devices::default();
        devices.remember("d1".into(), &token, "Chrome on Windows".into(), T0);
        (devices, token)
    }

    #[test]
    fn remembered_for_exactly_thirty_days_however_often_used() {
        let (mut devices, token) = remembered();
        let next = token.rotated([2; 32]);
        devices.rotate(&next, T0.plus(DEVICE_LIFETIME - 2));
        let last = T0.plus(DEVICE_LIFETIME - 1);
        assert!(matches!(devices.judge(&next, last), Presented::Current(_)));
        assert_eq!(
            devices.judge(&next, T0.plus(DEVICE_LIFETIME)),
            Presented::Unknown
        );
        assert!(devices.find("d1", last).is_some());
        assert!(devices.find("d1", T0.plus(DEVICE_LIFETIME)).is_none());
    }

    #[test]
    fn a_superseded_token_is_honoured_for_a_minute() {
        let (mut devices, token) = remembered();
        devices.rotate(&token.rotated([2; 32]), T0.plus(100));
        assert!(matches!(
            devices.judge(&token, T0.plus(160)),
            Presented::Superseded(_)
        ));
        assert!(matches!(
            devices.judge(&token, T0.plus(161)),
            Presented::Misused(_)
        ));
    }

    #[test]
    fn an_older_token_is_misuse_at_once() {
        let (mut devices, first) = remembered();
        devices.rotate(&first.rotated([2; 32]), T0.plus(1));
        devices.rotate(&first.rotated([3; 32]), T0.plus(2));
        assert!(matches!(
            devices.judge(&first, T0.plus(2)),
            Presented::Misused(_)
        ));
    }

    #[test]
    fn a_stranger_s_token_is_nothing() {
        let (devices, _) = remembered();
        let stranger = DeviceToken::new([9; 16], [1; 32]);
        assert_eq!(devices.judge(&stranger, T0), Presented::Unknown);
    }

    #[test]
    fn the_least_recently_used_makes_room() {
        let mut devices = Devices::default();
        let token = |n: u8| DeviceToken::new([n; 16], [n; 32]);
        for n in 0..20_u8 {
            devices.remember(n.to_string(), &token(n), String::new(), T0.plus(n.into()));
        }
        devices.rotate(&token(0).rotated([99; 32]), T0.plus(50));
        devices.remember("20".into(), &token(20), String::new(), T0.plus(60));
        assert_eq!(devices.remembered(T0.plus(60)).count(), MOST_DEVICES);
        assert!(devices.find("0", T0.plus(60)).is_some());
        assert!(devices.find("1", T0.plus(60)).is_none());
    }
}
