//! What a request has left behind: in the table and in the inbox.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scene::Scene;

/// How many there are of everything that must not be lost or happen twice.
pub(crate) type Tally = BTreeMap<String, i64>;

/// The state of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Events, sessions, methods, notices, messages and so on.
    pub(crate) tally: Tally,
    /// Guesses counted against tickets and enrollments.
    pub(crate) attempts: i64,
    /// Guesses counted against the user.
    pub(crate) failures: i64,
}

impl State {
    /// Reads what is there now; what is on its way is waited for.
    pub(crate) async fn of(scene: &Scene) -> Self {
        let mut state = Self {
            tally: Tally::new(),
            attempts: 0,
            failures: 0,
        };
        let mut ids = vec![&scene.user.user_id];
        let mut addresses = vec![
            &scene.person.email,
            &scene.person.mailbox,
            &scene.person.phone,
        ];
        if let Some((person, user)) = &scene.colleague {
            ids.push(&user.user_id);
            addresses.push(&person.email);
        }
        for message in scene.system.messages().await {
            if addresses.iter().any(|address| *address == message.to()) {
                let what = message.0["subject"].as_str().unwrap_or("SMS");
                // A code's subject has the code in it.
                let what = if message.code().is_some() {
                    "code"
                } else {
                    what
                };
                state.add(format!("message {what}"), 1);
            }
        }
        for item in scene.system.items().await {
            for id in &ids {
                state.see(&item, id);
            }
            if text(&item["pk"]) == format!("PRACTICE#{}", scene.user.practice_id) {
                let alerts = text(&item["new_login_alerts"]);
                if !alerts.is_empty() {
                    state.add(format!("alerts {alerts}"), 1);
                }
            }
        }
        state
    }

    fn add(&mut self, what: String, many: usize) {
        *self.tally.entry(what).or_default() += i64::try_from(many).expect("a small number");
    }

    /// Takes an item into account, if it is about the user `id`.
    fn see(&mut self, item: &Value, id: &str) {
        let (pk, sk) = (text(&item["pk"]), text(&item["sk"]));
        if pk == format!("ACTIVITY#{id}") {
            self.add(format!("event {}", text(&item["kind"])), 1);
        } else if pk.starts_with("OUTBOX#") && text(&item["user_id"]) == id {
            self.add(format!("notice {}", text(&item["told"]["M"]["what"])), 1);
        } else if pk == format!("USER#{id}") {
            self.see_user(item, sk);
        }
    }

    fn see_user(&mut self, item: &Value, sk: &str) {
        let kind = sk.split('#').next().unwrap_or_default();
        match kind {
            "PROFILE" => {
                let methods = &item["methods"]["M"];
                for kind in twostep_tests::Kind::ALL {
                    if methods[kind.as_str()]["M"].is_object() {
                        self.add(format!("method {kind}"), 1);
                    }
                }
                self.add(format!("primary {}", text(&methods["primary"])), 1);
                self.add(format!("whitelist {}", text(&item["whitelist"])), 1);
                for list in ["devices", "addresses"] {
                    let many = item[list]["L"].as_array().map_or(0, Vec::len);
                    self.add(list.to_owned(), many);
                }
            }
            "SESSION" => self.add("session".to_owned(), 1),
            // Tickets and pending enrollments may be left over: nobody has their tokens.
            "GUARD" => self.failures += number(&item["second_factors"]["M"]["count"]),
            _ => {}
        }
        if matches!(kind, "TICKET" | "ENROLLMENT") {
            self.attempts += number(&item["attempts"]);
        }
    }

    /// What there is now that wasn't `before`; negative for what is gone.
    pub(crate) fn since(&self, before: &Self) -> Tally {
        let mut delta = self.tally.clone();
        for (what, many) in &before.tally {
            *delta.entry(what.clone()).or_default() -= many;
        }
        delta.retain(|_, many| *many != 0);
        delta
    }
}

fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    let digits = value["N"].as_str();
    digits.map_or(0, |digits| digits.parse().expect("a number"))
}
