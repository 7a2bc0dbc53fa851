//! The file behind the connection. SQLite goes on writing to a file that was deleted, where nobody will ever find it.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
};

use crate::error::{LedgerError, Place};

/// A file, known by its place on the disk and not only by its name.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    device_and_inode: (u64, u64),
}

impl File {
    /// The file that is at `path` now.
    pub(super) fn at(path: PathBuf, place: &Place) -> Result<Self, LedgerError> {
        let found = fs::metadata(&path).map_err(|error| place.failed("open", error.to_string()))?;
        Ok(Self { path, device_and_inode: identity(&found) })
    }

    /// Is it still there?
    pub(super) fn check(&self, operation: &'static str, place: &Place) -> Result<(), LedgerError> {
        let what_happened = match fs::metadata(&self.path) {
            Ok(found) if identity(&found) == self.device_and_inode => return Ok(()),
            Ok(_) => "the file was replaced by another one".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "the file was deleted".to_owned(),
            Err(error) => format!("the file cannot be found any more: {error}"),
        };
        Err(place.failed(operation, format!("{what_happened} while this program ran: put it back, or start again")))
    }
}

fn identity(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
