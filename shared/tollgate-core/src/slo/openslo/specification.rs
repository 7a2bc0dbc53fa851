//! Documents held against the text of OpenSLO v1 alone, <https://openslo.com/specification/>: whatever a source is read
//! from, and whatever periods and weights are counted here. Where the published SDK contradicts the text, the text wins.

use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{Document, Item, RatioMetric, Source, Spec},
};

mod alerts;
mod slo;
mod types;
mod values;

impl Reader<'_> {
    /// Holds a document of any kind.
    pub(super) fn hold(&mut self, document: &Spanned<Document>) {
        let Document { kind, metadata, spec, .. } = &document.value;
        self.hold_metadata(metadata);
        match spec {
            Some(spec) => self.hold_spec(kind, &spec.defined, &spec.value),
            // Of a service nothing but its name is required.
            None if kind == "Service" => {}
            None => self.complain(&document.defined, format!("no `spec` of the {kind}: write one")),
        }
    }

    fn hold_spec(&mut self, kind: &str, at: &Location, spec: &Spec) {
        self.strays(spec, kind);
        match kind {
            "SLO" => self.hold_slo(at, spec),
            "SLI" => self.hold_indicator(at, spec),
            "DataSource" => self.hold_data_source(at, spec),
            "AlertPolicy" => self.hold_policy(at, spec),
            "AlertCondition" => self.hold_condition(at, spec),
            "AlertNotificationTarget" => self.required(at, "target", "`target: email`", spec.target.as_ref()),
            _ => {}
        }
    }

    /// Its details may be anything, but are no part that the text calls optional.
    fn hold_data_source(&mut self, at: &Location, spec: &Spec) {
        self.required(at, "type", "`type: Prometheus`", spec.source_type.as_ref());
        if spec.connection_details.is_none() {
            self.complain(at, "no `connectionDetails` of the data source: write them, or `connectionDetails: {}`");
        }
    }

    /// Says that a field is missing, or empty.
    fn required(&mut self, at: &Location, field: &str, example: &str, found: Option<&Spanned<String>>) {
        match found {
            Some(found) if found.value.trim().is_empty() => {
                self.complain(&found.defined, format!("`{field}` is empty: write for example {example}"));
            }
            Some(_) => {}
            None => self.complain(at, format!("no `{field}`: write for example {example}")),
        }
    }

    /// An object inside another one, or the name of one.
    fn hold_item(&mut self, item: &Spanned<Item>, kind: &str, field: &str) {
        let at = item.defined;
        let fields = &item.value.fields;
        // Files have the bare name of a policy, from before there was `alertPolicyRef`.
        if let Some(bare) = &item.value.bare {
            self.name(&Spanned::new(bare.clone(), item.referenced, at));
            return;
        }
        if let Some((other, found)) =
            item.value.references().into_iter().find_map(|(name, found)| Some((name, found.filter(|_| name != field)?)))
        {
            self.complain(&found.defined, format!("`{other}` where a `{kind}` belongs: write `{field}`"));
            return;
        }
        let reference = item.value.references().into_iter().find_map(|(_, found)| found);
        match (reference, &fields.metadata, &fields.spec) {
            (Some(reference), None, None) if fields.kind.is_none() => {
                self.name(reference);
            }
            (Some(_), _, _) => self.complain(&at, format!("both `{field}` and an object: keep one of them")),
            (None, Some(metadata), Some(spec)) => {
                match &fields.kind {
                    Some(found) if found.value == kind => {}
                    Some(found) => {
                        let message = format!("a `{}` stands where a `{kind}` belongs", found.value);
                        self.complain(&found.defined, message);
                    }
                    None => self.complain(&at, format!("no `kind` of the object: write `kind: {kind}`")),
                }
                self.hold_metadata(metadata);
                self.hold_spec(kind, &at, spec);
            }
            (None, _, _) => {
                let message = format!("neither `{field}` nor an object with `metadata` and `spec`: write one of them");
                self.complain(&at, message);
            }
        }
    }
}

/// Indicators.
impl Reader<'_> {
    pub(super) fn hold_indicator(&mut self, at: &Location, spec: &Spec) {
        match (&spec.ratio_metric, &spec.threshold_metric) {
            (Some(ratio), None) => self.hold_ratio(ratio),
            (None, Some(threshold)) => self.hold_source(threshold),
            (None, None) => self.complain(at, "neither `ratioMetric` nor `thresholdMetric`: write one of them"),
            (Some(_), Some(threshold)) => {
                self.complain(&threshold.defined, "both `ratioMetric` and `thresholdMetric`: keep one of them");
            }
        }
    }

    fn hold_ratio(&mut self, ratio: &Spanned<RatioMetric>) {
        let RatioMetric { good, bad, total, raw, raw_type, .. } = &ratio.value;
        let counts = [("good", good), ("bad", bad), ("total", total)];
        for (_, source) in counts.into_iter().chain([("raw", raw)]) {
            source.iter().for_each(|source| self.hold_source(source));
        }
        if let Some(found) = raw_type.as_ref().filter(|found| !matches!(found.value.as_str(), "success" | "failure")) {
            let message = format!("there is no `rawType: {}`: write `success` or `failure`", found.value);
            self.complain(&found.defined, message);
        }
        match (raw, raw_type) {
            (Some(raw), raw_type) => {
                let beside = counts.into_iter().find_map(|(field, found)| Some((field, found.as_ref()?)));
                if let Some((field, found)) = beside {
                    self.complain(&found.defined, format!("`{field}` beside `raw`: keep one of them"));
                } else if raw_type.is_none() {
                    self.complain(&raw.defined, "no `rawType`: write `success` or `failure`");
                }
            }
            (None, Some(raw_type)) => self.complain(&raw_type.defined, "`rawType` without `raw`: remove it"),
            (None, None) => self.hold_counts(ratio),
        }
    }

    fn hold_counts(&mut self, ratio: &Spanned<RatioMetric>) {
        let RatioMetric { good, bad, total, .. } = &ratio.value;
        match (good, bad) {
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => self.complain(&ratio.defined, "neither `good` nor `bad`: write one of them"),
            (Some(_), Some(bad)) => self.complain(&bad.defined, "both `good` and `bad`: keep one of them"),
        }
        if total.is_none() {
            self.complain(&ratio.defined, "no `total`: write the metric that counts all events");
        }
    }

    /// Its `spec` may be anything, but must be there. The text has a type only where a data source does not say it.
    fn hold_source(&mut self, source: &Spanned<Source>) {
        let metric_source = &source.value.metric_source;
        if metric_source.spec.is_none() {
            self.complain(&source.defined, "no `spec` of the source: write what it reads, such as a `query`");
        }
        match (&metric_source.metric_source_ref, &metric_source.kind) {
            (Some(reference), _) => {
                self.name(reference);
            }
            (None, kind) => self.required(&source.defined, "type", "`type: Prometheus`", kind.as_ref()),
        }
    }
}
