//! What is drawn is what it says to be.

use std::collections::BTreeSet;

use serde_json::Value;
use tollgate_core::{decision::Gate, facts::Facts};

use super::{Draw, Generator};
use crate::{evaluator, policies};

fn generator() -> Generator {
    let evaluator = evaluator(&policies()).unwrap();
    Generator::open(&policies(), evaluator.policies()).unwrap()
}

#[test]
fn facts_have_the_types_of_facts() {
    let generator = generator();
    for gate in Gate::ALL {
        for draw in [Draw::Calm, Draw::Mixed] {
            for seed in 0..100 {
                let facts = generator.facts(gate, draw, seed);
                let read: Result<Facts, _> = serde_json::from_value(facts.clone());
                assert!(read.is_ok(), "{gate:?} {draw:?} {seed}: {:?}\n{facts:#}", read.err());
            }
        }
    }
}

#[test]
fn a_seed_gives_the_same_facts_again() {
    let generator = generator();
    assert_eq!(generator.facts(Gate::Cost, Draw::Damaged, 7), generator.facts(Gate::Cost, Draw::Damaged, 7));
    assert_ne!(generator.facts(Gate::Cost, Draw::Damaged, 7), generator.facts(Gate::Cost, Draw::Damaged, 8));
}

#[test]
fn numbers_are_missing_null_nothing_negative_at_limits_and_beside_them() {
    let generator = generator();
    let drawn: Vec<Value> = (0..1000).map(|seed| generator.facts(Gate::Cost, Draw::Damaged, seed)).collect();
    let shares =
        drawn.iter().filter_map(|facts| facts["budgets"].as_array()).flatten().map(|budget| &budget["share_ppm"]);
    let shares: BTreeSet<String> = shares.map(Value::to_string).collect();
    for wanted in ["null", "0", "-1", "899999", "900000", "900001", "1000000", "1000001"] {
        assert!(shares.contains(wanted), "no budget has the share {wanted}: {shares:?}");
    }
    assert!(drawn.iter().any(|facts| facts["budgets"].as_array().is_some_and(|budgets| budgets.len() > 3)));
}
