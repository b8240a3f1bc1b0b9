use super::*;

const PASSWORD: &str = "correct horse battery staple";
const SALT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// What the reference implementation of argon2 (through argon2-cffi) makes of [`PASSWORD`] and
/// [`SALT`] with the current parameters.
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw\
                       $gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU";

/// Hashes of [`PASSWORD`] made by argon2-cffi, by the bcrypt package of PyPI and by OpenSSL
/// (through Python's hashlib).
const IMPORTED: [&str; 8] = [
    "$argon2id$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$VTsSHiMxkq48zEo8LUSymjr7JjaRSgsxGX2Z8HQE9Cw",
    "$argon2i$v=19$m=4096,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$APH8wZ1pULXPk/HOlhQ1rPz7rjwD8ojx3G37BIsP6hQ",
    "$2b$04$eg6fbbJiD1HpWMN3t2X4yOoFwgJWGU7PBrjjecRHHdqrd.DJEcZUG",
    "$2a$04$2PxekaGzZoEuHB89zduJguhfl1AQbsBQUNI/miVaSLz0xDHm5NTCy",
    "$2y$04$2PxekaGzZoEuHB89zduJguhfl1AQbsBQUNI/miVaSLz0xDHm5NTCy",
    "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$mp90zEQd5XGhjEv4WArVH4Z0XRSzkGWtJK2S/AXJlRU",
    "$pbkdf2-sha256$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$ppsXnjrdPB4KryJ6DrOqKqhkWrhv7PbKAMF1Eml8cZ4",
    "$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$A6AmFIti7CKlYdoPiV9jf1d9llp37o27Wms8Zx8fwMJGCOigJzAthOW3Pg+XF5PnNiYnsQsIz1N5NtynrEm78w",
];

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn phc(text: &str) -> PhcString {
    PhcString::parse(text).unwrap()
}

#[test]
fn hashes_as_the_reference_implementation_does() {
    let hash = hash(&password(PASSWORD), SALT).unwrap();
    assert_eq!(hash.as_str(), CURRENT);
    assert_eq!(PhcString::parse(hash.as_str()), Ok(hash));
}

#[test]
fn verifies_current_hashes() {
    let hash = phc(CURRENT);
    assert_eq!(verify(&password(PASSWORD), &hash), Verdict::Right);
    for other in [
        "correct horse battery stapl",
        "Correct horse battery staple",
    ] {
        assert_eq!(verify(&password(other), &hash), Verdict::Wrong, "{other}");
    }
}

#[test]
fn verifies_imported_hashes_and_wants_them_replaced() {
    for text in IMPORTED {
        let hash = phc(text);
        assert_eq!(
            verify(&password(PASSWORD), &hash),
            Verdict::RightButOutdated,
            "{text}"
        );
        assert_eq!(
            verify(&password("wrong horse battery staple"), &hash),
            Verdict::Wrong,
            "{text}"
        );
    }
}

/// scrypt's own vector for passlib's defaults: "password".
#[test]
fn verifies_scrypt_of_passlib() {
    let hash = phc(
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    );
    assert_eq!(
        verify(&password("password"), &hash),
        Verdict::RightButOutdated
    );
}

#[test]
fn a_short_password_of_an_imported_user_still_signs_in() {
    let hash = phc("$2b$04$EQ87ZLsR0SC7PrHgBx0Mr.D2EFIwyJYflZozUbhjOPKWONklDTHuy");
    let attempt = Password::attempt("abc").unwrap();
    assert_eq!(verify(&attempt, &hash), Verdict::RightButOutdated);
}

#[test]
fn composed_and_decomposed_letters_are_the_same_password() {
    // The hash is of the composed letters.
    let hash = phc(
        "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$W0YlRKcKy1OSt+b0SQY0pig4+dDjuTEzCOTEqJc0B8A",
    );
    for text in ["p\u{e4}ssword-\u{f1}", "pa\u{308}ssword-n\u{303}"] {
        assert_eq!(verify(&password(text), &hash), Verdict::Right, "{text}");
    }
}

#[test]
fn counts_characters_after_normalization() {
    let seven_composed = "e\u{301}".repeat(7);
    for (text, result) in [
        ("", Err(PasswordError::TooShort)),
        ("1234567", Err(PasswordError::TooShort)),
        (seven_composed.as_str(), Err(PasswordError::TooShort)),
        ("12345678", Ok(())),
        (
            "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}",
            Ok(()),
        ),
        (&"e\u{301}".repeat(256), Ok(())),
        (&"a".repeat(256), Ok(())),
        (&"a".repeat(257), Err(PasswordError::TooLong)),
        (&"a".repeat(100_000), Err(PasswordError::TooLong)),
    ] {
        assert_eq!(Password::new(text).map(|_| ()), result, "{}", text.len());
    }
    assert_eq!(Password::attempt("").err(), Some(PasswordError::TooShort));
    assert!(Password::attempt("1").is_ok());
    assert_eq!(
        Password::attempt(&"a".repeat(257)).err(),
        Some(PasswordError::TooLong)
    );
}

#[test]
fn the_decoy_costs_what_a_current_hash_costs_and_is_never_right() {
    let decoy = decoy();
    assert_eq!(PhcString::parse(decoy.as_str()), Ok(decoy.clone()));
    assert!(is_current(&decoy));
    for text in [PASSWORD, "password", "12345678"] {
        assert_eq!(verify(&password(text), &decoy), Verdict::Wrong);
    }
}

#[test]
fn refuses_hashes_that_are_malformed_foreign_or_too_costly() {
    use PhcError::{Malformed, Parameters, TooCostly, TooShort, Unsupported};
    let salt_and_hash = "AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU";
    let bcrypt = "eg6fbbJiD1HpWMN3t2X4yOoFwgJWGU7PBrjjecRHHdqrd.DJEcZUG";
    for (text, error) in [
        (String::new(), Malformed),
        ("correct horse".to_owned(), Malformed),
        ("5f4dcc3b5aa765d61d8327deb882cf99".to_owned(), Malformed),
        ("$argon2id$v=19$m=19456,t=2,p=1".to_owned(), Malformed),
        (
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw".to_owned(),
            Malformed,
        ),
        (
            format!("$argon2d$v=19$m=19456,t=2,p=1${salt_and_hash}"),
            Unsupported,
        ),
        (format!("$6$rounds=5000${salt_and_hash}"), Unsupported),
        (
            format!("$argon2id$v=18$m=19456,t=2,p=1${salt_and_hash}"),
            Parameters,
        ),
        (
            format!("$argon2id$v=19$m=1,t=2,p=1${salt_and_hash}"),
            Parameters,
        ),
        (
            format!("$argon2id$v=19$m=19456,t=2,p=1,x=1${salt_and_hash}"),
            Parameters,
        ),
        (
            format!("$argon2id$v=19$m=131073,t=1,p=1${salt_and_hash}"),
            TooCostly,
        ),
        (
            format!("$argon2id$v=19$m=131072,t=5,p=1${salt_and_hash}"),
            TooCostly,
        ),
        (
            format!("$argon2id$v=19$m=4294967295,t=4294967295,p=1${salt_and_hash}"),
            TooCostly,
        ),
        (
            format!("$argon2id$v=19$m=19456,t=2,p=17${salt_and_hash}"),
            TooCostly,
        ),
        (
            "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmkn".to_owned(),
            TooShort,
        ),
        (format!("$scrypt$ln=18,r=8,p=1${salt_and_hash}"), TooCostly),
        (format!("$scrypt$ln=17,r=8,p=3${salt_and_hash}"), TooCostly),
        (format!("$scrypt$ln=63,r=1,p=1${salt_and_hash}"), Parameters),
        (format!("$scrypt$ln=10,r=0,p=1${salt_and_hash}"), Parameters),
        (
            format!("$pbkdf2-sha256$i=2000001,l=32${salt_and_hash}"),
            TooCostly,
        ),
        (
            format!("$pbkdf2-sha256$i=1,l=32${salt_and_hash}"),
            Parameters,
        ),
        (format!("$pbkdf2$i=1000,l=32${salt_and_hash}"), Unsupported),
        (format!("$2b$15${bcrypt}"), TooCostly),
        (format!("$2b$99${bcrypt}"), TooCostly),
        (format!("$2b$03${bcrypt}"), Parameters),
        (format!("$2b$xx${bcrypt}"), Malformed),
        (format!("$2x$04${bcrypt}"), Malformed),
        ("$2b$04$short".to_owned(), Malformed),
    ] {
        assert_eq!(PhcString::parse(&text), Err(error), "{text}");
    }
}

#[test]
fn the_highest_accepted_costs_are_accepted() {
    let salt_and_hash = "AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU";
    for text in [
        // PHP's and Symfony's default.
        format!("$argon2id$v=19$m=65536,t=4,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=131072,t=4,p=16${salt_and_hash}"),
        format!("$scrypt$ln=17,r=8,p=2${salt_and_hash}"),
        format!("$pbkdf2-sha256$i=2000000,l=32${salt_and_hash}"),
        "$2b$14$eg6fbbJiD1HpWMN3t2X4yOoFwgJWGU7PBrjjecRHHdqrd.DJEcZUG".to_owned(),
    ] {
        assert!(PhcString::parse(&text).is_ok(), "{text}");
    }
}

#[test]
fn debug_shows_neither_password_nor_hash() {
    assert_eq!(format!("{:?}", password(PASSWORD)), "Password(redacted)");
    assert_eq!(format!("{:?}", phc(CURRENT)), "PhcString(redacted)");
}

proptest::proptest! {
    #[test]
    fn whatever_is_imported_is_read_or_refused(
        name in "argon2id|argon2i|scrypt|pbkdf2-sha256|2b|[a-z0-9]{0,8}",
        rest in "[$=,a-zA-Z0-9+/.-]{0,120}",
        other in ".*",
    ) {
        for text in [format!("${name}${rest}"), other] {
            if let Ok(hash) = PhcString::parse(&text) {
                proptest::prop_assert_eq!(hash.as_str(), text);
            }
        }
    }

    #[test]
    fn a_new_password_is_as_long_as_one_may_be(text in ".{0,300}") {
        let length = text.nfc().count();
        let fits = (MIN_CHARS..=MAX_CHARS).contains(&length);
        proptest::prop_assert_eq!(Password::new(&text).is_ok(), fits);
        let fits = (1..=MAX_CHARS).contains(&length);
        proptest::prop_assert_eq!(Password::attempt(&text).is_ok(), fits);
    }
}
