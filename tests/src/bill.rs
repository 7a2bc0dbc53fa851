//! The bill of a pretended organisation, as a snapshot in a file.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc, Weekday};
use serde_json::{Map, Value, json};

const TAG_OWNER: &str = "owner";
const TAG_SERVICE: &str = "service";
const TAG_ENVIRONMENT: &str = "environment";
const TAG_PURPOSE: &str = "purpose";
const CURRENCY: &str = "USD";
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
    let queries = [
        (&spread, vec![], 120),
        (&spread, by_service(), 120),
        (&plain, vec![], 120),
        (&plain, by_service(), 120),
        (&plain, vec![json!("account"), tag(TAG_SERVICE)], 120),
        (&plain, vec![tag(TAG_PURPOSE), tag(TAG_SERVICE)], 120),
        (&whole, vec![], 366),
        (&whole, vec![json!("account"), tag(TAG_OWNER)], 366),
    ];
    let part = |asked: Value, known: Value| {
        json!({
            "asked": asked, "fetched_at": at.to_rfc3339(), "requests": 1, "outcome": {"known": known}, "not_renewed": null,
        })
    };
    let costs = queries.map(|(basis, group_by, days)| {
        let today = at.date_naive();
        let (first, end) = (today - Days::new(days), today + Days::new(1));
        let table = table(lines, &group_by, first, today);
        part(json!({"basis": basis, "group_by": group_by, "only": [], "first_day": first, "end_day": end}), table)
    });
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
        "requests": 10, "paid_requests": 9, "price_usd_micros": 90_000, "costs": costs, "forecasts": [],
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

fn table(lines: &[Line], group_by: &[Value], first: NaiveDate, today: NaiveDate) -> Value {
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= today).collect();
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
    let month = |day: NaiveDate| (day.year(), day.month());
    let may_change: Map<String, Value> =
        days.iter().map(|day| (day.to_string(), json!(month(*day) == month(today)))).collect();
    let series = groups.iter().map(|(keys, dollars)| {
        let amounts: Map<String, Value> =
            days.iter().map(|day| (day.to_string(), json!(on(*day, *dollars, today)))).collect();
        json!({"keys": keys, "currency": CURRENCY, "amounts": amounts})
    });
    json!({"days": may_change, "series": series.collect::<Vec<_>>()})
}

/// What a day costs. A quarter of today is on the bill.
fn on(day: NaiveDate, dollars: u32, today: NaiveDate) -> String {
    let cents = dollars * if is_weekend(day) { 80 } else { 100 };
    let cents = if day == today { cents / 4 } else { cents };
    if cents % 100 == 0 { (cents / 100).to_string() } else { format!("{}.{:02}", cents / 100, cents % 100) }
}
