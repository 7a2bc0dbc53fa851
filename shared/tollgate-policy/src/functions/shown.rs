//! Values as texts: as OPA shows them in messages, and as JSON.

use regorus::Value;

use super::budget::Budget;

/// As OPA shows a value: `{"k": [1, null]}`, `{1, 2}` for a set, `set()` for an empty one.
pub(super) fn shown(value: &Value, budget: &mut Budget) -> Result<String, String> {
    let mut text = String::new();
    write::<Shown>(value, &mut text, budget)?;
    Ok(text)
}

pub(super) fn json_marshal(arguments: &[Value]) -> Result<Value, String> {
    let [value] = arguments else { return Ok(Value::Undefined) };
    let mut text = String::new();
    write::<Json>(value, &mut text, &mut Budget::new())?;
    Ok(text.into())
}

/// How a value is written.
trait Style {
    const COMMA: &'static str;
    const COLON: &'static str;
    fn set(empty: bool) -> (&'static str, &'static str);
    fn text(text: &str) -> String;
    /// A key that is no text.
    fn key(key: &Value, budget: &mut Budget) -> Result<String, String>;
}

struct Shown;

impl Style for Shown {
    const COMMA: &'static str = ", ";
    const COLON: &'static str = ": ";

    fn set(empty: bool) -> (&'static str, &'static str) {
        if empty { ("set(", ")") } else { ("{", "}") }
    }

    fn text(text: &str) -> String {
        let quoted = text.chars().map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\u{7}' => "\\a".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\u{b}' => "\\v".to_owned(),
            c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        });
        format!("\"{}\"", quoted.collect::<String>())
    }

    fn key(key: &Value, budget: &mut Budget) -> Result<String, String> {
        shown(key, budget)
    }
}

struct Json;

impl Style for Json {
    const COMMA: &'static str = ",";
    const COLON: &'static str = ":";

    fn set(_: bool) -> (&'static str, &'static str) {
        ("[", "]")
    }

    fn text(text: &str) -> String {
        let quoted = text.chars().map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            // Go's writer keeps its texts safe to be put into HTML.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        });
        format!("\"{}\"", quoted.collect::<String>())
    }

    fn key(key: &Value, budget: &mut Budget) -> Result<String, String> {
        let mut text = String::new();
        write::<Self>(key, &mut text, budget)?;
        Ok(Self::text(&text))
    }
}

fn write<S: Style>(value: &Value, text: &mut String, budget: &mut Budget) -> Result<(), String> {
    let (open, close, items): (_, _, Vec<&Value>) = match value {
        Value::Array(items) => ("[", "]", items.iter().collect()),
        Value::Set(items) => {
            let (open, close) = S::set(items.is_empty());
            (open, close, items.iter().collect())
        }
        Value::Object(fields) => {
            put("{", text, budget)?;
            for (at, (key, value)) in fields.iter_sorted().enumerate() {
                put(if at > 0 { S::COMMA } else { "" }, text, budget)?;
                let key = match key {
                    Value::String(key) => S::text(key),
                    other => S::key(other, budget)?,
                };
                put(&key, text, budget)?;
                put(S::COLON, text, budget)?;
                write::<S>(value, text, budget)?;
            }
            return put("}", text, budget);
        }
        Value::String(content) => return put(&S::text(content), text, budget),
        Value::Number(_) => return put(&decimal(value), text, budget),
        Value::Bool(value) => return put(if *value { "true" } else { "false" }, text, budget),
        Value::Null => return put("null", text, budget),
        Value::Undefined => return Err("a part of the value is undefined".to_owned()),
    };
    put(open, text, budget)?;
    for (at, item) in items.into_iter().enumerate() {
        put(if at > 0 { S::COMMA } else { "" }, text, budget)?;
        write::<S>(item, text, budget)?;
    }
    put(close, text, budget)
}

fn put(more: &str, text: &mut String, budget: &mut Budget) -> Result<(), String> {
    budget.take(more.len())?;
    text.push_str(more);
    Ok(())
}

/// A number as it is written in JSON.
pub(super) fn decimal(value: &Value) -> String {
    let Value::Number(number) = value else { return String::new() };
    number.format_decimal()
}
