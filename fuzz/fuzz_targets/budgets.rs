//! Budget files: one that is read has an amount for every time in one of its periods; anything else is refused with a
//! sentence.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use tollgate_core::{
    Timestamp,
    budget::{Allowance, TermsError, read},
    catalogue::{Service, Team},
    data::from_yaml,
    facts::Tier,
};

/// 2026-11-21T10:00:00Z, an hour that clocks in Europe repeat, a leap day, and a day that Santiago begins late.
const TIMES: [i64; 4] = [1_795_255_200, 1_792_890_000, 1_835_438_400, 1_788_667_200];

static TEAMS: LazyLock<BTreeMap<String, Team>> =
    LazyLock::new(|| BTreeMap::from([("money".to_owned(), from_yaml("t", "name: money").expect("a team"))]));

fn services() -> BTreeMap<String, Service> {
    let service = Service {
        name: "pay".to_owned(),
        description: None,
        tier: Tier::One,
        owner: "money".to_owned(),
        environments: vec!["production".to_owned(), "staging".to_owned()],
        dependencies: Vec::new(),
        runbook: None,
        accounts: Vec::new(),
        tags: Default::default(),
    };
    BTreeMap::from([("pay".to_owned(), service)])
}

fuzz_target!(|text: &str| {
    let budgets = match read([("data/budgets/fuzz.yaml", text)], &TEAMS, &services()) {
        Ok(budgets) => budgets,
        Err(errors) => return assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    };
    for (index, budget) in budgets.iter().enumerate() {
        assert!(budgets.iter().skip(index + 1).all(|other| other.name != budget.name));
        assert!(!budget.steps.is_empty() && budget.steps.iter().all(|step| step.share_ppm > 0));
        assert!(budget.steps.windows(2).all(|pair| {
            pair[0].kind < pair[1].kind
                || (pair[0].share_ppm < pair[1].share_ppm && pair[0].enforcement <= pair[1].enforcement)
        }));
        let Allowance::Declared(declared) = &budget.allowance else { continue };
        for at in TIMES.into_iter().filter_map(|seconds| Timestamp::from_timestamp(seconds, 0)) {
            match declared.terms(at) {
                Ok(terms) => {
                    assert!(terms.limit_micros > 0 && terms.limit_at_end_micros > 0);
                    assert!(terms.bounds.starts_at <= at && at < terms.bounds.ends_at);
                    assert!(terms.first_day <= terms.today && terms.today < terms.end_day);
                }
                Err(TermsError::NotBegun(first)) => assert!(at.date_naive() <= first),
                Err(TermsError::Over(_)) => assert!(declared.period.end_day.is_some()),
                Err(TermsError::NoSuchTime) => panic!("{at} is on every calendar"),
            }
        }
    }
});
