//! Where the bill comes from: what the cost gate kept, a recorded one, or AWS, which is paid for.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use tokio::time::Instant;
use tollgate_aws::{
    billing::{Billing, BillingSource, Plan, Slice, Snapshot, Wanted, join},
    ready, sdk_config,
};
use tollgate_core::{Timestamp, catalogue::Catalogue};
use tollgate_ledger::{Collection, Document, Ledger, LedgerConfig};

const DEADLINE: Duration = Duration::from_secs(60);

/// The bill, and the time to judge it by.
pub(super) struct Bill {
    pub(super) snapshot: Snapshot,
    pub(super) source: String,
    pub(super) now: Timestamp,
    /// Requests that were paid for here, and their price.
    pub(super) paid_requests: u64,
    pub(super) price_usd_micros: u64,
}

/// The part of the bill's account that says which snapshot counts.
#[derive(Debug, Deserialize)]
struct Account {
    current: Option<Current>,
}

#[derive(Debug, Deserialize)]
struct Current {
    snapshot: String,
    slices: usize,
}

impl Bill {
    /// The bill of a source: of AWS what the cost gate kept in the ledger, and only where there is nothing, AWS is asked.
    pub(super) async fn open(
        catalogue: &Catalogue,
        source: &BillingSource,
        ledger: &LedgerConfig,
    ) -> anyhow::Result<Self> {
        match source {
            BillingSource::Recorded(path) => {
                let snapshot = Snapshot::open(path)?;
                let now = snapshot.fetched_at;
                Ok(Self { snapshot, source: source.to_string(), now, paid_requests: 0, price_usd_micros: 0 })
            }
            BillingSource::Nowhere => bail!("there is no bill: give `--billing aws` or `--billing recorded:PATH`"),
            BillingSource::Aws => match kept(ledger).await? {
                Some(snapshot) => {
                    let now = SystemTime::now().into();
                    Ok(Self { snapshot, source: ledger.to_string(), now, paid_requests: 0, price_usd_micros: 0 })
                }
                None => Self::fetch(catalogue).await,
            },
        }
    }

    /// Asks AWS.
    pub(super) async fn fetch(catalogue: &Catalogue) -> anyhow::Result<Self> {
        let sdk = sdk_config().await;
        ready(&sdk, false).await?;
        let now = Timestamp::from(SystemTime::now());
        let wanted = Wanted::of(&catalogue.settings.resolve("", None));
        let plan = Plan::of(&catalogue.budgets, &wanted, now);
        let snapshot = Billing::new(&sdk).fetch(&plan, None, now, Instant::now() + DEADLINE).await;
        let (paid_requests, price_usd_micros) = (snapshot.paid_requests, snapshot.price_usd_micros);
        Ok(Self { snapshot, source: BillingSource::Aws.to_string(), now, paid_requests, price_usd_micros })
    }
}

/// The snapshot that the cost gate kept; none where it kept none yet.
async fn kept(config: &LedgerConfig) -> anyhow::Result<Option<Snapshot>> {
    // A ledger that is opened is made.
    if let LedgerConfig::Sqlite(path) = config
        && !path.exists()
    {
        return Ok(None);
    }
    let sdk = sdk_config().await;
    if matches!(config, LedgerConfig::DynamoDb { .. }) {
        ready(&sdk, true).await?;
    }
    let ledger = Ledger::open(config, Some(&sdk)).await?;
    let account: Option<Document<Account>> = ledger.document(&Collection::of(&["bill"]), "account").await?;
    let Some(current) = account.and_then(|account| account.value.current) else { return Ok(None) };
    let slices = Collection::of(&["bill", &current.snapshot]);
    let (first, last) = ("000000", format!("{:06}", current.slices));
    let found: Vec<Document<Slice>> = ledger.documents(&slices, first, &last).await?;
    ensure!(!found.is_empty(), "the bill that {config} names is gone: have the cost gate fetch another");
    let snapshot = join(found.into_iter().map(|document| document.value).collect());
    snapshot.map(Some).context("the bill in the ledger cannot be read: have the cost gate fetch another")
}
