//! A bill that answers as Cost Explorer does: filters, groups, and pages of a few groups each.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use chrono::NaiveDate;
use serde_json::{Value, json};
use tollgate_core::spend::BilledAmount;

use crate::double::spans;

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) account: String,
    pub(crate) aws_service: &'static str,
    pub(crate) tags: BTreeMap<&'static str, String>,
    pub(crate) record: &'static str,
    pub(crate) day: NaiveDate,
    pub(crate) amount: BilledAmount,
}

/// A day, and one of its groups with its amount; none where it has none.
type Row = (String, Option<(Vec<String>, BilledAmount)>);

#[derive(Debug)]
pub(crate) struct Bill {
    lines: Vec<Line>,
    rows_per_page: usize,
    rows: Mutex<HashMap<String, Arc<Vec<Row>>>>,
}

impl Bill {
    pub(crate) fn new(lines: Vec<Line>, rows_per_page: usize) -> Self {
        Self { lines, rows_per_page, rows: Mutex::default() }
    }

    pub(crate) fn answer(&self, action: &str, body: &Value) -> (u16, Value) {
        assert_eq!(action, "GetCostAndUsage");
        let ends: HashMap<String, NaiveDate> =
            spans(body).into_iter().map(|(first, end)| (first.to_string(), end)).collect();
        let mut question = body.clone();
        let token = question.as_object_mut().unwrap().remove("NextPageToken").unwrap_or_default();
        let from: usize = token.as_str().map_or(0, |token| token.parse().unwrap());
        let rows = {
            let mut kept = self.rows.lock().unwrap();
            Arc::clone(kept.entry(question.to_string()).or_insert_with(|| Arc::new(self.rows(&question))))
        };
        let until = (from + self.rows_per_page).min(rows.len());
        let metric = body["Metrics"][0].as_str().unwrap();
        let grouped = body["GroupBy"].is_array();
        let mut days: Vec<Value> = Vec::new();
        for (day, row) in &rows[from..until] {
            if days.last().is_none_or(|last| last["TimePeriod"]["Start"] != json!(day)) {
                let end = ends[day].to_string();
                let estimated = day.as_str() >= "2026-11-01";
                days.push(json!({"TimePeriod": {"Start": day, "End": end}, "Estimated": estimated, "Total": {},
                                 "Groups": []}));
            }
            let Some((keys, amount)) = row else { continue };
            let metrics = json!({metric: {"Amount": amount.to_string(), "Unit": "USD"}});
            let last = days.last_mut().unwrap();
            match grouped {
                true => last["Groups"].as_array_mut().unwrap().push(json!({"Keys": keys, "Metrics": metrics})),
                false => last["Total"] = metrics,
            }
        }
        let token = (until < rows.len()).then(|| until.to_string());
        (200, json!({"ResultsByTime": days, "NextPageToken": token}))
    }

    /// How many pages the answers to all questions so far have.
    pub(crate) fn pages(&self) -> u64 {
        let rows = self.rows.lock().unwrap();
        rows.values().map(|rows| rows.len().div_ceil(self.rows_per_page) as u64).sum()
    }

    fn rows(&self, question: &Value) -> Vec<Row> {
        let group_by = question["GroupBy"].as_array().cloned().unwrap_or_default();
        let key = |line: &Line, group: &Value| {
            let name = group["Key"].as_str().unwrap();
            match group["Type"].as_str().unwrap() {
                "DIMENSION" if name == "SERVICE" => line.aws_service.to_owned(),
                "DIMENSION" => line.account.clone(),
                _ => format!("{name}${}", line.tags.get(name).map_or("", String::as_str)),
            }
        };
        let mut sums: BTreeMap<NaiveDate, BTreeMap<Vec<String>, BilledAmount>> = BTreeMap::new();
        let spans = spans(question);
        for (first, _) in &spans {
            let groups = sums.entry(*first).or_default();
            if group_by.is_empty() {
                groups.insert(Vec::new(), BilledAmount::ZERO);
            }
        }
        for line in self.lines.iter().filter(|line| passes(line, &question["Filter"])) {
            let begun = spans.partition_point(|(first, _)| *first <= line.day);
            let Some((first, _)) = spans[..begun].last().filter(|(_, end)| line.day < *end) else { continue };
            let groups = sums.get_mut(first).unwrap();
            let keys = group_by.iter().map(|group| key(line, group)).collect();
            let sum = groups.entry(keys).or_default();
            *sum = sum.plus(line.amount).unwrap();
        }
        let rows = sums.into_iter().flat_map(|(day, groups)| {
            let empty = groups.is_empty().then_some(None);
            groups.into_iter().map(Some).chain(empty).map(move |row| (day.to_string(), row))
        });
        rows.collect()
    }
}

fn passes(line: &Line, filter: &Value) -> bool {
    let Some(parts) = filter.as_object() else { return true };
    parts.iter().all(|(kind, part)| {
        let has = |value: &str| part["Values"].as_array().unwrap().iter().any(|wanted| wanted == value);
        match (kind.as_str(), part["Key"].as_str()) {
            ("And", _) => {
                assert!(part.as_array().unwrap().len() > 1, "`And` takes two");
                part.as_array().unwrap().iter().all(|part| passes(line, part))
            }
            ("Not", _) => !passes(line, part),
            ("Dimensions", Some("LINKED_ACCOUNT")) => has(&line.account),
            ("Dimensions", Some("SERVICE")) => has(line.aws_service),
            ("Dimensions", Some("RECORD_TYPE")) => has(line.record),
            ("Tags", Some(key)) => has(line.tags.get(key).map_or("", String::as_str)),
            other => panic!("{other:?}"),
        }
    })
}
