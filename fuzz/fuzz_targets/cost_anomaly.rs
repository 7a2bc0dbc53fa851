//! Cost anomalies: one that is read has an id, and an impact or why not; anything else is refused with a sentence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::budget_alert::CostAnomaly;

fuzz_target!(|text: &str| {
    match CostAnomaly::read(text) {
        Ok(anomaly) => {
            assert!(!anomaly.id.is_empty() && anomaly.causes.len() <= 10);
            assert!(!format!("{}{}", anomaly.id, anomaly.about.unwrap_or_default()).chars().any(char::is_control));
            assert!(anomaly.impact_micros.is_some() || !anomaly.unread.is_empty());
            assert!(anomaly.unread.iter().all(|error| !error.to_string().chars().any(char::is_control)));
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.is_empty() && sentence.chars().count() < 300, "{sentence:?}");
            assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
        }
    }
});
