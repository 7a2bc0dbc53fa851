//! What is kept of the days of objectives: CloudWatch forgets short datapoints before a period is over, and what is final
//! need not be asked for again.

use chrono::{Days, NaiveDate, TimeDelta};
use tollgate_aws::Gathered;
use tollgate_core::{
    Timestamp,
    slo::{DailyAggregate, ObjectiveDays, Slo, Snapshot},
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Commit, Committed, Expect, KeptDays, Put, is_kept, slo_days};

use crate::SloGate;

/// CloudWatch keeps five minutes for 63 days, minutes for 15; what was missed is made up for as far back as it has them.
const DAYS_BACK: u64 = 61;
/// How long datapoints of a day may come after it: CloudWatch converges within ten minutes.
const LATE: TimeDelta = TimeDelta::minutes(15);
/// Days of a period that begins inside one, and the one that data is late for.
const DAYS_BESIDE: u64 = 2;
const DAY_SECONDS: u64 = 86_400;

/// The days that are over, that the series hold, and that are not kept yet, or not as well known.
pub(crate) fn new_days(gathered: &Gathered<'_>, kept: &KeptDays) -> Vec<DailyAggregate> {
    let slo = gathered.slo;
    if !is_kept(slo) {
        return Vec::new();
    }
    let known = kept.get(&slo.evidence_id()).map(|days| days.value.days_of(slo)).unwrap_or_default();
    days_beside(&known, slo, &gathered.snapshot, gathered.judging.now)
}

/// Days to keep beside those that are kept. What was judged otherwise is read again, as long as CloudWatch has it.
fn days_beside(known: &[&DailyAggregate], slo: &Slo, snapshot: &Snapshot, now: Timestamp) -> Vec<DailyAggregate> {
    let today = (now - LATE).date_naive();
    let back = DAYS_BACK.min(slo.period.longest_seconds() / DAY_SECONDS + DAYS_BESIDE);
    let days = (1..=back).filter_map(|back| today.checked_sub_days(Days::new(back)));
    let is_known = |day: &NaiveDate| known.iter().any(|kept| kept.day == *day && kept.known.is_whole());
    let read = days.filter(|day| !is_known(day)).filter_map(|day| DailyAggregate::of(slo, snapshot, day).ok());
    let is_better = |new: &DailyAggregate| {
        let is_less = |kept: &&DailyAggregate| new.known.unknown_seconds < kept.known.unknown_seconds;
        known.iter().all(|kept| kept.day != new.day || is_less(kept))
    };
    read.filter(is_better).collect()
}

impl SloGate {
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
        let id = slo.evidence_id();
        let known = kept.get(&id);
        let oldest = at.date_naive() - Days::new(slo.period.longest_seconds() / DAY_SECONDS + DAYS_BESIDE);
        let of_slo = known.map(|days| days.value.days_of(slo)).unwrap_or_default();
        let mut days: Vec<DailyAggregate> = of_slo.into_iter().cloned().collect();
        days.retain(|kept| !new.iter().any(|new| new.day == kept.day));
        days.extend(new);
        days.retain(|day| day.day >= oldest);
        days.sort_by_key(|day| day.day);
        let (count, days) = (days.len(), ObjectiveDays::new(slo, days));
        let days = days.map_err(|error| unavailable("the days cannot be written down", &error))?;
        let failed = |error| unavailable("the days cannot be kept", &error);
        let put = Put::new(&slo_days(), &id, Expect::same(known), &days).map_err(failed)?;
        match self.house.ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map_err(failed)? {
            Committed::Stored => tracing::info!(slo = id, days = count, "days are kept"),
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
            Budgeting, Counted, DailyAggregate, Metric, ObjectiveDays, Plan, Quality, Ratio, Reach, SliceTarget, Slo,
            Snapshot, Target, TierSeries,
        },
    };

    use super::days_beside;

    /// 2026-11-21T10:10:42Z
    const NOW: i64 = 1_795_255_842;

    fn minutely(counted: Counted) -> Slo {
        let metric = |name: &str| Metric::new("Demo", name, "Sum").into();
        let ratio = Ratio {
            counted,
            metric: metric("Counted"),
            total: metric("Total"),
            absent_total_is_zero: false,
            absent_good_is_unknown: false,
        };
        let slice_target = SliceTarget::from_ppb(900_000_000).unwrap();
        let target = Target::from_ppb(990_000_000).unwrap();
        let slo = Slo::of_events("payments-api", "availability", target, 30 * 86_400, ratio);
        Slo { budgeting: Budgeting::Timeslices { slice_seconds: 60, slice_target }, ..slo }
    }

    #[test]
    fn days_are_read_once_and_again_when_the_objective_is_judged_otherwise() {
        let now = Timestamp::from_timestamp(NOW, 0).unwrap();
        let good = minutely(Counted::Good);
        let plan = Plan::at_with(NOW, [30 * 86_400], Reach::of([&good]));
        let tiers: Vec<TierSeries> = plan
            .tiers()
            .iter()
            .map(|tier| TierSeries { values: vec![Some(9); tier.datapoints()], quality: Quality::Complete })
            .collect();
        let metrics = good.metrics().into_iter().cloned();
        let snapshot =
            Snapshot { series: metrics.map(|metric| (metric, tiers.clone())).collect(), plan, measures: [].into() };
        let kept = days_beside(&[], &good, &snapshot, now);
        // CloudWatch has their minutes for two weeks.
        assert_eq!(kept.len(), 13);
        let slices = |day: &DailyAggregate| day.slices.as_ref().map(|slices| (slices.good, slices.total)).unwrap();
        assert!(kept.iter().all(|day| slices(day) == (1440, 1440) && day.known.is_whole()));
        let kept = ObjectiveDays::new(&good, kept).unwrap();
        assert_eq!(days_beside(&kept.days_of(&good), &good, &snapshot, now), []);
        // The same metric, as the bad ones.
        let bad = minutely(Counted::Bad { absent_is_zero: true });
        assert_eq!(kept.days_of(&bad), Vec::<&DailyAggregate>::new());
        let again = days_beside(&kept.days_of(&bad), &bad, &snapshot, now);
        assert_eq!(again.len(), kept.days.len());
        assert!(again.iter().all(|day| slices(day).0 == 0));
        // Events are made of five minutes, which it has for the whole period, but for the day that it begins in.
        let counted = Slo { budgeting: Budgeting::Occurrences, ..good };
        let all = days_beside(&[], &counted, &snapshot, now);
        assert_eq!((all.len(), all[0].total, all[0].known.known_seconds), (29, 1440 * 9, 86_400));
    }
}
