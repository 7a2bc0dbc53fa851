//! The bill in a ledger: of any size, whole or not at all.

use chrono::{Days, NaiveDate};
use tempfile::TempDir;
use tollgate_aws::billing::{
    BILLING_SCHEMA, BillingSource, CostQuery, CostTable, GroupKey, Outcome, Part, Series, Snapshot, Tags,
};
use tollgate_core::{Timestamp, budget::Basis, evidence::EvidenceStatus, spend::BilledAmount};
use tollgate_ledger::{Committed, Ledger, LedgerConfig};

use super::{
    Bill,
    kept::{self, Account, keep},
};

fn at() -> Timestamp {
    "2026-11-21T06:00:00Z".parse().unwrap()
}

async fn ledger(folder: &TempDir) -> Ledger {
    Ledger::open(&LedgerConfig::Sqlite(folder.path().join("ledger.sqlite")), None).await.unwrap()
}

/// So many accounts over thirty days.
fn snapshot(accounts: usize, cents: &str) -> Snapshot {
    let first: NaiveDate = "2026-10-01".parse().unwrap();
    let days = || (0..30).map(|day| first + Days::new(day));
    let amount = BilledAmount::read(cents).unwrap();
    let series = |number: usize| Series {
        keys: vec![format!("{number:012}")],
        currency: "USD".to_owned(),
        amounts: days().map(|day| (day, amount)).collect(),
    };
    let asked = CostQuery {
        basis: Basis::default(),
        group_by: vec![GroupKey::Account],
        granularity: Default::default(),
        only: Vec::new(),
        first_day: first,
        end_day: first + Days::new(30),
    };
    let table = CostTable {
        days: days().map(|day| (day, false)).collect(),
        series: (0..accounts).map(series).collect(),
        unreadable: Vec::new(),
    };
    let part = Part {
        asked,
        fetched_at: at(),
        requests: 1,
        pages: Some(1),
        outcome: Outcome::Known(table),
        not_renewed: None,
    };
    Snapshot {
        schema: BILLING_SCHEMA.to_owned(),
        fetched_at: at(),
        tags: Tags::default(),
        requests: 1,
        paid_requests: 1,
        price_usd_micros: 10_000,
        costs: vec![part],
        forecasts: Vec::new(),
        budgets: Vec::new(),
        anomalies: None,
        served: Vec::new(),
    }
}

/// Has a snapshot count.
async fn name(ledger: &Ledger, snapshot: &Snapshot, most_bytes: usize) -> usize {
    let current = keep(ledger, snapshot, most_bytes).await.unwrap();
    let slices = current.slices;
    let known = kept::account(ledger).await.unwrap();
    let account = Account { current: Some(current), ..Account::default() };
    assert_eq!(kept::put(ledger, known.as_ref(), &account, at()).await.unwrap(), Committed::Stored);
    slices
}

#[tokio::test]
async fn a_bill_of_any_size_is_read_as_it_was_and_replaced_as_a_whole() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(&folder).await;
    let bill = Bill::open(BillingSource::Aws).unwrap();
    let (first, second) = (snapshot(600, "1.5"), snapshot(600, "2.5"));
    let slices = name(&ledger, &first, 4096).await;
    assert!(slices > 100, "{slices}");
    assert_eq!(bill.read(&ledger).await.snapshot().unwrap(), &first);
    // A reader that began before goes on with what it has, and the next one has the other.
    let before = kept::account(&ledger).await.unwrap().unwrap().value.current.unwrap();
    name(&ledger, &second, 4096).await;
    assert_eq!(kept::snapshot(&ledger, &before).await.unwrap(), first);
    assert_eq!(bill.read(&ledger).await.snapshot().unwrap(), &second);
}

#[tokio::test]
async fn a_bill_that_is_not_whole_is_none() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(&folder).await;
    let current = keep(&ledger, &snapshot(300, "1"), 4096).await.unwrap();
    let lost = kept::Current { slices: current.slices - 2, ..current };
    let gap = kept::snapshot(&ledger, &lost).await.unwrap_err();
    assert_eq!(gap.status, EvidenceStatus::Error);
    // Nothing goes on for what a damaged account says.
    let endless = kept::Current { slices: usize::MAX, ..lost };
    assert!(kept::snapshot(&ledger, &endless).await.unwrap_err().reason.contains("fetch it again"));
    assert!(gap.reason.contains("fetch it again"), "{}", gap.reason);
}

#[tokio::test]
async fn without_a_bill_the_reason_is_evidence() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(&folder).await;
    for (source, reason) in [(BillingSource::Aws, "was not fetched yet"), (BillingSource::Nowhere, "TOLLGATE_BILLING")]
    {
        let statement = Bill::open(source).unwrap().read(&ledger).await;
        let evidence = &statement.evidence(&[])[0];
        assert_eq!((evidence.id.as_str(), evidence.status, evidence.required), ("bill", EvidenceStatus::NoData, false));
        assert!(evidence.reason.as_deref().unwrap().contains(reason), "{evidence:?}");
    }
}

#[tokio::test]
async fn a_recorded_bill_needs_no_ledger_and_says_when_it_was() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bill.json");
    std::fs::write(&path, serde_json::to_string(&snapshot(2, "1")).unwrap()).unwrap();
    let bill = Bill::open(BillingSource::Recorded(path)).unwrap();
    assert_eq!(bill.recorded_at(), Some(at()));
    let statement = bill.read(&ledger(&folder).await).await;
    assert_eq!(statement.snapshot().unwrap(), &snapshot(2, "1"));
    assert_eq!(statement.evidence(&[])[0].api_cost_usd_micros, 0);
}
