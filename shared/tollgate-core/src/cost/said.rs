//! The estimate that comes with a question about spend, in either of its forms.

use super::{
    PlannedCost, PlannedCostFact, PlannedForm, Refusal,
    held::negative,
    planned::{LeftOut, said_currency},
    planned_cost, planned_cost_fact,
};
use crate::{
    change::{Cost, MonthlyCost},
    spend::BilledAmount,
};

const EVIDENCE_ID: &str = "cost/estimate";

/// Reads the estimate, which is the field `root` of the question: `cost`, `change.cost`. What cannot be read is a fact with bad
/// evidence, never a cost of zero.
pub fn planned_of(cost: &Cost, root: &str) -> PlannedCostFact {
    let (read, form) = match cost {
        Cost::Infracost(report) => (planned_cost(report.value()), "infracost"),
        Cost::Monthly(monthly) => (said(monthly), "monthly"),
    };
    planned_cost_fact(read.as_ref(), EVIDENCE_ID, &format!("{root}.{form}"))
}

fn said(monthly: &MonthlyCost) -> Result<PlannedCost, Refusal> {
    let cost = |field: &str, text: &str| {
        let cost = BilledAmount::read(text).map_err(|error| Refusal::at(field, format!(": {error}")))?;
        if cost < BilledAmount::ZERO { Err(negative(field, cost)) } else { Ok(cost) }
    };
    Ok(PlannedCost {
        form: PlannedForm::Monthly,
        currency: said_currency(&monthly.currency)?,
        before: Some(cost("before", &monthly.before)?),
        after: cost("after", &monthly.after)?,
        projects: Vec::new(),
        left_out: LeftOut::default(),
        failures: Vec::new(),
        unpriced_known: false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::planned_of;
    use crate::evidence::EvidenceStatus;

    #[test]
    fn what_is_said_directly_is_an_estimate_too() {
        let said = |currency: &str, before: &str, after: &str| {
            let cost = json!({"monthly": {"currency": currency, "before": before, "after": after}});
            planned_of(&serde_json::from_value(cost).unwrap(), "cost")
        };
        let fact = said("EUR", "1200.00", "1350.50");
        assert_eq!((fact.monthly_increase_micros, fact.currency.as_deref()), (Some(150_500_000), Some("EUR")));
        assert!(fact.evidence.is_ok() && !fact.unpriced_known);
        for (fact, expected) in [
            (said("euros", "1", "2"), "`cost.monthly.currency`"),
            (said("EUR", "1", "much"), "`cost.monthly.after`"),
            (said("EUR", "-1", "0"), "`cost.monthly.before`: `-1` is negative"),
        ] {
            assert_eq!((fact.evidence.status, fact.monthly_increase_micros), (EvidenceStatus::Error, None));
            assert!(fact.evidence.reason.as_deref().unwrap().contains(expected), "{:?}", fact.evidence.reason);
        }
        let odd = planned_of(&serde_json::from_value(json!({"infracost": [1]})).unwrap(), "cost");
        assert_eq!(odd.evidence.status, EvidenceStatus::Error);
    }
}
