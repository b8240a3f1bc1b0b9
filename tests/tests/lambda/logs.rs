//! What a function logs: one line a request with all an operator needs, and no secret.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use twostep_local::Functions;
use twostep_tests::{Kind, System, text_of};

use crate::host::{Ask, Host, Reply, route};
use crate::journey::Traveller;
use crate::notify;
use crate::process::{Function, STACK};

/// Every line by function.
type Logs = BTreeMap<&'static str, Vec<Value>>;

fn logs(functions: &BTreeMap<&'static str, Function>) -> Logs {
    let parsed = |function: &Function| {
        let log = function.log();
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        log.lines().map(parse).collect()
    };
    functions
        .iter()
        .map(|(name, function)| (*name, parsed(function)))
        .collect()
}

/// The lines that say `message`.
fn saying<'a>(lines: &'a [Value], message: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["message"] == message)
}

/// Functions without an outbox stream, and a journey through all their routes.
async fn travelled() -> (Host, Vec<(String, Reply)>) {
    let system = System::start_with_functions(|_| Functions::none()).await;
    let host = Host::processes(system).await;
    let mut traveller = Traveller::new(&host);
    traveller.everywhere().await;
    let record = traveller.record;
    (host, record)
}

fn functions(host: &Host) -> &BTreeMap<&'static str, Function> {
    match host {
        Host::Processes(_, functions) => functions,
        Host::Gateway(_) => unreachable!(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_one_line_with_its_aws_calls() {
    let (host, record) = travelled().await;
    let logs = logs(functions(&host));
    let mut asked: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for (key, reply) in &record {
        let of_function = asked.entry(route(key).function).or_default();
        of_function.push((key.as_str(), reply.status));
    }
    for (name, asked) in asked {
        let answered: Vec<_> = saying(&logs[name], "answered").collect();
        let said: Vec<_> = answered
            .iter()
            .map(|line| (key(line), line["status"].as_u64().unwrap()))
            .collect();
        let asked: Vec<_> = asked
            .iter()
            .map(|(key, status)| ((*key).to_owned(), *status))
            .collect();
        assert_eq!(said, asked, "{name}");
        for (line, number) in answered.iter().zip(0..) {
            assert_eq!(line["function"], name);
            assert_eq!(line["level"], "INFO");
            assert_eq!(line["cold"], number == 0, "{line}");
            assert!(!line["request_id"].as_str().unwrap().is_empty(), "{line}");
            assert!(!line["outcome"].as_str().unwrap().is_empty(), "{line}");
            assert_eq!(line["span"]["requestId"], line["request_id"], "{line}");
            calls(line).for_each(assert_complete);
        }
    }
    let first_login = saying(&logs["login"], "answered").next().unwrap();
    assert_eq!(first_login["outcome"], "enrollment_required");
    let made: BTreeSet<_> = calls(first_login).map(operation).collect();
    assert!(made.contains("DynamoDB BatchGetItem"), "{made:?}");
    let sent = saying(&logs["enroll"], "answered").flat_map(calls);
    assert!(sent.map(operation).any(|made| made == "SESv2 SendEmail"));
}

fn key(line: &Value) -> String {
    format!("{} {}", text_of(line, "method"), text_of(line, "route"))
}

fn calls(line: &Value) -> impl Iterator<Item = &Value> {
    line["calls"].as_array().expect("a list of calls").iter()
}

fn operation(call: &Value) -> String {
    format!(
        "{} {}",
        text_of(call, "service"),
        text_of(call, "operation")
    )
}

fn assert_complete(call: &Value) {
    let members: BTreeSet<_> = call
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let all = ["attempts", "ms", "operation", "outcome", "service"];
    assert_eq!(members, BTreeSet::from(all), "{call}");
    assert!(
        call["ms"].is_u64() && call["attempts"].as_u64() > Some(0),
        "{call}"
    );
    assert!(
        ["ok", "error"].contains(&call["outcome"].as_str().unwrap()),
        "{call}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_and_failures_of_calls_are_told_apart() {
    let system = System::start_with_functions(|_| Functions::none()).await;
    let login = Function::start("login", &system).await;
    let mut event = notify::recorded_for("login");
    event["headers"]["origin"] = json!(system.url());
    let fault = |mode: &str, count: u32| {
        json!({"service": "dynamodb", "operation": "BatchGetItem", "function": "login",
            "mode": mode, "count": count})
    };
    for fault in [fault("throttle", 1), fault("error", 3), fault("hang", 3)] {
        system.fault(fault).await;
        let answered = login.invoke(event.clone()).await;
        assert!(answered.is_ok(), "{answered:?}");
        system.clear_faults().await;
    }
    let log = login.log();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = saying(&lines, "answered")
        .map(|line| {
            let read = calls(line).find(|call| call["operation"] == "BatchGetItem");
            let read = read.unwrap_or_else(|| panic!("no read: {line}"));
            (
                line["status"].as_u64().unwrap(),
                read["attempts"].as_u64().unwrap(),
                text_of(read, "outcome"),
            )
        })
        .collect();
    let (ok, error, timeout) = ("ok".to_owned(), "error".to_owned(), "timeout".to_owned());
    assert_eq!(said[..2], [(200, 2, ok), (503, 3, error)]);
    assert_eq!((said[2].0, &said[2].2), (503, &timeout));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_holds_a_secret_or_an_address() {
    let (host, record) = travelled().await;
    notify::deliver(host.system(), &functions(&host)["notify"]).await;
    let mut secrets = BTreeSet::from([twostep_local::DEMO_PASSWORD.to_owned()]);
    for (_, reply) in &record {
        let cookies = reply.cookies.iter();
        let values = cookies.map(|line| line.split(['=', ';']).nth(1).unwrap().to_owned());
        secrets.extend(values.filter(|value| !value.is_empty()));
        for name in ["ticket", "enrollment"] {
            secrets.extend(reply.body[name].as_str().map(str::to_owned));
        }
        let secret = reply.body["authenticator"]["secret"].as_str();
        secrets.extend(secret.map(str::to_owned));
    }
    let addresses = [
        "admin@harbour.test",
        "nobody@harbour.test",
        "codes@mailbox.test",
    ];
    secrets.extend(addresses.map(str::to_owned));
    assert!(secrets.len() > 10, "{secrets:?}");
    let messages = host.system().messages().await;
    let codes: BTreeSet<_> = messages
        .iter()
        .filter_map(|message| message.code())
        .collect();
    assert!(!codes.is_empty());

    for (name, function) in functions(&host) {
        let log = function.log();
        assert!(log.contains("\"function\""), "{name} logged nothing");
        for secret in &secrets {
            assert!(!log.contains(secret.as_str()), "{name}: {secret}");
        }
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric());
        let told = words.find(|word| codes.contains(*word));
        assert_eq!(told, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_comes_out() {
    let (host, _) = travelled().await;
    let system = host.system().clone();
    texts_a_code_and_is_locked_out(&host).await;
    let notify = &functions(&host)["notify"];
    let event = notify::outbox(&system).await;
    system
        .fault(json!({"service": "ses", "function": "notify", "mode": "error", "count": 1}))
        .await;
    let response = notify.invoke(event).await.expect("an answer");
    assert_ne!(response["batchItemFailures"], json!([]));
    notify::deliver(&system, notify).await;

    let logs = logs(functions(&host));
    let failed: Vec<_> = saying(&logs["notify"], "not notified yet").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["outcome"], "failed");
    assert_eq!(failed[0]["level"], "ERROR");
    let send = calls(failed[0]).find(|call| call["service"] == "SESv2");
    assert_eq!(send.expect("a send")["outcome"], "error");

    let counted = counted(&logs);
    let totals = [
        ("CodesSent sms AU", 1),
        ("NoticesFailed", 1),
        ("ColdStarts", 8),
        ("SignIns invalid_credentials", 6),
        ("SignIns too_many_attempts", 1),
        ("Locks", 1),
        ("CodeFailures", 1),
    ];
    for (name, total) in totals {
        assert_eq!(counted.get(name), Some(&total), "{name}: {counted:?}");
    }
    for name in [
        "CodesSent email -",
        "Removals",
        "NoticesSent",
        "SignIns second_factor",
    ] {
        assert!(counted.get(name) > Some(&0), "{name}: {counted:?}");
    }
}

/// A code by SMS, a wrong one, and passwords until no more are compared.
async fn texts_a_code_and_is_locked_out(host: &Host) {
    let cookies = BTreeMap::new();
    let ask = async |key: &str, body: Value| {
        let ask = Ask {
            route: route(key),
            parameters: &[],
            cookies: &cookies,
            body: &body,
        };
        host.ask(ask).await
    };
    let login = |password: &str| json!({"email": "nurse@harbour.test", "password": password});
    let started = ask("POST /login", login(twostep_local::DEMO_PASSWORD)).await;
    let ticket = text_of(&started.body, "ticket");
    let sms = json!({"ticket": ticket, "method": "sms", "phone": "+61491570006"});
    let enrollment = text_of(&ask("POST /enroll", sms).await.body, "enrollment");
    let code = host.system().code_sent(Kind::Sms, "+61491570006").await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let body = json!({"ticket": ticket, "enrollment": enrollment, "code": wrong});
    assert_eq!(ask("POST /validate", body).await.status, 422);
    for _ in 0..5 {
        assert_eq!(ask("POST /login", login("a guess")).await.status, 401);
    }
    assert_eq!(ask("POST /login", login("a guess")).await.status, 429);
}

/// How much of each metric, by its name and the values of its dimensions.
fn counted(logs: &Logs) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    let metrics = logs
        .values()
        .flatten()
        .filter(|line| line["_aws"].is_object());
    for line in metrics {
        assert_eq!(line["service"], STACK, "{line}");
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "twostep");
        let name = text_of(&directive["Metrics"][0], "Name");
        let most = directive["Dimensions"].as_array().unwrap().last().unwrap();
        let dimensions = most.as_array().unwrap().iter().skip(1);
        let values = dimensions.map(|dimension| text_of(line, dimension.as_str().unwrap()));
        let full = [name.clone()].into_iter().chain(values).collect::<Vec<_>>();
        *counted.entry(full.join(" ")).or_default() += line[&name].as_u64().unwrap();
    }
    counted
}
