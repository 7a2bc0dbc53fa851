//! A stand-in for Cost Explorer and AWS Budgets, for what the emulator that `account.rs` reaches does not do: it adds up lines of
//! a bill by what it is asked to group and filter by, in pages, knows anomalies, fails as it is told, and keeps what it was asked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chrono::{Datelike as _, Months, NaiveDate};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What an account was charged on a day.
#[derive(Debug, Clone)]
pub struct Line {
    /// The account.
    pub account: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The day.
    pub day: NaiveDate,
    /// How much, in cents.
    pub cents: i64,
}

/// What the stand-in knows.
#[derive(Debug)]
pub struct Bill {
    /// The lines.
    pub lines: Vec<Line>,
    /// Groups in a page.
    pub rows_per_page: usize,
    /// What actions are refused with, by name: status and code.
    pub refused: HashMap<&'static str, (u16, &'static str)>,
    /// The budgets that `DescribeBudgets` gives.
    pub budgets: Vec<Value>,
    /// The anomalies that `GetAnomalies` gives.
    pub anomalies: Vec<Value>,
    /// Does it never answer?
    pub hangs: bool,
    /// The actions that it was asked for, in order.
    pub asked: Vec<String>,
    answers: HashMap<String, Arc<Vec<Row>>>,
}

/// A day or month, and one of its groups with its cents; none where it has none.
type Row = (NaiveDate, Option<(Vec<String>, i64)>);

/// The stand-in, as it runs.
#[derive(Debug, Clone)]
pub struct Billing {
    /// Its address.
    pub endpoint: String,
    bill: Arc<Mutex<Bill>>,
}

impl Billing {
    /// Starts it over these lines.
    pub async fn start(lines: Vec<Line>) -> Self {
        let bill = Bill {
            lines,
            rows_per_page: 5000,
            refused: HashMap::new(),
            budgets: Vec::new(),
            anomalies: Vec::new(),
            hangs: false,
            asked: Vec::new(),
            answers: HashMap::new(),
        };
        let bill = Arc::new(Mutex::new(bill));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().route("/", post(answer)).with_state(Arc::clone(&bill));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { endpoint, bill }
    }

    /// Changes what it knows.
    pub fn change(&self, change: impl FnOnce(&mut Bill)) {
        let mut bill = self.bill.lock().unwrap();
        change(&mut bill);
        bill.answers.clear();
    }

    /// Comes back when it was asked.
    pub async fn was_asked(&self) {
        while self.bill.lock().unwrap().asked.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// The actions since it was last looked.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.bill.lock().unwrap().asked)
    }
}

async fn answer(State(bill): State<Arc<Mutex<Bill>>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let action = headers["x-amz-target"].to_str().unwrap().rsplit('.').next().unwrap().to_owned();
    let question: Value = serde_json::from_slice(&body).unwrap();
    let hangs = {
        let mut bill = bill.lock().unwrap();
        bill.asked.push(action.clone());
        bill.hangs
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    let mut bill = bill.lock().unwrap();
    if let Some((status, code)) = bill.refused.get(action.as_str()) {
        let body = json!({"__type": code, "message": "the stand-in was told to refuse"});
        return (StatusCode::from_u16(*status).unwrap(), body.to_string());
    }
    let found = match action.as_str() {
        "GetCostAndUsage" => bill.costs(&question),
        "GetAnomalies" => json!({"Anomalies": bill.anomalies}),
        "DescribeBudgets" => json!({"Budgets": bill.budgets}),
        other => panic!("nobody asks for {other}"),
    };
    (StatusCode::OK, found.to_string())
}

impl Bill {
    fn costs(&mut self, question: &Value) -> Value {
        let mut without_page = question.clone();
        let token = without_page.as_object_mut().unwrap().remove("NextPageToken").unwrap_or_default();
        let from: usize = token.as_str().map_or(0, |token| token.parse().unwrap());
        let key = without_page.to_string();
        let rows = match self.answers.get(&key) {
            Some(rows) => Arc::clone(rows),
            None => {
                let rows = Arc::new(self.rows(question));
                self.answers.insert(key, Arc::clone(&rows));
                rows
            }
        };
        let until = (from + self.rows_per_page).min(rows.len());
        let metric = question["Metrics"][0].as_str().unwrap();
        let amount = |cents: i64| {
            let sign = if cents < 0 { "-" } else { "" };
            let cents = cents.unsigned_abs();
            json!({metric: {"Amount": format!("{sign}{}.{:02}", cents / 100, cents % 100), "Unit": "USD"}})
        };
        let ends: HashMap<NaiveDate, NaiveDate> = spans(question).into_iter().collect();
        let mut days: Vec<Value> = Vec::new();
        for (day, row) in &rows[from..until] {
            if days.last().is_none_or(|last| last["TimePeriod"]["Start"] != json!(day)) {
                let end = ends[day];
                let period = json!({"Start": day, "End": end});
                days.push(json!({"TimePeriod": period, "Estimated": false, "Total": {}, "Groups": []}));
            }
            let last = days.last_mut().unwrap();
            match row {
                None => {}
                Some((keys, cents)) if keys.is_empty() => last["Total"] = amount(*cents),
                Some((keys, cents)) => {
                    last["Groups"].as_array_mut().unwrap().push(json!({"Keys": keys, "Metrics": amount(*cents)}));
                }
            }
        }
        let token = (until < rows.len()).then(|| until.to_string());
        json!({"ResultsByTime": days, "NextPageToken": token})
    }

    fn rows(&self, question: &Value) -> Vec<Row> {
        let spans = spans(question);
        let group_by = question["GroupBy"].as_array().cloned().unwrap_or_default();
        let key = |line: &Line, group: &Value| {
            let name = group["Key"].as_str().unwrap();
            match group["Type"].as_str().unwrap() {
                "DIMENSION" => line.account.clone(),
                _ => format!("{name}${}", line.tags.get(name).map_or("", String::as_str)),
            }
        };
        let mut sums: BTreeMap<NaiveDate, BTreeMap<Vec<String>, i64>> = BTreeMap::new();
        for (first, _) in &spans {
            let groups = sums.entry(*first).or_default();
            if group_by.is_empty() {
                groups.insert(Vec::new(), 0);
            }
        }
        for line in self.lines.iter().filter(|line| passes(line, &question["Filter"])) {
            let Some((first, _)) = spans.iter().find(|(first, end)| (*first..*end).contains(&line.day)) else {
                continue;
            };
            let groups = sums.entry(*first).or_default();
            *groups.entry(group_by.iter().map(|group| key(line, group)).collect()).or_default() += line.cents;
        }
        let rows = sums.into_iter().flat_map(|(day, groups)| {
            let empty = groups.is_empty().then_some(None);
            groups.into_iter().map(Some).chain(empty).map(move |row| (day, row))
        });
        rows.collect()
    }
}

/// The days or months that a question is about, each with the first day after it.
fn spans(question: &Value) -> Vec<(NaiveDate, NaiveDate)> {
    let date = |name: &str| question["TimePeriod"][name].as_str().unwrap().parse::<NaiveDate>().unwrap();
    let next = |first: NaiveDate| match question["Granularity"].as_str().unwrap() {
        "DAILY" => first.succ_opt().unwrap(),
        "MONTHLY" => first.with_day(1).unwrap() + Months::new(1),
        other => panic!("nobody asks by {other}"),
    };
    let (mut first, end, mut found) = (date("Start"), date("End"), Vec::new());
    while first < end {
        found.push((first, next(first).min(end)));
        first = next(first);
    }
    found
}

fn passes(line: &Line, filter: &Value) -> bool {
    let Some(parts) = filter.as_object() else { return true };
    parts.iter().all(|(kind, part)| {
        let has = |value: &str| part["Values"].as_array().unwrap().iter().any(|wanted| wanted == value);
        match (kind.as_str(), part["Key"].as_str()) {
            ("And", _) => part.as_array().unwrap().iter().all(|part| passes(line, part)),
            ("Not", _) => !passes(line, part),
            ("Dimensions", Some("LINKED_ACCOUNT")) => has(&line.account),
            ("Dimensions", Some("RECORD_TYPE")) => has("Usage"),
            ("Tags", Some(key)) => has(line.tags.get(key).map_or("", String::as_str)),
            other => panic!("nobody filters by {other:?}"),
        }
    })
}
