//! Which ledger to use, as text: `sqlite:PATH` or `dynamodb:TABLE`.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::error::LedgerError;

/// Which ledger to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerConfig {
    /// The file at this path, which is made when it is not there.
    Sqlite(PathBuf),
    /// The table of this name, which must be there.
    DynamoDb(String),
}

impl FromStr for LedgerConfig {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: &str| Err(LedgerError::Address { address: text.into(), reason: reason.into() });
        match text.split_once(':') {
            Some(("sqlite", "")) => refuse("the path of a file is missing, as in `sqlite:target/ledger.db`"),
            Some(("sqlite", ":memory:")) => refuse("a ledger in memory is lost with its process: name a file"),
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.into())),
            Some(("dynamodb", table)) if is_table_name(table) => Ok(Self::DynamoDb(table.into())),
            Some(("dynamodb", _)) => {
                refuse("a table's name has 3 to 255 letters, digits, `_`, `-` or `.`, as in `dynamodb:tollgate-ledger`")
            }
            _ => refuse("write `sqlite:` and the path of a file, or `dynamodb:` and the name of a table"),
        }
    }
}

fn is_table_name(text: &str) -> bool {
    (3..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

impl fmt::Display for LedgerConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::DynamoDb(table) => write!(formatter, "dynamodb:{table}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LedgerConfig;

    #[test]
    fn reads_what_it_writes() {
        for text in ["sqlite:/var/lib/a b/ledger.db", "sqlite:c:/ledger", "dynamodb:tollgate-Ledger_1.x"] {
            assert_eq!(text.parse::<LedgerConfig>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn says_what_it_wants() {
        for (text, hint) in [
            ("", "write `sqlite:`"),
            ("/var/ledger.db", "write `sqlite:`"),
            ("SQLITE:x", "write `sqlite:`"),
            ("sqlite:", "path of a file is missing"),
            ("sqlite::memory:", "lost with its process"),
            ("dynamodb:a/b", "3 to 255"),
            ("dynamodb:", "3 to 255"),
        ] {
            let error = text.parse::<LedgerConfig>().unwrap_err().to_string();
            assert!(error.contains(hint) && error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
