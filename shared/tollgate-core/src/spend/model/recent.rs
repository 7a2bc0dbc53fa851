//! The days that a model is made of.

use chrono::NaiveDate;

use super::fixed::of_micros;
use crate::spend::series::DailySpend;

/// Fewer days of spend say nothing of the days to come: each weekday twice.
pub(in crate::spend) const LEAST_DAYS: usize = 14;

/// Days that follow one another since spend began, in order, each with its amount in billionths.
#[derive(Debug, Clone, Copy)]
pub(in crate::spend) struct Recent<'a>(&'a [(NaiveDate, i128)]);

/// The whole days before one that are known without a gap; none where an amount is too large.
pub(in crate::spend) fn known(daily: &DailySpend, end: NaiveDate) -> Option<Vec<(NaiveDate, i128)>> {
    let newest = daily.newest(end, usize::MAX);
    let mut days: Vec<_> =
        newest.into_iter().map(|(day, amount)| Some((day, of_micros(amount.micros()?)))).collect::<Option<_>>()?;
    days.reverse();
    Some(days)
}

impl<'a> Recent<'a> {
    /// The days since spend began; all of them where nothing was spent, which is known as well. None where they are too few.
    pub(in crate::spend) fn of(known: &'a [(NaiveDate, i128)]) -> Option<Self> {
        let began = known.iter().position(|(_, amount)| *amount != 0).unwrap_or(0);
        let days = known.get(began..)?;
        (days.len() >= LEAST_DAYS).then_some(Self(days))
    }

    pub(in crate::spend) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<'a> {
        self.0.iter().map(|(day, _)| *day)
    }

    pub(in crate::spend) fn amounts(&self) -> Vec<i128> {
        self.0.iter().map(|(_, amount)| *amount).collect()
    }

    /// The first day after them.
    pub(in crate::spend) fn end(&self) -> NaiveDate {
        self.0.last().and_then(|(day, _)| day.succ_opt()).unwrap_or(NaiveDate::MAX)
    }
}
