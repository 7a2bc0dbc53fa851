//! What must hold of the rules for any facts: an element more hides no finding of others, a field less of one element
//! hides no finding of others, and the order of a list decides nothing.

mod lists;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::Value;
use tollgate_core::{
    decision::Gate,
    finding::{Effect, Finding, FindingKind},
};
use tollgate_policy::Evaluator;

use crate::drawn::{Draw, Generator};
use lists::{List, Place};

/// Lists of which several elements are summed up in one finding: the worst, the newest, or how many there are. What is
/// found may read differently with an element more; the rule and the effect stay.
const SUMMED: [&str; 16] = [
    "approvals",
    "in_progress",
    "this_change",
    "steps",
    "run_aways",
    "pairs",
    "parts",
    "metrics",
    "unpriced",
    "unsupported",
    "burn_rate_pairs",
    "maintenance",
    "reasons",
    "resources",
    "unestimated",
    "failed",
];
/// How many places of each facts are tried.
const PLACES: usize = 4;

/// A law that does not hold, with what shows it.
#[derive(Debug, Clone)]
pub struct Breach {
    /// What was done to which element.
    pub what: String,
    /// What was found before and is not found any more, or only afterwards.
    pub findings: Vec<String>,
    /// The facts before.
    pub facts: Value,
    /// The facts after.
    pub changed: Value,
}

/// What came of holding the laws against many facts.
#[derive(Debug, Default)]
pub struct Held {
    /// How many facts were changed and judged again.
    pub changes: usize,
    /// How often each rule found something, by its strongest effect there.
    pub found: BTreeMap<(String, Effect), usize>,
    /// Where a law does not hold.
    pub breaches: Vec<Breach>,
}

impl Held {
    /// Counts what was found; true when a rule had an effect that it had not before.
    fn note(&mut self, findings: &[Finding]) -> bool {
        let seen = self.found.len();
        for finding in findings.iter().filter(|finding| finding.kind == FindingKind::Rule) {
            *self.found.entry((finding.rule.clone(), finding.effect)).or_default() += 1;
        }
        self.found.len() > seen
    }

    /// Rules of a gate that never had their strongest effect.
    pub fn silent<'a>(&self, evaluator: &'a Evaluator, gate: Gate) -> Vec<&'a str> {
        let found = |rule: &str, effect| self.found.contains_key(&(rule.to_owned(), effect));
        let rules = evaluator.policies().rules(gate);
        rules.filter(|rule| !found(&rule.name, rule.effect)).map(|rule| rule.name.as_str()).collect()
    }

    /// Draws facts of a gate from a seed and holds all laws against some of their lists.
    pub fn hold(&mut self, evaluator: &Evaluator, generator: &Generator, gate: Gate, seed: u64) {
        let facts = generator.facts(gate, Draw::Mixed, seed);
        let before = findings(evaluator, gate, &facts);
        self.note(&before);
        let lists = lists::of(&facts);
        let mut rng = Rng::with_seed(seed);
        for _ in 0..PLACES.min(lists.len()) {
            let Some(list) = rng.choice(&lists) else { return };
            let case = Case { evaluator, gate, facts: &facts, before: &before, list };
            let breaches = [case.insertion(generator, &mut rng), case.loss(&mut rng), case.reordering(&mut rng)];
            self.changes += breaches.len();
            self.breaches.extend(breaches.into_iter().flatten());
        }
    }
}

/// Facts and one of their lists.
struct Case<'a> {
    evaluator: &'a Evaluator,
    gate: Gate,
    facts: &'a Value,
    before: &'a [Finding],
    list: &'a List,
}

impl Case<'_> {
    /// One more element, before, behind or between: where several are summed up a calm one, else any.
    fn insertion(&self, generator: &Generator, rng: &mut Rng) -> Option<Breach> {
        let draw = if self.is_summed() || rng.bool() { Draw::Calm } else { Draw::Mixed };
        let mut element = generator.element(self.gate, &self.list.names(), draw, rng.u64(..))?;
        // The first budget of the service's own ends the finding that there is none.
        if let Some(own) = element.get_mut("own") {
            *own = false.into();
        }
        let mut changed = self.facts.clone();
        let place = self.list.insert(&mut changed, element, rng)?;
        let kept = keys(&self.findings(&changed), self.is_summed());
        let lost = keys(self.before, self.is_summed()).difference(&kept).cloned().collect();
        self.breach(&format!("one more element at {}/{place}", self.list.pointer), lost, changed)
    }

    /// One element loses a field. What is found with the element and without it is of others.
    fn loss(&self, rng: &mut Rng) -> Option<Breach> {
        let Place { element, field } = self.list.place(self.facts, rng)?;
        let mut without = self.facts.clone();
        self.list.remove(&mut without, &element);
        let mut changed = self.facts.clone();
        if !lists::lose(&mut changed, &format!("{}/{element}", self.list.pointer), &field) {
            return None;
        }
        let others: BTreeSet<_> =
            keys(self.before, false).intersection(&keys(&self.findings(&without), false)).cloned().collect();
        let lost = others.difference(&keys(&self.findings(&changed), false)).cloned().collect();
        self.breach(&format!("{}/{element} without `{field}`", self.list.pointer), lost, changed)
    }

    /// The same elements in another order.
    fn reordering(&self, rng: &mut Rng) -> Option<Breach> {
        let mut changed = self.facts.clone();
        let elements = changed.pointer_mut(&self.list.pointer).and_then(Value::as_array_mut)?;
        elements.reverse();
        let turned = rng.usize(0..elements.len().max(1));
        elements.rotate_left(turned);
        let (before, after) = (keys(self.before, self.is_summed()), keys(&self.findings(&changed), self.is_summed()));
        let differ = before.symmetric_difference(&after).cloned().collect();
        self.breach(&format!("{} in another order", self.list.pointer), differ, changed)
    }

    /// A rule that fails where it did not before loses what it found; why it fails is said as well.
    fn breach(&self, what: &str, mut findings: Vec<String>, changed: Value) -> Option<Breach> {
        if !findings.is_empty() {
            let errors = self.findings(&changed).into_iter().filter(|finding| finding.kind != FindingKind::Rule);
            findings.extend(errors.map(|finding| finding.message));
        }
        let breach =
            || Breach { what: what.to_owned(), findings: findings.clone(), facts: self.facts.clone(), changed };
        (!findings.is_empty()).then(breach)
    }

    fn findings(&self, facts: &Value) -> Vec<Finding> {
        findings(self.evaluator, self.gate, facts)
    }

    fn is_summed(&self) -> bool {
        self.list.names().iter().any(|name| SUMMED.contains(name))
    }
}

fn findings(evaluator: &Evaluator, gate: Gate, facts: &Value) -> Vec<Finding> {
    evaluator.evaluate_json(gate, &facts.to_string()).findings
}

/// Findings as they are told apart: whole, or by rule and effect alone.
fn keys(findings: &[Finding], summed: bool) -> BTreeSet<String> {
    let rules = findings.iter().filter(|finding| finding.kind == FindingKind::Rule);
    rules
        .map(|finding| match summed {
            true => format!("{} {:?}", finding.rule, finding.effect),
            false => serde_json::to_string(finding).unwrap_or_default(),
        })
        .collect()
}
