//! An SLO document into objectives.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{Document, Metadata, Objective, Spec},
};
use crate::{
    Timestamp,
    slo::{Budgeting, BurnAlert, Indicator, Period, Slo, Target},
};

/// What all objectives of a document have in common.
pub(super) struct Common<'a> {
    pub(super) name: String,
    service: String,
    description: Option<String>,
    period: Period,
    alerts: Vec<BurnAlert>,
    pub(super) metadata: &'a Metadata,
    shared_with: Vec<String>,
    since: Option<Timestamp>,
    labels: BTreeMap<String, Vec<String>>,
}

/// One of the objectives that a document states.
struct Stated {
    target: Target,
    indicator: Indicator,
    budgeting: Budgeting,
    /// What it is named by if there are others.
    part: Option<String>,
    weight: Decimal,
    at: Location,
}

impl Reader<'_> {
    pub(super) fn slo(&mut self, document: &Spanned<Document>) -> Option<Vec<Slo>> {
        let metadata = &document.value.metadata;
        let Spanned { value: spec, defined: at, .. } = document.value.spec.as_ref()?;
        let at = *at;
        let name = self.name(&metadata.name);
        let service = match &spec.service {
            Some(service) if !service.value.is_empty() => Some(service.value.clone()),
            _ => self.refuse(&at, "no `service`: write the name of a service of the catalogue"),
        };
        const METHODS: &str = "write `budgetingMethod: Occurrences`, `Timeslices` or `RatioTimeslices`";
        let method = match &spec.budgeting_method {
            Some(method) if matches!(method.value.as_str(), "Occurrences" | "Timeslices" | "RatioTimeslices") => {
                Some(method)
            }
            Some(method) => {
                let message = format!("there is no method `{}`: {METHODS}", method.value);
                self.refuse(&method.defined, message)
            }
            None => self.refuse(&at, format!("no `budgetingMethod`: {METHODS}")),
        };
        let period = self.period(&at, spec.time_window.as_ref());
        let alerts = self.alerts(spec.alert_policies.as_ref());
        let (shared_with, since) = (self.shared_with(metadata), self.since(metadata));
        let labels = self.labels(metadata);
        let stated = self.stated(&at, spec, method, period);
        let common = Common {
            name: name?,
            service: service?,
            description: spec.description.as_ref().map(|text| text.value.clone()),
            period: period?,
            alerts: alerts?,
            metadata,
            shared_with: shared_with?,
            since: since?,
            labels: labels?,
        };
        let (own_indicators, stated) = stated?;
        self.objectives(&common, own_indicators, stated)
    }

    fn stated(
        &mut self,
        at: &Location,
        spec: &Spec,
        method: Option<&Spanned<String>>,
        period: Option<Period>,
    ) -> Option<(bool, Vec<Stated>)> {
        let objectives = spec.objectives.as_ref().map(|found| found.value.as_slice()).unwrap_or_default();
        if objectives.is_empty() {
            return self.refuse(at, "no `objectives`: write for example `objectives: [{target: 0.999}]`");
        }
        let has_own = |objective: &Spanned<Objective>| {
            objective.value.indicator.is_some() || objective.value.indicator_ref.is_some()
        };
        let composite = objectives.iter().any(has_own);
        let shared = if composite {
            if let Some(own) = spec
                .indicator
                .as_ref()
                .map(|found| found.defined)
                .or(spec.indicator_ref.as_ref().map(|found| found.defined))
            {
                let message = "an indicator here and in `objectives`: keep the ones in `objectives`, or this one";
                return self.refuse(&own, message);
            }
            None
        } else {
            self.indicator(at, spec.indicator.as_ref(), spec.indicator_ref.as_ref())
        };
        let mut stated = Vec::new();
        let mut whole = composite || shared.is_some();
        for objective in objectives {
            let target = self.target(objective);
            let budgeting = method.zip(period).and_then(|(method, period)| self.budgeting(method, objective, period));
            let Objective { indicator, indicator_ref, composite_weight, .. } = &objective.value;
            let unbound = if composite {
                self.indicator(&objective.defined, indicator.as_ref(), indicator_ref.as_ref())
            } else {
                shared.clone()
            };
            let silent = budgeting.is_some_and(|budgeting| budgeting.slice_seconds().is_some());
            self.warnings.extend(unbound.as_ref().and_then(|found| found.undeclared.clone()).filter(|_| silent));
            let indicator_bound = unbound.and_then(|found| self.bound(found.unbound, objective));
            let weight = match composite_weight {
                None => Some(Decimal::ONE),
                Some(weight) if composite => {
                    self.warn_of_unused_weight(method, weight);
                    self.weight(weight)
                }
                Some(weight) => {
                    let message =
                        "`compositeWeight`: only objectives with an `indicator` of their own have one: remove it";
                    self.refuse(&weight.defined, message)
                }
            };
            let inline =
                indicator.as_ref().and_then(|inline| inline.value.metadata.as_ref()).map(|metadata| &metadata.name);
            let part = indicator_ref.as_ref().or(inline).map(|name| name.value.clone());
            match (target, budgeting, indicator_bound, weight) {
                (Some(target), Some(budgeting), Some(indicator), Some(weight))
                    if self.whole_slices(&objective.defined, budgeting, indicator.resolution()).is_some() =>
                {
                    let indicator = match period {
                        Some(period) => indicator.by_one_length(period, budgeting),
                        None => indicator,
                    };
                    stated.push(Stated { target, indicator, budgeting, part, weight, at: objective.defined });
                }
                _ => whole = false,
            }
        }
        whole.then_some((composite, stated))
    }

    fn objectives(&mut self, common: &Common<'_>, own_indicators: bool, stated: Vec<Stated>) -> Option<Vec<Slo>> {
        let only = stated.len() == 1;
        let composite = own_indicators && !only;
        let same_target = |stated: &[Stated]| {
            let mut targets: Vec<Target> = stated.iter().map(|stated| stated.target).collect();
            targets.sort();
            targets.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
        };
        let by_value = !composite && same_target(&stated);
        let mut slos: Vec<(Slo, Location)> = Vec::new();
        let mut parts = Vec::new();
        for (index, stated) in (1..).zip(stated) {
            let percent = stated.target.percent();
            let name = match (&stated.part, &stated.indicator) {
                _ if only => common.name.clone(),
                (Some(part), _) => format!("{}-{part}", common.name),
                (None, _) if composite => format!("{}-{index}", common.name),
                (None, Indicator::Threshold { value, .. }) if by_value => format!("{}-{percent}-{value}", common.name),
                (None, _) => format!("{}-{percent}", common.name),
            };
            let at = if only { common.metadata.name.defined } else { stated.at };
            if let Some((_, first)) = slos.iter().find(|(slo, _)| slo.name == name) {
                let what = if composite { "indicator" } else { "target" };
                self.complain(&at, format!("the same {what} as in line {}: remove one of them", first.line()));
                continue;
            }
            let slo = self.assemble(common, name, stated.target, stated.budgeting, stated.indicator, &at);
            parts.push((stated.weight, slo.clone()));
            slos.push((slo, at));
        }
        if composite {
            let whole = self.whole(common, parts)?;
            slos.push((whole, common.metadata.name.defined));
        }
        for (slo, at) in &slos {
            self.warn_of_unreachable(at, slo);
            self.warn_of_short_windows(at, slo);
        }
        Some(slos.into_iter().map(|(slo, _)| slo).collect())
    }

    pub(super) fn assemble(
        &self,
        common: &Common<'_>,
        name: String,
        target: Target,
        budgeting: Budgeting,
        indicator: Indicator,
        at: &Location,
    ) -> Slo {
        Slo {
            service: common.service.clone(),
            name,
            description: common.description.clone(),
            target,
            period: common.period,
            budgeting,
            indicator,
            alerts: common.alerts.clone(),
            pairs: None,
            exclusions: Vec::new(),
            since: common.since,
            shared_with: common.shared_with.clone(),
            labels: common.labels.clone(),
            file: self.file.to_owned(),
            line: at.line(),
        }
    }

    fn target(&mut self, objective: &Spanned<Objective>) -> Option<Target> {
        let Objective { target, target_percent, .. } = &objective.value;
        let (field, text, whole) = match (target, target_percent) {
            (Some(target), None) => ("target", target, 1),
            (None, Some(percent)) => ("targetPercent", percent, 100),
            (None, None) => return self.refuse(&objective.defined, "no `target`: write for example `target: 0.999`"),
            (Some(_), Some(percent)) => {
                return self.refuse(&percent.defined, "both `target` and `targetPercent`: keep one of them");
            }
        };
        match Target::from_decimal(&text.value, whole) {
            Ok(target) => {
                if target.ppb() == 0 {
                    let message = format!("`{field}: {}` promises nothing: every event may be bad", text.value);
                    self.warn(&text.defined, message);
                }
                Some(target)
            }
            Err(reason) => {
                let example = if whole == 1 { "0.999" } else { "99.9" };
                let message = format!("`{field}: {}` {reason}: write for example `{field}: {example}`", text.value);
                self.refuse(&text.defined, message)
            }
        }
    }
}
