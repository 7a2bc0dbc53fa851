//! The list of the rules that are expected to run, `expected_rules.yaml`: it stands beside the rules, so that one that is
//! gone, weaker or in shadow differs from something. OPA reads no such name of a bundle.

use std::collections::BTreeMap;

use serde::Deserialize;
use tollgate_core::{
    catalogue::Catalogue,
    data::{Location, Spanned, from_yaml},
    decision::Gate,
    finding::{Effect, ExpectedRule, Mode},
    suggest::did_you_mean,
};

use crate::{PolicyError, PolicySet, policy_set::LoadedRule};

/// The list's file, relative to the policies' folder.
pub(crate) const FILE: &str = "expected_rules.yaml";

const REFRESH: &str = "where it is meant, run `cargo tollgate policies expect` and have the change reviewed";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    rules: Spanned<BTreeMap<String, Spanned<Entry>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    effect: Effect,
    mode: Mode,
}

/// The list as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Expected(Vec<(Gate, ExpectedRule, Location)>);

/// How a rule of the pack differs from the list.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The rule's gate.
    pub gate: Gate,
    /// Is the rule gone, weaker or in shadow, rather than new or stricter?
    pub is_short: bool,
    /// Where it is, in what it differs and what to do.
    pub error: PolicyError,
}

/// What to do where there is no list.
pub(crate) fn missing() -> PolicyError {
    let message =
        "is not there, so that nobody would see that a rule is gone: write it with `cargo tollgate policies expect`";
    PolicyError::new(FILE, None, message)
}

/// Reads the list; none where there is none, or it is wrong.
pub(crate) fn read(text: Option<&str>, errors: &mut Vec<PolicyError>) -> Option<Expected> {
    let list: List = from_yaml(FILE, text?).map_err(|error| errors.push(error)).ok()?;
    if list.rules.value.is_empty() {
        let message = "lists no rule, so that nobody would see that one is gone: run `cargo tollgate policies expect`";
        errors.push(PolicyError::at(FILE, &list.rules.defined, message));
    }
    let mut expected = Vec::new();
    for (rule, Spanned { value: Entry { effect, mode }, defined, .. }) in list.rules.value {
        match gate_of(&rule) {
            Ok(gate) => expected.push((gate, ExpectedRule { rule, effect, mode }, defined)),
            Err(why) => errors.push(PolicyError::at(FILE, &defined, why)),
        }
    }
    Some(Expected(expected))
}

/// A rule of a gate that is not there would be missed in no decision.
fn gate_of(rule: &str) -> Result<Gate, String> {
    let gate = rule.split_once('.').map_or(rule, |(gate, _)| gate);
    let known = Gate::ALL.into_iter().find(|known| known.as_str() == gate && rule.len() > gate.len() + 1);
    known.ok_or_else(|| {
        let meant = did_you_mean(gate, Gate::ALL.iter().map(|gate| gate.as_str()));
        format!("`{rule}` is no rule of a gate{meant}: write `GATE.RULE`, such as `change.freeze`")
    })
}

/// A rule as a list would have it: with the mode that is in force for all services.
pub(crate) fn as_it_is(rule: &LoadedRule, catalogue: &Catalogue) -> ExpectedRule {
    let name = &rule.metadata.name;
    ExpectedRule { rule: name.clone(), effect: rule.effect(), mode: catalogue.mode_of(name, rule.metadata.mode).mode }
}

impl PolicySet {
    /// The rules of a gate that are expected to run.
    pub(crate) fn expected(&self, gate: Gate) -> impl Iterator<Item = &ExpectedRule> {
        self.listed().iter().filter(move |(of, ..)| *of == gate).map(|(_, rule, _)| rule)
    }

    /// In what the rules, in the mode that the settings give them for all services, differ from the list.
    pub fn differences(&self, catalogue: &Catalogue) -> Vec<Difference> {
        let rules: BTreeMap<&str, &LoadedRule> =
            self.all_rules().map(|rule| (rule.metadata.name.as_str(), rule)).collect();
        let of_listed = self.listed().iter().filter_map(|(gate, expected, at)| {
            let found = rules.get(expected.rule.as_str()).map(|rule| as_it_is(rule, catalogue));
            let (is_short, what) = differs(expected, found.as_ref())?;
            let message = format!("`{}` {what}", expected.rule);
            Some(Difference { gate: *gate, is_short, error: PolicyError::at(FILE, at, message) })
        });
        let is_listed = |rule: &LoadedRule| self.listed().iter().any(|(_, it, _)| it.rule == rule.metadata.name);
        let unlisted = self.all_rules().filter(|rule| !is_listed(rule)).map(|rule| {
            let message = format!(
                "is not in `{FILE}`, so that nobody would see that it is gone: run `cargo tollgate policies expect`"
            );
            let error = PolicyError::new(&rule.metadata.file, None, message);
            Difference { gate: rule.metadata.gate, is_short: false, error }
        });
        of_listed.chain(unlisted).collect()
    }

    fn listed(&self) -> &[(Gate, ExpectedRule, Location)] {
        self.expected.as_ref().map_or(&[], |expected| &expected.0)
    }
}

/// Whether a rule falls short of the list, and what to do about how it differs; none where it does not.
fn differs(expected: &ExpectedRule, found: Option<&ExpectedRule>) -> Option<(bool, String)> {
    if let Some(shortfall) = expected.shortfall(found.map(|found| (found.effect, found.mode))) {
        return Some((true, format!("{}: restore it; {REFRESH}", expected.describe(shortfall))));
    }
    let stricter = found.filter(|found| *found != expected)?;
    let now = match stricter.mode {
        Mode::Enforce => stricter.effect.as_verb().to_owned(),
        Mode::Shadow => format!("{} in shadow", stricter.effect.as_verb()),
    };
    Some((false, format!("can {now}, more than is listed: run `cargo tollgate policies expect`")))
}

#[cfg(test)]
#[path = "expected_tests.rs"]
mod tests;
