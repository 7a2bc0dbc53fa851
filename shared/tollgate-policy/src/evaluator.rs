//! Evaluating the rules of a gate over the facts of one request.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tollgate_core::{
    decision::Gate,
    facts::Facts,
    finding::{Evaluation, RuleRun},
};

use crate::{
    judge::Outcome,
    metadata::RuleMetadata,
    policy_set::{PolicySet, STACK_BYTES},
    worker::{Job, Progress, Worker},
};

/// Bounds on every evaluation.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long one rule may have the processor.
    pub rule_time: Duration,
    /// How long all rules of an evaluation may take together, on the wall.
    pub total_time: Duration,
    /// How much memory the whole process may have taken while a rule runs; no bound when `None`. The last
    /// [`Evaluator`] that is made sets it for all.
    pub memory_bytes: Option<u64>,
    /// The stack that rules are evaluated on; only what is used of it is taken.
    pub stack_bytes: usize,
    /// How many findings one set of a rule may give.
    pub findings_per_set: usize,
    /// How long a finding's message may be.
    pub message_bytes: usize,
    /// How large one finding may be.
    pub finding_bytes: usize,
    /// How many threads may hang before evaluation is refused until the process is replaced.
    pub wedged_threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rule_time: Duration::from_millis(100),
            total_time: Duration::from_secs(1),
            memory_bytes: Some(256 * 1024 * 1024),
            stack_bytes: STACK_BYTES,
            findings_per_set: 100,
            message_bytes: 4 * 1024,
            finding_bytes: 32 * 1024,
            wedged_threads: 3,
        }
    }
}

/// Evaluates policies. Shared between requests; each evaluation has a thread to itself.
#[derive(Debug)]
pub struct Evaluator {
    policies: Arc<PolicySet>,
    limits: Limits,
    idle: Mutex<Vec<Worker>>,
    given_up: Mutex<Vec<JoinHandle<()>>>,
}

impl Evaluator {
    /// Takes policies, and sets the process's memory limit.
    pub fn new(policies: PolicySet, limits: Limits) -> Self {
        regorus::set_global_memory_limit(limits.memory_bytes);
        Self { policies: Arc::new(policies), limits, idle: Mutex::default(), given_up: Mutex::default() }
    }

    /// The policies that it evaluates.
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// Judges the facts by every rule of their gate. It blocks, usually for well under a millisecond, and never much
    /// longer than [`Limits::total_time`]. A rule that fails in any way gives a finding that denies.
    pub fn evaluate(&self, facts: &Facts) -> Evaluation {
        let gate = facts.gate();
        match serde_json::to_string(facts) {
            Ok(facts) => self.evaluate_json(gate, &facts),
            Err(error) => {
                let what = format!("the facts cannot be written as JSON: {error}");
                self.evaluation(gate, std::iter::repeat_with(|| None), &what)
            }
        }
    }

    /// The same for facts that are JSON already, as policy tests and fuzzing have them.
    pub fn evaluate_json(&self, gate: Gate, facts: &str) -> Evaluation {
        let facts: Arc<str> = facts.into();
        let deadline = Instant::now() + self.limits.total_time;
        let count = self.policies.loaded_rules(gate).count();
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(count);
        let mut why = "it did not stop when its time was over, and its thread was given up".to_owned();
        while outcomes.len() < count {
            if Instant::now() >= deadline {
                let millis = self.limits.total_time.as_millis();
                why = format!("it was not reached or not done within the {millis} ms that all rules have together");
                break;
            }
            let worker = match self.worker() {
                Ok(worker) => worker,
                Err(what) => {
                    why = what;
                    break;
                }
            };
            let (done, is_done) = mpsc::channel();
            let progress = Progress::default();
            let job = Job {
                policies: self.policies.clone(),
                limits: self.limits.clone(),
                gate,
                facts: facts.clone(),
                skip: outcomes.len(),
                deadline,
                progress: progress.clone(),
                done,
            };
            let finished = worker.start(job) && self.wait(&worker, &is_done, &progress, deadline);
            outcomes.extend(std::mem::take(&mut *lock(&progress)).into_iter().map(Some));
            if finished {
                lock(&self.idle).push(worker);
            } else {
                tracing::error!(wedged = self.wedged_threads() + 1, "a rule does not stop; its thread is given up");
                lock(&self.given_up).push(worker.thread);
                outcomes.push(None);
            }
        }
        self.evaluation(gate, outcomes.into_iter().chain(std::iter::repeat_with(|| None)), &why)
    }

    /// How many threads were given up because a rule did not stop, and still run.
    pub fn wedged_threads(&self) -> usize {
        let mut given_up = lock(&self.given_up);
        given_up.retain(|thread| !thread.is_finished());
        given_up.len()
    }

    /// Whether so many threads hang that nothing is evaluated any more: the process should be replaced.
    pub fn is_wedged(&self) -> bool {
        self.wedged_threads() >= self.limits.wedged_threads
    }

    fn worker(&self) -> Result<Worker, String> {
        if let Some(worker) = lock(&self.idle).pop() {
            return Ok(worker);
        }
        if self.is_wedged() {
            let wedged = self.wedged_threads();
            return Err(format!("{wedged} threads hang in rules that do not stop: replace the process"));
        }
        Worker::spawn(self.limits.stack_bytes).map_err(|error| format!("no thread to judge it on: {error}"))
    }

    /// Waits until all rules are judged; false once a rule has had the processor for long without coming to an end, or
    /// the deadline is over.
    fn wait(&self, worker: &Worker, done: &mpsc::Receiver<()>, progress: &Progress, deadline: Instant) -> bool {
        // A rule that obeys its timer is done long before.
        let patience = self.limits.rule_time.saturating_mul(4);
        let grace = deadline + self.limits.rule_time;
        let mut last = (0, Instant::now(), worker.used());
        loop {
            match done.recv_timeout(self.limits.rule_time) {
                Ok(()) => return true,
                Err(mpsc::RecvTimeoutError::Disconnected) => return false,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let (judged, now, used) = (lock(progress).len(), Instant::now(), worker.used());
                    let since = match (used, last.2) {
                        (Some(used), Some(before)) => used.saturating_sub(before),
                        _ => now.duration_since(last.1),
                    };
                    if now >= grace || judged <= last.0 && since >= patience {
                        return false;
                    }
                    if judged > last.0 || last.2.is_none() {
                        last = (judged, now, used);
                    }
                }
            }
        }
    }

    fn evaluation(&self, gate: Gate, outcomes: impl Iterator<Item = Option<Outcome>>, why: &str) -> Evaluation {
        let mut evaluation = Evaluation {
            policy_revision: self.policies.revision().to_owned(),
            rules: Vec::new(),
            findings: Vec::new(),
            expected: self.policies.expected(gate).cloned().collect(),
        };
        for (loaded, outcome) in self.policies.loaded_rules(gate).zip(outcomes) {
            let (rule, effect) = (&loaded.metadata, loaded.effect());
            let outcome = outcome.unwrap_or_else(|| Outcome::failed(rule, why));
            let RuleMetadata { name, mode, .. } = rule;
            evaluation.rules.push(RuleRun { rule: name.clone(), mode: *mode, effect, judged: outcome.judged });
            evaluation.findings.extend(outcome.findings);
        }
        evaluation
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
