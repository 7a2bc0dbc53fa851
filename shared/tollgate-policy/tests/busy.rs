//! A machine that is busy with other things: the time of a rule is what it has the processor for.
#![allow(clippy::unwrap_used, reason = "a test fails where it has to")]

mod support;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use support::{facts, quiet, rule};
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// Far more threads that want the processor than there are processors.
fn beside_busy_threads(work: impl FnOnce()) {
    let done = AtomicBool::new(false);
    let threads = thread::available_parallelism().map_or(2, usize::from) * 8;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        // Also when the work panics, or the scope would wait for ever.
        let finished = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        finished.unwrap();
    });
}

#[test]
fn rules_that_are_not_scheduled_are_not_denied_and_those_that_run_away_are() {
    // About a millisecond of work, several times longer on the wall than the rule's time when others want the processor.
    let some_work = "deny contains {\"message\": \"x\"} if {\n\txs := split(sprintf(\"%30d\", [1]), \"\")\n\t\
                     count([1 | some a in xs; some b in xs; a != b]) < 0\n}";
    let endless =
        some_work.replace("%30d", "%99d").replace("a != b", "some c in xs; some d in xs; a != concat(b, [c, d])");
    let limits =
        Limits { rule_time: Duration::from_millis(25), total_time: Duration::from_secs(20), ..Limits::default() };
    let load = |body: &str| {
        let files = vec![rule("busy", "deny", body), quiet()];
        Evaluator::new(PolicySet::from_sources_unchecked(files).unwrap(), limits.clone())
    };
    let (healthy, endless) = (load(some_work), load(&endless));
    beside_busy_threads(|| {
        for _ in 0..5 {
            let evaluation = healthy.evaluate(&facts().into());
            assert!(evaluation.findings.is_empty(), "{:#?}", evaluation.findings);
        }
        let evaluation = endless.evaluate(&facts().into());
        assert!(evaluation.findings[0].message.contains("longer than its 25 ms"), "{:#?}", evaluation.findings);
        assert_eq!(evaluation.rules.iter().map(|run| run.judged).collect::<Vec<_>>(), [false, true]);
    });
}
