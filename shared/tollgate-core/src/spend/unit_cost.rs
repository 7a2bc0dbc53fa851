//! What a thousand requests cost.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::{
    rate::{days, later},
    series::DailySpend,
    share::{over, ppm_up},
};

/// A week, so that each weekday is in it.
const RECENT_DAYS: i64 = 7;
const BEFORE_DAYS: i64 = 28;

/// What a thousand requests cost in the newest whole week, and in the four weeks before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnitCostFact {
    /// Requests in the newest whole week.
    pub requests: u64,
    /// What a thousand of them cost, in millionths, rounded up; null when there were none.
    pub per_thousand_micros: Option<i64>,
    /// Requests in the four weeks before it.
    pub requests_before: u64,
    /// What a thousand of those cost, in millionths, rounded up; null when there were none.
    pub per_thousand_before_micros: Option<i64>,
    /// The increase of the one over the other, in parts per million, rounded up; null when one of them is not known, or
    /// requests cost nothing before.
    pub increase_ppm: Option<i64>,
}

/// Joins spend with counts of requests; none unless both are known for every day of the newest week.
pub(crate) fn unit_cost(
    daily: &DailySpend,
    requests: &BTreeMap<NaiveDate, u64>,
    complete_before: NaiveDate,
) -> Option<UnitCostFact> {
    let week = later(complete_before, -RECENT_DAYS)?;
    let (recent_requests, recent) = joined(daily, requests, week, complete_before)?;
    let earlier = joined(daily, requests, later(week, -BEFORE_DAYS)?, week);
    let (requests_before, before) = earlier.unwrap_or((0, None));
    let increase = before.as_ref().zip(recent.as_ref()).and_then(|(before, recent)| over(&(recent - before), before));
    let micros = |cost: Option<BigRational>| cost.and_then(|cost| cost.ceil().to_integer().to_i64());
    Some(UnitCostFact {
        requests: recent_requests,
        increase_ppm: increase.as_ref().and_then(ppm_up),
        per_thousand_micros: micros(recent),
        requests_before,
        per_thousand_before_micros: micros(before),
    })
}

/// The requests of some days, and what a thousand cost; none when a day is not known.
fn joined(
    daily: &DailySpend,
    requests: &BTreeMap<NaiveDate, u64>,
    first: NaiveDate,
    end: NaiveDate,
) -> Option<(u64, Option<BigRational>)> {
    let mut count = 0_u64;
    let mut cost = BigRational::zero();
    for day in days(first, end) {
        count = count.checked_add(*requests.get(&day)?)?;
        cost += daily.on(day)?.amount.exact_micros();
    }
    let thousand = BigRational::new(BigInt::from(count), BigInt::from(1000));
    Some((count, over(&cost, &thousand)))
}
