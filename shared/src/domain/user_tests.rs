//! Tables and properties of the rules about methods and trust.

use proptest::prelude::*;

use super::*;
use crate::domain::token::DeviceToken;

const T0: Timestamp = Timestamp(1_000_000);

fn user() -> User {
    User {
        user_id: UserId::of_email("desk@harbour.test"),
        email: "desk@harbour.test".into(),
        name: "Desk".into(),
        role: Role::Standard,
        practice_id: PracticeId::from_text("p"),
        practice_name: "Harbour Clinic".into(),
        disabled: false,
        password: String::new(),
        device_slot: "slot".into(),
        generation: 0,
        version: 0,
        methods: Methods::default(),
        devices: Devices::default(),
        addresses: KnownAddresses::default(),
        whitelist: WhitelistMode::Always,
        created_at: T0,
        last_login_at: None,
    }
}

fn target(kind: MethodKind) -> EnrollmentTarget {
    match kind {
        MethodKind::Authenticator => EnrollmentTarget::Authenticator(SealedSecret {
            key_id: "k".into(),
            sealed: "s".into(),
        }),
        MethodKind::Email => EnrollmentTarget::Email("d@example.test".into()),
        MethodKind::Sms => EnrollmentTarget::Sms("+61491570006".into()),
    }
}

fn trusting() -> User {
    let mut user = user();
    user.enable_method(target(MethodKind::Email), None, T0);
    user.enable_method(target(MethodKind::Sms), None, T0.plus(1));
    let home = Network::parse("192.0.2.7").unwrap();
    user.addresses.verify(&home, "a".into(), T0);
    user.devices.remember(
        "d".into(),
        &DeviceToken::new([1; 16], [1; 32]),
        "X".into(),
        T0,
    );
    assert!(user.set_whitelist(WhitelistMode::NewAddressesOnly));
    assert!(user.trusts_address(&home, T0));
    user
}

fn has_no_trust(user: &User) -> bool {
    user.devices.remembered(T0).count() == 0
        && user.addresses.known(T0).count() == 0
        && user.whitelist == WhitelistMode::Always
        && user.generation == 1
}

#[test]
fn the_first_enabled_is_primary_and_listed_first() {
    let mut user = user();
    user.enable_method(target(MethodKind::Sms), None, T0);
    user.enable_method(target(MethodKind::Authenticator), Some(7), T0);
    assert_eq!(user.methods.primary(), Some(MethodKind::Sms));
    let order: Vec<_> = user.methods.enabled().iter().map(|m| m.kind()).collect();
    assert_eq!(order, [MethodKind::Sms, MethodKind::Authenticator]);
    assert!(!user.methods.make_primary(MethodKind::Email));
    assert!(user.methods.make_primary(MethodKind::Authenticator));
    assert_eq!(user.methods.enabled()[0].kind(), MethodKind::Authenticator);
    assert_eq!(user.generation, 0, "enabling another kind keeps trust");
}

#[test]
fn the_last_own_method_stays() {
    let mut user = user();
    assert_eq!(
        user.remove_own_method(MethodKind::Sms),
        Err(RemoveRefusal::NotEnabled)
    );
    user.enable_method(target(MethodKind::Sms), None, T0);
    assert_eq!(
        user.remove_own_method(MethodKind::Sms),
        Err(RemoveRefusal::Last)
    );
    user.enable_method(target(MethodKind::Email), None, T0);
    assert_eq!(user.remove_own_method(MethodKind::Sms), Ok(()));
    assert_eq!(user.methods.primary(), Some(MethodKind::Email));
}

#[test]
fn removing_replacing_and_resetting_lose_trust() {
    let mut removed = trusting();
    removed.remove_own_method(MethodKind::Email).unwrap();
    assert!(has_no_trust(&removed));

    let mut replaced = trusting();
    assert_eq!(
        replaced.enable_method(target(MethodKind::Sms), None, T0),
        Enabled::Replaced
    );
    assert!(has_no_trust(&replaced));
    assert_eq!(replaced.methods.primary(), Some(MethodKind::Email));

    let mut reset = trusting();
    assert_eq!(
        reset.reset_methods(None),
        [MethodKind::Email, MethodKind::Sms]
    );
    assert!(has_no_trust(&reset) && !reset.methods.any_enabled());
    assert_eq!(reset.methods.primary(), None);
}

#[test]
fn going_back_to_always_forgets_addresses() {
    let mut user = trusting();
    assert!(user.set_whitelist(WhitelistMode::Always));
    assert_eq!(user.addresses.known(T0).count(), 0);
    assert_eq!(user.devices.remembered(T0).count(), 1);
    assert_eq!(user.generation, 0);
}

proptest! {
    /// Whatever is enabled, removed and made primary: exactly one method is primary while any
    /// is enabled, and it is an enabled one.
    #[test]
    fn one_primary(steps in prop::collection::vec((0_usize..3, 0_usize..3), 0..30)) {
        let mut user = user();
        for (action, kind) in steps {
            let kind = MethodKind::ALL[kind];
            match action {
                0 => { user.enable_method(target(kind), None, T0); }
                1 => { let _ = user.remove_own_method(kind); }
                _ => { user.methods.make_primary(kind); }
            }
            let primary = user.methods.primary();
            prop_assert_eq!(primary.is_some(), user.methods.any_enabled());
            if let Some(kind) = primary {
                prop_assert!(user.methods.get(kind).is_some());
                prop_assert_eq!(user.methods.enabled()[0].kind(), kind);
            }
        }
    }
}
