//! Keys. Text from outside goes in as a digest, so that no text can spell another's key, however it is made or long.

use chrono::{DateTime, Datelike as _};
use tollgate_core::digest;
use ulid::Ulid;

use crate::{claim::ClaimKey, document::Collection, error::LedgerError, id};

/// Where a claim is.
pub(super) fn claim(key: &ClaimKey) -> Result<(String, String), LedgerError> {
    let parts = [key.gate.as_str(), &key.principal, &key.idempotency_key];
    Ok((format!("CLAIM#{}", digest_of(&parts)?), "CLAIM".into()))
}

/// Where a decision is. The id is a ULID, which was seen to before.
pub(super) fn decision(decision_id: &str) -> (String, String) {
    (format!("DECISION#{decision_id}"), "DECISION".into())
}

/// Where the allowed changes of a service in an environment are.
pub(super) fn allowed(service: &str, environment: &str) -> Result<String, LedgerError> {
    Ok(format!("SERVICE#{}", digest_of(&[service, environment])?))
}

/// Where the documents of a collection are.
pub(super) fn documents(collection: &Collection) -> String {
    format!("DOCUMENTS#{}", digest::of_bytes(collection.as_str().as_bytes()))
}

/// Where a notice is until it is sent.
pub(super) fn outbox(key: &str) -> (String, String) {
    ("OUTBOX".into(), key.into())
}

/// Where the decisions are that did not allow a change.
pub(super) fn refused(service: &str, environment: &str, change_id: &str) -> Result<String, LedgerError> {
    Ok(format!("CHANGE#{}", digest_of(&[service, environment, change_id])?))
}

/// Where the change is that was allowed last.
pub(super) fn last_allowed(service: &str, environment: &str) -> Result<(String, String), LedgerError> {
    Ok((format!("LAST#{}", digest_of(&[service, environment])?), "LAST".into()))
}

/// Where the decisions of a year are listed.
pub(super) fn year(year: i32) -> String {
    format!("YEAR#{year}")
}

/// The year that an id was made in.
pub(super) fn year_of(id: Ulid) -> i32 {
    let milliseconds = i64::try_from(id.timestamp_ms()).unwrap_or(i64::MAX);
    DateTime::from_timestamp_millis(milliseconds).map_or(i32::MAX, |time| time.year())
}

/// The list that a decision belongs to.
pub(super) fn year_of_decision(decision_id: &str) -> Result<String, LedgerError> {
    Ok(year(year_of(id::require("decision_id", decision_id)?)))
}

/// The JSON of a list of texts is different for different lists, unlike texts that are joined.
fn digest_of(parts: &[&str]) -> Result<String, LedgerError> {
    digest::of_json(&parts).map_err(|error| LedgerError::Invalid { field: "key", reason: error.to_string() })
}
