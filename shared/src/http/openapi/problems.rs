//! Problems as answers: one for each set of codes that an operation has with one status.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::example::Example;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{AllOf, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

use super::shape::Shape;
use super::{headers, no_route};
use crate::domain::method::MethodKind;
use crate::http::problem::{Body, Code, Problem};

/// A response that the operations with the same problems share.
pub(super) struct Shared {
    /// Its name.
    pub(super) name: String,
    /// Its status.
    pub(super) status: u16,
    /// The response.
    pub(super) response: Response,
}

/// A response for each status of `codes`; with parameters in the path, 404 can also be the
/// gateway's.
pub(super) fn responses(
    codes: &[Code],
    has_parameters: bool,
) -> impl Iterator<Item = Shared> + use<> {
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    if has_parameters {
        by_status.insert(no_route::STATUS, Vec::new());
    }
    for code in Code::ALL.into_iter().filter(|code| codes.contains(code)) {
        by_status
            .entry(code.status().as_u16())
            .or_default()
            .push(code);
    }
    by_status.into_iter().map(move |(status, codes)| {
        let no_route = has_parameters && status == no_route::STATUS;
        Shared {
            name: name(&codes, no_route),
            status,
            response: response(status, &codes, no_route),
        }
    })
}

/// The schema of every problem, and those it refers to.
pub(super) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    Shape::of::<Body<'_>>().components()
}

/// A problem of each code by the code's name, to be referred to.
#[must_use]
pub fn examples() -> Vec<(String, RefOr<Example>)> {
    let example = |code: Code| {
        let mut example = Example::new();
        example.summary = code.text().2.to_owned();
        example.value = serde_json::to_value(sample(code).body()).ok();
        (code.as_str().to_owned(), example.into())
    };
    Code::ALL.into_iter().map(example).collect()
}

/// A problem of this code with the members it comes with.
fn sample(code: Code) -> Problem {
    match code {
        Code::InvalidRequest => Problem::field("method", "is required with a ticket"),
        Code::InvalidCode | Code::CodeAlreadyUsed => Problem::from(code).attempts_left(4),
        Code::MethodSuspended
        | Code::DestinationNotAllowed
        | Code::SendLimitReached
        | Code::DeliveryUnavailable => Problem::from(code).methods(vec![MethodKind::Authenticator]),
        _ => code.into(),
    }
}

fn name(codes: &[Code], no_route: bool) -> String {
    let names = codes.iter().map(|code| format!("{code:?}"));
    let names = names.chain(no_route.then(|| "NoRoute".to_owned()));
    names.collect::<Vec<_>>().join("Or")
}

fn response(status: u16, codes: &[Code], no_route: bool) -> Response {
    let lines = codes.iter().map(|code| {
        let (name, _, title, detail) = code.text();
        format!("- `{name}`: {title}. {detail}")
    });
    let mut response = Response::new(lines.collect::<Vec<_>>().join("\n"));
    if !codes.is_empty() {
        let content = content(status, codes);
        let media_type = "application/problem+json".to_owned();
        response.content.insert(media_type, content.into());
    }
    if no_route {
        no_route::add_to(&mut response);
        return response;
    }
    headers::add_always(&mut response);
    if matches!(status, 429 | 503) {
        headers::add_retry_after(&mut response);
    }
    response
}

fn content(status: u16, codes: &[Code]) -> Content {
    let mut content = Content::new(Some(schema(status, codes)));
    content.examples = codes
        .iter()
        .map(|code| {
            let location = format!("#/components/examples/{}", code.as_str());
            (code.as_str().to_owned(), RefOr::Ref(Ref::new(location)))
        })
        .collect();
    content
}

/// Any problem, but with this status and one of these codes.
fn schema(status: u16, codes: &[Code]) -> Schema {
    let one_of = |type_: Type, values: Vec<Value>| {
        let mut object = Object::with_type(type_);
        object.enum_values = Some(values);
        object
    };
    let names = codes.iter().map(|code| code.as_str().into()).collect();
    let narrowed = ObjectBuilder::new()
        .property("status", one_of(Type::Integer, vec![status.into()]))
        .property("code", one_of(Type::String, names));
    let mut all_of = AllOf::new();
    all_of.items = vec![
        Ref::from_schema_name(<Body<'_> as ToSchema>::name()).into(),
        narrowed.into(),
    ];
    all_of.into()
}
