//! The two hosts that are to answer alike: the local stack's gateway, and the functions as
//! processes, fed with the recorded events.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};
use twostep_local::{ROUTES, Route};
use twostep_tests::{Answer, Request, System};

use crate::executable::FUNCTIONS;
use crate::process::{Function, file};

/// Where a request goes to.
pub(crate) enum Host {
    /// The gateway of the local stack.
    Gateway(System),
    /// Processes by name, and the system that is AWS for them.
    Processes(System, BTreeMap<&'static str, Function>),
}

/// A request of a browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) route: Route,
    pub(crate) parameters: &'a [(&'a str, &'a str)],
    pub(crate) cookies: &'a BTreeMap<String, String>,
    pub(crate) body: &'a Value,
}

/// An answer, without what the gateway adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u64,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Value,
}

impl Host {
    /// Every function as a process, in front of a system without functions.
    pub(crate) async fn processes(system: System) -> Self {
        let mut functions = BTreeMap::new();
        for name in FUNCTIONS {
            functions.insert(name, Function::start(name, &system).await);
        }
        Self::Processes(system, functions)
    }

    pub(crate) const fn system(&self) -> &System {
        match self {
            Self::Gateway(system) | Self::Processes(system, _) => system,
        }
    }

    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Reply {
        let event = event(ask, self.system().url());
        match self {
            Self::Gateway(system) => over_http(system, &event).await,
            Self::Processes(_, functions) => {
                let returned = functions[ask.route.function].invoke(event).await;
                returned_by_function(&returned.expect("an answer"))
            }
        }
    }
}

/// The route that is known as `key`, such as `GET /session`.
pub(crate) fn route(key: &str) -> Route {
    let route = ROUTES.into_iter().find(|route| route.key() == key);
    route.unwrap_or_else(|| panic!("no route {key}"))
}

/// The recorded event of a route.
pub(crate) fn recorded(route: Route) -> Value {
    let files = fs::read_dir(file("infra/events")).unwrap();
    let mut events = files.map(|file| {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    });
    let event = events.find(|event| event["routeKey"] == route.key());
    event.unwrap_or_else(|| panic!("no event of {}", route.key()))
}

/// The recorded event of the route with what this request has of its own.
fn event(ask: Ask<'_>, origin: &str) -> Value {
    let mut event = recorded(ask.route);
    let mut path = ask.route.path.to_owned();
    for (name, value) in ask.parameters {
        path = path.replace(&format!("{{{name}}}"), value);
        event["pathParameters"][name] = json!(value);
    }
    event["requestContext"]["http"]["path"] = json!(path);
    event["rawPath"] = json!(path);
    event["headers"]["origin"] = json!(origin);
    let cookies = ask.cookies.iter();
    let cookies: Vec<_> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let members = event.as_object_mut().unwrap();
    members.remove("cookies");
    members.remove("body");
    if !cookies.is_empty() {
        members.insert("cookies".to_owned(), json!(cookies));
    }
    let body = match ask.body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    event["headers"]["content-length"] = json!(body.len().to_string());
    if !body.is_empty() {
        event["headers"]["content-type"] = json!("application/json");
        event["body"] = json!(body);
    }
    event
}

/// Sends to the gateway what `event` was made of.
async fn over_http(system: &System, event: &Value) -> Reply {
    let context = &event["requestContext"]["http"];
    let (method, path) = (&context["method"], context["path"].as_str().unwrap());
    let method = ["GET", "POST", "PUT", "DELETE"]
        .into_iter()
        .find(|name| method == name);
    let mut request = Request::new(method.unwrap(), path)
        .header("x-local-source-ip", context["sourceIp"].as_str().unwrap());
    for name in ["user-agent", "origin", "content-type"] {
        if let Some(value) = event["headers"][name].as_str() {
            request = request.header(name, value);
        }
    }
    for cookie in event["cookies"].as_array().into_iter().flatten() {
        request = request.header("cookie", cookie.as_str().unwrap());
    }
    if let Some(body) = event["body"].as_str() {
        request = request.body(body.to_owned());
    }
    returned_over_http(&system.bearer().send(request).await)
}

fn returned_over_http(answer: &Answer) -> Reply {
    // What the gateway and the connection add.
    let added = |name: &str| {
        name.starts_with("access-control-")
            || ["apigw-requestid", "date", "vary", "content-length"].contains(&name)
    };
    let names = answer.headers.keys().map(http::HeaderName::as_str);
    let names = names.filter(|name| !added(name) && *name != "set-cookie");
    Reply {
        status: answer.status.into(),
        headers: names
            .map(|name| (name.to_owned(), answer.header(name).to_owned()))
            .collect(),
        cookies: answer
            .header_lines("set-cookie")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        body: answer.json(),
    }
}

/// Payload format 2.0 of API Gateway.
fn returned_by_function(returned: &Value) -> Reply {
    assert_eq!(returned["isBase64Encoded"], false, "{returned}");
    let none = Map::new();
    let headers = returned["headers"].as_object().unwrap_or(&none);
    let headers = headers.iter().map(|(name, value)| {
        let value = value.as_str().expect("a header is text");
        (name.to_ascii_lowercase(), value.to_owned())
    });
    let cookies = returned["cookies"].as_array().into_iter().flatten();
    let body = returned["body"].as_str().unwrap_or_default();
    Reply {
        status: returned["statusCode"].as_u64().expect("a status"),
        headers: headers
            .filter(|(name, _)| !["content-length", "set-cookie"].contains(&name.as_str()))
            .collect(),
        cookies: cookies
            .map(|cookie| cookie.as_str().expect("a cookie is text").to_owned())
            .collect(),
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    }
}
