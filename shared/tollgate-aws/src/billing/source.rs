//! Where the bill comes from, as configuration says it.

use std::{
    fmt, fs,
    io::Read as _,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::snapshot::{BILLING_SCHEMA, Snapshot};

const LARGEST_BYTES: u64 = 64 << 20;

/// Where the bill comes from: `aws`, `recorded:PATH`, or `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillingSource {
    /// Cost Explorer and AWS Budgets, or what stands at `AWS_ENDPOINT_URL`.
    Aws,
    /// A snapshot in a file.
    Recorded(PathBuf),
    /// Nowhere: nothing is known of any spend.
    Nowhere,
}

/// The text names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no source of bills: write `aws`, `recorded:` and the path of a snapshot, or `none`")]
pub struct BillingSourceError(String);

impl FromStr for BillingSource {
    type Err = BillingSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix("recorded:")) {
            ("aws", _) => Ok(Self::Aws),
            ("none", _) => Ok(Self::Nowhere),
            (_, Some(path)) if !path.is_empty() => Ok(Self::Recorded(path.into())),
            _ => Err(BillingSourceError(text.to_owned())),
        }
    }
}

impl fmt::Display for BillingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws => formatter.write_str("aws"),
            Self::Recorded(path) => write!(formatter, "recorded:{}", path.display()),
            Self::Nowhere => formatter.write_str("none"),
        }
    }
}

/// Why a file is no snapshot of a bill.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It cannot be read.
    #[error("the recorded bill `{path}` cannot be read: {source}")]
    Unreadable {
        /// Where it should be.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("the recorded bill `{path}` is not a snapshot of form `{BILLING_SCHEMA}`: {reason}")]
    Malformed {
        /// Where it is.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl Snapshot {
    /// Reads a snapshot from a file.
    ///
    /// # Errors
    /// When the file cannot be read, is larger than 64 MiB, or is no snapshot.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let name = || path.display().to_string();
        let malformed = |reason: String| SnapshotError::Malformed { path: name(), reason };
        let mut text = String::new();
        let read = fs::File::open(path).and_then(|file| file.take(LARGEST_BYTES + 1).read_to_string(&mut text));
        read.map_err(|source| SnapshotError::Unreadable { path: name(), source })?;
        if u64::try_from(text.len()).is_ok_and(|length| length > LARGEST_BYTES) {
            return Err(malformed(format!("it is larger than {LARGEST_BYTES} bytes")));
        }
        let snapshot: Self = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        if snapshot.schema != BILLING_SCHEMA {
            return Err(malformed("it has another schema".to_owned()));
        }
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::{BillingSource, Snapshot};

    #[test]
    fn a_source_is_read_as_it_is_written() {
        for text in ["aws", "none", "recorded:bills/today.json"] {
            assert_eq!(text.parse::<BillingSource>().unwrap().to_string(), text);
        }
        for text in ["", "AWS", "recorded:", "file.json"] {
            assert!(text.parse::<BillingSource>().unwrap_err().to_string().contains("no source of bills"), "{text}");
        }
    }

    #[test]
    fn what_is_no_snapshot_says_so() {
        let path = std::env::temp_dir().join(format!("tollgate-bill-{}.json", std::process::id()));
        assert!(Snapshot::open(&path).unwrap_err().to_string().contains("cannot be read"));
        std::fs::write(&path, r#"{"schema": "tollgate.billing/v0"}"#).unwrap();
        assert!(Snapshot::open(&path).unwrap_err().to_string().contains("is not a snapshot of form"));
        std::fs::remove_file(&path).unwrap();
    }
}
