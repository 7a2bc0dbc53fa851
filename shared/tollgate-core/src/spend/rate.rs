//! What days weigh and cost, as the days before them tell.

use chrono::{Duration, NaiveDate};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use serde::{Deserialize, Serialize};

use super::{
    amount::BilledAmount,
    interval::Width,
    model::{LEAST_DAYS, Model, Recent, in_micros, known},
    series::DailySpend,
};

/// What shares of a period and rates were weighted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Every day counts the same.
    Days,
    /// A day counts as its weekday did in the last weeks.
    Weekdays,
    /// A day counts as its weekday did, and with the charges that come on that day of each month.
    Charges,
}

/// What days weigh and cost.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    known: Vec<(NaiveDate, i128)>,
    least_weeks: u32,
    model: Option<Model>,
}

impl Outlook {
    /// As the days before one tell; by weekday where there are at least so many whole weeks of them.
    pub(crate) fn of(daily: &DailySpend, complete_before: NaiveDate, least_weeks: u32) -> Self {
        let known = known(daily, complete_before).unwrap_or_default();
        // Where spend begins on a day that is not whole yet, the days of nothing before it say nothing of it.
        let begins = daily.between(complete_before, NaiveDate::MAX).any(|(_, spend)| spend.amount.micros() != Some(0));
        let is_silent = known.iter().all(|(_, amount)| *amount == 0);
        let recent = Recent::of(&known).filter(|_| !(is_silent && begins));
        let model = recent.map(|recent| Model::of(recent, least_weeks));
        Self { known, least_weeks, model }
    }

    pub(crate) fn weighting(&self) -> Weighting {
        match &self.model {
            Some(model) if !model.recurring.is_empty() => Weighting::Charges,
            Some(model) if model.has_weekdays() => Weighting::Weekdays,
            _ => Weighting::Days,
        }
    }

    /// What the days from the first to before the end weigh together.
    pub(crate) fn weight(&self, first: NaiveDate, end: NaiveDate) -> BigRational {
        let weight = match self.model.as_ref().filter(|_| self.weighting() != Weighting::Days) {
            Some(model) => days(first, end).map(|day| model.flat_rate(day) + model.recurring_on(day)).sum::<i128>(),
            None => i128::from((end - first).num_days().max(0)),
        };
        BigRational::from_integer(BigInt::from(weight))
    }

    /// What a day will cost, in millionths; none when the past is too short. Credits of the past are not expected again, so
    /// it is never less than nothing.
    pub(crate) fn rate(&self, day: NaiveDate) -> Option<BigRational> {
        let model = self.model.as_ref()?;
        Some(whole(model.rate(day) + model.recurring_on(day)))
    }

    /// How far from what is expected the days from the first to before the end can be.
    pub(super) fn width(&self, first: NaiveDate, end: NaiveDate) -> Option<Width> {
        Some(Width::of(self.model.as_ref()?, self.least_weeks, first, end))
    }

    /// Why nothing can be said of days to come.
    pub(crate) fn too_short(&self) -> String {
        let began = self.known.iter().position(|(_, amount)| *amount != 0).unwrap_or(self.known.len());
        let days = self.known.len().saturating_sub(began);
        match self.model {
            Some(_) => "not all days of the period are known".to_owned(),
            None => format!("a forecast takes {LEAST_DAYS} whole days of spend in a row, and there are {days}"),
        }
    }

    pub(super) fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }
}

/// Billionths as whole millionths.
pub(super) fn whole(amount: i128) -> BigRational {
    BigRational::from_integer(BigInt::from(in_micros(amount)))
}

/// The days from the first to before the end.
pub(crate) fn days(first: NaiveDate, end: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day < end)
}

/// What a day that is not over is expected to cost.
pub(crate) fn expected(daily: &DailySpend, outlook: &Outlook, day: NaiveDate) -> Option<BigRational> {
    outlook.rate(day).map(|rate| with_known(daily, day, rate))
}

/// What a day that is not over comes to at a rate: what is known of it or the rate, whichever is more. A refund that is booked
/// already comes on top of the rate, since the day goes on.
fn with_known(daily: &DailySpend, day: NaiveDate, rate: BigRational) -> BigRational {
    let known = daily.on(day).map_or(BilledAmount::ZERO, |spend| spend.amount).exact_micros();
    if known.is_negative() { known + rate } else { rate.max(known) }
}

/// The day after so many.
pub(crate) fn later(day: NaiveDate, count: i64) -> Option<NaiveDate> {
    day.checked_add_signed(Duration::try_days(count)?)
}
