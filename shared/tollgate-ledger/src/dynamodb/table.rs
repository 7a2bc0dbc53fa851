//! The table itself, for emulators and tests. In AWS the stack's template makes it.

use std::time::Duration;

use aws_sdk_dynamodb::{
    client::Waiters as _,
    error::BuildError,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
    },
};

use super::DynamoDbLedger;
use crate::error::LedgerError;

const OPERATION: &str = "make its table";
/// How long a new table may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

impl DynamoDbLedger {
    /// Makes the table as the stack's template has it: keys `pk` and `sk`, TTL on `expires_at_seconds`. For emulators
    /// and tests; it needs `dynamodb:CreateTable`, `DescribeTable` and `UpdateTimeToLive`.
    ///
    /// # Errors
    /// When the table exists, or DynamoDB refuses or fails.
    pub async fn create_table(&self) -> Result<(), LedgerError> {
        let request = self.client.create_table().table_name(&self.table).billing_mode(BillingMode::PayPerRequest);
        let request = keys()
            .map_err(|error| self.place.failed(OPERATION, error.to_string()))?
            .into_iter()
            .fold(request, |request, (attribute, key)| request.attribute_definitions(attribute).key_schema(key));
        request.send().await.map_err(|error| self.explain(OPERATION, &error))?;
        let ready = self.client.wait_until_table_exists().table_name(&self.table).wait(READY_TIMEOUT).await;
        ready.map_err(|error| self.place.unavailable(OPERATION, error.to_string()))?;
        let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at_seconds").build();
        let ttl = ttl.map_err(|error| self.place.failed(OPERATION, error.to_string()))?;
        let request = self.client.update_time_to_live().table_name(&self.table).time_to_live_specification(ttl);
        request.send().await.map_err(|error| self.explain(OPERATION, &error))?;
        Ok(())
    }
}

fn keys() -> Result<Vec<(AttributeDefinition, KeySchemaElement)>, BuildError> {
    [("pk", KeyType::Hash), ("sk", KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            let attribute = AttributeDefinition::builder().attribute_name(name);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
            Ok((attribute.attribute_type(ScalarAttributeType::S).build()?, key.build()?))
        })
        .collect()
}
