#[path = "freezes_tests.rs"]
mod freezes;
#[path = "objectives_tests.rs"]
mod objectives;
#[path = "sources_tests.rs"]
mod sources;

use std::collections::BTreeMap;

use super::{Catalogue, reading::assembled};
use crate::{data::DataError, decision::Gate, waiver::Asked};

pub(super) const DEFAULTS: (&str, &str) = (
    "data/settings/defaults.yaml",
    "\
thresholds:
  slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}}
  change:
    history_window_seconds: {value: 86400, tighter: fixed, meaning: m}
    approval_max_age_seconds: {value: 86400, tighter: lower, meaning: m}
  cost:
    spend_max_age_seconds: {value: 43200, tighter: lower, meaning: m}
    spend_max_lag_days: {value: 2, tighter: lower, meaning: m}
    weekday_min_weeks: {value: 4, tighter: higher, meaning: m}
  decision:
    allow_valid_seconds: {value: 900, tighter: lower, meaning: m}
    deny_valid_seconds: {value: 60, tighter: lower, meaning: m}
    pending_valid_seconds: {value: 60, tighter: lower, meaning: m}
",
);
pub(super) const SERVICE: (&str, &str) = (
    "data/services/pay.yaml",
    "name: pay\ntier: tier_1\nowner: money\nenvironments: [production]\ndependencies: [db]\n",
);
pub(crate) const ASKED: Asked<'static> =
    Asked { gate: Gate::Change, service: "pay", environment: "production", change: Some("pay/1") };
pub(super) const TEAM: (&str, &str) = ("data/teams/money.yaml", "name: money\nmembers: ['github:7']\n");

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    [DEFAULTS].iter().chain(files).map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

/// Files that are each in order, whatever becomes of the names in them.
fn read(of: &[(&str, &str)]) -> Result<Catalogue, Vec<String>> {
    let (catalogue, errors, _) = assembled(&files(of), None);
    if errors.is_empty() { Ok(catalogue) } else { Err(errors.iter().map(DataError::by_line).collect()) }
}

/// The names that lead nowhere.
fn dangling(of: &[(&str, &str)]) -> Vec<String> {
    let (_, _, dangling) = assembled(&files(of), None);
    dangling.iter().map(DataError::by_line).collect()
}

#[test]
fn a_service_its_team_and_its_members_are_found() {
    let catalogue = read(&[SERVICE, TEAM]).unwrap();
    assert_eq!(catalogue.services["pay"].owner, "money");
    assert_eq!(catalogue.groups_of("GitHub:7"), ["money"]);
    assert!(catalogue.groups_of("github:8").is_empty());
}

#[test]
fn what_gates_read_themselves_must_be_declared() {
    let errors = read(&[(DEFAULTS.0, "thresholds: {slo: {x: {value: 1, tighter: lower, meaning: m}}}")]).unwrap_err();
    for needed in
        ["slo.max_age_seconds", "cost.spend_max_age_seconds", "cost.spend_max_lag_days", "cost.weekday_min_weeks"]
    {
        let expected = format!("`thresholds.{needed}` must be declared, as a whole number");
        assert!(errors.iter().any(|error| error.contains(&expected)), "{needed}: {errors:?}");
    }
}

#[test]
fn names_that_lead_nowhere_are_listed() {
    assert_eq!(
        dangling(&[SERVICE]),
        [
            "data/services/pay.yaml:3: owner `money` has no file in `data/teams`: write one, or name another",
            "data/services/pay.yaml:5: dependency `db` has no file in `data/services`: write one, or name another",
        ]
    );
    let silent = read(&[SERVICE]).unwrap().without_objectives();
    assert_eq!(
        silent[0].to_string(),
        "data/services/pay.yaml: `pay` has no objective in `data/slos`: its changes are denied"
    );
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (file, text, expected) in [
        ("data/services/pay.yaml", "name: pya", "data/services/pay.yaml"),
        ("data/services/x.yaml", SERVICE.1, "the file should be `pay.yaml`"),
        ("data/services/pay.yaml", "name: pay\ntier: tier_9\nowner: o\nenvironments: []", "data/services/pay.yaml:2"),
        ("data/service/pay.yaml", SERVICE.1, "`service` is not read by anything"),
        (
            "data/waivers/w.yaml",
            "waivers: [{id: w, rule: change.freeze, service: pay, owner: o, reason: r, starts_at: x}]",
            "expires_at",
        ),
        ("data/callers.yaml", "callers: [{principal: '*', may_assert_approvals: true}]", "callers that nobody knows"),
        (
            "data/callers.yaml",
            "callers: [{principal: anonymous, may_assert_approvals: true}]",
            "callers that nobody knows",
        ),
        ("data/callers.yaml", "callers: [{principal: 'a*', may_assert_approvals: true}]", "callers that nobody knows"),
        ("data/callers.yaml", "callers: [{principal: '*', may_report_outcomes: true}]", "callers that nobody knows"),
    ] {
        let errors = read(&[(file, text)]).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
}

#[test]
fn only_named_callers_may_assert_approvals() {
    let callers = "callers:\n- {principal: 'arn:aws:sts::111122223333:assumed-role/ci-*/*', may_assert_approvals: true}\n- {principal: local}\n";
    let catalogue = read(&[("data/callers.yaml", callers)]).unwrap();
    assert!(catalogue.may_assert_approvals("arn:aws:sts::111122223333:assumed-role/ci-deploy/run-5"));
    assert!(!catalogue.may_assert_approvals("arn:aws:sts::444455556666:assumed-role/ci-deploy/run-5"));
    assert!(!catalogue.may_assert_approvals("local"));
    assert!(!read(&[]).unwrap().may_assert_approvals("direct"), "without the file nobody may");
}

#[test]
fn only_named_callers_may_report_what_came_of_the_changes_of_others() {
    let callers = "callers:\n- {principal: 'arn:aws:sts::111122223333:assumed-role/watch/*', may_report_outcomes: true}\n- {principal: ci, may_assert_approvals: true}\n";
    let catalogue = read(&[("data/callers.yaml", callers)]).unwrap();
    assert!(catalogue.may_report_outcomes("arn:aws:sts::111122223333:assumed-role/watch/w"));
    assert!(!catalogue.may_assert_approvals("arn:aws:sts::111122223333:assumed-role/watch/w"));
    assert!(!catalogue.may_report_outcomes("ci") && !catalogue.may_report_outcomes("anonymous"));
    assert!(!read(&[]).unwrap().may_report_outcomes("local"), "without the file nobody may");
}

#[test]
fn a_keptn_gate_is_found_by_its_service() {
    let gate = "spec_version: '1.0'\nobjectives: [{sli: a, pass: [{criteria: ['<1']}]}]\ntotal_score: {pass: 90%}";
    let slis = "indicators: {a: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: M, Stat: p95}}}}";
    let catalogue = read(&[SERVICE, TEAM, ("data/keptn/pay.yaml", gate), ("data/keptn/pay.sli.yaml", slis)]).unwrap();
    assert_eq!(catalogue.keptn["pay"].pass_score_ppm, 900_000);
    assert_eq!(catalogue.keptn_slis["pay"].window_seconds, 900);
    let stray = dangling(&[("data/keptn/gone.yaml", gate), ("data/keptn/gone.sli.yaml", slis)]);
    assert!(stray.iter().any(|error| error.contains("`gone` has no file in `data/services`")), "{stray:?}");
    let errors = read(&[("data/keptn/pay/slo.yaml", gate)]).unwrap_err();
    assert!(errors[0].contains("named after its service"), "{errors:?}");
    assert!(read(&[("data/keptn/pay.yaml", "spec_version: '1.0'")]).is_err());
}
