//! Facts as JSON into the engine's value.
//!
//! The engine's own reader allocates every name and asks for the memory limit at every field, which takes as long as
//! judging several rules. Here a name that comes again is shared; the engine holds the limit before each rule.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use regorus::Value;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads one JSON text, and nothing after it.
///
/// # Errors
/// When it is no JSON, or nested deeper than serde_json allows.
pub(crate) fn from_json(json: &str) -> Result<Value, serde_json::Error> {
    let mut names = Names::default();
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = Reader(&mut names).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// The names that came before.
type Names<'de> = HashMap<&'de str, Value>;

struct Reader<'a, 'de>(&'a mut Names<'de>);

impl<'de> DeserializeSeed<'de> for Reader<'_, 'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, 'de> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("facts")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::with_capacity(items.size_hint().unwrap_or(0));
        while let Some(value) = items.next_element_seed(Reader(&mut *self.0))? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(name) = fields.next_key_seed(Name(&mut *self.0))? {
            values.push((name, fields.next_value_seed(Reader(&mut *self.0))?));
        }
        // Sorts once, where inserting one by one would search for each.
        Ok(values.into_iter().collect::<BTreeMap<_, _>>().into())
    }
}

struct Name<'a, 'de>(&'a mut Names<'de>);

impl<'de> DeserializeSeed<'de> for Name<'_, 'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_, 'de> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Value, E> {
        Ok(self.0.entry(name).or_insert_with(|| Value::String(name.into())).clone())
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Value, E> {
        Ok(Value::String(name.into()))
    }
}

#[cfg(test)]
mod tests {
    use regorus::Value;

    use super::from_json;

    #[test]
    fn reads_what_the_engine_reads() {
        for json in [
            r#"{"b": [1, -2, 0.5, null, true, "x\n", {"b": {}}], "a": 18446744073709551615, "a\u0062": [], "a": 7}"#,
            r#"[{"b": 1e3, "c": -0.0, "": "é"}, {"c": 9007199254740993, "b": -9223372036854775808}]"#,
            r#""text""#,
        ] {
            assert_eq!(from_json(json).unwrap(), Value::from_json_str(json).unwrap(), "{json}");
        }
    }

    #[test]
    fn no_name_is_special() {
        let value = from_json(r#"{"$serde_json::private::Number": "7"}"#).unwrap();
        assert!(value.as_object().is_ok(), "{value}");
    }

    #[test]
    fn refuses_what_the_engine_refuses() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for json in ["", "{", "{} {}", "nul", r#"{"a": 1e999}"#, r#"{1: 2}"#, "\"\u{1}\"", &deep] {
            assert!(from_json(json).is_err() && Value::from_json_str(json).is_err(), "{json}");
        }
    }
}
