//! The table itself, for the local stack, tests and accounts without CloudFormation.
//! `template.yaml` declares the same one.

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::keys::{PK, SK, TTL};
use super::{Store, StoreError};

impl Store {
    /// Makes the table, with its stream and TTL; does nothing if it exists.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB refuses or can't be reached.
    pub async fn create_table(&self) -> Result<(), StoreError> {
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
            .build()?;
        let made = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute(PK)?)
            .attribute_definitions(attribute(SK)?)
            .key_schema(key(PK, KeyType::Hash)?)
            .key_schema(key(SK, KeyType::Range)?)
            .stream_specification(stream)
            .send()
            .await;
        match made {
            Ok(_) => self.expire_by_ttl().await,
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_resource_in_use_exception() => Ok(()),
                _ => Err(StoreError::Unavailable(
                    DisplayErrorContext(&error).to_string(),
                )),
            },
        }
    }

    async fn expire_by_ttl(&self) -> Result<(), StoreError> {
        let ttl = TimeToLiveSpecification::builder()
            .attribute_name(TTL)
            .enabled(true)
            .build()?;
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(ttl)
            .send()
            .await
            .map_err(|error| StoreError::Unavailable(DisplayErrorContext(&error).to_string()))?;
        Ok(())
    }
}
