//! What is kept of the days of objectives: all gates judge by the same.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tollgate_core::slo::Slo;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{KeptDays, LedgerError, is_kept, slo_days, with_parts};

use crate::{House, unavailable};

/// Objectives whose days are read at once.
const READS_AT_ONCE: usize = 16;

impl House {
    /// What is kept of the days of these objectives and of those that they are made of, and of no others: a month of one is
    /// some kilobytes. What cannot be read is as if it was not kept, so those days are not known.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn kept_days(&self, slos: impl IntoIterator<Item = &Slo>) -> Result<KeptDays, Problem> {
        let ids: BTreeSet<String> =
            slos.into_iter().flat_map(with_parts).filter(|slo| is_kept(slo)).map(Slo::evidence_id).collect();
        let read = stream::iter(ids)
            .map(|id| async move {
                match self.ledger.document(&slo_days(), &id).await {
                    Err(error @ LedgerError::Unreadable { .. }) => {
                        tracing::error!(%error, "the days of an objective are not known");
                        Ok(None)
                    }
                    read => read,
                }
            })
            .buffer_unordered(READS_AT_ONCE);
        let documents: Vec<_> = read
            .try_collect()
            .await
            .map_err(|error: LedgerError| unavailable("what is kept of the days cannot be read", &error))?;
        Ok(documents.into_iter().flatten().map(|document| (document.key.clone(), document)).collect())
    }
}
