//! Functions of texts and arrays with the bounds and the characters that OPA has.

use regorus::Value;

use super::budget::Budget;

/// A length below zero takes everything; a place behind the end gives nothing.
pub(super) fn substring(arguments: &[Value]) -> Result<Value, String> {
    let [text, offset, length] = arguments else { return Ok(Value::Undefined) };
    let text = text.as_string().map_err(|_| "`substring` takes a text".to_owned())?;
    let offset =
        usize::try_from(whole("substring", offset)?).map_err(|_| "`substring` begins below zero".to_owned())?;
    let taken = text.chars().skip(offset);
    Ok(match usize::try_from(whole("substring", length)?) {
        Ok(length) => taken.take(length).collect::<String>().into(),
        Err(_) => taken.collect::<String>().into(),
    })
}

/// Bounds outside of the array are moved to its ends; an end before the beginning gives nothing.
pub(super) fn array_slice(arguments: &[Value]) -> Result<Value, String> {
    let [array, start, stop] = arguments else { return Ok(Value::Undefined) };
    let items = array.as_array().map_err(|_| "`array.slice` takes an array".to_owned())?;
    let bound = |value: &Value| Ok::<_, String>(usize::try_from(whole("array.slice", value)?).unwrap_or_default());
    let (start, stop) = (bound(start)?, bound(stop)?);
    let slice: Vec<Value> = items.iter().take(stop).skip(start).cloned().collect();
    Ok(slice.into())
}

/// Two arrays behind one another.
pub(super) fn array_concat(arguments: &[Value]) -> Result<Value, String> {
    let [left, right] = arguments else { return Ok(Value::Undefined) };
    let (Value::Array(left), Value::Array(right)) = (left, right) else {
        return Err("`array.concat` takes two arrays".to_owned());
    };
    few("array.concat", left.len().saturating_add(right.len()))?;
    Ok(left.iter().chain(right.iter()).cloned().collect::<Vec<_>>().into())
}

/// The parts of a text; with nothing between them its characters.
pub(super) fn split(arguments: &[Value]) -> Result<Value, String> {
    let [text, between] = arguments else { return Ok(Value::Undefined) };
    let (text, between) = (text_of("split", text)?, text_of("split", between)?);
    let most = MOST_ITEMS.saturating_add(1);
    let parts: Vec<Value> = if between.is_empty() {
        text.chars().take(most).map(|c| c.to_string().into()).collect()
    } else {
        text.split(between).take(most).map(Value::from).collect()
    };
    few("split", parts.len())?;
    Ok(parts.into())
}

/// The most members that one call gives: arrays that are put together could double with each line.
const MOST_ITEMS: usize = 100_000;

fn few(function: &str, items: usize) -> Result<(), String> {
    if items <= MOST_ITEMS {
        return Ok(());
    }
    Err(format!("`{function}` would give more than {MOST_ITEMS} members: put together less"))
}

/// A text among the arguments of a function.
pub(super) fn text_of<'a>(function: &str, value: &'a Value) -> Result<&'a str, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(format!("`{function}` takes a text, and not {}", kind(other))),
    }
}

/// Of a set the members are joined in their order.
pub(super) fn concat(arguments: &[Value]) -> Result<Value, String> {
    let [between, texts] = arguments else { return Ok(Value::Undefined) };
    let between = between.as_string().map_err(|_| "`concat` joins by a text".to_owned())?;
    let (mut joined, mut budget) = (String::new(), Budget::new());
    let mut add = |at: usize, text: &Value| {
        let text = text.as_string().map_err(|_| "`concat` joins texts alone".to_owned())?;
        let before = if at > 0 { between.as_ref() } else { "" };
        budget.take(before.len().saturating_add(text.len()))?;
        joined.push_str(before);
        joined.push_str(text);
        Ok::<_, String>(())
    };
    match texts {
        Value::Array(items) => items.iter().enumerate().try_for_each(|(at, text)| add(at, text))?,
        Value::Set(items) => items.iter().enumerate().try_for_each(|(at, text)| add(at, text))?,
        _ => return Err("`concat` takes an array or a set of texts".to_owned()),
    }
    Ok(joined.into())
}

/// How many there are; of a text its characters.
pub(super) fn count(arguments: &[Value]) -> Result<Value, String> {
    let count = match arguments {
        [Value::Array(items)] => items.len(),
        [Value::Set(items)] => items.len(),
        [Value::Object(fields)] => fields.len(),
        [Value::String(text)] => text.chars().count(),
        [other] => return Err(format!("`count` takes a collection or a text, and not {}", kind(other))),
        _ => return Ok(Value::Undefined),
    };
    Ok(Value::from(count))
}

pub(super) fn upper(arguments: &[Value]) -> Result<Value, String> {
    let [text] = arguments else { return Ok(Value::Undefined) };
    let text = text.as_string().map_err(|_| "`upper` takes a text".to_owned())?;
    Ok(text.chars().map(|c| alone(c, c.to_uppercase())).collect::<String>().into())
}

pub(super) fn lower(arguments: &[Value]) -> Result<Value, String> {
    let [text] = arguments else { return Ok(Value::Undefined) };
    let text = text.as_string().map_err(|_| "`lower` takes a text".to_owned())?;
    Ok(text.chars().map(|c| alone(c, c.to_lowercase())).collect::<String>().into())
}

/// A character whose other case is one character too; Go leaves `ß` as it is.
fn alone(c: char, mut other: impl Iterator<Item = char>) -> char {
    match (other.next(), other.next()) {
        (Some(other), None) => other,
        // The one whose simple and full mappings differ below.
        (Some(other), Some(_)) if c == 'İ' => other,
        _ => c,
    }
}

/// A text is read as a number of JSON, with nothing around it.
pub(super) fn to_number(arguments: &[Value]) -> Result<Value, String> {
    let [value] = arguments else { return Ok(Value::Undefined) };
    match value {
        Value::Null | Value::Bool(false) => Ok(0_u64.into()),
        Value::Bool(true) => Ok(1_u64.into()),
        Value::Number(_) => Ok(value.clone()),
        Value::String(text) => match Value::from_json_str(text) {
            Ok(number @ Value::Number(_)) if text.trim() == text.as_ref() => Ok(number),
            _ => Err("could not parse string as number: give `to_number` its digits alone".to_owned()),
        },
        other => Err(format!("`to_number` takes a text, and not {}", kind(other))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Set(_) => "a set",
        Value::Object(_) => "an object",
        Value::Undefined => "what is undefined",
    }
}

/// A whole number, as OPA takes one where it counts.
pub(super) fn whole(function: &str, value: &Value) -> Result<i64, String> {
    match value {
        Value::Number(number) if number.is_integer() => number.as_i64(),
        _ => None,
    }
    .ok_or_else(|| format!("`{function}` counts in whole numbers"))
}

#[cfg(test)]
mod tests {
    use regorus::Value;

    use super::{array_concat, array_slice, concat, count, lower, split, substring, to_number, upper};

    #[test]
    fn bounds_are_those_of_opa() {
        let text = |offset: i64, length: i64| substring(&["aéb".into(), offset.into(), length.into()]);
        assert_eq!(text(1, 1).unwrap(), "é".into());
        assert_eq!(text(1, -1).unwrap(), "éb".into());
        assert_eq!([text(9, 1).unwrap(), text(0, 0).unwrap()], ["".into(), "".into()]);
        assert!(text(-1, 1).is_err());
        assert!(substring(&["a".into(), 0.5.into(), 1_i64.into()]).is_err());
        let items: Value = vec![Value::from(1_i64), 2_i64.into(), 3_i64.into()].into();
        let slice = |start: i64, stop: i64| array_slice(&[items.clone(), start.into(), stop.into()]).unwrap();
        assert_eq!(slice(-4, 9), items);
        assert_eq!([slice(2, 1), slice(1, -1)], [Vec::<Value>::new().into(), Vec::<Value>::new().into()]);
        assert!(array_slice(&[items.clone(), 0.5.into(), 1_i64.into()]).is_err());
    }

    #[test]
    fn characters_are_those_of_opa() {
        assert_eq!(count(&["aé😀".into()]).unwrap(), 3_u64.into());
        assert!(count(&[Value::Null]).unwrap_err().contains("not null"));
        assert_eq!(upper(&["aéß".into()]).unwrap(), "AÉß".into());
        assert_eq!(lower(&["AÉ".into()]).unwrap(), "aé".into());
        assert_eq!(to_number(&["-1.5".into()]).unwrap(), (-1.5).into());
        for text in [" 1", "1 ", "0x10", "", "1_000", "+1", "[1]"] {
            assert!(to_number(&[text.into()]).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_joined_is_bounded() {
        let long: Value = "x".repeat(600_000).as_str().into();
        assert!(concat(&["".into(), vec![long.clone(), long].into()]).unwrap_err().contains("longer than"));
        assert_eq!(concat(&[", ".into(), vec![Value::from("a"), "b".into()].into()]).unwrap(), "a, b".into());
        let many: Value = vec![Value::Null; 60_000].into();
        assert!(array_concat(&[many.clone(), many.clone()]).unwrap_err().contains("100000 members"));
        let one: Value = vec![Value::Null].into();
        assert_eq!(array_concat(&[one.clone(), one]).unwrap(), vec![Value::Null; 2].into());
        assert!(array_concat(&[many, Value::Null]).is_err());
        assert!(split(&[",".repeat(100_000).into(), ",".into()]).unwrap_err().contains("100000 members"));
        assert_eq!(split(&["aé".into(), "".into()]).unwrap(), vec![Value::from("a"), "é".into()].into());
        assert_eq!(split(&["a,,b".into(), ",".into()]).unwrap(), vec![Value::from("a"), "".into(), "b".into()].into());
        assert_eq!(split(&["".into(), ",".into()]).unwrap(), vec![Value::from("")].into());
    }
}
