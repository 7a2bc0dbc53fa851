//! `value in collection`, for operands that are there: with others the call is not made.

use regorus::Value;

pub(super) fn member(arguments: &[Value]) -> Result<Value, String> {
    let [value, collection] = arguments else { return Ok(Value::Undefined) };
    Ok(Value::Bool(match collection {
        Value::Array(items) => items.contains(value),
        Value::Set(items) => items.contains(value),
        Value::Object(fields) => fields.values().any(|field| field == value),
        _ => false,
    }))
}

pub(super) fn member_of(arguments: &[Value]) -> Result<Value, String> {
    let [key, value, collection] = arguments else { return Ok(Value::Undefined) };
    let holds = matches!(collection, Value::Array(_) | Value::Object(_)) && collection[key] == *value;
    Ok(Value::Bool(holds))
}

/// What `some … in` goes through: nothing of what is no collection.
pub(super) fn elements(arguments: &[Value]) -> Result<Value, String> {
    Ok(match arguments {
        [collection @ (Value::Array(_) | Value::Set(_) | Value::Object(_))] => collection.clone(),
        _ => Vec::<Value>::new().into(),
    })
}
