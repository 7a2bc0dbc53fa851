use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Allowance, Basis, Budget, CostMeasure, Declared, Enforcement, StepKind, Terms, TermsError, read};
use crate::{
    Timestamp,
    catalogue::{Service, Team},
    data::{DataError, from_yaml},
};

const STEPS: &str = "steps: [{percent: 100, of: actual, enforcement: freeze}]";

fn teams() -> BTreeMap<String, Team> {
    BTreeMap::from([("money".to_owned(), from_yaml("t", "name: money").unwrap())])
}

fn services() -> BTreeMap<String, Service> {
    let service = |name: &str| (name.to_owned(), Service::example(name, "money", &["production", "staging"]));
    ["pay", "search"].map(service).into()
}

fn budgets(text: &str) -> Result<Vec<Budget>, Vec<String>> {
    read([("data/budgets/b.yaml", text)], &teams(), &services())
        .map_err(|errors| errors.iter().map(DataError::by_line).collect())
}

/// A budget of one entry, whose fields `changes` replaces or, with `-field`, takes away.
fn entry(changes: &[&str]) -> String {
    let usual = [
        "name: b",
        "owner: money",
        "scope: {services: [pay]}",
        "amount: 1000",
        "currency: USD",
        "period: monthly",
        STEPS,
    ];
    let field = |line: &str| line.trim_start_matches('-').split(':').next().unwrap_or_default().to_owned();
    let mut lines: Vec<&str> =
        usual.into_iter().filter(|line| !changes.iter().any(|change| field(change) == field(line))).collect();
    lines.extend(changes.iter().filter(|change| !change.starts_with('-')));
    format!("  - {}\n", lines.join("\n    "))
}

fn one(changes: &[&str]) -> Result<Budget, String> {
    match budgets(&format!("budgets:\n{}", entry(changes))) {
        Ok(budgets) => Ok(budgets.into_iter().next().unwrap()),
        Err(errors) => Err(errors.join("; ")),
    }
}

fn declared(changes: &[&str]) -> Declared {
    match one(changes).unwrap().allowance {
        Allowance::Declared(declared) => declared,
        Allowance::AwsBudget { .. } => panic!("declared"),
    }
}

fn terms(changes: &[&str], at: &str) -> Result<Terms, TermsError> {
    declared(changes).terms(time(at))
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_budget_is_read_with_its_documented_defaults() {
    let budget = one(&[]).unwrap();
    assert_eq!((budget.evidence_id().as_str(), budget.line), ("budget/b", Some(2)));
    assert_eq!((budget.steps[0].share_ppm, budget.steps[0].kind), (1_000_000, StepKind::Actual));
    let declared = declared(&[]);
    assert_eq!((declared.amount_micros, declared.currency.as_str()), (1_000_000_000, "USD"));
    let without_credits =
        Basis { cost: CostMeasure::Unblended, credits: false, refunds: false, tax: true, support: true };
    assert_eq!(declared.basis, without_credits);
}

#[test]
fn steps_are_exact_and_sorted_by_kind() {
    let steps = "steps: [{percent: 100, of: forecast, enforcement: approve}, {percent: 33.3333, of: actual, \
                 enforcement: inform}, {percent: 50, of: actual, enforcement: inform}]";
    let steps = one(&[steps]).unwrap().steps;
    let read: Vec<_> = steps.iter().map(|step| (step.kind, step.share_ppm, step.enforcement)).collect();
    assert_eq!(
        read,
        [
            (StepKind::Actual, 333_333, Enforcement::Inform),
            (StepKind::Actual, 500_000, Enforcement::Inform),
            (StepKind::Forecast, 1_000_000, Enforcement::Approve)
        ]
    );
}

#[test]
fn an_aws_budget_brings_its_own_amount() {
    let aws = ["-amount", "-currency", "-period", "aws_budget: shared, monthly", "account: 011122223333"];
    let budget = one(&aws).unwrap();
    let expected = Allowance::AwsBudget { name: "shared, monthly".to_owned(), account: "011122223333".to_owned() };
    assert_eq!(budget.allowance, expected);
    for (field, value) in [("amount", "5"), ("period", "monthly"), ("changes", "[{from: 2026-01-01, amount: 5}]")] {
        let own = format!("{field}: {value}");
        let mut with = aws.to_vec();
        with.retain(|line| !line.contains(field));
        with.push(&own);
        assert!(one(&with).unwrap_err().contains(&format!("`{field}` is what the AWS Budget says")), "{field}");
    }
    assert!(one(&aws[..4]).unwrap_err().contains("no `account`: write the one"));
}

#[test]
fn a_month_is_a_month_of_its_time_zone() {
    let berlin = ["time_zone: Europe/Berlin"];
    // October ends an hour after the clocks went back once: it has 745 hours.
    let october = terms(&berlin, "2026-10-31T22:59:59Z").unwrap();
    assert_eq!((october.first_day, october.end_day), (day("2026-10-01"), day("2026-11-01")));
    assert_eq!(october.bounds.seconds(), 745 * 3600);
    let november = terms(&berlin, "2026-10-31T23:00:00Z").unwrap();
    assert_eq!((november.first_day, november.today), (day("2026-11-01"), day("2026-11-01")));
    assert_eq!(terms(&[], "2026-10-31T23:00:00Z").unwrap().first_day, day("2026-10-01"), "UTC");
}

#[test]
fn periods_keep_their_days_over_short_months_and_leap_years() {
    let days = |changes: &[&str], at: &str| {
        let terms = terms(changes, at).unwrap();
        (terms.first_day.to_string(), terms.end_day.to_string())
    };
    let is = |first: &str, end: &str| (first.to_owned(), end.to_owned());
    assert_eq!(days(&[], "2028-02-29T12:00:00Z"), is("2028-02-01", "2028-03-01"));
    let from_31st = ["starts: 2026-01-31"];
    assert_eq!(days(&from_31st, "2026-02-28T00:00:00Z"), is("2026-02-28", "2026-03-31"));
    assert_eq!(days(&from_31st, "2028-02-28T23:00:00Z"), is("2028-01-31", "2028-02-29"));
    let fiscal = ["period: yearly", "starts: 2026-04-01"];
    assert_eq!(days(&fiscal, "2026-03-31T23:59:59Z"), is("2025-04-01", "2026-04-01"));
    assert_eq!(days(&["period: quarterly"], "2026-11-21T10:00:00Z"), is("2026-10-01", "2027-01-01"));
    let weeks = ["period: custom", "starts: 2026-01-05", "length: 13w"];
    assert_eq!(days(&weeks, "2026-04-06T00:00:00Z"), is("2026-04-06", "2026-07-06"));
    let years = ["period: custom", "starts: 2025-03-01", "length: 36M"];
    assert_eq!(days(&years, "2028-02-29T23:59:59Z"), is("2025-03-01", "2028-03-01"));
    let once_long = ["period: custom", "starts: 2025-03-01", "ends: 2027-04-15"];
    assert_eq!(days(&once_long, "2026-11-21T10:00:00Z"), is("2025-03-01", "2027-04-15"));
}

/// In Santiago, 6 September 2026 begins at one o'clock.
#[test]
fn a_day_without_midnight_begins_behind_the_gap() {
    let zone = ["period: custom", "starts: 2026-09-06", "length: 7d", "time_zone: America/Santiago"];
    let week = terms(&zone, "2026-09-06T04:00:00Z").unwrap();
    assert_eq!((week.first_day, week.end_day), (day("2026-09-06"), day("2026-09-13")));
    assert_eq!(week.bounds.seconds(), 7 * 86_400 - 3600);
    assert_eq!(terms(&zone, "2026-09-06T03:59:59Z"), Err(TermsError::NotBegun(day("2026-09-06"))));
}

#[test]
fn a_period_that_comes_once_is_not_there_before_and_after() {
    let once = ["period: custom", "starts: 2026-10-01", "ends: 2027-01-01"];
    let at = |text: &str| terms(&once, text).map(|terms| (terms.first_day, terms.end_day));
    assert_eq!(at("2026-09-30T23:59:59Z"), Err(TermsError::NotBegun(day("2026-10-01"))));
    assert_eq!(at("2026-10-01T00:00:00Z"), Ok((day("2026-10-01"), day("2027-01-01"))));
    assert_eq!(at("2026-12-31T23:59:59Z"), Ok((day("2026-10-01"), day("2027-01-01"))));
    assert_eq!(at("2027-01-01T00:00:00Z"), Err(TermsError::Over(day("2027-01-01"))));
}

#[test]
fn a_change_of_the_amount_holds_from_its_day_and_is_known_for_the_end() {
    let changed = ["changes: [{from: 2026-11-10, amount: 1500}, {from: 2026-12-01, amount: 900}]"];
    let limits = |at: &str| {
        let terms = terms(&changed, at).unwrap();
        (terms.limit_micros / 1_000_000, terms.limit_at_end_micros / 1_000_000)
    };
    assert_eq!(limits("2026-10-31T23:00:00Z"), (1000, 1000));
    assert_eq!(limits("2026-11-09T23:59:59Z"), (1000, 1500));
    assert_eq!(limits("2026-11-10T00:00:00Z"), (1500, 1500));
    assert_eq!(limits("2026-12-01T00:00:00Z"), (900, 900));
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_line_and_what_to_write() {
    for (changes, line, expected) in [
        (&["name: Pay Me"][..], 8, "`Pay Me` is not a name: write up to 63 small letters"),
        (&["owner: nobody"], 8, "owner `nobody` has no file in `data/teams`: write one, or name another"),
        (&["-scope"], 2, "no `scope`: write for example"),
        (&["scope: {}"], 8, "the `scope` is empty: write for example"),
        (&["scope: {all: true, services: [pay]}"], 8, "cannot both be meant"),
        (&["scope: {services: [gone]}"], 8, "service `gone` has no file in `data/services`"),
        (&["scope: {services: [pay, pay]}"], 8, "`pay` is there twice"),
        (&["scope: {accounts: [12]}"], 8, "`12` is not an account of 12 digits"),
        (&["scope: {tags: {team: []}}"], 8, "tag `team` has no value"),
        (&["scope: {aws_services: ['']}"], 8, "`` is not a service as the bill writes it"),
        (&["scope: {aws_services: ['AWS Lambda ']}"], 8, "write for example `Amazon Elastic Compute Cloud - Compute`"),
        (&["scope: {aws_services: [AWS Lambda, AWS Lambda]}"], 8, "`AWS Lambda` is there twice"),
        (&["scope: {all: true, aws_services: [AWS Lambda]}"], 8, "cannot both be meant"),
        (&["scope: {services: [pay], environments: [prod]}"], 8, "no service runs in `prod`"),
        (&["non_essential: [sandbox]"], 9, "no service runs in `sandbox`"),
        (&["-amount"], 2, "no `amount`: write for example"),
        (&["amount: 0"], 8, "`amount: 0.00` leaves nothing to spend: write more than 0"),
        (&["amount: -5"], 8, "`amount: -5.00` leaves nothing"),
        (&["amount: '1,000'"], 8, "`1,000` is not a decimal amount"),
        (&["amount: .inf"], 8, "is not a decimal amount"),
        (&["currency: dollars"], 8, "`dollars` is not a currency code"),
        (&["-currency"], 2, "no `currency`"),
        (&["-period"], 2, "no `period`: write `period: monthly`"),
        (&["period: weekly"], 8, "`period` cannot be `weekly`"),
        (&["length: 30d"], 9, "`length` belongs to `period: custom`"),
        (&["period: custom"], 8, "a custom period has no `starts`"),
        (&["period: custom", "starts: 2026-01-01"], 8, "a custom period has no end"),
        (&["period: custom", "starts: 2026-01-01", "ends: 2026-01-01"], 10, "is not 1 to 1096 days after"),
        (&["period: custom", "starts: 2026-01-01", "ends: 2029-01-02"], 10, "is not 1 to 1096 days after"),
        (&["period: custom", "starts: 2026-01-02", "ends: 2027-01-04"], 10, "begins on the first day of a month"),
        (&["period: custom", "starts: 2026-01-02", "length: 13M"], 10, "`length: 13M`: of what is long ago"),
        (&["period: custom", "starts: 2026-01-01", "length: 37M"], 10, "or up to 36 months"),
        (&["period: custom", "starts: 2026-01-01", "length: 2y"], 10, "`length: 2y` is not up to a year"),
        (&["period: custom", "starts: 2026-01-01", "length: 2M", "ends: 2026-03-01"], 10, "say the same"),
        (&["starts: 2026-02-30"], 9, "`starts: 2026-02-30` is not a day"),
        (&["time_zone: Berlin"], 9, "`time_zone: Berlin` is not an IANA name"),
        (&["basis: {cost: blended}"], 9, "`cost` cannot be `blended`: write `unblended`, `amortized`"),
        (&["account: 111122223333"], 9, "`account` belongs to `aws_budget`"),
        (&["changes: [{from: 2026-02-01, amount: 0}]"], 9, "leaves nothing to spend"),
        (&["changes: [{from: 2026-02-01, amount: 1}, {from: 2026-02-01, amount: 2}]"], 9, "is not after the change"),
        (&["steps: []"], 2, "no `steps`: write for example"),
        (&["steps: [{percent: 0, of: actual, enforcement: inform}]"], 8, "`percent` cannot be `0`"),
        (&["steps: [{percent: 1001, of: actual, enforcement: inform}]"], 8, "`percent` cannot be `1001`"),
        (
            &["steps: [{percent: 0.25, of: actual, enforcement: inform}]"],
            8,
            "`percent` cannot be `0.25`: write 1 to 1000",
        ),
        (&["steps: [{percent: 0.00001, of: actual, enforcement: inform}]"], 8, "`percent` cannot be `0.00001`"),
        (&["steps: [{percent: 5, of: planned, enforcement: inform}]"], 8, "`of` cannot be `planned`"),
        (&["steps: [{percent: 5, of: actual, enforcement: stop}]"], 8, "`enforcement` cannot be `stop`"),
    ] {
        let error = one(changes).unwrap_err();
        let place = format!("data/budgets/b.yaml:{line}: ");
        assert!(error.contains(expected) && error.contains(&place), "{expected} at {line}: {error}");
    }
}

#[test]
fn steps_that_get_in_each_others_way_are_refused() {
    let step =
        |percent: u32, enforcement: &str| format!("{{percent: {percent}, of: actual, enforcement: {enforcement}}}");
    for (first, second, expected) in [
        (step(75, "inform"), step(75, "approve"), "the step at 75 % of actual is there twice"),
        (step(75, "inform"), step(50, "inform"), "the step at 50 % of actual is behind a larger one"),
        (step(75, "freeze"), step(100, "inform"), "does less than the one before it"),
    ] {
        let error = one(&[&format!("steps:\n      - {first}\n      - {second}")]).unwrap_err();
        assert!(error.contains(expected) && error.contains("b.yaml:10: "), "{error}");
    }
}

#[test]
fn budgets_that_count_the_same_money_twice_are_refused() {
    let two = |second: &[&str]| budgets(&format!("budgets:\n{}{}", entry(&[]), entry(second)));
    let twice = two(&[]).unwrap_err().join("; ");
    assert!(twice.contains("data/budgets/b.yaml:9: there is a budget `b` at data/budgets/b.yaml:2 already"), "{twice}");
    for overlapping in [
        &["name: c"][..],
        &["name: c", "scope: {services: [search, pay], environments: [staging]}"],
        &["name: c", "scope: {services: [pay], tags: {team: [x]}}"],
    ] {
        let error = two(overlapping).unwrap_err().join("; ");
        assert!(error.contains("`pay` is in the budget `b` at data/budgets/b.yaml:2 already"), "{error}");
    }
    for apart in [
        &["name: c", "scope: {services: [search]}"][..],
        &["name: c", "period: yearly"],
        &["name: c", "scope: {accounts: ['111122223333']}"],
        &["name: c", "scope: {all: true}"],
    ] {
        assert_eq!(two(apart).unwrap().len(), 2, "{apart:?}");
    }
    let staging = entry(&["scope: {services: [pay], environments: [staging]}"]);
    let production = entry(&["name: c", "scope: {services: [pay], environments: [production]}"]);
    assert_eq!(budgets(&format!("budgets:\n{staging}{production}")).unwrap().len(), 2);
}

#[test]
fn a_period_that_comes_once_may_follow_another() {
    let once = |name: &str, starts: &str, ends: &str| {
        entry(&[&format!("name: {name}"), "period: custom", &format!("starts: {starts}"), &format!("ends: {ends}")])
    };
    let first = once("first", "2026-01-01", "2026-04-01");
    let next = once("next", "2026-04-01", "2026-07-01");
    assert_eq!(budgets(&format!("budgets:\n{first}{next}")).unwrap().len(), 2);
    let early = once("early", "2026-03-31", "2026-07-01");
    assert!(budgets(&format!("budgets:\n{first}{early}")).unwrap_err().concat().contains("for the same periods"));
}

#[test]
fn a_file_of_another_shape_is_refused_with_its_line() {
    for (text, expected) in [
        ("budgets:\n  - name: b\n    ownr: money\n", "b.yaml:3: there is no field `ownr` here: write `owner`"),
        ("budgets:\n  - owner: money\n", "name"),
        ("budget: []\n", "b.yaml:1:"),
        ("budgets: [\n", "b.yaml"),
    ] {
        let errors = budgets(text).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(expected)), "{text}: {errors:?}");
    }
}
