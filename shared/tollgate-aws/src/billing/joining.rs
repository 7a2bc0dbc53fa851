//! A snapshot out of its slices, one after the other.

use tollgate_core::digest;

use super::{
    part::Outcome,
    slices::{Content, Slice},
    snapshot::Snapshot,
};

/// Why slices are no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// One is missing, there twice, or of another snapshot.
    #[error("the bill is kept in {expected} slices and {found} of them were found: fetch it again")]
    Incomplete {
        /// How many there should be.
        expected: usize,
        /// How many different ones there are.
        found: usize,
    },
    /// They are all there, and make something else.
    #[error("the slices of the bill do not make the bill that was kept: fetch it again")]
    Damaged,
}

/// A snapshot that slices are still coming for.
#[derive(Debug)]
pub struct Joining {
    name: String,
    expected: usize,
    found: usize,
    /// Of the contents that came without a gap.
    digests: Vec<String>,
    snapshot: Option<Box<Snapshot>>,
}

impl Joining {
    /// The snapshot of this name, of which there are so many slices.
    pub fn new(name: &str, expected: usize) -> Self {
        Self { name: name.to_owned(), expected, found: 0, digests: Vec::new(), snapshot: None }
    }

    /// Takes in the next one in order. One of another snapshot, or that is there already, counts for nothing.
    pub fn add(&mut self, slice: Slice) {
        let Slice { snapshot, index, content, .. } = slice;
        if snapshot != self.name || index < self.digests.len() {
            return;
        }
        self.found += 1;
        // Behind a gap nothing is of use any more.
        if let Some(digest) = digest::of_json(&content).ok().filter(|_| index == self.digests.len()) {
            self.digests.push(digest);
            self.take(content);
        }
    }

    fn take(&mut self, content: Content) {
        if let Content::Frame(frame) = content {
            self.snapshot = Some(frame);
        } else if let Some(mut snapshot) = self.snapshot.take() {
            // What does not fit in leaves nothing behind that could be taken for a bill.
            self.snapshot = add(&mut snapshot, content).map(|()| snapshot);
        }
    }

    /// The snapshot.
    ///
    /// # Errors
    /// When a slice is missing or changed.
    pub fn done(self) -> Result<Snapshot, JoinError> {
        let Self { name, expected, found, digests, snapshot } = self;
        if digests.len() != expected || found != expected {
            return Err(JoinError::Incomplete { expected, found });
        }
        let is_same = digest::of_json(&digests).is_ok_and(|digest| digest == name);
        snapshot.filter(|_| is_same).map(|snapshot| *snapshot).ok_or(JoinError::Damaged)
    }
}

/// A snapshot out of its slices, in whatever order.
///
/// # Errors
/// When one is missing, twice there, of another snapshot, or changed.
pub fn join(mut slices: Vec<Slice>) -> Result<Snapshot, JoinError> {
    slices.sort_by_key(|slice| slice.index);
    let (name, expected) = slices.first().map_or(("", 1), |slice| (slice.snapshot.as_str(), slice.count));
    let mut joining = Joining::new(name, expected);
    slices.into_iter().for_each(|slice| joining.add(slice));
    joining.done()
}

fn add(snapshot: &mut Snapshot, content: Content) -> Option<()> {
    match content {
        Content::Frame(_) => return None,
        Content::Cost { of, series } => list(&mut snapshot.costs.get_mut(of)?.outcome)?.series.extend(series),
        Content::Budgets { of, budgets } => list(&mut snapshot.budgets.get_mut(of)?.outcome)?.read.extend(budgets),
        Content::Served { served } => snapshot.served.extend(served),
        Content::Anomalies { anomalies } => list(&mut snapshot.anomalies.as_mut()?.outcome)?.read.extend(anomalies),
    }
    Some(())
}

fn list<T>(outcome: &mut Outcome<T>) -> Option<&mut T> {
    match outcome {
        Outcome::Known(found) => Some(found),
        Outcome::Missing(_) => None,
    }
}
