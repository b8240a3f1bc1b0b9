//! The end of every sign-in: a session, and what is remembered for the next time.

use crate::clock::Timestamp;
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::device::{DEVICE_LIFETIME, Presented};
use crate::domain::ids::short_id;
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::session::{Session, Transport};
use crate::domain::token::{DeviceToken, UserToken};
use crate::domain::user::User;
use crate::runtime::App;
use crate::store::write::Write;
use crate::store::{StoreError, records};

/// How a person showed who they are, beside the password.
#[derive(Debug)]
pub(crate) enum How {
    /// With the current token of a remembered device, which rotates now.
    Remembered(DeviceToken),
    /// With the token before, within its grace: another tab has the new one already.
    RememberedInGrace,
    /// From a known address.
    KnownAddress,
    /// With a code.
    SecondFactor {
        /// The method it was of.
        method: MethodKind,
        /// Whether this device is to be remembered.
        remember: bool,
        /// The device token the client presents, which a new one replaces.
        presented: Option<DeviceToken>,
    },
}

/// A sign-in about to be finished.
pub(crate) struct Finish<'a> {
    /// Who signs in; with the changes that the code has made.
    pub(crate) user: User,
    pub(crate) how: How,
    pub(crate) transport: Transport,
    /// The session the browser had, which a new one in a cookie replaces.
    pub(crate) replaces: Option<&'a UserToken>,
    pub(crate) origin: &'a Origin,
    pub(crate) now: Timestamp,
}

/// A finished sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    /// Their session.
    pub session: Session,
    /// Its token.
    pub token: UserToken,
    /// A device token for the client to keep, if there is a new one.
    pub device: Option<IssuedDevice>,
}

/// A device token that a client is to keep.
#[derive(Debug)]
pub struct IssuedDevice {
    /// The token.
    pub token: DeviceToken,
    /// Seconds for which the device is still remembered.
    pub max_age: i64,
}

impl Finish<'_> {
    /// The writes that finish the sign-in, and what it gives the client.
    ///
    /// # Errors
    /// If a record can't be an item.
    pub(crate) fn build(mut self, app: &App) -> Result<(Vec<Write>, SignedIn), StoreError> {
        let now = self.now;
        let mut writes = Vec::new();
        let with_code = matches!(self.how, How::SecondFactor { .. });
        if with_code && self.is_new() {
            let notice = OutboxItem::new(
                app.random.bytes(),
                &self.user,
                Told::NewSignIn,
                Some(self.origin),
                now,
            );
            writes.push(records::new_notice(&notice)?);
        }
        let device = self.device(app, &mut writes)?;
        writes.push(self.event(app, EventKind::SignedIn)?);
        if with_code {
            let id = short_id(app.random.bytes());
            self.user.addresses.verify(&self.origin.network, id, now);
        }
        self.user.last_login_at = Some(now);
        let token = UserToken::new(self.user.user_id.clone(), app.random.bytes());
        let session = Session::begin(
            &self.user,
            short_id(app.random.bytes()),
            self.transport,
            with_code.then_some(now),
            now,
        );
        writes.push(records::put_user(&self.user)?);
        writes.push(records::new_session(
            &self.user.user_id,
            &token.hash(),
            &session,
        )?);
        // One by bearer tokens leaves the session in the browser's cookie alone.
        if let Some(old) = self
            .replaces
            .filter(|_| self.transport == Transport::Cookie)
        {
            writes.push(records::end_session(&old.user_id, &old.hash()));
        }
        Ok((
            writes,
            SignedIn {
                user: self.user,
                session,
                token,
                device,
            },
        ))
    }

    /// Whether the sign-in comes neither from a remembered device nor from a known address. The
    /// very first one of an account isn't new to anybody.
    fn is_new(&self) -> bool {
        let remembered = match &self.how {
            How::SecondFactor {
                presented: Some(token),
                ..
            } => matches!(
                self.user.devices.judge(token, self.now),
                Presented::Current(_) | Presented::Superseded(_)
            ),
            _ => false,
        };
        self.user.last_login_at.is_some()
            && !remembered
            && self
                .user
                .addresses
                .find(&self.origin.network, self.now)
                .is_none()
    }

    /// Rotates the token of a remembered device, or remembers this one if asked to.
    fn device(
        &mut self,
        app: &App,
        writes: &mut Vec<Write>,
    ) -> Result<Option<IssuedDevice>, StoreError> {
        let now = self.now;
        match &self.how {
            How::Remembered(token) => {
                let next = token.rotated(app.random.bytes());
                self.user.devices.rotate(&next, now);
                let series = next.series_hash();
                let left = self
                    .user
                    .devices
                    .remembered(now)
                    .find(|d| d.series == series);
                let max_age = left.map_or(0, |device| device.expires_at().since(now));
                Ok(Some(IssuedDevice {
                    token: next,
                    max_age,
                }))
            }
            How::SecondFactor {
                remember: true,
                presented,
                ..
            } => {
                if let Some(series) = presented.as_ref().map(DeviceToken::series_hash) {
                    let old = self
                        .user
                        .devices
                        .remembered(now)
                        .find(|d| d.series == series);
                    if let Some(id) = old.map(|device| device.id.clone()) {
                        self.user.devices.forget(&id, now);
                    }
                }
                let token = DeviceToken::new(app.random.bytes(), app.random.bytes());
                let id = short_id(app.random.bytes());
                self.user
                    .devices
                    .remember(id, &token, self.origin.device.clone(), now);
                writes.push(self.event(app, EventKind::DeviceRemembered)?);
                Ok(Some(IssuedDevice {
                    token,
                    max_age: DEVICE_LIFETIME,
                }))
            }
            How::RememberedInGrace | How::KnownAddress | How::SecondFactor { .. } => Ok(None),
        }
    }

    fn event(&self, app: &App, kind: EventKind) -> Result<Write, StoreError> {
        let mut event = Event::new(app.event_id(), kind, self.now).from(self.origin);
        if let (EventKind::SignedIn, How::SecondFactor { method, .. }) = (kind, &self.how) {
            event = event.method(*method);
        }
        records::new_event(&self.user.user_id, &event)
    }
}
