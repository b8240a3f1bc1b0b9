//! SNS: `Publish` of an SMS, into the inbox.

use std::collections::{BTreeMap, HashMap};

use twostep::clock::Timestamp;
use twostep::random::Random;

use super::answer::{Refusal, sns_published};
use crate::ids;
use crate::inbox::{Channel, Draft, Inbox};

/// Longest text SNS sends, as up to ten or so parts.
const LONGEST_TEXT: usize = 1600;

/// Delivers an SMS, or says what AWS would have against it.
pub(super) fn publish(inbox: &Inbox, now: Timestamp, body: &[u8]) -> Result<String, Refusal> {
    let mut form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let attributes = attributes(&form)?;
    let to = form.remove("PhoneNumber").ok_or_else(|| {
        invalid("TopicArn or TargetArn Reason: only PhoneNumber is published to here")
    })?;
    if !is_e164(&to) {
        return Err(invalid(format!(
            "PhoneNumber Reason: {to} is not valid to publish to"
        )));
    }
    let text = form.remove("Message").unwrap_or_default();
    if text.is_empty() {
        return Err(invalid("Empty message"));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(invalid(
            "Message Reason: Message must be less than 1600 characters long",
        ));
    }
    let (channel, subject, html) = (Channel::Sms, None, None);
    inbox.deliver(
        Draft {
            channel,
            to,
            subject,
            text,
            html,
            attributes,
        },
        now,
    );
    Ok(sns_published(&ids::uuid(Random)))
}

/// The message attributes of `form`: `MessageAttributes.entry.1.Name` and so on.
fn attributes(form: &HashMap<String, String>) -> Result<BTreeMap<String, String>, Refusal> {
    let entry = |number: usize, member: &str| {
        form.get(&format!("MessageAttributes.entry.{number}.{member}"))
            .cloned()
    };
    let mut attributes = BTreeMap::new();
    for (number, name) in (1..).map_while(|number| Some((number, entry(number, "Name")?))) {
        let kind = entry(number, "Value.DataType").unwrap_or_default();
        if kind != "String" && kind != "Number" {
            return Err(Refusal::bad_request(
                "ParameterValueInvalid",
                format!("The message attribute '{name}' must have a type of String or Number."),
            ));
        }
        let value = entry(number, "Value.StringValue").unwrap_or_default();
        check_attribute(&name, &value)?;
        attributes.insert(name, value);
    }
    Ok(attributes)
}

fn check_attribute(name: &str, value: &str) -> Result<(), Refusal> {
    let is_valid = match name {
        "AWS.SNS.SMS.SMSType" => ["Promotional", "Transactional"].contains(&value),
        "AWS.SNS.SMS.SenderID" => is_sender_id(value),
        "AWS.SNS.SMS.MaxPrice" => value.parse::<f64>().is_ok_and(|price| price > 0.0),
        "AWS.MM.SMS.OriginationNumber" => {
            is_e164(value) || value.bytes().all(|b| b.is_ascii_digit())
        }
        _ => !value.is_empty(),
    };
    if is_valid {
        Ok(())
    } else {
        Err(invalid(format!(
            "{name} Reason: {value} is not a valid value"
        )))
    }
}

/// A sender id has 1 to 11 letters and digits, a letter among them.
fn is_sender_id(value: &str) -> bool {
    (1..=11).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

fn invalid(what: impl AsRef<str>) -> Refusal {
    Refusal::bad_request(
        "InvalidParameter",
        format!("Invalid parameter: {}", what.as_ref()),
    )
}
