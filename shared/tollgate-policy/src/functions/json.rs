//! `json.filter`, `json.remove` and `json.is_valid` as OPA has them.

use std::collections::BTreeMap;

use regorus::Value;

/// Paths as a tree: `None` where one ends.
#[derive(Debug, Default)]
struct Paths(BTreeMap<Value, Option<Paths>>);

impl Paths {
    fn of(value: &Value) -> Result<Self, String> {
        let mut paths = Self::default();
        match value {
            Value::Array(items) => items.iter().try_for_each(|path| paths.add(path))?,
            Value::Set(items) => items.iter().try_for_each(|path| paths.add(path))?,
            _ => return Err(TAKES.to_owned()),
        }
        Ok(paths)
    }

    fn add(&mut self, path: &Value) -> Result<(), String> {
        let steps: Vec<Value> = match path {
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::String(text) => text
                .trim_start_matches('/')
                .split('/')
                .map(|step| step.replace("~1", "/").replace("~0", "~").into())
                .collect(),
            Value::Array(steps) => steps.iter().cloned().collect(),
            _ => return Err(TAKES.to_owned()),
        };
        let Some((last, before)) = steps.split_last() else { return Ok(()) };
        let mut at = self;
        for step in before {
            match at.0.entry(step.clone()).or_insert_with(|| Some(Self::default())) {
                Some(below) => at = below,
                // A shorter path has it whole already.
                None => return Ok(()),
            }
        }
        at.0.insert(last.clone(), None);
        Ok(())
    }

    /// What there is about a member, by the text of its place.
    fn at(&self, place: usize) -> Option<&Option<Self>> {
        self.0.get(&Value::from(place.to_string()))
    }
}

const TAKES: &str = "its paths are an array or a set of texts such as `\"a/b\"`, or of arrays of keys";

pub(super) fn filter(arguments: &[Value]) -> Result<Value, String> {
    let [object, paths] = arguments else { return Ok(Value::Undefined) };
    object.as_object().map_err(|_| "`json.filter` takes an object".to_owned())?;
    Ok(filtered(object, &Paths::of(paths)?))
}

/// What the paths lead to, with what cannot have members as it is.
fn filtered(value: &Value, paths: &Paths) -> Value {
    let below = |member: &Value, paths: &Option<Paths>| match paths {
        Some(paths) => filtered(member, paths),
        None => member.clone(),
    };
    match value {
        Value::Array(items) => {
            let members = items.iter().enumerate();
            members.filter_map(|(at, item)| Some(below(item, paths.at(at)?))).collect::<Vec<_>>().into()
        }
        Value::Set(items) => {
            let members = items.iter();
            members
                .filter_map(|item| Some(below(item, paths.0.get(item)?)))
                .collect::<std::collections::BTreeSet<_>>()
                .into()
        }
        Value::Object(fields) => {
            let members = fields.iter();
            members
                .filter_map(|(key, member)| Some((key.clone(), below(member, paths.0.get(key)?))))
                .collect::<BTreeMap<_, _>>()
                .into()
        }
        scalar => scalar.clone(),
    }
}

pub(super) fn remove(arguments: &[Value]) -> Result<Value, String> {
    let [object, paths] = arguments else { return Ok(Value::Undefined) };
    object.as_object().map_err(|_| "`json.remove` takes an object".to_owned())?;
    Ok(rest(object, &Paths::of(paths)?))
}

/// What no path leads to.
fn rest(value: &Value, paths: &Paths) -> Value {
    let left = |member: &Value, paths: Option<&Option<Paths>>| match paths {
        None => Some(member.clone()),
        Some(Some(paths)) => Some(rest(member, paths)),
        Some(None) => None,
    };
    match value {
        Value::Array(items) => {
            let members = items.iter().enumerate();
            members.filter_map(|(at, item)| left(item, paths.at(at))).collect::<Vec<_>>().into()
        }
        Value::Set(items) => {
            let members = items.iter();
            members.filter_map(|item| left(item, paths.0.get(item))).collect::<std::collections::BTreeSet<_>>().into()
        }
        Value::Object(fields) => {
            let members = fields.iter();
            members
                .filter_map(|(key, member)| Some((key.clone(), left(member, paths.0.get(key))?)))
                .collect::<BTreeMap<_, _>>()
                .into()
        }
        scalar => scalar.clone(),
    }
}

pub(super) fn is_valid(arguments: &[Value]) -> Result<Value, String> {
    let is_valid = match arguments {
        [Value::String(text)] => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        _ => false,
    };
    Ok(Value::Bool(is_valid))
}

#[cfg(test)]
mod tests {
    use regorus::Value;

    use super::{filter, is_valid, remove};

    /// As OPA 1.20.2 has them.
    #[test]
    fn paths_end_at_what_has_no_members() {
        for (object, paths, kept, left) in [
            (r#"{"a": 1, "b": "1"}"#, r#"["a/b"]"#, r#"{"a": 1}"#, r#"{"a": 1, "b": "1"}"#),
            (r#"{"a": {"b": 1, "c": 2}}"#, r#"["a/b"]"#, r#"{"a": {"b": 1}}"#, r#"{"a": {"c": 2}}"#),
            (r#"{"a": [1, 2, 3]}"#, r#"["a/1"]"#, r#"{"a": [2]}"#, r#"{"a": [1, 3]}"#),
            (r#"{"a": {"b": 1}}"#, r#"["a", "a/b"]"#, r#"{"a": {"b": 1}}"#, "{}"),
            (r#"{"a/b": 1, "c": 2}"#, r#"["a~1b"]"#, r#"{"a/b": 1}"#, r#"{"c": 2}"#),
            (r#"{"a": {"b": 1}}"#, r#"[["a", "b"]]"#, r#"{"a": {"b": 1}}"#, r#"{"a": {}}"#),
            (r#"{"a": 1}"#, r#"[""]"#, "{}", r#"{"a": 1}"#),
        ] {
            let value = |text: &str| Value::from_json_str(text).unwrap();
            assert_eq!(filter(&[value(object), value(paths)]).unwrap(), value(kept), "{object} {paths}");
            assert_eq!(remove(&[value(object), value(paths)]).unwrap(), value(left), "{object} {paths}");
        }
        assert!(filter(&[Value::Null, Vec::<Value>::new().into()]).is_err());
        assert!(remove(&[Value::new_object(), "a".into()]).is_err());
    }

    #[test]
    fn what_is_no_text_is_not_valid() {
        assert_eq!(is_valid(&["{}".into()]).unwrap(), Value::Bool(true));
        assert_eq!(
            [is_valid(&["{".into()]).unwrap(), is_valid(&[5_u64.into()]).unwrap()],
            [false.into(), false.into()]
        );
    }
}
