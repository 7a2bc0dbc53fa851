//! Alert policies and their conditions.

use rust_decimal::Decimal;
use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{Item, Spec},
    window::fixed_seconds,
};
use crate::slo::{BurnAlert, Comparison, Slo, objective::decimal, rational};

impl Reader<'_> {
    /// The alerts that an SLO asks for.
    pub(super) fn alerts(&mut self, policies: Option<&Spanned<Vec<Spanned<Item>>>>) -> Option<Vec<BurnAlert>> {
        let mut alerts = Vec::new();
        for item in policies.map(|policies| policies.value.as_slice()).unwrap_or_default() {
            let reference = item.value.bare.as_ref();
            let reference = reference.or(item.value.fields.alert_policy_ref.as_ref().map(|found| &found.value));
            if let Some(alert) = self.item(item, reference, "AlertPolicy", "alertPolicyRef", Self::policy) {
                alerts.push(alert);
            }
        }
        Some(alerts)
    }

    /// An object that is inside another one, or that it refers to.
    fn item<T>(
        &mut self,
        item: &Spanned<Item>,
        reference: Option<&String>,
        kind: &str,
        field: &str,
        read: impl FnOnce(&mut Self, &str, &Location, &Spec) -> Option<T>,
    ) -> Option<T> {
        let at = item.defined;
        let fields = &item.value.fields;
        if let Some(name) = reference {
            if fields.spec.is_some() || fields.metadata.is_some() {
                return self.refuse(&at, format!("both `{field}` and an object: keep one of them"));
            }
            return match self.find(kind, name) {
                Some((file, document)) => {
                    let spec = document.spec.as_ref()?;
                    self.in_file(file, |reader| read(reader, name, &spec.defined, &spec.value))
                }
                None => self.refuse(&at, format!("there is no {kind} `{name}`: add it, or write it here")),
            };
        }
        let (Some(metadata), Some(spec)) = (&fields.metadata, &fields.spec) else {
            return self.refuse(&at, format!("neither `{field}` nor an object with `metadata` and `spec`: write one"));
        };
        if let Some(other) = fields.kind.as_ref().filter(|other| other.value != kind) {
            return self.refuse(&other.defined, format!("a `{}` stands where a `{kind}` belongs", other.value));
        }
        let name = self.name(&metadata.name)?;
        self.strays(spec, kind);
        read(self, &name, &at, spec)
    }

    /// Reads a policy and the condition that it has.
    pub(super) fn policy(&mut self, name: &str, at: &Location, spec: &Spec) -> Option<BurnAlert> {
        let conditions = spec.conditions.as_ref().map(|found| found.value.as_slice()).unwrap_or_default();
        let condition = match conditions {
            [condition] => condition,
            [] => return self.refuse(at, "no `conditions`: write one, or `conditionRef`"),
            [_, second, ..] => {
                let message = "a policy has one condition: write another policy for the other";
                return self.refuse(&second.defined, message);
            }
        };
        let reference = condition.value.fields.condition_ref.as_ref().map(|found| &found.value);
        let alert = self.item(condition, reference, "AlertCondition", "conditionRef", Self::condition)?;
        let mut targets = Vec::new();
        for target in spec.notification_targets.iter().flat_map(|found| &found.value) {
            let fields = &target.value.fields;
            let inline = fields.metadata.as_ref().map(|metadata| metadata.name.value.clone());
            match fields.target_ref.as_ref().map(|found| found.value.clone()).or(inline) {
                Some(name) => targets.push(name),
                None => return self.refuse(&target.defined, "neither `targetRef` nor an object: write one of them"),
            }
        }
        let is = |field: &Option<Spanned<bool>>| field.as_ref().is_some_and(|found| found.value);
        let alert = BurnAlert {
            policy: name.to_owned(),
            when_breaching: is(&spec.alert_when_breaching),
            when_resolved: is(&spec.alert_when_resolved),
            when_no_data: is(&spec.alert_when_no_data),
            targets,
            ..alert
        };
        self.warn_of_unused(spec);
        if !alert.when_breaching && !alert.when_resolved && !alert.when_no_data {
            self.warn(at, format!("the policy `{name}` never alerts: write `alertWhenBreaching: true`"));
        }
        Some(alert)
    }

    /// Warns of what a policy asks for and does not get: whom people are told by, and of what, is the same for all.
    fn warn_of_unused(&mut self, spec: &Spec) {
        if let Some(targets) = spec.notification_targets.as_ref().filter(|targets| !targets.value.is_empty()) {
            let message = "`notificationTargets` are not told: subscribe them to the event bus or the topic that notices \
                           go to, by service and kind; remove this";
            self.warn(&targets.defined, message);
        }
        if let Some(no_data) = spec.alert_when_no_data.as_ref().filter(|found| found.value) {
            let message = "`alertWhenNoData` changes nothing: people are told as of a ticket whenever nothing is known of \
                           an objective; remove it";
            self.warn(&no_data.defined, message);
        }
        if let Some(resolved) = spec.alert_when_resolved.as_ref().filter(|found| !found.value) {
            let message = "`alertWhenResolved: false` changes nothing: people who were told of a page or a ticket are told \
                           of its end; remove it, and filter notices of kind `resolved` where they are not wanted";
            self.warn(&resolved.defined, message);
        }
    }

    /// Reads a condition; what the policy says is not in it yet.
    pub(super) fn condition(&mut self, name: &str, at: &Location, spec: &Spec) -> Option<BurnAlert> {
        let Some(severity) = &spec.severity else {
            return self.refuse(at, "no `severity`: write for example `severity: page`");
        };
        let Some(condition) = &spec.condition else {
            return self.refuse(at, "no `condition`: write one of kind `burnrate`");
        };
        let (at, condition) = (condition.defined, &condition.value);
        if let Some(other) = condition.kind.as_ref().filter(|kind| kind.value != "burnrate") {
            return self.refuse(&other.defined, format!("there is no kind `{}`: write `burnrate`", other.value));
        }
        let comparison = match &condition.op {
            None => Comparison::Gt,
            Some(op) => match self.comparison(op)? {
                over @ (Comparison::Gt | Comparison::Gte) => over,
                under => {
                    let (write, meant) = match under {
                        Comparison::Lte => ("gte", Comparison::Gte),
                        _ => ("gt", Comparison::Gt),
                    };
                    let message = format!(
                        "`op: {}` would alert while the budget burns slowly; it is taken as `{write}`: write `op: {write}`",
                        op.value
                    );
                    self.warn(&op.defined, message);
                    meant
                }
            },
        };
        let threshold = match &condition.threshold {
            None => self.refuse(&at, "no `threshold`: write a burn rate, for example `14.4`"),
            Some(text) => match decimal(&text.value) {
                Ok(threshold) if threshold > Decimal::ZERO => Some(threshold.normalize()),
                Ok(_) => self.refuse(&text.defined, format!("`threshold: {}` must be more than 0", text.value)),
                Err(reason) => self.refuse(&text.defined, format!("`threshold: {}` {reason}", text.value)),
            },
        };
        let lookback = match &condition.lookback_window {
            None => self.refuse(&at, "no `lookbackWindow`: write for example `1h`"),
            Some(text) => match fixed_seconds(&text.value) {
                Some(seconds) if seconds > 0 => Some(seconds),
                _ => self.refuse(&text.defined, format!("`lookbackWindow: {}` is no time such as `1h`", text.value)),
            },
        };
        let after = match &condition.alert_after {
            None => Some(0),
            Some(text) => match fixed_seconds(&text.value) {
                Some(seconds) => Some(seconds),
                None => self.refuse(&text.defined, format!("`alertAfter: {}` is no time such as `5m`", text.value)),
            },
        };
        Some(BurnAlert {
            policy: String::new(),
            condition: name.to_owned(),
            description: spec.description.as_ref().map(|text| text.value.clone()),
            severity: severity.value.clone(),
            comparison,
            threshold: threshold?,
            lookback_seconds: lookback?,
            after_seconds: after?,
            when_breaching: false,
            when_resolved: false,
            when_no_data: false,
            targets: Vec::new(),
        })
    }

    /// Warns of alerts that the objective can never raise: when every event is bad, the budget burns 1 / (1 - target)
    /// times as fast as it accrues, and never faster.
    pub(super) fn warn_of_unreachable(&mut self, at: &Location, slo: &Slo) {
        for alert in &slo.alerts {
            let short = alert.lookback_seconds > slo.period.longest_seconds();
            if short {
                let message = format!("the alert `{}` looks back over more than the period", alert.policy);
                self.warn(at, message);
            }
            if !slo.target.reaches(alert.comparison, rational(alert.threshold)) {
                let message = format!(
                    "the alert `{}` is out of reach: a target of {} % burns {} times too fast at most, and never {}",
                    alert.policy,
                    slo.target.percent(),
                    slo.target.largest_burn_rate(),
                    alert.threshold
                );
                self.warn(at, message);
            }
        }
    }
}
