//! A long-lived thread with a deep stack, on which rules are judged.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use tollgate_core::decision::Gate;

use crate::{
    cpu_time::Thread,
    evaluator::Limits,
    judge::{Judge, Outcome},
    policy_set::PolicySet,
};

/// What has become of the rules so far, in their order.
pub(crate) type Progress = Arc<Mutex<Vec<Outcome>>>;

/// Rules of one gate to be judged for one request.
pub(crate) struct Job {
    pub(crate) policies: Arc<PolicySet>,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    pub(crate) facts: Arc<str>,
    /// How many of the rules were judged before.
    pub(crate) skip: usize,
    pub(crate) deadline: Instant,
    pub(crate) progress: Progress,
    /// Told once all are judged.
    pub(crate) done: mpsc::Sender<()>,
}

/// The thread, as its owner holds it. Letting it go ends it once it is idle.
#[derive(Debug)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    pub(crate) thread: thread::JoinHandle<()>,
    clock: Arc<OnceLock<Thread>>,
}

impl Worker {
    pub(crate) fn spawn(stack_bytes: usize) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let clock = Arc::new(OnceLock::new());
        let own = clock.clone();
        let work = move || {
            own.get_or_init(Thread::this);
            queue.iter().for_each(run);
        };
        let thread = thread::Builder::new().name("tollgate-rules".to_owned()).stack_size(stack_bytes).spawn(work)?;
        Ok(Self { jobs, thread, clock })
    }

    /// How much time on the processor it has used; `None` where that is not known.
    pub(crate) fn used(&self) -> Option<Duration> {
        self.clock.get().and_then(Thread::used)
    }

    /// Hands over a job; false when the thread has ended.
    pub(crate) fn start(&self, job: Job) -> bool {
        self.jobs.send(job).is_ok()
    }
}

fn run(job: Job) {
    let Job { policies, limits, gate, facts, skip, deadline, progress, done } = job;
    let mut judge = Judge::new(&policies, &facts);
    for rule in policies.loaded_rules(gate).skip(skip) {
        let outcome = match &mut judge {
            Ok(judge) => judge.judge(rule, &limits, deadline),
            Err(what) => Outcome::failed(&rule.metadata, what),
        };
        progress.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
    }
    // The engine holds the facts: they are freed before the answer, not during the next request.
    drop(judge);
    // Nobody listens any more when this thread was given up.
    let _ = done.send(());
}
