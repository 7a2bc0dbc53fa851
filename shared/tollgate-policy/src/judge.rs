//! Judging one rule after the other, each on its own: what one of them does reaches no other.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use regorus::{Engine, LimitError, Value, utils::limits::ExecutionTimerConfig};
use tollgate_core::finding::{Effect, Finding, FindingKind};

use crate::{
    cpu_time, element,
    evaluator::Limits,
    facts_value,
    metadata::RuleMetadata,
    modules::split_message,
    panics::caught,
    policy_set::{LoadedRule, PolicySet},
};

/// How often the engine looks at the clock, in steps of work.
const TIMER_STEPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(31);

/// What became of one rule.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Did it come to an end?
    pub(crate) judged: bool,
    /// What it found, or why it failed.
    pub(crate) findings: Vec<Finding>,
    /// Did it fail because the process had no memory left?
    pub(crate) lacked_memory: bool,
}

impl Outcome {
    /// A rule that gave no answer: that denies.
    pub(crate) fn failed(rule: &RuleMetadata, what: &str) -> Self {
        Self { judged: false, findings: vec![failure(rule, what, &rule.file)], lacked_memory: false }
    }
}

fn failure(rule: &RuleMetadata, what: &str, place: &str) -> Finding {
    let RuleMetadata { name, owner, .. } = rule;
    tracing::warn!(rule = name, what, place, "rule could not be judged");
    Finding {
        kind: FindingKind::EvaluationError,
        mode: rule.mode,
        owner: Some(owner.clone()),
        remediation: Some(format!(
            "ask {owner} to mend the rule in `{}`; what it does with these facts is shown by `tollgate replay`",
            rule.file
        )),
        runbook: Some(rule.runbook.clone()),
        ..Finding::new(name, Effect::Deny, format!("`{name}` could not be judged: {what} ({place})"))
    }
}

/// An engine with the facts of one request.
#[derive(Debug)]
pub(crate) struct Judge {
    clean: Engine,
    /// Used for rule after rule, and thrown away once one of them failed.
    used: Option<Engine>,
}

impl Judge {
    /// Takes the facts as JSON.
    pub(crate) fn new(policies: &PolicySet, facts: &str) -> Result<Self, String> {
        let mut clean = policies.engine.clone();
        let input = caught(|| facts_value::from_json(facts))
            .map_err(|said| format!("the engine panicked when it read the facts: {said}"))?
            .map_err(|error| format!("the engine cannot read the facts: {error}"))?;
        clean.set_input(input);
        Ok(Self { clean, used: None })
    }

    /// Judges one rule within its time on the processor, and not beyond the deadline of all. The engine knows only the
    /// time on the wall: a rule that this stopped before its own time was over was not scheduled, and begins again.
    pub(crate) fn judge(&mut self, rule: &LoadedRule, limits: &Limits, deadline: Instant) -> Outcome {
        let begun = Instant::now();
        if begun >= deadline {
            let millis = limits.total_time.as_millis();
            let what = format!("it was not reached within the {millis} ms that all rules have together");
            return Outcome::failed(&rule.metadata, &what);
        }
        if rule.sets.is_empty() {
            return Outcome::failed(&rule.metadata, "it defines none of `deny`, `require_approval` and `warn`");
        }
        let used = cpu_time::of_this_thread();
        // A little more than its time, so that a rule which runs all the while is stopped the first time.
        let first = limits.rule_time.saturating_add(limits.rule_time / 8);
        for attempt in 1.. {
            // A limit of nothing would be no limit.
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_micros(1));
            match self.findings(rule, limits, first.saturating_mul(attempt).min(left)) {
                Ok(findings) => return Outcome { judged: true, findings, lacked_memory: false },
                Err(Failed::Stopped) => {
                    self.used = None;
                    let spent = cpu_time::of_this_thread().saturating_sub(used) >= limits.rule_time;
                    if spent || Instant::now() >= deadline {
                        return Outcome::failed(&rule.metadata, &too_long(limits, spent));
                    }
                }
                Err(Failed::Other(failed)) => {
                    self.used = None;
                    return Outcome { judged: false, findings: vec![*failed], lacked_memory: false };
                }
                Err(Failed::Memory(failed)) => {
                    self.used = None;
                    return Outcome { judged: false, findings: vec![*failed], lacked_memory: true };
                }
            }
        }
        Outcome::failed(&rule.metadata, &too_long(limits, true))
    }

    fn findings(&mut self, rule: &LoadedRule, limits: &Limits, limit: Duration) -> Result<Vec<Finding>, Failed> {
        let fail = |what: &str, place: &str| Failed::Other(Box::new(failure(&rule.metadata, what, place)));
        let file = &rule.metadata.file;
        let engine = self.used.get_or_insert_with(|| self.clean.clone());
        let evaluated = caught(|| {
            engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: TIMER_STEPS });
            let sets = engine.eval_rule(rule.entry.clone())?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(of_sets(&sets, rule, limits))
        });
        match evaluated {
            Ok(Ok(Ok(findings))) => Ok(findings),
            Ok(Ok(Err(what))) => Err(fail(&what, file)),
            Ok(Err(error)) => {
                let (place, said) = split_message(&error.to_string());
                let is_limit = error.downcast_ref::<LimitError>().is_some();
                if is(&said, is_limit, "execution exceeded time limit") {
                    return Err(Failed::Stopped);
                }
                let place = place.map_or_else(|| file.clone(), |(file, line)| format!("{file}:{line}"));
                if is(&said, is_limit, MEMORY) {
                    return Err(Failed::Memory(Box::new(failure(&rule.metadata, &too_much(limits), &place))));
                }
                Err(fail(&humane(&said), &place))
            }
            Err(said) => Err(fail(&format!("the engine panicked: {said}"), file)),
        }
    }
}

/// The findings of all of a rule's sets.
fn of_sets(sets: &Value, rule: &LoadedRule, limits: &Limits) -> Result<Vec<Finding>, String> {
    let values = match sets {
        Value::Array(values) if values.len() == rule.sets.len() => values,
        _ => return Err("it gave nothing where sets were declared".to_owned()),
    };
    let mut findings = Vec::new();
    for ((name, effect), set) in rule.sets.iter().zip(values.iter()) {
        let found = element::findings(set, *effect, &rule.metadata, limits);
        findings.extend(found.map_err(|what| format!("`{name}` {what}"))?);
    }
    Ok(findings)
}

/// Why a rule gave no findings.
enum Failed {
    /// It was stopped by the engine's timer.
    Stopped,
    /// It was stopped because the process had no memory left.
    Memory(Box<Finding>),
    Other(Box<Finding>),
}

/// Limits lose their type inside of functions, so their message is looked at too.
fn is(said: &str, is_limit: bool, words: &str) -> bool {
    said.starts_with(words) || is_limit && said.contains(words)
}

/// What the engine says of its memory limit.
const MEMORY: &str = "execution exceeded memory limit";

fn too_much(limits: &Limits) -> String {
    let mebibytes = limits.memory_bytes.unwrap_or_default() / (1024 * 1024);
    format!("it needs more memory than the limit of {mebibytes} MiB")
}

/// What the engine says, in the words of those who write rules.
fn humane(said: &str) -> String {
    const TWICE: &str = "function produced multiple outputs";
    if said.contains(TWICE) || said.contains("complete rules should not produce multiple outputs") {
        return "a function or a rule has two values at once: let its conditions exclude each other, or use `else`"
            .to_owned();
    }
    said.chars().take(500).collect()
}

fn too_long(limits: &Limits, spent: bool) -> String {
    if spent {
        format!("it took longer than its {} ms", limits.rule_time.as_millis())
    } else {
        format!("it was not done within the {} ms that all rules have together", limits.total_time.as_millis())
    }
}
