//! The catalogue's files: read or refused, soon, and what was read can be asked at any time.
//!
//! A line `# file: PATH` in the input begins a file.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use tollgate_core::{
    Timestamp,
    canary::{CanaryQuestion, CanaryVerdict, canary_fact},
    catalogue::Catalogue,
    closed::open_from,
    decision::Gate,
    evidence::Evidence,
    keptn::{KeptnResult, keptn_result},
    slo::Sampled,
    waiver::Asked,
};

const DEFAULTS: &str = "\
thresholds:
  slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}}
  change:
    approval_max_age_seconds: {value: 86400, tighter: lower, meaning: m}
    history_window_seconds: {value: 86400, tighter: fixed, meaning: m}
  cost:
    spend_max_age_seconds: {value: 43200, tighter: lower, meaning: m}
    spend_max_lag_days: {value: 2, tighter: lower, meaning: m}
    weekday_min_weeks: {value: 4, tighter: higher, meaning: m}
  decision:
    allow_valid_seconds: {value: 900, tighter: lower, meaning: m}
    deny_valid_seconds: {value: 60, tighter: lower, meaning: m}
    pending_valid_seconds: {value: 60, tighter: lower, meaning: m}
";
/// 2026-11-21T10:00:00Z, and an hour that clocks in Europe repeat.
const TIMES: [i64; 2] = [1_795_255_200, 1_792_890_000];

// The defaults alone must do, or nothing below is tried.
fuzz_target!(init: assert!(Catalogue::read(&files("")).is_ok()), |text: &str| {
    let catalogue = match Catalogue::read(&files(text)) {
        Ok(catalogue) => catalogue,
        Err(errors) => return assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty())),
    };
    for caller in ["anonymous", ""] {
        assert!(!catalogue.may_assert_approvals(caller), "{caller:?}");
    }
    assert!(catalogue.without_objectives().iter().chain(&catalogue.reminders(Timestamp::UNIX_EPOCH)).all(|error| !error.message.is_empty()));
    for service in catalogue.services.values() {
        let settings = catalogue.settings.resolve(&service.name, Some(&service.owner));
        assert!(settings.integer("slo", "max_age_seconds").is_some_and(|value| value >= 0));
        catalogue.groups_of(&service.owner);
    }
    for at in TIMES.into_iter().filter_map(|seconds| Timestamp::from_timestamp(seconds, 0)) {
        nothing_passes_on_nothing(&catalogue, at);
    }
    for at in TIMES.into_iter().filter_map(|seconds| Timestamp::from_timestamp(seconds, 0)) {
        let services = catalogue.services.values().flat_map(|service| {
            service.environments.iter().map(move |environment| (&service.name, environment))
        });
        for (service, environment) in services {
            let asked = Asked { gate: Gate::Change, service, environment, change: None };
            let fact = catalogue.freezes_at(&asked, at, Evidence::ok("freezes", "fuzz", None));
            assert!(fact.active.iter().all(|window| window.starts_at <= at && at < window.ends_at));
            assert!(fact.upcoming.iter().all(|window| at < window.starts_at));
            let open = open_from(&fact.closed, at);
            let waived = |name: &str| catalogue.waivers.iter().any(|waiver| waiver.freeze.as_deref() == Some(name));
            let over = |at| fact.active.iter().all(|window| waived(&window.name) || window.ends_at <= at);
            assert!(open.is_none_or(over));
        }
    }
});

/// Canaries and gates that can be read, and of which no metric came.
fn nothing_passes_on_nothing(catalogue: &Catalogue, at: Timestamp) {
    let nothing = |tier| Sampled { tier, series: BTreeMap::new() };
    let Some(started_at) = Timestamp::from_timestamp(at.timestamp() - 21_600, 0) else { return };
    for canary in catalogue.canaries.values() {
        let side = |value: &str| canary.dimensions.iter().map(|name| (name.clone(), value.to_owned())).collect();
        let question = CanaryQuestion { baseline: side("1"), canary: side("2"), started_at };
        assert!(canary.check(&question).is_ok() && !canary.metrics(&question).is_empty());
        let observed = canary.observed(&question, &nothing(canary.tier(&question, at)), "fuzz".to_owned());
        let fact = canary_fact(&canary.plan, &observed);
        assert!(matches!(fact.verdict, CanaryVerdict::Inconclusive | CanaryVerdict::Fail) && !fact.evidence.is_ok());
    }
    for (service, gate) in &catalogue.keptn {
        let slis = &catalogue.keptn_slis[service];
        let values = slis.values(gate, &nothing(slis.tier(at)), "fuzz".to_owned());
        assert!(keptn_result(gate, &values, &[]).result >= KeptnResult::Inconclusive);
    }
}

fn files(text: &str) -> BTreeMap<String, String> {
    let files = text.split("# file: ").filter_map(|part| part.split_once('\n'));
    let files = [("data/settings/defaults.yaml", DEFAULTS)].into_iter().chain(files);
    files.map(|(file, text)| (file.to_owned(), text.to_owned())).collect()
}
