//! JSON in which no field stands twice: of two, one would be read and the other lost.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How the error begins that says which field it is.
const TWICE: &str = "the field ";

/// Reads JSON. The error is the name of a field that stands twice in one object; `None` when it is not JSON.
pub(super) fn read(text: &str) -> Option<Result<Value, String>> {
    match serde_json::from_str::<Unique>(text) {
        Ok(Unique(value)) => Some(Ok(value)),
        Err(error) => {
            let said = error.to_string();
            let (name, _) = said.strip_prefix(TWICE)?.rsplit_once(" stands twice")?;
            Some(Err(name.to_owned()))
        }
    }
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Unique(value))) = access.next_entry::<String, Unique>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{TWICE}{name} stands twice")));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(value)) = access.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::read;

    #[test]
    fn a_field_that_stands_twice_is_named() {
        assert_eq!(read(r#"{"sweep": {"services": ["a"]}, "sweep": {}}"#), Some(Err("sweep".to_owned())));
        assert_eq!(read(r#"{"a": [{"b c": 1, "b c": 1}]}"#), Some(Err("b c".to_owned())));
        assert_eq!(read(r#"[{"a": 1}, {"a": 2}]"#), Some(Ok(json!([{"a": 1}, {"a": 2}]))));
        assert_eq!(read("{"), None);
    }

    proptest! {
        #[test]
        fn all_else_is_read_as_ever(text in r#"[\[\]{}",:a-c0-9. ]{0,40}"#) {
            let plain = serde_json::from_str::<Value>(&text).ok();
            match read(&text) {
                Some(Ok(value)) => prop_assert_eq!(Some(value), plain),
                Some(Err(_)) => prop_assert!(plain.is_some()),
                None => prop_assert_eq!(plain, None),
            }
        }
    }
}
