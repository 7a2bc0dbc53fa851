//! `tollgate cost …` as it is typed: what it says, and with which code it ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const RECORDED: &str = "recorded:infra/demo/bill.json";

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs it in the checkout; gives its exit code and what it said.
fn tollgate(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(arguments)
        .current_dir(checkout())
        .env_clear()
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains('\u{1b}'), "no colours where nobody sees them: {said}");
    (output.status.code().unwrap(), said)
}

const BUDGET: &str = "\
budgets:
  - name: paying
    owner: payments
    scope: {services: [payments-api], environments: [production]}
    amount: \"100\"
    currency: USD
    period: monthly
    steps:
      - {percent: 75, of: actual, enforcement: approve}
      - {percent: 100, of: actual, enforcement: freeze}
";

/// The shipped data with these budgets instead of its own.
fn policies(folder: &Path, budgets: &str) -> String {
    for data in ["services", "teams", "slos", "settings"] {
        copy(&checkout().join("policies/data").join(data), &folder.join("data").join(data));
    }
    fs::create_dir_all(folder.join("data/budgets")).unwrap();
    fs::write(folder.join("data/budgets/b.yaml"), budgets).unwrap();
    folder.display().to_string()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_shipped_budgets_are_in_order() {
    let (code, said) = tollgate(&["cost", "check", "--strict"]);
    assert!(code == 0 && said.ends_with(" teams, all in order\n"), "{said}");
}

#[test]
fn each_mistake_is_a_place_and_what_to_write() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut said = String::new();
    let twice = BUDGET.replace("budgets:\n", "").replace("name: paying", "name: paying-again");
    for (from, to) in [
        ("owner: payments", "owner: paymnts"),
        ("services: [payments-api]", "services: [payment-api]"),
        ("environments: [production]", "environments: [prod]"),
        ("scope: {services: [payments-api], environments: [production]}", "scope: {}"),
        ("amount: \"100\"", "amount: 1.000,00"),
        ("amount: \"100\"", "amount: \"0\""),
        ("currency: USD", "currency: dollars"),
        ("period: monthly", "period: weekly"),
        ("percent: 75", "percent: 100"),
        ("percent: 75", "percent: 0"),
        ("approve}", "block}"),
        ("of: actual, enforcement: approve", "of: spent, enforcement: approve"),
        ("percent: 75, of: actual, enforcement: approve", "percent: 110, of: actual, enforcement: approve"),
        ("enforcement: approve", "enforcement: freeze}\n      - {percent: 80, of: actual, enforcement: inform"),
        ("    period: monthly", "    periode: monthly"),
        ("    period: monthly", "    aws_budget: shared\n    period: monthly"),
    ] {
        assert!(BUDGET.contains(from), "{from}");
        let named = policies(folder.path(), &BUDGET.replacen(from, to, 1));
        let (code, text) = tollgate(&["cost", "check", "--policies", &named]);
        assert_eq!(code, 1, "{to:?}: {text}");
        said.push_str(&format!("{}\n{text}\n", to.trim()).replace(&format!("{named}/"), ""));
    }
    let named = policies(folder.path(), &format!("{BUDGET}{twice}"));
    let (code, text) = tollgate(&["cost", "check", "--policies", &named]);
    assert_eq!(code, 1, "{text}");
    said.push_str(&format!("two budgets of one service\n{text}").replace(&format!("{named}/"), ""));
    insta::assert_snapshot!(said);
}

#[test]
fn what_is_hardly_meant_is_warned_of() {
    let folder = tempfile::TempDir::new().unwrap();
    let odd = BUDGET
        .replace("currency: USD", "currency: EUR\n    non_essential: [staging]")
        .replace("environments: [production]", "environments: [production], tags: {owner: [paymnts]}");
    let of_account = BUDGET
        .replace("budgets:\n", "")
        .replace("name: paying", "name: shared")
        .replace("services: [payments-api], environments: [production]", "accounts: [\"999922223333\"]");
    let everything = BUDGET
        .replace("budgets:\n", "")
        .replace("name: paying", "name: everything")
        .replace("services: [payments-api], environments: [production]", "all: true");
    let named = policies(folder.path(), &format!("{odd}{of_account}{everything}"));
    let (code, said) = tollgate(&["cost", "check", "--policies", &named]);
    assert_eq!(code, 0, "{said}");
    insta::assert_snapshot!(said.replace(&format!("{named}/"), ""));
    assert_eq!(tollgate(&["cost", "check", "--strict", "--policies", &named]).0, 1);
}

#[test]
fn what_no_bill_can_be_asked_for_is_an_error() {
    let folder = tempfile::TempDir::new().unwrap();
    let named = policies(folder.path(), BUDGET);
    for (set, expected) in [
        (
            "service_tag: \"\"",
            "b.yaml:2: `paying`: it is for services, and no tag is set that says the service in the bill: set one",
        ),
        (
            "forecasts: [payng]",
            "organisation.yaml:1:24: there is no budget `payng` in `data/budgets`, did you mean `paying`?: name one that is there",
        ),
    ] {
        let organisation = format!("thresholds: {{billing: {{{set}}}}}\n");
        fs::write(folder.path().join("data/settings/organisation.yaml"), organisation).unwrap();
        let (code, said) = tollgate(&["cost", "check", "--policies", &named]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(expected) && said.contains("1 error"), "{expected}: {said}");
    }
}

#[test]
fn status_works_without_an_account() {
    let (code, said) = tollgate(&["cost", "status", "--billing", RECORDED]);
    assert_eq!(code, 2, "{said}");
    let rows: Vec<&str> = said.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    assert!(rows[1].starts_with("notifications") && rows[1].ends_with("ok, over"), "{said}");
    assert!(said.contains("notifications: only fixes and rollbacks go ahead until 2026-12-01"), "{said}");

    let (code, said) = tollgate(&["cost", "status", "payments", "--billing", RECORDED]);
    assert!(code == 0 && said.contains("payments-production") && !said.contains("notifications"), "{said}");
    let (code, json) = tollgate(&["cost", "status", "payments", "--billing", RECORDED, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["budgets"][0]["fact"]["owner"]), (0, &"payments".into()));
}

#[test]
fn what_is_not_known_is_neither_inside_nor_over() {
    let folder = tempfile::TempDir::new().unwrap();
    let elsewhere = BUDGET.replace("payments-api", "ledger-db").replace("owner: payments", "owner: platform");
    let named = policies(folder.path(), &elsewhere);
    let (code, said) = tollgate(&["cost", "status", "--billing", RECORDED, "--policies", &named]);
    assert!(code == 3 && said.contains("no data") && said.contains("nothing that fits its scope"), "{said}");
}

#[test]
fn what_cannot_be_shown_is_neither_good_nor_over() {
    for (arguments, expected) in [
        (&["cost", "status", "payment", "--billing", RECORDED][..], "did you mean `payments`?"),
        (&["cost", "status", "security", "--billing", RECORDED], "`security` has no budget"),
        (&["cost", "status", "--billing", "recorded:nowhere.json"], "`nowhere.json` cannot be read"),
        (&["cost", "status", "--billing", "recorded:infra/demo/telemetry.json"], "is not a snapshot of form"),
        (&["cost", "status", "--billing", "excel"], "is no source of bills"),
        (&["cost", "status", "--billing", "none"], "there is no bill"),
        (&["cost", "status", "--ledger", "sqlite:/nowhere/ledger"], "no AWS credentials were found"),
        (&["cost", "record", "--out", "/nowhere/bill.json"], "no AWS credentials were found"),
        (&["cost", "status", "--policies", "nowhere"], "nowhere"),
    ] {
        let (code, said) = tollgate(arguments);
        assert!(code == 1 && said.contains(expected), "{arguments:?} {code}: {said}");
    }
}
