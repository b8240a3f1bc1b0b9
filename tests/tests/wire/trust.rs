//! Losing trust: devices, addresses, the whitelist, other sessions and tickets go together.

use serde_json::{Value, json};
use twostep_tests::{Client, Kind, Person, System, text_of};

const HOME: &str = "203.0.113.7";

/// Everything that trust in somebody consists of.
struct Trust {
    system: System,
    dana: Person,
    /// The user's id.
    id: String,
    /// The browser with the newest code, from which changes are made.
    own: Client,
    /// A remembered device at a known address, signed in.
    remembered: Client,
    /// A sign-in that waits for its code, and the code.
    sign_in: (Client, String, String),
    /// A step-up that waits for its code, and the code.
    step_up: (Client, String, String),
}

impl Trust {
    async fn build() -> Self {
        let system = System::start().await;
        let mut dana = Person::new("desk@harbour.test");
        let mut own = system.browser().from(HOME);
        own.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
        own.enroll(&mut dana, Kind::Email).await;
        own.enroll(&mut dana, Kind::Sms).await;
        let mut remembered = system.browser().from(HOME);
        remembered.sign_in_and_remember(&mut dana).await;
        let on = json!({"mode": "new_addresses_only"});
        own.put("/whitelist", on).await.ok();
        let id = text_of(&own.get("/session").await.ok()["user"], "id");

        let mut browser = system.browser().from("198.51.100.1");
        let ticket = browser.login(&dana).await.challenge_required();
        let code = browser.code_for(&ticket, &mut dana, Kind::Email).await;
        let sign_in = (browser, ticket, code);
        let mut browser = remembered.clone();
        let asked = browser.challenge_in_session(Kind::Sms).await.ok();
        let code = dana.code(&system, Kind::Sms).await;
        let step_up = (browser, text_of(&asked, "ticket"), code);
        let own = own;
        Self {
            system,
            dana,
            id,
            own,
            remembered,
            sign_in,
            step_up,
        }
    }

    /// Asserts that nothing is trusted any more.
    async fn assert_lost(mut self) {
        let (browser, ticket, code) = &mut self.sign_in;
        let answer = browser.validate(ticket, Kind::Email, code).await;
        answer.problem(401, "invalid_ticket");
        let (browser, ticket, code) = &mut self.step_up;
        let answer = browser.validate(ticket, Kind::Sms, code).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        let answer = self.remembered.get("/session").await;
        answer.problem(401, "unauthenticated");
        // Neither the remembered device nor its known address spares a code.
        let body = self.remembered.login(&self.dana).await.ok();
        assert_ne!(body["status"], "authenticated", "{body}");
        let mut person = self.dana;
        let mut browser = self.system.browser().from("192.0.2.1");
        if body["status"] == "enrollment_required" {
            browser
                .enroll_at_sign_in(&mut person, Kind::Authenticator)
                .await;
        } else {
            browser.sign_in(&mut person).await;
        }
        let whitelist = browser.get("/whitelist").await.ok();
        assert_eq!(whitelist["mode"], "always");
        assert_eq!(addresses(&whitelist), ["192.0.2.1"]);
        let devices = browser.get("/devices").await.ok();
        assert_eq!(devices["devices"], json!([]));
    }

    /// Asserts that everything is trusted as before.
    async fn assert_kept(mut self) {
        self.own.get("/session").await.ok();
        self.remembered.get("/session").await.ok();
        let whitelist = self.own.get("/whitelist").await.ok();
        assert_eq!(whitelist["mode"], "new_addresses_only");
        assert_eq!(addresses(&whitelist), [HOME]);
        let mut home = self.system.browser().from(HOME);
        home.login(&self.dana).await.authenticated("known_address");
        let (browser, ticket, code) = &mut self.step_up;
        browser.validate(ticket, Kind::Sms, code).await.ok();
        let (browser, ticket, code) = &mut self.sign_in;
        let answer = browser.validate(ticket, Kind::Email, code).await;
        answer.authenticated("second_factor");
        let mut elsewhere = self.remembered.without_session().from("192.0.2.1");
        let answer = elsewhere.login(&self.dana).await;
        answer.authenticated("remembered_device");
    }
}

fn addresses(whitelist: &Value) -> Vec<String> {
    let known = whitelist["addresses"].as_array().expect("addresses");
    known
        .iter()
        .map(|known| text_of(known, "address"))
        .collect()
}

#[tokio::test]
async fn removing_a_method_loses_it_but_for_the_own_session() {
    let mut trust = Trust::build().await;
    trust.own.delete("/methods/email").await.ok();
    trust.own.get("/session").await.ok();
    trust.own.put_empty("/methods/sms/primary").await.ok();
    trust
        .own
        .put_empty("/methods/authenticator/primary")
        .await
        .ok();
    trust.assert_lost().await;
}

#[tokio::test]
async fn replacing_a_method_loses_it_but_for_the_own_session() {
    let mut trust = Trust::build().await;
    trust.dana.mailbox = "elsewhere@mailbox.test".to_owned();
    trust.own.enroll(&mut trust.dana, Kind::Email).await;
    trust.own.get("/session").await.ok();
    trust.own.put_empty("/methods/email/primary").await.ok();
    trust
        .own
        .put_empty("/methods/authenticator/primary")
        .await
        .ok();
    trust.assert_lost().await;
}

#[tokio::test]
async fn a_change_of_password_loses_it_all() {
    let mut trust = Trust::build().await;
    trust.dana.password = "another horse battery staple".to_owned();
    let change = json!({"password": trust.dana.password});
    trust.system.change_user(&trust.id, change).await;
    trust
        .own
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    let old = twostep_local::DEMO_PASSWORD;
    let answer = trust.own.login_with(&trust.dana.email, old).await;
    answer.problem(401, "invalid_credentials");
    trust.assert_lost().await;
}

#[tokio::test]
async fn a_reset_of_all_methods_loses_it_all() {
    let mut trust = Trust::build().await;
    let (mut admin, _) = trust
        .system
        .signed_in("admin@harbour.test", &[Kind::Sms])
        .await;
    let path = format!("/users/{}/methods", trust.id);
    admin.delete(&path).await.no_content();
    trust
        .own
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    trust.assert_lost().await;
}

#[tokio::test]
async fn a_reset_of_one_method_loses_it_all() {
    let mut trust = Trust::build().await;
    let (mut admin, _) = trust
        .system
        .signed_in("admin@harbour.test", &[Kind::Sms])
        .await;
    let path = format!("/users/{}/methods/sms", trust.id);
    admin.delete(&path).await.no_content();
    trust
        .own
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    trust.assert_lost().await;
}

#[tokio::test]
async fn enabling_another_kind_loses_nothing() {
    let mut trust = Trust::build().await;
    let mut nurse = Person::new("nurse@harbour.test");
    let mut browser = trust.system.browser();
    browser
        .enroll_at_sign_in(&mut nurse, Kind::Authenticator)
        .await;
    let mut own = browser.clone();
    let mut other = trust.system.browser();
    other.sign_in_and_remember(&mut nurse).await;
    own.enroll(&mut nurse, Kind::Sms).await;
    other.get("/session").await.ok();
    other.login(&nurse).await.authenticated("remembered_device");
    // And nothing of anybody else.
    trust.own.get("/session").await.ok();
    trust.assert_kept().await;
}

#[tokio::test]
async fn neither_a_role_nor_the_primary_method_is_trust() {
    let mut trust = Trust::build().await;
    let role = json!({"role": "full_access"});
    trust.system.change_user(&trust.id, role).await;
    trust.own.put_empty("/methods/email/primary").await.ok();
    trust.assert_kept().await;
}

#[tokio::test]
async fn what_changes_an_account_ends_its_pending_enrollments() {
    let mut trust = Trust::build().await;
    let mut moved = trust.dana.clone();
    moved.phone = "+61491570995".to_owned();
    let started = trust
        .own
        .start_enrollment(&moved, Kind::Sms)
        .await
        .created();
    let code = trust.system.code_sent(Kind::Sms, &moved.phone).await;
    trust.own.delete("/methods/email").await.ok();
    let enrollment = text_of(&started, "enrollment");
    let answer = trust.own.validate_enrollment(&enrollment, &code).await;
    answer.problem(404, "not_found");
}
