//! The gateway's own answer where it has no route.
//!
//! It is described where a path has parameters: a value that holds a slash, a dot segment or an
//! invisible character makes another path of it, which may be nobody's.

use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::example::Example;
use utoipa::openapi::response::Response;

use super::headers;
use super::shape::Shape;

/// Its status.
pub(super) const STATUS: u16 = 404;

const TEXT: &str = "Not Found";

/// What API Gateway says where it has no route.
#[derive(ToSchema)]
#[schema(as = NoRoute, description = "API Gateway's own answer where it has no route.")]
#[expect(dead_code, reason = "described, never made: the gateway writes it")]
struct Body {
    /// What it says.
    message: String,
}

/// Its shape.
pub(super) fn shape() -> Shape {
    Shape::of::<Body>().only("message", &[TEXT])
}

/// Adds it to what else is answered with its status.
pub(super) fn add_to(response: &mut Response) {
    let about = "- No `code`: the parameter makes a path of it that is not of the API, and the \
                 gateway answers itself. It sends none of the headers that every other answer has.";
    let before = std::mem::take(&mut response.description);
    let lines = [before.as_str(), about]
        .into_iter()
        .filter(|line| !line.is_empty());
    response.description = lines.collect::<Vec<_>>().join("\n");
    let mut example = Example::new();
    example.value = Some(json!({"message": TEXT}));
    let mut content = Content::new(Some(shape().reference()));
    content.examples = [("no_route".to_owned(), example.into())]
        .into_iter()
        .collect();
    response
        .content
        .insert("application/json".to_owned(), content.into());
    headers::add_if_ours(response);
}
