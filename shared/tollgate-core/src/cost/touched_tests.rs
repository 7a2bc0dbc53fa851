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

/// Infracost lists nothing that it does not support, neither before nor after nor among the changes.
#[test]
fn in_a_project_that_is_new_or_shows_no_changes_all_that_is_unsupported_may_be_new() {
    let of = |change: &dyn Fn(&mut Value)| {
        let mut report = unsupported(&json!({"aws_new_thing": 3}), true);
        change(&mut report["projects"][0]);
        fact(&report)
    };
    let empty = json!({"totalMonthlyCost": "0", "resources": []});
    for (change, expected) in [
        (of(&|project| project["diff"] = json!(null)), 3),
        (of(&|project| project["diff"] = json!({"totalMonthlyCost": "15"})), 3),
        (of(&|project| project["diff"]["resources"] = json!([])), 3),
        (of(&|project| project["diff"]["resources"] = json!([{"name": "aws_instance.ci"}])), 0),
    ] {
        assert_eq!((change.unsupported_resources, change.unsupported_unchanged_resources), (expected, 3 - expected));
    }
    for kind in ["terraform_plan_json", "terraform_dir"] {
        let mut new = report(Some("diff"), kind, "0", "55");
        new["projects"][0]["pastBreakdown"] = empty.clone();
        for in_project in [true, false] {
            let summary = json!({"totalUnsupportedResources": 3, "unsupportedResourceCounts": {"aws_new_thing": 3}});
            let mut new = new.clone();
            new["summary"] = summary.clone();
            if in_project {
                new["projects"][0]["summary"] = summary;
            }
            let fact = fact(&new);
            assert_eq!((fact.evidence.status, fact.unsupported_resources), (EvidenceStatus::Partial, 3), "{new}");
            assert_eq!(fact.monthly_increase_micros, Some(55_000_000));
        }
    }
}

/// One that is new beside one that stays: only what the new one has may be new.
#[test]
fn a_new_project_does_not_make_others_new() {
    let mut both = unsupported(&json!({"aws_new_thing": 3}), true);
    let mut new = both["projects"][0].clone();
    new["name"] = json!("new");
    new["pastBreakdown"] = json!({"totalMonthlyCost": "0", "resources": []});
    new["summary"] = json!({"unsupportedResourceCounts": {"aws_other_thing": 2}});
    both["projects"].as_array_mut().unwrap().push(new);
    both["totalMonthlyCost"] = json!("110");
    let fact = fact(&both);
    assert_eq!((fact.unsupported_resources, fact.unsupported_unchanged_resources), (2, 3));
}

#[test]
fn a_report_that_does_not_say_what_it_leaves_out_is_not_known_to_leave_nothing_out() {
    for summary in [json!(null), json!({}), json!({"totalDetectedResources": 1})] {
        let mut silent = report(Some("diff"), "terraform_dir", "40", "55");
        silent["summary"] = summary.clone();
        silent["projects"][0]["summary"] = summary;
        let of = fact(&silent);
        assert_eq!((of.evidence.status, of.unpriced_known), (EvidenceStatus::Partial, false), "{silent}");
        assert!(of.evidence.reason.unwrap().contains("no `summary` of what it leaves out"));
        silent["projects"][0]["summary"] = json!({"totalUnsupportedResources": 0});
        assert!(fact(&silent).evidence.is_ok(), "each of its projects says it");
    }
}

#[test]
fn resources_that_a_summary_detects_and_does_not_account_for_are_unknown() {
    let summary = |supported: Value| {
        json!({"totalDetectedResources": 50, "totalSupportedResources": supported, "totalUnsupportedResources": 0,
               "totalNoPriceResources": 9, "unsupportedResourceCounts": {}})
    };
    let of = |supported: Value, in_project: bool| {
        let mut report = report(Some("diff"), "terraform_dir", "40", "55");
        let place = if in_project { &mut report["projects"][0] } else { &mut report };
        place["summary"] = summary(supported);
        fact(&report)
    };
    for in_project in [true, false] {
        for few in [json!(1), json!(null)] {
            let fact = of(few, in_project);
            assert_eq!((fact.evidence.status, fact.unsupported_resources), (EvidenceStatus::Partial, 40));
            assert_eq!(fact.unsupported[0].resource_type, "unknown");
        }
        assert!(of(json!(41), in_project).evidence.is_ok());
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
