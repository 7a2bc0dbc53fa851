//! What starts a function without a question: any text is triggers with keys that are safe to keep, refusals, or neither.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::Timestamp;
use tollgate_lambda::trigger::{Trigger, alert_key, anomaly_key};

/// Longer keys would fill the ledger with a sender's text.
const LONGEST_KEY: usize = 2000;

fuzz_target!(|payload: &str| {
    let now: Timestamp = "2026-03-29T00:31:00Z".parse().expect("it is a time");
    let Some(triggers) = Trigger::read(payload, now) else { return };
    assert!(!triggers.is_empty(), "what starts a function cannot be nothing");
    assert_eq!(Some(&triggers), Trigger::read(payload, now).as_ref());
    for trigger in triggers {
        match trigger {
            Ok(Trigger::Alarm(alarm)) => {
                key(&alarm.dedup_key());
                assert!((alarm.at - now).num_minutes() <= 60, "{}", alarm.at);
                assert!(alarm.arn.starts_with("arn:") && !alarm.name.is_empty());
            }
            Ok(Trigger::Schedule(schedule)) => {
                schedule.dedup_key.iter().for_each(|text| key(text));
                let names = schedule.scope.services.iter().chain(&schedule.scope.environments);
                names.for_each(|name| assert!(!name.is_empty() && !name.chars().any(char::is_control)));
            }
            Ok(Trigger::BudgetAlert(alert)) => key(&alert_key(&alert)),
            Ok(Trigger::CostAnomaly(anomaly)) => key(&anomaly_key(&anomaly)),
            Ok(Trigger::Ignored { reason }) => assert!(!reason.is_empty()),
            Err(problem) => assert!(problem.status == 400 && !problem.detail.chars().any(char::is_control)),
        }
    }
});

fn key(text: &str) {
    assert!(text.len() <= LONGEST_KEY && !text.chars().any(char::is_control), "{text:?}");
}
