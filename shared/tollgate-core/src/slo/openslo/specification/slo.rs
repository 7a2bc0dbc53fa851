//! SLOs, held against the text.

use rust_decimal::Decimal;
use serde_saphyr::{Location, Spanned};

use super::super::{
    Reader,
    document::{Calendar, Inline, Objective, Spec, TimeWindow},
    window::local,
};

/// What an indicator is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Threshold,
    /// A ratio, or one that is in none of the files.
    Other,
}

impl Reader<'_> {
    pub(super) fn hold_slo(&mut self, at: &Location, spec: &Spec) {
        self.required(at, "service", "`service: payments-api`", spec.service.as_ref());
        self.hold_windows(spec);
        let method = self.hold_method(at, spec);
        let objectives = spec.objectives.as_ref().map(|found| found.value.as_slice()).unwrap_or_default();
        let has_own = |objective: &Spanned<Objective>| {
            objective.value.indicator.is_some() || objective.value.indicator_ref.is_some()
        };
        let composite = objectives.iter().any(has_own);
        let shared = if composite {
            self.hold_no_indicator(spec);
            Form::Other
        } else {
            self.hold_own_indicator(at, spec.indicator.as_ref(), spec.indicator_ref.as_ref())
        };
        if objectives.is_empty() {
            self.complain(at, "no `objectives`: write for example `objectives: [{target: 0.999}]`");
        }
        for (index, objective) in objectives.iter().enumerate() {
            let Objective { indicator, indicator_ref, composite_weight, .. } = &objective.value;
            let form = match composite {
                true => self.hold_own_indicator(&objective.defined, indicator.as_ref(), indicator_ref.as_ref()),
                false => shared,
            };
            if form == Form::Threshold && !composite && index > 0 {
                // The SDK does not look.
                let message = "a `thresholdMetric` has one objective: write another SLO for this one";
                self.complain(&objective.defined, message);
            }
            self.hold_objective(objective, method, form);
            if let Some(weight) = composite_weight.as_ref().filter(|_| objectives.len() == 1) {
                self.complain(&weight.defined, "`compositeWeight` of the only objective: it weighs nothing, remove it");
            }
        }
        for policy in spec.alert_policies.iter().flat_map(|found| &found.value) {
            self.hold_item(policy, "AlertPolicy", "alertPolicyRef");
        }
    }

    fn hold_no_indicator(&mut self, spec: &Spec) {
        let inline = spec.indicator.as_ref().map(|found| found.defined);
        if let Some(own) = inline.or(spec.indicator_ref.as_ref().map(|found| found.defined)) {
            self.complain(&own, "an indicator here and in `objectives`: keep the ones in `objectives`, or this one");
        }
    }

    fn hold_own_indicator(
        &mut self,
        at: &Location,
        inline: Option<&Spanned<Inline>>,
        reference: Option<&Spanned<String>>,
    ) -> Form {
        match (inline, reference) {
            (Some(inline), None) => {
                match &inline.value.metadata {
                    Some(metadata) => self.hold_metadata(metadata),
                    None => self.complain(&inline.defined, "no `metadata` of the indicator: write its `name`"),
                }
                self.hold_spec("SLI", &inline.defined, &inline.value.spec);
                form(&inline.value.spec)
            }
            (None, Some(reference)) => {
                self.name(reference);
                let found = self.find("SLI", &reference.value).and_then(|(_, sli)| sli.spec.as_ref());
                found.map_or(Form::Other, |spec| form(&spec.value))
            }
            (None, None) => {
                self.complain(at, "neither `indicator` nor `indicatorRef`: write one of them");
                Form::Other
            }
            (Some(_), Some(reference)) => {
                self.complain(&reference.defined, "both `indicator` and `indicatorRef`: keep one of them");
                Form::Other
            }
        }
    }

    fn hold_method<'s>(&mut self, at: &Location, spec: &'s Spec) -> Option<&'s str> {
        const METHODS: &str = "write `budgetingMethod: Occurrences`, `Timeslices` or `RatioTimeslices`";
        match spec.budgeting_method.as_ref() {
            Some(method) if matches!(method.value.as_str(), "Occurrences" | "Timeslices" | "RatioTimeslices") => {
                Some(method.value.as_str())
            }
            Some(method) => self.refuse(&method.defined, format!("there is no method `{}`: {METHODS}", method.value)),
            None => self.refuse(at, format!("no `budgetingMethod`: {METHODS}")),
        }
    }

    fn hold_objective(&mut self, objective: &Spanned<Objective>, method: Option<&str>, form: Form) {
        let at = &objective.defined;
        let objective = &objective.value;
        let Objective { target, target_percent, op, value, time_slice_target, time_slice_window, .. } = objective;
        match (target, target_percent) {
            (None, None) => self.complain(at, "no `target`: write for example `target: 0.999`"),
            (Some(_), Some(percent)) => {
                self.complain(&percent.defined, "both `target` and `targetPercent`: keep one of them");
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        let below = |whole: Decimal| move |number: Decimal| number >= Decimal::ZERO && number < whole;
        if let Some(target) = target {
            self.hold_number(
                "target",
                target,
                "at least 0 and less than 1: write for example `0.999`",
                below(Decimal::ONE),
            );
        }
        if let Some(percent) = target_percent {
            let kind = "at least 0 and less than 100: write for example `99.9`";
            self.hold_number("targetPercent", percent, kind, below(Decimal::ONE_HUNDRED));
        }
        if let Some(weight) = &objective.composite_weight {
            self.hold_number("compositeWeight", weight, "a number above 0", |weight| weight > Decimal::ZERO);
        }
        self.hold_operator(op.as_ref());
        if let Some(value) = value {
            self.hold_number("value", value, "a number", |_| true);
        }
        if form == Form::Threshold {
            self.required(at, "op", "`op: lte`, as the value is good", op.as_ref());
            self.required(at, "value", "what the metric is compared with, `value: 300`", value.as_ref());
        }
        let slices = method.is_some_and(|method| method != "Occurrences");
        if slices {
            self.required(at, "timeSliceWindow", "`timeSliceWindow: 1m`", time_slice_window.as_ref());
        }
        if method == Some("Timeslices") {
            self.required(at, "timeSliceTarget", "`timeSliceTarget: 0.95`", time_slice_target.as_ref());
        }
        if let Some(window) = time_slice_window {
            self.hold_slice(window);
        }
        if let Some(target) = time_slice_target {
            let holds = |share: Decimal| share > Decimal::ZERO && share <= Decimal::ONE;
            self.hold_number("timeSliceTarget", target, "more than 0 and at most 1", holds);
        }
    }

    /// The text makes windows optional, and has exactly one where they are written; the SDK wants one.
    fn hold_windows(&mut self, spec: &Spec) {
        const WRITE: &str = "write `timeWindow: [{duration: 30d, isRolling: true}]`";
        let Some(windows) = &spec.time_window else { return };
        match windows.value.as_slice() {
            [window] => self.hold_window(window),
            [] => self.complain(&windows.defined, format!("no window in `timeWindow`: {WRITE}")),
            [_, second, rest @ ..] => {
                let message = format!("a budget has one period, not {}: {WRITE}", 2 + rest.len());
                self.complain(&second.defined, message);
            }
        }
    }

    fn hold_window(&mut self, window: &Spanned<TimeWindow>) {
        let TimeWindow { duration, is_rolling, calendar } = &window.value;
        self.required(&window.defined, "duration", "`duration: 30d`", duration.as_ref());
        if let Some(duration) = duration.as_ref().filter(|duration| !duration.value.trim().is_empty()) {
            self.hold_duration("duration", duration, 1);
        }
        match (calendar, is_rolling) {
            (Some(calendar), Some(true)) => {
                let message = "a calendar window does not roll: remove `calendar`, or write `isRolling: false`";
                self.complain(&calendar.defined, message);
            }
            (None, Some(false) | None) => {
                let message = "neither a `calendar` nor `isRolling: true`: write one of them";
                self.complain(&window.defined, message);
            }
            (Some(_), _) | (None, Some(true)) => {}
        }
        if let Some(Calendar { start_time, time_zone }) = calendar.as_ref().map(|calendar| &calendar.value) {
            if !start_time.value.contains(':') || local(&start_time.value).is_none() {
                let message = format!(
                    "`startTime: {}` is not a local date and time such as `2026-01-01 00:00:00`",
                    start_time.value
                );
                self.complain(&start_time.defined, message);
            }
            if time_zone.value.parse::<chrono_tz::Tz>().is_err() {
                let message = format!("`timeZone: {}` is not an IANA name such as `Europe/Berlin`", time_zone.value);
                self.complain(&time_zone.defined, message);
            }
        }
    }
}

fn form(spec: &Spec) -> Form {
    if spec.threshold_metric.is_some() { Form::Threshold } else { Form::Other }
}
