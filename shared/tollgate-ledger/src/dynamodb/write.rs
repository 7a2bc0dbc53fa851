//! Writes of decisions and outcomes.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
        builders::PutBuilder,
    },
};

use super::{DynamoDbLedger, failure, key};
use crate::{
    error::LedgerError,
    record::{Entry, HistoryEntry, OutcomeRow, RecordRow},
};

const RECORD: &str = "record a decision";
const OUTCOME: &str = "note an outcome";
/// How often a transaction is tried that met another one over the same items, which the SDK does not try again.
const CONFLICT_TRIES: u32 = 5;
/// Where in a transaction the condition stands that nothing was allowed meanwhile, if there is one.
const LAST_ALLOWED: usize = 1;

/// How a transaction ended.
pub(super) enum Transacted {
    Stored,
    /// A condition did not hold, so nothing was written; what is said of each item, in their order.
    Refused(Vec<CancellationReason>),
}

/// How one try at it ended.
enum Attempt {
    Done(Transacted),
    Conflict(LedgerError),
}

fn is_unmet(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

impl DynamoDbLedger {
    /// Keeps the decision, its entry in the history and its place in the list in one request, unless a decision is kept
    /// under its id, or it allows and another change was allowed that it did not see.
    pub(crate) async fn record(&self, entry: Entry) -> Result<RecordRow, LedgerError> {
        let reasons = match self.transact(RECORD, self.puts(&entry)?).await? {
            Transacted::Stored => return Ok(RecordRow::Stored),
            Transacted::Refused(reasons) => reasons,
        };
        // Two have a condition: the decision, which comes first, and what was allowed last, which comes behind it.
        if let Some(first) = reasons.first().filter(|reason| is_unmet(reason)) {
            let body = first.item().map(|item| self.text(item, "body")).transpose()?;
            let missing = || self.place.failed(RECORD, "the condition failed and the item was not returned");
            return Ok(RecordRow::Already(body.ok_or_else(missing)?));
        }
        let has_seen = entry.history.as_ref().is_some_and(|history| history.seen.is_some());
        if has_seen && reasons.get(LAST_ALLOWED).is_some_and(is_unmet) {
            return Ok(RecordRow::Overtaken);
        }
        Err(self.place.failed(RECORD, "a condition failed that was not set"))
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
        if reasons.iter().any(is_unmet) {
            return Ok(Attempt::Done(Transacted::Refused(reasons.to_vec())));
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
        let (mut past, mut last) = (None, None);
        if let Some(history) = &entry.history {
            let HistoryEntry { service, environment, change_id, change, is_allowed, .. } = history;
            let history_pk = match is_allowed {
                true => key::allowed(service, environment)?,
                false => key::refused(service, environment, change_id)?,
            };
            let history_sk = format!("{}#{}", entry.evaluated_at, entry.decision_id);
            decision = decision.item("history_pk", text(&history_pk)).item("history_sk", text(&history_sk));
            past = Some(put().item("pk", text(&history_pk)).item("sk", text(&history_sk)).item("change", text(change)));
            last = is_allowed.then(|| self.last_allowed(entry, history)).transpose()?;
        }
        let year = put().item("pk", AttributeValue::S(year_pk)).item("sk", text(&entry.decision_id));
        [Some(decision), last, past, Some(year)]
            .into_iter()
            .flatten()
            .map(|put| Ok(TransactWriteItem::builder().put(put.build()?).build()))
            .collect::<Result<_, BuildError>>()
            .map_err(|error| self.place.failed(RECORD, error.to_string()))
    }

    /// Makes this the change that was allowed last, on the condition that it has seen the one before.
    fn last_allowed(&self, entry: &Entry, history: &HistoryEntry) -> Result<PutBuilder, LedgerError> {
        let (pk, sk) = key::last_allowed(&history.service, &history.environment)?;
        let put = Put::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk))
            .item("sk", AttributeValue::S(sk))
            .item("decision_id", AttributeValue::S(entry.decision_id.clone()))
            .item("evaluated_at", AttributeValue::S(entry.evaluated_at.clone()));
        let Some(seen) = &history.seen else { return Ok(put) };
        let names: Vec<String> = (0..seen.decision_ids.len()).map(|index| format!(":seen{index}")).collect();
        let mut condition = "attribute_not_exists(pk) OR evaluated_at < :since".to_owned();
        if !names.is_empty() {
            condition.push_str(&format!(" OR decision_id IN ({})", names.join(", ")));
        }
        let put = put
            .condition_expression(condition)
            .expression_attribute_values(":since", AttributeValue::S(seen.since.clone()));
        Ok(names
            .into_iter()
            .zip(&seen.decision_ids)
            .fold(put, |put, (name, id)| put.expression_attribute_values(name, AttributeValue::S(id.clone()))))
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
