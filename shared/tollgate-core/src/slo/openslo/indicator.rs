//! The indicator of an OpenSLO document: which counts it is made of.

use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{RatioMetric, Source},
};
use crate::slo::{Counted, Metric, Ratio};

impl Reader<'_> {
    /// The ratio that a document states.
    pub(super) fn ratio(
        &mut self,
        at: &Location,
        ratio: Option<&Spanned<RatioMetric>>,
        threshold: bool,
    ) -> Option<Ratio> {
        let Some(ratio) = ratio else {
            let message = if threshold {
                "`thresholdMetric` is not supported yet: write a `ratioMetric` of good and total counts"
            } else {
                "no `ratioMetric`: write one with `good` or `bad`, and `total`"
            };
            return self.refuse(at, message);
        };
        if threshold {
            return self.refuse(&ratio.defined, "both `ratioMetric` and `thresholdMetric`: keep `ratioMetric`");
        }
        let RatioMetric { good, bad, total, raw, raw_type, .. } = &ratio.value;
        if let Some(at) = raw.as_ref().or(raw_type.as_ref()).map(|found| found.defined) {
            return self.refuse(&at, "`raw` is not supported yet: write `good` or `bad`, and `total`");
        }
        let total = match total {
            Some(total) => self.metric(total, false).map(|(metric, _)| metric),
            None => self.refuse(&ratio.defined, "no `total`: write the metric that counts all events"),
        };
        let (counted, metric) = match (good, bad) {
            (Some(good), None) => (Counted::Good, self.metric(good, false)?.0),
            (None, Some(bad)) => {
                let (metric, absent_is_zero) = self.metric(bad, true)?;
                (Counted::Bad { absent_is_zero }, metric)
            }
            (None, None) => return self.refuse(&ratio.defined, "neither `good` nor `bad`: write one of them"),
            (Some(_), Some(bad)) => return self.refuse(&bad.defined, "both `good` and `bad`: keep one of them"),
        };
        let total = total?;
        if metric == total {
            return self
                .refuse(&ratio.defined, format!("`{total}` is compared with itself: every event would be alike"));
        }
        Some(Ratio { counted, metric: metric.into(), total: total.into() })
    }

    /// A metric, and whether a missing datapoint of it is zero.
    fn metric(&mut self, source: &Spanned<Source>, is_bad: bool) -> Option<(Metric, bool)> {
        let source_at = source.defined;
        let source = &source.value.metric_source;
        if let Some(reference) = &source.metric_source_ref {
            let message = "`metricSourceRef` is not supported yet: write `type: CloudWatch` and its `spec` here";
            return self.refuse(&reference.defined, message);
        }
        match &source.kind {
            Some(kind) if kind.value == "CloudWatch" => {}
            Some(kind) => {
                let message = format!("there is no metric source `{}`: write `type: CloudWatch`", kind.value);
                return self.refuse(&kind.defined, message);
            }
            None => return self.refuse(&source_at, "no `type` of the metric source: write `type: CloudWatch`"),
        }
        let Some(spec) = &source.spec else {
            return self.refuse(&source_at, "no `spec` of the metric: write `Namespace` and `MetricName`");
        };
        let spec = &spec.value;
        for (field, text) in [("Namespace", &spec.namespace), ("MetricName", &spec.metric_name)] {
            if !(1..=255).contains(&text.value.chars().count()) {
                return self.refuse(&text.defined, format!("`{field}` must have 1 to 255 characters"));
            }
        }
        if spec.dimensions.len() > 30 {
            return self.refuse(&source_at, format!("{} `Dimensions`: a metric has at most 30", spec.dimensions.len()));
        }
        if let Some(empty) = spec.dimensions.iter().find(|(name, value)| name.is_empty() || value.is_empty()) {
            return self.refuse(&source_at, format!("the dimension `{}` is empty: write a value", empty.0));
        }
        if let Some(stat) = spec.stat.as_ref().filter(|stat| !counts(&stat.value)) {
            let message = format!("`{}` does not count events: write `Sum`, `SampleCount` or `TC(…)`", stat.value);
            return self.refuse(&stat.defined, message);
        }
        if let Some(account) = spec.account_id.as_ref().filter(|account| !is_account(&account.value)) {
            return self
                .refuse(&account.defined, format!("`{}` is not an account of 12 digits: quote it", account.value));
        }
        let region_like = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if let Some(region) = spec.region.as_ref().filter(|region| !region.value.bytes().all(region_like)) {
            return self.refuse(&region.defined, format!("`{}` is not a region such as `eu-central-1`", region.value));
        }
        let absent_is_zero = match &spec.treat_missing {
            None => false,
            Some(text) if is_bad && text.value == "zero" => true,
            Some(text) => {
                let message = "`treatMissing` can only be `zero`, and only of a `bad` metric: remove it";
                return self.refuse(&text.defined, message);
            }
        };
        let metric = Metric {
            namespace: spec.namespace.value.clone(),
            name: spec.metric_name.value.clone(),
            dimensions: spec.dimensions.clone(),
            statistic: spec.stat.as_ref().map_or_else(|| "Sum".to_owned(), |stat| stat.value.clone()),
            region: spec.region.as_ref().map(|region| region.value.clone()),
            account_id: spec.account_id.as_ref().map(|account| account.value.clone()),
            role_arn: None,
        };
        Some((metric, absent_is_zero))
    }
}

/// Does the statistic count events? Averages and percentiles cannot be added up.
fn counts(statistic: &str) -> bool {
    let bounds = statistic.strip_prefix("TC(").and_then(|rest| rest.strip_suffix(')'));
    let bound = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'%');
    matches!(statistic, "Sum" | "SampleCount")
        || bounds.is_some_and(|bounds| bounds.contains(':') && bounds.len() > 1 && bounds.bytes().all(bound))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
