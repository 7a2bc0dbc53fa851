//! Cost anomalies: one that is read has an id, a first day and an impact; anything else is refused with a sentence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::budget_alert::CostAnomaly;

fuzz_target!(|text: &str| {
    match CostAnomaly::read(text) {
        Ok(anomaly) => {
            assert!(!anomaly.id.is_empty() && anomaly.causes.len() <= 10);
            let fact = anomaly.fact();
            assert_eq!((fact.impact_micros, fact.impact_ppm), (anomaly.impact_micros, anomaly.impact_ppm));
            assert!(!format!("{}{}", fact.id, fact.about).chars().any(char::is_control));
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.is_empty() && sentence.chars().count() < 300, "{sentence:?}");
            assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
        }
    }
});
