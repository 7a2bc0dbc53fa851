//! Reads, all of them consistent: what was written before is seen.

use aws_sdk_dynamodb::{
    operation::query::{QueryOutput, builders::QueryFluentBuilder},
    types::AttributeValue,
};
use ulid::Ulid;

use super::{DynamoDbLedger, Item, key};
use crate::{
    error::LedgerError,
    id,
    query::{HistoryQuery, HistoryRows, IdRange, MAX_REFUSED, Order},
    record::EntryRow,
};

const DECISION: &str = "read a decision";
const HISTORY: &str = "read the history";
const DECISIONS: &str = "list decisions";
/// Most requests that one history takes, of up to 1 MB each.
const MAX_HISTORY_REQUESTS: u64 = 32;
/// Most requests that any other read takes.
const MAX_REQUESTS: u64 = 256;

/// One list of a history.
#[derive(Default)]
struct Entries {
    rows: Vec<EntryRow>,
    truncated: bool,
    requests: u64,
}

impl DynamoDbLedger {
    /// The record of a decision.
    pub(crate) async fn decision(&self, id: &str) -> Result<Option<String>, LedgerError> {
        let item = self.get(DECISION, key::decision(id)).await?;
        item.map(|item| self.text(&item, "body")).transpose()
    }

    /// The newest allowed changes of a service, at most `limit`, and the newest refused decisions about the change that
    /// asks, at the same time.
    pub(crate) async fn history(&self, query: &HistoryQuery, limit: usize) -> Result<HistoryRows, LedgerError> {
        let allowed = key::allowed(&query.service, &query.environment)?;
        let refused = key::refused(&query.service, &query.environment, &query.change_id)?;
        let (allowed, refused) =
            tokio::try_join!(self.entries(allowed, query, limit), self.entries(refused, query, MAX_REFUSED))?;
        Ok(HistoryRows {
            requests: allowed.requests + refused.requests,
            truncated: allowed.truncated,
            allowed: allowed.rows,
            refused: refused.rows,
        })
    }

    async fn entries(&self, pk: String, query: &HistoryQuery, limit: usize) -> Result<Entries, LedgerError> {
        let request = self
            .query(pk)
            .key_condition_expression("pk = :pk AND sk >= :since")
            .expression_attribute_values(":since", AttributeValue::S(id::sortable(query.since)))
            .scan_index_forward(false);
        let mut found = Entries::default();
        let mut start = None;
        loop {
            let missing = limit.saturating_sub(found.rows.len());
            let page = self.page(HISTORY, request.clone(), missing, start).await?;
            found.requests += 1;
            for item in page.items() {
                let outcome = item.contains_key("outcome").then(|| self.text(item, "outcome")).transpose()?;
                found.rows.push(EntryRow { change: self.text(item, "change")?, outcome });
            }
            start = page.last_evaluated_key;
            found.truncated = start.is_some() && found.requests >= MAX_HISTORY_REQUESTS;
            if start.is_none() || found.truncated || found.rows.len() >= limit {
                return Ok(found);
            }
        }
    }

    /// Ids and records in the order of the ids, at most `limit`.
    pub(crate) async fn decisions(
        &self,
        ids: IdRange,
        order: Order,
        limit: usize,
    ) -> Result<Vec<(String, String)>, LedgerError> {
        let reads: Vec<_> = self
            .list(ids, order, limit)
            .await?
            .into_iter()
            .map(|id| {
                let ledger = self.clone();
                tokio::spawn(async move { ledger.decision(&id).await.map(|body| (id, body)) })
            })
            .collect();
        let mut records = Vec::with_capacity(reads.len());
        for read in reads {
            let (id, body) = read.await.map_err(|error| self.place.failed(DECISIONS, error.to_string()))??;
            let Some(body) = body else {
                return Err(self.place.unreadable(format!("decision `{id}`"), "it is listed and not there"));
            };
            records.push((id, body));
        }
        Ok(records)
    }

    /// The ids of recorded decisions, year by year.
    async fn list(&self, (low, high): IdRange, order: Order, limit: usize) -> Result<Vec<String>, LedgerError> {
        let mut years: Vec<i32> = (key::year_of(low)..=key::year_of(high)).collect();
        if order == Order::NewestFirst {
            years.reverse();
        }
        let mut ids = Vec::new();
        for year in years {
            let request = self
                .query(key::year(year))
                .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
                .expression_attribute_values(":low", id_value(low))
                .expression_attribute_values(":high", id_value(high))
                .scan_index_forward(order == Order::OldestFirst);
            let mut start = None;
            loop {
                let page = self.page(DECISIONS, request.clone(), limit.saturating_sub(ids.len()), start).await?;
                for item in page.items() {
                    ids.push(self.text(item, "sk")?);
                }
                start = page.last_evaluated_key;
                if ids.len() >= limit {
                    return Ok(ids);
                }
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(ids)
    }

    /// All that a query finds, at most `limit`.
    pub(super) async fn items(
        &self,
        operation: &'static str,
        request: QueryFluentBuilder,
        limit: usize,
    ) -> Result<Vec<Item>, LedgerError> {
        let (mut items, mut start) = (Vec::new(), None);
        for _ in 0..MAX_REQUESTS {
            let page = self.page(operation, request.clone(), limit.saturating_sub(items.len()), start).await?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                return Ok(items);
            }
        }
        Err(self.place.failed(operation, format!("the answer has more than {MAX_REQUESTS} pages")))
    }

    pub(super) fn query(&self, pk: String) -> QueryFluentBuilder {
        let request = self.client.query().table_name(&self.table).consistent_read(true);
        request.expression_attribute_values(":pk", AttributeValue::S(pk))
    }

    async fn page(
        &self,
        operation: &'static str,
        request: QueryFluentBuilder,
        limit: usize,
        start: Option<Item>,
    ) -> Result<QueryOutput, LedgerError> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let answer = request.limit(limit).set_exclusive_start_key(start).send().await;
        answer.map_err(|error| self.explain(operation, &error))
    }
}

fn id_value(id: Ulid) -> AttributeValue {
    AttributeValue::S(id.to_string())
}
