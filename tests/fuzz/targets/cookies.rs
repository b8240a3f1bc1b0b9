//! Of cookies only ours are looked at, and of those not too many.
#![no_main]

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use twostep::http::cookies;

fuzz_target!(|lines: Vec<&[u8]>| {
    let mut headers = HeaderMap::new();
    for line in &lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    let sent = |token: &str| {
        let mut lines = lines.iter();
        lines.any(|line| String::from_utf8_lossy(line).contains(token))
    };
    if let Some(token) = cookies::session(&headers) {
        assert!(sent(&token.expose()));
    }
    let devices = cookies::devices(&headers);
    assert!(devices.by_slot.len() <= 50);
    for (_, token) in &devices.by_slot {
        assert!(sent(&token.expose()));
    }
});
