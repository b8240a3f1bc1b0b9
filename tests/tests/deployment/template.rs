//! `template.yaml` as JSON, with CloudFormation's short tags in their long form.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// A file of the repository.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(relative)
}

/// The template.
pub(crate) fn load() -> Value {
    let text = fs::read_to_string(path("template.yaml")).unwrap();
    let documents = Yaml::load_from_str(&text).unwrap();
    long_form(&documents[0])
}

/// The eight functions by name: `login` for `!Sub ${AWS::StackName}-login`.
pub(crate) fn functions(template: &Value) -> BTreeMap<String, Value> {
    let resources = template["Resources"].as_object().unwrap().values();
    resources
        .filter(|resource| resource["Type"] == "AWS::Serverless::Function")
        .map(|function| {
            let name = function["Properties"]["FunctionName"]["Fn::Sub"]
                .as_str()
                .unwrap();
            let name = name.strip_prefix("${AWS::StackName}-").unwrap();
            (name.to_owned(), function["Properties"].clone())
        })
        .collect()
}

fn long_form(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Tagged(tag, inner) => intrinsic(&tag.suffix, long_form(inner)),
        Yaml::Sequence(items) => items.iter().map(long_form).collect(),
        Yaml::Mapping(members) => {
            let member = |(key, value)| (key_of(key), long_form(value));
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.0),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Value(Scalar::Null) => Value::Null,
        other => panic!("not expected in a template: {other:?}"),
    }
}

fn key_of(key: &Yaml<'_>) -> String {
    match long_form(key) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// `!GetAtt Table.Arn` as `{"Fn::GetAtt": "Table.Arn"}`, and so on.
fn intrinsic(tag: &str, value: Value) -> Value {
    match tag {
        "Ref" | "Condition" => json!({ tag: value }),
        other => json!({ format!("Fn::{other}"): value }),
    }
}
