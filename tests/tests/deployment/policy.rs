//! What the role of a function allows, read from the template.

use std::collections::BTreeSet;

use serde_json::Value;

/// One statement of a role.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Actions by their full names: `dynamodb:GetItem`.
    pub(crate) actions: BTreeSet<String>,
    /// As in the template, with intrinsics in their long form.
    pub(crate) json: Value,
}

impl Statement {
    /// The prefixes of partition keys it is limited to; `None` if it is not.
    pub(crate) fn leading_keys(&self) -> Option<Vec<&str>> {
        let condition = self.json.get("Condition")?.as_object()?;
        let keys = condition.iter().find_map(|(operator, keys)| {
            operator
                .starts_with("ForAllValues:")
                .then(|| keys.get("dynamodb:LeadingKeys"))?
        })?;
        Some(list(keys))
    }
}

/// Every statement of the role of the function whose properties these are: its own and those
/// of the policies it shares with others.
pub(crate) fn statements(template: &Value, function: &Value) -> Vec<Statement> {
    let role = function["Role"]["Fn::GetAtt"]
        .as_str()
        .unwrap()
        .trim_end_matches(".Arn");
    let role = &template["Resources"][role]["Properties"];
    let own = role["Policies"].as_array().unwrap().iter();
    let shared = role["ManagedPolicyArns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| {
            let name = policy["Ref"]
                .as_str()
                .expect("only policies of the template");
            &template["Resources"][name]["Properties"]
        });
    own.chain(shared)
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .map(|json| {
            assert_eq!(json["Effect"], "Allow", "{json}");
            let actions = list(&json["Action"])
                .into_iter()
                .map(str::to_owned)
                .collect();
            Statement {
                actions,
                json: json.clone(),
            }
        })
        .collect()
}

/// A list of strings, which policies may write as a single one.
fn list(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        several => several
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap())
            .collect(),
    }
}
