use proptest::prelude::*;
use serde_json::{Value, json};

use super::{PlannedCost, PlannedCostFact, PlannedForm, planned_cost, planned_cost_fact, read};
use crate::{evidence::EvidenceStatus, spend::BilledAmount};

const ID: &str = "cost/planned";
const ROOT: &str = "cost.infracost";

fn fact(report: &Value) -> PlannedCostFact {
    let cost = planned_cost(report);
    planned_cost_fact(cost.as_ref(), ID, ROOT)
}

fn cost(report: &Value) -> PlannedCost {
    planned_cost(report).unwrap()
}

fn micros(amount: Option<BilledAmount>) -> Option<i64> {
    amount.and_then(BilledAmount::micros)
}

/// As `infracost diff --format json` of 0.10 writes it: a server that grows, a function whose use nobody estimated, a
/// database that goes, and a component whose price was not found.
fn diff() -> Value {
    let component = |cost: Value, found: bool| json!({"name": "c", "monthlyCost": cost, "priceNotFound": !found});
    json!({
        "version": "0.2", "currency": "USD",
        "totalMonthlyCost": "130.4312", "pastTotalMonthlyCost": "95.10", "diffTotalMonthlyCost": "35.3312",
        "summary": {
            "totalDetectedResources": 6, "totalUnsupportedResources": 2, "totalNoPriceResources": 4,
            "unsupportedResourceCounts": {"aws_new_thing": 2}, "noPriceResourceCounts": {"aws_vpc": 4},
        },
        "projects": [{
            "name": "shop/main", "metadata": {"path": "."},
            "pastBreakdown": {"totalMonthlyCost": "95.10", "resources": [
                {"name": "aws_instance.web", "resourceType": "aws_instance", "monthlyCost": "60.10"},
                {"name": "aws_db_instance.old", "resourceType": "aws_db_instance", "monthlyCost": "35"},
            ]},
            "breakdown": {"totalMonthlyCost": "130.4312", "resources": [
                {"name": "aws_instance.web", "resourceType": "aws_instance", "monthlyCost": "130.4312",
                 "tags": {"team": "shop"}, "costComponents": [component(json!("130.4312"), true)],
                 "subresources": [{"name": "disk", "costComponents": [component(json!(null), false)]}]},
                {"name": "module.a.aws_lambda_function.f[\"x.y\"]", "monthlyCost": null,
                 "costComponents": [component(json!(null), true)]},
            ]},
            "diff": {"totalMonthlyCost": "35.3312", "resources": [{"name": "aws_instance.web", "resourceType": "aws_instance"}]},
        }],
    })
}

/// As `infracost scan --json` of version 2 writes it.
fn scan() -> Value {
    let component = |cost: &str, price: &str, quantity: &str| json!({"name": "c", "unit": "hours", "price": price, "quantity": quantity, "total_monthly_cost": cost});
    json!({
        "currency": "EUR",
        "summary": {"projects": 1, "resources": 5, "total_monthly_cost": "72.45"},
        "guardrail_results": [{"guardrail_id": "g", "triggered": false}],
        "projects": [{
            "project_name": "shop", "path": ".", "finops_results": [],
            "diagnostics": [{"severity": "critical", "message": "m"}, {"severity": "warning", "message": "m"}],
            "resources": [
                {"name": "aws_instance.web", "type": "aws_instance", "is_supported": true, "is_free": false,
                 "tags": {"team": "shop"}, "cost_components": [component("70.08", "0.096", "730")],
                 "subresources": [{"name": "disk", "type": "", "is_supported": true, "is_free": false,
                                   "cost_components": [component("2.37", "0.0000011", "8")]}]},
                {"name": "aws_lambda_function.f", "type": "aws_lambda_function", "is_supported": true, "is_free": false,
                 "cost_components": [component("0", "0.2", "0")]},
                {"name": "aws_iam_role.r", "type": "aws_iam_role", "is_supported": true, "is_free": true},
                {"name": "aws_new_thing.n", "type": "aws_new_thing", "is_supported": false, "is_free": false},
                {"name": "aws_old_thing.o", "type": "aws_old_thing", "is_supported": true, "is_free": false},
            ],
        }],
    })
}

/// As `infracost scan --diff --json` of version 2 writes it.
fn scan_diff() -> Value {
    json!({
        "currency": "USD", "total_monthly_cost": "130.43", "past_total_monthly_cost": "95.10",
        "diff_total_monthly_cost": "35.33", "percentage_change_total_monthly_cost": 37.15,
        "diff": {"aws_instance": {"current_monthly_cost": "130.43", "previous_monthly_cost": "95.10", "diff": [
            {"name": "aws_instance.web", "current_monthly_cost": "130.43", "previous_monthly_cost": "95.10"},
        ]}},
    })
}

#[test]
fn a_diff_of_the_classic_tool_is_read_with_what_it_hides() {
    let cost = cost(&diff());
    assert_eq!(
        (cost.form, micros(cost.before), micros(Some(cost.after))),
        (PlannedForm::Infracost, Some(95_100_000), Some(130_431_200))
    );
    let resources = &cost.projects[0].resources;
    let amounts: Vec<_> =
        resources.iter().map(|one| (one.resource_type.as_str(), micros(one.before), micros(one.after))).collect();
    assert_eq!(
        amounts,
        [
            ("aws_instance", Some(60_100_000), Some(130_431_200)),
            ("aws_lambda_function", None, None),
            ("aws_db_instance", Some(35_000_000), None),
        ]
    );
    let fact = fact(&diff());
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert_eq!((fact.monthly_increase_micros, fact.increase_ppm), (Some(35_331_200), Some(371_517)));
    assert_eq!((fact.unpriced_resources, fact.unpriced[0].resource_type.as_str()), (1, "aws_instance"));
    assert_eq!((fact.unestimated_resources, fact.unestimated[0].resource_type.as_str()), (1, "aws_lambda_function"));
    assert_eq!((fact.unsupported_resources, fact.unsupported_unchanged_resources), (0, 2));
    assert_eq!((fact.usage_dependent_resources, fact.resources_listed), (1, 3));
    assert_eq!(fact.resources[0].tags["team"], "shop");
}

#[test]
fn what_is_free_is_not_without_a_price() {
    let report = json!({"totalMonthlyCost": "0", "summary": {"totalUnsupportedResources": 0, "totalNoPriceResources": 9, "noPriceResourceCounts": {"aws_vpc": 9}}});
    assert!(fact(&report).evidence.is_ok());
}

#[test]
fn a_scan_of_the_newer_tool_has_no_past() {
    let cost = cost(&scan());
    assert_eq!((cost.form, cost.before, cost.currency.as_str()), (PlannedForm::InfracostScan, None, "EUR"));
    let fact = fact(&scan());
    assert_eq!((fact.monthly_before_micros, fact.monthly_after_micros), (None, Some(72_450_000)));
    assert_eq!((fact.monthly_increase_micros, fact.increase_ppm), (Some(72_450_000), None));
    assert_eq!(
        (fact.unsupported[0].resource_type.as_str(), fact.unpriced[0].resource_type.as_str()),
        ("aws_new_thing", "aws_old_thing")
    );
    assert_eq!((fact.usage_dependent_resources, fact.unestimated_resources, fact.errors), (1, 1, 1));
    assert_eq!((fact.failed[0].name.as_str(), fact.failed[0].reason.as_str()), ("shop", "m"));
    assert_eq!(fact.resources[0].monthly_after_micros, Some(72_450_000));
}

#[test]
fn a_diff_of_the_newer_tool_does_not_say_what_has_no_price() {
    let fact = fact(&scan_diff());
    assert_eq!((fact.form, fact.unpriced_known), (Some(PlannedForm::InfracostScanDiff), false));
    assert_eq!((fact.monthly_increase_micros, fact.monthly_before_micros), (Some(35_330_000), Some(95_100_000)));
    assert!(fact.evidence.is_ok());
}

#[test]
fn what_cannot_be_read_names_its_field() {
    let with = |mut report: Value, path: &str, value: Value| {
        *report.pointer_mut(path).unwrap() = value;
        report
    };
    for (report, expected) in [
        (json!([]), "`cost.infracost` should be the report as an object, and is `[]`"),
        (with(diff(), "/projects/0", json!(7)), "`cost.infracost.projects[0]` should be an object, and is `7`"),
        (
            with(diff(), "/projects/0/breakdown/resources/1/monthlyCost", json!("1,5")),
            "`cost.infracost.projects[0].breakdown.resources[1].monthlyCost`: `1,5` is not a decimal amount",
        ),
        (with(diff(), "/projects/0/pastBreakdown", json!("p")), "`cost.infracost.projects[0].pastBreakdown` should be"),
        (
            with(diff(), "/projects/0/breakdown/resources/0/tags/team", json!(1)),
            "projects[0].breakdown.resources[0].tags.team` should be a text, and is `1`",
        ),
        (with(diff(), "/summary/unsupportedResourceCounts/aws_new_thing", json!(-1)), "should be a count, and is `-1`"),
        (
            with(scan(), "/projects/0/resources/0/is_supported", json!("yes")),
            "is_supported` should be `true` or `false`",
        ),
        (
            with(scan(), "/summary/total_monthly_cost", json!(1.5)),
            "`cost.infracost.summary.total_monthly_cost` should be",
        ),
        (with(scan_diff(), "/diff/aws_instance", json!([])), "`cost.infracost.diff.aws_instance` should be an object"),
        (with(scan(), "/currency", json!("euro")), "`cost.infracost.currency`: `euro` is not a currency code"),
        (json!({"totalMonthlyCost": "1", "total_monthly_cost": "2"}), "the estimate is of two forms at once"),
        (json!({"total_monthly_cost": "2"}), "nothing could be priced: Infracost gave no `past_total_monthly_cost`"),
        (json!({"projects": [], "budget_results": []}), "nothing could be priced"),
    ] {
        let fact = fact(&report);
        assert!(!fact.evidence.is_ok() && fact.monthly_increase_micros.is_none(), "{report}");
        let reason = fact.evidence.reason.unwrap();
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
}

#[test]
fn hostile_estimates_are_refused_soon() {
    let mut deep = json!({"name": "r"});
    for _ in 0..40 {
        deep = json!({"name": "r", "subresources": [deep]});
    }
    let deep = json!({"totalMonthlyCost": "1", "projects": [{"breakdown": {"resources": [deep]}}]});
    let error = planned_cost(&deep).unwrap_err().message(ROOT);
    assert!(error.contains("lie within one another more than 16 deep"), "{error}");
    let many: Vec<Value> = (0..150_001).map(|_| json!({"name": "r", "monthlyCost": "0"})).collect();
    let many = json!({"totalMonthlyCost": "0", "projects": [{"breakdown": {"resources": many}}]});
    assert!(planned_cost(&many).unwrap_err().message(ROOT).contains("has 150001 resources"));
    let huge = json!({"totalMonthlyCost": "93000000000000", "pastTotalMonthlyCost": "0"});
    assert_eq!(fact(&huge).evidence.status, EvidenceStatus::Error);
    assert!(read(&" ".repeat(7_000_000)).unwrap_err().message(ROOT).contains("at most 6291456 are read"));
    assert!(read(&"[".repeat(100_000)).unwrap_err().message(ROOT).contains("is not JSON"));
    let odd = "\u{1b}[2J".repeat(1000);
    let kept = cost(
        &json!({"totalMonthlyCost": "1", "projects": [{"breakdown": {"resources": [{"name": odd, "monthlyCost": "1"}]}}]}),
    );
    let name = &kept.projects[0].resources[0].name;
    assert!(name.chars().count() < 70 && !name.contains(char::is_control), "{name}");
}

proptest! {
    /// The same resources in any order, and in one project or several, cost the same; the total of a report that was made
    /// from them is reconciled.
    #[test]
    fn the_sum_is_the_total_in_any_order(cents in proptest::collection::vec(0_i64..10_000_000, 1..30), cut in 0_usize..30) {
        let total: i64 = cents.iter().sum();
        let text = |cents: i64| format!("{cents}e-2");
        let resource = |(index, cents): (usize, &i64)| json!({"name": format!("a.r{index}"), "monthlyCost": text(*cents)});
        let mut resources: Vec<Value> = cents.iter().enumerate().map(resource).collect();
        resources.reverse();
        let (one, other) = resources.split_at(cut.min(resources.len()));
        let sum = |resources: &[Value]| {
            let cents = resources.iter().map(|one| one["monthlyCost"].as_str().unwrap().trim_end_matches("e-2").to_owned());
            text(cents.map(|cents| cents.parse::<i64>().unwrap()).sum())
        };
        let project = |resources: &[Value]| {
            json!({"breakdown": {"totalMonthlyCost": sum(resources), "resources": resources}})
        };
        let report = json!({"totalMonthlyCost": text(total), "projects": [project(one), project(other)],
                            "summary": {"totalUnsupportedResources": 0, "totalNoPriceResources": 1}});
        let fact = fact(&report);
        prop_assert!(fact.evidence.is_ok());
        prop_assert_eq!(fact.monthly_increase_micros, Some(total * 10_000));
        prop_assert_eq!(fact.resources_listed, cents.len() as u64);
        prop_assert!(fact.resources.windows(2).all(|pair| pair[0].monthly_after_micros >= pair[1].monthly_after_micros));
    }

    /// Whatever comes, there is an increase only where before and after are known, and a reason wherever it is not good.
    #[test]
    fn no_shape_is_taken_for_a_cost_of_nothing(choice in 0_usize..3, path in 0_usize..60, value in 0_usize..6) {
        let mut report = [diff(), scan(), scan_diff()][choice].clone();
        let mut paths = Vec::new();
        places(&report, "", &mut paths);
        let place = paths[path % paths.len()].clone();
        let values = [json!(null), json!(-1), json!("x"), json!([]), json!({}), json!(true)];
        *report.pointer_mut(&place).unwrap() = values[value].clone();
        let fact = fact(&report);
        prop_assert!(fact.evidence.is_ok() || fact.evidence.reason.is_some());
        if fact.evidence.is_ok() {
            prop_assert!(fact.monthly_increase_micros.is_some() && fact.currency.is_some());
        }
    }
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let place = format!("{at}/{name}");
        found.push(place.clone());
        places(value, &place, found);
    }
}
