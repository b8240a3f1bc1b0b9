//! Source addresses and browsers are named by fixed forms, whatever is sent.
#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use twostep::domain::address::Network;
use twostep::domain::device_label;

fuzz_target!(|text: &str| {
    match (Network::parse(text), text.parse::<IpAddr>()) {
        (Some(network), Ok(address)) => assert_eq!(network, Network::of(address)),
        (Some(network), Err(_)) => assert_eq!(Network::parse(text.trim()), Some(network)),
        (None, parsed) => assert!(parsed.is_err(), "{text}"),
    }
    let label = device_label::label(Some(text));
    assert!(label.len() <= 60 && label.is_ascii(), "{label}");
});
