//! How well an objective is known, and why not better.

use super::Judged;
use crate::{
    evidence::EvidenceStatus,
    slo::{bucket::Bucket, fact::Judging, indicator::Counted, objective::Slo, series::rfc3339, timeslice::Tally},
};

const ABSENT_IS_ZERO: Counted = Counted::Bad { absent_is_zero: true };

impl Judged<'_> {
    /// Why nothing better can be said of the evidence than this.
    pub(super) fn status(&self, fresh_until: Option<i64>, gaps: &[String]) -> (EvidenceStatus, Option<String>) {
        let failures = self.history.failures.lines();
        if !failures.is_empty() {
            return (EvidenceStatus::Error, Some(failures.join("; ")));
        }
        let [counted, total] = self.names();
        let none_of = |side: fn(&Bucket) -> Option<u64>| {
            let mut buckets = self.history.since(self.period_start).peekable();
            buckets.peek().is_some() && buckets.all(|bucket| side(bucket).is_none())
        };
        let absent = if self.stored.iter().any(|day| day.total > 0) {
            // It came before what was asked for.
            None
        } else if none_of(|bucket| bucket.total) {
            Some(total)
        } else if none_of(|bucket| bucket.counted) && self.reading.kind != ABSENT_IS_ZERO {
            Some(counted)
        } else {
            None
        };
        if let Some(metric) = absent {
            let reason =
                format!("`{metric}` has no datapoint in the whole period: check its name, dimensions and region");
            return (EvidenceStatus::NoData, Some(reason));
        }
        let limit = self.max_age_seconds();
        let age = fresh_until.and_then(|until| u64::try_from(self.judging.now.timestamp() - until).ok());
        if age.is_none_or(|age| age > limit) {
            let age = age.map_or_else(|| "days".to_owned(), |age| format!("{age} s"));
            let reason = format!("the newest datapoint of `{total}` is {age} old, at most {limit} s are allowed");
            return (EvidenceStatus::Stale, Some(reason));
        }
        if gaps.is_empty() { (EvidenceStatus::Ok, None) } else { (EvidenceStatus::Partial, Some(gaps.join("; "))) }
    }

    /// Says when the total has events for which the other series has had nothing for too long.
    pub(super) fn overdue(&self) -> Option<String> {
        let newest = self.history.buckets.iter().find(|bucket| bucket.counted.is_some()).map(|bucket| bucket.end)?;
        let age = u64::try_from(self.judging.now.timestamp() - newest).ok()?;
        let events = self.history.since(newest).any(|bucket| bucket.total.is_some_and(|total| total > 0));
        let [counted, total] = self.names();
        let is_bad = self.reading.kind == Counted::Good && self.absence.counted_is_zero;
        (events && age > self.max_age_seconds() && self.reading.kind != ABSENT_IS_ZERO).then(|| {
            let since = rfc3339(newest);
            let taken = if is_bad { "they are taken as bad" } else { "whether they are bad is not known" };
            format!("`{counted}` has no datapoint since {since} while `{total}` counts events: {taken}")
        })
    }

    fn max_age_seconds(&self) -> u64 {
        max_age_seconds(self.slo, self.judging)
    }

    pub(super) fn names(&self) -> [&str; 2] {
        [&self.reading.counted.name, &self.reading.total.name]
    }
}

/// How old the newest datapoint may be: one that is longer than a minute comes only when it is over.
pub(super) fn max_age_seconds(slo: &Slo, judging: &Judging) -> u64 {
    let resolution = slo.indicator.resolution();
    let longer = if resolution.is_minute() { 0 } else { resolution.seconds() };
    judging.max_age_seconds.saturating_add(longer)
}

/// Says of how many days nothing fine enough was kept.
pub(super) fn missing_days(tally: Option<&Tally>) -> String {
    match tally.map_or(0, |tally| tally.days_missing) {
        0 => String::new(),
        1 => "; one day has no aggregate".to_owned(),
        days => format!("; {days} days have no aggregate"),
    }
}
