//! The types of values, held against the text: a number is no quoted text, and a text is no number. What they are is said by
//! YAML 1.2, in which `y`, `on` and `no` are texts.

use serde_saphyr::Spanned;

use super::super::{Reader, node::Node};
use crate::slo::objective::decimal;

/// What a value is by the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Boolean,
    Text,
    /// It may be either, or others look at it.
    Any,
}

/// Fields that may hold anything, and what is in them: those of sources are theirs, those of metadata are looked at apart.
const OPAQUE: [&str; 4] = ["spec of a source", "connectionDetails", "labels", "annotations"];
const BOOLEANS: [&str; 5] = ["counter", "isRolling", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"];
const NUMBERS: [(&str, &str); 6] = [
    ("objectives", "target"),
    ("objectives", "targetPercent"),
    ("objectives", "value"),
    ("objectives", "timeSliceTarget"),
    ("objectives", "compositeWeight"),
    ("condition", "threshold"),
];
/// Minutes, or a duration; and what nothing is read of.
const EITHER: [&str; 2] = ["timeSliceWindow", "operator"];

fn type_of(parent: &str, field: &str) -> Type {
    match () {
        () if BOOLEANS.contains(&field) => Type::Boolean,
        () if NUMBERS.contains(&(parent, field)) => Type::Number,
        () if EITHER.contains(&field) => Type::Any,
        () => Type::Text,
    }
}

impl Reader<'_> {
    /// Holds the values of an object, and of all that is in it.
    pub(in super::super) fn hold_types(&mut self, object: &Spanned<Node>) {
        self.hold_types_in("", object);
    }

    fn hold_types_in(&mut self, parent: &str, node: &Spanned<Node>) {
        let entries = std::slice::from_ref(node);
        for entry in Node::list(node).unwrap_or(entries) {
            for (name, value) in self.text().fields(entry).unwrap_or_default() {
                let field =
                    if (parent, name.value.as_str()) == ("metricSource", "spec") { OPAQUE[0] } else { &name.value };
                if OPAQUE.contains(&field) {
                    continue;
                }
                match &value.value {
                    Node::Text(_) | Node::Plain => self.hold_type(type_of(parent, field), field, value),
                    Node::List(_) | Node::Fields(_) => self.hold_types_in(field, value),
                    Node::Null => {}
                }
            }
        }
    }

    fn hold_type(&mut self, wanted: Type, field: &str, node: &Spanned<Node>) {
        let Ok(text) = self.text().value(node) else { return };
        let (text, is_text) = (text.value.as_str(), self.is_text(node));
        let (kind, write) = match wanted {
            // What is no number at all is said where it is read.
            Type::Number if is_text && decimal(text).is_ok() => {
                ("a number", format!("`{field}: {text}`, without quotes"))
            }
            Type::Boolean if is_text => ("true or false", format!("`{field}: true` or `{field}: false`")),
            Type::Text if !is_text => ("a text", format!("`{field}: '{text}'`, with quotes")),
            Type::Number | Type::Boolean | Type::Text | Type::Any => return,
        };
        self.complain(&node.defined, format!("`{field}` is {kind}: write {write}"));
    }

    /// Is a value a text by YAML 1.2: quoted, or what its core schema takes for neither a number nor true or false?
    pub(in super::super) fn is_text(&self, node: &Spanned<Node>) -> bool {
        match &node.value {
            Node::Text(_) => true,
            Node::Plain => self.text().value(node).is_ok_and(|written| !is_plain(&written.value)),
            Node::Null | Node::List(_) | Node::Fields(_) => false,
        }
    }
}

/// Does the core schema of YAML 1.2 take it for true, false or a number?
fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_special = matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    let of = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix)
            .is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)))
    };
    let is_decimal = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && text.parse::<f64>().is_ok();
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
        || is_special
        || of("0x", 16)
        || of("0o", 8)
        || is_decimal
}
