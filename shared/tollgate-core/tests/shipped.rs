//! The data that ship are in order.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{collections::BTreeMap, fs, path::Path};

use tollgate_core::{
    Timestamp,
    budget::{Allowance, SpendJudging},
    catalogue::Catalogue,
    settings::Settings,
};

fn catalogue() -> Catalogue {
    let policies = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies"));
    let mut folders = vec![policies.join("data")];
    let mut files = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(policies).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    Catalogue::read(&files).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn budgets_are_read_and_come_to_something() {
    let catalogue = catalogue();
    assert!(catalogue.budgets.len() >= 6, "{:?}", catalogue.budgets);
    for budget in &catalogue.budgets {
        if let Allowance::Declared(declared) = &budget.allowance {
            assert!(declared.terms(at("2026-11-21T10:00:00Z")).unwrap().limit_micros > 0, "{}", budget.name);
        }
    }
}

#[test]
fn thresholds_say_how_bills_are_judged() {
    let now = at("2026-11-11T06:00:00Z");
    let judging = SpendJudging::of(&catalogue().settings.resolve("payments-api", None), now, true);
    assert_eq!((judging.max_age_seconds, judging.max_lag_days, judging.min_weeks), (43_200, 2, 4));
    let nothing = SpendJudging::of(&Settings::default(), now, true);
    assert_eq!((nothing.max_age_seconds, nothing.max_lag_days, nothing.min_weeks), (0, 0, u32::MAX));
}
