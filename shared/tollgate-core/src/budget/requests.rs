//! What a budget's spend serves: the requests that objectives count, day by day.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use num_traits::ToPrimitive as _;

use super::{Budget, reader::Reader};
use crate::{
    catalogue::Catalogue,
    money::excerpt,
    names::{Named, of},
    slo::{Indicator, Sampled, Slo, Source},
};

impl Reader<'_> {
    /// Objectives as `service/name`. Whether there are such is for the catalogue to say, which knows objectives.
    pub(super) fn requests(&mut self, named: &[Named<of::Objective>]) -> Vec<String> {
        let names = self.names("objective", named);
        for (name, named) in names.iter().zip(named) {
            if !name.split_once('/').is_some_and(|(service, objective)| !service.is_empty() && !objective.is_empty()) {
                let message = format!(
                    "`{}` is no objective of a service: write for example `payments-api/availability`",
                    excerpt(name)
                );
                self.refuse::<()>(named.place(), message);
            }
        }
        names
    }
}

impl Catalogue {
    /// Where the requests of a budget are counted: the totals of the objectives that it names; nothing where it names none.
    ///
    /// # Errors
    /// When one of them is not there, or counts no events.
    pub fn requests_of(&self, budget: &Budget) -> Result<Vec<&Source>, String> {
        budget.requests.iter().map(|name| self.total_of(name)).collect()
    }

    fn total_of(&self, name: &str) -> Result<&Source, String> {
        let (service, objective) = name.split_once('/').unwrap_or((name, ""));
        let known = self.slos.get(service).into_iter().flatten().find(|slo| slo.name == objective);
        match known.map(|slo: &Slo| &slo.indicator) {
            Some(Indicator::Ratio(ratio)) if ratio.total.metrics().iter().all(|metric| metric.counts()) => {
                Ok(&ratio.total)
            }
            Some(_) => Err(format!("objective `{name}` counts no events: name one with `good` or `bad` and `total`")),
            None => Err(format!("there is no objective `{name}` in `data/slos`")),
        }
    }
}

/// How many requests several sources counted on each day of UTC, all of them together. A day is left out when one of them
/// has nothing for it, or no whole number.
///
/// # Errors
/// When one of them was not read, or not completely.
pub fn daily_requests(sources: &[&Source], sampled: &Sampled) -> Result<BTreeMap<NaiveDate, u64>, String> {
    if let Some(reason) = sources.iter().find_map(|source| sampled.failure(source)) {
        return Err(reason);
    }
    let count = |index: usize| {
        let counts = sources.iter().map(|source| {
            let value = sampled.value(source, index).ok().filter(|value| value.is_integer())?;
            value.to_integer().to_u64()
        });
        counts.reduce(|sum, count| sum?.checked_add(count?)).flatten()
    };
    let day = |(index, start)| Some((DateTime::from_timestamp(start, 0)?.date_naive(), count(index)?));
    Ok(sampled.tier.starts().enumerate().filter_map(day).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::daily_requests;
    use crate::{
        budget::{BudgetFact, SpendReading, example},
        slo::{Measure, Metric, Quality, Sampled, Source, Tier, TierSeries},
    };

    const DAY: i64 = 86_400;

    fn sampled(series: &[(&str, &[Option<f64>])], quality: &Quality) -> Sampled {
        // 2026-11-01
        let start = 1_793_491_200;
        let tier = Tier { period_seconds: DAY, start, end: start + 3 * DAY };
        let series = series.iter().map(|(name, values)| {
            let values = values.iter().map(|value| value.and_then(Measure::read)).collect();
            (Metric::new("Shop", *name, "Sum"), TierSeries { values, quality: quality.clone() })
        });
        Sampled { tier, series: series.collect() }
    }

    fn sources() -> [Source; 2] {
        ["Web", "App"].map(|name| Source::Metric(Metric::new("Shop", name, "Sum")))
    }

    #[test]
    fn requests_are_added_up_by_day_and_a_day_that_is_not_known_is_left_out() {
        let [web, app] = sources();
        let of = [("Web", &[Some(1000.0), Some(7.0), Some(5.0)][..]), ("App", &[Some(234.0), None, Some(0.5)][..])];
        let days = daily_requests(&[&web, &app], &sampled(&of, &Quality::Complete)).unwrap();
        assert_eq!(days, BTreeMap::from([(example::day("2026-11-01"), 1234)]));
    }

    #[test]
    fn what_was_not_read_completely_is_not_known() {
        let [web, app] = sources();
        let of = [("Web", &[Some(1.0), Some(1.0), Some(1.0)][..])];
        let part = sampled(&of, &Quality::Partial("two pages of three came".into()));
        assert!(daily_requests(&[&web], &part).unwrap_err().contains("two pages of three"));
        assert!(daily_requests(&[&web, &app], &sampled(&of, &Quality::Complete)).unwrap_err().contains("was not read"));
    }

    #[test]
    fn a_request_has_its_price() {
        let spend = |requests: BTreeMap<_, _>| SpendReading { requests, ..example::ten_days("2026-10-01") };
        let fact = |spend: &SpendReading| -> BudgetFact { example::fact(&example::budget(""), spend, example::NOW) };
        assert_eq!(fact(&spend(BTreeMap::new())).unit_cost, None);
        let days = example::day("2026-10-01").iter_days().take_while(|day| *day < example::day("2026-11-11"));
        // 150 dollars for 100,000 requests a day, and for 50,000 in the last week.
        let count = |day| if day < example::day("2026-11-04") { 100_000 } else { 50_000 };
        let unit_cost = fact(&spend(days.map(|day| (day, count(day))).collect())).unit_cost.unwrap();
        assert_eq!((unit_cost.requests, unit_cost.requests_before), (350_000, 2_800_000));
        assert_eq!(unit_cost.per_thousand_micros, Some(3_000_000));
        assert_eq!(unit_cost.per_thousand_before_micros, Some(1_500_000));
        assert_eq!(unit_cost.increase_ppm, Some(1_000_000));
    }
}
