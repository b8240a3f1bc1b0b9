//! What each variable has to be. A check takes a trimmed, non-empty value and gives what is
//! wrong with it in words that follow the variable's name.

use crate::domain::contact::{EmailAddress, PhoneNumber};
use crate::domain::gsm7;

pub(super) const ORIGINS: &str = "origins of front ends as browsers send them, separated by \
     commas: https://app.example.com (http only for localhost and 127.0.0.1)";
pub(super) const SENDER: &str = "an address, no-reply@example.com, or a name and an address, \
     Example <no-reply@example.com>";
pub(super) const KMS_KEY: &str = "the id, ARN or alias of a KMS key";
pub(super) const PRODUCT: &str = "1 to 20 characters that fit a text message (GSM 7-bit basic set)";
pub(super) const CONFIGURATION_SET: &str = "1 to 64 letters, digits, hyphens and underscores";
pub(super) const COUNTRIES: &str = "ISO 3166-1 alpha-2 codes separated by commas: AU,NZ,GB,IE";
pub(super) const DAILY_LIMIT: &str =
    "a whole number from 0 (no text messages at all) to 4294967295";
pub(super) const PRICE: &str = "US dollars above 0 and below 100 with at most 5 decimals: 0.20";
pub(super) const SMS_SENDER: &str = "a sender id of 1 to 11 letters and digits with at least one \
     letter, or a phone number like +61491570006";
pub(super) const TABLE: &str = "3 to 255 letters, digits, dots, hyphens and underscores";

/// Longest host that leaves a text message in one segment.
const MAX_SMS_HOST: usize = 60;

type Checked<T> = Result<T, String>;

fn ensure(condition: bool, problem: &str) -> Checked<()> {
    if condition {
        Ok(())
    } else {
        Err(problem.to_owned())
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim)
}

pub(super) fn origins(value: &str) -> Checked<Vec<String>> {
    let origins: Vec<String> = list(value).map(origin).collect::<Checked<_>>()?;
    let first = origins.first().map_or("", String::as_str);
    let host = first.split_once("://").map_or("", |(_, rest)| rest);
    ensure(
        split_port(host).0.len() <= MAX_SMS_HOST,
        "starts with an origin whose host has more than 60 characters, too many for the codes \
         in text messages",
    )?;
    Ok(origins)
}

/// An origin as RFC 6454, section 6.2 serializes it, so that a browser's can be compared with
/// it letter by letter.
fn origin(text: &str) -> Checked<String> {
    let problem = |what: &str| format!("holds {text:?}, {what}");
    let (scheme, authority) = text
        .split_once("://")
        .ok_or_else(|| problem("which has no scheme"))?;
    let (host, port) = split_port(authority);
    ensure(
        !authority.contains(['/', '?', '#', '@']),
        &problem("which has more than scheme, host and port"),
    )?;
    ensure(
        is_host(host),
        &problem("which has no valid host in lower case"),
    )?;
    let default_port = match scheme {
        "https" => "443",
        "http" => {
            let loopback = host == "localhost" || host == "127.0.0.1";
            ensure(loopback, &problem("which is not https"))?;
            "80"
        }
        _ => return Err(problem("which is neither http nor https")),
    };
    if let Some(port) = port {
        let number = port.parse::<u16>().is_ok_and(|number| number > 0);
        ensure(
            number && !port.starts_with(['0', '+']) && port != default_port,
            &problem("whose port is invalid or the scheme's own, which browsers leave out"),
        )?;
    }
    Ok(text.to_owned())
}

/// Host and port of `host[:port]`.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    authority
        .rsplit_once(':')
        .map_or((authority, None), |(host, port)| (host, Some(port)))
}

fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

pub(super) fn email_sender(value: &str) -> Checked<String> {
    let (name, address) = match value.split_once('<') {
        Some((name, rest)) => (
            name.trim(),
            rest.strip_suffix('>')
                .ok_or("has an address that does not end with >")?,
        ),
        None => ("", value),
    };
    // What RFC 5322 allows in a name without quoting, and the dot that everybody accepts.
    let plain = |c: char| c.is_ascii_alphanumeric() || " !#$%&'*+-./=?^_`{|}~".contains(c);
    ensure(
        name.chars().all(plain),
        "has a name with other than ASCII letters, digits, spaces and simple punctuation",
    )?;
    EmailAddress::parse(address).map_err(|error| format!("has an address that {error}"))?;
    Ok(value.to_owned())
}

pub(super) fn kms_key(value: &str) -> Checked<String> {
    ensure(
        value.len() <= 2_048 && value.bytes().all(|byte| byte.is_ascii_graphic()),
        "is longer than 2048 characters or holds spaces",
    )?;
    Ok(value.to_owned())
}

pub(super) fn product_name(value: &str) -> Checked<String> {
    ensure(value.chars().count() <= 20, "has more than 20 characters")?;
    match value.chars().find(|c| !gsm7::is_basic(*c)) {
        None => Ok(value.to_owned()),
        Some(c) => Err(format!("holds {c:?}")),
    }
}

pub(super) fn configuration_set(value: &str) -> Checked<String> {
    let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    ensure(
        value.len() <= 64 && value.bytes().all(valid),
        "is no valid name",
    )?;
    Ok(value.to_owned())
}

pub(super) fn countries(value: &str) -> Checked<Vec<String>> {
    list(value)
        .map(|code| {
            ensure(
                code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()),
                &format!("holds {code:?}"),
            )?;
            Ok(code.to_owned())
        })
        .collect()
}

pub(super) fn daily_limit(value: &str) -> Checked<u32> {
    value
        .parse()
        .map_err(|_| format!("is {value:?}, which is no such number"))
}

pub(super) fn price(value: &str) -> Checked<String> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    ensure(
        digits(whole, 2)
            && digits(decimals, 5)
            && value.bytes().any(|b| (b'1'..=b'9').contains(&b)),
        &format!("is {value:?}"),
    )?;
    Ok(value.to_owned())
}

pub(super) fn sms_sender(value: &str) -> Checked<String> {
    if value.starts_with('+') {
        let number =
            PhoneNumber::parse(value).map_err(|error| format!("is a number that {error}"))?;
        return Ok(number.e164().to_owned());
    }
    ensure(
        value.len() <= 11
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && value.bytes().any(|byte| byte.is_ascii_alphabetic()),
        "is no valid sender id",
    )?;
    Ok(value.to_owned())
}

pub(super) fn table_name(value: &str) -> Checked<String> {
    let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    ensure(
        (3..=255).contains(&value.len()) && value.bytes().all(valid),
        "is no valid table name",
    )?;
    Ok(value.to_owned())
}
