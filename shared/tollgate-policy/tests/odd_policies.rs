//! Whatever a policy's text is, loading it ends in time with a set or with errors that name a file, and what was
//! loaded judges without a crash.

mod support;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use support::{facts, quiet, rule};
use tollgate_policy::{Evaluator, Limits, PolicySet};

const PARTS: &[&str] = &[
    "deny",
    "warn",
    "contains",
    "if",
    "else",
    ":=",
    "==",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "|",
    ":",
    ",",
    ";",
    "\n",
    "some",
    "every",
    "in",
    "not",
    "with",
    "as",
    "default",
    "import",
    "package",
    "data",
    "input",
    "x",
    "_",
    "1",
    "-",
    "+",
    "*",
    "/",
    "%",
    "\"a\"",
    "`r`",
    "{\"message\": \"x\"}",
    "input.change.id",
    "count(",
    "f(x)",
    "data.tollgate",
    "é",
    "\"",
    "#",
    "null",
    "1e999",
    ".",
    "warn contains {\"message\": \"x\"} if true\n",
    "f(x) := x\n",
];

fn body() -> impl Strategy<Value = String> {
    let part = prop::sample::select(PARTS);
    (prop::collection::vec(part, 0..40), any::<bool>()).prop_map(|(parts, apart)| {
        let odd = parts.join(if apart { " " } else { "" });
        format!("warn contains {{\"message\": \"x\"}} if input.change.id\n\n{odd}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn odd_texts_end_in_a_set_or_in_errors(body in body()) {
        let begun = Instant::now();
        match PolicySet::from_sources(vec![rule("odd", "warn", &body), quiet()]) {
            Ok(set) => {
                let evaluation = Evaluator::new(set, Limits::default()).evaluate(&facts().into());
                prop_assert_eq!(evaluation.rules.len(), 2);
                // The odd text may go on with the rule above it, and make it one that finds nothing.
                let goes_on = body.lines().nth(2).is_some_and(|line| !line.starts_with("warn"));
                prop_assert!(goes_on || !evaluation.findings.is_empty());
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(error.file.starts_with("change/") && !error.message.is_empty(), "{}", error);
                    prop_assert!(!error.message.contains("panicked"), "{}", error);
                }
            }
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
