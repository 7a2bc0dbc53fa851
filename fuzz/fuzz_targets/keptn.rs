//! Keptn gates: one that is read can be judged and never passes on what is not known; anything else is refused.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use tollgate_core::keptn::{
    KeptnPast, KeptnResult, KeptnValues, ObjectiveResult, SliMissing, keptn_result, parse, sli_value,
};

fuzz_target!(|input: (f64, f64, &str)| {
    let (now, before, text) = input;
    let gate = match parse("data/keptn/fuzz.yaml", text) {
        Ok(gate) => gate,
        Err(errors) => return assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    };
    assert!(gate.objectives.iter().any(|objective| !objective.informational()));
    assert!(gate.objectives.iter().flat_map(|objective| &objective.pass).all(|set| !set.is_empty()));
    let value = sli_value(now).ok_or_else(|| SliMissing::NoData("no number".to_owned()));
    let values = KeptnValues {
        service: "fuzz".to_owned(),
        source: "fuzz".to_owned(),
        as_of: None,
        window_seconds: None,
        values: gate.objectives.iter().map(|objective| (objective.sli.clone(), value.clone())).collect(),
    };
    let earlier = |objective: &tollgate_core::keptn::Objective| {
        sli_value(before).map(|value| (objective.sli.clone(), value.to_string()))
    };
    let past = KeptnPast { result: KeptnResult::Pass, values: gate.objectives.iter().filter_map(earlier).collect() };
    for history in [vec![], vec![past]] {
        let fact = keptn_result(&gate, &values, &history);
        assert!(fact.score_ppm <= fact.best_score_ppm && fact.best_score_ppm <= 1_000_000);
        let open = fact.objectives.iter().any(|objective| objective.result == ObjectiveResult::Unknown);
        if matches!(fact.result, KeptnResult::Pass | KeptnResult::Warning) {
            assert!(!open && fact.evidence.is_ok());
        }
    }
    let nothing = KeptnValues { values: BTreeMap::new(), ..values };
    assert!(keptn_result(&gate, &nothing, &[]).result >= KeptnResult::Inconclusive);
});
