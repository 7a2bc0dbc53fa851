//! What the summary of a report of Infracost 0.10, or of one of its projects, counts.

use super::UNKNOWN;
use crate::cost::{
    json::{Fields, count, counts, object_or_none},
    planned::{Counts, Refusal},
};

/// The resources that have no cost, as a summary counts them.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// Those whose type the tool does not know, by type; those of which the summary does not say what they are as `unknown`.
    pub(super) unsupported: Counts,
    /// Those that are free.
    pub(super) free: u64,
    is_said: bool,
}

impl Counted {
    /// The summary of a report or a project, which lists so many resources.
    pub(super) fn of(fields: &Fields, listed: u64) -> Result<Self, Refusal> {
        let Some(summary) = object_or_none(fields, "summary")? else { return Ok(Self::default()) };
        Self::read(summary, listed).map_err(|error| error.under("summary"))
    }

    fn read(summary: &Fields, listed: u64) -> Result<Self, Refusal> {
        let (total, by_type) =
            (count(summary, "totalUnsupportedResources")?, counts(summary, "unsupportedResourceCounts")?);
        let free = count(summary, "totalNoPriceResources")?.unwrap_or_default();
        let is_said = total.is_some() || by_type.is_some();
        let mut unsupported = by_type.unwrap_or_default();
        unsupported.retain(|_, count| *count > 0);
        let named = sum(&unsupported);
        let priced = count(summary, "totalSupportedResources")?.unwrap_or(listed);
        let detected = count(summary, "totalDetectedResources")?.unwrap_or_default();
        let of_all = detected.saturating_sub(priced).saturating_sub(free);
        let unnamed = total.unwrap_or_default().max(of_all).saturating_sub(named);
        if unnamed > 0 {
            unsupported.insert(UNKNOWN.to_owned(), unnamed);
        }
        Ok(Self { unsupported, free, is_said })
    }

    /// Does it say what is left out?
    pub(super) fn is_said(&self) -> bool {
        self.is_said
    }

    /// Of two counts of the same resources the larger, type by type.
    pub(super) fn larger(self, other: &Self) -> Self {
        self.join(other, |one, other| one.max(other))
    }

    /// The counts of two projects.
    pub(super) fn and(self, other: &Self) -> Self {
        self.join(other, u64::saturating_add)
    }

    fn join(mut self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        for (name, count) in &other.unsupported {
            let known = self.unsupported.entry(name.clone()).or_default();
            *known = join(*known, *count);
        }
        self.free = join(self.free, other.free);
        self
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}
