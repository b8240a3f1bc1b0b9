//! Single writes, to be committed together by [`Store::commit`](super::Store::commit).
//!
//! Each carries the condition under which it may happen. A condition that doesn't hold refuses
//! the whole commit and says which write it was.

mod expression;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Serialize;
use serde_dynamo::{to_attribute_value, to_item};

use self::expression::{Expression, update_expression};
use super::StoreError;
use super::keys::{Key, PK, TTL};
use crate::clock::Timestamp;
use crate::domain::limits::{Window, WindowStep};

type Item = HashMap<String, AttributeValue>;

/// One conditional write.
#[derive(Clone, Debug)]
pub struct Write {
    key: Key,
    action: Action,
    expression: Expression,
}

#[derive(Clone, Debug)]
enum Action {
    Put(Item),
    Update {
        sets: Vec<String>,
        removes: Vec<String>,
    },
    Delete,
}

fn number(n: impl ToString) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

/// An attribute value of anything that serializes.
pub(super) fn attribute<T: Serialize>(value: &T) -> Result<AttributeValue, StoreError> {
    to_attribute_value(value).map_err(|error| StoreError::Inconsistent(error.to_string()))
}

impl Write {
    /// Writes a whole item.
    ///
    /// # Errors
    /// If `value` can't be an item.
    pub fn put<T: Serialize>(
        key: Key,
        value: &T,
        ttl: Option<Timestamp>,
    ) -> Result<Self, StoreError> {
        let mut item: Item =
            to_item(value).map_err(|error| StoreError::Inconsistent(error.to_string()))?;
        item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
        item.extend(key.attributes());
        if let Some(ttl) = ttl {
            item.insert(TTL.to_owned(), number(ttl.0));
        }
        Ok(Self {
            key,
            action: Action::Put(item),
            expression: Expression::default(),
        })
    }

    /// Changes attributes of an item; makes it if there is none.
    #[must_use]
    pub fn update(key: Key) -> Self {
        let action = Action::Update {
            sets: Vec::new(),
            removes: Vec::new(),
        };
        Self {
            key,
            action,
            expression: Expression::default(),
        }
    }

    /// Deletes an item.
    #[must_use]
    pub fn delete(key: Key) -> Self {
        Self {
            key,
            action: Action::Delete,
            expression: Expression::default(),
        }
    }

    fn push_set(mut self, set: String) -> Self {
        if let Action::Update { sets, .. } = &mut self.action {
            sets.push(set);
        }
        self
    }

    fn push_condition(mut self, condition: String) -> Self {
        self.expression.conditions.push(condition);
        self
    }

    /// Sets an attribute.
    ///
    /// # Errors
    /// If `value` can't be an attribute.
    pub fn set<T: Serialize>(mut self, name: &str, value: &T) -> Result<Self, StoreError> {
        let value = self.expression.value(attribute(value)?);
        let name = self.expression.name(name);
        Ok(self.push_set(format!("{name} = {value}")))
    }

    /// Sets when DynamoDB may sweep the item out.
    #[must_use]
    pub fn ttl(mut self, at: Timestamp) -> Self {
        let value = self.expression.value(number(at.0));
        let name = self.expression.name(TTL);
        self.push_set(format!("{name} = {value}"))
    }

    /// Removes an attribute.
    #[must_use]
    pub fn remove(mut self, name: &str) -> Self {
        let name = self.expression.name(name);
        if let Action::Update { removes, .. } = &mut self.action {
            removes.push(name);
        }
        self
    }

    /// Only if the item exists.
    #[must_use]
    pub fn if_exists(mut self) -> Self {
        let name = self.expression.name(PK);
        self.push_condition(format!("attribute_exists({name})"))
    }

    /// Only if there is no such item yet.
    #[must_use]
    pub fn if_new(mut self) -> Self {
        let name = self.expression.name(PK);
        self.push_condition(format!("attribute_not_exists({name})"))
    }

    /// Only if the attribute still has this value; `None`: only if it isn't there.
    ///
    /// # Errors
    /// If `seen` can't be an attribute.
    pub fn if_equal<T: Serialize>(
        mut self,
        name: &str,
        seen: Option<&T>,
    ) -> Result<Self, StoreError> {
        let placeholder = self.expression.name(name);
        let condition = match seen {
            None => format!("attribute_not_exists({placeholder})"),
            Some(seen) => {
                let value = self.expression.value(attribute(seen)?);
                format!("{placeholder} = {value}")
            }
        };
        Ok(self.push_condition(condition))
    }

    /// Only if the attribute isn't there, or is a time before or at `now`.
    #[must_use]
    pub fn if_passed(mut self, name: &str, now: Timestamp) -> Self {
        let name = self.expression.name(name);
        let value = self.expression.value(number(now.0));
        self.push_condition(format!("attribute_not_exists({name}) OR {name} <= {value}"))
    }

    /// Only if the attribute is a time after `time`.
    #[must_use]
    pub fn if_after(mut self, name: &str, time: Timestamp) -> Self {
        let name = self.expression.name(name);
        let value = self.expression.value(number(time.0));
        self.push_condition(format!("{name} > {value}"))
    }

    /// Replaces an attribute's value by another if it still is the one seen.
    ///
    /// # Errors
    /// If a value can't be an attribute.
    pub fn swap<T: Serialize>(
        self,
        name: &str,
        seen: Option<&T>,
        next: &T,
    ) -> Result<Self, StoreError> {
        self.if_equal(name, seen)?.set(name, next)
    }

    /// Counts one more event in the window kept in attribute `name`.
    ///
    /// Parallel counts all succeed until the limit: the condition names the window, not the
    /// count that was seen. Where what follows depends on the exact count, use
    /// [`Write::swap`].
    ///
    /// # Errors
    /// If a value can't be an attribute.
    pub fn count(mut self, name: &str, step: &WindowStep) -> Result<Self, StoreError> {
        match *step {
            WindowStep::Open { seen: None, .. } => self.swap::<Window>(name, None, &step.after()),
            WindowStep::Open {
                seen: Some(gone), ..
            } => {
                let since = self.expression.value(number(gone.since.0));
                let path = self.path(name, "since");
                let mut condition = format!("{path} = {since}");
                if gone.count == 0 {
                    // It may be of this very second: then the next one looks just like it.
                    let zero = self.expression.value(number(0));
                    let count = self.path(name, "count");
                    condition = format!("{condition} AND {count} = {zero}");
                }
                self.push_condition(condition).set(name, &step.after())
            }
            WindowStep::Add { seen, limit, now } => {
                let since = self.expression.value(number(seen.since.0));
                let limit = self.expression.value(number(limit));
                let one = self.expression.value(number(1));
                let now = self.expression.value(number(now.0));
                let (since_path, count) = (self.path(name, "since"), self.path(name, "count"));
                let last = self.path(name, "last");
                Ok(self
                    .push_condition(format!("{since_path} = {since} AND {count} < {limit}"))
                    .push_set(format!("{count} = {count} + {one}"))
                    .push_set(format!("{last} = {now}")))
            }
        }
    }

    /// Notes that an event counted in the window in attribute `name` that began at `since` is a
    /// failure; refused if another window has taken its place.
    #[must_use]
    pub fn failed(mut self, name: &str, since: Timestamp) -> Self {
        let since = self.expression.value(number(since.0));
        let zero = self.expression.value(number(0));
        let one = self.expression.value(number(1));
        let (since_path, failed) = (self.path(name, "since"), self.path(name, "failed"));
        self.push_condition(format!("{since_path} = {since}"))
            .push_set(format!(
                "{failed} = if_not_exists({failed}, {zero}) + {one}"
            ))
    }

    /// Takes one event out of the window in attribute `name` that began at `since`; refused if
    /// another window has taken its place, in which the event isn't counted.
    #[must_use]
    pub fn uncount(mut self, name: &str, since: Timestamp) -> Self {
        let since = self.expression.value(number(since.0));
        let zero = self.expression.value(number(0));
        let one = self.expression.value(number(1));
        let (since_path, count) = (self.path(name, "since"), self.path(name, "count"));
        self.push_condition(format!("{since_path} = {since} AND {count} > {zero}"))
            .push_set(format!("{count} = {count} - {one}"))
    }

    /// Adds one to a plain count that must be below `limit`.
    #[must_use]
    pub fn increment(mut self, name: &str, limit: u32) -> Self {
        let zero = self.expression.value(number(0));
        let one = self.expression.value(number(1));
        let limit = self.expression.value(number(limit));
        let name = self.expression.name(name);
        self.push_condition(format!("attribute_not_exists({name}) OR {name} < {limit}"))
            .push_set(format!("{name} = if_not_exists({name}, {zero}) + {one}"))
    }

    /// Takes one from a plain count, if there is any to take.
    #[must_use]
    pub fn decrement(mut self, name: &str) -> Self {
        let zero = self.expression.value(number(0));
        let one = self.expression.value(number(1));
        let name = self.expression.name(name);
        self.push_condition(format!("{name} > {zero}"))
            .push_set(format!("{name} = {name} - {one}"))
    }

    fn path(&mut self, name: &str, field: &str) -> String {
        format!(
            "{}.{}",
            self.expression.name(name),
            self.expression.name(field)
        )
    }

    /// The parts of an `UpdateItem` call: key, update expression, condition, names, values.
    pub(super) fn into_update(self) -> Option<UpdateParts> {
        let Action::Update { sets, removes } = self.action else {
            return None;
        };
        let condition = self.expression.condition();
        let (names, values) = self.expression.placeholders();
        Some(UpdateParts {
            key: self.key.attributes(),
            update: update_expression(&sets, &removes),
            condition,
            names,
            values,
        })
    }

    /// The write as part of a transaction on `table`.
    pub(super) fn into_transact(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let Self {
            key,
            action,
            expression,
        } = self;
        let condition = expression.condition();
        let (names, values) = expression.placeholders();
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = match action {
            Action::Put(item) => TransactWriteItem::builder().put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
            Action::Update { sets, removes } => TransactWriteItem::builder().update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .update_expression(update_expression(&sets, &removes))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
            Action::Delete => TransactWriteItem::builder().delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
        };
        Ok(item.build())
    }

    /// Which item this writes.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }
}

/// What `UpdateItem` takes.
pub(super) struct UpdateParts {
    pub(super) key: Item,
    pub(super) update: String,
    pub(super) condition: Option<String>,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<Item>,
}
