//! Reads of one partition, page by page. None reads more than it answers with.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::{self, PK, SK};
use super::write::Write;
use super::{Item, Store, StoreError, from_item, unavailable};
use crate::clock::Timestamp;
use crate::domain::activity::{ACTIVITY_LIFETIME, ACTIVITY_PAGE, Event};
use crate::domain::ids::{PracticeId, UserId};
use crate::domain::practice::{Member, Practice};
use crate::domain::user::User;
use crate::keyring::WrappedKey;

/// Users in a page.
pub const USERS_PAGE: i32 = 25;
/// Users in a page for the operator: as many as one read by key takes.
const OPERATOR_USERS_PAGE: i32 = 100;
/// Practices in a page for the operator.
const OPERATOR_PRACTICES_PAGE: i32 = 1000;

/// A page and where the next one begins.
#[derive(Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub next: Option<Cursor>,
}

/// Where a page begins: the sort key of the last item before it. It names a place within a
/// partition that the caller has been admitted to, so it gives no access and needs no seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// What a cursor pages through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paged {
    /// The activity of an account.
    Activity,
    /// The users of a practice.
    Users,
}

impl Cursor {
    /// Reads a cursor as written by [`Cursor::as_text`]; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str, paged: Paged) -> Option<Self> {
        if text.len() > 100 {
            return None;
        }
        let key = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let possible = match paged {
            Paged::Users => UserId::parse(key.strip_prefix(keys::MEMBER_PREFIX)?).is_some(),
            Paged::Activity => key.split_once('#').is_some_and(|(time, id)| {
                time.len() == 12
                    && time.bytes().all(|byte| byte.is_ascii_digit())
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }),
        };
        possible.then_some(Self(key))
    }

    /// The cursor as text.
    #[must_use]
    pub fn as_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

/// A key of the keyring as an item.
#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    /// Base64.
    wrapped: String,
    created_at: Timestamp,
}

impl StoredKey {
    fn into_wrapped(self) -> Result<WrappedKey, StoreError> {
        let wrapped = STANDARD
            .decode(&self.wrapped)
            .map_err(|_| StoreError::Inconsistent(format!("unreadable keyring key {}", self.id)))?;
        Ok(WrappedKey {
            id: self.id,
            wrapped,
            created_at: self.created_at,
        })
    }
}

/// Adds a key to the keyring, if there is none with its id.
///
/// # Errors
/// If it can't be an item.
pub fn new_keyring_key(key: &WrappedKey) -> Result<Write, StoreError> {
    let stored = StoredKey {
        id: key.id.clone(),
        wrapped: STANDARD.encode(&key.wrapped),
        created_at: key.created_at,
    };
    Ok(Write::put(keys::keyring_key(&key.id), &stored, None)?.if_new())
}

/// What to read of a partition.
struct Range<'a> {
    partition: String,
    from: String,
    to: String,
    newest_first: bool,
    limit: i32,
    after: Option<&'a Cursor>,
}

impl Store {
    /// A page of a user's activity, newest first. What was tried before the account was made
    /// isn't the account's.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn activity(
        &self,
        user: &User,
        after: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page<Event>, StoreError> {
        let from = user.created_at.max(now.plus(1 - ACTIVITY_LIFETIME));
        self.page(Range {
            partition: keys::activity_partition(&user.user_id),
            from: keys::activity_time(from),
            to: "~".to_owned(),
            newest_first: true,
            limit: ACTIVITY_PAGE,
            after,
        })
        .await
    }

    /// A page of a practice's users.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn members(
        &self,
        practice: &PracticeId,
        after: Option<&Cursor>,
    ) -> Result<Page<Member>, StoreError> {
        self.page(prefixed(
            keys::practice_partition(practice),
            keys::MEMBER_PREFIX,
            after,
        ))
        .await
    }

    /// A page of a practice's users for the operator, at most as many as
    /// [`Store::read`] takes.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn many_members(
        &self,
        practice: &PracticeId,
        after: Option<&Cursor>,
    ) -> Result<Page<Member>, StoreError> {
        let partition = keys::practice_partition(practice);
        let mut range = prefixed(partition, keys::MEMBER_PREFIX, after);
        range.limit = OPERATOR_USERS_PAGE;
        self.page(range).await
    }

    /// All Full Access users of a practice, up to 1,000 of them.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn full_access_members(
        &self,
        practice: &PracticeId,
    ) -> Result<Vec<Member>, StoreError> {
        let partition = keys::practice_partition(practice);
        let mut range = prefixed(partition, keys::FULL_ACCESS_PREFIX, None);
        range.limit = 1000;
        Ok(self.page(range).await?.items)
    }

    /// A page of all practices, for the operator.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn practices(&self, after: Option<&Cursor>) -> Result<Page<Practice>, StoreError> {
        let mut range = prefixed(keys::PRACTICES.to_owned(), "", after);
        range.limit = OPERATOR_PRACTICES_PAGE;
        self.page(range).await
    }

    /// All keys of the keyring.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn keyring_keys(&self) -> Result<Vec<WrappedKey>, StoreError> {
        let mut range = prefixed(keys::KEYRING.to_owned(), keys::KEYRING_PREFIX, None);
        range.limit = 1000;
        let stored: Vec<StoredKey> = self.page(range).await?.items;
        stored.into_iter().map(StoredKey::into_wrapped).collect()
    }

    async fn page<T: DeserializeOwned>(&self, range: Range<'_>) -> Result<Page<T>, StoreError> {
        // DynamoDB refuses to start outside the range; there is nothing left to read there.
        if range
            .after
            .is_some_and(|Cursor(key)| *key < range.from || *key > range.to)
        {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let start = range
            .after
            .map(|cursor| start_key(&range.partition, cursor));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", AttributeValue::S(range.partition))
            .expression_attribute_values(":from", AttributeValue::S(range.from))
            .expression_attribute_values(":to", AttributeValue::S(range.to))
            .scan_index_forward(!range.newest_first)
            .limit(range.limit)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        let next = answer.last_evaluated_key.as_ref().and_then(keys::Key::of);
        let items = answer.items.unwrap_or_default().into_iter().map(from_item);
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: next.map(|key| Cursor(key.sk)),
        })
    }
}

fn prefixed<'a>(partition: String, prefix: &str, after: Option<&'a Cursor>) -> Range<'a> {
    Range {
        partition,
        from: if prefix.is_empty() {
            " ".to_owned()
        } else {
            prefix.to_owned()
        },
        to: format!("{prefix}~"),
        newest_first: false,
        limit: USERS_PAGE,
        after,
    }
}

fn start_key(partition: &str, cursor: &Cursor) -> Item {
    Item::from([
        (PK.to_owned(), AttributeValue::S(partition.to_owned())),
        (SK.to_owned(), AttributeValue::S(cursor.0.clone())),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_as_it_is_written(text in "[a-zA-Z0-9_-]{0,120}|.*") {
            for paged in [Paged::Activity, Paged::Users] {
                if let Some(cursor) = Cursor::parse(&text, paged) {
                    prop_assert_eq!(cursor.as_text(), text.clone());
                }
            }
        }

        #[test]
        fn a_cursor_is_good_for_what_it_pages(seconds in 0..1_000_000_000_000_u64, email in ".*") {
            let event = Cursor(format!("{seconds:012}#0123456789abcdef")).as_text();
            prop_assert!(Cursor::parse(&event, Paged::Activity).is_some());
            prop_assert_eq!(Cursor::parse(&event, Paged::Users), None);
            let id = UserId::of_email(&email);
            let member = Cursor(format!("{}{}", keys::MEMBER_PREFIX, id.as_str())).as_text();
            prop_assert!(Cursor::parse(&member, Paged::Users).is_some());
            prop_assert_eq!(Cursor::parse(&member, Paged::Activity), None);
        }
    }
}
