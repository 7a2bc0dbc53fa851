//! The `metricSource` of an indicator: which CloudWatch metrics, of which account and region.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::Spanned;

use super::{Reader, document, place::Place, source::SourceSpec};
use crate::slo::{Expression, Input, Metric, Source};

const MORE_DIMENSIONS: usize = 30;

/// What the numbers of a source are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A count of good events.
    Count,
    /// A count of all events.
    Total,
    /// A count of bad events.
    BadCount,
    /// A value to compare, which any statistic may give.
    Value,
    /// A value that is compared with others of its kind. Of a formula's inputs, one that counts may be zero when missing.
    Sample,
    /// One of the inputs of such a formula.
    SampleInput,
}

/// What an author says of time without a datapoint (`treatMissing`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing: it is taken as not known.
    Undeclared,
    /// The telemetry was lost.
    Unknown,
    /// There was nothing to count.
    Zero,
    /// There was nothing to measure.
    Idle,
}

/// What reads a source.
pub(super) enum Kind {
    CloudWatch,
    Tollgate,
    ApplicationSignals,
}

impl Reader<'_> {
    /// What reads the source; foreign ones are refused where they are to be read.
    pub(super) fn kind_of(&mut self, source: &Spanned<document::Source>) -> Option<Kind> {
        let metric_source = &source.value.metric_source;
        let referred = match &metric_source.metric_source_ref {
            None => None,
            Some(reference) => match self.find("DataSource", &reference.value) {
                Some((_, data_source)) => {
                    data_source.spec.as_ref().and_then(|spec| spec.value.source_type.as_ref()).map(|kind| &kind.value)
                }
                None => {
                    let message =
                        format!("there is no DataSource `{}`: add it, or remove the reference", reference.value);
                    return self.refuse(&reference.defined, message);
                }
            },
        };
        let (kind, at) = match (&metric_source.kind, referred) {
            (Some(kind), Some(referred)) if kind.value != *referred => {
                let message = format!("`type: {}`, but its data source is of type `{referred}`", kind.value);
                return self.refuse(&kind.defined, message);
            }
            (Some(kind), _) => (kind.value.as_str(), kind.defined),
            (None, Some(referred)) => (referred.as_str(), source.defined),
            (None, None) => {
                return self.refuse(&source.defined, "no `type` of the metric source: write `type: CloudWatch`");
            }
        };
        match kind {
            "CloudWatch" => Some(Kind::CloudWatch),
            "Tollgate" => Some(Kind::Tollgate),
            "ApplicationSignals" => Some(Kind::ApplicationSignals),
            _ => self.refuse(&at, format!("no source of type `{kind}` here: write `type: CloudWatch`")),
        }
    }

    /// What the source reads, by the names of the types that are read here.
    pub(super) fn source_spec(
        &mut self,
        source: &Spanned<document::Source>,
        write: &str,
    ) -> Option<Spanned<SourceSpec>> {
        match &source.value.metric_source.spec {
            Some(spec) => self.fitting(SourceSpec::of(spec, self.text())),
            None => self.refuse(&source.defined, format!("no `spec` of the source: {write}")),
        }
    }

    /// A source, and what a missing datapoint of it means.
    pub(crate) fn source(&mut self, source: &Spanned<document::Source>, purpose: Purpose) -> Option<(Source, Missing)> {
        match self.kind_of(source)? {
            Kind::CloudWatch => {}
            Kind::Tollgate => {
                let message = "other objectives are a `raw` ratio with `rawType: success`: write it so";
                return self.refuse(&source.defined, message);
            }
            Kind::ApplicationSignals => {
                let message = "an SLO of Application Signals is a `raw` ratio with `rawType: success`: write it so";
                return self.refuse(&source.defined, message);
            }
        }
        let place = match &source.value.metric_source.metric_source_ref {
            Some(reference) => self.data_source(&reference.value)?,
            None => Place::default(),
        };
        let spec = &self.source_spec(source, "write `Namespace` and `MetricName`")?;
        self.known_fields(&spec.value)?;
        let Some(text) = &spec.value.expression else {
            if let Some(inputs) = &spec.value.inputs {
                return self.refuse(&inputs.defined, "`inputs` without `expression`: write the formula over them");
            }
            let (metric, missing) = self.metric(spec, &place, purpose)?;
            return Some((Source::Metric(metric), missing));
        };
        self.expression(spec, text, &place, purpose)
    }

    fn expression(
        &mut self,
        spec: &Spanned<SourceSpec>,
        text: &Spanned<String>,
        place: &Place,
        purpose: Purpose,
    ) -> Option<(Source, Missing)> {
        let own = [&spec.value.namespace, &spec.value.metric_name, &spec.value.stat];
        // Counts are declared one by one, since each may be published in another way.
        let declared = spec.value.treat_missing.as_ref().filter(|_| purpose != Purpose::Value);
        if let Some(stray) = own.into_iter().flatten().chain(declared).next() {
            let message = format!("`{}` beside `expression`: write it in one of the `inputs`", stray.value);
            return self.refuse(&stray.defined, message);
        }
        let place = self.place(&spec.value, place)?;
        let Some(written) = &spec.value.inputs else {
            return self.refuse(&text.defined, "`expression` without `inputs`: write the metrics by name");
        };
        let (mut inputs, mut all, mut undeclared) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (name, input) in &written.value {
            self.known_fields(&input.value)?;
            if let Some(inner) = &input.value.expression {
                return self.refuse(&inner.defined, "a formula inside a formula: write it as one");
            }
            // Of a formula's inputs, a missing one may be zero whatever the formula counts.
            let inside = match purpose {
                Purpose::Value => Purpose::Value,
                Purpose::Sample | Purpose::SampleInput => Purpose::SampleInput,
                Purpose::Count | Purpose::BadCount | Purpose::Total => Purpose::BadCount,
            };
            let (metric, missing) = self.metric(input, &place, inside)?;
            all.push(missing);
            if missing == Missing::Undeclared {
                undeclared.push((name.as_str(), input.defined));
            }
            inputs.insert(name.clone(), Input { metric, absent_is_zero: missing == Missing::Zero });
        }
        let zero = !all.is_empty() && all.iter().all(|missing| *missing == Missing::Zero);
        if zero && !matches!(purpose, Purpose::BadCount | Purpose::Total) {
            let message = "every input has `treatMissing: zero`: silence would count as known; remove one";
            return self.refuse(&written.defined, message);
        }
        let missing = match purpose {
            Purpose::Value => self.missing(spec.value.treat_missing.as_ref(), &[("idle", Missing::Idle)])?,
            _ if zero => Missing::Zero,
            _ if all.contains(&Missing::Undeclared) => Missing::Undeclared,
            _ => Missing::Unknown,
        };
        match Expression::parse(&text.value, inputs) {
            Ok(expression) => {
                let taken_off = if purpose == Purpose::Count { expression.taken_off() } else { BTreeSet::new() };
                for (_, at) in undeclared.iter().filter(|(name, _)| taken_off.contains(name)) {
                    self.warn_of_undeclared(at);
                }
                Some((Source::Expression(expression), missing))
            }
            Err(reason) => self.refuse(&text.defined, format!("the expression `{}` {reason}", text.value)),
        }
    }

    fn known_fields(&mut self, spec: &SourceSpec) -> Option<()> {
        let mut all = Vec::new();
        flatten(spec, &mut all);
        let mut good = Some(());
        for other in all.iter().flat_map(|spec| &spec.others) {
            let message = format!(
                "a CloudWatch source has no `{}`: it has `Namespace`, `MetricName`, `Dimensions`, `Stat`, `Period`, `Region`, \
                 `AccountId`, `RoleArn` and `treatMissing`, or `expression` and `inputs`",
                other.value
            );
            good = self.refuse(&other.defined, message);
        }
        let objectives = all.iter().find_map(|spec| {
            spec.worst_of.as_ref().map(|of| of.defined).or(spec.weighted.as_ref().map(|of| of.defined))
        });
        if let Some(at) = objectives {
            good = self.refuse(&at, "only `type: Tollgate` is made of other objectives: write that type");
        }
        if let Some(id) = all.iter().find_map(|spec| spec.id.as_ref()) {
            good = self.refuse(&id.defined, "only `type: ApplicationSignals` has an `Id`: write that type");
        }
        good
    }

    /// What is declared of missing datapoints: that nothing is known of them, or one of these.
    fn missing(&mut self, text: Option<&Spanned<String>>, known: &[(&str, Missing)]) -> Option<Missing> {
        let Some(text) = text else { return Some(Missing::Undeclared) };
        let known = known.iter().chain(&[("unknown", Missing::Unknown)]);
        if let Some((_, missing)) = known.clone().find(|(name, _)| *name == text.value) {
            return Some(*missing);
        }
        let names: Vec<String> = known.map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("`treatMissing: {}` is not possible here: write {}", text.value, names.join(" or "));
        self.refuse(&text.defined, message)
    }

    /// One metric, and what a missing datapoint of it means.
    fn metric(&mut self, spec: &Spanned<SourceSpec>, place: &Place, purpose: Purpose) -> Option<(Metric, Missing)> {
        let at = spec.defined;
        let mut all = Vec::new();
        flatten(&spec.value, &mut all);
        let namespace = self.one("Namespace", &all, |spec| spec.namespace.as_ref())?;
        let name = self.one("MetricName", &all, |spec| spec.metric_name.as_ref())?;
        let (Some(namespace), Some(name)) = (namespace, name) else {
            let absent = if namespace.is_none() { "Namespace" } else { "MetricName" };
            return self.refuse(&at, format!("no `{absent}` of the metric: write `Namespace` and `MetricName`"));
        };
        for (field, text) in [("Namespace", namespace), ("MetricName", name)] {
            if !(1..=255).contains(&text.value.chars().count()) {
                return self.refuse(&text.defined, format!("`{field}` must have 1 to 255 characters"));
            }
        }
        let dimensions = self.one("Dimensions", &all, |spec| spec.dimensions.as_ref())?;
        let dimensions = dimensions.map(|found| found.value.clone()).unwrap_or_default();
        if dimensions.len() > MORE_DIMENSIONS {
            let message = format!("{} `Dimensions`: a metric has at most {MORE_DIMENSIONS}", dimensions.len());
            return self.refuse(&at, message);
        }
        if let Some(empty) = dimensions.iter().find(|(name, value)| name.is_empty() || value.is_empty()) {
            return self.refuse(&at, format!("the dimension `{}` is empty: write a value", empty.0));
        }
        let period = self.one("Period", &all, |spec| spec.period.as_ref())?;
        let resolution = self.resolution(period, purpose)?;
        let stat = self.one("Stat", &all, |spec| spec.stat.as_ref())?;
        let statistic = match (stat, purpose) {
            (Some(stat), _) => stat.value.clone(),
            (None, Purpose::Count | Purpose::BadCount | Purpose::Total) => "Sum".to_owned(),
            (None, Purpose::Value | Purpose::Sample | Purpose::SampleInput) => {
                return self.refuse(&at, "no `Stat` of the metric: write for example `Average` or `p99`");
            }
        };
        let place = self.place(&spec.value, place)?;
        let metric = Metric {
            dimensions,
            region: place.region,
            account_id: place.account_id,
            role_arn: place.role_arn,
            resolution,
            ..Metric::new(namespace.value.clone(), name.value.clone(), statistic)
        };
        let possible: &[(&str, Missing)] = match purpose {
            Purpose::BadCount | Purpose::Total => &[("zero", Missing::Zero)],
            Purpose::SampleInput if metric.counts() => &[("zero", Missing::Zero)],
            Purpose::Value => &[("idle", Missing::Idle)],
            Purpose::Count | Purpose::Sample | Purpose::SampleInput => &[],
        };
        let declared = self.one("treatMissing", &all, |spec| spec.treat_missing.as_ref())?;
        let missing = self.missing(declared, possible)?;
        let stat_at = stat.map_or(at, |stat| stat.defined);
        if matches!(purpose, Purpose::Count | Purpose::BadCount | Purpose::Total) && !metric.counts() {
            let message =
                format!("`{}` does not count events: write `Sum`, `SampleCount` or `TC(…)`", metric.statistic);
            return self.refuse(&stat_at, message);
        }
        if !metric.has_statistic() {
            let message = format!("CloudWatch has no statistic `{}`: write for example `p99`", metric.statistic);
            return self.refuse(&stat_at, message);
        }
        Some((metric, missing))
    }

    /// The one of a nested source that has the field.
    fn one<'s, T>(
        &mut self,
        field: &str,
        all: &[&'s SourceSpec],
        of: impl Fn(&'s SourceSpec) -> Option<&'s Spanned<T>>,
    ) -> Option<Option<&'s Spanned<T>>> {
        let mut found = all.iter().filter_map(|spec| of(spec));
        let first = found.next();
        match found.next() {
            None => Some(first),
            Some(again) => self.refuse(&again.defined, format!("`{field}` is there twice: keep one of them")),
        }
    }

    pub(super) fn place(&mut self, spec: &SourceSpec, outer: &Place) -> Option<Place> {
        let mut all = Vec::new();
        flatten(spec, &mut all);
        let region = self.one("Region", &all, |spec| spec.region.as_ref())?;
        let account = self.one("AccountId", &all, |spec| spec.account_id.as_ref())?;
        let role = self.one("RoleArn", &all, |spec| spec.role_arn.as_ref())?;
        self.checked_place(region, account, role, outer)
    }
}

/// The spec and what is nested in it; YAML's own limit on depth holds.
fn flatten<'s>(spec: &'s SourceSpec, all: &mut Vec<&'s SourceSpec>) {
    all.push(spec);
    for nested in &spec.nested {
        flatten(&nested.value, all);
    }
}
