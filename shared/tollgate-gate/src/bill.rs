//! The bill, as all gates share it: fetched by the cost gate, kept in the ledger, read by everyone.
//!
//! What is kept are slices of a snapshot under its digest, and one small document that names the snapshot that counts
//! ([`kept`]). A reader takes the slices of one digest, so it never joins halves of two. The same document is the lease by
//! which two simultaneous runs fetch once, and the meter of what was paid for ([`renew`]).

mod kept;
mod renew;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tollgate_aws::billing::{BillingSource, Gap, Snapshot, SnapshotError, bill_evidence, look};
use tollgate_core::{
    Timestamp,
    budget::{Budget, SpendJudging},
    evidence::{Evidence, EvidenceStatus},
};
use tollgate_ledger::Ledger;

use crate::House;
pub use renew::{Renewal, Renewed};
pub use tollgate_aws::billing::{Looked, fits, increase_fits};

/// Where the bill comes from, and what of it was read already.
#[derive(Debug)]
pub struct Bill {
    source: BillingSource,
    recorded: Option<Arc<Snapshot>>,
    /// The newest that was read, by its digest: it is some megabytes, and changes three times a day.
    held: Mutex<Option<(String, Arc<Snapshot>)>>,
}

/// The bill as it is known at a time.
#[derive(Debug, Clone)]
pub struct Statement {
    snapshot: Result<Arc<Snapshot>, Gap>,
    source: String,
    /// Why there is no newer one, where there should be.
    not_renewed: Option<String>,
    /// Requests of the run that fetched it, and their price; nothing for all that only read it.
    requests: u64,
    price_usd_micros: u64,
}

impl Bill {
    /// Opens the source; a recorded bill is read at once.
    ///
    /// # Errors
    /// When a recorded bill cannot be read.
    pub fn open(source: BillingSource) -> Result<Self, SnapshotError> {
        let recorded = match &source {
            BillingSource::Recorded(path) => Some(Arc::new(Snapshot::open(path)?)),
            BillingSource::Aws | BillingSource::Nowhere => None,
        };
        Ok(Self { source, recorded, held: Mutex::new(None) })
    }

    /// Where it comes from.
    pub const fn source(&self) -> &BillingSource {
        &self.source
    }

    /// When a recorded bill was fetched.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        self.recorded.as_ref().map(|snapshot| snapshot.fetched_at)
    }

    /// What is known of it by now. Asks the ledger, never AWS.
    async fn read(&self, ledger: &Ledger) -> Statement {
        let gap = |reason: &str| Gap::new(EvidenceStatus::NoData, reason);
        let (snapshot, not_renewed) = match (&self.source, &self.recorded) {
            (_, Some(recorded)) => (Ok(Arc::clone(recorded)), None),
            (BillingSource::Aws, None) => match kept::account(ledger).await {
                Ok(account) => {
                    let account = account.map(|account| account.value).unwrap_or_default();
                    let snapshot = match account.is_lost {
                        true => {
                            Err(Gap::error("what is kept of the bill cannot be read: the next fetch writes it anew"))
                        }
                        false => self.named(ledger, account.current.as_ref()).await,
                    };
                    (snapshot, account.not_renewed)
                }
                Err(gap) => (Err(gap), None),
            },
            (_, None) => (Err(gap("no bill is configured: set `TOLLGATE_BILLING`")), None),
        };
        Statement { snapshot, source: self.source.to_string(), not_renewed, requests: 0, price_usd_micros: 0 }
    }

    async fn named(&self, ledger: &Ledger, current: Option<&kept::Current>) -> Result<Arc<Snapshot>, Gap> {
        let Some(current) = current else {
            let reason = "the bill was not fetched yet: the cost gate's schedule does that";
            return Err(Gap::new(EvidenceStatus::NoData, reason));
        };
        if let Some(snapshot) = self.held(&current.snapshot) {
            return Ok(snapshot);
        }
        let snapshot = Arc::new(kept::snapshot(ledger, current).await?);
        self.hold(current.snapshot.clone(), &snapshot);
        Ok(snapshot)
    }

    fn held(&self, digest: &str) -> Option<Arc<Snapshot>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(held, _)| held == digest).map(|(_, snapshot)| Arc::clone(snapshot))
    }

    fn hold(&self, digest: String, snapshot: &Arc<Snapshot>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((digest, Arc::clone(snapshot)));
    }

    /// Lets go of what was read, so that it is not there twice while a newer one is fetched.
    fn release(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl House {
    /// The bill as it is kept. Asks the ledger, within a time, and never AWS; what fails is a gap of it.
    pub async fn statement(&self, limit: Duration) -> Statement {
        tokio::time::timeout(limit, self.bill.read(&self.ledger)).await.unwrap_or_else(|_| {
            let reason = format!("the ledger did not answer within {} ms", limit.as_millis());
            Statement::missing(&self.bill.source, Gap::error(reason))
        })
    }
}

impl Statement {
    fn missing(source: &BillingSource, gap: Gap) -> Self {
        let source = source.to_string();
        Self { snapshot: Err(gap), source, not_renewed: None, requests: 0, price_usd_micros: 0 }
    }

    /// The snapshot, or why there is none.
    pub fn snapshot(&self) -> Result<&Snapshot, &Gap> {
        self.snapshot.as_deref()
    }

    /// The same, where what fetching it cost has been told already.
    #[must_use]
    pub fn told(self) -> Self {
        Self { requests: 0, price_usd_micros: 0, ..self }
    }

    /// Where a budget stands by it.
    pub fn look(&self, budget: &Budget, judging: &SpendJudging) -> Looked {
        look(self.snapshot(), budget, judging)
    }

    /// How it is known as a whole, with what fetching it cost in this very run; followed by what of it is missing that
    /// concerns some budgets. All of it is advisory.
    pub fn evidence(&self, looked: &[Looked]) -> Vec<Evidence> {
        let bill = bill_evidence(self.snapshot(), &self.source, self.not_renewed.as_deref());
        let bill = Evidence { api_requests: self.requests, api_cost_usd_micros: self.price_usd_micros, ..bill };
        std::iter::once(bill).chain(looked.iter().flat_map(|looked| looked.gaps.iter().cloned())).collect()
    }
}

#[cfg(test)]
mod tests;
