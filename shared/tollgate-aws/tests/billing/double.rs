//! AWS in the process, and the budgets that tests are about.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::Region;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use chrono::{Datelike as _, Months, NaiveDate};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_aws::billing::{Billing, Plan, Snapshot, Tags, Wanted};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, Basis, Budget, BudgetPeriod, Declared, Scope, SpendJudging},
    slo::{CalendarUnit, Period},
};

pub(crate) const NOW: &str = "2026-11-21T06:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A request: the action, its body, the host that it went to, and the region that it was signed for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) body: Value,
    pub(crate) host: String,
    pub(crate) authorization: String,
}

pub(crate) type Asked = Arc<Mutex<Vec<Request>>>;

/// The client, of which `answer` gives status and body for an action and the number of the request, from 0.
pub(crate) async fn billing(
    answer: impl Fn(&str, &Value, usize) -> (u16, Value) + Send + Sync + 'static,
) -> (Billing, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let client = infallible_client_fn(move |request| {
        let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let action = header("x-amz-target").rsplit('.').next().unwrap().to_owned();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let host = request.uri().host().unwrap().to_owned();
        let number = {
            let mut seen = seen.lock().unwrap();
            let (action, body) = (action.clone(), body.clone());
            seen.push(Request { action, body, host, authorization: header("authorization") });
            seen.len() - 1
        };
        let (status, mut answer) = answer(&action, &body, number);
        with_the_rest(&body, &mut answer);
        let response = http::Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
        response.body(SdkBody::from(answer.to_string())).unwrap()
    });
    let mut config = tollgate_aws::sdk_config().await.into_builder();
    config.set_endpoint_url(None);
    let config = config
        .http_client(client)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("OWN", "s", None, None, "test")))
        .build();
    (Billing::new(&config), asked)
}

/// A day or month without cost is in an answer, too: those that a test leaves out had none.
fn with_the_rest(question: &Value, answer: &mut Value) {
    let Some(days) = answer.get_mut("ResultsByTime").and_then(Value::as_array_mut).filter(|days| !days.is_empty())
    else {
        return;
    };
    let metric = question["Metrics"][0].as_str().unwrap();
    for (first, end) in spans(question) {
        let (first, end) = (first.to_string(), end.to_string());
        if days.iter().all(|day| day["TimePeriod"]["Start"] != first.as_str()) {
            let nothing = json!({metric: {"Amount": "0", "Unit": "N/A"}});
            days.push(
                json!({"TimePeriod": {"Start": first, "End": end}, "Estimated": false, "Total": nothing, "Groups": []}),
            );
        }
    }
}

/// The days or months that a question is about, each with the first day after it; the first and the last month may be a part
/// of one.
pub(crate) fn spans(question: &Value) -> Vec<(NaiveDate, NaiveDate)> {
    let limit = |name: &str| day(question["TimePeriod"][name].as_str().unwrap());
    let monthly = match question["Granularity"].as_str().unwrap() {
        "MONTHLY" => true,
        "DAILY" => false,
        other => panic!("nobody asks by {other}"),
    };
    let (mut first, end, mut found) = (limit("Start"), limit("End"), Vec::new());
    while first < end {
        let next = match monthly {
            true => first.with_day(1).unwrap() + Months::new(1),
            false => first.succ_opt().unwrap(),
        };
        found.push((first, next.min(end)));
        first = next;
    }
    found
}

pub(crate) fn is_monthly(question: &Value) -> bool {
    question["Granularity"] == "MONTHLY"
}

pub(crate) fn refusal(code: &str) -> (u16, Value) {
    (400, json!({"__type": code, "Message": "no"}))
}

/// What is wanted where a test is about what was billed.
pub(crate) fn wanted() -> Wanted {
    let name = |name: &str| Some(name.to_owned());
    let tags = Tags { owner: name("owner"), service: name("service"), environment: name("stage") };
    Wanted { tags, history_days: 28, anomalies: false, ..Wanted::default() }
}

pub(crate) fn scope(accounts: &[&str], services: &[&str], environments: &[&str], tags: &[(&str, &str)]) -> Scope {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let tags = tags.iter().map(|(key, value)| (key.to_string(), vec![value.to_string()])).collect();
    let (services, accounts, environments) = (names(services), names(accounts), names(environments));
    Scope { services, accounts, tags, environments, aws_services: Vec::new() }
}

pub(crate) fn on_aws(scope: Scope, services: &[&str]) -> Scope {
    Scope { aws_services: services.iter().map(ToString::to_string).collect(), ..scope }
}

/// 3,000 dollars a month.
pub(crate) fn budget(name: &str, scope: Scope) -> Budget {
    since(name, scope, "2026-01-01", 1)
}

/// 3,000 dollars for each stretch of so many months, since a day.
pub(crate) fn since(name: &str, scope: Scope, starts: &str, months: u32) -> Budget {
    let starts = day(starts).and_hms_opt(0, 0, 0).unwrap();
    let period = Period::Calendar { starts, unit: CalendarUnit::Month, count: months, time_zone: Tz::UTC };
    let period = BudgetPeriod { period, time_zone: Tz::UTC, first_day: None, end_day: None };
    let (currency, basis) = ("USD".to_owned(), Basis::default());
    let declared = Declared { currency, amount_micros: 3_000_000_000, changes: Vec::new(), period, basis };
    of(name, scope, Allowance::Declared(declared))
}

pub(crate) fn of(name: &str, scope: Scope, allowance: Allowance) -> Budget {
    Budget {
        name: name.to_owned(),
        owner: "money".to_owned(),
        scope,
        allowance,
        steps: Vec::new(),
        non_essential: Vec::new(),
        requests: Vec::new(),
        services_held: 0,
        file: "b.yaml".to_owned(),
        line: None,
    }
}

pub(crate) fn with_basis(mut budget: Budget, basis: Basis) -> Budget {
    if let Allowance::Declared(declared) = &mut budget.allowance {
        declared.basis = basis;
    }
    budget
}

pub(crate) async fn fetch(billing: &Billing, budgets: &[Budget], wanted: &Wanted) -> Snapshot {
    fetch_at(billing, budgets, wanted, None, now()).await
}

pub(crate) async fn fetch_at(
    billing: &Billing,
    budgets: &[Budget],
    wanted: &Wanted,
    previous: Option<&Snapshot>,
    at: Timestamp,
) -> Snapshot {
    let deadline = Instant::now() + Duration::from_secs(60);
    billing.fetch(&Plan::of(budgets, wanted, at), previous, at, deadline).await
}

pub(crate) fn judging(now: Timestamp) -> SpendJudging {
    SpendJudging {
        now,
        required: true,
        max_age_seconds: 43_200,
        max_lag_days: 2,
        reconciliation_ppm: 10_000,
        min_weeks: 4,
        history_days: 84,
    }
}

pub(crate) fn forecasts(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

/// One answer of `GetCostAndUsage`.
pub(crate) fn page(days: &[Value], token: Option<&str>) -> (u16, Value) {
    (200, json!({"ResultsByTime": days, "NextPageToken": token}))
}

/// A day of it, with an amount and unit for each group; none is the total.
pub(crate) fn answer_of(first: &str, estimated: bool, amounts: &[(&[&str], &str, &str)]) -> Value {
    let end = day(first).succ_opt().unwrap();
    let metric = |amount: &str, unit: &str| json!({"UnblendedCost": {"Amount": amount, "Unit": unit}});
    let groups: Vec<_> = amounts.iter().filter(|(keys, ..)| !keys.is_empty()).collect();
    let groups: Vec<_> =
        groups.iter().map(|(keys, amount, unit)| json!({"Keys": keys, "Metrics": metric(amount, unit)})).collect();
    let total = amounts.iter().find(|(keys, ..)| keys.is_empty());
    let total = total.map_or(json!({}), |(_, amount, unit)| metric(amount, unit));
    json!({"TimePeriod": {"Start": first, "End": end.to_string()}, "Estimated": estimated, "Total": total,
           "Groups": groups})
}
