//! Datapoints that are longer than what shows which of their minutes are known: an hour of which one minute came looks like a
//! quiet hour. What is far quieter than the quietest hour that is known by shorter ones is not taken for one.

use std::collections::BTreeMap;

use super::bucket::Bucket;

const HOUR: i64 = 3600;
/// An hour with less than this part of the quietest known one is not known. Weekends and nights are less quiet than that.
const QUIETER: u128 = 4;

/// Takes away what only long datapoints say of times that were too quiet to be whole.
pub(super) fn doubt(buckets: &mut [Bucket], longest_shown_seconds: u64) {
    let Some(quietest) = quietest_hour(buckets, longest_shown_seconds) else { return };
    for bucket in buckets.iter_mut().filter(|bucket| bucket.seconds() > longest_shown_seconds) {
        let hours = u128::from(bucket.seconds().div_ceil(HOUR.unsigned_abs()));
        let total = bucket.total.unwrap_or(0);
        if u128::from(total).saturating_mul(QUIETER) < u128::from(quietest).saturating_mul(hours) {
            bucket.forget();
        }
    }
}

/// The least that came in an hour of which every datapoint is short and there.
fn quietest_hour(buckets: &[Bucket], longest_shown_seconds: u64) -> Option<u64> {
    let mut hours: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for bucket in buckets.iter().filter(|bucket| bucket.seconds() <= longest_shown_seconds) {
        if let Some(total) = bucket.total {
            let hour = hours.entry(bucket.start.div_euclid(HOUR)).or_default();
            *hour = (hour.0.saturating_add(bucket.seconds()), hour.1.saturating_add(total));
        }
    }
    let whole = hours.into_values().filter(|(seconds, _)| *seconds == HOUR.unsigned_abs());
    whole.map(|(_, total)| total).min()
}

#[cfg(test)]
mod tests {
    use crate::{
        evidence::EvidenceStatus,
        slo::sample::{END, judged, plan, reason, slo, snapshot},
    };

    const HOUR: i64 = 3600;

    /// Hours of ten requests a second, of which so many minutes are known.
    fn by_hours(minutes: impl Fn(i64) -> u64) -> crate::slo::Snapshot {
        let total = |start: i64, seconds: i64| {
            Some(10 * if seconds < HOUR { seconds.unsigned_abs() } else { minutes(start) * 60 })
        };
        snapshot(&plan(), total, total)
    }

    #[test]
    fn an_hour_of_which_a_minute_came_is_not_known_even_where_only_hours_are_there() {
        let fact = judged(&slo(), &by_hours(|_| 1));
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial, "{}", reason(&fact));
        assert!(fact.is_undecided && fact.budget.unwrap().known.unwrap().unknown_seconds > 26 * 86_400);
        // Quiet weekends are hours like others.
        let quiet = |start: i64| if (END - start).rem_euclid(7 * 86_400) < 2 * 86_400 { 20 } else { 60 };
        let fact = judged(&slo(), &by_hours(quiet));
        assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    }

    #[test]
    fn an_idle_service_has_no_quietest_hour() {
        let idle = snapshot(
            &plan(),
            |start, _| Some(u64::from(start == END - 60)),
            |start, _| Some(u64::from(start == END - 60)),
        );
        assert_eq!(judged(&slo(), &idle).evidence.status, EvidenceStatus::Ok);
    }
}
