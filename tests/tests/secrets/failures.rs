//! Everything that goes wrong: people, programs and AWS.

use serde_json::{Value, json};
use twostep_tests::{Client, Credentials, HOUR, Kind, MINUTE, Person, Request, System, text_of};

/// Meets with every failure.
pub(crate) async fn meet_all(system: &System) {
    system.advance(HOUR).await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    browser.sign_in_and_remember(&mut dana).await;
    too_late(system, &mut dana).await;
    too_often(system, &mut dana).await;
    let held = Held::new(system, &mut browser, &mut dana).await;
    wrong_fields(&mut browser, &held).await;
    wrong_places(&mut browser, &held).await;
    wrong_credentials(system, &held).await;
    system.advance(HOUR).await;
    aws_is_down(system, &mut dana).await;
}

/// A ticket and a code that are used after they ended.
async fn too_late(system: &System, dana: &mut Person) {
    let mut browser = system.browser().from("198.51.100.31");
    let ticket = browser.login(dana).await.challenge_required();
    let code = browser.code_for(&ticket, dana, Kind::Email).await;
    system.advance(10 * MINUTE + 1).await;
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.problem(401, "invalid_ticket");
    let answer = browser.challenge(&ticket, Kind::Email).await;
    answer.problem(401, "invalid_ticket");
}

/// Guesses until the ticket is used up and the user is locked; and at the password.
async fn too_often(system: &System, dana: &mut Person) {
    for n in 0..2 {
        let mut browser = system.browser().from("198.51.100.32");
        let ticket = browser.login(dana).await.challenge_required();
        for guess in 0..5 {
            let wrong = format!("{}", 839_210 + 10 * n + guess);
            let answer = browser.validate(&ticket, Kind::Sms, &wrong).await;
            answer.wrong_code("invalid_code");
        }
    }
    let mut browser = system.browser().from("198.51.100.33");
    let ticket = browser.login(dana).await.challenge_required();
    let answer = browser.validate(&ticket, Kind::Sms, "839299").await;
    answer.problem(429, "too_many_attempts");
    system.advance(HOUR).await;
    for email in ["nobody@harbour.test", "nurse@harbour.test"] {
        // The sixth may be in time for another, the ones after are not.
        let mut statuses = Vec::new();
        for n in 0..10 {
            let password = format!("hollow acorn {n}");
            let answer = browser.login_with(email, &password).await;
            statuses.push(answer.status);
        }
        assert!(
            statuses.contains(&401) && statuses.contains(&429),
            "{statuses:?}"
        );
    }
}

/// Secrets that still open something.
struct Held {
    password: String,
    code: String,
    ticket: String,
    session: String,
    device: (String, String),
    enrollment: String,
    app: String,
}

impl Held {
    async fn new(system: &System, browser: &mut Client, dana: &mut Person) -> Self {
        let answer = browser.login(dana).await;
        answer.authenticated("remembered_device");
        browser.step_up(dana, Kind::Authenticator).await;
        let started = browser.start_enrollment(dana, Kind::Authenticator).await;
        let started = started.created();
        let mut elsewhere = system.browser().from("198.51.100.34");
        let ticket = elsewhere.login(dana).await.challenge_required();
        Self {
            password: dana.password.clone(),
            code: elsewhere.code_for(&ticket, dana, Kind::Sms).await,
            ticket,
            session: browser.session_token().expect("a session"),
            device: browser.device_cookie().expect("a device"),
            enrollment: text_of(&started, "enrollment"),
            app: text_of(&started["authenticator"], "secret"),
        }
    }

    fn all(&self) -> [&str; 7] {
        [
            &self.password,
            &self.code,
            &self.ticket,
            &self.session,
            &self.device.1,
            &self.enrollment,
            &self.app,
        ]
    }
}

/// Each secret in each field of each body where it doesn't belong, and as a field's name.
async fn wrong_fields(browser: &mut Client, held: &Held) {
    let bodies = [
        (
            "/login",
            json!({"email": 1, "password": 1, "transport": 1, "device_token": 1}),
        ),
        ("/challenge", json!({"ticket": 1, "method": 1})),
        (
            "/validate",
            json!({"ticket": 1, "method": 1, "enrollment": 1, "code": 1, "remember_device": 1}),
        ),
        (
            "/enroll",
            json!({"ticket": 1, "method": 1, "enrollment": 1, "email": 1, "phone": 1}),
        ),
    ];
    for (path, fields) in &bodies {
        let names = fields.as_object().expect("fields").keys();
        for secret in held.all() {
            let mut all = fields.clone();
            for name in names.clone() {
                all[name] = json!(secret);
                let one = json!({name: secret});
                refused(browser, Request::new("POST", path).json(&one)).await;
            }
            refused(browser, Request::new("POST", path).json(&all)).await;
            let name = json!({secret: secret, "method": "sms"});
            refused(browser, Request::new("POST", path).json(&name)).await;
            for body in [
                secret.to_owned(),
                format!("\"{secret}\""),
                format!("{{\"{secret}"),
            ] {
                refused(browser, Request::new("POST", path).json_text(body.clone())).await;
                refused(browser, Request::new("POST", path).body(body)).await;
            }
        }
    }
    for secret in held.all() {
        let body = json!({"mode": secret, "new_login_alerts": secret});
        for path in ["/whitelist", "/practice/alerts"] {
            refused(browser, Request::new("PUT", path).json(&body)).await;
        }
    }
}

/// Each secret in a path and in a query. What isn't allowed in one is encoded.
async fn wrong_places(browser: &mut Client, held: &Held) {
    for secret in held.all() {
        let secret = secret.replace(' ', "%20");
        for (method, path) in [
            ("DELETE", format!("/methods/{secret}")),
            ("PUT", format!("/methods/{secret}/primary")),
            ("DELETE", format!("/devices/{secret}")),
            ("DELETE", format!("/whitelist/addresses/{secret}")),
            ("GET", format!("/users/{secret}/activity")),
            ("DELETE", format!("/users/{secret}/methods")),
            ("GET", format!("/activity?cursor={secret}")),
            ("GET", format!("/{secret}")),
        ] {
            refused(browser, Request::new(method, &path)).await;
        }
    }
}

/// Each secret as another credential, and in headers that are none.
async fn wrong_credentials(system: &System, held: &Held) {
    let slot = held.device.0.as_str();
    for secret in held.all() {
        if *secret == held.session {
            continue;
        }
        let mut app = system.bearer();
        app.credentials = Credentials::Bearer {
            session: Some(secret.to_owned()),
            device: Some(secret.to_owned()),
        };
        app.get("/session").await.problem(401, "unauthenticated");
        let mut browser = system.browser();
        let cookies = [
            ("__Host-session", secret),
            (slot, secret),
            ("other", secret),
        ];
        let cookies = cookies.map(|(name, value)| (name.to_owned(), value.to_owned()));
        browser.credentials = Credentials::Cookies(cookies.into());
        browser
            .get("/session")
            .await
            .problem(401, "unauthenticated");
        let answer = browser.login_with("nobody@harbour.test", secret).await;
        assert!([401, 429].contains(&answer.status), "{answer:?}");
    }
    for secret in held.all() {
        let mut browser = system.browser().user_agent(secret);
        browser
            .get("/methods")
            .await
            .problem(401, "unauthenticated");
        let mut browser = system.browser().origin(Some(secret));
        let refused = browser.get("/methods").await;
        refused.problem(403, "origin_not_allowed");
    }
}

/// Sends what must fail, whatever the reason.
async fn refused(client: &mut Client, request: Request) {
    let answer = client.send(request).await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

/// Every service fails in every way, while people sign in and enable methods.
async fn aws_is_down(system: &System, dana: &mut Person) {
    let mut browser = system.browser().from("198.51.100.35");
    for mode in ["error", "throttle", "hang", "after"] {
        for (service, kind) in [("ses", Kind::Email), ("sns", Kind::Sms)] {
            let ticket = browser.login(dana).await.challenge_required();
            during(system, service, mode, async {
                let answer = browser.challenge(&ticket, kind).await;
                answer.problem(503, "delivery_unavailable");
            })
            .await;
            let code = browser.code_for(&ticket, dana, kind).await;
            during(system, "dynamodb", mode, async {
                let answer = browser.validate(&ticket, kind, &code).await;
                answer.problem(503, "temporarily_unavailable");
            })
            .await;
            during(system, "dynamodb", mode, async {
                let answer = browser.login(dana).await;
                answer.problem(503, "temporarily_unavailable");
            })
            .await;
            system.advance(HOUR).await;
        }
    }
}

/// Does something while a service fails.
async fn during(system: &System, service: &str, mode: &str, what: impl Future<Output = ()>) {
    // Longer than anybody tries.
    let fault: Value = json!({"service": service, "mode": mode, "count": 50});
    system.fault(fault).await;
    if mode == "hang" {
        system.hurry(20);
    }
    what.await;
    system.hurry(1);
    system.clear_faults().await;
}
