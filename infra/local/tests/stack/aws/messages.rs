//! SNS and SES.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::json;

use crate::common::{bare_stack, get, sdk};

#[tokio::test]
async fn sns_texts_land_in_the_inbox() {
    let stack = bare_stack().await;
    let client = aws_sdk_sns::Client::new(&sdk(&stack, "challenge"));
    let attribute = |value: &str| {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value);
        value.build().unwrap()
    };
    let sent = client
        .publish()
        .phone_number("+61400000001")
        .message("Code: 1 & 2 < 3 + \u{e9}")
        .message_attributes("AWS.SNS.SMS.SMSType", attribute("Transactional"))
        .message_attributes("AWS.SNS.SMS.SenderID", attribute("twostep"))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.message_id.unwrap().len(), 36);
    let list = get(&stack, "/_local/messages?to=%2B61400000001&channel=sms")
        .await
        .json();
    let message = &list["messages"][0];
    assert_eq!(message["channel"], "sms");
    assert_eq!(message["to"], "+61400000001");
    assert_eq!(message["text"], "Code: 1 & 2 < 3 + \u{e9}");
    assert_eq!(
        message["attributes"],
        json!({"AWS.SNS.SMS.SMSType": "Transactional", "AWS.SNS.SMS.SenderID": "twostep"})
    );
    assert!(message.get("subject").is_none() && message.get("html").is_none());
    for (filter, count) in [
        ("to=&channel=", 1),
        ("channel=sms", 1),
        ("channel=email", 0),
    ] {
        let found = get(&stack, &format!("/_local/messages?{filter}")).await;
        let found = found.json()["messages"].as_array().map(Vec::len);
        assert_eq!(found, Some(count), "{filter}");
    }
}

#[tokio::test]
async fn sns_refuses_what_aws_would() {
    let stack = bare_stack().await;
    let client = aws_sdk_sns::Client::new(&sdk(&stack, "challenge"));
    for (number, text) in [("0400000001", "hi"), ("+61400000001", ""), ("<&>", "hi")] {
        let refused = client
            .publish()
            .phone_number(number)
            .message(text)
            .send()
            .await;
        let error = refused.unwrap_err().into_service_error();
        assert!(
            error.is_invalid_parameter_exception(),
            "{number}: {error:?}"
        );
    }
    let refused = client
        .publish()
        .topic_arn("arn:aws:sns:us-east-1:0:t")
        .message("hi");
    assert!(
        refused
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_invalid_parameter_exception()
    );
    assert_eq!(
        get(&stack, "/_local/messages").await.json(),
        json!({"messages": []})
    );
}

fn email(subject: &str, html: Option<&str>) -> EmailContent {
    let content = |data: &str| Content::builder().data(data).build().unwrap();
    let body = Body::builder()
        .text(content("plain"))
        .set_html(html.map(content))
        .build();
    let message = Message::builder()
        .subject(content(subject))
        .body(body)
        .build();
    EmailContent::builder().simple(message).build()
}

#[tokio::test]
async fn ses_mail_lands_in_the_inbox_of_each_recipient() {
    let stack = bare_stack().await;
    let client = aws_sdk_sesv2::Client::new(&sdk(&stack, "notify"));
    let to = Destination::builder()
        .to_addresses("a@example.test")
        .to_addresses("b@example.test");
    let sent = client
        .send_email()
        .from_email_address("twostep <no-reply@example.test>")
        .destination(to.build())
        .content(email("Hello", Some("<p>rich</p>")))
        .configuration_set_name("twostep")
        .send()
        .await
        .unwrap();
    assert!(sent.message_id.is_some());
    let list = get(&stack, "/_local/messages").await.json();
    assert_eq!(list["messages"].as_array().unwrap().len(), 2);
    let message = &list["messages"][1];
    assert_eq!(message["to"], "b@example.test");
    assert_eq!(message["subject"], "Hello");
    assert_eq!(message["text"], "plain");
    assert_eq!(message["html"], "<p>rich</p>");
    assert_eq!(message["attributes"]["ConfigurationSetName"], "twostep");
    assert_eq!(
        message["attributes"]["FromEmailAddress"],
        "twostep <no-reply@example.test>"
    );
}

#[tokio::test]
async fn ses_refuses_what_aws_would() {
    let stack = bare_stack().await;
    let client = aws_sdk_sesv2::Client::new(&sdk(&stack, "notify"));
    let send = |from: &str, to: Option<&str>| {
        let to = Destination::builder()
            .set_to_addresses(to.map(|to| vec![to.to_owned()]))
            .build();
        let send = client.send_email().from_email_address(from).destination(to);
        send.content(email("Hello", None)).send()
    };
    for (from, to) in [
        ("nobody", Some("a@example.test")),
        ("", Some("a@example.test")),
        ("a@example.test", None),
        ("a@example.test", Some("example.test")),
        (
            "a@example.test",
            Some("a@example.test\r\nBcc: b@example.test"),
        ),
    ] {
        let error = send(from, to).await.unwrap_err().into_service_error();
        assert!(error.is_bad_request_exception(), "{from} {to:?}: {error:?}");
    }
    assert_eq!(
        get(&stack, "/_local/messages").await.json(),
        json!({"messages": []})
    );
}
