//! What will have been spent at the end of a period.

use chrono::NaiveDate;
use num_rational::BigRational;
use num_traits::Signed as _;
use serde::{Deserialize, Serialize};

use super::{
    amount::BilledAmount,
    parts::ForecastParts,
    rate::{Outlook, days, expected, whole},
    series::DailySpend,
    share::whole_of,
};

/// A forecast that AWS made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenForecast {
    /// ISO 4217 code.
    pub currency: String,
    /// The first day that it is for: of Cost Explorer today, of AWS Budgets the first day of the period.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
    /// The mean.
    pub mean: BilledAmount,
    /// The lower bound, where there is one.
    pub low: Option<BilledAmount>,
    /// The upper bound, where there is one.
    pub high: Option<BilledAmount>,
}

/// How a forecast was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForecastMethod {
    /// What was spent before the forecast of AWS begins, and its mean and bounds.
    Aws,
    /// What was spent, and for each day to come what its weekday costs at the level since spend changed last, with its trend,
    /// and the charges that come on that day of each month. The bounds hold at least eight outcomes of ten, as the same
    /// forecast did in the weeks before. What is known of a day that is not over already counts where it is more, and a
    /// refund always.
    Decomposed,
    /// Of older records: as `decomposed` without trend and charges, by the weekdays of the last twelve weeks.
    TrailingWeekdays,
    /// Of older records: the mean of the newest 7 to 28 days.
    TrailingMean,
    /// Every day of the period is known.
    Over,
}

/// What will have been spent at the end of the period, exactly, in millionths.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Projection {
    pub(crate) mean: BigRational,
    pub(crate) bounds: Option<(BigRational, BigRational)>,
    pub(crate) method: ForecastMethod,
    /// What it is made of; none of one that AWS made, or of a period that is over.
    pub(crate) parts: Option<ForecastParts>,
}

/// A period, and how far the bill knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) first_day: NaiveDate,
    pub(crate) end_day: NaiveDate,
    /// The first day that is not known as a whole.
    pub(crate) complete_before: NaiveDate,
}

impl Span {
    /// The first day to come, inside the period.
    pub(crate) fn to_come(self) -> NaiveDate {
        self.complete_before.clamp(self.first_day, self.end_day)
    }
}

/// A projection from a forecast that AWS made.
///
/// # Errors
/// Why it cannot be used: it is for other days, in another currency, or contradicts itself.
pub(crate) fn from_given(
    given: &GivenForecast,
    daily: &DailySpend,
    outlook: &Outlook,
    span: Span,
) -> Result<Projection, String> {
    if given.currency != daily.currency() {
        return Err(format!("the forecast is in {} and the spend in {}", given.currency, daily.currency()));
    }
    if given.end_day != span.end_day || given.first_day < span.first_day {
        let (first, end) = (given.first_day, given.end_day);
        return Err(format!(
            "the forecast is for {first} to before {end}, and the period ends before {}",
            span.end_day
        ));
    }
    let is_outside = given.low.is_some_and(|low| low > given.mean) || given.high.is_some_and(|high| high < given.mean);
    if is_outside {
        return Err("the forecast's mean is outside its bounds".to_owned());
    }
    let known_until = given.first_day.min(span.to_come());
    let missing = daily.missing(span.first_day, known_until);
    if missing > 0 {
        return Err(format!("the forecast begins on {}, and {missing} days before it are not known", given.first_day));
    }
    let mut before = daily.exact_sum(span.first_day, known_until);
    for day in days(known_until, given.first_day) {
        before += expected(daily, outlook, day).ok_or_else(|| {
            format!("the forecast begins on {}, and the days since {known_until} are not known", given.first_day)
        })?;
    }
    // What those days have cost already is no forecast any more.
    let known = daily.exact_sum(given.first_day, given.end_day);
    let with = |amount: BilledAmount| {
        let amount = amount.exact_micros();
        &before + if known.is_positive() { amount.max(known.clone()) } else { amount }
    };
    let bounds = given.low.zip(given.high).map(|(low, high)| (with(low), with(high)));
    Ok(Projection { mean: with(given.mean), bounds, method: ForecastMethod::Aws, parts: None })
}

/// A projection of what the last weeks cost; none when they are not known.
pub(crate) fn own(daily: &DailySpend, outlook: &Outlook, span: Span) -> Option<Projection> {
    let to_come = span.to_come();
    let spent = daily.exact_sum(span.first_day, to_come);
    if to_come == span.end_day {
        let bounds = Some((spent.clone(), spent.clone()));
        return Some(Projection { mean: spent, bounds, method: ForecastMethod::Over, parts: None });
    }
    let mut mean = spent;
    for day in days(to_come, span.end_day) {
        mean += expected(daily, outlook, day)?;
    }
    let width = outlook.width(to_come, span.end_day)?;
    // What is spent already stays spent.
    let least = daily.exact_sum(span.first_day, span.end_day).min(mean.clone());
    let bounds = Some(((&mean - whole(width.below)).max(least), &mean + whole(width.above)));
    let parts = outlook.model().map(|model| ForecastParts::of(model, to_come, span.end_day));
    Some(Projection { mean, bounds, method: ForecastMethod::Decomposed, parts })
}

/// The day of the period on which an amount is used up, at the rate of the last weeks; none when it will not be before the
/// period ends, or when the rate is not known.
pub(crate) fn used_up_on(limit_micros: i64, daily: &DailySpend, outlook: &Outlook, span: Span) -> Option<NaiveDate> {
    let limit = whole_of(limit_micros);
    let mut total = daily.exact_sum(span.first_day, span.to_come());
    for day in days(span.to_come(), span.end_day) {
        total += expected(daily, outlook, day)?;
        if total >= limit {
            return Some(day);
        }
    }
    None
}
