//! Totals held against what they are made of. A total that its parts contradict says nothing: neither of the two is known to
//! be right.

use super::{
    json::{Fields, amount},
    planned::{ProjectFailure, Refusal},
};
use crate::{evidence::EvidenceStatus, spend::BilledAmount};

/// Infracost 0.10 writes exact decimals, which others may have rounded to millionths.
pub(super) const MICRO: BilledAmount = BilledAmount::MICRO_UNIT;
/// Infracost 2 rounds a diff to cents.
pub(super) const CENT: BilledAmount = BilledAmount::CENT_UNIT;

/// A total of the report, which may be null or left out, and is never negative.
pub(super) fn total(fields: &Fields, field: &str) -> Result<Option<BilledAmount>, Refusal> {
    let total = amount(fields, field)?;
    match total.filter(|total| *total < BilledAmount::ZERO) {
        Some(total) => Err(negative(field, total)),
        None => Ok(total),
    }
}

pub(super) fn negative(field: &str, cost: BilledAmount) -> Refusal {
    Refusal::at(field, format!(": `{cost}` is negative, and a monthly cost is 0 or more"))
}

/// That there is no estimate, since nothing was priced: for the projects that failed, or for another reason where none did.
pub(super) fn nothing_priced(failures: &[ProjectFailure], otherwise: &str) -> Refusal {
    let failed: Vec<String> = failures.iter().map(ProjectFailure::to_string).collect();
    let reason = if failed.is_empty() { otherwise.to_owned() } else { failed.join("; ") };
    Refusal { status: EvidenceStatus::NoData, ..Refusal::new(format!("nothing could be priced: {reason}")) }
}

/// A sum of amounts, of which some may be missing.
pub(super) fn sum(amounts: impl IntoIterator<Item = Option<BilledAmount>>) -> Result<BilledAmount, Refusal> {
    BilledAmount::sum(amounts.into_iter().flatten()).map_err(|error| too_large(&error))
}

pub(super) fn less(one: BilledAmount, other: BilledAmount) -> Result<BilledAmount, Refusal> {
    one.minus(other).map_err(|error| too_large(&error))
}

fn too_large(error: &crate::spend::SpendError) -> Refusal {
    Refusal::new(format!("the estimate cannot be added up: {error}"))
}

/// Parts, and how far each of them may be rounded.
pub(super) struct Parts {
    pub(super) sum: BilledAmount,
    pub(super) count: usize,
    pub(super) rounding: BilledAmount,
}

impl Parts {
    /// Of exact amounts, of which some may be missing.
    pub(super) fn of(amounts: impl Iterator<Item = Option<BilledAmount>>) -> Result<Self, Refusal> {
        let mut count = 0_usize;
        let sum = sum(amounts.inspect(|_| count = count.saturating_add(1)))?;
        Ok(Self { sum, count, rounding: MICRO })
    }

    /// Are they the total, but for rounding?
    ///
    /// # Errors
    /// When they are not: what the total is of, and both amounts.
    pub(super) fn make(&self, total: BilledAmount, what: &str) -> Result<(), Refusal> {
        let difference = less(total, self.sum)?;
        if self.is_within(difference)? { Ok(()) } else { Err(self.contradicted(total, what)) }
    }

    /// Are they no more than the total, but for rounding? For parts of which some are not known.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub(super) fn fit_into(&self, total: BilledAmount, what: &str) -> Result<(), Refusal> {
        let difference = less(total, self.sum)?;
        let fits = difference >= BilledAmount::ZERO || self.is_within(difference)?;
        if fits { Ok(()) } else { Err(self.contradicted(total, what)) }
    }

    fn is_within(&self, difference: BilledAmount) -> Result<bool, Refusal> {
        let size = difference.max(less(BilledAmount::ZERO, difference)?);
        let room = BilledAmount::sum(std::iter::repeat_n(self.rounding, self.count.saturating_add(1)));
        Ok(size <= room.map_err(|error| too_large(&error))?)
    }

    fn contradicted(&self, total: BilledAmount, what: &str) -> Refusal {
        Refusal::new(format!(
            "the estimate contradicts itself: {what} is {total}, and its parts come to {}; send what Infracost wrote, as it is",
            self.sum
        ))
    }
}
