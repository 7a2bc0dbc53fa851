//! Changes to a text that leave every line where it is.

use super::tokens::Bytes;

/// Changes in the order in which they are to stand where they meet at one place.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Bytes, String)>);

impl Edits {
    /// Inserts a text in front of a byte.
    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.0.push((at..at, text.into()));
    }

    /// Writes one text for another. The lines that it took are kept as empty ones in front of it.
    pub(super) fn replace(&mut self, whole: &str, bytes: Bytes, text: &str) {
        let lines = whole.get(bytes.clone()).unwrap_or_default().matches('\n').count();
        self.0.push((bytes, "\n".repeat(lines) + text));
    }

    /// The same with the empty lines behind it, where a line cannot begin with the text.
    pub(super) fn replace_before_lines(&mut self, whole: &str, bytes: Bytes, text: &str) {
        let lines = whole.get(bytes.clone()).unwrap_or_default().matches('\n').count();
        self.0.push((bytes, text.to_owned() + &"\n".repeat(lines)));
    }

    /// The changed text.
    pub(crate) fn applied(mut self, text: &str) -> String {
        self.0.sort_by_key(|(bytes, _)| (bytes.start, bytes.end > bytes.start));
        let (mut changed, mut end) = (String::with_capacity(text.len()), 0);
        for (bytes, new) in self.0 {
            changed.push_str(text.get(end..bytes.start).unwrap_or_default());
            changed.push_str(&new);
            end = end.max(bytes.end);
        }
        changed.push_str(text.get(end..).unwrap_or_default());
        changed
    }
}
