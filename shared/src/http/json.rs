//! Bodies: JSON that says which field is wrong and why, and never repeats what was sent.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IntoDeserializer, value};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

use super::problem::Problem;

/// Longest name of an unknown field that is repeated, in characters: shorter than any token or
/// secret of an app.
const LONGEST_NAME: usize = 24;

/// A field that is one of a few words. serde on its own would take `{"sms": null}` for `"sms"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Word<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let word: value::StrDeserializer<'_, D::Error> = word.as_ref().into_deserializer();
        T::deserialize(word).map(Self)
    }
}

/// Reads a body.
///
/// # Errors
/// `invalid_request`, naming the field.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take an array for an object, field by field in order.
    if bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|byte| *byte != b'{')
    {
        return Err(Problem::field("body", "must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| explain(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| explain(".", &error))?;
    Ok(value)
}

fn explain(path: &str, error: &serde_json::Error) -> Problem {
    let place = || format!("line {} column {}", error.line(), error.column());
    if error.classify() != Category::Data {
        return Problem::field("body", format!("must be a JSON object (see {})", place()));
    }
    let text = error.to_string();
    let quoted = || text.split('`').nth(1).unwrap_or_default();
    let expected = || {
        // The last one: what comes before may quote what was sent, which may hold the word too.
        let expected = text
            .rsplit_once("expected ")
            .map_or("something else", |(_, rest)| rest);
        expected
            .rsplit_once(" at line")
            .map_or(expected, |(expected, _)| expected)
            .to_owned()
    };
    if text.starts_with("missing field") {
        return Problem::field(quoted(), "is required");
    }
    if text.starts_with("duplicate field") {
        return Problem::field(quoted(), "is given twice");
    }
    if text.starts_with("unknown field") {
        return unknown_field(&text, &place(), &expected());
    }
    let field = if path == "." { "body" } else { path };
    let expected = expected();
    // serde names our own types; people know them as JSON objects.
    let expected = if expected.starts_with("struct ") {
        "a JSON object"
    } else {
        &expected
    };
    Problem::field(field, format!("must be {expected}"))
}

/// Names a field that is not known if it looks like a name. A code, a token or a phrase in its
/// place is a secret that got there by mistake, and only told where it is.
fn unknown_field(text: &str, place: &str, expected: &str) -> Problem {
    let name = text
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.rsplit_once("`, expected"))
        .map(|(name, _)| name);
    match name.filter(|name| looks_like_a_name(name)) {
        Some(name) => Problem::field(name, format!("is not a field here; expected {expected}")),
        None => {
            let message = format!("has an unknown field (see {place}); expected {expected}");
            Problem::field("body", message)
        }
    }
}

fn looks_like_a_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::response::IntoResponse;
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Sample {
        email: String,
        remember: Option<bool>,
        transport: Option<Word<crate::domain::session::Transport>>,
    }

    fn complaint(body: &str) -> String {
        let problem = parse::<Sample>(body.as_bytes()).unwrap_err();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let body = problem.into_response().into_body();
        let bytes = runtime.block_on(to_bytes(body, 10_000)).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["code"], "invalid_request");
        let error = &json["errors"][0];
        format!(
            "{} {}",
            error["field"].as_str().unwrap(),
            error["message"].as_str().unwrap()
        )
    }

    #[test]
    fn names_the_field_and_says_why() {
        for (body, expected) in [
            ("", "body must be a JSON object (see line 1 column 0)"),
            ("{", "body must be a JSON object (see line 1 column 1)"),
            ("{} x", "email is required"),
            ("[]", "body must be a JSON object"),
            (r#"["a@b.test","hunter2"]"#, "body must be a JSON object"),
            ("{}", "email is required"),
            (
                r#"{"email":"a"} x"#,
                "body must be a JSON object (see line 1 column 15)",
            ),
            (r#"{"email":1}"#, "email must be a string"),
            (
                r#"{"email":"a","remember":"hunter2"}"#,
                "remember must be a boolean",
            ),
            (r#"{"email":"a","email":"b"}"#, "email is given twice"),
            (
                r#"{"email":"a","transport":"hunter2"}"#,
                "transport must be `cookie` or `bearer`",
            ),
            (
                r#"{"email":"a","transport":"expected hunter2"}"#,
                "transport must be `cookie` or `bearer`",
            ),
            (
                r#"{"email":"a","remember":", expected hunter2"}"#,
                "remember must be a boolean",
            ),
            (
                r#"{"email":"a","transport":{"cookie":null}}"#,
                "transport must be a string",
            ),
            (r#""hunter2""#, "body must be a JSON object"),
        ] {
            let said = complaint(body);
            assert_eq!(said, expected, "{body}");
            assert!(!said.contains("hunter2"));
        }
        let fields = "`email`, `remember`, `transport`";
        for name in ["pin", "remember_device", "rememberDevice2"] {
            let said = complaint(&format!(r#"{{"email":"a","{name}":1}}"#));
            let all = format!("{name} is not a field here; expected one of {fields}");
            assert_eq!(said, all);
        }
        let base32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        for secret in [
            "123456",
            "expected pin",
            "correct horse",
            "",
            "pass`word",
            base32,
        ] {
            let said = complaint(&format!(r#"{{"email":"a","{secret}":1}}"#));
            let place = format!(
                "line 1 column {}",
                r#"{"email":"a",""#.len() + secret.len() + 1
            );
            let all = format!("body has an unknown field (see {place}); expected one of {fields}");
            assert_eq!(said, all);
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse::<Sample>(&bytes);
        }
    }
}
