//! Fields: unknown, missing, given twice, of the wrong type, or with a value that can't be.

use serde_json::{Value, json};
use twostep_tests::Request;

use super::{Body, Scene};

#[tokio::test]
async fn unknown_fields_are_refused_by_name() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        for name in ["extra", "Email", "METHOD", "user_id", "isAdmin2"] {
            let request = body.request().json(&body.with(name, json!("value")));
            let said = scene.send(request).await.invalid(name);
            assert!(said.contains(body.names()[0]), "{said}");
        }
        // What looks like no name may be a secret that got there by mistake: it isn't repeated.
        let long = "n".repeat(3000);
        for name in [
            "__proto__",
            "e-mail",
            "",
            "123456",
            "\u{0}",
            "correct horse",
            &long,
        ] {
            let request = body.request().json(&body.with(name, json!("value")));
            let answer = scene.send(request).await;
            let said = answer.invalid("body");
            assert!(said.contains(body.names()[0]), "{said}");
            assert!(name.is_empty() || !answer.text().contains(name), "{said}");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn fields_given_twice_are_refused_by_name() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        for name in body.names() {
            let text = body.fields.to_string();
            let again = format!("{{\"{name}\":{},{}", body.fields[name], &text[1..]);
            let answer = scene.send(body.request().json_text(again)).await;
            assert_eq!(answer.invalid(name), "is given twice");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn fields_that_are_needed_are_asked_for_by_name() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        for name in body.names() {
            if body.optional.contains(&name.as_str()) {
                continue;
            }
            let mut fields = body.fields.clone();
            fields.as_object_mut().expect("an object").remove(name);
            let answer = scene.send(body.request().json(&fields)).await;
            assert_eq!(answer.invalid(name), "is required");
        }
    }
    // What is needed depends on what else is there.
    for (path, body, field) in [
        ("/validate", json!({"code": "123456"}), "ticket"),
        (
            "/validate",
            json!({"code": "123456", "method": "sms"}),
            "ticket",
        ),
        (
            "/validate",
            json!({"code": "123456", "ticket": "none"}),
            "method",
        ),
        ("/enroll", json!({}), "method"),
        ("/enroll", json!({"ticket": "none"}), "method"),
        ("/enroll", json!({"method": "email"}), "email"),
        ("/enroll", json!({"method": "sms"}), "phone"),
    ] {
        let request = Request::new("POST", path).json(&body);
        let said = scene.send(request).await.invalid(field);
        assert!(said.starts_with("is required"), "{said}");
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn fields_of_the_wrong_type_are_refused_by_name() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        for name in body.names() {
            let right = &body.fields[name];
            let mut wrong = vec![json!(1), json!(-1.5), json!([]), json!({}), json!(["sms"])];
            wrong.push(json!({"sms": null, "always": null, "off": null}));
            wrong.extend(["sms", "bearer", "always", "off"].map(|word| json!({word: null})));
            wrong.push(if right.is_string() {
                json!(true)
            } else {
                json!("true")
            });
            if !body.optional.contains(&name.as_str()) || name == "transport" {
                wrong.push(Value::Null);
            }
            for value in wrong {
                let request = body.request().json(&body.with(name, value.clone()));
                let answer = scene.send(request).await;
                let said = answer.invalid(name);
                assert!(said.starts_with("must be "), "{name} {value}: {said}");
            }
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn values_that_can_not_be_are_refused_with_what_they_should_be() {
    let mut scene = Scene::set().await;
    let email = |email: &str| json!({"email": email, "password": "some password"});
    let password = |text: &str| json!({"email": "nobody@harbour.test", "password": text});
    let code = |code: &str| json!({"ticket": "none", "method": "sms", "code": code});
    let mailbox = |email: &str| json!({"method": "email", "email": email});
    let phone = |phone: &str| json!({"method": "sms", "phone": phone});
    let mut cases: Vec<(&str, &str, Value, &str)> = vec![
        ("POST", "/challenge", json!({"method": "totp"}), "method"),
        ("POST", "/challenge", json!({"method": "SMS"}), "method"),
        ("POST", "/challenge", json!({"method": ""}), "method"),
        ("PUT", "/whitelist", json!({"mode": "never"}), "mode"),
        (
            "PUT",
            "/practice/alerts",
            json!({"new_login_alerts": "on"}),
            "new_login_alerts",
        ),
        (
            "POST",
            "/enroll",
            json!({"method": "authenticator", "email": "a@b.test"}),
            "email",
        ),
        (
            "POST",
            "/enroll",
            json!({"method": "authenticator", "phone": "+61491570006"}),
            "phone",
        ),
        (
            "POST",
            "/enroll",
            json!({"method": "sms", "phone": "+61491570006", "email": "a@b.test"}),
            "email",
        ),
        (
            "POST",
            "/enroll",
            json!({"enrollment": "x", "method": "sms"}),
            "enrollment",
        ),
        (
            "POST",
            "/enroll",
            json!({"enrollment": "x", "email": "a@b.test"}),
            "enrollment",
        ),
    ];
    let long_address = format!("{}@b.test", "a".repeat(250));
    for text in [
        "",
        "nobody",
        "no\nbody@harbour.test",
        "no\0body@harbour.test",
        &long_address,
    ] {
        cases.push(("POST", "/login", email(text), "email"));
    }
    for text in [
        "",
        &"p".repeat(257),
        &"\u{e9}".repeat(257),
        &"e\u{301}".repeat(257),
    ] {
        cases.push(("POST", "/login", password(text), "password"));
    }
    for text in [
        "",
        " ",
        "12345",
        "1234567",
        "12345a",
        "12.456",
        "+12345",
        "１２３４５６",
        "12345\u{0}",
    ] {
        cases.push(("POST", "/validate", code(text), "code"));
    }
    for text in [
        "",
        "desk",
        "desk@localhost",
        "a@b.test,c@d.test",
        "a@b.test\r\nBcc: c@d.test",
    ] {
        cases.push(("POST", "/enroll", mailbox(text), "email"));
    }
    for text in [
        "",
        "0491570006",
        "+",
        "+61",
        "+999123456789",
        "+61491570006x",
        "tel:+61491570006",
    ] {
        cases.push(("POST", "/enroll", phone(text), "phone"));
    }
    for (method, path, body, field) in cases {
        let request = Request::new(method, path).json(&body);
        scene.send(request).await.invalid(field);
    }
    scene.assert_nothing_changed().await;
}
