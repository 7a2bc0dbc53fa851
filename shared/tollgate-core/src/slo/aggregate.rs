//! What is kept of a day's slices: datapoints as short as a slice are gone long before the period is over. CloudWatch has
//! those of a minute for 15 days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    history::History,
    judged_by::judged_by,
    objective::Slo,
    reading::Reading,
    series::Snapshot,
    timeslice::{Counts, FEMTO, Slices, Slicing, Tally},
};

/// The version of the value.
pub const AGGREGATE_SCHEMA: &str = "tollgate.slo_day/v1";

const DAY: u64 = 86_400;

/// The slices of one objective in one day of UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DailyAggregate {
    /// Always [`AGGREGATE_SCHEMA`].
    pub schema: String,
    /// The service that the objective is about.
    pub service: String,
    /// The objective.
    pub slo: String,
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The digest of what it was judged by, [`judged_by`]; none of days that were kept before there was one, which are
    /// those of no objective.
    #[serde(default)]
    pub judged_by: Option<String>,
    /// The length of a slice.
    pub slice_seconds: u64,
    /// The share of good events that makes a slice good, in parts per thousand million; null where a slice counts by its
    /// share.
    pub slice_target_ppb: Option<u64>,
    /// Slices that count.
    pub slices_total: u64,
    /// Good ones among them.
    pub slices_good: u64,
    /// Those among them of which nothing is known.
    pub slices_unknown: u64,
    /// Slices that are left out as excluded.
    pub slices_excluded: u64,
    /// The sum of the shares of bad events of the slices that are known, in 10^-15 of a slice, rounded up.
    pub slices_bad_femto: u64,
    /// Good events.
    pub good: u64,
    /// All events.
    pub total: u64,
}

impl DailyAggregate {
    /// The slices of an objective in a day that is over, out of datapoints as short as a slice.
    ///
    /// # Errors
    /// When the objective is not counted in slices, the data does not hold the whole day, or what it holds failed.
    pub fn of(slo: &Slo, snapshot: &Snapshot, day: NaiveDate) -> Result<Self, String> {
        let slicing =
            Slicing::of(slo.budgeting).ok_or("it is counted in events: nothing needs to be kept of its days")?;
        let start = day.and_hms_opt(0, 0, 0).ok_or("the day has no start")?.and_utc().timestamp();
        let time = start..start + i64::try_from(DAY).unwrap_or(0);
        let reading = Reading::of(&slo.indicator, snapshot)?;
        let plan = &reading.plan;
        if plan.end() < time.end {
            return Err(format!("the day {day} is not over, or its counts have not had their time to arrive"));
        }
        if plan.datapoint_start(start) != Some(start) {
            return Err(format!("the data does not reach back to the start of {day}"));
        }
        let excluded = slo.excluded(time.start, time.end);
        let history = History::of(&reading, plan, start, &excluded);
        let inside = history.stretches().filter(|stretch| stretch.time.start < time.end);
        let wrong: Vec<_> = history.failures.lines().into_iter().chain(history.gaps.lines()).collect();
        if !wrong.is_empty() {
            return Err(format!("what is known of {day} is not whole: {}", wrong.join("; ")));
        }
        let tally = Slices::cut(slicing, inside, &excluded).tally(&time);
        let judged_by = judged_by(slo).map_err(|error| error.to_string())?;
        Ok(Self { judged_by: Some(judged_by), ..Self::new(&slo.service, &slo.name, day, slicing, &tally) })
    }

    /// Is it of this objective, as it is judged now?
    pub fn is_of(&self, slo: &Slo) -> bool {
        let named = self.service == slo.service && self.slo == slo.name;
        named && self.judged_by.as_ref().is_some_and(|kept| judged_by(slo).is_ok_and(|now| *kept == now))
    }

    fn new(service: &str, slo: &str, day: NaiveDate, slicing: Slicing, tally: &Tally) -> Self {
        let events = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            schema: AGGREGATE_SCHEMA.to_owned(),
            service: service.to_owned(),
            slo: slo.to_owned(),
            day,
            judged_by: None,
            slice_seconds: slicing.seconds.unsigned_abs(),
            slice_target_ppb: slicing.target_ppb,
            slices_total: tally.total,
            slices_good: tally.good,
            slices_unknown: tally.unknown,
            slices_excluded: tally.excluded,
            slices_bad_femto: tally.bad_shares().ceil(FEMTO),
            good: events(tally.events.total.saturating_sub(tally.events.bad)),
            total: events(tally.events.total),
        }
    }

    /// What is stored of the day that begins then; none when nothing is, when it was cut otherwise, when it contradicts
    /// itself, or when two that are stored of it differ.
    pub(super) fn of_day(stored: &[Self], day_start: i64, slicing: Slicing) -> Option<Tally> {
        let mut of_day = stored.iter().filter(|aggregate| aggregate.starts() == Some(day_start));
        let first = of_day.next()?;
        (of_day.all(|other| other == first) && first.fits(slicing)).then(|| first.tally())
    }

    fn starts(&self) -> Option<i64> {
        Some(self.day.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
    }

    fn fits(&self, slicing: Slicing) -> bool {
        let slices = self.slices_total.checked_add(self.slices_excluded);
        let judged = self.slices_good.checked_add(self.slices_unknown);
        let known = self.slices_total.checked_sub(self.slices_unknown);
        let most_bad = known.and_then(|known| known.checked_mul(FEMTO));
        self.schema == AGGREGATE_SCHEMA
            && i64::try_from(self.slice_seconds) == Ok(slicing.seconds)
            && self.slice_target_ppb == slicing.target_ppb
            && slices.and_then(|slices| slices.checked_mul(self.slice_seconds)) == Some(DAY)
            && judged.is_some_and(|judged| judged <= self.slices_total)
            && most_bad.is_some_and(|most| self.slices_bad_femto <= most)
            && self.good <= self.total
    }

    fn tally(&self) -> Tally {
        let (good, total) = (u128::from(self.good), u128::from(self.total));
        Tally::kept(
            self.slices_total,
            self.slices_good,
            self.slices_unknown,
            self.slices_excluded,
            Counts { bad: total.saturating_sub(good), total },
            self.slices_bad_femto,
        )
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::DailyAggregate;
    use crate::slo::timeslice::{Counts, Slices, Slicing, Stretch, Tally};

    const HOUR: i64 = 3600;
    const BY_TARGET: Slicing = Slicing { seconds: HOUR, target_ppb: Some(900_000_000) };
    const BY_RATIO: Slicing = Slicing { seconds: HOUR, target_ppb: None };

    fn day(index: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Days::new(index)
    }

    fn stored(slicing: Slicing, index: u64, tally: &Tally) -> DailyAggregate {
        DailyAggregate::new("payments-api", "availability", day(index), slicing, tally)
    }

    fn hours(bad: &[u128], first: i64) -> Vec<Stretch> {
        let at = |(index, bad): (i64, &u128)| Stretch {
            time: (first + index) * HOUR..(first + index + 1) * HOUR,
            counts: Some(Counts { bad: *bad, total: 7 }),
        };
        (0..).zip(bad).map(at).collect()
    }

    #[test]
    fn a_missing_day_is_unknown_and_said() {
        // Three days: the first is stored, the second is lost, of the third there is data.
        let first = Slices::cut(BY_TARGET, hours(&[0; 24], 0), &[]).tally(&(0..24 * HOUR));
        let slices = Slices::cut(BY_TARGET, hours(&[0; 24], 48), &[]);
        let tally = slices.tally_with(&(0..72 * HOUR), &[stored(BY_TARGET, 0, &first)]);
        assert_eq!((tally.total, tally.good, tally.unknown), (72, 48, 24));
        assert_eq!((tally.days_stored, tally.days_missing), (1, 1));
    }

    #[test]
    fn what_does_not_fit_is_no_aggregate() {
        let tally = Slices::cut(BY_TARGET, hours(&[0; 24], 0), &[]).tally(&(0..24 * HOUR));
        let whole = stored(BY_TARGET, 0, &tally);
        let taken = |aggregates: &[DailyAggregate]| DailyAggregate::of_day(aggregates, 0, BY_TARGET).is_some();
        assert!(taken(std::slice::from_ref(&whole)));
        // It came twice, and once otherwise.
        assert!(taken(&[whole.clone(), whole.clone()]));
        assert!(!taken(&[whole.clone(), DailyAggregate { slices_good: 3, ..whole.clone() }]));
        for wrong in [
            DailyAggregate { schema: "tollgate.slo_day/v2".into(), ..whole.clone() },
            DailyAggregate { day: day(1), ..whole.clone() },
            DailyAggregate { slice_seconds: 1800, ..whole.clone() },
            DailyAggregate { slice_target_ppb: None, ..whole.clone() },
            DailyAggregate { slice_target_ppb: Some(1), ..whole.clone() },
            DailyAggregate { slices_total: 23, ..whole.clone() },
            DailyAggregate { slices_total: u64::MAX, ..whole.clone() },
            DailyAggregate { slices_excluded: 1, ..whole.clone() },
            DailyAggregate { slices_good: 25, ..whole.clone() },
            DailyAggregate { slices_unknown: 1, ..whole.clone() },
            DailyAggregate { slices_unknown: u64::MAX, ..whole.clone() },
            DailyAggregate { slices_bad_femto: 24_000_000_000_000_001, ..whole.clone() },
            DailyAggregate { good: whole.total + 1, ..whole },
        ] {
            assert!(!taken(std::slice::from_ref(&wrong)), "{wrong:?}");
        }
    }

    #[test]
    fn data_is_taken_where_it_says_more_than_what_is_stored() {
        let half = Slices::cut(BY_TARGET, hours(&[0; 12], 0), &[]);
        let stored = [stored(BY_TARGET, 0, &half.tally(&(0..24 * HOUR)))];
        let whole = Slices::cut(BY_TARGET, hours(&[7; 24], 0), &[]);
        let tally = whole.tally_with(&(0..24 * HOUR), &stored);
        assert_eq!((tally.good, tally.unknown, tally.days_stored), (0, 0, 0));
    }

    proptest! {
        /// A day that is stored, written and read comes to what its data came to; shares lose no more than their rounding.
        #[test]
        fn storing_a_day_changes_nothing(bad in proptest::collection::vec(0..=7_u128, 24), ratio in any::<bool>()) {
            let slicing = if ratio { BY_RATIO } else { BY_TARGET };
            let data = Slices::cut(slicing, hours(&bad, 0), &[]).tally(&(0..24 * HOUR));
            let text = serde_json::to_string(&stored(slicing, 0, &data)).unwrap();
            let kept: DailyAggregate = serde_json::from_str(&text).unwrap();
            let nothing = Slices::cut(slicing, [], &[]);
            let tally = nothing.tally_with(&(0..24 * HOUR), &[kept]);
            prop_assert_eq!((tally.total, tally.good, tally.unknown), (data.total, data.good, data.unknown));
            prop_assert_eq!(tally.events, data.events);
            let (exact, rounded) = (data.spending(slicing).unwrap(), tally.spending(slicing).unwrap());
            prop_assert!(rounded.bad() >= exact.bad());
            prop_assert!(rounded.bad().minus(exact.bad()).unwrap().floor(super::FEMTO) == 0);
        }
    }
}
