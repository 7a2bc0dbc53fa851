//! Which estimates know what was spent before.

use serde_json::{Value, json};

use super::{PlannedCostFact, PlannedForm, planned_cost, planned_cost_fact};

pub(super) fn fact(report: &Value) -> PlannedCostFact {
    planned_cost_fact(planned_cost(report).as_ref(), "cost/estimate", "cost.infracost")
}

/// A side of a project with one server.
pub(super) fn side(monthly: &str) -> Value {
    json!({"totalMonthlyCost": monthly, "resources": [{"name": "aws_instance.ci", "resourceType": "aws_instance",
           "monthlyCost": monthly, "costComponents": [{"name": "c", "monthlyCost": monthly, "priceNotFound": false}]}]})
}

/// A report of one project with one server, as `command` writes it of a project of a kind.
pub(super) fn report(command: Option<&str>, kind: &str, before: &str, after: &str) -> Value {
    let changed =
        if before == after { json!([]) } else { json!([{"name": "aws_instance.ci", "resourceType": "aws_instance"}]) };
    let mut report = json!({
        "version": "0.2", "currency": "USD", "metadata": {"vcsBranch": "main"},
        "projects": [{"name": "ci", "metadata": {"path": ".", "type": kind}, "pastBreakdown": side(before), "breakdown": side(after),
                      "diff": {"resources": changed}}],
        "totalMonthlyCost": after, "pastTotalMonthlyCost": before,
        "summary": {"totalDetectedResources": 1, "totalUnsupportedResources": 0},
    });
    if let Some(command) = command {
        report["metadata"]["infracostCommand"] = json!(command);
    }
    report
}

fn amounts(report: &Value) -> (Option<i64>, Option<i64>) {
    let fact = fact(report);
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    (fact.monthly_before_micros, fact.monthly_increase_micros)
}

#[test]
fn a_breakdown_of_a_directory_or_template_has_no_past_and_all_of_it_is_new() {
    for kind in ["terraform_dir", "terragrunt_dir", "cloudformation", "terraform_cdk", "terraform_state_json", "", "x"]
    {
        let of = report(Some("breakdown"), kind, "310.50", "310.50");
        assert_eq!(amounts(&of), (None, Some(310_500_000)), "{kind}");
        let fact = fact(&of);
        assert_eq!((fact.increase_ppm, fact.projects[0].monthly_before_micros), (None, None));
        assert_eq!((fact.resources[0].monthly_before_micros, fact.resources_listed), (None, 1));
    }
    // Even where it writes another past, it is none that anything was compared with.
    assert_eq!(amounts(&report(Some("breakdown"), "terraform_dir", "300", "310")), (None, Some(310_000_000)));
    for past in ["3", "5"] {
        let totals = json!({"metadata": {"infracostCommand": "breakdown"}, "totalMonthlyCost": "5", "pastTotalMonthlyCost": past});
        let fact = fact(&totals);
        assert_eq!((fact.monthly_before_micros, fact.monthly_increase_micros), (None, Some(5_000_000)), "its totals");
    }
}

#[test]
fn a_breakdown_of_a_plan_keeps_its_past() {
    for kind in ["terraform_plan_json", "terraform_plan_binary", "terraform_cli", "terragrunt_cli"] {
        let grown = report(Some("breakdown"), kind, "0", "19.25");
        assert_eq!(amounts(&grown), (Some(0), Some(19_250_000)), "{kind}");
        assert_eq!(amounts(&report(Some("breakdown"), kind, "19.25", "19.25")), (Some(19_250_000), Some(0)), "{kind}");
    }
}

#[test]
fn a_diff_knows_its_past_whatever_it_is_of() {
    assert_eq!(amounts(&report(Some("diff"), "terraform_dir", "40", "40")), (Some(40_000_000), Some(0)));
    assert_eq!(amounts(&report(Some("diff"), "terraform_dir", "40", "55")), (Some(40_000_000), Some(15_000_000)));
}

/// Versions before 0.10.9 do not say which command they were, and `output` joins reports of each: then what is as it was may be
/// a breakdown, unless it is of a plan.
#[test]
fn where_the_command_is_not_said_what_is_as_it_was_has_no_past() {
    for command in [None, Some(""), Some("output")] {
        for kind in ["terraform_dir", "", "terraform", "TERRAFORM_DIR", "pulumi", "a_plan_of_tomorrow", "x"] {
            assert_eq!(amounts(&report(command, kind, "40", "40")), (None, Some(40_000_000)), "{command:?} {kind}");
            assert_eq!(amounts(&report(command, kind, "40", "55")), (Some(40_000_000), Some(15_000_000)), "{kind}");
        }
        let mut unsaid = report(command, "", "40", "40");
        for metadata in [json!(null), json!({}), json!({"type": null})] {
            unsaid["projects"][0]["metadata"] = metadata;
            assert_eq!(amounts(&unsaid), (None, Some(40_000_000)), "{unsaid}");
        }
        assert_eq!(amounts(&report(command, "terraform_plan_json", "40", "40")), (Some(40_000_000), Some(0)));
    }
}

/// What a command that is not known writes as the past may be the present.
#[test]
fn a_command_that_is_not_known_is_read_as_a_breakdown() {
    for command in ["BREAKDOWN", "Diff", "estimate"] {
        for past in ["40", "55"] {
            assert_eq!(amounts(&report(Some(command), "terraform_dir", past, "55")), (None, Some(55_000_000)));
        }
        assert_eq!(amounts(&report(Some(command), "terraform_plan_json", "55", "55")), (Some(55_000_000), Some(0)));
    }
}

#[test]
fn a_project_whose_past_did_not_come_is_new_whatever_the_totals_say() {
    for past in [None, Some(json!(null)), Some(json!({"resources": []}))] {
        let mut of = report(Some("diff"), "terraform_dir", "4000", "4030");
        let project = of["projects"][0].as_object_mut().unwrap();
        project.remove("pastBreakdown");
        project.extend(past.map(|past| ("pastBreakdown".to_owned(), past)));
        assert_eq!(amounts(&of), (None, Some(4_030_000_000)), "{of}");
    }
}

#[test]
fn one_project_without_a_past_leaves_none_of_the_whole() {
    let mut both = report(Some("breakdown"), "terraform_plan_json", "10", "12");
    let of_directory = report(Some("breakdown"), "terraform_dir", "30", "30")["projects"][0].clone();
    both["projects"].as_array_mut().unwrap().push(of_directory);
    both["totalMonthlyCost"] = json!("42");
    both["pastTotalMonthlyCost"] = json!("40");
    assert_eq!(amounts(&both), (None, Some(42_000_000)));
}

#[test]
fn a_scan_is_all_new_with_or_without_a_total_of_its_own() {
    let component = json!({"name": "c", "price": "0.1", "quantity": "730", "total_monthly_cost": "73"});
    let resource =
        json!({"name": "a.b", "type": "a", "is_supported": true, "is_free": false, "cost_components": [component]});
    let scan = |summary: Option<Value>| {
        let mut scan = json!({"currency": "USD", "projects": [{"project_name": "p", "resources": [resource]}]});
        if let Some(summary) = summary {
            scan["summary"] = summary;
        }
        scan
    };
    for summary in [None, Some(json!({"total_monthly_cost": "73"}))] {
        let scan = scan(summary);
        assert_eq!(amounts(&scan), (None, Some(73_000_000)));
        assert_eq!(fact(&scan).form, Some(PlannedForm::InfracostScan));
    }
}
