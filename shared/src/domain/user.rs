//! A user and what may happen to it: the rules about methods and trust.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::address::{KnownAddresses, Network};
use crate::domain::contact::{EmailAddress, mask_phone_number};
use crate::domain::device::Devices;
use crate::domain::ids::{PracticeId, UserId};
use crate::domain::method::MethodKind;
use crate::domain::ticket::{EnrollmentTarget, SealedSecret};

/// What a user may do in their practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May look after colleagues' methods and the practice's settings.
    FullAccess,
    /// Looks after their own account only.
    Standard,
}

/// When a user is asked for a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhitelistMode {
    /// At every sign-in, unless the device is remembered.
    #[default]
    Always,
    /// Only at a sign-in from an address that isn't known.
    NewAddressesOnly,
}

/// An enabled method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// What it works with.
    pub target: EnrollmentTarget,
    /// When its first code validated.
    pub enabled_at: Timestamp,
    /// When a code of it last validated.
    pub last_used_at: Option<Timestamp>,
    /// The last TOTP step accepted (RFC 6238 §5.2: no step is accepted twice).
    pub last_step: Option<u64>,
}

impl Method {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> MethodKind {
        self.target.kind()
    }
}

impl EnrollmentTarget {
    /// What kind of method this makes.
    #[must_use]
    pub fn kind(&self) -> MethodKind {
        match self {
            Self::Authenticator(_) => MethodKind::Authenticator,
            Self::Email(_) => MethodKind::Email,
            Self::Sms(_) => MethodKind::Sms,
        }
    }

    /// Where codes are sent, if any are.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        match self {
            Self::Authenticator(_) => None,
            Self::Email(address) | Self::Sms(address) => Some(address),
        }
    }

    /// The destination as it may be shown: `d***@example.com`, `+61 *** *** 123`.
    #[must_use]
    pub fn masked_destination(&self) -> Option<String> {
        match self {
            Self::Authenticator(_) => None,
            Self::Email(address) => EmailAddress::parse(address).ok().map(|a| a.masked()),
            Self::Sms(number) => Some(mask_phone_number(number)),
        }
    }

    /// The sealed secret of an authenticator.
    #[must_use]
    pub fn sealed_secret(&self) -> Option<&SealedSecret> {
        match self {
            Self::Authenticator(secret) => Some(secret),
            Self::Email(_) | Self::Sms(_) => None,
        }
    }
}

/// The enabled methods of a user, at most one of a kind, one of them primary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Methods {
    authenticator: Option<Method>,
    email: Option<Method>,
    sms: Option<Method>,
    primary: Option<MethodKind>,
}

impl Methods {
    /// The method of this kind, if it is enabled.
    #[must_use]
    pub fn get(&self, kind: MethodKind) -> Option<&Method> {
        match kind {
            MethodKind::Authenticator => self.authenticator.as_ref(),
            MethodKind::Email => self.email.as_ref(),
            MethodKind::Sms => self.sms.as_ref(),
        }
    }

    fn slot(&mut self, kind: MethodKind) -> &mut Option<Method> {
        match kind {
            MethodKind::Authenticator => &mut self.authenticator,
            MethodKind::Email => &mut self.email,
            MethodKind::Sms => &mut self.sms,
        }
    }

    /// The enabled methods, the primary one first.
    #[must_use]
    pub fn enabled(&self) -> Vec<&Method> {
        let mut methods: Vec<_> = MethodKind::ALL
            .into_iter()
            .filter_map(|kind| self.get(kind))
            .collect();
        methods.sort_by_key(|method| Some(method.kind()) != self.primary);
        methods
    }

    /// Whether any method is enabled.
    #[must_use]
    pub fn any_enabled(&self) -> bool {
        MethodKind::ALL
            .into_iter()
            .any(|kind| self.get(kind).is_some())
    }

    /// The method asked for first.
    #[must_use]
    pub fn primary(&self) -> Option<MethodKind> {
        self.primary
    }

    /// Makes an enabled method the primary one; `false` if it isn't enabled.
    pub fn make_primary(&mut self, kind: MethodKind) -> bool {
        let enabled = self.get(kind).is_some();
        if enabled {
            self.primary = Some(kind);
        }
        enabled
    }

    /// Enables a method and gives back the one of its kind that it replaces. The first one
    /// enabled becomes primary.
    pub fn enable(&mut self, method: Method) -> Option<Method> {
        let kind = method.kind();
        let replaced = self.slot(kind).replace(method);
        self.primary.get_or_insert(kind);
        replaced
    }

    /// Removes a method; if it was primary, the one enabled longest takes its place.
    pub fn remove(&mut self, kind: MethodKind) -> Option<Method> {
        let removed = self.slot(kind).take()?;
        if self.primary == Some(kind) {
            self.primary = MethodKind::ALL
                .into_iter()
                .filter_map(|kind| self.get(kind))
                .min_by_key(|method| method.enabled_at)
                .map(Method::kind);
        }
        Some(removed)
    }

    /// Records that a code of this kind validated now, and for TOTP at which step.
    pub fn used(&mut self, kind: MethodKind, step: Option<u64>, now: Timestamp) {
        if let Some(method) = self.slot(kind) {
            method.last_used_at = Some(now);
            method.last_step = step.or(method.last_step);
        }
    }
}

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Identifier, derived from the e-mail address.
    pub user_id: UserId,
    /// The account's e-mail address: for signing in and for notices.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The practice they belong to.
    pub practice_id: PracticeId,
    /// Its name.
    pub practice_name: String,
    /// Whether sign-in is refused.
    pub disabled: bool,
    /// Hash of the password, PHC string.
    pub password: String,
    /// Names this user's device cookie without saying who it is: random.
    pub device_slot: String,
    /// Goes up when trust is lost: sessions and tickets of earlier generations are dead.
    pub generation: u64,
    /// Goes up with every write of this item; each write is conditioned on the one it read.
    pub version: u64,
    /// Enabled methods.
    pub methods: Methods,
    /// Remembered devices.
    #[serde(default)]
    pub devices: Devices,
    /// Known addresses.
    #[serde(default)]
    pub addresses: KnownAddresses,
    /// When a code is asked for.
    #[serde(default)]
    pub whitelist: WhitelistMode,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The last sign-in, if there was one.
    pub last_login_at: Option<Timestamp>,
}

/// Why a user can't remove one of their own methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveRefusal {
    /// It isn't enabled.
    NotEnabled,
    /// It is their last one.
    Last,
}

impl User {
    /// Forgets every remembered device and known address, asks for a code always again, and
    /// ends every session and ticket there is.
    ///
    /// The session that caused it goes on if it is stored again with the new generation.
    pub fn lose_trust(&mut self) {
        self.devices.clear();
        self.addresses.clear();
        self.whitelist = WhitelistMode::Always;
        self.generation = self.generation.saturating_add(1);
    }

    /// Enables a method whose first code validated now. Replacing one loses trust.
    ///
    /// `step` is the TOTP step of that code, burnt with it.
    pub fn enable_method(
        &mut self,
        target: EnrollmentTarget,
        step: Option<u64>,
        now: Timestamp,
    ) -> Enabled {
        let method = Method {
            target,
            enabled_at: now,
            last_used_at: Some(now),
            last_step: step,
        };
        if self.methods.enable(method).is_some() {
            self.lose_trust();
            Enabled::Replaced
        } else {
            Enabled::New
        }
    }

    /// Removes one of the user's own methods, which loses trust.
    ///
    /// # Errors
    /// [`RemoveRefusal`] if it isn't enabled or is the last one.
    pub fn remove_own_method(&mut self, kind: MethodKind) -> Result<(), RemoveRefusal> {
        if self.methods.get(kind).is_none() {
            return Err(RemoveRefusal::NotEnabled);
        }
        if self.methods.enabled().len() == 1 {
            return Err(RemoveRefusal::Last);
        }
        self.methods.remove(kind);
        self.lose_trust();
        Ok(())
    }

    /// Takes all methods away (or one, given its kind), which loses trust. For colleagues with
    /// Full Access and for support; gives back the kinds that were enabled.
    pub fn reset_methods(&mut self, only: Option<MethodKind>) -> Vec<MethodKind> {
        let kinds = MethodKind::ALL
            .into_iter()
            .filter(|kind| only.is_none_or(|o| o == *kind));
        let removed = kinds
            .filter_map(|kind| self.methods.remove(kind))
            .map(|m| m.kind())
            .collect();
        self.lose_trust();
        removed
    }

    /// Sets when a code is asked for; gives back whether that is a change. Going back to
    /// [`WhitelistMode::Always`] forgets all known addresses.
    pub fn set_whitelist(&mut self, mode: WhitelistMode) -> bool {
        let changed = self.whitelist != mode;
        self.whitelist = mode;
        if changed && mode == WhitelistMode::Always {
            self.addresses.clear();
        }
        changed
    }

    /// Whether the whitelist spares this user a code at a sign-in from `network`.
    #[must_use]
    pub fn trusts_address(&self, network: &Network, now: Timestamp) -> bool {
        self.whitelist == WhitelistMode::NewAddressesOnly
            && self.addresses.find(network, now).is_some()
    }
}

/// What enabling a method did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabled {
    /// There was none of its kind.
    New,
    /// It took the place of another of its kind.
    Replaced,
}

#[cfg(test)]
#[path = "user_tests.rs"]
mod tests;
