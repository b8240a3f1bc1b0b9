//! The page that stands in for mailboxes and phones.

use fantoccini::Locator;
use serde_json::json;
use twostep_tests::{Kind, Message, Person, System};

use crate::browser::{Browser, start};

/// A system with a text message, a code by e-mail and an alert in its inbox, and whom they are to.
async fn with_messages(system: &System) -> Person {
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let on = json!({"new_login_alerts": "user"});
    admin.put("/practice/alerts", on).await.ok();
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    system.clear_messages().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut browser = system.browser().from("203.0.113.50").user_agent(firefox);
    let ticket = browser.login(&dana).await.challenge_required();
    browser.challenge(&ticket, Kind::Sms).await.ok();
    let code = browser.code_for(&ticket, &mut dana, Kind::Email).await;
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.authenticated("second_factor");
    assert_eq!(system.subjects_to(&dana.email).await.len(), 1);
    dana
}

/// The text of the `n`th message, newest first, as the page shows it; that of an e-mail is a page
/// of its own inside.
async fn shown(browser: &Browser, n: usize) -> (String, Option<String>) {
    let css = format!("#messages > li:nth-child({n})");
    let message = browser.client.wait().for_element(Locator::Css(&css)).await;
    let message = message.expect("a message");
    let text = message.text().await.expect("its text");
    let Ok(frame) = message.find(Locator::Css("iframe")).await else {
        return (text, None);
    };
    frame.clone().enter_frame().await.expect("the e-mail");
    let body = browser.client.find(Locator::Css("body")).await;
    let inside = body.expect("a body").text().await.expect("its text");
    browser.client.enter_parent_frame().await.expect("the page");
    (text, Some(inside))
}

#[tokio::test]
async fn shows_text_messages_codes_and_alerts_as_people_get_them() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let dana = with_messages(&system).await;
    let url = format!("{}/_local", system.url());
    browser.client.goto(&url).await.expect("the inbox");

    let (alert, html) = shown(&browser, 1).await;
    assert!(alert.contains(&dana.email), "{alert}");
    let html = html.expect("an e-mail");
    assert!(html.contains("203.0.113.50"), "{html}");
    assert!(html.contains("Firefox on Linux"), "{html}");

    let code = |messages: &[Message]| messages.last().and_then(Message::code).expect("a code");
    let mailed = code(&system.messages_to(&dana.mailbox).await);
    let (mail, html) = shown(&browser, 2).await;
    assert!(mail.contains(&dana.mailbox), "{mail}");
    assert!(html.expect("an e-mail").contains(&mailed));

    let texted = code(&system.messages_to(&dana.phone).await);
    let (text, html) = shown(&browser, 3).await;
    assert!(
        text.contains(&dana.phone) && text.contains(&texted),
        "{text}"
    );
    assert!(html.is_none());

    browser.check("inbox").await;
    browser.whole_picture("inbox", "light", 1120).await;
    as_text(&browser, &mailed).await;
    // What comes in while the page is open appears by itself.
    let mut another = system.browser();
    let ticket = another.login(&dana).await.challenge_required();
    another.challenge(&ticket, Kind::Sms).await.ok();
    let texts = Locator::Css("#messages > li:nth-child(4)");
    browser
        .client
        .wait()
        .for_element(texts)
        .await
        .expect("one more");
    browser.done().await;
}

/// The same e-mail without its HTML, as some people read it.
async fn as_text(browser: &Browser, code: &str) {
    let css = "#messages > li:nth-child(2) [data-view=text]";
    let button = browser
        .client
        .find(Locator::Css(css))
        .await
        .expect("a button");
    button.click().await.expect("a click");
    assert_eq!(
        button.attr("aria-pressed").await.expect("it"),
        Some("true".to_owned())
    );
    let css = "#messages > li:nth-child(2) pre";
    let text = browser
        .client
        .find(Locator::Css(css))
        .await
        .expect("the text");
    assert!(text.text().await.expect("its text").contains(code));
    browser.check("inbox with an e-mail as text").await;
}
