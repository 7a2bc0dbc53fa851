//! Fields that look like a typing error. What nothing reads is a warning; but of a question with `canery` for `canary`, what
//! was asked would not be judged, so that is refused.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor, value};
use serde_json::value::RawValue;
use tollgate_core::suggest::mistyped;

use crate::problem::Problem;

/// Fields with these names are for others, and never refused.
const FOR_OTHERS: [&str; 3] = ["x-", "x_", "_"];

/// The names of the fields of a type, as they stand in JSON.
pub fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // The probe reads nothing and always ends in an error.
    let _ = T::deserialize(Probe(&mut fields));
    fields
}

/// Refuses a body with a field that nothing knows and that is one letter from another that is missing: in the object at `at`, or at the top
/// where that is empty. A body that cannot be read is left to [`crate::body`].
///
/// # Errors
/// 400, with what to write.
pub fn check(bytes: &[u8], at: &str, known: &[&str]) -> Result<(), Problem> {
    // Only names are looked at: an estimate of many megabytes is not taken apart once more.
    let names = |json| serde_json::from_slice::<BTreeMap<String, &RawValue>>(json).ok();
    let sent = names(bytes);
    let place = if at.is_empty() { sent } else { sent.and_then(|sent| names(sent.get(at)?.get().as_bytes())) };
    let Some(object) = place else { return Ok(()) };
    let is_odd =
        |name: &&String| !known.contains(&name.as_str()) && !FOR_OTHERS.iter().any(|prefix| name.starts_with(prefix));
    let missing = || known.iter().copied().filter(|name| !object.contains_key(*name));
    for name in object.keys().filter(is_odd) {
        let plain = name.to_lowercase().replace('-', "_");
        if let Some(meant) = mistyped(&plain, missing()) {
            let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            let detail = format!("is not known: write `{meant}`, or `x_{name}` where it is meant for others");
            return Err(Problem::field(path, detail));
        }
    }
    Ok(())
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Error::custom("nothing to read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("nothing to read"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{check, fields};

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its names count")]
    struct Question {
        service: String,
        #[serde(rename = "canary", default)]
        trial: Option<u8>,
        #[serde(default)]
        idempotency_key: Option<String>,
    }

    fn refused(body: &str, at: &str) -> Option<String> {
        check(body.as_bytes(), at, fields::<Question>()).err().map(|problem| {
            assert_eq!(problem.status, 400);
            problem.detail
        })
    }

    #[test]
    fn the_names_of_a_type_are_those_of_json() {
        assert_eq!(fields::<Question>(), ["service", "canary", "idempotency_key"]);
        assert_eq!(fields::<Vec<Question>>(), [""; 0]);
    }

    #[test]
    fn what_is_near_a_field_that_is_missing_is_refused() {
        let words = "is not known: write `canary`, or `x_canery` where it is meant for others";
        assert_eq!(refused(r#"{"service": "a", "canery": 1}"#, ""), Some(format!("`canery`: {words}")));
        assert_eq!(
            refused(r#"{"change": {"service": "a", "canery": 1}}"#, "change"),
            Some(format!("`change.canery`: {words}"))
        );
        for name in ["Canary", "CANARY", "canarys", "cnaary", "idempotencyKey", "Idempotency-Key"] {
            assert!(refused(&format!(r#"{{"service": "a", "{name}": 1}}"#), "").is_some(), "{name}");
        }
        // However many others there are before it.
        let others = (0..50).map(|n| format!(r#""a_field_of_the_pipeline_{n}": 1, "#)).collect::<String>();
        assert!(refused(&format!(r#"{{{others} "canery": 1}}"#), "").is_some());
    }

    #[test]
    fn what_is_far_or_for_others_or_beside_what_is_near_is_not() {
        for body in [
            r#"{"service": "a", "pipeline_url": 1, "run": 2, "canaries": 3}"#,
            r#"{"service": "a", "x_canery": 1, "x-canery": 1, "_canary": 1}"#,
            r#"{"service": "a", "services": 1, "canary": 1, "canary2": 2}"#,
            r#"{"service": {"canery": 1}}"#,
            "[]",
            "{",
        ] {
            assert_eq!(refused(body, ""), None, "{body}");
        }
        assert_eq!(refused(r#"{"canery": 1}"#, "change"), None);
    }
}
