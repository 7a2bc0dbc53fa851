//! YAML of which it is not known yet what it is for: what a source's `spec` means, its `type` says, which may come later.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Spanned};

/// Any YAML, with its places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Nothing.
    Null,
    /// A text, quoted or not.
    Text(String),
    /// A number or a truth value. Its text is exact in the file alone: `012`, `1.10`, `on`.
    Plain,
    /// A list.
    List(Vec<Spanned<Node>>),
    /// Fields, in their order.
    Fields(Vec<(Spanned<Node>, Spanned<Node>)>),
}

/// What does not fit, where.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) at: Location,
    pub(super) message: String,
}

impl Misfit {
    pub(super) fn new(at: &Location, message: impl Into<String>) -> Self {
        Self { at: *at, message: message.into() }
    }
}

/// A field by its name.
pub(super) type Field<'n> = (Spanned<String>, &'n Spanned<Node>);

/// The text of the file that nodes are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileText<'t>(pub(super) &'t str);

impl FileText<'_> {
    /// The one value of a node, as it is written.
    pub(super) fn value(self, node: &Spanned<Node>) -> Result<Spanned<String>, Misfit> {
        let located = |text: &str| Spanned::new(text.to_owned(), node.referenced, node.defined);
        match &node.value {
            Node::Text(text) => Ok(located(text)),
            Node::Plain => {
                self.written(&node.defined).map(located).ok_or_else(|| Misfit::new(&node.defined, ONE_VALUE))
            }
            Node::Null | Node::List(_) | Node::Fields(_) => Err(Misfit::new(&node.defined, ONE_VALUE)),
        }
    }

    /// The same, or nothing where nothing is written.
    pub(super) fn optional(self, node: &Spanned<Node>) -> Result<Option<Spanned<String>>, Misfit> {
        if node.value == Node::Null { Ok(None) } else { self.value(node).map(Some) }
    }

    /// The fields of a node, by their names.
    pub(super) fn fields(self, node: &Spanned<Node>) -> Result<Vec<Field<'_>>, Misfit> {
        match &node.value {
            Node::Null => Ok(Vec::new()),
            Node::Fields(fields) => fields.iter().map(|(name, value)| Ok((self.value(name)?, value))).collect(),
            Node::Text(_) | Node::Plain | Node::List(_) => {
                Err(Misfit::new(&node.defined, "fields belong here: write `name: value`"))
            }
        }
    }

    fn written(&self, at: &Location) -> Option<&str> {
        let start = usize::try_from(at.span().byte_offset()?).ok()?;
        let length = usize::try_from(at.span().byte_len()?).ok()?;
        self.0.get(start..start.checked_add(length)?).map(str::trim)
    }
}

const ONE_VALUE: &str = "one value belongs here, and neither a list nor fields";

impl Node {
    /// The entries of a list.
    pub(super) fn list(node: &Spanned<Self>) -> Result<&[Spanned<Self>], Misfit> {
        match &node.value {
            Self::List(entries) => Ok(entries),
            _ => Err(Misfit::new(&node.defined, "a list belongs here: begin each entry with `- `")),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;
        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Node;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any YAML")
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Plain)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Plain)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Plain)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Plain)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(Node::List(entries))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Node::Fields(fields))
            }
        }
        deserializer.deserialize_any(NodeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use serde_saphyr::Spanned;

    use super::{FileText, Node};

    /// The values of the fields of the last document, as they are written.
    fn values(text: &str) -> Vec<String> {
        let documents: Vec<Spanned<Node>> = crate::data::from_yaml_documents("s.yaml", text).unwrap();
        let fields = FileText(text).fields(documents.last().unwrap()).unwrap();
        fields.into_iter().map(|(_, value)| FileText(text).value(value).unwrap().value).collect()
    }

    #[test]
    fn a_value_is_what_is_written() {
        let written = ["012", "1.10", "on", "1e3", "0x1F", "-7", "yes", "1_000", "a b", "TRUE"];
        let text: String = (0..).zip(written).map(|(at, value)| format!("f{at}: {value} # é\n")).collect();
        assert_eq!(values(&text), written);
        assert_eq!(values(&format!("é: ü\n---\n{text}")), written);
        assert_eq!(values("a: '012'\nb: \"on\"\n"), ["012", "on"]);
        assert_eq!(values("a: &x 010\nb: *x\n"), ["010", "010"]);
    }
}
