//! A function binary alone answers as the local stack does.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twostep_local::{Functions, ROUTES};
use twostep_tests::System;

use crate::host::{Host, Reply};
use crate::journey::Traveller;
use crate::notify;
use crate::process::Function;

/// Members that are random, or a time, or made of either.
const OWN: [&str; 14] = [
    "at",
    "created_at",
    "enabled_at",
    "enrollment",
    "expires_at",
    "id",
    "last_login_at",
    "last_used_at",
    "otpauth_uri",
    "qr_svg",
    "second_factor_at",
    "secret",
    "ticket",
    "verified_at",
];

/// The answer with what differs from one run to the next replaced by its length.
fn comparable(reply: &Reply) -> Reply {
    let cookie = |line: &String| {
        let (pair, attributes) = line.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a cookie");
        let slot = name.strip_prefix("__Host-device-");
        let name = slot.map_or(name.to_owned(), |slot| format!("device {}", slot.len()));
        format!("{name}={}; {attributes}", value.len())
    };
    let mut reply = Reply {
        cookies: reply.cookies.iter().map(cookie).collect(),
        ..reply.clone()
    };
    veil(&mut reply.body);
    reply
}

fn veil(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    // A picture's size is that of the secret in it.
                    Some(_) if name == "qr_svg" => *member = json!("svg"),
                    Some(text) if OWN.contains(&name.as_str()) => *member = json!(text.len()),
                    _ => veil(member),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(veil),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_answers_and_mails_as_in_the_local_stack() {
    let stack = Host::Gateway(System::start().await);
    let system = System::start_with_functions(|_| Functions::none()).await;
    let processes = Host::processes(system).await;
    let mut here = Traveller::new(&stack);
    let mut there = Traveller::new(&processes);
    here.everywhere().await;
    there.everywhere().await;

    let asked: BTreeSet<_> = there.record.iter().map(|(key, _)| key.clone()).collect();
    let routes: BTreeSet<_> = ROUTES.iter().map(twostep_local::Route::key).collect();
    assert_eq!(asked, routes);
    assert_eq!(here.record.len(), there.record.len());
    for ((key, here), (_, there)) in here.record.iter().zip(&there.record) {
        assert_eq!(comparable(there), comparable(here), "{key}");
    }
    let worked = there.record.iter().filter(|(_, reply)| reply.status < 300);
    assert_eq!(worked.count(), there.record.len() - 5);

    let Host::Processes(system, functions) = &processes else {
        unreachable!()
    };
    notify::deliver(system, &functions["notify"]).await;
    assert_eq!(
        notify::mails(system).await,
        notify::mails(stack.system()).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_says_what_it_cannot_read_and_carries_on() {
    let system = System::start_with_functions(|_| Functions::none()).await;
    for name in ["login", "notify"] {
        let function = Function::start(name, &system).await;
        let failure = function.invoke(json!({"neither": "event"})).await;
        let failure = failure.expect_err("no answer");
        assert!(failure["errorMessage"].is_string(), "{failure}");
        let again = function.invoke(notify::recorded_for(name)).await;
        assert!(again.is_ok(), "{name}: {again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyring_is_unwrapped_before_the_first_request_where_it_is_needed() {
    let system = System::start_with_functions(|_| Functions::none()).await;
    let Host::Processes(_, functions) = &Host::processes(system.clone()).await else {
        unreachable!()
    };
    // An answer shows that the start is over.
    for (name, function) in functions {
        let outcome = function.invoke(notify::recorded_for(name)).await;
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
    }
    let usage = system.usage().await;
    for name in functions.keys() {
        let needs_keys = ["challenge", "enroll", "validate"].contains(name);
        assert_eq!(usage.of(name, "kms"), u64::from(needs_keys), "{name}");
    }
}
