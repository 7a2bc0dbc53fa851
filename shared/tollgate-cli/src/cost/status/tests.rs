use std::collections::BTreeMap;

use chrono::NaiveDate;
use tollgate_aws::billing::{BILLING_SCHEMA, Looked, Snapshot, Tags};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, ForecastReading, SpendJudging, SpendReading, Unknown, budget_fact, read},
    catalogue::{Service, Team},
    data::from_yaml,
    evidence::{Evidence, EvidenceStatus},
    facts::Tier,
    spend::DailySpend,
};

use super::{
    State, exit_code,
    row::{Row, json},
    table,
};
use crate::cost::bill::Bill;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn bill() -> Bill {
    let fetched_at = time("2026-11-21T06:00:00Z");
    let snapshot = Snapshot {
        schema: BILLING_SCHEMA.to_owned(),
        fetched_at,
        tags: Tags::default(),
        requests: 9,
        paid_requests: 8,
        price_usd_micros: 80_000,
        costs: Vec::new(),
        forecasts: Vec::new(),
        budgets: Vec::new(),
        anomalies: None,
        served: Vec::new(),
    };
    let now = time("2026-11-21T08:00:00Z");
    Bill { snapshot, source: "aws".to_owned(), now, paid_requests: 8, price_usd_micros: 80_000 }
}

/// A budget of 1,000 a month, of which a day of November costs so much; nothing where there is no bill.
fn row(name: &str, currency: &str, dollars_a_day: Option<&str>, fetched_at: &str) -> Row {
    let teams: BTreeMap<String, Team> = BTreeMap::from([("money".to_owned(), from_yaml("t", "name: money").unwrap())]);
    let service = Service {
        name: "pay".to_owned(),
        description: None,
        tier: Tier::One,
        owner: "money".to_owned(),
        environments: vec!["production".to_owned()],
        dependencies: Vec::new(),
        accounts: Vec::new(),
        tags: BTreeMap::new(),
        runbook: None,
    };
    let services = BTreeMap::from([("pay".to_owned(), service)]);
    let text = format!(
        "budgets:\n  - {{name: {name}, owner: money, scope: {{services: [pay]}}, amount: 1000, currency: {currency}, period: \
         monthly, steps: [{{percent: 50, of: actual, enforcement: inform}}, {{percent: 75, of: actual, enforcement: \
         approve}}, {{percent: 100, of: actual, enforcement: freeze}}, {{percent: 100, of: forecast, enforcement: \
         inform}}]}}"
    );
    let mut budget = read([("b.yaml", text.as_str())], &teams, &services).unwrap().remove(0);
    budget.services_held = 1;
    let Allowance::Declared(declared) = &budget.allowance else { panic!("declared") };
    let terms = declared.terms(bill().now).unwrap();
    let judging = SpendJudging {
        now: bill().now,
        required: true,
        max_age_seconds: 43_200,
        max_lag_days: 2,
        reconciliation_ppm: 10_000,
        min_weeks: 4,
        history_days: 84,
    };
    let Some(dollars) = dollars_a_day else {
        let (source, reason) = ("bill".to_owned(), "the bill has nothing that fits its scope".to_owned());
        let unknown = Unknown { terms: Some(&terms), source, status: EvidenceStatus::NoData, reason };
        return Row::new(Looked { fact: budget_fact(&budget, &Err(unknown), &judging), terms: None, gaps: Vec::new() });
    };
    let mut daily = DailySpend::new(currency).unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for date in day("2026-09-01").iter_days().take_while(|date| *date < day("2026-11-20")) {
        daily.add(date, dollars, currency, date >= day("2026-11-01")).unwrap();
    }
    let spend = SpendReading {
        source: "cost-explorer".to_owned(),
        as_of: time(fetched_at),
        complete_before: day("2026-11-20"),
        basis: declared.basis,
        daily,
        period_total: None,
        reconciliation: None,
        untagged: None,
        forecast: ForecastReading::NotAsked,
        anomalies: Vec::new(),
        unreadable: Vec::new(),
        requests: BTreeMap::new(),
        api_requests: 0,
        api_cost_usd_micros: 0,
    };
    let gap = Evidence::bad("budget/b/anomalies", "cost-explorer", EvidenceStatus::Error, "access was denied");
    let gaps = if name == "dear" { vec![gap] } else { Vec::new() };
    Row::new(Looked { fact: budget_fact(&budget, &Ok((&terms, &spend)), &judging), terms: None, gaps })
}

const FETCHED: &str = "2026-11-21T06:00:00Z";

fn all() -> Vec<Row> {
    let mut rows = vec![
        row("calm", "USD", Some("10"), FETCHED),
        row("dear", "USD", Some("60"), FETCHED),
        row("nearly-there-in-the-other-region", "USD", Some("40"), FETCHED),
        row("quick", "USD", Some("38"), FETCHED),
        row("abroad", "EUR", Some("30.005"), FETCHED),
        row("absent", "USD", None, FETCHED),
        row("old", "EUR", Some("10"), "2026-11-19T06:00:00Z"),
    ];
    rows.sort_by_key(Row::rank);
    rows
}

fn page(rows: &[Row], width: u16) -> String {
    let page = table::page(rows, &bill(), width);
    let plain = anstream::adapter::strip_str(&page).to_string();
    assert_ne!(plain, page, "it has colours");
    let widest = plain.split("\n\n").nth(1).unwrap().lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= usize::from(width), "{widest} columns in {width}\n{plain}");
    plain
}

#[test]
fn the_worst_comes_first_and_what_is_not_known_is_no_number() {
    insta::assert_snapshot!(page(&all(), 120));
}

#[test]
fn a_narrow_table_shows_what_matters_most() {
    insta::assert_snapshot!(page(&all(), 80));
}

#[test]
fn a_wide_table_has_the_bounds_of_forecasts() {
    insta::assert_snapshot!(page(&all(), 180));
}

#[test]
fn the_exit_code_says_how_it_stands() {
    for (costs, state, code) in [
        (&[Some("10"), Some("20")][..], State::Inside, 0),
        // 19 days of 30 dollars are 57 %: the owner is told, and nobody is held up.
        (&[Some("30")], State::Inside, 0),
        (&[Some("40"), Some("10")], State::HeldUp, 2),
        (&[Some("60"), None], State::Over, 2),
        (&[None, Some("10")], State::Unknown, 3),
    ] {
        let rows: Vec<Row> = costs.iter().map(|cost| row("b", "USD", *cost, FETCHED)).collect();
        assert_eq!((rows[0].state, exit_code(&rows)), (state, code), "{costs:?}");
    }
}

#[test]
fn programs_get_null_where_people_get_a_dash_and_no_sum_of_two_currencies() {
    let rows = all();
    let bill = bill();
    let page = serde_json::to_value(json(&rows, &bill)).unwrap();
    assert_eq!((&page["schema"], &page["paid_requests"]), (&"tollgate.cost_status/v1".into(), &8.into()));
    let absent = page["budgets"].as_array().unwrap().iter().find(|row| row["fact"]["name"] == "absent").unwrap();
    assert!(absent["state"] == "unknown" && absent["fact"]["spent_micros"].is_null());
    let totals = page["totals"].as_array().unwrap();
    assert_eq!((&totals[0]["currency"], &totals[0]["spent_micros"]), (&"EUR".into(), &760_095_000_i64.into()));
    assert_eq!((&totals[1]["currency"], &totals[1]["budgets"]), (&"USD".into(), &5.into()));
    assert!(totals.len() == 2 && totals[1]["spent_micros"].is_null(), "what is not known of one is not known of all");
}
