//! Writes of decisions and outcomes.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
    },
};

use super::{DynamoDbLedger, Item, failure, key};
use crate::{
    error::LedgerError,
    record::{Entry, HistoryEntry, OutcomeRow},
};

const RECORD: &str = "record a decision";
const OUTCOME: &str = "note an outcome";
/// How often a transaction is tried that met another one over the same items, which the SDK does not try again.
const CONFLICT_TRIES: u32 = 5;

/// How a transaction ended.
pub(super) enum Transacted {
    Stored,
    /// A condition did not hold, so nothing was written; the item that the first such condition met, if it was asked for.
    Refused(Option<Item>),
}

/// How one try at it ended.
enum Attempt {
    Done(Transacted),
    Conflict(LedgerError),
}

impl DynamoDbLedger {
    /// Keeps the decision, its entry in the history and its place in the list in one request, unless a decision is kept
    /// under its id; then gives that one.
    pub(crate) async fn record(&self, entry: Entry) -> Result<Option<String>, LedgerError> {
        match self.transact(RECORD, self.puts(&entry)?).await? {
            Transacted::Stored => Ok(None),
            Transacted::Refused(Some(first)) => self.text(&first, "body").map(Some),
            Transacted::Refused(None) => {
                Err(self.place.failed(RECORD, "the condition failed and the item was not returned"))
            }
        }
    }

    /// Writes all items or none.
    pub(super) async fn transact(
        &self,
        operation: &'static str,
        items: Vec<TransactWriteItem>,
    ) -> Result<Transacted, LedgerError> {
        let mut tries = 1;
        loop {
            match self.try_transact(operation, items.clone()).await? {
                Attempt::Done(done) => return Ok(done),
                Attempt::Conflict(error) if tries >= CONFLICT_TRIES => return Err(error),
                Attempt::Conflict(_) => tokio::time::sleep(Duration::from_millis(10 << tries)).await,
            }
            tries += 1;
        }
    }

    async fn try_transact(
        &self,
        operation: &'static str,
        items: Vec<TransactWriteItem>,
    ) -> Result<Attempt, LedgerError> {
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let Err(error) = request.send().await else { return Ok(Attempt::Done(Transacted::Stored)) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(self.explain(operation, &error));
        };
        let reasons = cancelled.cancellation_reasons();
        let codes: Vec<&str> =
            reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").collect();
        if let Some(refused) = reasons.iter().find(|reason| reason.code() == Some("ConditionalCheckFailed")) {
            return Ok(Attempt::Done(Transacted::Refused(refused.item().cloned())));
        }
        let said: Vec<&str> = reasons.iter().filter_map(CancellationReason::message).collect();
        let reason = format!("the transaction was cancelled for {codes:?}: {}", said.join("; "));
        if codes.contains(&"TransactionConflict") {
            Ok(Attempt::Conflict(self.place.unavailable(operation, reason)))
        } else if !codes.is_empty() && codes.iter().all(|code| failure::is_transient(code)) {
            Err(self.place.unavailable(operation, reason))
        } else {
            Err(self.place.failed(operation, reason))
        }
    }

    fn puts(&self, entry: &Entry) -> Result<Vec<TransactWriteItem>, LedgerError> {
        let (decision_pk, decision_sk) = key::decision(&entry.decision_id);
        let year_pk = key::year_of_decision(&entry.decision_id)?;
        let put = || Put::builder().table_name(&self.table);
        let text = |text: &str| AttributeValue::S(text.into());
        let mut decision = put()
            .item("pk", AttributeValue::S(decision_pk))
            .item("sk", AttributeValue::S(decision_sk))
            .item("body", text(&entry.body))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(OnFailure::AllOld);
        let mut past = None;
        if let Some(HistoryEntry { service, environment, change }) = &entry.history {
            let history_pk = key::history(service, environment)?;
            let history_sk = format!("{}#{}", entry.evaluated_at, entry.decision_id);
            decision = decision.item("history_pk", text(&history_pk)).item("history_sk", text(&history_sk));
            past = Some(put().item("pk", text(&history_pk)).item("sk", text(&history_sk)).item("change", text(change)));
        }
        let year = put().item("pk", AttributeValue::S(year_pk)).item("sk", text(&entry.decision_id));
        [Some(decision), past, Some(year)]
            .into_iter()
            .flatten()
            .map(|put| Ok(TransactWriteItem::builder().put(put.build()?).build()))
            .collect::<Result<_, BuildError>>()
            .map_err(|error| self.place.failed(RECORD, error.to_string()))
    }

    /// Notes the outcome on the decision's entry in the history unless one is noted.
    pub(crate) async fn report_outcome(&self, id: &str, outcome: String) -> Result<OutcomeRow, LedgerError> {
        let Some(decision) = self.get(OUTCOME, key::decision(id)).await? else {
            return Ok(OutcomeRow::UnknownDecision);
        };
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.text(&decision, "history_pk")?))
            .key("sk", AttributeValue::S(self.text(&decision, "history_sk")?))
            .update_expression("SET outcome = :outcome")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(outcome)")
            .expression_attribute_values(":outcome", AttributeValue::S(outcome))
            .return_values_on_condition_check_failure(OnFailure::AllOld)
            .send()
            .await;
        let Err(error) = answer else { return Ok(OutcomeRow::Reported) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => match failed.item() {
                Some(first) => Ok(OutcomeRow::Already(self.text(first, "outcome")?)),
                None => Err(self.place.unreadable(format!("decision `{id}`"), "its entry in the history is missing")),
            },
            _ => Err(self.explain(OUTCOME, &error)),
        }
    }
}
