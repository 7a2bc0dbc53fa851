//! The cost estimate that comes with a change, as a fact.

use super::planned_of;
use crate::{change::Cost, facts::CostFact};

/// Reads the estimate. What cannot be read is a fact with bad evidence, never a cost of zero.
pub fn cost_fact(cost: &Cost) -> CostFact {
    let planned = planned_of(cost, "change.cost");
    let unpriced_resources = [planned.unpriced_resources, planned.unsupported_resources, planned.unestimated_resources]
        .into_iter()
        .fold(0, u64::saturating_add);
    CostFact {
        evidence: planned.evidence,
        currency: planned.currency,
        monthly_before_micros: planned.monthly_before_micros,
        monthly_after_micros: planned.monthly_after_micros,
        monthly_increase_micros: planned.monthly_increase_micros,
        increase_ppm: planned.increase_ppm,
        unpriced_resources,
        failed_projects: planned.errors,
        unsupported_unchanged_resources: planned.unsupported_unchanged_resources,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{CostFact, cost_fact};
    use crate::{change::Cost, evidence::EvidenceStatus};

    fn of(cost: serde_json::Value) -> CostFact {
        cost_fact(&serde_json::from_value::<Cost>(cost).unwrap())
    }

    #[test]
    fn an_infracost_diff_gives_the_increase_exactly() {
        let fact = of(json!({"infracost": {
            "version": "0.2", "currency": "EUR",
            "totalMonthlyCost": "1350.10", "pastTotalMonthlyCost": "1200.00", "diffTotalMonthlyCost": "150.10",
            "summary": {"totalUnsupportedResources": 0},
            "projects": [{"pastBreakdown": {"totalMonthlyCost": "1200"}, "breakdown": {"totalMonthlyCost": "1350.1"}}],
        }}));
        assert!(fact.evidence.is_ok());
        assert_eq!(fact.currency.as_deref(), Some("EUR"));
        assert_eq!(fact.monthly_increase_micros, Some(150_100_000));
        // 150.10 / 1200 is 12.508333… %.
        assert_eq!(fact.increase_ppm, Some(125_084));
    }

    #[test]
    fn a_reason_shows_little_of_what_came_and_nothing_that_commands_a_terminal() {
        let odd = format!("\u{9b}2J{}", "x".repeat(100_000));
        for cost in [
            json!({"monthly": {"currency": odd, "before": "1", "after": "1"}}),
            json!({"monthly": {"currency": "USD", "before": odd, "after": "1"}}),
            json!({"infracost": {"totalMonthlyCost": [odd]}}),
            json!({"infracost": {"totalMonthlyCost": "1", "currency": odd}}),
        ] {
            let reason = of(cost).evidence.reason.unwrap();
            assert!(reason.len() < 250 && !reason.contains(char::is_control), "{reason}");
        }
    }

    #[test]
    fn unpriced_resources_make_the_estimate_partial() {
        let fact = of(json!({"infracost": {"totalMonthlyCost": "10", "summary": {"totalUnsupportedResources": 3}}}));
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
        assert_eq!((fact.unpriced_resources, fact.monthly_increase_micros), (3, Some(10_000_000)));
        assert_eq!((fact.monthly_before_micros, fact.increase_ppm), (None, None), "nobody says what was spent before");
    }

    #[test]
    fn a_project_that_failed_makes_the_estimate_partial() {
        let projects = json!([
            {"name": "shop", "breakdown": {"totalMonthlyCost": "9"}, "pastBreakdown": {"totalMonthlyCost": "7"}},
            {"name": "net", "metadata": {"errors": [{"message": "no credentials"}]}},
        ]);
        let cost = |projects| {
            of(json!({"infracost": {"totalMonthlyCost": "9", "pastTotalMonthlyCost": "7", "projects": projects,
                                    "summary": {"totalUnsupportedResources": 0}}}))
        };
        let fact = cost(projects);
        assert_eq!((fact.evidence.status, fact.failed_projects), (EvidenceStatus::Partial, 1));
        assert_eq!(fact.monthly_increase_micros, Some(2_000_000));
        assert_eq!(
            fact.evidence.reason.as_deref(),
            Some("the project `net` failed: no credentials, so the increase may be larger")
        );
    }

    #[test]
    fn where_nothing_could_be_priced_there_is_no_data() {
        for cost in
            [json!({"infracost": {"totalMonthlyCost": null, "pastTotalMonthlyCost": null}}), json!({"infracost": {}})]
        {
            let fact = of(cost.clone());
            assert_eq!((fact.evidence.status, fact.monthly_increase_micros), (EvidenceStatus::NoData, None), "{cost}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_the_field_and_what_came() {
        let infracost = |mut report: serde_json::Value| {
            report.as_object_mut().unwrap().entry("totalMonthlyCost").or_insert(json!("1"));
            json!({"infracost": report})
        };
        for (cost, expected) in [
            (json!({"infracost": "oops"}), "`change.cost.infracost` should be the report as an object, and is `"),
            (
                infracost(json!({"totalMonthlyCost": 12.5})),
                "`change.cost.infracost.totalMonthlyCost` should be a decimal",
            ),
            (infracost(json!({"totalMonthlyCost": 12.5})), "and is `12.5`"),
            (
                infracost(json!({"totalMonthlyCost": "a lot"})),
                "`change.cost.infracost.totalMonthlyCost`: `a lot` is not a decimal amount",
            ),
            (infracost(json!({"pastTotalMonthlyCost": "1,0"})), "`change.cost.infracost.pastTotalMonthlyCost`: `1,0`"),
            (
                infracost(json!({"currency": "dollars"})),
                "`change.cost.infracost.currency`: `dollars` is not a currency",
            ),
            (infracost(json!({"currency": 5})), "`change.cost.infracost.currency` should be a text, and is `5`"),
            (
                infracost(json!({"summary": {"totalUnsupportedResources": "7"}})),
                "`change.cost.infracost.summary.totalUnsupportedResources` should be a count",
            ),
            (infracost(json!({"pastTotalMonthlyCost": "1", "diffTotalMonthlyCost": "99999"})), "contradict each other"),
            (
                json!({"monthly": {"currency": "USD", "before": "", "after": "1"}}),
                "`change.cost.monthly.before`: `` is not a decimal amount",
            ),
            (
                json!({"monthly": {"currency": "USD", "before": "-9000000000000", "after": "9000000000000"}}),
                "`change.cost.monthly.before`: `-9000000000000` is negative, and a monthly cost is 0 or more",
            ),
        ] {
            let fact = of(cost.clone());
            assert_eq!(fact.evidence.status, EvidenceStatus::Error, "{cost}");
            assert_eq!(fact.monthly_increase_micros, None, "{cost}");
            let reason = fact.evidence.reason.unwrap();
            assert!(reason.contains(expected), "{expected}: {reason}");
        }
    }
}
