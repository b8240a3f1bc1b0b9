//! What the role of a function allows, read from the template.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::asked::{Asked, Target};

/// One statement of a role.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Actions by their full names: `dynamodb:GetItem`.
    pub(crate) actions: BTreeSet<String>,
    /// As in the template, with intrinsics in their long form.
    pub(crate) json: Value,
}

impl Statement {
    /// Whether it allows this. Fails on a condition it doesn't know.
    pub(crate) fn allows(&self, asked: &Asked) -> bool {
        self.actions.contains(&asked.action)
            && self.is_about(asked.target)
            && self
                .conditions()
                .iter()
                .all(|condition| condition.holds(asked))
    }

    /// The prefixes of partition keys it is limited to; none if it is not.
    pub(crate) fn leading_keys(&self) -> Vec<String> {
        let conditions = self.conditions().into_iter();
        conditions
            .filter(|condition| condition.key == "dynamodb:LeadingKeys")
            .flat_map(|condition| condition.wanted)
            .collect()
    }

    fn is_about(&self, target: Target) -> bool {
        let resource = self.json["Resource"].to_string();
        match target {
            Target::Table => resource.contains("\"Table.Arn\"") && !resource.contains("stream"),
            Target::Key => resource.contains("\"Key.Arn\""),
            // SES asks about the identity and about the configuration set.
            Target::Email => {
                resource.contains("identity/") && resource.contains("configuration-set/")
            }
            Target::Phone => self.json["NotResource"].to_string().contains(":sns:*:*:*"),
        }
    }

    fn conditions(&self) -> Vec<Condition> {
        let operators = self.json.get("Condition").and_then(Value::as_object);
        let operators = operators.into_iter().flatten();
        operators
            .flat_map(|(operator, keys)| {
                keys.as_object()
                    .unwrap()
                    .iter()
                    .map(|(key, wanted)| Condition {
                        operator: operator.clone(),
                        key: key.clone(),
                        wanted: list(wanted),
                    })
            })
            .collect()
    }
}

/// A condition of a statement.
struct Condition {
    operator: String,
    key: String,
    wanted: Vec<String>,
}

impl Condition {
    fn holds(&self, asked: &Asked) -> bool {
        let mut given = asked
            .context
            .iter()
            .filter(|(key, _)| *key == self.key)
            .peekable();
        assert!(
            given.peek().is_some(),
            "{} is not known of {asked:?}",
            self.key
        );
        given.all(|(_, value)| self.wanted.iter().any(|wanted| self.matches(value, wanted)))
    }

    fn matches(&self, value: &str, wanted: &str) -> bool {
        match (self.operator.as_str(), wanted) {
            // The parameter's value here is the local stack's sender.
            (_, r#"{"Ref":"EmailFromAddress"}"#) => value == "no-reply@twostep.test",
            ("ForAllValues:StringLike", wanted) => match wanted.strip_suffix('*') {
                Some(prefix) => value.starts_with(prefix),
                None => value == wanted,
            },
            ("StringEquals" | "ForAllValues:StringEquals", wanted) => value == wanted,
            (operator, _) => panic!("what does {operator} mean?"),
        }
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
            Statement {
                actions: list(&json["Action"]).into_iter().collect(),
                json: json.clone(),
            }
        })
        .collect()
}

/// A list of strings, which policies may write as a single one; an intrinsic as its JSON.
fn list(value: &Value) -> Vec<String> {
    let one = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        Value::Array(several) => several.iter().map(one).collect(),
        single => vec![one(single)],
    }
}
