//! The suite over DynamoDB: an emulator, reached through the real SDK.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should panic"
)]

#[path = "dynamodb/double.rs"]
mod double;
#[path = "dynamodb/failures.rs"]
mod failures;
#[path = "dynamodb/reach.rs"]
mod reach;
mod suite;

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use suite::model;
use tollgate_ledger::{DynamoDbLedger, Ledger, LedgerConfig};

const ENDPOINT: &str = "TOLLGATE_TEST_AWS_ENDPOINT";

struct Stage {
    ledger: Ledger,
    other: Ledger,
}

async fn open() -> Stage {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let endpoint = std::env::var(ENDPOINT).unwrap_or_else(|_| {
        panic!("`{ENDPOINT}` does not say where an AWS emulator is: run `cargo xtask test`, which starts one")
    });
    let nanoseconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let table = format!("test-{}-{nanoseconds}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed));
    let aws = reach::through(&endpoint).build();
    DynamoDbLedger::open(&table, &aws).create_table().await.unwrap();
    let config: LedgerConfig = format!("dynamodb:{table}").parse().unwrap();
    let handle = async || Ledger::open(&config, Some(&aws)).await.unwrap();
    Stage { ledger: handle().await, other: handle().await }
}

test_store!(open);

#[tokio::test]
async fn says_which_store_it_is() {
    assert_eq!(open().await.ledger.name(), "ledger:dynamodb");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error_that_names_it() {
    let Ok(endpoint) = std::env::var(ENDPOINT) else { panic!("run `cargo xtask test`, which sets `{ENDPOINT}`") };
    let aws = reach::through(&endpoint).build();
    let ledger = Ledger::open(&LedgerConfig::DynamoDb("nowhere".into()), Some(&aws)).await.unwrap();
    let error = ledger.claim(&suite::fixture::claim("k", "q", 0, 1)).await.unwrap_err();
    assert!(!error.is_transient(), "{error}");
    assert!(error.to_string().contains("ledger `dynamodb:nowhere` could not claim: ResourceNotFound"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_a_model(operations in model::operations()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stage = open().await;
            model::agrees(&stage.ledger, operations).await;
        });
    }
}
