//! What IAM would be asked about a request to AWS.

use std::collections::BTreeSet;

use serde_json::Value;

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Table,
    Key,
    Email,
    Phone,
}

/// One permission that a request needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// `dynamodb:UpdateItem`
    pub(crate) action: String,
    pub(crate) target: Target,
    /// Values of the condition keys that roles name, by key: partition keys, for the table.
    pub(crate) context: BTreeSet<(&'static str, String)>,
}

/// The permissions that a request needs; `operation` is as the service names it.
pub(crate) fn asked(service: &str, operation: &str, body: &[u8]) -> Vec<Asked> {
    let json = || serde_json::from_slice::<Value>(body).unwrap();
    match service {
        "dynamodb" => of_dynamodb(operation, &json()),
        "kms" => {
            let application = text(&json()["EncryptionContext"]["application"]);
            let context = [("kms:EncryptionContext:application", application)];
            vec![one(&format!("kms:{operation}"), Target::Key, context)]
        }
        "ses" => {
            let from = text(&json()["FromEmailAddress"]);
            let address = from
                .rsplit(['<', '>'])
                .find(|part| part.contains('@'))
                .unwrap();
            let context = [("ses:FromAddress", address.to_owned())];
            vec![one("ses:SendEmail", Target::Email, context)]
        }
        _ => {
            assert!(
                !String::from_utf8_lossy(body).contains("TopicArn"),
                "published to a topic"
            );
            vec![one(&format!("{service}:{operation}"), Target::Phone, [])]
        }
    }
}

/// A transaction is asked about as the single calls it is made of.
fn of_dynamodb(operation: &str, body: &Value) -> Vec<Asked> {
    let table = |action: &str, partitions: Vec<String>| {
        let keys = partitions
            .into_iter()
            .map(|key| ("dynamodb:LeadingKeys", key));
        one(&format!("dynamodb:{action}"), Target::Table, keys)
    };
    match operation {
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().unwrap().iter();
            let writes = items.flat_map(|item| item.as_object().unwrap());
            let write = |(kind, write): (&String, &Value)| {
                let action = if kind == "ConditionCheck" {
                    "ConditionCheckItem"
                } else {
                    kind
                };
                let action = action.trim_end_matches("Item");
                table(&format!("{action}Item"), vec![partition(write)])
            };
            writes.map(write).collect()
        }
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().unwrap().values();
            let keys = tables.flat_map(|table| table["Keys"].as_array().unwrap());
            vec![table(
                operation,
                keys.map(|key| text(&key["pk"]["S"])).collect(),
            )]
        }
        "Query" => {
            let condition = body["KeyConditionExpression"].as_str().unwrap();
            assert!(condition.starts_with("#pk = :pk"), "{condition}");
            let partition = text(&body["ExpressionAttributeValues"][":pk"]["S"]);
            vec![table(operation, vec![partition])]
        }
        _ => vec![table(operation, vec![partition(body)])],
    }
}

fn one(
    action: &str,
    target: Target,
    context: impl IntoIterator<Item = (&'static str, String)>,
) -> Asked {
    Asked {
        action: action.to_owned(),
        target,
        context: context.into_iter().collect(),
    }
}

/// The partition key of an item that is read or written.
fn partition(request: &Value) -> String {
    let key = request.get("Key").or_else(|| request.get("Item")).unwrap();
    text(&key["pk"]["S"])
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
