//! A bound on what a function writes: a value whose parts are shared can be far larger written out than held.

/// The most that one call may write.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// Bytes that may still be written.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Self(MOST_BYTES)
    }

    pub(super) fn take(&mut self, bytes: usize) -> Result<(), String> {
        self.0 = self.0.checked_sub(bytes).ok_or_else(|| {
            format!("the text would be longer than {MOST_BYTES} bytes: write less of it into one text")
        })?;
        Ok(())
    }
}
