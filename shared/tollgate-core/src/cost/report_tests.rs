//! Reports as they come with a question.

use serde_json::{Value, json};

use super::{past_tests::report, planned_cost};
use crate::change::CostReport;

fn kept(report: &Value) -> CostReport {
    serde_json::from_str(&report.to_string()).unwrap()
}

#[test]
fn what_is_left_out_is_nothing_that_is_read() {
    let mut full = report(Some("diff"), "terraform_dir", "40", "55");
    full["projects"][0]["metadata"]["providers"] = json!([{"name": "aws", "filename": "main.tf"}]);
    let resource = &mut full["projects"][0]["breakdown"]["resources"][0];
    resource["tags"] = json!({"Owner": "ci", "x": "y"});
    resource["metadata"] = json!({"calls": [{"blockName": "aws_instance.ci"}], "checksum": "efd1"});
    resource["hourlyCost"] = json!("0.38");
    full["summary"]["unsupportedResourceCounts"] = json!({"aws_new_thing": 2});
    let scan = json!({"currency": "EUR", "budget_results": [{"big": [1, 2]}], "summary": {"total_monthly_cost": "5"},
        "projects": [{"project_name": "p", "finops_results": [{}], "resources": [{"name": "a.b", "type": "a",
            "is_supported": true, "is_free": false, "metadata": {"filename": "x"},
            "cost_components": [{"price": "1", "quantity": "5", "total_monthly_cost": "5", "unit": "h"}]}]}]});
    let diff = json!({"total_monthly_cost": "6", "past_total_monthly_cost": "5", "diff": {"aws_x": {"diff": [
        {"name": "aws_x.y", "current_monthly_cost": "6", "previous_monthly_cost": "5", "subresources": {"c": {}}}]}}});
    for report in [full.clone(), scan, diff, json!({"data": {"report": full.clone()}}), json!([full.clone()])] {
        assert_eq!(planned_cost(kept(&report).value()), planned_cost(&report), "{report}");
    }
    let text = serde_json::to_string(&kept(&full)).unwrap();
    assert!(!text.contains("blockName") && !text.contains("hourlyCost") && !text.contains("filename"), "{text}");
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let twice = r#"{"totalMonthlyCost": "0", "totalMonthlyCost": "900"}"#;
    let error = serde_json::from_str::<CostReport>(twice).unwrap_err().to_string();
    assert!(error.starts_with("the report has `totalMonthlyCost` twice"), "{error}");
}

#[test]
fn odd_values_stay_what_they_are() {
    for odd in [json!(7), json!("oops"), json!(null), json!([1.5, -3, true]), json!({"totalMonthlyCost": 12.5})] {
        assert_eq!(planned_cost(kept(&odd).value()), planned_cost(&odd), "{odd}");
    }
}
