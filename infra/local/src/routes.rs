//! The route table of the gateway, the same as in `template.yaml`.

use percent_encoding::percent_decode_str;

/// A route of the API and the function that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path, with `{name}` for a parameter that is one segment.
    pub path: &'static str,
    /// Name of the function.
    pub function: &'static str,
}

const fn route(method: &'static str, path: &'static str, function: &'static str) -> Route {
    Route {
        method,
        path,
        function,
    }
}

/// Every route of the API.
pub const ROUTES: [Route; 22] = [
    route("POST", "/login", "login"),
    route("POST", "/logout", "login"),
    route("GET", "/session", "login"),
    route("POST", "/challenge", "challenge"),
    route("POST", "/validate", "validate"),
    route("GET", "/methods", "enroll"),
    route("POST", "/enroll", "enroll"),
    route("PUT", "/methods/{kind}/primary", "enroll"),
    route("DELETE", "/methods/{kind}", "remove"),
    route("DELETE", "/users/{user_id}/methods", "remove"),
    route("DELETE", "/users/{user_id}/methods/{kind}", "remove"),
    route("GET", "/whitelist", "whitelist"),
    route("PUT", "/whitelist", "whitelist"),
    route("DELETE", "/whitelist/addresses/{id}", "whitelist"),
    route("GET", "/devices", "whitelist"),
    route("DELETE", "/devices", "whitelist"),
    route("DELETE", "/devices/{id}", "whitelist"),
    route("GET", "/users", "practice"),
    route("GET", "/practice/alerts", "practice"),
    route("PUT", "/practice/alerts", "practice"),
    route("GET", "/activity", "practice"),
    route("GET", "/users/{user_id}/activity", "practice"),
];

/// Methods of the API, as a pre-flight answer lists them.
pub(crate) const METHODS: &str = "GET,POST,PUT,DELETE";

/// Path parameters of a request: name and percent-decoded value.
pub(crate) type Parameters = Vec<(&'static str, String)>;

impl Route {
    /// How API Gateway names the route: `GET /session`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The parameters if `path` (as on the wire) is of this route.
    fn parameters(&self, path: &str) -> Option<Parameters> {
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        let mut parameters = Vec::new();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(wanted), Some(given)) => {
                    let given = decode(given);
                    match wanted
                        .strip_prefix('{')
                        .and_then(|name| name.strip_suffix('}'))
                    {
                        Some(name) if !given.is_empty() => parameters.push((name, given)),
                        None if wanted == given => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// `text` with its percent-encoding undone, as API Gateway hands paths and parameters on.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The route that answers `method` on `path`, with the parameters in the path.
pub(crate) fn find(method: &str, path: &str) -> Option<(Route, Parameters)> {
    ROUTES.iter().find_map(|route| {
        let parameters = route.parameters(path).filter(|_| route.method == method)?;
        Some((*route, parameters))
    })
}

/// Whether `path` is of the API, whatever the method.
pub(crate) fn knows(path: &str) -> bool {
    ROUTES.iter().any(|route| route.parameters(path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(String, Parameters)> {
        find(method, path).map(|(route, parameters)| (route.key(), parameters))
    }

    #[test]
    fn finds_routes_by_method_and_path() {
        assert_eq!(
            found("POST", "/login"),
            Some(("POST /login".to_owned(), vec![]))
        );
        assert_eq!(
            found("DELETE", "/users/u%2D1/methods/sms"),
            Some((
                "DELETE /users/{user_id}/methods/{kind}".to_owned(),
                vec![("user_id", "u-1".to_owned()), ("kind", "sms".to_owned())]
            ))
        );
        assert_eq!(
            found("PUT", "/methods/email/primary"),
            Some((
                "PUT /methods/{kind}/primary".to_owned(),
                vec![("kind", "email".to_owned())]
            ))
        );
    }

    #[test]
    fn other_methods_longer_paths_and_empty_parameters_are_not_found() {
        for (method, path) in [
            ("GET", "/login"),
            ("HEAD", "/session"),
            ("POST", "/login/"),
            ("POST", "/login/more"),
            ("DELETE", "/methods/"),
            ("POST", "//login"),
            ("GET", "/"),
        ] {
            assert_eq!(found(method, path), None, "{method} {path}");
        }
        assert!(knows("/login") && knows("/devices/7") && !knows("/index.html"));
    }

    #[test]
    fn no_two_routes_can_take_the_same_request() {
        for (at, route) in ROUTES.iter().enumerate() {
            let sample = route.path.replace(['{', '}'], "");
            let (found, _) = find(route.method, &sample).unwrap();
            assert_eq!(ROUTES.iter().position(|other| *other == found), Some(at));
        }
    }

    #[test]
    fn the_methods_of_the_pre_flight_answer_are_those_in_use() {
        assert!(
            ROUTES
                .iter()
                .all(|route| METHODS.split(',').any(|method| method == route.method))
        );
    }
}
