//! A long-lived thread with a deep stack, on which rules are judged.

use std::{
    sync::{Arc, OnceLock, mpsc},
    thread,
    time::Duration,
};

use crate::{
    board::{Board, Seat},
    cpu_time::Thread,
    judge::{Judge, Outcome},
};

/// Rules of one gate to be judged for one request, for as long as there are any left.
pub(crate) struct Job {
    pub(crate) board: Arc<Board>,
    pub(crate) seat: Arc<Seat>,
    /// Told the seat's number once no rule is left.
    pub(crate) done: mpsc::Sender<usize>,
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
    let Job { board, seat, done } = job;
    let rules: Vec<_> = board.policies.loaded_rules(board.gate).collect();
    let mut judge = None;
    while let Some((index, rule)) = board.take(&seat).and_then(|index| Some((index, *rules.get(index)?))) {
        let outcome = match judge.get_or_insert_with(|| Judge::new(&board.policies, &board.facts)) {
            Ok(judge) => judge.judge(rule, &board.limits, board.deadline),
            Err(what) => Outcome::failed(&rule.metadata, what),
        };
        board.put(index, outcome);
    }
    // The engine holds the facts: they are freed before the answer, not during the next request.
    drop(judge);
    // Nobody listens any more when this thread was given up.
    let _ = done.send(seat.number);
}
