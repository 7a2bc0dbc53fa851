//! The indicator of an OpenSLO document: what an objective is judged by.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{self, Objective, RatioMetric, Spec},
    metric::{Kind, Missing, Purpose},
    source::SourceSpec,
};
use crate::slo::{
    Comparison, Composite, CompositeMethod, Counted, Indicator, Part, Ratio, RawKind, Slo, objective::decimal,
};
use crate::{data::DataError, suggest::did_you_mean};

/// An indicator that has not yet what an objective adds to it.
#[derive(Debug, Clone)]
pub(super) enum Unbound {
    Complete(Indicator),
    /// A value that the objective says what to compare with, and whether nothing happened where it is missing.
    Value(crate::slo::Source, bool),
}

/// An indicator, and what is to be said where its budget is counted in slices: a time without datapoints is one of them.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) unbound: Unbound,
    pub(super) undeclared: Option<DataError>,
}

impl Reader<'_> {
    /// The indicator of an SLO or of an objective, by itself or by reference.
    pub(super) fn indicator(
        &mut self,
        at: &Location,
        inline: Option<&Spanned<document::Inline>>,
        reference: Option<&Spanned<String>>,
    ) -> Option<Found> {
        match (inline, reference) {
            (Some(inline), None) => {
                if let Some(metadata) = &inline.value.metadata {
                    self.name(&metadata.name);
                }
                self.strays(&inline.value.spec, "SLI");
                self.indicator_spec(&inline.defined, &inline.value.spec)
            }
            (None, Some(reference)) => match self.find("SLI", &reference.value) {
                Some((file, document)) => {
                    let spec = document.spec.as_ref()?;
                    self.in_file(file, |reader| reader.indicator_spec(&spec.defined, &spec.value))
                }
                None => {
                    let message = format!("there is no SLI `{}`: add it, or write `indicator`", reference.value);
                    self.refuse(&reference.defined, message)
                }
            },
            (None, None) => self.refuse(at, "no `indicator`: write one with a `ratioMetric`"),
            (Some(_), Some(reference)) => {
                self.refuse(&reference.defined, "both `indicator` and `indicatorRef`: keep one of them")
            }
        }
    }

    pub(super) fn indicator_spec(&mut self, at: &Location, spec: &Spec) -> Option<Found> {
        match (&spec.ratio_metric, &spec.threshold_metric) {
            (Some(ratio), None) => self.ratio(ratio),
            (None, Some(threshold)) => {
                let (source, missing) = self.value(threshold)?;
                let unbound = Unbound::Value(source, missing == Missing::Idle);
                Some(Found { unbound, undeclared: self.undeclared(&threshold.defined, missing, "idle") })
            }
            (None, None) => self.refuse(at, "neither `ratioMetric` nor `thresholdMetric`: write one of them"),
            (Some(_), Some(threshold)) => {
                self.refuse(&threshold.defined, "both `ratioMetric` and `thresholdMetric`: keep one of them")
            }
        }
    }

    /// A source of values.
    fn value(&mut self, source: &Spanned<document::Source>) -> Option<(crate::slo::Source, Missing)> {
        let (value, missing) = self.source(source, Purpose::Value)?;
        self.alike(&source.defined, [value]).map(|[value]| (value, missing))
    }

    /// Says that silence and loss look alike, of a source that does not say which it is.
    fn undeclared(&self, at: &Location, missing: Missing, silent: &str) -> Option<DataError> {
        let message = format!(
            "whether nothing happened in a slice without datapoints, or the telemetry was lost, cannot be told apart, so \
             nothing is known of it: write `treatMissing: {silent}` in the source if it is published only when something \
             happens, or `treatMissing: unknown` if it is published always"
        );
        (missing == Missing::Undeclared).then(|| DataError::at(self.file, at, message))
    }

    /// Warns of counts of what should not happen: many are published only when it does, as the 5XX of a load balancer. As
    /// long as the source does not say which they are, a time in which nothing went wrong is not known.
    pub(super) fn warn_of_undeclared(&mut self, at: &Location) {
        self.warn(
            at,
            "whether nothing bad happened in time without a datapoint, or the telemetry was lost, cannot be told apart, so \
             nothing is known of it: write `treatMissing: zero` in the source if it is published only when something \
             happens, as `HTTPCode_Target_5XX_Count` is, or `treatMissing: unknown` if it is published always",
        );
    }

    fn ratio(&mut self, ratio: &Spanned<RatioMetric>) -> Option<Found> {
        let RatioMetric { good, bad, total, raw, raw_type, .. } = &ratio.value;
        if let Some(raw) = raw {
            let beside = [("good", good), ("bad", bad), ("total", total)];
            if let Some((field, found)) = beside.iter().find_map(|(field, found)| Some((field, found.as_ref()?))) {
                return self.refuse(&found.defined, format!("`{field}` beside `raw`: keep one of them"));
            }
            return self.raw(raw, raw_type.as_ref());
        }
        if let Some(raw_type) = raw_type {
            return self.refuse(&raw_type.defined, "`rawType` without `raw`: remove it");
        }
        let total_at = total.as_ref().map_or(ratio.defined, |total| total.defined);
        let total = match total {
            Some(total) => self.source(total, Purpose::Total),
            None => self.refuse(&ratio.defined, "no `total`: write the metric that counts all events"),
        };
        let (counted, (metric, of_counted)) = match (good, bad) {
            (Some(good), None) => (Counted::Good, self.source(good, Purpose::Count)?),
            (None, Some(bad)) => {
                let (metric, missing) = self.source(bad, Purpose::BadCount)?;
                if missing == Missing::Undeclared {
                    self.warn_of_undeclared(&bad.defined);
                }
                (Counted::Bad { absent_is_zero: missing == Missing::Zero }, (metric, missing))
            }
            (None, None) => return self.refuse(&ratio.defined, "neither `good` nor `bad`: write one of them"),
            (Some(_), Some(bad)) => return self.refuse(&bad.defined, "both `good` and `bad`: keep one of them"),
        };
        let (total, missing) = total?;
        if metric == total {
            let message = format!("`{total}` is compared with itself: every event would be alike");
            return self.refuse(&ratio.defined, message);
        }
        let [metric, total] = self.alike(&ratio.defined, [metric, total])?;
        let absent_total_is_zero = missing == Missing::Zero;
        let absent_good_is_unknown = counted == Counted::Good && of_counted == Missing::Unknown;
        Some(Found {
            unbound: Unbound::Complete(Indicator::Ratio(Ratio {
                counted,
                metric,
                total,
                absent_total_is_zero,
                absent_good_is_unknown,
            })),
            undeclared: self.undeclared(&total_at, missing, "zero"),
        })
    }

    fn raw(&mut self, raw: &Spanned<document::Source>, raw_type: Option<&Spanned<String>>) -> Option<Found> {
        let kind = match raw_type.map(|found| (found.value.as_str(), found.defined)) {
            Some(("success", _)) => RawKind::Success,
            Some(("failure", _)) => RawKind::Failure,
            Some((other, at)) => {
                return self.refuse(&at, format!("there is no `rawType: {other}`: write `success` or `failure`"));
            }
            None => return self.refuse(&raw.defined, "no `rawType`: write `success` or `failure`"),
        };
        let whole = |indicator| Found { unbound: Unbound::Complete(indicator), undeclared: None };
        match (self.kind_of(raw)?, kind) {
            (Kind::Tollgate, RawKind::Success) => {
                let spec = self.source_spec(raw, "write `worstOf` or `weighted`")?;
                self.composite(&spec).map(Indicator::Composite).map(whole)
            }
            (Kind::Tollgate, RawKind::Failure) => {
                self.refuse(&raw.defined, "what is made of other objectives is a success: write `rawType: success`")
            }
            (Kind::ApplicationSignals, RawKind::Success) => {
                self.signals(raw).map(Indicator::ApplicationSignals).map(whole)
            }
            (Kind::ApplicationSignals, RawKind::Failure) => {
                self.refuse(&raw.defined, "what Application Signals attains is a success: write `rawType: success`")
            }
            _ => {
                let (source, missing) = self.value(raw)?;
                let unbound =
                    Unbound::Complete(Indicator::Raw { kind, source, absent_is_idle: missing == Missing::Idle });
                Some(Found { unbound, undeclared: self.undeclared(&raw.defined, missing, "idle") })
            }
        }
    }

    /// What `type: Tollgate` says: which other objectives.
    fn composite(&mut self, spec: &Spanned<SourceSpec>) -> Option<Composite> {
        let (method, parts): (_, Vec<(&str, Location, Decimal)>) = match (&spec.value.worst_of, &spec.value.weighted) {
            (Some(parts), None) => {
                let alike = parts.value.iter().map(|name| (name.value.as_str(), name.defined, Decimal::ONE));
                (CompositeMethod::WorstOf, alike.collect())
            }
            (None, Some(parts)) => {
                let mut read = Vec::new();
                for (name, weight) in &parts.value {
                    read.push((name.as_str(), weight.defined, self.weight(weight)?));
                }
                (CompositeMethod::Weighted, read)
            }
            _ => return self.refuse(&spec.defined, "write either `worstOf` or `weighted`, of other objectives"),
        };
        if parts.len() < 2 {
            return self
                .refuse(&spec.defined, "fewer than two objectives: write at least two, or judge the one itself");
        }
        if !self.composites {
            self.postponed = true;
            return None;
        }
        let mut found: Vec<Part> = Vec::new();
        for (name, at, weight) in parts {
            let single =
                |slo: &&Arc<Slo>| !matches!(slo.indicator, Indicator::Composite(_) | Indicator::ApplicationSignals(_));
            let named = |slo: &&Arc<Slo>| name.split_once('/') == Some((&slo.service, &slo.name));
            let slo = self.known.iter().filter(single).find(named);
            let Some(slo) = slo.map(Arc::clone) else {
                if self.incomplete {
                    return None;
                }
                let known: Vec<String> =
                    self.known.iter().filter(single).map(|slo| format!("{}/{}", slo.service, slo.name)).collect();
                let meant = did_you_mean(name, known.iter().map(String::as_str));
                let message = format!(
                    "there is no objective `{name}` that is not a composite itself, nor judged by Application Signals{meant}: write `service/name` of one"
                );
                return self.refuse(&at, message);
            };
            if found.iter().any(|part| part.slo == slo) {
                return self.refuse(&at, format!("`{name}` is there twice: remove one"));
            }
            found.push(Part { slo, weight });
        }
        Some(Composite { method, parts: found })
    }

    pub(super) fn weight(&mut self, text: &Spanned<String>) -> Option<Decimal> {
        const MOST: Decimal = Decimal::ONE_THOUSAND;
        match decimal(&text.value) {
            Ok(weight) if weight > Decimal::ZERO && weight <= MOST && weight.scale() <= 6 => Some(weight.normalize()),
            Ok(_) => {
                let message =
                    format!("the weight `{}` must be more than 0 and at most {MOST}, of 6 decimals", text.value);
                self.refuse(&text.defined, message)
            }
            Err(reason) => self.refuse(&text.defined, format!("the weight `{}` {reason}", text.value)),
        }
    }

    /// Adds to an indicator what an objective says of it.
    pub(super) fn bound(&mut self, unbound: Unbound, objective: &Spanned<Objective>) -> Option<Indicator> {
        let Objective { op, value, .. } = &objective.value;
        let (source, absent_is_idle) = match unbound {
            Unbound::Complete(indicator) => {
                if let Some(value) = value {
                    return self.refuse(&value.defined, "`value`: a ratio has no such thing: remove it");
                }
                if let Some(op) = op {
                    self.comparison(op)?;
                    self.warn(&op.defined, "`op` says nothing about a ratio: remove it");
                }
                return Some(indicator);
            }
            Unbound::Value(source, absent_is_idle) => (source, absent_is_idle),
        };
        let Some(op) = op else {
            return self.refuse(&objective.defined, "no `op`: write `lt`, `lte`, `gt` or `gte`, as the value is good");
        };
        let comparison = self.comparison(op)?;
        let Some(text) = value else {
            return self.refuse(&objective.defined, "no `value`: write what the metric is compared with");
        };
        match decimal(&text.value) {
            Ok(value) => Some(Indicator::Threshold { source, comparison, value: value.normalize(), absent_is_idle }),
            Err(reason) => self.refuse(&text.defined, format!("`value: {}` {reason}", text.value)),
        }
    }

    pub(super) fn comparison(&mut self, op: &Spanned<String>) -> Option<Comparison> {
        match Comparison::from_op(&op.value) {
            Some(comparison) => Some(comparison),
            None => {
                self.refuse(&op.defined, format!("there is no `op: {}`: write `lt`, `lte`, `gt` or `gte`", op.value))
            }
        }
    }
}
