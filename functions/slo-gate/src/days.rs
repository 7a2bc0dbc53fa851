//! What is kept of the days of objectives that are counted in slices, because CloudWatch forgets datapoints as short as a
//! slice long before the period is over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tollgate_aws::Gathered;
use tollgate_core::{
    Timestamp,
    slo::{Background, DailyAggregate, Indicator, Slo},
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, LedgerError, Put};

use crate::SloGate;

/// CloudWatch keeps minutes for 15 days; what was missed is made up for as far back as this.
const DAYS_BACK: u64 = 13;
/// How long datapoints of a day may come after it: CloudWatch converges within ten minutes.
const LATE: TimeDelta = TimeDelta::minutes(15);
/// Objectives whose days are read at once.
const READS_AT_ONCE: usize = 16;
/// The longest slice that CloudWatch's hourly datapoints cannot replace.
const LONGEST_KEPT_SECONDS: u64 = 3599;

/// What is kept, by the id of the objective's evidence.
pub(crate) type Kept = BTreeMap<String, Document<Vec<DailyAggregate>>>;

/// Is anything to be kept of its days?
fn is_kept(slo: &Slo) -> bool {
    slo.budgeting.slice_seconds().is_some_and(|seconds| seconds <= LONGEST_KEPT_SECONDS)
}

/// The objectives that an objective is made of, and itself.
fn with_parts(slo: &Slo) -> Vec<&Slo> {
    let mut all = vec![slo];
    if let Indicator::Composite(composite) = &slo.indicator {
        all.extend(composite.parts.iter().flat_map(|part| with_parts(&part.slo)));
    }
    all
}

/// What an objective is judged by besides its series.
pub(crate) fn background(slo: &Slo, kept: &Kept) -> Background {
    let of = |slo: &Slo| kept.get(&slo.evidence_id()).map(|days| days.value.clone()).unwrap_or_default();
    Background { days: with_parts(slo).into_iter().flat_map(of).collect(), ..Background::default() }
}

/// The days that are over, that the series hold, and that are not kept yet, or not as well known.
pub(crate) fn new_days(gathered: &Gathered<'_>, kept: &Kept) -> Vec<DailyAggregate> {
    let slo = gathered.slo;
    if !is_kept(slo) {
        return Vec::new();
    }
    let known = kept.get(&slo.evidence_id()).map(|days| days.value.as_slice()).unwrap_or_default();
    let today = (gathered.judging.now - LATE).date_naive();
    let days = (1..=DAYS_BACK).filter_map(|back| today.checked_sub_days(Days::new(back)));
    let is_known = |day: &NaiveDate| known.iter().any(|kept| kept.day == *day && kept.slices_unknown == 0);
    let read =
        days.filter(|day| !is_known(day)).filter_map(|day| DailyAggregate::of(slo, &gathered.snapshot, day).ok());
    let is_better =
        |new: &DailyAggregate| known.iter().all(|kept| kept.day != new.day || new.slices_unknown < kept.slices_unknown);
    read.filter(is_better).collect()
}

impl SloGate {
    /// What is kept of the days of these objectives, and of no others: a month of them is some ten kilobytes. What cannot
    /// be read is as if it was not kept, so those days are not known.
    ///
    /// # Errors
    /// When the ledger fails.
    pub(crate) async fn kept_days(&self, slos: impl IntoIterator<Item = &Slo>) -> Result<Kept, Problem> {
        let sliced: BTreeSet<String> =
            slos.into_iter().flat_map(with_parts).filter(|slo| is_kept(slo)).map(Slo::evidence_id).collect();
        let read = stream::iter(sliced)
            .map(|id| async move {
                match self.house.ledger.document(&collection(), &id).await {
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

    /// Keeps days, as long as the objective's period may need them. Whoever was faster kept the same.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub(crate) async fn keep_days(
        &self,
        slo: &Slo,
        new: Vec<DailyAggregate>,
        kept: &Kept,
        at: Timestamp,
    ) -> Result<(), Problem> {
        let failed = |error| unavailable("the days cannot be kept", &error);
        let id = slo.evidence_id();
        let known = kept.get(&id);
        let oldest = at.date_naive() - Days::new(slo.period.longest_seconds() / 86_400 + 2);
        let mut days: Vec<DailyAggregate> = known.map(|days| days.value.clone()).unwrap_or_default();
        days.retain(|kept| !new.iter().any(|new| new.day == kept.day));
        days.extend(new);
        days.retain(|day| day.day >= oldest);
        days.sort_by_key(|day| day.day);
        let put = Put::new(&collection(), &id, Expect::same(known), &days).map_err(failed)?;
        match self.house.ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map_err(failed)? {
            Committed::Stored => tracing::info!(slo = id, days = days.len(), "days are kept"),
            Committed::Conflict => tracing::info!(slo = id, "another run was keeping its days"),
        }
        Ok(())
    }
}

fn collection() -> Collection {
    Collection::of(&["slo_days"])
}
