//! What came of some metrics over one range of time, and what their sources come to there.

use std::collections::BTreeMap;

use super::{
    Rational, Undefined,
    measure::Measure,
    plan::Tier,
    series::{Quality, TierSeries},
    source::{Metric, Source},
};

/// Metrics over one range of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// What was asked for.
    pub tier: Tier,
    /// What came.
    pub series: BTreeMap<Metric, TierSeries<Measure>>,
}

impl Sampled {
    /// Why the source cannot be relied on: one of its metrics was not read, or not completely.
    pub fn failure(&self, source: &Source) -> Option<String> {
        source.metrics().into_iter().find_map(|metric| match self.series.get(metric).map(|series| &series.quality) {
            Some(Quality::Complete) => None,
            Some(Quality::Partial(reason) | Quality::Failed(reason)) => Some(format!("`{metric}`: {reason}")),
            None => Some(format!("`{metric}` was not read")),
        })
    }

    /// Takes away what is known of metrics of which the newest minutes have nothing.
    pub fn without_silent(&mut self, newest: &Self) {
        for (metric, series) in &mut self.series {
            let came = newest.series.get(metric).is_some_and(|newest| newest.values.iter().any(Option::is_some));
            if !came && series.quality == Quality::Complete && series.values.iter().any(Option::is_some) {
                let seconds = newest.tier.end - newest.tier.start;
                series.quality = Quality::Failed(format!("no datapoint for {seconds} s up to the end of the window"));
            }
        }
    }

    /// What a share of counts has and is of at a datapoint; none where it is not known, or the source is none.
    pub fn counts(&self, source: &Source, index: usize) -> Option<(Rational, Rational)> {
        let Source::Expression(expression) = source else { return None };
        expression.counts(|metric| Some((*self.series.get(metric)?.values.get(index)?)?.rational()))
    }

    /// The value of the source at a datapoint.
    ///
    /// # Errors
    /// Why it has none.
    pub fn value(&self, source: &Source, index: usize) -> Result<Rational, Undefined> {
        let value = |metric: &Metric| Some((*self.series.get(metric)?.values.get(index)?)?.rational());
        match source {
            Source::Metric(metric) => value(metric).ok_or_else(|| Undefined::Missing(metric.to_string())),
            Source::Expression(expression) => expression.evaluate(value),
        }
    }
}
