//! OpenSLO documents: an objective that is read can be judged; anything else is refused with a sentence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::slo::{PARTS_PER_BILLION, parse};

const DAY_SECONDS: u64 = 86_400;

fuzz_target!(|text: &str| match parse("data/slos/fuzz.yaml", text) {
    Ok(slos) => {
        for (index, slo) in slos.iter().enumerate() {
            assert!((1..PARTS_PER_BILLION).contains(&slo.target.ppb()));
            assert!((DAY_SECONDS..=366 * DAY_SECONDS).contains(&slo.period_seconds) && slo.period_seconds % 3600 == 0);
            assert!(!slo.service.is_empty() && !slo.name.is_empty());
            assert_ne!(slo.ratio.metric, slo.ratio.total);
            assert!(slos.iter().skip(index + 1).all(|other| other.evidence_id() != slo.evidence_id()));
        }
    }
    Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
});
