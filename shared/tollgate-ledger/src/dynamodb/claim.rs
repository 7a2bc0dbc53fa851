//! Claims in DynamoDB.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure as OnFailure},
};
use tollgate_core::Timestamp;

use super::{DynamoDbLedger, Item, key};
use crate::{
    claim::{Claim, FirstClaim},
    error::LedgerError,
    id,
};

const OPERATION: &str = "claim";

impl DynamoDbLedger {
    /// Takes the key unless it is taken; then gives the claim that holds it. DynamoDB deletes expired items late, so the
    /// condition looks at the time itself.
    pub(crate) async fn claim(&self, claim: &Claim) -> Result<Option<FirstClaim>, LedgerError> {
        let (pk, sk) = key::claim(&claim.key)?;
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk))
            .item("sk", AttributeValue::S(sk))
            .item("request_digest", AttributeValue::S(claim.request_digest.clone()))
            .item("decision_id", AttributeValue::S(claim.decision_id.clone()))
            .item("claimed_at", AttributeValue::S(id::sortable(claim.claimed_at)))
            .item("expires_at_seconds", AttributeValue::N(claim.expires_at_seconds().to_string()))
            .condition_expression("attribute_not_exists(pk) OR expires_at_seconds <= :now")
            .expression_attribute_values(":now", AttributeValue::N(claim.now_seconds().to_string()))
            .return_values_on_condition_check_failure(OnFailure::AllOld)
            .send()
            .await;
        let Err(error) = answer else { return Ok(None) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => match failed.item() {
                Some(first) => self.first_claim(first).map(Some),
                None => Err(self.place.failed(OPERATION, "the condition failed and the item was not returned")),
            },
            _ => Err(self.explain(OPERATION, &error)),
        }
    }

    fn first_claim(&self, item: &Item) -> Result<FirstClaim, LedgerError> {
        let claimed_at = self.text(item, "claimed_at")?;
        Ok(FirstClaim {
            request_digest: self.text(item, "request_digest")?,
            decision_id: self.text(item, "decision_id")?,
            claimed_at: claimed_at
                .parse::<Timestamp>()
                .map_err(|error| self.place.unreadable("the time of a claim", error))?,
        })
    }
}
