//! The description of this function's routes.

use serde_json::json;
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;

use crate::{DevicesView, ModeBody, WhitelistView};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "whitelist",
        "When a code is asked for, known addresses, and remembered devices.",
        [
            read(),
            set_mode(),
            forget_address(),
            list_devices(),
            forget_device(),
            forget_all_devices(),
        ],
    )
}

fn whitelist(about: &'static str) -> Answer {
    let example = json!({
        "mode": "new_addresses_only",
        "current_address": "203.0.113.7",
        "addresses": [{
            "id": samples::ID,
            "address": "203.0.113.7",
            "verified_at": samples::SIGNED_IN_AT,
            "expires_at": "2026-05-31T08:30:00Z",
        }],
    });
    let examples = [("whitelist", example)];
    Answer::json(200, about, Shape::of::<WhitelistView>(), examples)
}

fn read() -> Operation {
    Operation::get(
        "/whitelist",
        "getWhitelist",
        "Read when one is asked for a code",
    )
    .session()
    .answer(whitelist("The mode and the known addresses."))
}

fn set_mode() -> Operation {
    Operation::put(
        "/whitelist",
        "setWhitelist",
        "Set when one is asked for a code",
    )
    .about("Going back to `always` forgets all known addresses.")
    .recent_factor()
    .body(
        Shape::of::<ModeBody>(),
        [("new_addresses_only", json!({"mode": "new_addresses_only"}))],
    )
    .answer(whitelist("The mode and the known addresses, as changed."))
    .problems(&[Code::NoMethodEnabled, Code::Conflict])
}

fn forget_address() -> Operation {
    Operation::delete(
        "/whitelist/addresses/{id}",
        "forgetAddress",
        "Forget a known address",
    )
    .session()
    .id("id", "The address, by its identifier.")
    .answer(Answer::empty(204, "The address is forgotten."))
    .problems(&[Code::Conflict])
}

fn list_devices() -> Operation {
    let example = json!({"devices": [{
        "id": samples::ID,
        "label": "Chrome on Windows",
        "created_at": samples::SIGNED_IN_AT,
        "last_used_at": samples::SIGNED_IN_AT,
        "expires_at": "2026-04-01T08:30:00Z",
        "current": true,
    }]});
    Operation::get(
        "/devices",
        "listDevices",
        "List the devices one is remembered on",
    )
    .session()
    .answer(Answer::json(
        200,
        "The devices.",
        Shape::of::<DevicesView>(),
        [("devices", example)],
    ))
}

const DROPS_COOKIE: &str = "Removes `__Host-device-…` from a browser that is forgotten.";

fn forget_device() -> Operation {
    Operation::delete("/devices/{id}", "forgetDevice", "Forget a device")
        .session()
        .id("id", "The device, by its identifier.")
        .answer(Answer::empty(204, "The device is forgotten.").cookies(DROPS_COOKIE))
        .problems(&[Code::Conflict])
}

fn forget_all_devices() -> Operation {
    Operation::delete("/devices", "forgetAllDevices", "Forget all devices")
        .session()
        .answer(Answer::empty(204, "No device is remembered.").cookies(DROPS_COOKIE))
        .problems(&[Code::Conflict])
}
