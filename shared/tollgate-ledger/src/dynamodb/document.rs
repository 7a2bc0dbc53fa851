//! Documents and the outbox in DynamoDB.

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{AttributeValue, Put as PutItem, TransactWriteItem, Update},
};

use super::{DynamoDbLedger, Item, key, write::Transacted};
use crate::{
    document::{Collection, Committed, DocumentRow, Expect, OutboxRow, Put, Writes},
    error::LedgerError,
};

const READ: &str = "read documents";
const COMMIT: &str = "commit documents";
const PENDING: &str = "read the outbox";
const SENT: &str = "take a notice out of the outbox";

impl DynamoDbLedger {
    /// The document with this key.
    pub(crate) async fn document(&self, collection: &Collection, id: &str) -> Result<Option<DocumentRow>, LedgerError> {
        let item = self.get(READ, (key::documents(collection), id.to_owned())).await?;
        item.map(|item| self.document_row(&item)).transpose()
    }

    /// The documents with these keys, at most `limit`.
    pub(crate) async fn documents(
        &self,
        collection: &Collection,
        (first, last): (&str, &str),
        limit: usize,
    ) -> Result<Vec<DocumentRow>, LedgerError> {
        let request = self
            .query(key::documents(collection))
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":first", AttributeValue::S(first.to_owned()))
            .expression_attribute_values(":last", AttributeValue::S(last.to_owned()));
        let items = self.items(READ, request, limit).await?;
        items.iter().map(|item| self.document_row(item)).collect()
    }

    fn document_row(&self, item: &Item) -> Result<DocumentRow, LedgerError> {
        let key = self.text(item, "sk")?;
        let version = item.get("version").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
        let version = version.ok_or_else(|| self.place.unreadable(format!("document `{key}`"), "it has no version"))?;
        Ok(DocumentRow { version, body: self.text(item, "body")?, key })
    }

    /// Writes everything in one request, unless a document is not as expected.
    pub(crate) async fn commit(&self, writes: Writes) -> Result<Committed, LedgerError> {
        let updates = writes.puts.iter().map(|put| self.update(put));
        let letters = writes.notices.iter().map(|notice| self.letter(notice));
        let items: Vec<_> = updates
            .chain(letters)
            .collect::<Result<_, BuildError>>()
            .map_err(|error| self.place.failed(COMMIT, error.to_string()))?;
        Ok(match self.transact(COMMIT, items).await? {
            Transacted::Stored => Committed::Stored,
            Transacted::Refused(_) => Committed::Conflict,
        })
    }

    fn update(&self, put: &Put) -> Result<TransactWriteItem, BuildError> {
        let number = |number: String| AttributeValue::N(number);
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(key::documents(&put.collection)))
            .key("sk", AttributeValue::S(put.key.clone()))
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":none", number("0".to_owned()))
            .expression_attribute_values(":one", number("1".to_owned()))
            .expression_attribute_values(":body", AttributeValue::S(put.body.clone()));
        let set = "SET #version = if_not_exists(#version, :none) + :one, body = :body";
        let update = match put.expires_at_seconds {
            Some(seconds) => update
                .update_expression(format!("{set}, expires_at_seconds = :end"))
                .expression_attribute_values(":end", number(seconds.to_string())),
            None => update.update_expression(format!("{set} REMOVE expires_at_seconds")),
        };
        let update = match put.expect {
            Expect::Anything => update,
            Expect::Absent => update.condition_expression("attribute_not_exists(pk)"),
            Expect::Version(version) => update
                .condition_expression("#version = :expected")
                .expression_attribute_values(":expected", number(version.to_string())),
        };
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn letter(&self, notice: &OutboxRow) -> Result<TransactWriteItem, BuildError> {
        let (pk, sk) = key::outbox(&notice.key);
        let put = PutItem::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk))
            .item("sk", AttributeValue::S(sk))
            .item("body", AttributeValue::S(notice.body.clone()));
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Notices that are not sent, the oldest first, at most `limit`.
    pub(crate) async fn pending(&self, limit: usize) -> Result<Vec<OutboxRow>, LedgerError> {
        let (pk, _) = key::outbox("");
        let items = self.items(PENDING, self.query(pk).key_condition_expression("pk = :pk"), limit).await?;
        let row = |item| Ok(OutboxRow { key: self.text(item, "sk")?, body: self.text(item, "body")? });
        items.iter().map(row).collect()
    }

    /// Takes a notice out of the outbox.
    pub(crate) async fn sent(&self, id: &str) -> Result<(), LedgerError> {
        let (pk, sk) = key::outbox(id);
        let request = self.client.delete_item().table_name(&self.table);
        let answer = request.key("pk", AttributeValue::S(pk)).key("sk", AttributeValue::S(sk)).send().await;
        answer.map_err(|error| self.explain(SENT, &error))?;
        Ok(())
    }
}
