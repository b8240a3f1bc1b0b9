//! The description of this function's routes.

use serde_json::json;
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;

use crate::{ActivityView, Alerts, UsersView};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "practice",
        "The practice's users and settings, and activity.",
        [
            list_users(),
            read_alerts(),
            set_alerts(),
            own_activity(),
            colleague_activity(),
        ],
    )
}

fn list_users() -> Operation {
    let example = json!({
        "users": [{
            "id": samples::USER_ID,
            "name": "Dana Desk",
            "email": "desk@harbour.test",
            "role": "standard",
            "methods": [{"kind": "email", "primary": true}],
            "last_login_at": samples::SIGNED_IN_AT,
        }],
        "next": "VVNFUiN3eDNlY2ZpbXQzcGZnaWZ4NG13eGFxNXc",
    });
    Operation::get("/users", "listUsers", "List the practice's users")
        .full_access()
        .paged()
        .answer(Answer::json(
            200,
            "A page of users, in an order that stays the same but isn't by name.",
            Shape::of::<UsersView>(),
            [("users", example)],
        ))
}

fn alerts(about: &'static str) -> Answer {
    let examples = [("user", json!({"new_login_alerts": "user"}))];
    Answer::json(200, about, Shape::of::<Alerts>(), examples)
}

fn read_alerts() -> Operation {
    Operation::get(
        "/practice/alerts",
        "getAlerts",
        "Read who is told of new sign-ins",
    )
    .full_access()
    .answer(alerts("The setting."))
}

fn set_alerts() -> Operation {
    Operation::put(
        "/practice/alerts",
        "setAlerts",
        "Set who is told of new sign-ins",
    )
    .full_access()
    .recent_factor()
    .body(
        Shape::of::<Alerts>(),
        [("user", json!({"new_login_alerts": "user"}))],
    )
    .answer(alerts("The setting as changed."))
    .problems(&[Code::Conflict])
}

fn activity() -> Answer {
    let example = json!({"events": [
        {
            "id": samples::ID,
            "at": samples::SIGNED_IN_AT,
            "kind": "signed_in",
            "address": "203.0.113.7",
            "device": "Chrome on Windows",
        },
        {
            "id": "pfxxk4dffqqho33s",
            "at": "2026-03-01T22:14:09Z",
            "kind": "method_removed",
            "address": "203.0.113.9",
            "device": "Firefox on Mac",
            "actor": "Ada Admin",
            "method": "sms",
        },
    ]});
    Answer::json(
        200,
        "A page of events, newest first.",
        Shape::of::<ActivityView>(),
        [("activity", example)],
    )
}

fn own_activity() -> Operation {
    Operation::get("/activity", "listActivity", "List one's own activity")
        .session()
        .paged()
        .answer(activity())
}

fn colleague_activity() -> Operation {
    Operation::get(
        "/users/{user_id}/activity",
        "listUserActivity",
        "List a colleague's activity",
    )
    .full_access()
    .id(
        "user_id",
        "A user of the same practice. Users of other practices don't exist.",
    )
    .paged()
    .answer(activity())
}
