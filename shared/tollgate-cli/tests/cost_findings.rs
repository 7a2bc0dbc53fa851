//! What each rule about spend says, word for word.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value, json};
use tollgate_core::{catalogue::Catalogue, decision::Gate, facts::Facts, finding::FindingKind};
use tollgate_policy::{Evaluator, Limits, PolicySet};

fn evidence(id: &str, required: bool, status: &str, reason: Option<&str>) -> Value {
    json!({
        "id": id, "status": status, "reason": reason, "required": required, "source": "cost-explorer",
        "as_of": "2026-11-21T06:00:00Z", "window_seconds": null, "datapoints_expected": 0, "datapoints_received": 0,
        "api_requests": 0, "api_cost_usd_micros": 0,
    })
}

fn step(kind: &str, share_ppm: u64, enforcement: &str, reached: bool) -> Value {
    json!({"kind": kind, "share_ppm": share_ppm, "enforcement": enforcement, "reached": reached})
}

/// A budget of 1,000 dollars of which nothing is as it should be.
fn budget() -> Value {
    json!({
        "evidence": evidence("budget/paying", true, "ok", None),
        "forecast_evidence": evidence("budget/paying/forecast", false, "ok", None),
        "name": "paying", "owner": "payments",
        "scope": {"services": ["payments-api"], "accounts": [], "tags": {}, "environments": ["production"],
                  "aws_services": []},
        "own": true, "services_held": 1, "non_essential": ["staging"], "aws_budget": null, "currency": "USD",
        "basis": {"cost": "unblended", "credits": false, "refunds": false, "tax": true, "support": true},
        "limit_micros": 1_000_000_000_i64, "limit_at_end_micros": 1_000_000_000_i64,
        "period": {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z", "first_day": "2026-11-01",
                   "end_day": "2026-12-01", "days": 30, "days_known": 19, "elapsed_ppm": 675_000},
        "standing": "inside_estimated", "spent_micros": 960_000_000, "estimated_micros": 960_000_000,
        "complete_before": "2026-11-20", "share_ppm": 960_000,
        "pace": {"pace_ppm": 1_520_000, "spent_ppm": 960_000, "expected_ppm": 631_578, "weighting": "weekdays"},
        "forecast": {"mean_micros": 1_520_000_000_i64, "low_micros": 1_400_000_000_i64, "high_micros": 1_650_000_000_i64,
                     "method": "aws", "projected_ppm": 1_520_000, "projected_high_ppm": 1_650_000},
        "days_to_exhaustion": 2, "exhausted_on": "2026-11-21",
        "steps": [step("actual", 750_000, "approve", true), step("actual", 1_000_000, "freeze", false),
                  step("forecast", 1_000_000, "inform", true)],
        "enforcement": "approve",
        "run_aways": [{"day": "2026-11-19", "is_whole": true, "amount_micros": 450_000_000, "median_micros": 30_000_000,
                     "excess_micros": 420_000_000, "score_micro": 14_000_000, "spread": "median_deviation", "days": 28}],
        "untagged": {"micros": 240_000_000, "share_ppm": 250_000},
        "reconciliation": {"grouped_micros": 900_000_000, "ungrouped_micros": 960_000_000,
                           "difference_micros": 60_000_000, "difference_ppm": 62_500},
        "unit_cost": {"per_thousand_micros": 120_000, "per_thousand_before_micros": 80_000, "increase_ppm": 500_000,
                      "requests": 2_000_000, "requests_before": 8_000_000},
        "anomalies": [{"id": "a-1", "about": "Amazon Elastic Compute Cloud - Compute", "starts_on": "2026-11-18",
                       "impact_micros": 420_000_000, "impact_ppm": 900_000}],
        "unreadable": [{"part": "anomalies", "record": "a-2", "reason": "the anomaly `a-2` does not say when it began"}],
    })
}

fn planned() -> Value {
    let counted = |resource_type: &str| json!([{"resource_type": resource_type, "count": 2}]);
    json!({
        "evidence": evidence("cost/estimate", true, "partial", Some("4 resources have no price")),
        "form": "infracost", "currency": "USD", "monthly_before_micros": 1_000_000_000_i64,
        "monthly_after_micros": 3_500_000_000_i64, "monthly_increase_micros": 2_500_000_000_i64, "increase_ppm": 2_500_000,
        "projects": [], "resources": [], "resources_listed": 12, "unpriced_resources": 2,
        "unpriced": counted("aws_odd"), "unsupported_resources": 2, "unsupported": counted("aws_new"),
        "unpriced_known": true, "usage_dependent_resources": 3, "errors": 3, "unreconciled_micros": 5_000_000,
        "unsupported_unchanged_resources": 1, "unestimated_resources": 1,
        "unestimated": [{"resource_type": "aws_lambda_function", "count": 1}],
        "failed": [{"name": "net", "reason": "no credentials"}],
    })
}

fn facts(settings: &Value, change: impl FnOnce(&mut Value)) -> Facts {
    let fit = json!({
        "budget": "paying", "added_micros": 833_333_334, "projected_micros": 2_353_333_334_i64,
        "projected_high_micros": 2_483_333_334_i64, "limit_micros": 1_000_000_000_i64, "projected_ppm": 2_353_334,
        "exceeds": true, "exceeds_without": false,
    });
    let mut facts = json!({
        "schema": "tollgate.facts/v1", "gate": "cost", "evaluated_at": "2026-11-21T10:00:00Z",
        "evaluated_at_seconds": 1_795_255_200, "caller": {"principal": "local", "may_assert_approvals": true},
        "spending": {"service": "payments-api", "environment": "production"},
        "service": {"evidence": evidence("service", true, "ok", None), "name": "payments-api", "known": true,
                    "tier": "tier_1", "owner": "payments", "contact": null, "environments": ["production"],
                    "runbook": null},
        "budgets": [budget()], "bill": [], "planned": planned(), "fits": [fit], "approvals": [],
        "settings": settings, "waivers": [],
    });
    change(&mut facts);
    serde_json::from_value(facts).unwrap()
}

#[test]
fn each_rule_about_spend_says_what_how_much_and_what_next() {
    let policies = PolicySet::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")).unwrap();
    let catalogue = Catalogue::read(policies.data_files()).unwrap();
    let settings = serde_json::to_value(catalogue.settings_of("payments-api")).unwrap();
    let rules: BTreeSet<String> = policies.rules(Gate::Cost).map(|rule| rule.name.clone()).collect();
    let evaluator = Evaluator::new(policies, Limits::default());
    let spent = |facts: &mut Value| {
        facts["budgets"][0]["steps"][1]["reached"] = true.into();
        facts["budgets"][0]["share_ppm"] = 1_010_000.into();
        facts["budgets"][0]["spent_micros"] = 1_010_000_000_i64.into();
    };
    let asked = [
        facts(&settings, |_| ()),
        facts(&settings, spent),
        facts(&settings, |facts| facts["budgets"] = json!([])),
        facts(&settings, |facts| facts["service"]["owner"] = Value::Null),
        facts(&settings, |facts| facts["service"]["known"] = false.into()),
        facts(&settings, |facts| facts["spending"]["environment"] = "prod".into()),
        facts(&settings, |facts| {
            facts["budgets"][0]["evidence"] =
                evidence("budget/paying", true, "stale", Some("the bill was fetched 26 hours ago"));
        }),
        facts(&settings, |facts| facts["planned"]["currency"] = "EUR".into()),
        facts(&settings, |facts| facts["planned"]["monthly_before_micros"] = Value::Null),
        facts(&settings, |facts| facts["fits"][0]["projected_micros"] = Value::Null),
        facts(&settings, |facts| facts["budgets"][0]["services_held"] = 0.into()),
        facts(&settings, |facts| {
            facts["unknown_names"] = json!([{"kind": "budget", "name": "payin", "near": ["paying"]},
                                            {"kind": "environment", "name": "prod", "near": []}]);
        }),
        facts(&settings, |facts| {
            facts["settings"]["thresholds"]["cost"].as_object_mut().unwrap().remove("pace_ppm").unwrap();
        }),
    ];
    let mut said = BTreeSet::new();
    for facts in &asked {
        for finding in evaluator.evaluate(facts).findings {
            assert_eq!(finding.kind, FindingKind::Rule, "{finding:?}");
            let effect = serde_json::to_value(finding.effect).unwrap();
            said.insert((finding.rule, format!("{}: {}", effect.as_str().unwrap(), finding.message)));
        }
    }
    let spoke: BTreeSet<String> = said.iter().map(|(rule, _)| rule.clone()).collect();
    assert_eq!(spoke, rules, "each rule has something to say");
    let lines: Vec<String> = said.iter().map(|(rule, text)| format!("{rule}\n    {text}\n")).collect();
    insta::assert_snapshot!(lines.concat());
}
