//! `/_local`: clock, items, reset, inbox pages, and who may call.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::StatusCode;
use serde_json::{Value, json};
use twostep_local::{Functions, Options, Stack, TABLE_NAME};

use crate::common::{bare_stack, call, dynamodb, fault, get, own_items, put_json, sdk, stack};

async fn put_items(stack: &Stack, count: usize) {
    let client = dynamodb(stack, "login");
    for number in 0..count {
        let put = client.put_item().table_name(TABLE_NAME);
        let put = put.item("pk", AttributeValue::S(format!("p{number}")));
        put.item("sk", AttributeValue::S("-".to_owned()))
            .send()
            .await
            .unwrap();
    }
}

async fn text(stack: &Stack, to: &str) {
    let client = aws_sdk_sns::Client::new(&sdk(stack, "challenge"));
    client
        .publish()
        .phone_number(to)
        .message("hi")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_clock_moves_for_every_function() {
    let clock = async |stack: &Stack| get(stack, "/_local/clock").await.json()["now"].clone();
    let stack = stack(|environment| {
        let clock = environment.clock.clone();
        Functions::none().json("login", move |_| {
            let now = clock.now().rfc3339();
            async move { Ok::<_, String>(json!({"statusCode": 200, "body": now})) }
        })
    })
    .await;
    let before = stack.environment().clock.now();
    let moved = put_json(
        &stack,
        "POST",
        "/_local/clock",
        json!({"advance_seconds": 2_592_000}),
    )
    .await;
    let after = stack.environment().clock.now();
    assert!((2_592_000..2_592_060).contains(&after.since(before)));
    assert_eq!(moved.status, StatusCode::OK);
    assert!(moved.json()["now"].as_str().unwrap() >= before.plus(2_592_000).rfc3339().as_str());
    let seen = get(&stack, "/session").await.text().to_owned();
    assert!(seen >= before.plus(2_592_000).rfc3339(), "{seen}");
    call(&stack, "POST", "/_local/reset", &[], "").await;
    assert!(stack.environment().clock.now().since(before) < 60);
    assert!(clock(&stack).await.as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_clock_takes_only_whole_seconds_forward() {
    let stack = bare_stack().await;
    for body in [
        json!({"advance_seconds": -1}),
        json!({"advance_seconds": 1.5}),
        json!({}),
        json!({"advance_seconds": i64::MAX}),
    ] {
        let answer = put_json(&stack, "POST", "/_local/clock", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(!answer.json()["message"].as_str().unwrap().is_empty());
    }
    let stay = put_json(
        &stack,
        "POST",
        "/_local/clock",
        json!({"advance_seconds": 0}),
    )
    .await;
    assert_eq!(stay.status, StatusCode::OK);
}

#[tokio::test]
async fn items_come_page_by_page() {
    let stack = bare_stack().await;
    put_items(&stack, 250).await;
    let (mut keys, mut sizes, mut path) = (Vec::new(), Vec::new(), "/_local/items".to_owned());
    loop {
        let page = get(&stack, &path).await.json();
        let items = page["items"].as_array().unwrap().clone();
        sizes.push(items.len());
        keys.extend(
            items
                .iter()
                .map(|item| item["pk"]["S"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.get("next") else { break };
        path = format!("/_local/items?cursor={}", next.as_str().unwrap());
    }
    keys.sort();
    keys.dedup();
    // The keyring's key is there too.
    assert_eq!((keys.len(), sizes), (251, vec![100, 100, 51]));
    let nonsense = get(&stack, "/_local/items?cursor=nonsense").await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_reset_leaves_nothing_behind() {
    let stack = bare_stack().await;
    put_items(&stack, 3).await;
    text(&stack, "+61400000001").await;
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "error", "count": 9}),
    )
    .await;
    let reset = call(&stack, "POST", "/_local/reset", &[], "").await;
    assert_eq!(reset.status, StatusCode::NO_CONTENT, "{}", reset.text());
    assert_eq!(
        own_items(&get(&stack, "/_local/items").await.json()),
        Vec::<Value>::new()
    );
    assert_eq!(
        get(&stack, "/_local/messages").await.json(),
        json!({"messages": []})
    );
    assert_eq!(
        get(&stack, "/_local/faults").await.json(),
        json!({"faults": []})
    );
    assert_eq!(
        get(&stack, "/_local/usage").await.json(),
        json!({"requests": [], "total": 0})
    );
    put_items(&stack, 1).await;
}

#[tokio::test]
async fn a_reset_restarts_the_functions() {
    let stack = stack(|environment| {
        let started = environment.random.bytes::<8>();
        Functions::none().json("login", move |_| async move {
            Ok::<_, String>(json!({"statusCode": 200, "body": format!("{started:?}")}))
        })
    })
    .await;
    let instance = async || get(&stack, "/session").await.text().to_owned();
    let before = instance().await;
    assert_eq!(instance().await, before);
    call(&stack, "POST", "/_local/reset", &[], "").await;
    assert_ne!(instance().await, before);
}

#[tokio::test]
async fn requests_during_a_reset_are_answered() {
    let stack = bare_stack().await;
    let writes = async {
        let client = dynamodb(&stack, "login");
        for number in 0..60 {
            let put = client.put_item().table_name(TABLE_NAME);
            let put = put.item("pk", AttributeValue::S(format!("p{number}")));
            let sent = put
                .item("sk", AttributeValue::S("-".to_owned()))
                .send()
                .await;
            if let Err(error) = sent {
                assert!(error.into_service_error().is_resource_not_found_exception());
            }
        }
    };
    let resets = async {
        for _ in 0..5 {
            let reset = call(&stack, "POST", "/_local/reset", &[], "").await;
            assert_eq!(reset.status, StatusCode::NO_CONTENT, "{}", reset.text());
        }
    };
    tokio::join!(writes, resets);
}

#[tokio::test]
async fn messages_are_filtered_and_cleared() {
    let stack = bare_stack().await;
    text(&stack, "+61400000001").await;
    text(&stack, "+61400000002").await;
    let ids = async |query: &str| {
        let list = get(&stack, &format!("/_local/messages{query}"))
            .await
            .json();
        let list = list["messages"].as_array().unwrap().clone();
        list.iter()
            .map(|message| message["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, ["1", "2"]);
    assert_eq!(ids("?to=%2B61400000002").await, ["2"]);
    assert_eq!(
        ids("?to=+61400000002").await,
        ["2"],
        "a + that was not escaped"
    );
    assert_eq!(ids("?channel=email").await, Vec::<String>::new());
    assert_eq!(ids("?to=&channel=sms").await, ["1", "2"]);
    let refused = get(&stack, "/_local/messages?channel=fax").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.json()["message"].as_str().unwrap().contains("fax"));
    assert_eq!(
        call(&stack, "DELETE", "/_local/messages", &[], "")
            .await
            .status,
        204
    );
    assert_eq!(ids("").await, Vec::<String>::new());
}

#[tokio::test]
async fn the_inbox_page_runs_under_a_strict_policy() {
    let stack = bare_stack().await;
    for (path, kind) in [
        ("/_local", "text/html; charset=utf-8"),
        ("/_local/", "text/html; charset=utf-8"),
        ("/_local/inbox.css", "text/css; charset=utf-8"),
        ("/_local/inbox.js", "text/javascript; charset=utf-8"),
    ] {
        let page = get(&stack, path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.lines("content-type"), [kind]);
        assert!(page.lines("content-security-policy")[0].starts_with("default-src 'none'"));
    }
    assert_eq!(
        get(&stack, "/_local/messages/1/html").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        get(&stack, "/_local/none").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        call(&stack, "PUT", "/_local/clock", &[], "").await.status,
        405
    );
}

#[tokio::test]
async fn other_hosts_and_pages_of_other_origins_are_kept_out() {
    let stack = bare_stack().await;
    let target = ("x-amz-target", "DynamoDB_20120810.ListTables");
    for path in ["/_local/messages", "/_local/reset", "/_aws/login"] {
        let post = async |header| {
            call(&stack, "POST", path, &[target, header], "{}")
                .await
                .status
        };
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:3000",
            "evil.example:127.0.0.1",
            "",
        ] {
            assert_eq!(
                post(("host", host)).await,
                StatusCode::FORBIDDEN,
                "{path} {host}"
            );
        }
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            assert_eq!(
                post(("origin", origin)).await,
                StatusCode::FORBIDDEN,
                "{path} {origin}"
            );
        }
        assert_ne!(
            post(("host", "localhost:3000")).await,
            StatusCode::FORBIDDEN
        );
        assert_ne!(post(("origin", stack.url())).await, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn with_aws_only_there_is_no_api() {
    let options = Options {
        empty: true,
        aws_only: true,
        ..Options::default()
    };
    let functions = |_: &twostep_local::Environment| {
        Functions::none().json("login", async |_: Value| {
            Ok::<_, String>(json!({"statusCode": 200}))
        })
    };
    let stack = Stack::start_with(options, functions).await.unwrap();
    assert_eq!(get(&stack, "/session").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&stack, "/").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&stack, "/_local/clock").await.status, StatusCode::OK);
    put_items(&stack, 1).await;
}
