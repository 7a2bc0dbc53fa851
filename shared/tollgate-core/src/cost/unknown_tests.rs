//! Estimates that say nothing, or contradict themselves, in each form.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::past_tests::{fact, report};
use crate::evidence::EvidenceStatus;

fn reason(report: &Value, status: EvidenceStatus) -> String {
    let fact = fact(report);
    assert_eq!(fact.evidence.status, status, "{report}: {:?}", fact.evidence);
    assert_eq!(
        (fact.monthly_increase_micros, fact.monthly_after_micros, fact.currency),
        (None, None, None),
        "{report}"
    );
    fact.evidence.reason.unwrap()
}

fn scan(total: &Value) -> Value {
    let component = json!({"name": "c", "price": "0.1", "quantity": "730", "total_monthly_cost": "73"});
    let resource =
        json!({"name": "a.b", "type": "a", "is_supported": true, "is_free": false, "cost_components": [component]});
    json!({"currency": "USD", "summary": {"total_monthly_cost": total}, "projects": [{"project_name": "p", "resources": [resource]}]})
}

fn scan_diff() -> Value {
    json!({"currency": "USD", "total_monthly_cost": "130.43", "past_total_monthly_cost": "95.10",
           "diff_total_monthly_cost": "35.33",
           "diff": {"aws_instance": {"current_monthly_cost": "130.43", "previous_monthly_cost": "95.10",
             "diff": [{"name": "aws_instance.web", "current_monthly_cost": "130.43", "previous_monthly_cost": "95.10"}]}}})
}

fn diff() -> Value {
    report(Some("diff"), "terraform_dir", "40", "55")
}

/// The report with another value in a place; none takes the place away.
fn with(mut report: Value, path: &str, value: Option<Value>) -> Value {
    let (parent, field) = path.rsplit_once('/').unwrap();
    let parent = report.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(field.to_owned(), value)),
        None => drop(parent.remove(field)),
    }
    report
}

#[test]
fn a_total_that_is_null_or_left_out_is_unknown_in_each_form() {
    for value in [None, Some(json!(null))] {
        for report in [
            with(diff(), "/totalMonthlyCost", value.clone()),
            with(scan(&json!("73")), "/summary/total_monthly_cost", value.clone()),
            with(scan_diff(), "/total_monthly_cost", value.clone()),
            with(scan_diff(), "/past_total_monthly_cost", value.clone()),
        ] {
            assert!(reason(&report, EvidenceStatus::NoData).starts_with("nothing could be priced"), "{report}");
        }
        let no_past = fact(&with(diff(), "/pastTotalMonthlyCost", value.clone()));
        assert_eq!((no_past.monthly_before_micros, no_past.monthly_increase_micros), (None, Some(55_000_000)));
        let entry = with(scan_diff(), "/diff/aws_instance/diff/0/previous_monthly_cost", value);
        assert!(reason(&entry, EvidenceStatus::Error).contains("previous_monthly_cost` is missing"));
    }
}

#[test]
fn where_nothing_could_be_priced_the_cost_is_not_0() {
    let empty_scan = |total: Value, resources: Value| json!({"currency": "USD", "summary": {"total_monthly_cost": total}, "projects": [{"project_name": "x", "resources": resources}]});
    let unsupported = json!([{"name": "a.b", "type": "a", "is_supported": false, "is_free": false}]);
    let zero_price = json!([{"name": "a.b", "type": "a", "is_supported": true, "is_free": false,
        "cost_components": [{"name": "c", "price": "0", "quantity": "730", "total_monthly_cost": "0"}]}]);
    let no_price = json!({"totalMonthlyCost": "0", "projects": [{"breakdown": {"totalMonthlyCost": "0", "resources": [
        {"name": "aws_x.y", "monthlyCost": null, "costComponents": [{"name": "c", "monthlyCost": null, "priceNotFound": true}]}]}}]});
    for report in [
        empty_scan(json!(null), json!([])),
        empty_scan(json!("0"), unsupported),
        empty_scan(json!("0"), zero_price),
        json!({"currency": "USD", "projects": [{"project_name": "x", "resources": []}]}),
        json!({"currency": "USD", "total_monthly_cost": "0.00", "past_total_monthly_cost": "0.00", "diff": {}}),
        json!({"totalMonthlyCost": "0", "summary": {"totalUnsupportedResources": 2}}),
        json!({"totalMonthlyCost": "0", "pastTotalMonthlyCost": "0", "projects": []}),
        json!({"totalMonthlyCost": "0", "pastTotalMonthlyCost": "0", "summary": {"totalUnsupportedResources": 0}}),
        json!({"totalMonthlyCost": "0", "pastTotalMonthlyCost": "0", "projects": null, "summary": {"totalUnsupportedResources": 0}}),
        json!({"currency": "USD", "summary": {"total_monthly_cost": "0"}, "projects": []}),
        json!({"currency": "USD", "summary": {"total_monthly_cost": "0", "resources": 0}}),
        empty_scan(json!("0"), json!([])),
        empty_scan(json!("0"), json!(null)),
        no_price,
        json!({}),
    ] {
        let reason = reason(&report, EvidenceStatus::NoData);
        assert!(reason.starts_with("nothing could be priced: "), "{report}: {reason}");
    }
    let free = empty_scan(json!("0"), json!([{"name": "a.r", "type": "a", "is_supported": true, "is_free": true}]));
    assert!(fact(&free).evidence.is_ok(), "what is free costs nothing");
    let gone = fact(&report_of_removal());
    assert_eq!((gone.evidence.status, gone.monthly_increase_micros), (EvidenceStatus::Ok, Some(-40_000_000)));
}

fn report_of_removal() -> Value {
    let removed = report(Some("diff"), "terraform_dir", "40", "0");
    let removed = with(removed, "/summary/totalDetectedResources", Some(json!(0)));
    with(removed, "/projects/0/breakdown/resources", Some(json!([])))
}

#[test]
fn a_total_that_its_parts_contradict_is_unknown_at_each_level() {
    for (report, expected) in [
        (with(diff(), "/totalMonthlyCost", Some(json!("56"))), "`totalMonthlyCost` is 56, and its parts come to 55"),
        (
            with(diff(), "/pastTotalMonthlyCost", Some(json!("56"))),
            "`pastTotalMonthlyCost` is 56, and its parts come to 40",
        ),
        (
            with(diff(), "/projects/0/breakdown/totalMonthlyCost", Some(json!("0"))),
            "`totalMonthlyCost` of a project is 0, and its parts come to 55",
        ),
        (
            with(diff(), "/projects/0/breakdown/resources/0/monthlyCost", Some(json!("5"))),
            "`monthlyCost` of a resource is 5, and its parts come to 55",
        ),
        (
            with(diff(), "/projects/0/breakdown/resources/0/costComponents/0/monthlyCost", Some(json!("5"))),
            "`monthlyCost` of a resource is 55, and its parts come to 5",
        ),
        (
            with(diff(), "/projects/0/breakdown/resources/0/monthlyCost", None),
            "resources[0].monthlyCost` is not there, and its parts come to 55",
        ),
        (with(diff(), "/diffTotalMonthlyCost", Some(json!("0"))), "past and difference do not make the total"),
        (with(scan(&json!("73")), "/summary/total_monthly_cost", Some(json!("0"))), "is 0, and its parts come to 73"),
        (
            with(scan_diff(), "/diff_total_monthly_cost", Some(json!("0.00"))),
            "`diff_total_monthly_cost` is 0, and its parts",
        ),
        (
            with(scan_diff(), "/diff/aws_instance/diff/0/current_monthly_cost", Some(json!("95.10"))),
            "`current_monthly_cost` of `aws_instance` is 130.43",
        ),
        (with(scan_diff(), "/diff", Some(json!({}))), "the change of the totals is 35.33, and its parts come to 0"),
    ] {
        let reason = reason(&report, EvidenceStatus::Error);
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
}

#[test]
fn rounding_is_no_contradiction() {
    let mut rounded = with(scan_diff(), "/diff_total_monthly_cost", Some(json!("35.32")));
    assert!(fact(&rounded).evidence.is_ok());
    rounded["diff_total_monthly_cost"] = json!("35.30");
    assert!(!fact(&rounded).evidence.is_ok());
    let micros = with(diff(), "/totalMonthlyCost", Some(json!("55.0000005")));
    assert!(fact(&micros).evidence.is_ok());
}

#[test]
fn a_project_that_failed_is_said_to_have_failed() {
    let failed = json!({"name": "net", "metadata": {"type": "terraform_dir", "errors": [
        {"code": 101, "message": "failed to load modules", "isError": true}]}});
    let mut some = diff();
    some["projects"].as_array_mut().unwrap().push(failed.clone());
    let found = fact(&some);
    assert_eq!(
        (found.evidence.status, found.errors, found.monthly_increase_micros),
        (EvidenceStatus::Partial, 1, Some(15_000_000))
    );
    assert_eq!((found.failed[0].name.as_str(), found.failed[0].reason.as_str()), ("net", "failed to load modules"));
    let all = json!({"totalMonthlyCost": null, "metadata": {"infracostCommand": "diff"}, "projects": [failed]});
    assert_eq!(
        reason(&all, EvidenceStatus::NoData),
        "nothing could be priced: the project `net` failed: failed to load modules"
    );
    let warned = with(
        diff(),
        "/projects/0/metadata/warnings",
        Some(json!([
        {"code": 105, "message": "Missing Terraform vars", "isError": false}, {"message": "no access", "isError": true}])),
    );
    assert_eq!((fact(&warned).errors, fact(&warned).failed[0].reason.as_str()), (1, "no access"));
    let long = with(
        diff(),
        "/projects/0/metadata/errors",
        Some(json!([{"message": "\u{1b}[2J".to_owned() + &"x".repeat(9000)}])),
    );
    let said = fact(&long).evidence.reason.unwrap();
    assert!(said.chars().count() < 260 && !said.contains(char::is_control), "{said}");
    let mut no_breakdown = diff();
    no_breakdown["projects"].as_array_mut().unwrap().push(json!({"name": "db", "breakdown": null}));
    assert!(fact(&no_breakdown).evidence.reason.unwrap().contains("the project `db` failed: it has no `breakdown`"));
    let scanned = with(
        scan(&json!("73")),
        "/projects/0/diagnostics",
        Some(json!([
        {"severity": "critical", "message": "no credentials"}, {"severity": "warning", "message": "slow"}])),
    );
    assert_eq!((fact(&scanned).errors, fact(&scanned).evidence.status), (1, EvidenceStatus::Partial));
}

#[test]
fn a_cost_is_not_negative() {
    for report in [
        with(diff(), "/totalMonthlyCost", Some(json!("-55"))),
        with(diff(), "/projects/0/pastBreakdown/totalMonthlyCost", Some(json!("-40"))),
        with(scan_diff(), "/total_monthly_cost", Some(json!("-1"))),
        with(scan(&json!("73")), "/summary/total_monthly_cost", Some(json!("-73"))),
    ] {
        assert!(
            reason(&report, EvidenceStatus::Error).contains("is negative, and a monthly cost is 0 or more"),
            "{report}"
        );
    }
    let to_less = json!({"totalMonthlyCost": "5", "diffTotalMonthlyCost": "9"});
    assert!(reason(&to_less, EvidenceStatus::Error).contains("contradict each other"));
}

#[test]
fn a_report_is_found_in_what_others_put_around_it_and_several_are_refused() {
    for wrapped in [
        json!({"data": diff()}),
        json!([diff()]),
        json!({"result": {"reports": [diff()]}}),
        json!({"infracost": diff()}),
    ] {
        assert_eq!(fact(&wrapped).monthly_increase_micros, Some(15_000_000), "{wrapped}");
    }
    let odd = json!({"data": [with(diff(), "/totalMonthlyCost", Some(json!(1.5)))]});
    assert!(
        reason(&odd, EvidenceStatus::Error)
            .starts_with("`cost.infracost.data[0].totalMonthlyCost` should be a decimal text")
    );
    let two = json!([diff(), scan_diff()]);
    assert!(reason(&two, EvidenceStatus::Error).contains("2 reports came as one: join them"));
}

proptest! {
    /// One amount of a report is another: the increase is as it was, or not known, or the change says how much it is.
    #[test]
    fn no_amount_can_be_changed_alone(at in 0_usize..200, cents in 0_i64..200_000) {
        let mut report = diff();
        let mut places = Vec::new();
        amounts(&report, "", &mut places);
        let place = &places[at % places.len()];
        *report.pointer_mut(place).unwrap() = json!(format!("{cents}e-2"));
        let fact = fact(&report);
        prop_assert!(fact.monthly_increase_micros.is_none() || fact.monthly_increase_micros == Some(15_000_000), "{}", place);
    }
}

fn amounts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| amounts(value, &format!("{at}/{name}"), found)),
        Value::Array(list) => (0..list.len()).for_each(|index| amounts(&list[index], &format!("{at}/{index}"), found)),
        Value::String(_) if at.ends_with("onthlyCost") => found.push(at.to_owned()),
        _ => {}
    }
}

#[test]
fn a_directory_that_says_that_it_has_no_resources_costs_nothing() {
    let scan = json!({"currency": "USD", "summary": {"total_monthly_cost": "0", "resources": 0},
                      "projects": [{"project_name": "x", "resources": []}]});
    let empty = json!({"totalMonthlyCost": "0", "resources": []});
    let classic = json!({"totalMonthlyCost": "0", "pastTotalMonthlyCost": "0",
        "summary": {"totalDetectedResources": 0, "totalUnsupportedResources": 0},
        "projects": [{"pastBreakdown": empty, "breakdown": empty, "diff": empty}]});
    for report in [scan, classic] {
        let fact = fact(&report);
        assert!(fact.evidence.is_ok(), "{report}");
        assert_eq!(fact.monthly_increase_micros, Some(0));
    }
}

/// Cut down to its totals, a report says less than it did whole, and counts for no more.
#[test]
fn totals_without_projects_are_at_least_what_they_say_and_have_no_past_of_their_own() {
    let totals = |projects: Option<Value>, past: &str| {
        let mut report = json!({"totalMonthlyCost": "4000", "pastTotalMonthlyCost": past,
                                "summary": {"totalDetectedResources": 1, "totalSupportedResources": 1, "totalUnsupportedResources": 0}});
        report.as_object_mut().unwrap().extend(projects.map(|projects| ("projects".to_owned(), projects)));
        fact(&report)
    };
    for projects in [None, Some(json!(null)), Some(json!([]))] {
        let same = totals(projects.clone(), "4000");
        assert_eq!((same.monthly_before_micros, same.monthly_increase_micros), (None, Some(4_000_000_000)));
        let grown = totals(projects, "3970");
        assert_eq!(grown.monthly_increase_micros, Some(30_000_000));
        for fact in [same, grown] {
            assert_eq!((fact.evidence.status, fact.unpriced_known), (EvidenceStatus::Partial, false));
        }
    }
}

#[test]
fn changes_that_contradict_the_totals_of_their_project_are_not_known() {
    for (of_changes, is_contradicted) in
        [("4000", true), ("0", true), ("-15", true), ("15", false), ("15.000001", false)]
    {
        let report = with(diff(), "/projects/0/diff/totalMonthlyCost", Some(json!(of_changes)));
        if is_contradicted {
            assert!(
                reason(&report, EvidenceStatus::Error).contains("`diff.totalMonthlyCost` of a project"),
                "{of_changes}"
            );
        } else {
            assert!(fact(&report).evidence.is_ok(), "{of_changes}");
        }
    }
}
