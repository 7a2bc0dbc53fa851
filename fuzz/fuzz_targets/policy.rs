//! A rule's text: loaded or refused, soon, whatever it says.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use tollgate_policy::PolicySet;

/// A second on a machine of its own; the sanitizer and neighbours take more.
const LONGEST: Duration = Duration::from_secs(5);

fuzz_target!(|text: String| {
    let started = Instant::now();
    let loaded = PolicySet::from_sources(vec![("change/fuzz/fuzz.rego".to_owned(), text)]);
    let took = started.elapsed();
    match loaded {
        Ok(policies) => assert!(policies.revision().starts_with("sha256:")),
        Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    }
    assert!(took < LONGEST, "it took {took:?}");
});
