//! The ledger in one DynamoDB table: conditional writes, consistent reads, one transaction for a decision.
//!
//! | `pk` | `sk` | holds |
//! | --- | --- | --- |
//! | `CLAIM#` and a digest of the key | `CLAIM` | a claim |
//! | `DECISION#` and its id | `DECISION` | a decision with its facts |
//! | `SERVICE#` and a digest of service and environment | time, `#`, decision id | a change that was allowed |
//! | `CHANGE#` and a digest of these and the change's id | time, `#`, decision id | a decision that did not allow it |
//! | `LAST#` and a digest of service and environment | `LAST` | the allowed change that was recorded last: a decision that allows is kept on the condition that it has seen this one |
//! | `YEAR#` and the year of the decision's id | decision id | nothing: it lists decisions in the order of time |
//! | `DOCUMENTS#` and a digest of the collection | key | a document and its version |
//! | `OUTBOX` | time, `#`, id | a notice until it is sent |
//!
//! Claims, and documents that need not stay, have `expires_at_seconds`, the table's TTL attribute.

mod claim;
mod document;
mod failure;
mod key;
mod read;
mod table;
mod write;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, config, types::AttributeValue};
use aws_types::SdkConfig;

use crate::{
    config::LedgerConfig,
    error::{LedgerError, Place},
};

/// What the role of a function needs to be allowed on the table. A `TransactWriteItems` counts as the `PutItem`s in it;
/// `UpdateItem` is for outcomes and documents, `Query` for histories and lists, `DeleteItem` for notices that were sent.
/// [`DynamoDbLedger::create_table`] needs more.
pub const IAM_ACTIONS: [&str; 5] =
    ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"];

/// The longest that a call may take, all its tries together, unless the configuration says otherwise.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest that one try may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

type Item = HashMap<String, AttributeValue>;

/// The ledger in a DynamoDB table. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct DynamoDbLedger {
    client: Client,
    table: String,
    place: Place,
}

impl DynamoDbLedger {
    /// The ledger in the table of this name, reached as `aws` says. Nothing is sent yet.
    pub fn open(table: &str, aws: &SdkConfig) -> Self {
        let mut settings = config::Builder::from(aws);
        let timeouts = aws.timeout_config().map(|given| given.to_builder()).unwrap_or_default();
        if aws.timeout_config().is_none_or(|given| given.operation_timeout().is_none()) {
            let timeouts = timeouts.operation_timeout(OPERATION_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
            settings = settings.timeout_config(timeouts.build());
        }
        Self::new(Client::from_conf(settings.build()), table)
    }

    /// The ledger in the table of this name, through a client that is there already.
    pub fn new(client: Client, table: &str) -> Self {
        let place = Place(LedgerConfig::DynamoDb(table.into()).to_string());
        Self { client, table: table.into(), place }
    }

    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// The text in an item's attribute.
    fn text(&self, item: &Item, attribute: &str) -> Result<String, LedgerError> {
        item.get(attribute).and_then(|value| value.as_s().ok()).cloned().ok_or_else(|| {
            let key = item.get("pk").and_then(|value| value.as_s().ok()).map_or("an item", String::as_str);
            self.place.unreadable(format!("`{key}`"), format!("it has no text `{attribute}`"))
        })
    }

    /// The item with this key, as it is now.
    async fn get(&self, operation: &'static str, (pk, sk): (String, String)) -> Result<Option<Item>, LedgerError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.key("pk", AttributeValue::S(pk)).key("sk", AttributeValue::S(sk)).send().await;
        Ok(answer.map_err(|error| self.explain(operation, &error))?.item)
    }
}
