//! What each function adds to the OpenAPI 3.1 document.
//!
//! Schemas are derived from the types that are parsed and written, and problems from their
//! codes; what can't be derived is written in the `openapi.rs` of each function, beside its
//! routes. Only `infra/openapi`, which puts the document together, is built with this.

mod headers;
mod no_route;
mod operation;
mod problems;
pub mod samples;
mod shape;

use utoipa::openapi::path::{HttpMethod, PathItem, Paths};
use utoipa::openapi::schema::{Components, Schema};
use utoipa::openapi::{RefOr, Tag};

pub use headers::components as header_components;
pub use operation::{Answer, Operation};
pub use problems::examples as problem_examples;
pub use shape::Shape;

/// Names of the two ways to present a session, as security schemes.
pub const SECURITY_SCHEMES: [&str; 2] = ["cookie", "bearer"];

/// The operations of a function.
#[derive(Clone, Debug)]
pub struct Part {
    function: &'static str,
    about: &'static str,
    operations: Vec<Operation>,
}

impl Part {
    /// The part of `function`, which is about what `about` says in a sentence.
    #[must_use]
    pub fn new(
        function: &'static str,
        about: &'static str,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Self {
        Self {
            function,
            about,
            operations: operations.into_iter().collect(),
        }
    }

    /// The function.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// Method (upper case) and path of each operation.
    pub fn routes(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.operations
            .iter()
            .map(|operation| (method_name(&operation.method), operation.path))
    }

    /// The function as a tag, under which its operations stand.
    #[must_use]
    pub fn tag(&self) -> Tag {
        let mut tag = Tag::new(self.function);
        tag.description = Some(self.about.to_owned());
        tag
    }

    /// Adds the operations and whatever they refer to.
    ///
    /// # Errors
    /// The name that two different schemas have.
    pub fn add_to(self, paths: &mut Paths, components: &mut Components) -> Result<(), String> {
        for operation in self.operations {
            for (name, schema) in operation.schemas() {
                add_schema(components, name, schema)?;
            }
            let problems = operation.problem_responses();
            let problems = problems
                .into_iter()
                .map(|problem| (problem.name, problem.response.into()));
            components.responses.extend(problems);
            let (path, method) = (operation.path, operation.method.clone());
            let item = PathItem::new(method, operation.describe(self.function));
            match paths.paths.get_mut(path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.paths.insert(path.to_owned(), item);
                }
            }
        }
        Ok(())
    }
}

fn add_schema(
    components: &mut Components,
    name: String,
    schema: RefOr<Schema>,
) -> Result<(), String> {
    match components.schemas.get(&name) {
        Some(known) if *known != schema => Err(name),
        _ => {
            components.schemas.insert(name, schema);
            Ok(())
        }
    }
}

fn method_name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}
