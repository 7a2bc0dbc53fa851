//! What an estimate leaves out holds up a change that touches it, and no other.

use serde_json::{Value, json};

use super::past_tests::{fact, report};
use crate::evidence::EvidenceStatus;

fn unsupported(counts: &Value, in_project: bool) -> Value {
    let mut report = report(Some("diff"), "terraform_dir", "40", "55");
    let summary = json!({"unsupportedResourceCounts": counts});
    if in_project {
        report["projects"][0]["summary"] = summary;
    } else {
        report["summary"] = summary;
    }
    report
}

#[test]
fn unsupported_resources_that_the_change_does_not_show_hold_nothing_up() {
    for in_project in [true, false] {
        let fact = fact(&unsupported(&json!({"aws_new_thing": 3}), in_project));
        assert!(fact.evidence.is_ok());
        assert_eq!((fact.unsupported_resources, fact.unsupported_unchanged_resources), (0, 3));
    }
}

#[test]
fn unsupported_resources_of_a_type_that_changes_are_unknown() {
    let mut report = unsupported(&json!({"aws_new_thing": 3}), false);
    report["projects"][0]["diff"] =
        json!({"totalMonthlyCost": "15", "resources": [{"name": "aws_new_thing.x", "resourceType": "aws_new_thing"}]});
    let touched = fact(&report);
    assert_eq!((touched.evidence.status, touched.unsupported_resources), (EvidenceStatus::Partial, 3));
    let reason = touched.evidence.reason.unwrap();
    assert_eq!(reason, "3 resources have no price, so the increase may be larger");
    assert_eq!(fact(&unsupported(&json!({"aws_instance": 1}), true)).unsupported_resources, 1);
}

#[test]
fn where_nothing_tells_what_changes_all_that_is_unsupported_may() {
    let mut all_new = unsupported(&json!({"aws_new_thing": 3}), false);
    all_new["metadata"]["infracostCommand"] = json!("breakdown");
    let mut totals = unsupported(&json!({"aws_new_thing": 3}), false);
    totals["projects"][0]["breakdown"].as_object_mut().unwrap().remove("resources");
    let mut unnamed = unsupported(&json!({}), false);
    unnamed["summary"] = json!({"totalUnsupportedResources": 3});
    for report in [all_new, totals, unnamed] {
        let fact = fact(&report);
        assert_eq!((fact.evidence.status, fact.unsupported_resources), (EvidenceStatus::Partial, 3), "{report}");
    }
}

/// A diff with a server that stays, and another resource before and after.
fn beside(before: Option<Value>, after: Value) -> Value {
    let mut report = report(Some("diff"), "terraform_dir", "40", "40");
    let project = &mut report["projects"][0];
    if let Some(before) = before {
        project["pastBreakdown"]["resources"].as_array_mut().unwrap().push(before);
    }
    project["breakdown"]["resources"].as_array_mut().unwrap().push(after);
    report
}

#[test]
fn what_has_no_price_before_and_after_adds_nothing() {
    let unpriced = json!({"name": "aws_x.y", "monthlyCost": null, "metadata": {"startLine": 3},
                          "costComponents": [{"name": "c", "monthlyCost": null, "priceNotFound": true}]});
    let mut moved = unpriced.clone();
    moved["metadata"]["startLine"] = json!(90);
    assert!(fact(&beside(Some(moved), unpriced.clone())).evidence.is_ok());
    let added = fact(&beside(None, unpriced.clone()));
    assert_eq!((added.evidence.status, added.unpriced_resources), (EvidenceStatus::Partial, 1));
    let mut other = unpriced.clone();
    other["costComponents"][0]["monthlyQuantity"] = json!("2");
    assert_eq!(fact(&beside(Some(other), unpriced)).unpriced_resources, 1, "it changes");
}

#[test]
fn what_is_paid_by_use_alone_is_not_known_until_somebody_estimates_it() {
    let by_use = |base: Value| {
        json!({"name": "aws_lambda_function.f", "monthlyCost": base, "subresources": [
            {"name": "s", "costComponents": [{"name": "c", "monthlyCost": null, "priceNotFound": false}]}],
            "costComponents": [{"name": "base", "monthlyCost": base, "priceNotFound": false}]})
    };
    let alone = fact(&beside(None, by_use(json!(null))));
    assert_eq!((alone.evidence.status, alone.unestimated_resources), (EvidenceStatus::Partial, 1));
    assert!(alone.evidence.reason.unwrap().starts_with("1 resource is paid by use that nobody estimated"));
    assert_eq!(alone.monthly_increase_micros, Some(0), "at least");
    let mut with_base = beside(None, by_use(json!("5")));
    with_base["totalMonthlyCost"] = json!("45");
    with_base["projects"][0]["breakdown"]["totalMonthlyCost"] = json!("45");
    let with_base = fact(&with_base);
    assert!(with_base.evidence.is_ok());
    assert_eq!((with_base.usage_dependent_resources, with_base.unestimated_resources), (1, 0));
    let same = by_use(json!(null));
    assert_eq!(fact(&beside(Some(same.clone()), same)).usage_dependent_resources, 0, "the change does not touch it");
}

/// Addresses are kept by their beginnings, and compared as a whole.
#[test]
fn long_addresses_are_not_taken_for_each_other() {
    let address = |end: &str| format!("module.{}.aws_instance.{end}", "m".repeat(90));
    let resource = |end: &str, cost: &str| json!({"name": address(end), "monthlyCost": cost});
    let mut report = report(Some("diff"), "terraform_dir", "30", "31");
    let list = |a: &str, b: &str, total: &str| json!({"totalMonthlyCost": total, "resources": [resource("a", a), resource("b", b)]});
    report["projects"][0]["pastBreakdown"] = list("10", "20", "30");
    report["projects"][0]["breakdown"] = list("11", "20", "31");
    let fact = fact(&report);
    let grown: Vec<_> =
        fact.resources.iter().map(|one| (one.monthly_before_micros, one.monthly_after_micros)).collect();
    assert_eq!(grown, [(Some(10_000_000), Some(11_000_000)), (Some(20_000_000), Some(20_000_000))]);
}
