//! A snapshot in slices that fit into documents of a ledger: what was billed by question and month, and the rest.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use tollgate_core::digest;

use super::{
    part::{Outcome, Part},
    snapshot::{AwsBudget, OpenAnomaly, Snapshot},
    table::{CostTable, Series},
};

/// What a slice has beside its items, in bytes of JSON, at most.
const FRAME_BYTES: usize = 1024;

/// A slice of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The digest of the snapshot that it is of.
    pub snapshot: String,
    /// Which it is, from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    /// Everything but what the others have.
    Frame(Box<Snapshot>),
    /// Some groups of an answer, each in a month, month by month.
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

impl Snapshot {
    /// The snapshot in slices, each of at most so many bytes of JSON.
    ///
    /// # Errors
    /// When a single group's month, or what is no list, is larger than that.
    pub fn slices(self, most_bytes: usize) -> Result<Vec<Slice>, SplitError> {
        let snapshot = digest::of_json(&self)?;
        let mut frame = self;
        let mut contents = Vec::new();
        let room = most_bytes.saturating_sub(FRAME_BYTES);
        for (of, part) in frame.costs.iter_mut().enumerate() {
            let Outcome::Known(table) = &mut part.outcome else { continue };
            let series = std::mem::take(&mut table.series);
            let of_month = |month| series.iter().filter_map(move |series| in_month(series, month));
            let packs = packed(months(&series).into_iter().flat_map(of_month).collect(), room)?;
            contents.extend(packs.into_iter().map(|series| Content::Cost { of, series }));
        }
        for (of, part) in frame.budgets.iter_mut().enumerate() {
            let Outcome::Known(budgets) = &mut part.outcome else { continue };
            let packs = packed(std::mem::take(budgets), room)?;
            contents.extend(packs.into_iter().map(|budgets| Content::Budgets { of, budgets }));
        }
        if let Some(Part { outcome: Outcome::Known(anomalies), .. }) = &mut frame.anomalies {
            let packs = packed(std::mem::take(anomalies), room)?;
            contents.extend(packs.into_iter().map(|anomalies| Content::Anomalies { anomalies }));
        }
        let packs = packed(std::mem::take(&mut frame.served), room)?;
        contents.extend(packs.into_iter().map(|served| Content::Served { served }));
        let found = serde_json::to_vec(&frame)?.len();
        if found > room {
            return Err(SplitError::TooLarge { found, most: room });
        }
        contents.insert(0, Content::Frame(Box::new(frame)));
        let count = contents.len();
        let slice = |(index, content)| Slice { snapshot: snapshot.clone(), index, count, content };
        Ok(contents.into_iter().enumerate().map(slice).collect())
    }
}

/// A snapshot out of its slices, in whatever order.
///
/// # Errors
/// When one is missing, twice there, of another snapshot, or changed.
pub fn join(mut slices: Vec<Slice>) -> Result<Snapshot, JoinError> {
    slices.sort_by_key(|slice| slice.index);
    let expected = slices.first().map_or(1, |slice| slice.count);
    let name = slices.first().map(|slice| slice.snapshot.clone()).unwrap_or_default();
    let whole = slices.iter().enumerate().all(|(index, slice)| slice.index == index && slice.snapshot == name);
    if slices.len() != expected || !whole {
        slices.retain(|slice| slice.snapshot == name);
        slices.dedup_by_key(|slice| slice.index);
        return Err(JoinError::Incomplete { expected, found: slices.len() });
    }
    let mut contents = slices.into_iter().map(|slice| slice.content);
    let Some(Content::Frame(frame)) = contents.next() else { return Err(JoinError::Damaged) };
    let mut snapshot = *frame;
    for content in contents {
        add(&mut snapshot, content).ok_or(JoinError::Damaged)?;
    }
    match digest::of_json(&snapshot) {
        Ok(digest) if digest == name => Ok(snapshot),
        _ => Err(JoinError::Damaged),
    }
}

fn add(snapshot: &mut Snapshot, content: Content) -> Option<()> {
    match content {
        Content::Frame(_) => return None,
        Content::Cost { of, series } => {
            let table = list(&mut snapshot.costs.get_mut(of)?.outcome)?;
            series.into_iter().for_each(|series| put(table, series));
        }
        Content::Budgets { of, budgets } => list(&mut snapshot.budgets.get_mut(of)?.outcome)?.extend(budgets),
        Content::Served { served } => snapshot.served.extend(served),
        Content::Anomalies { anomalies } => list(&mut snapshot.anomalies.as_mut()?.outcome)?.extend(anomalies),
    }
    Some(())
}

fn list<T>(outcome: &mut Outcome<T>) -> Option<&mut T> {
    match outcome {
        Outcome::Known(found) => Some(found),
        Outcome::Missing(_) => None,
    }
}

/// Puts a month of a group to its other months. Groups are sorted, as they are in a table.
fn put(table: &mut CostTable, series: Series) {
    let name = |series: &Series| (series.keys.clone(), series.currency.clone());
    let at = table.series.binary_search_by_key(&name(&series), name);
    match at.map(|at| table.series.get_mut(at)) {
        Ok(Some(found)) => found.amounts.extend(series.amounts),
        Ok(None) => {}
        Err(at) => table.series.insert(at, series),
    }
}

fn month(day: NaiveDate) -> (i32, u32) {
    (day.year(), day.month())
}

fn months(series: &[Series]) -> Vec<(i32, u32)> {
    let mut months: Vec<_> = series.iter().flat_map(|series| series.amounts.keys()).map(|day| month(*day)).collect();
    months.sort_unstable();
    months.dedup();
    months
}

fn in_month(series: &Series, wanted: (i32, u32)) -> Option<Series> {
    let days = series.amounts.iter().filter(|(day, _)| month(**day) == wanted);
    let amounts: BTreeMap<_, _> = days.map(|(day, amount)| (*day, *amount)).collect();
    let (keys, currency) = (series.keys.clone(), series.currency.clone());
    (!amounts.is_empty()).then_some(Series { keys, currency, amounts })
}

/// As many items to a pack as there is room for.
fn packed<T: Serialize>(items: Vec<T>, room: usize) -> Result<Vec<Vec<T>>, SplitError> {
    let mut packs: Vec<Vec<T>> = Vec::new();
    let mut left = 0;
    for item in items {
        let size = serde_json::to_vec(&item)?.len() + 1;
        if size > room {
            return Err(SplitError::TooLarge { found: size, most: room });
        }
        match packs.last_mut().filter(|_| size <= left) {
            Some(pack) => pack.push(item),
            None => {
                packs.push(vec![item]);
                left = room;
            }
        }
        left -= size;
    }
    Ok(packs)
}
