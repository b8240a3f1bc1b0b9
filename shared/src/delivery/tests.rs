//! Over real requests of the real SDK clients to a loopback server.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::*;
use crate::clock::Timestamp;
use crate::domain::code::Purpose;
use crate::loopback::{Answer, Loopback, http_client};

const SNS_OK: &str = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>\
                      </PublishResponse>";

fn config(sms_sender: Option<&str>) -> Config {
    Config::from_variables(|name| {
        let value = match name {
            "ALLOWED_ORIGINS" => "https://app.example.com:8443",
            "EMAIL_FROM" => "Harbour <no-reply@harbour.test>",
            "KMS_KEY_ID" => "alias/twostep",
            "PRODUCT_NAME" | "TABLE_NAME" => "twostep",
            "SES_CONFIGURATION_SET" => "events",
            "SMS_SENDER" => sms_sender?,
            _ => return None,
        };
        Some(value.to_owned())
    })
    .unwrap()
}

fn delivery(url: &str, sms_sender: Option<&str>) -> Delivery {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .operation_timeout(Duration::from_millis(500))
        .build();
    let sns = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(aws_sdk_sns::config::Region::new("ap-southeast-2"))
        .credentials_provider(credentials.clone())
        .endpoint_url(url)
        .http_client(http_client())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.clone())
        .build();
    let ses = aws_sdk_sesv2::Config::builder()
        .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
        .region(aws_sdk_sesv2::config::Region::new("ap-southeast-2"))
        .credentials_provider(credentials)
        .endpoint_url(url)
        .http_client(http_client())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .build();
    Delivery::over(
        OnUse::made(aws_sdk_sns::Client::from_conf(sns)),
        OnUse::made(aws_sdk_sesv2::Client::from_conf(ses)),
        &config(sms_sender),
    )
}

fn message() -> CodeMessage {
    CodeMessage {
        purpose: Purpose::SignIn,
        valid_minutes: 10,
        asked_at: None,
        device: None,
        address: None,
    }
}

async fn text(delivery: &Delivery) -> Result<(), DeliveryError> {
    let to = PhoneNumber::parse("+61491570006").unwrap();
    let code = Code::parse("314159").unwrap();
    delivery.send_code_sms(&to, &code, &message()).await
}

async fn mail(delivery: &Delivery) -> Result<(), DeliveryError> {
    let to = EmailAddress::parse("desk@harbour.test").unwrap();
    let code = Code::parse("314159").unwrap();
    delivery.send_code_email(&to, &code, &message()).await
}

/// The form fields of a request in the AWS query protocol.
fn fields(body: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    body.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[tokio::test]
async fn text_messages_are_published_once_with_sender_and_price() {
    for (sender, attribute) in [
        (None, None),
        (Some("TWOSTEP"), Some(("AWS.SNS.SMS.SenderID", "TWOSTEP"))),
        (
            Some("+61491570156"),
            Some(("AWS.MM.SMS.OriginationNumber", "+61491570156")),
        ),
    ] {
        let server = Loopback::start(|_| Answer::Send(200, "text/xml", SNS_OK.to_owned())).await;
        text(&delivery(&server.url, sender)).await.unwrap();

        let received = server.received();
        assert_eq!(received.len(), 1);
        let fields = fields(&received[0].body);
        let field = |name: &str| {
            let found = fields.iter().find(|(field, _)| field == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(field("Action"), Some("Publish"));
        assert_eq!(field("PhoneNumber"), Some("+61491570006"));
        assert_eq!(
            field("Message"),
            Some(
                "314159 is your twostep sign-in code. Valid 10 min. Never share it.\n\n\
                 @app.example.com #314159"
            )
        );
        let mut attributes = vec![
            ("AWS.SNS.SMS.MaxPrice", "0.20"),
            ("AWS.SNS.SMS.SMSType", "Transactional"),
        ];
        attributes.extend(attribute);
        attributes.sort_unstable();
        let mut sent: Vec<_> = (1..=attributes.len())
            .map(|n| {
                let entry = format!("MessageAttributes.entry.{n}");
                (
                    field(&format!("{entry}.Name")).unwrap(),
                    field(&format!("{entry}.Value.StringValue")).unwrap(),
                )
            })
            .collect();
        sent.sort_unstable();
        assert_eq!(sent, attributes);
    }
}

#[tokio::test]
async fn e_mails_have_a_text_and_an_html_part() {
    let server = Loopback::start(|_| {
        Answer::Send(200, "application/json", r#"{"MessageId":"1"}"#.to_owned())
    })
    .await;
    mail(&delivery(&server.url, None)).await.unwrap();

    let received = server.received();
    assert_eq!(received.len(), 1);
    assert!(
        received[0]
            .head
            .starts_with("POST /v2/email/outbound-emails ")
    );
    let body: serde_json::Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!(body["FromEmailAddress"], "Harbour <no-reply@harbour.test>");
    assert_eq!(body["ConfigurationSetName"], "events");
    assert_eq!(
        body["Destination"]["ToAddresses"],
        serde_json::json!(["desk@harbour.test"])
    );
    let simple = &body["Content"]["Simple"];
    assert_eq!(simple["Subject"]["Data"], "Your twostep sign-in code");
    for part in ["Text", "Html"] {
        let content = &simple["Body"][part];
        assert_eq!(content["Charset"], "UTF-8");
        assert!(content["Data"].as_str().unwrap().contains("314159"));
    }
}

#[tokio::test]
async fn notices_are_e_mails() {
    let server = Loopback::start(|_| {
        Answer::Send(200, "application/json", r#"{"MessageId":"1"}"#.to_owned())
    })
    .await;
    let notice = Notice {
        at: Timestamp(1_769_851_800),
        account: NoticeAccount {
            name: "Sam Lee".to_owned(),
            email: "desk@harbour.test".to_owned(),
        },
        audience: Audience::Owner,
        device: None,
        address: None,
        event: NoticeEvent::PasswordChanged,
    };
    let to = EmailAddress::parse("desk@harbour.test").unwrap();
    let delivery = delivery(&server.url, None);
    delivery.send_notice(&to, &notice).await.unwrap();
    assert!(
        server.received()[0]
            .body
            .contains("Password changed for your twostep account")
    );
}

#[tokio::test]
async fn what_the_service_refuses_was_not_sent() {
    let sns = Loopback::start(|_| {
        let error = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttled</Code>\
                     <Message>slow down</Message></Error></ErrorResponse>";
        Answer::Send(429, "text/xml", error.to_owned())
    })
    .await;
    let failed = |cause: &str| DeliveryError::Failed {
        cause: cause.to_owned(),
    };
    assert_eq!(
        text(&delivery(&sns.url, None)).await,
        Err(failed("Throttled"))
    );
    assert_eq!(sns.received().len(), 1);

    let ses = Loopback::start(|_| {
        let error = r#"{"__type":"MessageRejected","message":"desk@harbour.test is blocked"}"#;
        Answer::Send(400, "application/json", error.to_owned())
    })
    .await;
    let refused = mail(&delivery(&ses.url, None)).await;
    assert_eq!(refused, Err(failed("MessageRejected")));
    assert_eq!(ses.received().len(), 1);
}

#[tokio::test]
async fn an_error_status_without_a_code_is_a_refusal_too() {
    let server = Loopback::start(|_| Answer::Send(500, "text/html", "<p>oops".to_owned())).await;
    assert!(
        text(&delivery(&server.url, None))
            .await
            .unwrap_err()
            .is_certain()
    );
    assert!(
        mail(&delivery(&server.url, None))
            .await
            .unwrap_err()
            .is_certain()
    );
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    // A port that was free a moment ago, with nobody listening.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failed = Err(DeliveryError::Failed {
        cause: "no connection".to_owned(),
    });
    assert_eq!(text(&delivery(&url, None)).await, failed);
    assert_eq!(mail(&delivery(&url, None)).await, failed);
}

#[tokio::test]
async fn a_lost_answer_leaves_it_unknown() {
    const CUT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Publish";
    let hangup = Loopback::start(|_| Answer::Hangup("")).await;
    let cut = Loopback::start(|_| Answer::Hangup(CUT)).await;
    let silence = Loopback::start(|_| Answer::Silence).await;
    let garbage = Loopback::start(|_| Answer::Send(200, "text/xml", "<Publish".to_owned())).await;
    let gateway = Loopback::start(|_| Answer::Send(504, "text/xml", SNS_OK.to_owned())).await;
    for (server, cause) in [
        (&hangup, "the connection broke"),
        (&cut, "unreadable answer"),
        (&silence, "timed out"),
        (&garbage, "unreadable answer"),
        (&gateway, "unreadable answer"),
    ] {
        let unknown = Err(DeliveryError::Unknown {
            cause: cause.to_owned(),
        });
        assert_eq!(text(&delivery(&server.url, None)).await, unknown);
        assert_eq!(server.received().len(), 1, "{cause}");
    }
}
