//! Alert policies and conditions, held against the text.

use serde_saphyr::Location;

use super::super::{Reader, document::Spec};

impl Reader<'_> {
    pub(super) fn hold_policy(&mut self, at: &Location, spec: &Spec) {
        let conditions = spec.conditions.as_ref().map(|found| found.value.as_slice()).unwrap_or_default();
        match conditions {
            [condition] => self.hold_item(condition, "AlertCondition", "conditionRef"),
            [] => self.complain(at, "no `conditions`: write one, or `conditionRef`"),
            [_, second, ..] => {
                self.complain(&second.defined, "a policy has one condition: write another policy for the other");
            }
        }
        let targets = spec.notification_targets.as_ref().map(|found| found.value.as_slice()).unwrap_or_default();
        if targets.is_empty() {
            self.complain(
                at,
                "no `notificationTargets`: write for example `notificationTargets: [{targetRef: on-call}]`",
            );
        }
        for target in targets {
            self.hold_item(target, "AlertNotificationTarget", "targetRef");
        }
    }

    /// The text defaults the kind to `burnrate` and the time to `0m`; the SDK wants the kind written.
    pub(super) fn hold_condition(&mut self, at: &Location, spec: &Spec) {
        self.required(at, "severity", "`severity: page`", spec.severity.as_ref());
        let Some(condition) = &spec.condition else {
            return self.complain(at, "no `condition`: write one of kind `burnrate`");
        };
        let (at, condition) = (&condition.defined, &condition.value);
        if let Some(other) = condition.kind.as_ref().filter(|kind| kind.value != "burnrate") {
            self.complain(&other.defined, format!("there is no kind `{}`: write `burnrate`", other.value));
        }
        self.required(at, "op", "`op: gt`", condition.op.as_ref());
        self.hold_operator(condition.op.as_ref());
        // An older example of the specification says `lte` of a rate that is to be exceeded.
        if let Some(op) = condition.op.as_ref().filter(|op| matches!(op.value.as_str(), "lt" | "lte")) {
            let message = format!("`op: {}` would alert while the budget burns slowly: write `gt` or `gte`", op.value);
            self.warn(&op.defined, message);
        }
        self.required(at, "threshold", "a burn rate, `threshold: 14.4`", condition.threshold.as_ref());
        if let Some(threshold) = condition.threshold.as_ref().filter(|found| !found.value.trim().is_empty()) {
            self.hold_number("threshold", threshold, "a number", |_| true);
        }
        self.required(at, "lookbackWindow", "`lookbackWindow: 1h`", condition.lookback_window.as_ref());
        if let Some(lookback) = condition.lookback_window.as_ref().filter(|found| !found.value.trim().is_empty()) {
            self.hold_duration("lookbackWindow", lookback, 1);
        }
        if let Some(after) = &condition.alert_after {
            self.hold_duration("alertAfter", after, 0);
        }
    }
}
