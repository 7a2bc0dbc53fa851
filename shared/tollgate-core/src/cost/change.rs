//! The cost estimate that comes with a change, as a fact.

use serde_json::Value;

use super::planned_cost;
use crate::{
    change::{Cost, MonthlyCost},
    evidence::{Evidence, EvidenceStatus},
    facts::CostFact,
    money::{excerpt, is_currency, micros_from_decimal},
    spend::{BilledAmount, share_ppm_up},
};

const EVIDENCE_ID: &str = "cost/estimate";
const SOURCE: &str = "request";

/// Reads the estimate. What cannot be read is a fact with bad evidence, never a cost of zero.
pub fn cost_fact(cost: &Cost) -> CostFact {
    let read = match cost {
        Cost::Monthly(monthly) => from_monthly(monthly),
        Cost::Infracost(report) => from_infracost(report),
    };
    match read {
        Ok(Estimate { currency, before, after, unpriced, unreconciled }) => {
            let increase = after.checked_sub(before.unwrap_or(0));
            let evidence = match (unpriced, increase) {
                (_, None) => {
                    let reason = "the increase is larger than an amount can be";
                    Evidence::bad(EVIDENCE_ID, SOURCE, EvidenceStatus::Error, reason)
                }
                (0, Some(_)) => match unreconciled {
                    None => Evidence::ok(EVIDENCE_ID, SOURCE, None),
                    Some(difference) => {
                        let reason =
                            format!("the total and the sum of the resources differ by {difference} {currency}");
                        Evidence::bad(EVIDENCE_ID, SOURCE, EvidenceStatus::Partial, reason)
                    }
                },
                (unpriced, Some(_)) => Evidence::bad(
                    EVIDENCE_ID,
                    SOURCE,
                    EvidenceStatus::Partial,
                    format!("{unpriced} resources have no price, so the increase may be larger"),
                ),
            };
            CostFact {
                evidence,
                currency: Some(currency),
                monthly_before_micros: before,
                monthly_after_micros: Some(after),
                monthly_increase_micros: increase,
                increase_ppm: increase.and_then(|increase| share_ppm_up(increase, before?)),
                unpriced_resources: unpriced,
            }
        }
        Err(refusal) => CostFact {
            evidence: Evidence::bad(EVIDENCE_ID, SOURCE, refusal.status, refusal.reason),
            currency: None,
            monthly_before_micros: None,
            monthly_after_micros: None,
            monthly_increase_micros: None,
            increase_ppm: None,
            unpriced_resources: 0,
        },
    }
}

struct Estimate {
    currency: String,
    /// None where the form does not say: it counts as new in full.
    before: Option<i64>,
    after: i64,
    unpriced: u64,
    unreconciled: Option<BilledAmount>,
}

/// Why there is no estimate.
struct Refusal {
    status: EvidenceStatus,
    reason: String,
}

fn unreadable(reason: impl Into<String>) -> Refusal {
    Refusal { status: EvidenceStatus::Error, reason: reason.into() }
}

fn from_monthly(monthly: &MonthlyCost) -> Result<Estimate, Refusal> {
    let micros = |field: &str, text: &str| {
        micros_from_decimal(text).map_err(|error| unreadable(format!("`change.cost.monthly.{field}`: {error}")))
    };
    Ok(Estimate {
        currency: currency("change.cost.monthly.currency", &monthly.currency)?,
        before: Some(micros("before", &monthly.before)?),
        after: micros("after", &monthly.after)?,
        unpriced: 0,
        unreconciled: None,
    })
}

/// Reads an estimate of Infracost in any of its forms.
fn from_infracost(report: &Value) -> Result<Estimate, Refusal> {
    const ROOT: &str = "change.cost.infracost";
    let cost =
        planned_cost(report).map_err(|refusal| Refusal { status: refusal.status, reason: refusal.message(ROOT) })?;
    let micros = |amount: BilledAmount| {
        amount.micros().ok_or_else(|| unreadable("Infracost's totals are larger than an amount can be"))
    };
    let counts = cost.unpriced.values().chain(cost.unsupported.values());
    Ok(Estimate {
        currency: cost.currency,
        before: cost.before.map(micros).transpose()?,
        after: micros(cost.after)?,
        unpriced: counts.fold(cost.errors, |sum, count| sum.saturating_add(*count)),
        unreconciled: cost.unreconciled,
    })
}

fn currency(field: &str, code: &str) -> Result<String, Refusal> {
    if is_currency(code) {
        Ok(code.to_owned())
    } else {
        let came = excerpt(code);
        Err(unreadable(format!("`{field}`: `{came}` is not a currency code of ISO 4217 such as `USD`")))
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
        let projects = json!([{"metadata": {"errors": [{"message": "no credentials"}]}}]);
        let fact = of(json!({"infracost": {"totalMonthlyCost": "0", "projects": projects}}));
        assert_eq!((fact.evidence.status, fact.unpriced_resources), (EvidenceStatus::Partial, 1));
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
                "the increase is larger than an amount can be",
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
