//! A journey through every route, and what was answered on the way.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twostep_tests::{Authenticator, Kind, text_of};

use crate::host::{Ask, Host, Reply, route};

/// A browser at a host, with a record of what it asked and what it was told.
pub(crate) struct Traveller<'a> {
    host: &'a Host,
    cookies: BTreeMap<String, String>,
    /// Route keys and answers, in order.
    pub(crate) record: Vec<(String, Reply)>,
}

impl<'a> Traveller<'a> {
    pub(crate) const fn new(host: &'a Host) -> Self {
        Self {
            host,
            cookies: BTreeMap::new(),
            record: Vec::new(),
        }
    }

    /// Asks, keeps cookies and answer; gives the body.
    async fn ask(&mut self, key: &str, parameters: &[(&str, &str)], body: Value) -> Value {
        let ask = Ask {
            route: route(key),
            parameters,
            cookies: &self.cookies,
            body: &body,
        };
        let reply = self.host.ask(ask).await;
        for cookie in &reply.cookies {
            let (pair, attributes) = cookie.split_once("; ").expect("attributes");
            let (name, value) = pair.split_once('=').expect("a cookie");
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = reply.body.clone();
        self.record.push((key.to_owned(), reply));
        body
    }

    /// The same with neither parameters nor body.
    async fn get(&mut self, key: &str) -> Value {
        self.ask(key, &[], Value::Null).await
    }

    async fn login(&mut self, email: &str) -> Value {
        let body = json!({"email": email, "password": twostep_local::DEMO_PASSWORD});
        self.ask("POST /login", &[], body).await
    }

    /// A Full Access user takes every route there is.
    pub(crate) async fn everywhere(&mut self) {
        let system = self.host.system().clone();
        let mailbox = "codes@mailbox.test";

        // A sign-in that requires enrollment, and is remembered.
        let ticket = text_of(&self.login("admin@harbour.test").await, "ticket");
        let wanted = json!({"ticket": ticket, "method": "authenticator"});
        let started = self.ask("POST /enroll", &[], wanted).await;
        let app = Authenticator::new(&text_of(&started["authenticator"], "secret"));
        let code = app.at(system.now().await);
        let enrollment = text_of(&started, "enrollment");
        let body = json!({
            "ticket": ticket, "enrollment": enrollment, "code": code, "remember_device": true,
        });
        self.ask("POST /validate", &[], body).await;
        self.get("GET /session").await;

        // Methods.
        let wanted = json!({"method": "email", "email": mailbox});
        let started = self.ask("POST /enroll", &[], wanted).await;
        let code = system.code_sent(Kind::Email, mailbox).await;
        let body = json!({"enrollment": text_of(&started, "enrollment"), "code": code});
        self.ask("POST /validate", &[], body).await;
        let email = [("kind", "email")];
        self.ask("PUT /methods/{kind}/primary", &email, Value::Null)
            .await;
        self.get("GET /methods").await;

        // The whitelist and remembered devices.
        let mode = json!({"mode": "new_addresses_only"});
        let whitelist = self.ask("PUT /whitelist", &[], mode).await;
        self.get("GET /whitelist").await;
        let id = text_of(&whitelist["addresses"][0], "id");
        let address = [("id", id.as_str())];
        self.ask("DELETE /whitelist/addresses/{id}", &address, Value::Null)
            .await;
        let devices = self.get("GET /devices").await;
        let id = text_of(&devices["devices"][0], "id");
        let device = [("id", id.as_str())];
        self.ask("DELETE /devices/{id}", &device, Value::Null).await;
        self.get("DELETE /devices").await;

        // The practice.
        self.get("GET /practice/alerts").await;
        let alerts = json!({"new_login_alerts": "user"});
        self.ask("PUT /practice/alerts", &[], alerts).await;
        let users = self.get("GET /users").await;
        let mut users = users["users"].as_array().unwrap().iter();
        let other = users.find(|user| user["email"] == "desk@harbour.test");
        let other = text_of(other.expect("a colleague"), "id");
        let one = [("user_id", other.as_str()), ("kind", "sms")];
        let all = &one[..1];
        self.ask("DELETE /users/{user_id}/methods/{kind}", &one, Value::Null)
            .await;
        self.ask("DELETE /users/{user_id}/methods", all, Value::Null)
            .await;
        self.ask("GET /users/{user_id}/activity", all, Value::Null)
            .await;

        // A method less, and a step-up by the one that is left.
        let authenticator = [("kind", "authenticator")];
        self.ask("DELETE /methods/{kind}", &authenticator, Value::Null)
            .await;
        self.ask("DELETE /methods/{kind}", &email, Value::Null)
            .await;
        let method = json!({"method": "email"});
        let challenged = self.ask("POST /challenge", &[], method).await;
        let ticket = text_of(&challenged, "ticket");
        let code = system.code_sent(Kind::Email, mailbox).await;
        let mut body = json!({"ticket": ticket, "method": "email", "code": "123 45x"});
        self.ask("POST /validate", &[], body.clone()).await;
        body["code"] = json!(code);
        self.ask("POST /validate", &[], body).await;
        self.get("GET /activity").await;

        // Out, and no further than the next code.
        self.get("POST /logout").await;
        self.get("GET /session").await;
        self.login("admin@harbour.test").await;
        self.login("nobody@harbour.test").await;
    }
}
