//! The bill of a pretended organisation, as a snapshot in a file.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc, Weekday};
use serde_json::{Map, Value, json};

const TAG_OWNER: &str = "owner";
const TAG_SERVICE: &str = "service";
const TAG_ENVIRONMENT: &str = "environment";
const TAG_PURPOSE: &str = "purpose";
const CURRENCY: &str = "USD";
/// As the shipped settings have it.
const HISTORY_DAYS: u64 = 84;
const PRODUCTION: &str = "111122223333";
const PLATFORM: &str = "444455556666";
const DATA: &str = "777788889999";

/// What something costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The account that it is in.
    pub account: &'static str,
    /// Its team; nothing where nobody tagged it.
    pub owner: &'static str,
    /// Its service.
    pub service: &'static str,
    /// Where it runs.
    pub environment: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Dollars on a working day; four fifths of it at weekends.
    pub dollars_a_day: u32,
}

const fn line(owner: &'static str, service: &'static str, environment: &'static str, dollars_a_day: u32) -> Line {
    Line { account: PRODUCTION, owner, service, environment, purpose: "", dollars_a_day }
}

/// What the services of the catalogue cost, each inside its budget on any day.
pub const USUAL: [Line; 8] = [
    line("payments", "payments-api", "production", 300),
    line("payments", "card-payment", "production", 120),
    line("payments", "payments-api", "staging", 60),
    line("search", "search-api", "production", 180),
    line("messaging", "notifications", "production", 9),
    Line { account: DATA, purpose: "training", ..line("risk", "fraud-model", "production", 180) },
    Line { account: PLATFORM, ..line("platform", "", "production", 1500) },
    line("", "", "", 150),
];

/// A tenth of it, which leaves every budget alone on any day of a month.
pub fn calm() -> Vec<Line> {
    USUAL.iter().map(|line| Line { dollars_a_day: line.dollars_a_day / 10 + 1, ..*line }).collect()
}

/// The same, where `notifications` has spent more than the 400 dollars of its month by a day, whichever it is.
pub fn overspent(day: NaiveDate) -> Vec<Line> {
    // Of the day itself a quarter is on the bill, and at weekends a day costs less.
    let quarters = 4 * (day.day() - 1) + 1;
    let notifications = |line: &Line| match line.service {
        "notifications" => Line { dollars_a_day: 2400 / quarters, ..*line },
        _ => *line,
    };
    USUAL.iter().map(notifications).collect()
}

/// The bill as it is fetched at a time, asked for all that the shipped budgets need.
pub fn bill(lines: &[Line], at: DateTime<Utc>) -> Value {
    let basis = |cost: &str, credits: bool| json!({"cost": cost, "credits": credits, "refunds": credits, "tax": true, "support": true});
    let plain = basis("unblended", false);
    let spread = basis("net_amortized", false);
    let whole = basis("amortized", true);
    let tag = |name: &str| json!({ "tag": name });
    let by_service = || vec![tag(TAG_ENVIRONMENT), tag(TAG_SERVICE)];
    // The periods of some began before the last weeks.
    let queries = [
        (&spread, vec![], false),
        (&spread, by_service(), false),
        (&plain, vec![], true),
        (&plain, by_service(), false),
        (&plain, vec![json!("account"), tag(TAG_SERVICE)], false),
        (&plain, vec![tag(TAG_PURPOSE), tag(TAG_SERVICE)], true),
        (&whole, vec![], true),
        (&whole, vec![json!("account"), tag(TAG_OWNER)], true),
    ];
    let part = |asked: Value, known: Value| {
        json!({
            "asked": asked, "fetched_at": at.to_rfc3339(), "requests": 1, "outcome": {"known": known}, "not_renewed": null,
        })
    };
    let today = at.date_naive();
    let (days_from, end) = (month_of(today - Days::new(HISTORY_DAYS)), today + Days::new(1));
    let months_from = month_of(today) - Months::new(12);
    let by_day = |basis: &Value, group_by: &[Value]| {
        let spans: Vec<Stretch> = days(days_from, end).map(|day| (day, day + Days::new(1))).collect();
        let asked = json!({"basis": basis, "group_by": group_by, "only": [], "first_day": days_from, "end_day": end});
        part(asked, table(lines, group_by, &spans, today))
    };
    let by_month = |basis: &Value, group_by: &[Value]| {
        let first = days(months_from, days_from).filter(|day| *day == month_of(*day));
        let spans: Vec<Stretch> = first.map(|month| (month, month + Months::new(1))).collect();
        let asked = json!({"basis": basis, "group_by": group_by, "only": [], "granularity": "monthly",
                           "first_day": months_from, "end_day": days_from});
        part(asked, table(lines, group_by, &spans, today))
    };
    let costs = queries.iter().flat_map(|(basis, group_by, is_long)| {
        [Some(by_day(basis, group_by)), is_long.then(|| by_month(basis, group_by))].into_iter().flatten()
    });
    let costs: Vec<Value> = costs.collect();
    let amount = |amount: &str| json!({"amount": amount, "unit": CURRENCY});
    let shared = json!({
        "name": "platform-shared-monthly", "kind": "COST", "limit": amount("60000"), "actual": amount("31500.5"),
        "forecast": amount("46000"), "basis": {"Ok": plain}, "time_unit": "MONTHLY",
        "starts_at": "2024-01-01T00:00:00Z", "ends_at": "2087-06-15T00:00:00Z", "edited_at": "2024-01-01T00:00:00Z",
        "unhealthy": null,
    });
    json!({
        "schema": "tollgate.billing/v1", "fetched_at": at.to_rfc3339(),
        "tags": {"owner": TAG_OWNER, "service": TAG_SERVICE, "environment": TAG_ENVIRONMENT},
        "requests": 14, "paid_requests": 13, "price_usd_micros": 130_000, "costs": costs, "forecasts": [],
        "budgets": [part(json!(PLATFORM), json!([shared]))],
        "anomalies": part(json!(at.date_naive() - Days::new(90)), json!([])),
        "served": [part(json!(["payments-api/availability"]), requests(at.date_naive()))],
    })
}

/// The requests of the last six weeks: fewer at weekends, as spend is.
fn requests(today: NaiveDate) -> Value {
    let days = (1..=42).map(|ago| today - Days::new(ago));
    let count = |day: NaiveDate| 2_000_000 * if is_weekend(day) { 80 } else { 100 } / 100;
    json!(days.map(|day| (day.to_string(), json!(count(day)))).collect::<Map<_, _>>())
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// A day or a month, and the first day after it.
type Stretch = (NaiveDate, NaiveDate);

fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn days(first: NaiveDate, end: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day < end)
}

fn table(lines: &[Line], group_by: &[Value], spans: &[Stretch], today: NaiveDate) -> Value {
    let mut groups: Vec<(Vec<&str>, u32)> = Vec::new();
    for line in lines {
        let key = |key: &Value| match key.get("tag").and_then(Value::as_str) {
            Some(TAG_OWNER) => line.owner,
            Some(TAG_SERVICE) => line.service,
            Some(TAG_ENVIRONMENT) => line.environment,
            Some(_) => line.purpose,
            None => line.account,
        };
        let keys: Vec<&str> = group_by.iter().map(key).collect();
        match groups.iter_mut().find(|(known, _)| *known == keys) {
            Some((_, dollars)) => *dollars += line.dollars_a_day,
            None => groups.push((keys, line.dollars_a_day)),
        }
    }
    let may_change: Map<String, Value> =
        spans.iter().map(|(first, _)| (first.to_string(), json!(month_of(*first) == month_of(today)))).collect();
    let cost = |(first, end): &Stretch, dollars: u32| days(*first, *end).map(|day| cents(day, dollars, today)).sum();
    let series = groups.iter().map(|(keys, dollars)| {
        let amounts: Map<String, Value> =
            spans.iter().map(|span| (span.0.to_string(), json!(written(cost(span, *dollars))))).collect();
        json!({"keys": keys, "currency": CURRENCY, "amounts": amounts})
    });
    json!({"days": may_change, "series": series.collect::<Vec<_>>()})
}

/// What a day costs. A quarter of today is on the bill.
fn cents(day: NaiveDate, dollars: u32, today: NaiveDate) -> u32 {
    let cents = dollars * if is_weekend(day) { 80 } else { 100 };
    if day == today { cents / 4 } else { cents }
}

fn written(cents: u32) -> String {
    if cents.is_multiple_of(100) { (cents / 100).to_string() } else { format!("{}.{:02}", cents / 100, cents % 100) }
}
