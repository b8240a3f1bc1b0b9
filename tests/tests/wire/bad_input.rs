//! Input that is malformed, oversized, mistyped or in the wrong place: each is told what is
//! wrong with it, and changes nothing.

mod bodies;
mod fields;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use twostep_tests::{Answer, Client, Kind, Request, System};

/// A route that takes a body, and a body it could take; every field of the route is in it.
#[derive(Clone, Debug)]
struct Body {
    method: &'static str,
    path: &'static str,
    fields: Value,
    /// The fields that may be left out.
    optional: &'static [&'static str],
}

impl Body {
    /// Every route that takes a body. None of these bodies does anything to an account: the
    /// tickets and the session are nobody's.
    fn all() -> Vec<Self> {
        let body = |method, path, fields, optional| Self {
            method,
            path,
            fields,
            optional,
        };
        let login = json!({
            "email": "nobody@harbour.test", "password": "nobody's password",
            "transport": "bearer", "device_token": "none",
        });
        let validate = json!({
            "ticket": "none", "enrollment": "none", "method": "sms", "code": "123456",
            "remember_device": true,
        });
        let enroll = json!({
            "ticket": "none", "enrollment": "none", "method": "email",
            "email": "a@mailbox.test", "phone": "+61491570006",
        });
        vec![
            body("POST", "/login", login, &["transport", "device_token"]),
            body(
                "POST",
                "/challenge",
                json!({"ticket": "none", "method": "sms"}),
                &["ticket"],
            ),
            body(
                "POST",
                "/validate",
                validate,
                &["ticket", "enrollment", "method", "remember_device"],
            ),
            body(
                "POST",
                "/enroll",
                enroll,
                &["ticket", "enrollment", "method", "email", "phone"],
            ),
            body("PUT", "/whitelist", json!({"mode": "always"}), &[]),
            body(
                "PUT",
                "/practice/alerts",
                json!({"new_login_alerts": "off"}),
                &[],
            ),
        ]
    }

    /// The request without a body.
    fn request(&self) -> Request {
        Request::new(self.method, self.path)
    }

    /// The body with `field` being `value`.
    fn with(&self, field: &str, value: Value) -> Value {
        let mut fields = self.fields.clone();
        fields[field] = value;
        fields
    }

    /// The names of its fields.
    fn names(&self) -> Vec<&String> {
        self.fields.as_object().expect("an object").keys().collect()
    }
}

/// Someone signed in, and everything that must be as it was when the test is over.
struct Scene {
    system: System,
    browser: Client,
    before: BTreeMap<String, Value>,
}

impl Scene {
    async fn set() -> Self {
        let system = System::start().await;
        let (browser, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
        system.clear_messages().await;
        Self {
            before: items(&system).await,
            system,
            browser,
        }
    }

    async fn send(&mut self, request: Request) -> Answer {
        self.browser.send(request).await
    }

    /// Asserts that nothing was written but when sessions were last used, and nothing sent.
    async fn assert_nothing_changed(&self) {
        let after = items(&self.system).await;
        let keys = self.before.keys().chain(after.keys());
        for key in keys.collect::<BTreeSet<_>>() {
            assert_eq!(after.get(key), self.before.get(key), "{key}");
        }
        assert_eq!(self.system.messages().await.len(), 0);
    }
}

/// The items by key, but for when a session was last seen.
async fn items(system: &System) -> BTreeMap<String, Value> {
    let keyed = |mut item: Value| {
        let key = format!("{} {}", item["pk"]["S"], item["sk"]["S"]);
        if key.contains("SESSION#") {
            item["last_seen_at"] = Value::Null;
        }
        (key, item)
    };
    system.items().await.into_iter().map(keyed).collect()
}
