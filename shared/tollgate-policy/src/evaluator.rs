//! Evaluating the rules of a gate over the facts of one request.

use std::{
    collections::{BTreeMap, BTreeSet},
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
    board::{Board, Seat},
    judge::Outcome,
    metadata::RuleMetadata,
    policy_set::{PolicySet, STACK_BYTES},
    resident,
    worker::{Job, Worker},
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
                self.evaluation(gate, BTreeMap::new(), &what)
            }
        }
    }

    /// The same for facts that are JSON already, as policy tests and fuzzing have them.
    pub fn evaluate_json(&self, gate: Gate, facts: &str) -> Evaluation {
        if self.is_wedged() {
            let wedged = self.wedged_threads();
            let why = format!("{wedged} threads hang in rules that do not stop: replace the process");
            return self.evaluation(gate, BTreeMap::new(), &why);
        }
        let board = Arc::new(Board::new(self.policies.clone(), self.limits.clone(), gate, facts));
        let first = self.judge(&board);
        // The limit is that of the process: what failed for it beside others is judged without them.
        board.again_for_memory();
        let failed = if board.is_waiting() { first.and(self.judge(&board)) } else { first };
        let (outcomes, slow) = board.results();
        let why = failed.err().unwrap_or_else(|| self.not_reached(gate, &slow));
        self.evaluation(gate, outcomes, &why)
    }

    /// Why a rule was never begun, and by which others.
    fn not_reached(&self, gate: Gate, slow: &BTreeSet<usize>) -> String {
        let rules = self.policies.loaded_rules(gate).enumerate();
        let names: Vec<_> =
            rules.filter(|(at, _)| slow.contains(at)).map(|(_, rule)| format!("`{}`", rule.metadata.name)).collect();
        let millis = self.limits.total_time.as_millis();
        let by = if names.is_empty() { String::new() } else { format!(", which {} took", names.join(", ")) };
        format!("it was not reached within the {millis} ms that all rules have together{by}")
    }

    /// Has all rules judged that wait. A rule that takes long keeps the thread that it is on, and the others go on on
    /// another, so that none of them waits for it whatever their order.
    ///
    /// # Errors
    /// When there is no thread to begin on.
    fn judge(&self, board: &Arc<Board>) -> Result<(), String> {
        let (done, is_done) = mpsc::channel();
        let (mut busy, mut waiting): (Vec<Busy>, _) = (Vec::new(), None);
        for number in 0.. {
            let is_stuck = waiting == Some(board.waiting());
            waiting = Some(board.waiting());
            if is_stuck {
                busy.iter().filter_map(|busy| busy.seat.rule()).for_each(|rule| board.note_slow(rule));
            }
            let more = board.is_waiting() && !board.is_over();
            if more && (busy.is_empty() || is_stuck && busy.len() < THREADS_AT_ONCE) {
                match self.begin(board, number, &done) {
                    Ok(one) => busy.push(one),
                    Err(what) if busy.is_empty() => return Err(what),
                    Err(what) => tracing::warn!(what, "no further thread for rules"),
                }
            }
            if busy.is_empty() {
                break;
            }
            match is_done.recv_timeout(self.limits.total_time / PATIENCE) {
                Ok(number) => {
                    let (finished, others) = busy.into_iter().partition(|busy| busy.seat.number == number);
                    busy = others;
                    lock(&self.idle).extend(finished.into_iter().map(|busy: Busy| busy.worker));
                    waiting = None;
                }
                Err(_) => {
                    busy.iter_mut().for_each(Busy::look);
                    let (hanging, others): (Vec<_>, _) = busy.into_iter().partition(|busy| busy.hangs(board));
                    busy = others;
                    hanging.into_iter().for_each(|one| self.give_up(one, board));
                }
            }
        }
        Ok(())
    }

    fn begin(&self, board: &Arc<Board>, number: usize, done: &mpsc::Sender<usize>) -> Result<Busy, String> {
        loop {
            let idle = lock(&self.idle).pop();
            let is_new = idle.is_none();
            let worker = match idle {
                Some(worker) => worker,
                None => Worker::spawn(self.limits.stack_bytes)
                    .map_err(|error| format!("no thread to judge it on: {error}"))?,
            };
            let seat = Arc::new(Seat::new(number));
            let since = (None, Instant::now(), worker.used());
            if worker.start(Job { board: board.clone(), seat: seat.clone(), done: done.clone() }) {
                return Ok(Busy { worker, seat, since });
            }
            if is_new {
                return Err("the thread to judge it on has ended".to_owned());
            }
        }
    }

    fn give_up(&self, one: Busy, board: &Board) {
        let rules = || self.policies.loaded_rules(board.gate);
        let rule = one.seat.rule().and_then(|at| Some((at, &rules().nth(at)?.metadata)));
        tracing::error!(
            wedged = self.wedged_threads() + 1,
            rule = rule.map(|(_, rule)| rule.name.as_str()),
            "a rule does not stop; its thread is given up"
        );
        if let Some((at, rule)) = rule {
            board.note_slow(at);
            let what = "it did not stop when its time was over, and its thread was given up";
            board.put(at, Outcome::failed(rule, what));
        }
        lock(&self.given_up).push(one.worker.thread);
    }

    /// How many threads were given up because a rule did not stop, and still run.
    pub fn wedged_threads(&self) -> usize {
        let mut given_up = lock(&self.given_up);
        given_up.retain(|thread| !thread.is_finished());
        given_up.len()
    }

    /// Whether so many threads hang, or hold so much memory, that nothing is evaluated any more: the process should be
    /// replaced.
    pub fn is_wedged(&self) -> bool {
        let wedged = self.wedged_threads();
        let holds_much = || {
            let limit = self.limits.memory_bytes.unwrap_or(u64::MAX);
            resident::bytes().is_some_and(|bytes| bytes > limit / 2)
        };
        wedged >= self.limits.wedged_threads || wedged > 0 && holds_much()
    }

    fn evaluation(&self, gate: Gate, mut outcomes: BTreeMap<usize, Outcome>, why: &str) -> Evaluation {
        let mut evaluation = Evaluation {
            policy_revision: self.policies.revision().to_owned(),
            rules: Vec::new(),
            findings: Vec::new(),
            expected: self.policies.expected(gate).cloned().collect(),
        };
        for (at, loaded) in self.policies.loaded_rules(gate).enumerate() {
            let (rule, effect) = (&loaded.metadata, loaded.effect());
            let outcome = outcomes.remove(&at).unwrap_or_else(|| Outcome::failed(rule, why));
            let RuleMetadata { name, mode, .. } = rule;
            evaluation.rules.push(RuleRun { rule: name.clone(), mode: *mode, effect, judged: outcome.judged });
            evaluation.findings.extend(outcome.findings);
        }
        evaluation
    }
}

/// How many threads judge the rules of one request at most.
const THREADS_AT_ONCE: usize = 8;
/// In how many parts of the whole time it is looked whether the rules go on.
const PATIENCE: u32 = 40;

/// A thread at work, and since when it is at the same rule: on the wall, and with what it had used of the processor.
struct Busy {
    worker: Worker,
    seat: Arc<Seat>,
    since: (Option<usize>, Instant, Option<Duration>),
}

impl Busy {
    fn look(&mut self) {
        let rule = self.seat.rule();
        if rule != self.since.0 {
            self.since = (rule, Instant::now(), self.worker.used());
        }
    }

    /// Whether it has been at one rule for far longer than that may have, or all time is over. A rule that obeys its timer
    /// is done long before.
    fn hangs(&self, board: &Board) -> bool {
        let (rule, begun, before) = self.since;
        let used = match (self.worker.used(), before) {
            (Some(used), Some(before)) => used.saturating_sub(before),
            _ => begun.elapsed(),
        };
        let is_over = Instant::now() >= board.deadline + board.limits.rule_time;
        is_over || rule.is_some() && used >= board.limits.rule_time.saturating_mul(4)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
