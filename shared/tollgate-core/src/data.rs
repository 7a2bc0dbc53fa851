//! Data files: YAML into typed values, with errors that name file and line.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Error;
pub use serde_saphyr::{Location, Spanned};

use crate::suggest::nearest;

/// What is wrong with a data file, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct DataError {
    /// The file, relative to the policies' folder.
    pub file: String,
    /// The line, from 1; absent when it is about the file as a whole.
    pub line: Option<u64>,
    /// The column, from 1, in characters; absent where only the line is known.
    pub column: Option<u64>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl DataError {
    /// An error about a place in a file.
    pub fn new(file: impl Into<String>, line: impl Into<Option<u64>>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: line.into(), column: None, message: message.into() }
    }

    /// An error about a place that the reader of YAML knows.
    pub fn at(file: impl Into<String>, at: &Location, message: impl Into<String>) -> Self {
        let known = |number: u64| Some(number).filter(|number| *number > 0);
        Self { column: known(at.column()), ..Self::new(file, known(at.line()), message) }
    }

    /// Where it is: `data/slos/payments.yaml:12:7`.
    pub fn place(&self) -> String {
        let numbers = self.line.into_iter().chain(self.line.and(self.column));
        [self.file.clone()].into_iter().chain(numbers.map(|number| number.to_string())).collect::<Vec<_>>().join(":")
    }

    /// Without the column, which few tests are about.
    #[cfg(test)]
    pub(crate) fn by_line(&self) -> String {
        Self { column: None, ..self.clone() }.to_string()
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place(), self.message)
    }
}

/// Reads a file of one YAML document.
///
/// # Errors
/// When the text is not YAML, or does not fit the type.
pub fn from_yaml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, DataError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let says_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if text.lines().all(says_nothing) {
            let message = "nothing is in it: write what belongs here, or remove the file";
            return DataError { column: Some(1), ..DataError::new(file, 1, message) };
        }
        located(file, &error)
    })
}

/// Reads a file of any number of YAML documents.
///
/// # Errors
/// When the text is not YAML, or one document does not fit the type.
pub fn from_yaml_documents<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>, DataError> {
    // What is infinite or no number is refused where a number is wanted, and may stand where anything may.
    let options = serde_saphyr::options! { non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| located(file, &error))
}

/// The same, or as many fields of its path as are there: an error about a place in a file that was read as a whole.
pub(crate) fn place_of(file: &str, text: &str, path: &[&str]) -> DataError {
    let mut at = None;
    if let Ok(tree) = serde_saphyr::from_str::<Tree>(text) {
        let mut tree = &tree;
        for part in path {
            let Some((name, below)) = tree.0.iter().find(|(name, _)| name.value == *part) else { break };
            (at, tree) = (Some(name.defined), below);
        }
    }
    at.map_or_else(|| DataError::new(file, None, ""), |at| DataError::at(file, &at, ""))
}

/// The names of a document's fields, each with its place. The entries of a list are named by their index.
struct Tree(Vec<(Spanned<String>, Tree)>);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key()? {
            fields.push((name, map.next_value()?));
        }
        Ok(Tree(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(Spanned { value, referenced, defined }) = list.next_element::<Spanned<Tree>>()? {
            fields.push((Spanned::new(fields.len().to_string(), referenced, defined), value));
        }
        Ok(Tree(fields))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_i128<E>(self, _: i128) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree(Vec::new()))
    }
}

fn located(file: &str, error: &Error) -> DataError {
    let error = error.without_snippet();
    let message = message(error);
    error.location().map_or_else(|| DataError::new(file, None, &message), |at| DataError::at(file, &at, &message))
}

/// What is wrong in the words of whoever wrote the file, where the reader of YAML has those of a programmer.
fn message(error: &Error) -> String {
    let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match error {
        Error::SerdeUnknownField { field, expected, .. } => match nearest(field, expected.iter().copied()) {
            Some(meant) => format!("there is no field `{field}` here: write `{meant}`"),
            None => format!("there is no field `{field}` here: look at its indentation, or write {}", listed(expected)),
        },
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            format!("`{variant}` is not possible here: write {}", listed(expected))
        }
        Error::SerdeMissingField { field, .. } => format!("no `{field}`: write it here"),
        Error::SerdeInvalidType { unexpected, expected, .. } => format!("{unexpected} stands where {expected} belongs"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` is here twice: keep one of them"),
        Error::Unexpected { expected: "sequence start", .. } => {
            "a list belongs here: begin each entry with `- `".to_owned()
        }
        Error::Unexpected { expected: "mapping start", .. } => "fields belong here: write `name: value`".to_owned(),
        other => {
            let text = other.to_string();
            let known = YAML_MISTAKES.iter().find(|(said, _)| text.contains(said)).map(|(_, meant)| *meant);
            known.unwrap_or_else(|| text.split(" at line ").next().unwrap_or(&text)).to_owned()
        }
    }
}

/// What the scanner of YAML says of mistakes in layout, and what to do about them.
const YAML_MISTAKES: [(&str, &str); 16] = [
    ("multiple YAML documents", "a second document begins here: write it into a file of its own"),
    ("tabs disallowed", "a tab cannot indent YAML: write blanks instead"),
    ("found a tab", "a tab follows, which cannot indent YAML: write blanks instead"),
    (
        "mapping values are not allowed",
        "this `:` cannot stand here: indent the line like its neighbours, or quote the text if the `:` is part of it",
    ),
    ("did not find expected '-' indicator", "this is not indented like the list that it is in: write as many blanks"),
    ("did not find expected key", "this is not indented like its neighbours: write as many blanks"),
    ("simple key expected ':'", "no `:` behind the name: write `name: value`"),
    ("multiline quoted scalar", "the quoted text before this does not end: write the quote that closes it"),
    ("expected string scalar", "one value belongs here, and neither a list nor fields"),
    ("invalid u32", "this is not a whole number: write one"),
    ("invalid u64", "this is not a whole number: write one"),
    ("invalid i64", "this is not a whole number: write one"),
    ("unclosed bracket", "this bracket is not closed: close it, or quote the text if it is part of it"),
    ("invalid boolean", "this is neither `true` nor `false`: write one of them"),
    ("budget breached", "from here on there is too much, or it repeats itself by too many aliases: split the file"),
    ("unexpected character", "a character that YAML does not have: is this the file that you meant?"),
];

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::from_yaml;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its type matters here")]
        count: u32,
    }

    #[test]
    fn errors_name_file_line_and_what_was_expected() {
        for (text, expected) in [
            ("count: many", "s.yaml:1:8: this is not a whole number: write one"),
            ("\ncount: 1\ncuont: 2", "s.yaml:3:1: there is no field `cuont` here: write `count`"),
            (
                "count: 1\nsize: 2",
                "s.yaml:2:1: there is no field `size` here: look at its indentation, or write `count`",
            ),
            ("count: 1\ncount: 2", "s.yaml:2:1: `count` is here twice: keep one of them"),
            ("{}", "s.yaml:1:1: no `count`: write it here"),
            ("count: [", "s.yaml:1:8: one value belongs here"),
            ("", "s.yaml:1:1: nothing is in it: write what belongs here, or remove the file"),
            ("# x\n", "s.yaml:1:1: nothing is in it"),
            ("count: 1\n---\ncount: 2", "s.yaml:3:1: a second document begins here"),
            ("{a: {b", "s.yaml:1:"),
            ("a:\n\tcount: 1", "s.yaml:"),
            ("count: 1: 2", "s.yaml:1:9: this `:` cannot stand here"),
            ("count: 1\nx", "s.yaml:2:1: no `:` behind the name"),
            ("count: \"1\nx: 2", "s.yaml:2:1: the quoted text before this does not end"),
            ("- count", "s.yaml:1:1: fields belong here"),
            ("\u{0}", "s.yaml:1:1: a character that YAML does not have"),
        ] {
            let error = from_yaml::<Sample>("s.yaml", text).unwrap_err().to_string();
            println!("{error}");
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
