//! The shipped rules hold the laws.

use tollgate_core::decision::Gate;
use tollgate_policy::Evaluator;

use super::{Held, findings};
use crate::{
    drawn::{Draw, Generator},
    evaluator, policies,
};

/// How many facts are looked through for those in which a rule finds something for the first time.
const DRAWN: u64 = 1_000;

/// Facts in which some rule has an effect that it had in none before, until each had its strongest.
fn telling(evaluator: &Evaluator, generator: &Generator, gate: Gate) -> Vec<u64> {
    let (mut seen, mut seeds) = (Held::default(), Vec::new());
    for seed in 0..DRAWN {
        let found = findings(evaluator, gate, &generator.facts(gate, Draw::Mixed, seed));
        if seen.note(&found) {
            seeds.push(seed);
        }
        if seen.silent(evaluator, gate).is_empty() {
            return seeds;
        }
    }
    panic!("no drawn facts have these rules at their strongest: {:?}", seen.silent(evaluator, gate));
}

fn shipped(gate: Gate) {
    let evaluator = evaluator(&policies()).unwrap();
    let generator = Generator::open(&policies(), evaluator.policies()).unwrap();
    let mut held = Held::default();
    for seed in telling(&evaluator, &generator, gate) {
        held.hold(&evaluator, &generator, gate, seed);
    }
    let breaches: Vec<_> =
        held.breaches.iter().map(|breach| format!("{}: {:#?}", breach.what, breach.findings)).collect();
    assert!(breaches.is_empty(), "{} of {}:\n{}", breaches.len(), held.changes, breaches.join("\n"));
}

#[test]
fn rules_about_changes_hold_the_laws() {
    shipped(Gate::Change);
}

#[test]
fn rules_about_rollouts_hold_the_laws() {
    shipped(Gate::Slo);
}

#[test]
fn rules_about_spend_hold_the_laws() {
    shipped(Gate::Cost);
}
