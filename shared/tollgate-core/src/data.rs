//! Data files: YAML into typed values, with errors that name file and line.

use std::fmt;

use serde::de::DeserializeOwned;

/// What is wrong with a data file, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct DataError {
    /// The file, relative to the policies' folder.
    pub file: String,
    /// The line, from 1; absent when it is about the file as a whole.
    pub line: Option<u64>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl DataError {
    /// An error about a place in a file.
    pub fn new(file: impl Into<String>, line: impl Into<Option<u64>>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: line.into(), message: message.into() }
    }

    /// Where it is: `data/slos/payments.yaml:12`.
    pub fn place(&self) -> String {
        self.line.map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file))
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
    serde_saphyr::from_str(text).map_err(|error| located(file, &error))
}

/// Reads a file of any number of YAML documents.
///
/// # Errors
/// When the text is not YAML, or one document does not fit the type.
pub fn from_yaml_documents<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>, DataError> {
    serde_saphyr::from_multiple(text).map_err(|error| located(file, &error))
}

fn located(file: &str, error: &serde_saphyr::Error) -> DataError {
    let line = error.location().map(|location| location.line());
    let text = error.without_snippet().to_string();
    let message = if line.is_some() { text.split(" at line ").next().unwrap_or(&text) } else { &text };
    DataError::new(file, line, message)
}

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
            ("count: many", "s.yaml:1: "),
            ("\ncount: 1\ncuont: 2", "s.yaml:3: "),
            ("count: 1\ncount: 2", "s.yaml:2: "),
            ("count: [", "s.yaml:"),
        ] {
            let error = from_yaml::<Sample>("s.yaml", text).unwrap_err().to_string();
            println!("{error}");
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
