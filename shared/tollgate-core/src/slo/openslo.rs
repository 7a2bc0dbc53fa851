//! OpenSLO v1 into objectives: what is read, and what is refused with what to write instead.
//!
//! Read are `SLO`, `SLI` (for an `indicatorRef` within the same file) and `Service` (which adds nothing: the catalogue
//! describes services), with `budgetingMethod: Occurrences`, one rolling window of a fixed length, and a `ratioMetric`
//! of good or bad over total from CloudWatch. Its `metricSource` is
//!
//! ```yaml
//! type: CloudWatch
//! spec:
//!   Namespace: AWS/ApplicationELB
//!   MetricName: HTTPCode_Target_5XX_Count
//!   Dimensions: {LoadBalancer: app/payments/50dc6c495c0c9188}
//!   Stat: Sum               # the default; or SampleCount, TC(…): what counts events
//!   Region: eu-central-1    # optional, as is AccountId
//!   treatMissing: zero      # only of a bad metric that its source omits while nothing is bad
//! ```
//!
//! Without `treatMissing`, events of which nothing is known count as bad.

use std::collections::BTreeMap;

use serde_saphyr::{Location, Spanned};

use document::{Document, Header, Objective, Spec, TimeWindow};

use super::{Ratio, Slo, Target};
use crate::data::{DataError, from_yaml_documents};

mod document;
mod indicator;

const DAY_SECONDS: u64 = 86_400;
const LONGEST_PERIOD_SECONDS: u64 = 366 * DAY_SECONDS;

/// Reads the objectives of one file, of any number of documents.
///
/// # Errors
/// Everything that is wrong with the file, by line.
pub fn parse(file: &str, text: &str) -> Result<Vec<Slo>, Vec<DataError>> {
    let mut reader = Reader { file, errors: Vec::new(), indicators: BTreeMap::new() };
    let headers: Vec<Spanned<Header>> = from_yaml_documents(file, text).map_err(|error| vec![error])?;
    for header in &headers {
        reader.header(header);
    }
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    let documents: Vec<Spanned<Document>> = from_yaml_documents(file, text).map_err(|error| vec![error])?;
    for document in documents.iter().filter(|document| document.value.kind == "SLI") {
        reader.indicator(document);
    }
    let mut slos: Vec<Slo> = Vec::new();
    for document in documents.iter().filter(|document| document.value.kind == "SLO") {
        for slo in reader.slo(document).unwrap_or_default() {
            if let Some(first) = slos.iter().find(|first| (&first.service, &first.name) == (&slo.service, &slo.name)) {
                let message = format!(
                    "`{}` has an SLO `{}` in line {} already: give this one another name",
                    slo.service, slo.name, first.line
                );
                reader.errors.push(DataError::new(file, slo.line, message));
            }
            slos.push(slo);
        }
    }
    if reader.errors.is_empty() {
        return Ok(slos);
    }
    reader.errors.sort();
    Err(reader.errors)
}

pub(super) struct Reader<'a> {
    file: &'a str,
    errors: Vec<DataError>,
    indicators: BTreeMap<String, Option<Ratio>>,
}

impl Reader<'_> {
    pub(super) fn complain(&mut self, at: &Location, message: impl Into<String>) {
        let line = Some(at.line()).filter(|line| *line > 0);
        self.errors.push(DataError::new(self.file, line, message));
    }

    pub(super) fn refuse<T>(&mut self, at: &Location, message: impl Into<String>) -> Option<T> {
        self.complain(at, message);
        None
    }

    fn header(&mut self, header: &Spanned<Header>) {
        match &header.value.api_version {
            Some(version) if version.value == "openslo/v1" => {}
            Some(version) => {
                let message = format!("`{}` is not supported: write `apiVersion: openslo/v1`", version.value);
                self.complain(&version.defined, message);
            }
            None => self.complain(&header.defined, "no `apiVersion`: write `apiVersion: openslo/v1`"),
        }
        match header.value.kind.as_ref().map(|kind| (kind.value.as_str(), kind.defined)) {
            Some(("SLO" | "SLI" | "Service", _)) => {}
            Some((kind @ ("DataSource" | "AlertPolicy" | "AlertCondition" | "AlertNotificationTarget"), at)) => {
                let message =
                    format!("kind `{kind}` is not supported yet: remove the document; policies judge burn rates");
                self.complain(&at, message);
            }
            Some((kind, at)) => {
                let message = format!("there is no kind `{kind}`: write `SLO`, `SLI` or `Service`");
                self.complain(&at, message);
            }
            None => self.complain(&header.defined, "no `kind`: write `kind: SLO`"),
        }
    }

    fn indicator(&mut self, document: &Spanned<Document>) {
        let Document { metadata, spec, .. } = &document.value;
        let ratio = self.ratio(&document.defined, spec.ratio_metric.as_ref(), spec.threshold_metric.is_some());
        if self.name(&metadata.name).is_some() && self.indicators.insert(metadata.name.value.clone(), ratio).is_some() {
            let message = format!("there is an SLI `{}` already: give this one another name", metadata.name.value);
            self.complain(&metadata.name.defined, message);
        }
    }

    fn name(&mut self, name: &Spanned<String>) -> Option<String> {
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let text = &name.value;
        let whole = (1..=63).contains(&text.len()) && text.bytes().all(label);
        if whole && !text.starts_with('-') && !text.ends_with('-') {
            return Some(text.clone());
        }
        let message = format!("`{text}` is not a name: write up to 63 lower-case letters, digits and `-` inside");
        self.refuse(&name.defined, message)
    }

    fn slo(&mut self, document: &Spanned<Document>) -> Option<Vec<Slo>> {
        let Document { metadata, spec, .. } = &document.value;
        let at = document.defined;
        let name = self.name(&metadata.name);
        let service = match &spec.service {
            Some(service) => Some(service.value.clone()),
            None => self.refuse(&at, "no `service`: write the name of a service of the catalogue"),
        };
        match &spec.budgeting_method {
            Some(method) if method.value == "Occurrences" => {}
            Some(method) if matches!(method.value.as_str(), "Timeslices" | "RatioTimeslices") => {
                let message = format!("`{}` is not supported yet: write `budgetingMethod: Occurrences`", method.value);
                self.complain(&method.defined, message);
            }
            Some(method) => {
                let message = format!("there is no method `{}`: write `budgetingMethod: Occurrences`", method.value);
                self.complain(&method.defined, message);
            }
            None => self.complain(&at, "no `budgetingMethod`: write `budgetingMethod: Occurrences`"),
        }
        let period_seconds = self.period(&at, &spec.time_window);
        let ratio = self.indicator_of(&at, spec);
        let targets = self.targets(&at, &spec.objectives)?;
        let (name, service, period_seconds, ratio) = (name?, service?, period_seconds?, ratio?);
        let only = targets.len() == 1;
        let slos = targets.into_iter().map(|(target, line)| {
            let name = if only { name.clone() } else { format!("{name}-{}", target.percent()) };
            Slo {
                description: spec.description.clone(),
                file: self.file.to_owned(),
                line: if only { metadata.name.defined.line() } else { line },
                ..Slo::of_events(service.clone(), name, target, period_seconds, ratio.clone())
            }
        });
        Some(slos.collect())
    }

    fn period(&mut self, at: &Location, windows: &[Spanned<TimeWindow>]) -> Option<u64> {
        const WRITE: &str = "write `timeWindow: [{duration: 30d, isRolling: true}]`";
        let window = match windows {
            [window] => window,
            [] => return self.refuse(at, format!("no `timeWindow`: {WRITE}")),
            [_, second, ..] => {
                let message = format!("a budget has one period, not {}: {WRITE}", windows.len());
                return self.refuse(&second.defined, message);
            }
        };
        let TimeWindow { duration, is_rolling, calendar } = &window.value;
        match (calendar, is_rolling) {
            (Some(calendar), Some(true)) => {
                return self.refuse(&calendar.defined, format!("a calendar window does not roll: {WRITE}"));
            }
            (Some(calendar), _) => {
                return self.refuse(&calendar.defined, format!("calendar windows are not supported yet: {WRITE}"));
            }
            (None, Some(false)) => {
                return self.refuse(&window.defined, format!("a window without `calendar` rolls: {WRITE}"));
            }
            (None, _) => {}
        }
        let Some(duration) = duration else {
            return self.refuse(&window.defined, format!("no `duration`: {WRITE}"));
        };
        match period_seconds(&duration.value) {
            Ok(seconds) => Some(seconds),
            Err(reason) => self.refuse(&duration.defined, format!("the duration `{}` {reason}", duration.value)),
        }
    }

    fn indicator_of(&mut self, at: &Location, spec: &Spec) -> Option<Ratio> {
        match (&spec.indicator, &spec.indicator_ref) {
            (Some(indicator), None) => {
                let spec = &indicator.spec;
                self.ratio(at, spec.ratio_metric.as_ref(), spec.threshold_metric.is_some())
            }
            (None, Some(reference)) => match self.indicators.get(&reference.value) {
                // An SLI that is there and wrong is reported where it stands.
                Some(ratio) => ratio.clone(),
                None => {
                    let message = format!("this file has no SLI `{}`: add it, or write `indicator`", reference.value);
                    self.refuse(&reference.defined, message)
                }
            },
            (None, None) => self.refuse(at, "no `indicator`: write one with a `ratioMetric`"),
            (Some(_), Some(reference)) => {
                self.refuse(&reference.defined, "both `indicator` and `indicatorRef`: keep one of them")
            }
        }
    }

    fn targets(&mut self, at: &Location, objectives: &[Spanned<Objective>]) -> Option<Vec<(Target, u64)>> {
        if objectives.is_empty() {
            return self.refuse(at, "no `objectives`: write for example `objectives: [{target: 0.999}]`");
        }
        let mut targets: Vec<(Target, u64)> = Vec::new();
        for objective in objectives {
            let line = objective.defined.line();
            let Some(target) = self.target(objective) else { continue };
            if let Some((_, first)) = targets.iter().find(|(known, _)| *known == target) {
                self.complain(&objective.defined, format!("the same target as in line {first}: remove one of them"));
            }
            targets.push((target, line));
        }
        Some(targets)
    }

    fn target(&mut self, objective: &Spanned<Objective>) -> Option<Target> {
        let Objective { target, target_percent, .. } = &objective.value;
        let of_ratios = "a ratio has no such thing: remove it";
        let later = "this is not supported yet: write an SLO of its own";
        for (field, found, what) in [
            ("op", &objective.value.op, of_ratios),
            ("value", &objective.value.value, of_ratios),
            ("timeSliceTarget", &objective.value.time_slice_target, "occurrences have no time slices: remove it"),
            ("timeSliceWindow", &objective.value.time_slice_window, "occurrences have no time slices: remove it"),
            ("indicator", &objective.value.indicator, later),
            ("indicatorRef", &objective.value.indicator_ref, later),
            ("compositeWeight", &objective.value.composite_weight, later),
        ] {
            if let Some(found) = found {
                self.complain(&found.defined, format!("`{field}`: {what}"));
            }
        }
        let (field, text, whole) = match (target, target_percent) {
            (Some(target), None) => ("target", target, 1),
            (None, Some(percent)) => ("targetPercent", percent, 100),
            (None, None) => return self.refuse(&objective.defined, "no `target`: write for example `target: 0.999`"),
            (Some(_), Some(percent)) => {
                return self.refuse(&percent.defined, "both `target` and `targetPercent`: keep one of them");
            }
        };
        match Target::from_decimal(&text.value, whole) {
            Ok(target) => Some(target),
            Err(reason) => {
                let example = if whole == 1 { "0.999" } else { "99.9" };
                let message = format!("`{field}: {}` {reason}: write for example `{field}: {example}`", text.value);
                self.refuse(&text.defined, message)
            }
        }
    }
}

/// Reads OpenSLO's duration shorthand, of fixed lengths only.
fn period_seconds(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|last: char| !last.is_ascii_digit());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let seconds = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => DAY_SECONDS,
        "w" => 7 * DAY_SECONDS,
        "M" | "Q" | "Y" => return Err("varies with the calendar, which is not supported yet: write `30d`".to_owned()),
        _ => return Err("is not a number with a unit: write `30d`".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "is not a number with a unit: write `30d`".to_owned())?;
    number
        .checked_mul(seconds)
        .filter(|length| (DAY_SECONDS..=LONGEST_PERIOD_SECONDS).contains(length) && length % 3600 == 0)
        .ok_or_else(|| "must be full hours, from one day to 366 days: write `30d`".to_owned())
}

#[cfg(test)]
mod tests;
