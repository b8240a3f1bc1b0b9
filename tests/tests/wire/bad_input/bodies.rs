//! Bodies as a whole: their type, their size, their syntax.

use twostep_tests::Request;

use super::{Body, Scene};

#[tokio::test]
async fn only_json_is_taken() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        let text = body.fields.to_string();
        let untyped = body.request().body(text.clone());
        scene
            .send(untyped)
            .await
            .problem(415, "unsupported_media_type");
        for media_type in [
            "",
            "json",
            "text/json",
            "text/plain",
            "application/jsonp",
            "application/problem+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=iso-8859-1",
            "application/json, text/plain",
        ] {
            let request = body.request().header("content-type", media_type);
            let answer = scene.send(request.body(text.clone())).await;
            answer.problem(415, "unsupported_media_type");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn json_is_known_by_any_of_its_spellings() {
    let mut scene = Scene::set().await;
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        let request = Request::new("POST", "/login").header("content-type", media_type);
        // It is read, or nothing would be said about its fields.
        scene.send(request.body("{}")).await.invalid("email");
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn eight_kibibytes_are_taken_and_one_byte_more_is_not() {
    let mut scene = Scene::set().await;
    for body in Body::all() {
        let start = body.with("no_such_field", true.into()).to_string();
        let padded = |length: usize| format!("{start}{}", " ".repeat(length - start.len()));
        let fits = body.request().json_text(padded(8192));
        scene.send(fits).await.invalid("no_such_field");
        for length in [8193, 16 * 1024, 16 * 1024 + 1, 1024 * 1024] {
            let too_large = body.request().json_text(padded(length));
            scene.send(too_large).await.problem(413, "body_too_large");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn no_route_takes_a_larger_one_either_if_it_needs_none() {
    let mut scene = Scene::set().await;
    for (method, path) in [
        ("POST", "/logout"),
        ("PUT", "/methods/sms/primary"),
        ("DELETE", "/methods/sms"),
        ("DELETE", "/devices"),
    ] {
        let request = Request::new(method, path).json_text(" ".repeat(8193));
        scene.send(request).await.problem(413, "body_too_large");
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_as_a_whole() {
    let mut scene = Scene::set().await;
    let nested = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
    let deep = format!("{}1{}", r#"{"a":"#.repeat(1000), "}".repeat(1000));
    for body in Body::all() {
        let valid = body.fields.to_string();
        let bodies: Vec<Vec<u8>> = vec![
            vec![],
            b" \r\n".into(),
            b"{".into(),
            b"}".into(),
            b"nul".into(),
            b"null".into(),
            b"true".into(),
            b"42".into(),
            b"\"text\"".into(),
            b"[]".into(),
            b"[{}]".into(),
            b"{]".into(),
            b"{,}".into(),
            b"{'a':1}".into(),
            b"{a:1}".into(),
            b"// comment\n{}".into(),
            b"email=a%40b.test&password=x".into(),
            b"<login/>".into(),
            b"\0".into(),
            b"\xff\xfe{\x00}\x00".into(),
            b"\xef\xbb\xbf{}".into(),
            b"{\"\xff\":1}".into(),
            b"{\"\\ud800\":1}".into(),
            format!("{valid}x").into(),
            format!("{valid}{valid}").into(),
            valid.as_bytes()[..valid.len() - 1].into(),
            nested.clone().into(),
        ];
        for bytes in bodies {
            let answer = scene.send(body.request().json_text(bytes)).await;
            answer.invalid("body");
        }
        let answer = scene.send(body.request().json_text(deep.clone())).await;
        answer.invalid("a");
    }
    scene.assert_nothing_changed().await;
}
