//! The bill in the ledger.

use chrono::{NaiveDate, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tollgate_aws::billing::{Gap, JoinError, Joining, Slice, Snapshot};
use tollgate_core::{Timestamp, evidence::EvidenceStatus};
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, Ledger, LedgerError, Put};

/// How long slices are there: longer than anybody reads the snapshot that they are of. A fetch that fails keeps what was
/// there in slices of its own, so that only a bill that nobody has looked at for so long is gone.
const LIFE: TimeDelta = TimeDelta::days(3);
const ACCOUNT: &str = "account";
/// Slices that are read at once: as many are there beside what they become.
const READ_AT_ONCE: usize = 4;

/// What is known of the bill as a whole: one document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Account {
    /// The snapshot that counts.
    pub(super) current: Option<Current>,
    /// Who is fetching another.
    pub(super) renewing: Option<Renewing>,
    /// The day of UTC that the meter is for.
    pub(super) day: Option<NaiveDate>,
    /// Requests paid for on that day, including those that a fetch under way may still pay for.
    pub(super) paid: u64,
    /// Why the last fetch that was due did not happen; none once one did.
    pub(super) not_renewed: Option<String>,
    /// When AWS last said that there is more to know than the snapshot has; none once a later fetch came.
    #[serde(default)]
    pub(super) wanted_since: Option<Timestamp>,
    /// Is there one that cannot be read? Then this is an empty one in its place.
    #[serde(skip)]
    pub(super) is_lost: bool,
}

/// A snapshot that is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Current {
    /// Its digest, under which its slices are.
    pub(super) snapshot: String,
    /// How many they are.
    pub(super) slices: usize,
    /// When it was fetched.
    pub(super) fetched_at: Timestamp,
    /// Is it whole, so that there is nothing to make up for?
    pub(super) is_whole: bool,
}

/// A fetch under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Renewing {
    /// Who fetches: the same when they are asked again.
    pub(super) by: String,
    /// Since when.
    pub(super) since: Timestamp,
    /// Until when nobody else does.
    pub(super) until: Timestamp,
    /// Paid requests that are put aside for it.
    #[serde(default)]
    pub(super) reserved: u64,
}

fn bill() -> Collection {
    Collection::of(&["bill"])
}

fn slices(digest: &str) -> Collection {
    Collection::of(&["bill", digest])
}

fn key(index: usize) -> String {
    format!("{index:06}")
}

/// What is known of the bill as a whole. Of a document that cannot be read the version is known, so that it is written anew.
pub(super) async fn account(ledger: &Ledger) -> Result<Option<Document<Account>>, Gap> {
    match ledger.document(&bill(), ACCOUNT).await {
        Err(error @ LedgerError::Unreadable { .. }) => {
            tracing::error!(%error, "the bill's account is begun anew");
            let version = ledger.version(&bill(), ACCOUNT).await.map_err(|error| gap(&error))?;
            let value = Account { is_lost: true, ..Account::default() };
            Ok(version.map(|version| Document { key: ACCOUNT.to_owned(), version, value }))
        }
        account => account.map_err(|error| gap(&error)),
    }
}

/// Writes it, unless another was faster.
pub(super) async fn put(
    ledger: &Ledger,
    known: Option<&Document<Account>>,
    account: &Account,
    at: Timestamp,
) -> Result<Committed, LedgerError> {
    let put = Put::new(&bill(), ACCOUNT, Expect::same(known), account)?;
    ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await
}

/// The snapshot that an account names.
pub(super) async fn snapshot(ledger: &Ledger, current: &Current) -> Result<Snapshot, Gap> {
    let (collection, joining) = (slices(&current.snapshot), Joining::new(&current.snapshot, current.slices));
    let broken = |error: JoinError| Gap::new(EvidenceStatus::Error, error.to_string());
    let read = async |index| match ledger.document(&collection, &key(index)).await {
        // One that cannot be read is missing.
        Err(LedgerError::Unreadable { .. }) => Ok(None),
        found => found.map_err(|error| gap(&error)),
    };
    let found = stream::iter(0..current.slices).map(read).buffered(READ_AT_ONCE);
    // Behind one that is missing nothing is read, however many there are said to be.
    let add = async |mut joining: Joining, found: Option<Document<Slice>>| match found {
        Some(slice) => {
            joining.add(slice.value);
            Ok(joining)
        }
        None => Err(joining.done().err().map_or_else(|| broken(JoinError::Damaged), broken)),
    };
    found.try_fold(joining, add).await?.done().map_err(broken)
}

/// Keeps a snapshot slice by slice, so that there may be any number of them; nobody reads it before an account names it.
pub(super) async fn keep(ledger: &Ledger, snapshot: &Snapshot, most_bytes: usize) -> Result<Current, String> {
    let (at, is_whole) = (snapshot.fetched_at, snapshot.is_whole());
    let parts = snapshot.slices(most_bytes).map_err(|error| error.to_string())?;
    let failed = |error: LedgerError| error.to_string();
    let collection = slices(parts.name());
    for slice in parts.iter() {
        let put = Put::new(&collection, &key(slice.index), Expect::Anything, &slice).map_err(failed)?.until(at + LIFE);
        let committed = ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map_err(failed)?;
        if committed == Committed::Conflict {
            return Err("a slice of the bill could not be written".to_owned());
        }
    }
    Ok(Current { snapshot: parts.name().to_owned(), slices: parts.count(), fetched_at: at, is_whole })
}

/// The log says why; a reader learns that it could not be read.
pub(super) fn gap(error: &LedgerError) -> Gap {
    tracing::error!(%error, "the bill cannot be read");
    Gap::error("the ledger that keeps the bill could not be read; its log says why")
}
