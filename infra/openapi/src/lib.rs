//! The OpenAPI 3.1 document of the API, put together from what each function says of its
//! routes. `infra/openapi.json` is what it comes to; a test holds the two together.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use twostep::http::openapi::{Part, SECURITY_SCHEMES, header_components, problem_examples};
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Components;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, License, OpenApi, Server};

/// A route of the API and the function that answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Name of the function.
    pub function: &'static str,
    /// HTTP method, in capitals.
    pub method: &'static str,
    /// Path, with `{name}` for a parameter that is one segment.
    pub path: &'static str,
}

fn parts() -> [Part; 7] {
    [
        login::openapi::part(),
        challenge::openapi::part(),
        validate::openapi::part(),
        enroll::openapi::part(),
        remove::openapi::part(),
        whitelist::openapi::part(),
        practice::openapi::part(),
    ]
}

/// Every route that the document describes.
#[must_use]
pub fn paths() -> BTreeSet<Route> {
    let routes = |part: &Part| {
        let function = part.function();
        let route = |(method, path)| Route {
            function,
            method,
            path,
        };
        part.routes().map(route).collect::<Vec<_>>()
    };
    parts().iter().flat_map(routes).collect()
}

/// The document.
///
/// # Errors
/// That two different schemas have one name, and which.
pub fn document() -> Result<OpenApi, String> {
    let (mut paths, mut components) = (Paths::new(), Components::new());
    components.headers.extend(header_components());
    components.examples.extend(problem_examples());
    components.add_security_schemes_from_iter(security_schemes());
    let parts = parts();
    let tags = parts.iter().map(Part::tag).collect();
    for part in parts {
        part.add_to(&mut paths, &mut components)
            .map_err(|name| format!("two different schemas are named {name}"))?;
    }
    let mut document = OpenApi::new(info(), paths);
    document.servers = Some(vec![Server::new("/")]);
    document.components = Some(components);
    document.tags = Some(tags);
    Ok(document)
}

/// The document as it stands in `infra/openapi.json`.
///
/// # Errors
/// That two different schemas have one name, and which.
pub fn text() -> Result<String, String> {
    let mut text = document()?
        .to_pretty_json()
        .map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

fn info() -> Info {
    let mut info = Info::new("twostep", env!("CARGO_PKG_VERSION"));
    info.description = Some(include_str!("description.md").trim_end().to_owned());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);
    info
}

fn security_schemes() -> [(&'static str, SecurityScheme); 2] {
    let [cookie, bearer] = SECURITY_SCHEMES;
    let in_cookie = ApiKeyValue::with_description(
        "__Host-session",
        "The session of a browser, set by the answer that signs in. With it, every request but \
         a GET must carry the `Origin` of an allowed front end, as browsers do by themselves; \
         otherwise it is refused with `origin_not_allowed`.",
    );
    let in_header = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The session of any other client: the `token` of its session, for those who sign in \
             with `\"transport\":\"bearer\"`. Goes before the cookie; needs no `Origin`.",
        ))
        .build();
    [
        (cookie, SecurityScheme::ApiKey(ApiKey::Cookie(in_cookie))),
        (bearer, SecurityScheme::Http(in_header)),
    ]
}
