use serde::{Deserialize, Serialize};

use super::{Layout, fields};
use crate::body;

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    service: String,
    #[serde(rename = "canary", default)]
    trial: Option<Trial>,
    #[serde(default)]
    risky: Option<bool>,
    #[serde(default)]
    cost: Option<Cost>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    approvals: Vec<Approval>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Trial {
    baseline: String,
    started_at: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cost {
    Infracost(serde_json::Value),
    Monthly(u64),
}

#[derive(Debug, Serialize, Deserialize)]
struct Approval {
    by: String,
    #[serde(default)]
    commit: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wrapped {
    change: Question,
}

const LAYOUT: Layout = Layout {
    beside: &["idempotency_key"],
    within: &[("cost", fields::<Cost>), ("canary", fields::<Trial>)],
    foreign: &["infracost"],
};

/// What is said of a body: the path and what to write.
fn refused(body: &str) -> Option<String> {
    said(body::read::<Question>(body.as_bytes(), LAYOUT))
}

fn refused_wrapped(body: &str) -> Option<String> {
    said(body::read::<Wrapped>(body.as_bytes(), LAYOUT))
}

fn said<T>(read: Result<T, crate::problem::Problem>) -> Option<String> {
    read.err().map(|problem| {
        assert_eq!(problem.status, 400);
        problem.detail
    })
}

#[test]
fn the_names_of_a_type_are_those_of_json() {
    assert_eq!(fields::<Question>(), ["service", "canary", "risky", "cost", "summary", "approvals"]);
    assert_eq!(fields::<Cost>(), ["infracost", "monthly"]);
    assert_eq!(fields::<Vec<Question>>(), [""; 0]);
}

#[test]
fn a_field_that_is_a_letter_away_from_one_that_is_missing_is_refused() {
    let words = "is not known: write `canary`, or `x_canery` where it is meant for others";
    assert_eq!(refused(r#"{"service": "a", "canery": 1}"#), Some(format!("`canery`: {words}")));
    for name in [
        "Canary",
        "CANARY",
        "canarys",
        "cnaary",
        "_canary",
        "$canary",
        "idempotencyKey",
        "Idempotency-Key",
        "Cost",
        "cst",
        "ocst",
        "сost",
        "_cost",
        "risk",
        "isky",
        "aprovals",
        "_approvals",
    ] {
        assert!(refused(&format!(r#"{{"service": "a", "{name}": 1}}"#)).is_some(), "{name}");
    }
    // However many others there are before it.
    let others = (0..50).map(|n| format!(r#""a_field_of_the_pipeline_{n}": 1, "#)).collect::<String>();
    assert!(refused(&format!(r#"{{{others} "service": "a", "canery": 1}}"#)).is_some());
}

#[test]
fn a_field_of_an_element_of_a_list_counts_like_any_other() {
    let body = r#"{"service": "a", "approvals": [{"by": "b", "commit": "c"}, {"by": "d", "comit": "e"}]}"#;
    let words = "`approvals[1].comit`: is not known: write `commit`, or `x_comit` where it is meant for others";
    assert_eq!(refused(body).as_deref(), Some(words));
}

#[test]
fn a_field_that_is_a_level_away_is_refused() {
    let wrapped = |beside: &str, inner: &str| format!(r#"{{"change": {{"service": "a"{inner}}}{beside}}}"#);
    for (beside, inner, path, meant) in [
        (r#", "cost": {"monthly": 1}"#, "", "cost", "change.cost"),
        (r#", "infracost": 1"#, "", "infracost", "change.cost.infracost"),
        ("", r#", "monthly": 1"#, "change.monthly", "change.cost.monthly"),
        ("", r#", "baseline": "x""#, "change.baseline", "change.canary.baseline"),
        ("", r#", "metadata": {"canary": {}}"#, "change.metadata.canary", "change.canary"),
        (r#", "context": {"Risky": true}"#, "", "context.Risky", "change.risky"),
        ("", r#", "idempotency_key": "k""#, "change.idempotency_key", "idempotency_key"),
    ] {
        let said = refused_wrapped(&wrapped(beside, inner)).unwrap_or_default();
        assert!(
            said.starts_with(&format!("`{path}`: is not known: write `{meant}`, or `x_")),
            "{beside}{inner}: {said}"
        );
    }
}

#[test]
fn what_is_far_or_for_others_or_beside_what_is_near_is_not() {
    for body in [
        r#"{"service": "a", "pipeline_url": 1, "run": 2, "canaries": 3, "id": 4}"#,
        r#"{"service": "a", "x_canery": 1, "x-canary": {}, "_trace": 1}"#,
        r#"{"service": "a", "services": 1, "canary": {"baseline": "b", "started_at": 1}, "canary2": 2}"#,
        r#"{"service": "a", "github": {"summary": "s", "links": [], "run": {"canary": 1}}}"#,
        r#"{"service": "a", "cost": {"monthly": 1}, "costs": 2, "monthly": 3}"#,
        r#"{"service": "a", "approvals": [{"by": "b"}], "commit": "c"}"#,
    ] {
        assert_eq!(refused(body), None, "{body}");
    }
}

#[test]
fn what_is_of_others_has_fields_of_its_own() {
    let body = r#"{"service": "a", "cost": {"infracost": {"projects": [], "canary": 1}}, "x_run": 1, "cots": 1}"#;
    let read = body::read::<Question>(body.as_bytes(), LAYOUT).unwrap();
    assert_eq!(read.unknown, ["cots"]);
}

#[test]
fn a_body_of_nothing_but_unknown_fields_is_refused() {
    let many: String = (0..1001).map(|n| format!(r#", "field_{n}": 1"#)).collect();
    assert!(refused(&format!(r#"{{"service": "a"{many}}}"#)).unwrap().contains("more than 1000 fields"));
}
