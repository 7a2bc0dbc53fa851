//! What DynamoDB's errors mean: which go away by themselves, which do not.

use std::error::Error;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

use super::DynamoDbLedger;
use crate::error::{LedgerError, with_causes};

/// Error codes, and reasons of cancelled transactions, that go away by themselves.
const TRANSIENT: [&str; 12] = [
    "ThrottlingException",
    "ThrottlingError",
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "LimitExceededException",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
    "TransactionConflict",
    "TransactionInProgressException",
    "ReplicatedWriteConflictException",
];

pub(super) fn is_transient(code: &str) -> bool {
    TRANSIENT.contains(&code)
}

impl DynamoDbLedger {
    /// The error of a call, told apart by whether asking again may help.
    pub(super) fn explain<E>(&self, operation: &'static str, error: &SdkError<E, HttpResponse>) -> LedgerError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let Some(failure) = error.as_service_error() else {
            let reason = with_causes(error);
            return match error {
                SdkError::ConstructionFailure(_) => self.place.failed(operation, reason),
                _ => self.place.unavailable(operation, reason),
            };
        };
        let code = failure.code().unwrap_or("no error code");
        let reason = format!("{code}: {}", failure.message().unwrap_or("no message"));
        let is_server_error = error.raw_response().is_some_and(|answer| answer.status().is_server_error());
        if is_server_error || is_transient(code) {
            self.place.unavailable(operation, reason)
        } else {
            self.place.failed(operation, reason)
        }
    }
}
