use std::collections::HashSet;

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;

const BINDING: CodeBinding<'static> = CodeBinding {
    ticket: b"0123456789abcdef0123456789abcdef",
    user: "usr_1",
    purpose: Purpose::SignIn,
    method: "email",
    destination: "desk@harbour.test",
};

#[test]
fn reads_codes_in_groups() {
    for typed in [
        "012345",
        " 012345\n",
        "012 345",
        "012-345",
        "0-1-2-3-4-5",
        "01\u{a0}23\u{2009}45",
        "012\u{2011}345",
    ] {
        assert_eq!(Code::parse(typed).unwrap().as_str(), "012345", "{typed:?}");
    }
}

#[test]
fn refuses_other_texts() {
    for (typed, error) in [
        ("", CodeError::Length),
        (" - ", CodeError::Length),
        ("12345", CodeError::Length),
        ("1234567", CodeError::Length),
        ("123 456 7", CodeError::Length),
        ("12345a", CodeError::Character),
        ("123_456", CodeError::Character),
        ("+12345", CodeError::Character),
        ("123.456", CodeError::Character),
        ("\u{ff11}23456", CodeError::Character),
        ("\u{661}23456", CodeError::Character),
        ("123456\0", CodeError::Character),
    ] {
        assert_eq!(Code::parse(typed).err(), Some(error), "{typed:?}");
    }
}

#[test]
fn compares_all_digits() {
    let code = Code::parse("123456").unwrap();
    assert_eq!(code, Code::parse("123 456").unwrap());
    for other in ["023456", "123450", "654321"] {
        assert_ne!(code, Code::parse(other).unwrap());
    }
}

#[test]
fn debug_shows_no_digit() {
    let shown = format!("{:?}", Code::parse("123456").unwrap());
    assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
}

/// RFC 4231, test cases 1 and 2 with their keys padded to 32 bytes as HMAC does itself.
#[test]
fn hmac_is_rfc_4231() {
    let padded = |key: &[u8]| {
        let mut bytes = [0; 32];
        bytes[..key.len()].copy_from_slice(key);
        bytes
    };
    for (key, message, mac) in [
        (
            padded(&[0x0b; 20]),
            "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            padded(b"Jefe"),
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ] {
        assert_eq!(
            HEXLOWER.encode(&*hmac_sha256(&key, message.as_bytes())),
            mac
        );
    }
}

#[test]
fn the_same_binding_gives_the_same_code() {
    assert_eq!(
        derive_code(&[7; 32], &BINDING),
        derive_code(&[7; 32], &BINDING)
    );
}

/// Fixed so that a change of the derivation, which would make outstanding codes wrong during a
/// deployment, is never an accident. Computed independently with Python's hmac and struct.
#[test]
fn the_derivation_is_stable() {
    assert_eq!(derive_code(&[7; 32], &BINDING).as_str(), "785625");
}

#[test]
fn codes_spread_over_all_values() {
    let mut first_digits = HashSet::new();
    let mut codes = HashSet::new();
    for ticket in 0..2_000_u32 {
        let ticket = ticket.to_be_bytes();
        let code = derive_code(
            &[7; 32],
            &CodeBinding {
                ticket: &ticket,
                ..BINDING
            },
        );
        first_digits.insert(code.as_str().as_bytes()[0]);
        codes.insert(code.as_str().to_owned());
    }
    assert_eq!(first_digits.len(), 10);
    // 2,000 draws out of a million collide about twice.
    assert!(codes.len() > 1_980, "{}", codes.len());
}

proptest! {
    #[test]
    fn every_part_of_the_binding_counts(
        ticket in proptest::collection::vec(any::<u8>(), 32),
        user in "[a-z]{1,4}",
        method in "[a-z]{1,4}",
        destination in "[a-z@.+0-9]{1,8}",
    ) {
        let binding = CodeBinding {
            ticket: &ticket,
            user: &user,
            purpose: Purpose::SignIn,
            method: &method,
            destination: &destination,
        };
        let other_user = format!("{user}x");
        let other_method = format!("{method}x");
        let other_destination = format!("{destination}x");
        let shifted_user = format!("{user}{method}");
        for other in [
            CodeBinding { ticket: &ticket[1..], ..binding },
            CodeBinding { user: &other_user, ..binding },
            CodeBinding { purpose: Purpose::StepUp, ..binding },
            CodeBinding { purpose: Purpose::Enrollment, ..binding },
            CodeBinding { method: &other_method, ..binding },
            CodeBinding { destination: &other_destination, ..binding },
            // The same letters, cut elsewhere.
            CodeBinding { user: &shifted_user, method: "", ..binding },
        ] {
            prop_assert_ne!(&*binding_bytes(&binding), &*binding_bytes(&other));
        }
        prop_assert_eq!(derive_code(&[1; 32], &binding), derive_code(&[1; 32], &binding));
    }

    #[test]
    fn every_derived_code_reads_back(key in any::<[u8; 32]>()) {
        let code = derive_code(&key, &BINDING);
        prop_assert_eq!(Code::parse(code.as_str()), Ok(code));
    }
}
