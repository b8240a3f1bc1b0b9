//! Everything that goes well.

use serde_json::json;
use twostep_tests::{Client, DAY, HOUR, Kind, MINUTE, Person, System, text_of};

const DESK: &str = "203.0.113.7";
const CAFE: &str = "198.51.100.20";

/// What `PUT /_local/users` changes the password of a user to.
const NEW_PASSWORD: &str = "quiet lantern over the harbour";

/// A person with a user id, at a client of theirs.
struct User {
    id: String,
    client: Client,
    person: Person,
}

impl User {
    async fn new(system: &System, client: Client, name: &str, role: &str) -> Self {
        let email = format!("{name}@journeys.test");
        let made = system.add_user("Journeys", &email, role).await;
        Self {
            id: made.user_id,
            client,
            person: Person::new(&email),
        }
    }
}

/// Takes every journey, in a browser and in an app.
pub(crate) async fn take_all(system: &System) {
    let browser = system.browser().from(DESK);
    let mut admin = User::new(system, browser.clone(), "admin", "full_access").await;
    admin
        .client
        .enroll_at_sign_in(&mut admin.person, Kind::Authenticator)
        .await;
    let alerts = json!({"new_login_alerts": "user_and_full_access"});
    admin.client.put("/practice/alerts", alerts).await.ok();
    for (first, client, name) in [
        (Kind::Authenticator, browser.clone(), "app"),
        (Kind::Email, system.bearer().from(DESK), "email"),
        (Kind::Sms, browser, "sms"),
    ] {
        let mut user = User::new(system, client, name, "standard").await;
        first_sign_in(&mut user, first).await;
        further_methods(&mut user, first).await;
        sign_in_by_each(&mut user).await;
        remembered(&mut user).await;
        known_address(&mut user).await;
        read_everything(&mut user.client).await;
        own_removal(&mut user, first).await;
        losing_trust(system, &mut admin, &mut user, first).await;
        system.advance(DAY).await;
        admin.client.login(&admin.person).await.challenge_required();
    }
    let methods = format!("/users/{}/methods", admin.id);
    admin
        .client
        .delete(&methods)
        .await
        .problem(401, "unauthenticated");
}

/// Enabling a method during the sign-in, after some mistakes.
async fn first_sign_in(user: &mut User, kind: Kind) {
    let User { client, person, .. } = user;
    let answer = client
        .login_with(&person.email, "wrong pony, wrong battery")
        .await;
    answer.problem(401, "invalid_credentials");
    let ticket = client.login(person).await.enrollment_required();
    for other in kind.others() {
        let answer = client.start_first_enrollment(&ticket, person, other).await;
        answer.created();
    }
    let answer = client.start_first_enrollment(&ticket, person, kind).await;
    let started = answer.created();
    let enrollment = text_of(&started, "enrollment");
    let wrong = client.validate_first(&ticket, &enrollment, "839 201").await;
    wrong.wrong_code("invalid_code");
    if kind != Kind::Authenticator {
        client.system().advance(30).await;
        let again = json!({"ticket": ticket, "enrollment": enrollment});
        client.post("/enroll", again).await.ok();
    }
    let code = person.first_code(client, kind, &started).await;
    let answer = client.validate_first(&ticket, &enrollment, &code).await;
    answer.authenticated("second_factor");
}

/// Enabling the other two in the session; one becomes primary; then the first is replaced.
async fn further_methods(user: &mut User, first: Kind) {
    let User { client, person, .. } = user;
    for kind in first.others() {
        let started = client.start_enrollment(person, kind).await.created();
        let enrollment = text_of(&started, "enrollment");
        let wrong = client.validate_enrollment(&enrollment, "839202").await;
        wrong.wrong_code("invalid_code");
        let code = person.first_code(client, kind, &started).await;
        client.validate_enrollment(&enrollment, &code).await.ok();
    }
    let [other, _] = first.others();
    let primary = format!("/methods/{other}/primary");
    client.put_empty(&primary).await.ok();
    client
        .put_empty(&format!("/methods/{first}/primary"))
        .await
        .ok();
    if first != Kind::Authenticator {
        client.system().advance(30).await;
    }
    client.enroll(person, first).await;
}

/// Signing out and in again by each method, a resend and a wrong code included, and stepping up.
async fn sign_in_by_each(user: &mut User) {
    let User { client, person, .. } = user;
    let system = client.system().clone();
    for kind in Kind::ALL {
        // Nobody has to wait for limits of sends.
        system.advance(HOUR).await;
        client.post("/logout", json!({})).await.no_content();
        let ticket = client.login(person).await.challenge_required();
        client.challenge(&ticket, kind).await.ok();
        if kind != Kind::Authenticator {
            client
                .challenge(&ticket, kind)
                .await
                .problem(429, "resend_too_soon");
            system.advance(30).await;
            client.challenge(&ticket, kind).await.ok();
        }
        let wrong = client.validate(&ticket, kind, "83-92-03").await;
        wrong.wrong_code("invalid_code");
        let code = person.code(&system, kind).await;
        let answer = client.validate(&ticket, kind, &code).await;
        answer.authenticated("second_factor");
        let used_up = client.validate(&ticket, kind, &code).await;
        used_up.problem(401, "invalid_ticket");

        system.advance(16 * MINUTE).await;
        let refused = client.put("/whitelist", json!({"mode": "always"})).await;
        refused.problem(403, "step_up_required");
        client.step_up(person, kind).await;
    }
}

/// Being remembered, the token's rotation, and a thief with an old one.
async fn remembered(user: &mut User) {
    let User { client, person, .. } = user;
    let system = client.system().clone();
    system.advance(HOUR).await;
    client.sign_in_and_remember(person).await;
    let old = client.clone();
    for _ in 0..2 {
        let answer = client.login(person).await;
        answer.authenticated("remembered_device");
    }
    client.get("/devices").await.ok();
    system.advance(2 * MINUTE).await;
    old.without_session()
        .login(person)
        .await
        .challenge_required();
    client.login(person).await.challenge_required();
}

/// The whitelist, and an alert for a sign-in that comes from elsewhere.
async fn known_address(user: &mut User) {
    let User { client, person, .. } = user;
    let system = client.system().clone();
    system.advance(HOUR).await;
    client.sign_in(person).await;
    let mode = json!({"mode": "new_addresses_only"});
    client.put("/whitelist", mode).await.ok();
    let mut second = client.clone().without_session();
    second.login(person).await.authenticated("known_address");
    let mut elsewhere = second.from(CAFE).without_session();
    system.advance(30).await;
    elsewhere.sign_in(person).await;
    let alerted = system.subjects_to(&person.email).await;
    assert!(
        alerted
            .iter()
            .any(|subject| subject.starts_with("New sign-in"))
    );
    let whitelist = client.get("/whitelist").await.ok();
    let id = text_of(&whitelist["addresses"][0], "id");
    let path = format!("/whitelist/addresses/{id}");
    client.delete(&path).await.no_content();
}

/// Every route that only reads.
async fn read_everything(client: &mut Client) {
    for path in [
        "/session",
        "/methods",
        "/whitelist",
        "/devices",
        "/activity",
    ] {
        client.get(path).await.ok();
    }
    let refused = client.get("/users").await;
    refused.problem(403, "full_access_required");
}

/// Removing two of three methods; the last one stays.
async fn own_removal(user: &mut User, first: Kind) {
    let User { client, person, .. } = user;
    client.system().advance(HOUR / 2).await;
    client.step_up(person, first).await;
    for kind in first.others() {
        client.delete(&format!("/methods/{kind}")).await.ok();
    }
    let last = client.delete(&format!("/methods/{first}")).await;
    last.problem(409, "last_method");
    client.delete("/devices").await.no_content();
}

/// A colleague's removals and an operator's change of the password, each with the sign-in after.
async fn losing_trust(system: &System, admin: &mut User, user: &mut User, first: Kind) {
    // A number gets ten codes a day.
    system.advance(DAY).await;
    admin.client.sign_in(&mut admin.person).await;
    admin.client.get("/users").await.ok();
    let User { id, client, person } = user;
    client.sign_in(person).await;
    let activity = format!("/users/{id}/activity");
    admin.client.get(&activity).await.ok();
    let one = format!("/users/{id}/methods/{first}");
    admin.client.delete(&one).await.no_content();
    client.get("/session").await.problem(401, "unauthenticated");
    client.enroll_at_sign_in(person, first).await;

    let change = json!({"password": NEW_PASSWORD});
    system.change_user(id, change).await;
    client.get("/session").await.problem(401, "unauthenticated");
    let old = client.login(person).await;
    old.problem(401, "invalid_credentials");
    NEW_PASSWORD.clone_into(&mut person.password);
    system.advance(30).await;
    client.sign_in_and_remember(person).await;

    let all = format!("/users/{id}/methods");
    admin.client.delete(&all).await.no_content();
    client.login(person).await.enrollment_required();
}
