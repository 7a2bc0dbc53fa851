//! The rules of one request, as the threads that judge them share them: each takes the next, so that one which does not
//! come to an end keeps only its own thread.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use tollgate_core::decision::Gate;

use crate::{evaluator::Limits, judge::Outcome, policy_set::PolicySet};

/// What is to be judged, and what has become of it.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) policies: Arc<PolicySet>,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    pub(crate) facts: Arc<str>,
    pub(crate) deadline: Instant,
    state: Mutex<State>,
}

/// Rules by their place among those of the gate.
#[derive(Debug, Default)]
struct State {
    left: VecDeque<usize>,
    outcomes: BTreeMap<usize, Outcome>,
    /// What became the first time of those that are judged again.
    before: BTreeMap<usize, Outcome>,
    /// Those that others did not wait for.
    slow: BTreeSet<usize>,
}

impl Board {
    pub(crate) fn new(policies: Arc<PolicySet>, limits: Limits, gate: Gate, facts: &str) -> Self {
        let deadline = Instant::now() + limits.total_time;
        let left = (0..policies.loaded_rules(gate).count()).collect();
        let state = Mutex::new(State { left, ..State::default() });
        Self { policies, limits, gate, facts: facts.into(), deadline, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// The next rule, while there is time.
    pub(crate) fn take(&self, seat: &Seat) -> Option<usize> {
        let taken = if self.is_over() { None } else { self.state().left.pop_front() };
        seat.rule.store(taken.unwrap_or(NONE), Ordering::Relaxed);
        taken
    }

    /// What became of a rule; what is known of it first stays.
    pub(crate) fn put(&self, rule: usize, outcome: Outcome) {
        self.state().outcomes.entry(rule).or_insert(outcome);
    }

    /// Whether a rule waits for a thread.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.state().left.is_empty()
    }

    /// How many rules no thread has taken.
    pub(crate) fn waiting(&self) -> usize {
        self.state().left.len()
    }

    pub(crate) fn note_slow(&self, rule: usize) {
        self.state().slow.insert(rule);
    }

    /// Has rules judged again that failed for memory which others may have held.
    pub(crate) fn again_for_memory(&self) {
        let mut state = self.state();
        let again: Vec<_> =
            state.outcomes.iter().filter(|(_, outcome)| outcome.lacked_memory).map(|(rule, _)| *rule).collect();
        for rule in again {
            let outcome = state.outcomes.remove(&rule);
            state.before.extend(outcome.map(|outcome| (rule, outcome)));
            state.left.push_back(rule);
        }
    }

    /// What became of all rules, and which of them the others did not wait for.
    pub(crate) fn results(&self) -> (BTreeMap<usize, Outcome>, BTreeSet<usize>) {
        let mut state = self.state();
        let mut outcomes = std::mem::take(&mut state.before);
        outcomes.append(&mut state.outcomes);
        (outcomes, std::mem::take(&mut state.slow))
    }
}

const NONE: usize = usize::MAX;

/// Which rule a thread is at.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) number: usize,
    rule: AtomicUsize,
}

impl Seat {
    pub(crate) fn new(number: usize) -> Self {
        Self { number, rule: AtomicUsize::new(NONE) }
    }

    pub(crate) fn rule(&self) -> Option<usize> {
        Some(self.rule.load(Ordering::Relaxed)).filter(|rule| *rule != NONE)
    }
}
