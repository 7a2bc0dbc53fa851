//! OpenSLO documents: an objective that is read can be judged; anything else is refused with a sentence.
//!
//! A line `# file: PATH` in the input begins a file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::slo::{Budgeting, Indicator, PARTS_PER_BILLION, Period, Slo, check_syntax, read};

const DAY_SECONDS: u64 = 86_400;

fuzz_target!(|text: &str| {
    let mut files = vec![("data/slos/fuzz.yaml", text)];
    if let Some((first, rest)) = text.split_once("# file: ") {
        files = vec![("data/slos/first.yaml", first)];
        files.extend(rest.split("# file: ").filter_map(|part| part.split_once('\n')));
    }
    match read(files.iter().copied()) {
        Ok(objectives) => {
            // What can be read here is good by the specification.
            assert!(check_syntax(files).is_ok());
            assert!(objectives.warnings.iter().all(|warning| !warning.message.is_empty()));
            for (index, slo) in objectives.slos.iter().enumerate() {
                whole(slo);
                let mut others = objectives.slos.iter().skip(index + 1);
                assert!(others.all(|other| other.evidence_id() != slo.evidence_id()));
            }
        }
        Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    }
});

fn whole(slo: &Slo) {
    assert!((1..PARTS_PER_BILLION).contains(&slo.target.ppb()));
    assert!(!slo.service.is_empty() && !slo.name.is_empty() && !slo.metrics().is_empty());
    assert!(slo.period.longest_seconds() <= 367 * DAY_SECONDS);
    if let Period::Rolling { seconds } = slo.period {
        assert!((DAY_SECONDS..=366 * DAY_SECONDS).contains(&seconds) && seconds % 3600 == 0);
    }
    if let Budgeting::Timeslices { slice_seconds, .. } | Budgeting::RatioTimeslices { slice_seconds } = slo.budgeting {
        assert!(slice_seconds > 0 && slice_seconds % 60 == 0 && DAY_SECONDS % slice_seconds == 0);
    }
    match &slo.indicator {
        Indicator::Ratio(ratio) => {
            assert_ne!(ratio.metric, ratio.total);
            assert!(slo.metrics().iter().all(|metric| metric.counts()));
        }
        Indicator::Composite(composite) => {
            assert!(composite.parts.len() > 1);
            for part in &composite.parts {
                assert!(!matches!(part.slo.indicator, Indicator::Composite(_)), "a composite of composites");
            }
        }
        Indicator::ApplicationSignals(signals) => assert!(!signals.id.is_empty() && slo.metrics().is_empty()),
        Indicator::Raw { .. } | Indicator::Threshold { .. } => {}
    }
}
