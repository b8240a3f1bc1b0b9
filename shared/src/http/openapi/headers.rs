//! Headers of answers.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr};

/// What every answer has.
const ALWAYS: [(&str, &str, &str); 3] = [
    (
        "Cache-Control",
        "no-store",
        "Answers are kept nowhere (RFC 9111).",
    ),
    (
        "Strict-Transport-Security",
        "max-age=63072000; includeSubDomains",
        "HTTPS only, for two years (RFC 6797).",
    ),
    (
        "X-Content-Type-Options",
        "nosniff",
        "The media type is what it says.",
    ),
];

const RETRY_AFTER: &str = "Retry-After";

/// Headers by name, to be referred to.
#[must_use]
pub fn components() -> Vec<(String, RefOr<Header>)> {
    let always = ALWAYS.map(|(name, value, about)| (name, header(constant(value), about)));
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1));
    let retry_after = header(seconds, "Seconds after which another try makes sense.");
    let all = always.into_iter().chain([(RETRY_AFTER, retry_after)]);
    all.map(|(name, header)| (name.to_owned(), header.into()))
        .collect()
}

fn constant(value: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([value]))
}

fn header(schema: ObjectBuilder, about: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(about))
        // The library's headers have no `required`; its extensions are written as members.
        .extensions(Some(Extensions::from_iter([("required", true)])))
        .build()
}

/// Adds the headers that every answer has.
pub(super) fn add_always(response: &mut Response) {
    for (name, ..) in ALWAYS {
        refer(response, name);
    }
}

/// Adds the headers that every answer has but those that the gateway gives itself.
pub(super) fn add_if_ours(response: &mut Response) {
    for (name, value, about) in ALWAYS {
        let header = HeaderBuilder::new()
            .schema(Some(constant(value)))
            .description(Some(about))
            .build();
        response.headers.insert(name.to_owned(), header.into());
    }
}

/// Adds the wait that 429 and 503 always tell.
pub(super) fn add_retry_after(response: &mut Response) {
    refer(response, RETRY_AFTER);
}

/// Adds cookies that may be set.
pub(super) fn add_cookies(response: &mut Response, about: &str) {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let header = HeaderBuilder::new()
        .schema(Some(text))
        .description(Some(about))
        .build();
    let name = "Set-Cookie".to_owned();
    response.headers.insert(name, header.into());
}

fn refer(response: &mut Response, name: &str) {
    let reference = Ref::new(format!("#/components/headers/{name}"));
    response
        .headers
        .insert(name.to_owned(), RefOr::Ref(reference));
}
