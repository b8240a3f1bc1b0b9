//! SESv2: `SendEmail` of simple messages, into the inbox.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use twostep::clock::Timestamp;
use twostep::random::Random;

use super::answer::Refusal;
use crate::ids;
use crate::inbox::{Channel, Draft, Inbox};

/// Recipients a message may have at most.
const MOST_RECIPIENTS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    #[serde(default)]
    from_email_address: String,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
    configuration_set_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

/// Delivers a message to each of its recipients, or says what AWS would have against it.
pub(super) fn send(inbox: &Inbox, now: Timestamp, body: &[u8]) -> Result<String, Refusal> {
    let request: SendEmail =
        serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    check_sender(&request.from_email_address)?;
    let attributes = attributes(&request);
    let Some(Simple { subject, body }) = request.content.simple else {
        return Err(bad("Only simple messages are sent here."));
    };
    if body.text.is_none() && body.html.is_none() {
        return Err(bad("A body with Text or Html is required."));
    }
    let text = body.text.map(|text| text.data).unwrap_or_default();
    let html = body.html.map(|html| html.data);
    for to in recipients(request.destination)? {
        let (subject, text, html) = (Some(subject.data.clone()), text.clone(), html.clone());
        let attributes = attributes.clone();
        inbox.deliver(
            Draft {
                channel: Channel::Email,
                to,
                subject,
                text,
                html,
                attributes,
            },
            now,
        );
    }
    Ok(json!({"MessageId": ids::uuid(Random)}).to_string())
}

fn attributes(request: &SendEmail) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    attributes.insert(
        "FromEmailAddress".to_owned(),
        request.from_email_address.clone(),
    );
    if let Some(name) = &request.configuration_set_name {
        attributes.insert("ConfigurationSetName".to_owned(), name.clone());
    }
    if !request.reply_to_addresses.is_empty() {
        attributes.insert(
            "ReplyToAddresses".to_owned(),
            request.reply_to_addresses.join(", "),
        );
    }
    attributes
}

fn check_sender(from: &str) -> Result<(), Refusal> {
    match from {
        "" => Err(bad("FromEmailAddress is required.")),
        from => check_address(from),
    }
}

fn recipients(destination: Destination) -> Result<Vec<String>, Refusal> {
    let Destination {
        to_addresses,
        cc_addresses,
        bcc_addresses,
    } = destination;
    let all = [to_addresses, cc_addresses, bcc_addresses].concat();
    if all.is_empty() || all.len() > MOST_RECIPIENTS {
        return Err(bad(format!(
            "Recipient count must be from 1 to {MOST_RECIPIENTS}."
        )));
    }
    all.iter().try_for_each(|address| check_address(address))?;
    Ok(all)
}

/// Checks as SES does before it accepts a message: there is a domain, and every character can
/// stand in a header.
fn check_address(address: &str) -> Result<(), Refusal> {
    if address.chars().any(char::is_control) {
        return Err(bad("Control characters are not allowed in an address."));
    }
    let bare = address
        .rsplit_once('<')
        .map_or(address, |(_, bare)| bare.trim_end_matches('>'));
    match bare.rsplit_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(()),
        Some((_, domain)) if !domain.is_empty() => Err(bad("Missing local part")),
        _ => Err(bad("Missing final '@domain'")),
    }
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        code: "BadRequestException",
        message: message.into(),
    }
}
