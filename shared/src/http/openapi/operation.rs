//! One operation: a method on a path, who may ask, what with, and every answer.

use serde_json::Value;
use utoipa::openapi::content::Content;
use utoipa::openapi::example::Example;
use utoipa::openapi::path::{
    HttpMethod, Operation as Described, OperationBuilder, Parameter, ParameterIn,
};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Ref, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

use super::problems::{self, Shared};
use super::shape::Shape;
use super::{SECURITY_SCHEMES, headers, no_route};
use crate::domain::method::MethodKind;
use crate::http::problem::Code;

/// What a session is to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Session {
    Ignored,
    Optional,
    Required,
}

/// Examples by name.
type Examples = Vec<(&'static str, Value)>;

/// An operation. It starts with what every operation can answer: `origin_not_allowed` and
/// `temporarily_unavailable`.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(super) method: HttpMethod,
    pub(super) path: &'static str,
    id: &'static str,
    summary: &'static str,
    about: Vec<&'static str>,
    session: Session,
    parameters: Vec<Parameter>,
    body: Option<(Shape, Examples)>,
    answers: Vec<Answer>,
    codes: Vec<Code>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    fn new(
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            about: Vec::new(),
            session: Session::Ignored,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            codes: vec![Code::OriginNotAllowed, Code::TemporarilyUnavailable],
            schemas: problems::schemas(),
        }
    }

    /// A GET. `id` is the operation's name in generated clients, in camel case.
    #[must_use]
    pub fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Get, path, id, summary)
    }

    /// A POST.
    #[must_use]
    pub fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Post, path, id, summary)
    }

    /// A PUT.
    #[must_use]
    pub fn put(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Put, path, id, summary)
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(HttpMethod::Delete, path, id, summary)
    }

    /// Says more about it, in Markdown.
    #[must_use]
    pub fn about(mut self, paragraph: &'static str) -> Self {
        self.about.push(paragraph);
        self
    }

    /// It can use a session, and does without.
    #[must_use]
    pub fn session_or_none(mut self) -> Self {
        self.session = Session::Optional;
        self
    }

    /// It needs a session.
    #[must_use]
    pub fn session(mut self) -> Self {
        self.session = Session::Required;
        self.problems(&[Code::Unauthenticated])
    }

    /// It needs a session in which a code was passed within 15 minutes.
    #[must_use]
    pub fn recent_factor(self) -> Self {
        self.session()
            .problems(&[Code::StepUpRequired])
            .about("Needs a code passed in this session within 15 minutes.")
    }

    /// It needs a session of a Full Access user.
    #[must_use]
    pub fn full_access(self) -> Self {
        self.session()
            .problems(&[Code::FullAccessRequired])
            .about("Full Access only.")
    }

    /// The path names a kind of method.
    #[must_use]
    pub fn kind(mut self) -> Self {
        let kind = Ref::from_schema_name(MethodKind::name());
        self.schemas.extend(Shape::of::<MethodKind>().components());
        self.parameters.push(parameter(
            "kind",
            ParameterIn::Path,
            "Kind of the method.",
            kind.into(),
        ));
        self.problems(&[Code::InvalidRequest])
    }

    /// The path names something by its identifier; there may be no such thing.
    #[must_use]
    pub fn id(mut self, name: &'static str, about: &'static str) -> Self {
        let text = Object::with_type(Type::String).into();
        self.parameters
            .push(parameter(name, ParameterIn::Path, about, text));
        self.problems(&[Code::NotFound])
    }

    /// It answers page by page.
    #[must_use]
    pub fn paged(mut self) -> Self {
        let about = "The `next` of the page before; the first page without it.";
        let text = String::schema();
        let mut cursor = parameter("cursor", ParameterIn::Query, about, text);
        cursor.required = Required::False;
        self.parameters.push(cursor);
        self.problems(&[Code::InvalidRequest])
    }

    /// It takes a JSON body.
    #[must_use]
    pub fn body<const N: usize>(
        mut self,
        shape: Shape,
        examples: [(&'static str, Value); N],
    ) -> Self {
        self.body = Some((shape, examples.into()));
        self.problems(&[
            Code::InvalidRequest,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
        ])
    }

    /// It answers like this when all is well.
    #[must_use]
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// It answers with these problems as well.
    #[must_use]
    pub fn problems(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }

    /// The problems it answers with, by status.
    pub(super) fn problem_responses(&self) -> Vec<Shared> {
        problems::responses(&self.codes, self.has_path_parameters()).collect()
    }

    fn has_path_parameters(&self) -> bool {
        self.parameters
            .iter()
            .any(|parameter| parameter.parameter_in == ParameterIn::Path)
    }

    /// All schemas it refers to.
    pub(super) fn schemas(&self) -> Vec<(String, RefOr<Schema>)> {
        let body = self.body.iter().map(|(shape, _)| shape);
        let answers = self.answers.iter().filter_map(|a| a.body.as_ref());
        let shapes = body.chain(answers.map(|(shape, _)| shape)).cloned();
        let mut schemas = self.schemas.clone();
        schemas.extend(shapes.flat_map(Shape::components));
        if self.has_path_parameters() {
            schemas.extend(no_route::shape().components());
        }
        schemas
    }

    /// The operation as it stands in the document, under the tag of its function.
    pub(super) fn describe(self, tag: &str) -> Described {
        let problems = self.problem_responses();
        let mut described = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .securities(Some(security(self.session)))
            .build();
        if !self.about.is_empty() {
            described.description = Some(self.about.join("\n\n"));
        }
        if !self.parameters.is_empty() {
            described.parameters = Some(self.parameters.into_iter().map(RefOr::T).collect());
        }
        if let Some((shape, examples)) = self.body {
            let mut body = RequestBody::new();
            body.required = Some(Required::True);
            let content = json(&shape, examples).into();
            body.content.insert("application/json".to_owned(), content);
            described.request_body = Some(RefOr::T(body));
        }
        let responses = &mut described.responses.responses;
        for answer in self.answers {
            responses.insert(answer.status.to_string(), answer.describe().into());
        }
        for Shared { name, status, .. } in problems {
            let shared = Ref::from_response_name(name);
            responses.insert(status.to_string(), RefOr::Ref(shared));
        }
        described
    }
}

/// What an operation answers when all is well.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    about: &'static str,
    body: Option<(Shape, Examples)>,
    cookies: Option<&'static str>,
}

impl Answer {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16, about: &'static str) -> Self {
        Self {
            status,
            about,
            body: None,
            cookies: None,
        }
    }

    /// An answer in JSON.
    #[must_use]
    pub fn json<const N: usize>(
        status: u16,
        about: &'static str,
        shape: Shape,
        examples: [(&'static str, Value); N],
    ) -> Self {
        Self {
            body: Some((shape, examples.into())),
            ..Self::empty(status, about)
        }
    }

    /// It may set cookies.
    #[must_use]
    pub fn cookies(mut self, about: &'static str) -> Self {
        self.cookies = Some(about);
        self
    }

    fn describe(self) -> Response {
        let mut response = Response::new(self.about);
        if let Some((shape, examples)) = self.body {
            let content = json(&shape, examples).into();
            response
                .content
                .insert("application/json".to_owned(), content);
        }
        headers::add_always(&mut response);
        if let Some(about) = self.cookies {
            headers::add_cookies(&mut response, about);
        }
        response
    }
}

fn json(shape: &Shape, examples: Examples) -> Content {
    let mut content = Content::new(Some(shape.reference()));
    content.examples = examples
        .into_iter()
        .map(|(name, value)| {
            let mut example = Example::new();
            example.value = Some(value);
            (name.to_owned(), example.into())
        })
        .collect();
    content
}

fn parameter(name: &str, place: ParameterIn, about: &str, schema: RefOr<Schema>) -> Parameter {
    let mut parameter = Parameter::new(name);
    parameter.parameter_in = place;
    parameter.description = Some(about.to_owned());
    parameter.schema = Some(schema);
    parameter
}

fn security(session: Session) -> Vec<SecurityRequirement> {
    let none = SecurityRequirement::default();
    let schemes = SECURITY_SCHEMES.map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
    match session {
        Session::Ignored => Vec::new(),
        Session::Optional => [none].into_iter().chain(schemes).collect(),
        Session::Required => schemes.into(),
    }
}
