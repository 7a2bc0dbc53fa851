//! Where the numbers of an indicator come from: one CloudWatch metric, arithmetic over several, or an SLO of Application
//! Signals.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{expression::Expression, resolution::Resolution};

/// What is read at each datapoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// One metric.
    Metric(Metric),
    /// Arithmetic over several metrics, datapoint by datapoint.
    Expression(Expression),
}

impl Source {
    /// The metrics that it reads.
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            Self::Metric(metric) => vec![metric],
            Self::Expression(expression) => expression.inputs().values().map(|input| &input.metric).collect(),
        }
    }

    /// The same of the metrics that have these dimensions as well.
    #[must_use]
    pub fn with_dimensions(&self, dimensions: &BTreeMap<String, String>) -> Self {
        match self {
            Self::Metric(metric) => Self::Metric(metric.with_dimensions(dimensions)),
            Self::Expression(expression) => Self::Expression(expression.with_dimensions(dimensions)),
        }
    }

    /// The same, of metrics whose datapoints are that long.
    #[must_use]
    pub fn by(self, resolution: Resolution) -> Self {
        match self {
            Self::Metric(metric) => Self::Metric(Metric { resolution, ..metric }),
            Self::Expression(expression) => Self::Expression(expression.by(resolution)),
        }
    }

    /// The metric, where it is only one.
    pub fn metric(&self) -> Option<&Metric> {
        match self {
            Self::Metric(metric) => Some(metric),
            Self::Expression(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metric(metric) => metric.fmt(formatter),
            Self::Expression(expression) => expression.fmt(formatter),
        }
    }
}

impl From<Metric> for Source {
    fn from(metric: Metric) -> Self {
        Self::Metric(metric)
    }
}

/// The identity of one SLO of CloudWatch Application Signals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalsSlo {
    /// Its ARN or, in the caller's own account, its name.
    pub id: String,
    /// The region that it is in; the caller's own when absent.
    pub region: Option<String>,
    /// The role that reads it; the caller's own when absent.
    pub role_arn: Option<String>,
}

/// The identity of one CloudWatch metric and the statistic that is read of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its namespace, for example `AWS/ApplicationELB`.
    pub namespace: String,
    /// Its name in the namespace.
    pub name: String,
    /// Its dimensions, all of them.
    pub dimensions: BTreeMap<String, String>,
    /// The statistic. What counts events has one that counts: `Sum`, `SampleCount` or `TC(…)`.
    pub statistic: String,
    /// The region that it is in; the caller's own when absent.
    pub region: Option<String>,
    /// The account that it is in; the caller's own when absent.
    pub account_id: Option<String>,
    /// The role that reads it; the caller's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// How long its datapoints are. One that is published less often than every minute says so: else the minutes
    /// between would be holes.
    #[serde(rename = "resolution_seconds", default, skip_serializing_if = "Resolution::is_minute")]
    pub resolution: Resolution,
}

impl Metric {
    /// A metric of the caller's own account and region, without dimensions.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>, statistic: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            dimensions: BTreeMap::new(),
            statistic: statistic.into(),
            region: None,
            account_id: None,
            role_arn: None,
            resolution: Resolution::MINUTE,
        }
    }

    /// The metric that has these dimensions as well.
    #[must_use]
    pub fn with_dimensions(&self, dimensions: &BTreeMap<String, String>) -> Self {
        let mut metric = self.clone();
        metric.dimensions.extend(dimensions.iter().map(|(name, value)| (name.clone(), value.clone())));
        metric
    }

    /// Does its statistic count events, so that datapoints can be added up? Averages and percentiles cannot.
    pub fn counts(&self) -> bool {
        let bounds = self.statistic.strip_prefix("TC(").and_then(|rest| rest.strip_suffix(')'));
        matches!(self.statistic.as_str(), "Sum" | "SampleCount") || bounds.is_some_and(is_bounds)
    }

    /// Is its statistic one that CloudWatch has? <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>
    pub fn has_statistic(&self) -> bool {
        let text = self.statistic.as_str();
        let ranged = ["TM", "WM", "TC", "TS", "PR"].iter().find_map(|name| text.strip_prefix(name));
        let of_bounds = ranged.and_then(|rest| rest.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
        let percentile = ["p", "tm", "wm", "tc", "ts"].iter().find_map(|name| text.strip_prefix(name));
        matches!(text, "Sum" | "SampleCount" | "Average" | "Minimum" | "Maximum" | "IQM")
            || of_bounds.is_some_and(is_bounds)
            || percentile.is_some_and(is_percentile)
    }
}

/// `:500`, `1%:99.5%`.
fn is_bounds(text: &str) -> bool {
    let bound = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'%');
    text.len() > 1 && text.matches(':').count() == 1 && text.bytes().all(bound)
}

/// `99`, `99.9`: no more than 100.
fn is_percentile(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && whole
            .parse()
            .is_ok_and(|whole: u32| whole < 100 || whole == 100 && fraction.bytes().all(|digit| digit == b'0'))
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)?;
        let mut separator = '{';
        for (name, value) in &self.dimensions {
            write!(formatter, "{separator}{name}={value}")?;
            separator = ',';
        }
        if self.dimensions.is_empty() { Ok(()) } else { formatter.write_str("}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Metric;

    #[test]
    fn statistics_are_those_of_cloudwatch() {
        for (statistic, counts, exists) in [
            ("Sum", true, true),
            ("SampleCount", true, true),
            ("TC(:500)", true, true),
            ("TC(1%:99.5%)", true, true),
            ("TC(:)", false, false),
            ("TC(500)", false, false),
            ("Average", false, true),
            ("p99", false, true),
            ("p99.9", false, true),
            ("p100", false, true),
            ("p100.5", false, false),
            ("p", false, false),
            ("tm90", false, true),
            ("TM(10%:90%)", false, true),
            ("PR(:300)", false, true),
            ("Maximum", false, true),
            ("IQM", false, true),
            ("Median", false, false),
            ("sum", false, false),
        ] {
            let metric = Metric::new("N", "M", statistic);
            assert_eq!((metric.counts(), metric.has_statistic()), (counts, exists), "{statistic}");
        }
    }
}
