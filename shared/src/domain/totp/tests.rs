use proptest::prelude::*;

use super::*;

/// The secret of both RFCs' test vectors: ASCII "12345678901234567890".
const RFC_SECRET: TotpSecret = TotpSecret::from_bytes(*b"12345678901234567890");

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// RFC 6238, appendix B, SHA-1, the last 6 of the 8 digits.
#[test]
fn rfc_6238_appendix_b() {
    for (time, digits) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        let step = RFC_SECRET.matching_step(&code(digits), Timestamp(time));
        assert_eq!(step, u64::try_from(time / 30).ok(), "{time}");
    }
}

/// RFC 4226, appendix D: HOTP values for the counters 0 to 9.
#[test]
fn rfc_4226_appendix_d() {
    for (counter, digits) in [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ]
    .into_iter()
    .enumerate()
    {
        let counter = u64::try_from(counter).unwrap();
        let now = Timestamp(i64::try_from(counter * 30).unwrap());
        assert_eq!(
            RFC_SECRET.matching_step(&code(digits), now),
            Some(counter),
            "{counter}"
        );
    }
}

#[test]
fn accepts_one_step_of_skew_either_way() {
    // Step 37037036 is 1_111_111_080 to 1_111_111_109, code 081804.
    for (now, accepted) in [
        (1_111_111_049, false),
        (1_111_111_050, true),
        (1_111_111_079, true),
        (1_111_111_080, true),
        (1_111_111_109, true),
        (1_111_111_110, true),
        (1_111_111_139, true),
        (1_111_111_140, false),
    ] {
        let step = RFC_SECRET.matching_step(&code("081804"), Timestamp(now));
        assert_eq!(step, accepted.then_some(37_037_036), "{now}");
    }
}

#[test]
fn refuses_wrong_codes_and_times_before_1970() {
    let now = Timestamp(1_111_111_109);
    for digits in ["000000", "081805", "181804", "804081"] {
        assert_eq!(RFC_SECRET.matching_step(&code(digits), now), None);
    }
    assert_eq!(
        RFC_SECRET.matching_step(&code("755224"), Timestamp(-1)),
        None
    );
}

/// Found by search: with this secret, steps 910737 and 910738 happen to have the same code.
#[test]
fn of_several_matching_steps_the_newest_counts() {
    for (step, newest) in [(910_736, 910_737), (910_737, 910_738), (910_738, 910_738)] {
        let now = Timestamp(step * 30);
        assert_eq!(RFC_SECRET.matching_step(&code("911617"), now), Some(newest));
    }
}

#[test]
fn base32_is_unpadded() {
    assert_eq!(*RFC_SECRET.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

#[test]
fn uri_follows_the_key_uri_format() {
    assert_eq!(
        *RFC_SECRET.otpauth_uri("Harbour & Co", "desk+1@harbour.test"),
        "otpauth://totp/Harbour%20%26%20Co:desk%2B1%40harbour.test\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Harbour%20%26%20Co\
         &algorithm=SHA1&digits=6&period=30"
    );
    assert!(
        RFC_SECRET
            .otpauth_uri("A:B", "c:d@e.test")
            .starts_with("otpauth://totp/AB:cd%40e.test?")
    );
}

#[test]
fn debug_shows_nothing_of_the_secret() {
    assert_eq!(format!("{RFC_SECRET:?}"), "TotpSecret(redacted)");
}

/// Reads the path back into modules, and these must be the QR code's.
#[test]
fn svg_draws_exactly_the_dark_modules() {
    let uri = RFC_SECRET.otpauth_uri("twostep", "desk@harbour.test");
    let code = QrCode::encode_text(&uri, QrCodeEcc::Medium).unwrap();
    let svg = qr_svg(&uri).unwrap();
    let path = svg
        .split(" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let mut drawn = std::collections::HashSet::new();
    for rectangle in path.split('z').filter(|part| !part.is_empty()) {
        let (start, run) = rectangle[1..].split_once('h').unwrap();
        let (left, top) = start.split_once(' ').unwrap();
        let run: i32 = run.split_once('v').unwrap().0.parse().unwrap();
        let (left, top): (i32, i32) = (left.parse().unwrap(), top.parse().unwrap());
        for x in left..left + run {
            assert!(drawn.insert((x - QUIET_ZONE, top - QUIET_ZONE)));
        }
    }
    for y in 0..code.size() {
        for x in 0..code.size() {
            assert_eq!(drawn.contains(&(x, y)), code.get_module(x, y), "{x} {y}");
        }
    }
    let side = code.size() + 8;
    assert!(svg.starts_with("<svg "));
    assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\" role=\"img\"")));
    assert!(svg.contains("<title>QR code for your authenticator app</title>"));
    assert!(svg.contains(&format!(
        "<rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>"
    )));
}

#[test]
fn the_longest_possible_uri_fits_a_qr_code() {
    let account = format!("{}@{}.test", "+".repeat(64), "a".repeat(184));
    let uri = RFC_SECRET.otpauth_uri(&"ä".repeat(20), &account);
    assert!(qr_svg(&uri).is_ok());
    assert_eq!(qr_svg(&"a".repeat(2_332)), Err(QrTooLong));
}

proptest! {
    #[test]
    fn the_code_of_a_step_is_right_in_it_and_its_neighbours_only(
        bytes in any::<[u8; SECRET_BYTES]>(),
        time in 1_000_000_000_u64..4_000_000_000,
        away in -5_i64..=5,
    ) {
        let secret = TotpSecret::from_bytes(bytes);
        let digits = secret.totp().generate(time).to_string();
        let now = Timestamp(i64::try_from(time).unwrap() + away * 30);
        let step = secret.matching_step(&code(&digits), now);
        if away.abs() <= 1 {
            prop_assert!(step.is_some_and(|step| step >= time / 30));
        } else if let Some(step) = step {
            // Once in half a million another step has the same code.
            prop_assert_eq!(secret.totp().generate(step * 30).to_string(), digits);
        }
    }
}
