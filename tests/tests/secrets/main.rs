//! Every journey is taken, and then everything is searched for every secret that occurred: the
//! table, the logs at every level, all that was answered, and all that was mailed.

mod failures;
mod haystack;
mod journeys;
mod logs;
mod secret;
mod taken;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use twostep_tests::{Message, System};

use crate::haystack::Haystack;
use crate::logs::Logs;
use crate::secret::{Kind, Secret};
use crate::taken::Taken;

/// Logged on purpose, in the name of the product.
const PLANTED: &str = "anything the product logs is found";

/// All that can be searched once the journeys are over.
struct Evidence {
    taken: Vec<Taken>,
    messages: Vec<Message>,
    items: Vec<Value>,
    logs: Logs,
}

impl Evidence {
    async fn of(system: &System, logs: Logs) -> Self {
        Self {
            taken: system.recorded().iter().map(Taken::apart).collect(),
            messages: system.messages().await,
            items: system.items().await,
            logs,
        }
    }

    /// Every secret there was: what clients sent, what they were given, what was mailed.
    fn secrets(&self) -> BTreeSet<Secret> {
        let given = self.taken.iter().flat_map(|taken| taken.given.clone());
        let typed = self.taken.iter().flat_map(|taken| taken.sent.clone());
        let mailed = self.messages.iter().filter_map(Message::code);
        let mailed = mailed.map(|code| Secret::new(Kind::Code, &code));
        given.chain(typed).chain(mailed).collect()
    }
}

/// Asserts that none of `secrets` is in `place`.
#[track_caller]
fn assert_clean<'a>(
    place: &str,
    haystack: &Haystack,
    secrets: impl IntoIterator<Item = &'a Secret>,
) {
    for secret in secrets {
        if let Some(around) = haystack.find(secret) {
            panic!("{:?} in {place}: …{around}…", secret.kind);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_anywhere_but_where_it_must_be() {
    let logs = Logs::listen();
    let system = System::start().await;
    system.record();
    journeys::take_all(&system).await;
    failures::meet_all(&system).await;
    tracing::trace!(target: "twostep::planted", "{PLANTED}");
    let evidence = Evidence::of(&system, logs).await;
    let secrets = evidence.secrets();
    every_kind_occurred(&secrets);

    the_search_finds_what_is_there(&evidence, &secrets);
    each_token_was_given_once(&evidence, &secrets);
    for taken in &evidence.taken {
        assert_clean(&taken.asked, &Haystack::text(&taken.rest), &secrets);
    }
    messages_hold_their_own_code_only(&evidence, &secrets);
    let own = Haystack::text(&evidence.logs.of_the_product());
    assert_clean("the logs", &own, &secrets);
    for item in &evidence.items {
        let key = format!("{} {}", item["pk"], item["sk"]);
        assert_clean(&key, &Haystack::item(item), &secrets);
    }
}

/// The journeys are worth searching after: each kind of secret occurred, and not once only.
fn every_kind_occurred(secrets: &BTreeSet<Secret>) {
    for kind in Kind::ALL {
        let occurred = secrets.iter().filter(|secret| secret.kind == kind);
        let occurred = occurred.count();
        assert!(occurred >= 3, "{kind:?} occurred {occurred} times");
    }
}

/// What must be somewhere is found there, by the same search; so a leak would be found too.
fn the_search_finds_what_is_there(evidence: &Evidence, secrets: &BTreeSet<Secret>) {
    for taken in &evidence.taken {
        for secret in &taken.given {
            let found = Haystack::text(&taken.whole).find(secret);
            assert!(found.is_some(), "{:?} in {}", secret.kind, taken.asked);
        }
    }
    let codes = evidence.messages.iter().filter(|message| {
        let code = message.code().map(|code| Secret::new(Kind::Code, &code));
        code.is_some_and(|code| Haystack::json(&message.0).find(&code).is_some())
    });
    assert!(codes.count() >= 10, "codes are found in the messages");
    // What the product's own code logs is there at every level, failures included. What the SDK
    // logs of items is not: only the product's filter keeps password hashes out.
    let logs = evidence.logs.of_the_product();
    for line in ["the table failed", "a code could not be sent", PLANTED] {
        assert!(logs.contains(line), "{line}");
    }
    assert!(evidence.logs.of_the_sdk().contains("$argon2id$"));
    assert!(!logs.contains("$argon2id$"));
    // What is stored is found however it is written, and within other bytes.
    let mut item = evidence.items[0].clone();
    for secret in secrets {
        let within = secret
            .bytes()
            .map(|bytes| [b"xy", &bytes[..], b"z"].concat());
        let within = within.map(|bytes| STANDARD.encode(bytes));
        for written in secret.spellings().into_iter().chain(within) {
            item["planted"] = json!({"M": {"x": {"L": [{"S": written}]}}});
            let found = Haystack::item(&item).find(secret);
            assert!(found.is_some(), "{:?} as {written}", secret.kind);
        }
    }
}

/// Sessions, devices, enrollments and secrets of apps are told in one answer only. A ticket is
/// told again by the challenge it is for, an enrollment when its code is sent again.
fn each_token_was_given_once(evidence: &Evidence, secrets: &BTreeSet<Secret>) {
    for secret in secrets {
        let given = |taken: &&Taken| taken.given.contains(secret);
        let given: Vec<_> = evidence.taken.iter().filter(given).collect();
        match secret.kind {
            Kind::Session | Kind::Device | Kind::App => assert_eq!(given.len(), 1),
            Kind::Ticket => assert!(!given.is_empty()),
            Kind::Enrollment => assert!(!given.is_empty()),
            Kind::Code | Kind::Password => assert!(given.is_empty()),
        }
    }
}

fn messages_hold_their_own_code_only(evidence: &Evidence, secrets: &BTreeSet<Secret>) {
    for message in &evidence.messages {
        let own = message.code().map(|code| Secret::new(Kind::Code, &code));
        let others = secrets
            .iter()
            .filter(|secret| Some(*secret) != own.as_ref());
        assert_clean(message.to(), &Haystack::json(&message.0), others);
    }
    let notices = evidence.messages.iter().filter(|m| m.code().is_none());
    assert!(notices.count() >= 10, "notices are searched as well");
}
