//! What holds for every payload.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Trigger,
    tests::{action, event_bridge, message, now, read, sns},
};

proptest! {
    #[test]
    fn no_payload_panics(payload in ".*") {
        let _ = Trigger::read(&payload, now());
    }

    /// Whatever is taken away or replaced, the answer is an alarm with its key, or a problem that says something.
    #[test]
    fn damaged_events_are_read_or_refused(
        shape in 0_usize..3,
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..5), 1..4),
    ) {
        let mut event = [event_bridge(), action(), message()][shape].clone();
        for (place, kind) in damage {
            let mut paths = Vec::new();
            collect(&event, "", &mut paths);
            let path = place.get(&paths).clone();
            let value = event.pointer_mut(&path).unwrap();
            *value = [json!(null), json!(5), json!("\u{0}\u{7f}"), json!([[]]), json!({"x": {}})][kind].clone();
        }
        let event = if shape == 2 { sns(&[event]) } else { event };
        for trigger in read(&event).unwrap_or_default() {
            match trigger {
                Ok(Trigger::Alarm(alarm)) => {
                    prop_assert!(alarm.dedup_key().starts_with("alarm/arn:"));
                    prop_assert!(!alarm.dedup_key().chars().any(char::is_control));
                }
                Ok(other) => prop_assert!(false, "{other:?}"),
                Err(problem) => prop_assert!(problem.status == 400 && !problem.detail.is_empty()),
            }
        }
    }
}

fn collect(value: &Value, path: &str, paths: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let path = format!("{path}/{}", escaped(name));
                collect(value, &path, paths);
                paths.push(path);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                let path = format!("{path}/{index}");
                collect(value, &path, paths);
                paths.push(path);
            }
        }
        _ => {}
    }
}
