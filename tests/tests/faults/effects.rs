//! What a request has left behind: in the table and in the inbox.

use std::collections::BTreeMap;

use serde_json::Value;
use twostep_tests::{Kind, System};

/// How many there are of each thing.
pub(crate) type Tally = BTreeMap<String, i64>;

/// Everything in a system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// What must neither be lost nor happen twice: messages, and all items but guards.
    pub(crate) things: Tally,
    /// What guards, tickets and enrollments have counted: never less than there was, and rather
    /// too much than too little.
    pub(crate) counts: Tally,
}

impl State {
    /// Reads what is there now; what is on its way is waited for.
    pub(crate) async fn of(system: &System) -> Self {
        let mut state = Self::default();
        for message in system.messages().await {
            // A code's subject has the code in it.
            let what = match message.code() {
                Some(_) => "code",
                None => message.subject(),
            };
            add(&mut state.things, format!("message {what}"), 1);
        }
        for item in system.items().await {
            state.see(&item);
        }
        state
    }

    fn see(&mut self, item: &Value) {
        let (family, sk) = (family(&item["pk"]), family(&item["sk"]));
        match (family, sk) {
            ("USER", "PROFILE") => self.see_user(item),
            (_, "GUARD" | "SENDS") => self.see_guard(family, item),
            ("ACTIVITY", _) => self.thing(format!("event {}", text(&item["kind"]))),
            ("OUTBOX", _) => {
                self.thing(format!("notice {}", text(&item["told"]["M"]["what"])));
            }
            ("PRACTICE", "PROFILE") => {
                self.thing(format!("alerts {}", text(&item["new_login_alerts"])));
            }
            // Sessions, tickets, enrollments, members of practices and so on.
            _ => {
                self.thing(format!("item {family} {sk}"));
                let sends = &item["sends"]["M"]["count"];
                for (what, count) in [("attempts", &item["attempts"]), ("sends", sends)] {
                    add(&mut self.counts, format!("{sk} {what}"), number(count));
                }
            }
        }
    }

    fn see_user(&mut self, item: &Value) {
        let methods = &item["methods"]["M"];
        for kind in Kind::ALL {
            if methods[kind.as_str()]["M"].is_object() {
                self.thing(format!("method {kind}"));
            }
        }
        self.thing(format!("primary {}", text(&methods["primary"])));
        self.thing(format!("whitelist {}", text(&item["whitelist"])));
        for list in ["devices", "addresses"] {
            let many = item[list]["L"].as_array().map_or(0, Vec::len);
            let many = i64::try_from(many).expect("a small number");
            add(&mut self.things, list.to_owned(), many);
        }
    }

    /// Takes the counters of a guard into account: windows, backoffs and plain counts.
    fn see_guard(&mut self, family: &str, item: &Value) {
        for (name, value) in item.as_object().expect("an item") {
            let fields = &value["M"];
            let counted = [&fields["count"], &fields["failures"], value];
            // When it may be swept out is no count.
            for count in counted.into_iter().filter(|_| name != "ttl") {
                add(&mut self.counts, format!("{family} {name}"), number(count));
            }
        }
    }

    fn thing(&mut self, what: String) {
        add(&mut self.things, what, 1);
    }

    /// What there is now that wasn't `before`; negative for what is gone.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            things: difference(&self.things, &before.things),
            counts: difference(&self.counts, &before.counts),
        }
    }
}

/// Both together.
pub(crate) fn sum(one: &Tally, other: &Tally) -> Tally {
    let mut sum = one.clone();
    for (what, many) in other {
        add(&mut sum, what.clone(), *many);
    }
    sum.retain(|_, many| *many != 0);
    sum
}

fn difference(one: &Tally, other: &Tally) -> Tally {
    let negative = other.iter().map(|(what, many)| (what.clone(), -many));
    sum(one, &negative.collect())
}

fn add(tally: &mut Tally, what: String, many: i64) {
    *tally.entry(what).or_default() += many;
}

/// A key up to what distinguishes it from others of its kind.
fn family(key: &Value) -> &str {
    text(key).split('#').next().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value["S"].as_str().unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    let digits = value["N"].as_str();
    digits.map_or(0, |digits| digits.parse().expect("a number"))
}
