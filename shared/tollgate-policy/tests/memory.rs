//! The memory limit holds for the whole process, so it has a test binary of its own.

mod support;

use std::time::Duration;

use support::{able, decide_with, evaluate, facts, quiet, refusals, rule};
use tollgate_core::decision::Verdict;
use tollgate_policy::{Evaluator, Limits, PolicySet};

#[test]
fn what_takes_too_much_memory_denies_and_the_next_request_is_answered() {
    // Time is not what is tried here.
    let (rule_time, total_time) = (Duration::from_secs(5), Duration::from_secs(10));
    let limits = Limits { memory_bytes: Some(64 << 20), rule_time, total_time, ..Limits::default() };
    for (body, expected) in [
        (
            "deny contains {\"message\": \"x\"} if count(numbers.range(1, 100000000)) > 0",
            "more memory than the limit of 64 MiB",
        ),
        // One call writes no more than this, whatever it is given.
        (
            "deny contains {\"message\": \"x\"} if {\n\tx := sprintf(\"%1000000d\", [1])\n\ty := [concat(i, [x, x]) | some i in \
         split(sprintf(\"%300d\", [1]), \"\")]\n\tcount(y) > 0\n}",
            "longer than 1048576 bytes",
        ),
        // Arrays that are put together do not double without end.
        (
            "deny contains {\"message\": \"x\"} if {\n\ta := split(sprintf(\"%90d\", [1]), \"\")\n\tb := array.concat(array.concat(a, a), \
             array.concat(a, a))\n\tc := [x | some x in b; some _ in b]\n\tcount(array.concat(c, c)) > 0\n}",
            "more than 100000 members",
        ),
        // A tree whose parts are shared: a few kilobytes held, and a terabyte written out.
        (
            "deny contains {\"message\": \"x\"} if {\n\ta := [input, input]\n\tb := [a, a, a, a, a, a, a, a]\n\tc := [b, b, b, b, b, b, b, \
         b]\n\td := [c, c, c, c, c, c, c, c]\n\te := [d, d, d, d, d, d, d, d]\n\tjson.marshal([e, e, e, e]) != \"\"\n}",
            "longer than 1048576 bytes",
        ),
    ] {
        let refused = !refusals(vec![rule("greedy", "deny", body)]).is_empty();
        assert_eq!(refused, !body.contains("json.marshal") && !body.contains("array.concat"), "{body}");
        let evaluation = evaluate(vec![rule("greedy", "deny", body), quiet()], limits.clone());
        let message = &evaluation.findings[0].message;
        assert!(message.contains(expected), "{message}");
        assert_eq!(evaluation.rules.iter().map(|run| run.judged).collect::<Vec<_>>(), [false, true]);
        assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
    }
    let evaluator = Evaluator::new(PolicySet::from_sources(vec![able()]).unwrap(), limits);
    assert_eq!(decide_with(evaluator.evaluate(&facts().into())).verdict, Verdict::Allow);
}
