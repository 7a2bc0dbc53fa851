use proptest::prelude::*;

use super::{Judging, MONTH, NOW, Quality, good, judging, minutely, slo, slo_fact, snapshot};
use crate::slo::Counted;

/// A stretch of time, by its ages, in which a metric says nothing; about as often short as long.
fn silence() -> impl Strategy<Value = (i64, i64)> {
    (0..22_u32, 0..22_u32).prop_map(|(from, length)| ((1_i64 << from) - 1, (1_i64 << from) + (1_i64 << length)))
}

fn quality() -> impl Strategy<Value = Quality> {
    prop_oneof![
        20 => Just(Quality::Complete),
        1 => Just(Quality::Partial("PartialData".into())),
        1 => Just(Quality::Failed("Forbidden".into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The sums of the parts are the sum of the whole: a window and what lies before it make the next.
    #[test]
    fn no_event_is_lost_or_counted_twice(minutes in proptest::collection::vec(0..1000_u64, 43_300)) {
        let first = 1_795_255_680 - 43_300 * 60;
        let over = |start: i64, seconds: i64| {
            let from = usize::try_from((start - first) / 60).unwrap();
            minutes[from..from + usize::try_from(seconds / 60).unwrap()].iter().sum::<u64>()
        };
        let fact = good(&snapshot(|_, _| Some(0), |start, seconds| Some(over(start, seconds))));
        for (name, window) in &fact.windows {
            let seconds = i64::try_from(window.seconds).unwrap() + if matches!(name.as_str(), "1d" | "3d") { 180 } else { 0 };
            prop_assert_eq!(window.total, Some(over(1_795_255_680 - seconds, seconds)), "{}", name);
        }
        let month = i64::try_from(MONTH).unwrap() + 480;
        prop_assert_eq!(fact.budget.unwrap().total, over(1_795_255_680 - month, month));
    }

    /// Evidence that can be relied on leaves nothing open.
    #[test]
    fn ok_means_that_everything_is_known(
        counted_silence in silence(),
        total_silence in silence(),
        qualities in proptest::collection::vec(quality(), 6),
        counted in prop_oneof![
            Just(Counted::Good), Just(Counted::Bad { absent_is_zero: false }), Just(Counted::Bad { absent_is_zero: true })
        ],
        max_age_seconds in 100..2000_u64,
    ) {
        let heard = |silence: (i64, i64), start: i64| !(silence.0..silence.1).contains(&(NOW - start));
        let mut data = snapshot(
            |start, seconds| minutely(9)(start, seconds).filter(|_| heard(counted_silence, start)),
            |start, seconds| minutely(10)(start, seconds).filter(|_| heard(total_silence, start)),
        );
        let mut qualities = qualities.into_iter();
        for series in data.series.values_mut().flatten() {
            series.quality = qualities.next().unwrap();
        }
        let all_complete = data.series.values().flatten().all(|series| series.quality == Quality::Complete);
        let fact = slo_fact(&slo(counted), &data, &Judging { max_age_seconds, ..judging() });
        prop_assert_eq!(fact.windows.len(), 7);
        if fact.evidence.is_ok() {
            prop_assert!(all_complete);
            prop_assert!(fact.windows.values().all(|window| window.burn_rate_micro.is_some() && window.total.is_some()));
            let budget = fact.budget.unwrap();
            prop_assert!(!budget.is_undecided && budget.consumed_at_most_ppm >= Some(budget.consumed_ppm));
            let age = NOW - fact.evidence.as_of.unwrap().timestamp();
            prop_assert!(age <= i64::try_from(max_age_seconds).unwrap());
        } else {
            prop_assert!(fact.evidence.reason.is_some_and(|reason| !reason.is_empty()));
        }
    }

    /// Taking a datapoint of good events away never makes a window look better; the newest may still come.
    #[test]
    fn a_good_event_that_is_missing_never_helps(lost in 223..4200_i64) {
        let whole = good(&snapshot(minutely(9), minutely(10)));
        let came = |start, seconds| minutely(9)(start, seconds).filter(|_| !(lost..lost + 60).contains(&(NOW - start)));
        let less = good(&snapshot(came, minutely(10)));
        for (name, window) in &whole.windows {
            prop_assert!(less.windows[name].burn_rate_micro >= window.burn_rate_micro);
        }
        prop_assert!(less.budget.unwrap().remaining_ppm <= whole.budget.unwrap().remaining_ppm);
    }
}
