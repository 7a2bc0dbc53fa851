//! What is kept of the days of objectives that are counted in slices, because CloudWatch forgets datapoints as short as a
//! slice long before the period is over.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tollgate_aws::Gathered;
use tollgate_core::{
    Timestamp,
    slo::{DailyAggregate, Slo, Snapshot},
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Commit, Committed, Expect, KeptDays, LedgerError, Put, is_kept, slo_days, with_parts};

use crate::SloGate;

/// CloudWatch keeps minutes for 15 days; what was missed is made up for as far back as this.
const DAYS_BACK: u64 = 13;
/// How long datapoints of a day may come after it: CloudWatch converges within ten minutes.
const LATE: TimeDelta = TimeDelta::minutes(15);
/// Objectives whose days are read at once.
const READS_AT_ONCE: usize = 16;

/// The days that are over, that the series hold, and that are not kept yet, or not as well known.
pub(crate) fn new_days(gathered: &Gathered<'_>, kept: &KeptDays) -> Vec<DailyAggregate> {
    let slo = gathered.slo;
    if !is_kept(slo) {
        return Vec::new();
    }
    let known = kept.get(&slo.evidence_id()).map(|days| days.value.as_slice()).unwrap_or_default();
    days_beside(known, slo, &gathered.snapshot, gathered.judging.now)
}

/// Days to keep beside those that are kept. What was judged otherwise is read again, as long as CloudWatch has it.
fn days_beside(kept: &[DailyAggregate], slo: &Slo, snapshot: &Snapshot, now: Timestamp) -> Vec<DailyAggregate> {
    let known: Vec<&DailyAggregate> = kept.iter().filter(|kept| kept.is_of(slo)).collect();
    let today = (now - LATE).date_naive();
    let days = (1..=DAYS_BACK).filter_map(|back| today.checked_sub_days(Days::new(back)));
    let is_known = |day: &NaiveDate| known.iter().any(|kept| kept.day == *day && kept.slices_unknown == 0);
    let read = days.filter(|day| !is_known(day)).filter_map(|day| DailyAggregate::of(slo, snapshot, day).ok());
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
    pub(crate) async fn kept_days(&self, slos: impl IntoIterator<Item = &Slo>) -> Result<KeptDays, Problem> {
        let sliced: BTreeSet<String> =
            slos.into_iter().flat_map(with_parts).filter(|slo| is_kept(slo)).map(Slo::evidence_id).collect();
        let read = stream::iter(sliced)
            .map(|id| async move {
                match self.house.ledger.document(&slo_days(), &id).await {
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
        kept: &KeptDays,
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
        let put = Put::new(&slo_days(), &id, Expect::same(known), &days).map_err(failed)?;
        match self.house.ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map_err(failed)? {
            Committed::Stored => tracing::info!(slo = id, days = days.len(), "days are kept"),
            Committed::Conflict => tracing::info!(slo = id, "another run was keeping its days"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::{
        Timestamp,
        slo::{
            Budgeting, Counted, Metric, Plan, Quality, Ratio, Reach, SliceTarget, Slo, Snapshot, Target, TierSeries,
        },
    };

    use super::{DAYS_BACK, days_beside};

    /// 2026-11-21T10:10:42Z
    const NOW: i64 = 1_795_255_842;

    fn minutely(counted: Counted) -> Slo {
        let metric = |name: &str| Metric::new("Demo", name, "Sum").into();
        let ratio = Ratio { counted, metric: metric("Counted"), total: metric("Total") };
        let slice_target = SliceTarget::from_ppb(900_000_000).unwrap();
        let target = Target::from_ppb(990_000_000).unwrap();
        let slo = Slo::of_events("payments-api", "availability", target, 30 * 86_400, ratio);
        Slo { budgeting: Budgeting::Timeslices { slice_seconds: 60, slice_target }, ..slo }
    }

    #[test]
    fn days_are_read_once_and_again_when_the_objective_is_judged_otherwise() {
        let now = Timestamp::from_timestamp(NOW, 0).unwrap();
        let good = minutely(Counted::Good);
        let plan = Plan::at_with(NOW, [30 * 86_400], Reach::of([&good], NOW));
        let tiers: Vec<TierSeries> = plan
            .tiers()
            .iter()
            .map(|tier| TierSeries { values: vec![Some(9); tier.datapoints()], quality: Quality::Complete })
            .collect();
        let metrics = good.metrics().into_iter().cloned();
        let snapshot =
            Snapshot { series: metrics.map(|metric| (metric, tiers.clone())).collect(), plan, measures: [].into() };
        let kept = days_beside(&[], &good, &snapshot, now);
        assert_eq!(kept.len() as u64, DAYS_BACK);
        assert!(kept.iter().all(|day| (day.slices_good, day.slices_total) == (1440, 1440)));
        assert_eq!(days_beside(&kept, &good, &snapshot, now), []);
        // The same metric, as the bad ones.
        let bad = minutely(Counted::Bad { absent_is_zero: true });
        let again = days_beside(&kept, &bad, &snapshot, now);
        assert_eq!(again.len(), kept.len());
        assert!(again.iter().all(|day| day.slices_good == 0));
    }
}
