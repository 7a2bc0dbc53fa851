//! A snapshot in slices that fit into documents of a ledger: some groups of a question, and the rest.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    ops::Range,
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tollgate_core::digest;

use super::{
    part::Part,
    reading::Reading,
    snapshot::{AwsBudget, OpenAnomaly, Snapshot},
    table::{CostTable, Series},
};

/// What a slice has beside its items, in bytes of JSON, at most.
const FRAME_BYTES: usize = 1024;

/// A slice of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The name of the snapshot that it is of: the digest of the digests of its contents.
    pub snapshot: String,
    /// Which it is, from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    /// Everything but what the others have.
    Frame(Box<Snapshot>),
    /// Some groups of an answer.
    Cost { of: usize, series: Vec<Series> },
    /// Some budgets of an account.
    Budgets { of: usize, budgets: Vec<AwsBudget> },
    /// Some anomalies.
    Anomalies { anomalies: Vec<OpenAnomaly> },
    /// Some counts of requests.
    Served { served: Vec<Part<Vec<String>, BTreeMap<NaiveDate, u64>>> },
}

/// Why a snapshot cannot be sliced.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// It is no JSON.
    #[error("the snapshot of the bill cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// One piece is too large for a slice.
    #[error("a piece of the snapshot of the bill has {found} bytes and may have {most}: ask for less")]
    TooLarge {
        /// Its size.
        found: usize,
        /// The limit.
        most: usize,
    },
}

/// The slices of a snapshot. Each is made when it is asked for, since together they are as large as the snapshot.
#[derive(Debug)]
pub struct Slices<'a> {
    snapshot: &'a Snapshot,
    name: String,
    pieces: Vec<Piece>,
}

/// What a slice has of a snapshot.
#[derive(Debug, Clone)]
enum Piece {
    Frame,
    Cost(usize, Range<usize>),
    Budgets(usize, Range<usize>),
    Anomalies(Range<usize>),
    Served(Range<usize>),
}

impl Snapshot {
    /// The snapshot in slices, each of at most so many bytes of JSON.
    ///
    /// # Errors
    /// When a single group, or what is no list, is larger than that.
    pub fn slices(&self, most_bytes: usize) -> Result<Slices<'_>, SplitError> {
        let room = most_bytes.saturating_sub(FRAME_BYTES);
        let mut pieces = vec![Piece::Frame];
        for (of, part) in self.costs.iter().enumerate() {
            let ranges = packed(part.known().map_or(&[], |table| &table.series), room)?;
            pieces.extend(ranges.into_iter().map(|range| Piece::Cost(of, range)));
        }
        for (of, part) in self.budgets.iter().enumerate() {
            let ranges = packed(part.known().map_or(&[], |found| &found.read), room)?;
            pieces.extend(ranges.into_iter().map(|range| Piece::Budgets(of, range)));
        }
        let anomalies = self.anomalies.as_ref().and_then(Part::known);
        let anomalies = packed(anomalies.map_or(&[], |found| &found.read), room)?;
        pieces.extend(anomalies.into_iter().map(Piece::Anomalies));
        pieces.extend(packed(&self.served, room)?.into_iter().map(Piece::Served));
        let found = size(&self.frame())?;
        if found > room {
            return Err(SplitError::TooLarge { found, most: room });
        }
        let mut slices = Slices { snapshot: self, name: String::new(), pieces };
        let digests: Result<Vec<String>, _> =
            slices.pieces.iter().map(|piece| digest::of_json(&slices.content(piece))).collect();
        slices.name = digest::of_json(&digests?)?;
        Ok(slices)
    }

    /// The same without what may be of any length.
    fn frame(&self) -> Self {
        let without = |table: &CostTable| CostTable {
            days: table.days.clone(),
            series: Vec::new(),
            unreadable: table.unreadable.clone(),
        };
        Self {
            schema: self.schema.clone(),
            tags: self.tags.clone(),
            costs: self.costs.iter().map(|part| part.map(without)).collect(),
            forecasts: self.forecasts.clone(),
            budgets: self.budgets.iter().map(|part| part.map(Reading::frame)).collect(),
            anomalies: self.anomalies.as_ref().map(|part| part.map(Reading::frame)),
            served: Vec::new(),
            ..*self
        }
    }
}

impl Slices<'_> {
    /// The name of the snapshot: another one has another.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.pieces.len()
    }

    /// The slices, in order.
    pub fn iter(&self) -> impl Iterator<Item = Slice> {
        let (snapshot, count) = (&self.name, self.pieces.len());
        let slice =
            move |(index, piece)| Slice { snapshot: snapshot.clone(), index, count, content: self.content(piece) };
        self.pieces.iter().enumerate().map(slice)
    }

    fn content(&self, piece: &Piece) -> Content {
        let snapshot = self.snapshot;
        match piece {
            Piece::Frame => Content::Frame(Box::new(snapshot.frame())),
            Piece::Cost(of, range) => {
                let table = snapshot.costs.get(*of).and_then(Part::known);
                Content::Cost { of: *of, series: some(table.map_or(&[], |table| &table.series), range) }
            }
            Piece::Budgets(of, range) => {
                let budgets = snapshot.budgets.get(*of).and_then(Part::known);
                Content::Budgets { of: *of, budgets: some(budgets.map_or(&[], |found| &found.read), range) }
            }
            Piece::Anomalies(range) => {
                let anomalies = snapshot.anomalies.as_ref().and_then(Part::known);
                Content::Anomalies { anomalies: some(anomalies.map_or(&[], |found| &found.read), range) }
            }
            Piece::Served(range) => Content::Served { served: some(&snapshot.served, range) },
        }
    }
}

fn some<T: Clone>(items: &[T], range: &Range<usize>) -> Vec<T> {
    items.get(range.clone()).unwrap_or_default().to_vec()
}

/// Which items go together: as many as there is room for.
fn packed<T: Serialize>(items: &[T], room: usize) -> Result<Vec<Range<usize>>, SplitError> {
    let mut packs: Vec<Range<usize>> = Vec::new();
    let mut left = 0;
    for (index, item) in items.iter().enumerate() {
        let size = size(item)? + 1;
        if size > room {
            return Err(SplitError::TooLarge { found: size, most: room });
        }
        match packs.last_mut().filter(|_| size <= left) {
            Some(pack) => pack.end = index + 1,
            None => {
                packs.push(index..index + 1);
                left = room;
            }
        }
        left -= size;
    }
    Ok(packs)
}

/// Bytes of JSON.
fn size<T: Serialize>(value: &T) -> Result<usize, SplitError> {
    let mut counting = Counting(0);
    serde_json::to_writer(&mut counting, value)?;
    Ok(counting.0)
}

struct Counting(usize);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
