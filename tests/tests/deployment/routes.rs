//! One list of routes, wherever it is written down.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::template::{self, path};

/// (function, method, path)
type Routes = BTreeSet<(String, String, String)>;

fn of_template() -> Routes {
    let mut routes = Routes::new();
    for (function, properties) in template::functions(&template::load()) {
        for event in properties["Events"].as_object().unwrap().values() {
            if event["Type"] == "HttpApi" {
                let part = |name: &str| event["Properties"][name].as_str().unwrap().to_owned();
                assert_eq!(event["Properties"]["ApiId"]["Ref"], "Api", "{function}");
                let fresh = routes.insert((function.clone(), part("Method"), part("Path")));
                assert!(fresh, "a route twice: {event}");
            }
        }
    }
    routes
}

#[test]
fn the_local_gateway_routes_as_the_template_does() {
    let local = twostep_local::ROUTES.iter().map(|route| {
        (
            route.function.to_owned(),
            route.method.to_owned(),
            route.path.to_owned(),
        )
    });
    assert_eq!(of_template(), local.collect());
}

#[test]
fn the_documented_routes_are_the_templates() {
    let text = fs::read_to_string(path("infra/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete", "patch", "head", "options"] {
            if item.get(method).is_some() {
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let deployed = of_template()
        .into_iter()
        .map(|(_, method, path)| (method, path));
    assert_eq!(deployed.collect::<BTreeSet<_>>(), documented);
}

#[test]
fn cargo_lambda_watch_routes_as_the_template_does() {
    let manifest: toml::Table = fs::read_to_string(path("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let router = &manifest["workspace"]["metadata"]["lambda"]["watch"]["router"];
    let mut watched = Routes::new();
    for (path, targets) in router.as_table().unwrap() {
        for target in targets.as_array().unwrap() {
            let part = |name: &str| target[name].as_str().unwrap().to_owned();
            watched.insert((part("function"), part("method"), path.clone()));
        }
    }
    assert_eq!(of_template(), watched);
}

#[test]
fn every_route_has_a_sample_event() {
    let keys: BTreeSet<_> = of_template()
        .into_iter()
        .map(|(_, method, path)| format!("{method} {path}"))
        .collect();
    let mut sampled = BTreeSet::new();
    for file in fs::read_dir(path("infra/events")).unwrap() {
        let file = file.unwrap().path();
        let event: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        if let Some(key) = event["routeKey"].as_str() {
            assert_eq!(
                event["requestContext"]["routeKey"],
                key,
                "{}",
                file.display()
            );
            assert_eq!(event["requestContext"]["http"]["path"], event["rawPath"]);
            sampled.insert(key.to_owned());
        }
    }
    assert_eq!(keys, sampled);
}
