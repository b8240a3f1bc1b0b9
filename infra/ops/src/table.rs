//! `table create`: the table of an account without the template.
//!
//! `Store::create_table` of the shared crate makes the same table for the local stack and for
//! tests; a test below holds the two together. What is added here is what only AWS knows:
//! waiting until the table is active, recovery and protection. Every step looks first at what
//! there is, so that an interrupted run can be run again.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    ScalarAttributeType, StreamSpecification, StreamViewType, TableDescription,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use serde::Serialize;
use twostep::store::StoreError;
use twostep::store::keys::{PK, SK, TTL};

use crate::errors::OpsError;
use crate::output::{Output, facts};

/// How long a new table may take to become active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(300);
/// How often, and how far apart, recovery is asked for while AWS still prepares backups.
const RECOVERY_TRIES: u32 = 12;
const RECOVERY_PAUSE: Duration = Duration::from_secs(5);

/// What the table is now.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Made {
    table: String,
    /// Whether this run made it.
    created: bool,
    time_to_live: bool,
    /// `false` where the service has no such thing, as emulators don't.
    point_in_time_recovery: bool,
    deletion_protection: bool,
}

/// Makes the table, or finishes making it.
///
/// # Errors
/// [`OpsError::Failed`] if it can't, or if there is another table of this name.
pub(crate) async fn run(client: &Client, table: &str, output: Output) -> Result<(), OpsError> {
    let made = make(client, table).await?;
    output.show(&made, |made| {
        let yes = |yes| if yes { "on" } else { "not supported here" }.to_owned();
        let state = if made.created {
            "made"
        } else {
            "was there already"
        };
        facts([
            ("Table", format!("{} ({state})", made.table)),
            ("Time to live", yes(made.time_to_live)),
            ("Point-in-time recovery", yes(made.point_in_time_recovery)),
            ("Deletion protection", yes(made.deletion_protection)),
        ])
    });
    Ok(())
}

async fn make(client: &Client, table: &str) -> Result<Made, OpsError> {
    let created = create(client, table).await?;
    if created {
        eprintln!("Waiting for table {table} to become active…");
    }
    let description = wait_until_active(client, table).await?;
    if !is_ours(&description) {
        return Err(OpsError::failed(format!(
            "there is another table named {table}, without the keys or the stream this one needs: \
             choose another name"
        )));
    }
    let protected = description.deletion_protection_enabled() == Some(true);
    Ok(Made {
        table: table.to_owned(),
        created,
        time_to_live: expire_by_ttl(client, table).await?,
        point_in_time_recovery: allow_recovery(client, table).await?,
        deletion_protection: protected || protect(client, table).await?,
    })
}

/// Makes the table; `false` if there is one.
async fn create(client: &Client, table: &str) -> Result<bool, OpsError> {
    let attribute = |name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    };
    let key = |name, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build();
    let made = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(PK).map_err(StoreError::from)?)
        .attribute_definitions(attribute(SK).map_err(StoreError::from)?)
        .key_schema(key(PK, KeyType::Hash).map_err(StoreError::from)?)
        .key_schema(key(SK, KeyType::Range).map_err(StoreError::from)?)
        .stream_specification(stream.map_err(StoreError::from)?)
        .deletion_protection_enabled(true)
        .send()
        .await;
    match made {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ResourceInUseException") => Ok(false),
        Err(error) => Err(OpsError::from_sdk(error)),
    }
}

async fn wait_until_active(client: &Client, table: &str) -> Result<TableDescription, OpsError> {
    let active = client
        .wait_until_table_exists()
        .table_name(table)
        .wait(ACTIVE_WITHIN)
        .await
        .map_err(|error| {
            OpsError::failed(format!(
                "table {table} did not become active ({}): run the same again",
                DisplayErrorContext(error)
            ))
        })?;
    let description = active.into_result().map_err(OpsError::from_sdk)?.table;
    description.ok_or_else(|| OpsError::failed("DynamoDB does not describe the table"))
}

fn is_ours(description: &TableDescription) -> bool {
    let keys: Vec<_> = (description.key_schema().iter())
        .map(|key| (key.attribute_name(), key.key_type()))
        .collect();
    let stream = description.stream_specification();
    keys == [(PK, &KeyType::Hash), (SK, &KeyType::Range)]
        && stream.is_some_and(|stream| stream.stream_view_type() == Some(&StreamViewType::NewImage))
}

async fn expire_by_ttl(client: &Client, table: &str) -> Result<bool, OpsError> {
    let found = client
        .describe_time_to_live()
        .table_name(table)
        .send()
        .await;
    let described = found.map_err(OpsError::from_sdk)?.time_to_live_description;
    let status = described.and_then(|described| described.time_to_live_status);
    if let Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) = status {
        return Ok(true);
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(TTL)
        .enabled(true)
        .build()
        .map_err(StoreError::from)?;
    supported(
        client
            .update_time_to_live()
            .table_name(table)
            .time_to_live_specification(specification)
            .send()
            .await,
    )
}

async fn allow_recovery(client: &Client, table: &str) -> Result<bool, OpsError> {
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .build()
        .map_err(StoreError::from)?;
    for attempt in 1.. {
        let result = client
            .update_continuous_backups()
            .table_name(table)
            .point_in_time_recovery_specification(specification.clone())
            .send()
            .await;
        match result {
            // For a while after it was made, a table has no backups to recover from.
            Err(error)
                if error.code() == Some("ContinuousBackupsUnavailableException")
                    && attempt < RECOVERY_TRIES =>
            {
                tokio::time::sleep(RECOVERY_PAUSE).await;
            }
            result => return supported(result),
        }
    }
    Ok(false)
}

async fn protect(client: &Client, table: &str) -> Result<bool, OpsError> {
    supported(
        client
            .update_table()
            .table_name(table)
            .deletion_protection_enabled(true)
            .send()
            .await,
    )
}

/// Whether a setting is made: `false` if the service doesn't know it, as emulators don't.
fn supported<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<bool, OpsError>
where
    SdkError<E, R>: ProvideErrorMetadata + std::error::Error,
{
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("UnknownOperationException") => Ok(false),
        Err(error) => Err(OpsError::from_sdk(error)),
    }
}

#[cfg(test)]
mod tests {
    use twostep::random::Random;
    use twostep::store::Store;

    use super::*;
    use crate::test_server::TestServer;

    async fn description(client: &Client, table: &str) -> TableDescription {
        wait_until_active(client, table).await.unwrap()
    }

    #[tokio::test]
    async fn makes_the_table_that_the_functions_use() {
        let server = TestServer::start().await;
        let client = server.target("ops").await.dynamodb();
        let made = make(&client, "ops").await.unwrap();
        assert!(made.created && made.time_to_live && made.deletion_protection);
        Store::new(client.clone(), "shared".to_owned(), Random)
            .create_table()
            .await
            .unwrap();
        let (ops, shared) = (
            description(&client, "ops").await,
            description(&client, "shared").await,
        );
        assert_eq!(ops.key_schema, shared.key_schema);
        assert_eq!(ops.attribute_definitions, shared.attribute_definitions);
        assert_eq!(ops.stream_specification, shared.stream_specification);
        assert_eq!(ops.billing_mode_summary, shared.billing_mode_summary);
        let ttl = |table| client.describe_time_to_live().table_name(table).send();
        let (ops, shared) = (ttl("ops").await.unwrap(), ttl("shared").await.unwrap());
        assert_eq!(
            ops.time_to_live_description,
            shared.time_to_live_description
        );
    }

    #[tokio::test]
    async fn making_it_again_does_no_harm() {
        let server = TestServer::start().await;
        let client = server.target("ops").await.dynamodb();
        let first = make(&client, "ops").await.unwrap();
        let second = make(&client, "ops").await.unwrap();
        assert!(!second.created);
        assert_eq!(
            first,
            Made {
                created: true,
                ..second
            }
        );
    }

    #[tokio::test]
    async fn completes_a_table_that_is_not_protected() {
        let server = TestServer::start().await;
        let client = server.target("ops").await.dynamodb();
        Store::new(client.clone(), "ops".to_owned(), Random)
            .create_table()
            .await
            .unwrap();
        make(&client, "ops").await.unwrap();
        let now = description(&client, "ops").await;
        assert_eq!(now.deletion_protection_enabled, Some(true));
    }

    #[tokio::test]
    async fn refuses_another_table_of_the_name() {
        let server = TestServer::start().await;
        let client = server.target("ops").await.dynamodb();
        let id = AttributeDefinition::builder()
            .attribute_name("id")
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name("id")
            .key_type(KeyType::Hash);
        client
            .create_table()
            .table_name("ops")
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(id.build().unwrap())
            .key_schema(key.build().unwrap())
            .send()
            .await
            .unwrap();
        let error = make(&client, "ops").await.unwrap_err();
        assert!(matches!(error, OpsError::Failed(text) if text.contains("another table")));
    }
}
