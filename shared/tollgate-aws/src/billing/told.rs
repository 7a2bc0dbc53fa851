//! What was billed of a question: its days, and the months before them where a period began earlier.

use chrono::NaiveDate;
use tollgate_core::{
    Timestamp,
    budget::Basis,
    evidence::EvidenceStatus,
    spend::{BilledAmount, DailySpend, SpendError},
};

use super::{
    group::{GroupKey, Place, Tags, padded},
    part::{Gap, Outcome, Part},
    query::{CostQuery, month_of},
    reach::months_from,
    reading::Unreadable,
    snapshot::Snapshot,
    table::{CostTable, Series},
};

/// An answer that came.
type Answer<'a> = (&'a Part<CostQuery, CostTable>, &'a CostTable);

/// What was billed of a question in a period and before it: never its days without the months that belong to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    days: Answer<'a>,
    months: Option<Answer<'a>>,
}

impl<'a> Told<'a> {
    /// The answers to a question about a period that began on a day.
    ///
    /// # Errors
    /// When it was not asked, or one of its answers did not come.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        basis: Basis,
        group_by: &[GroupKey],
        only: &[(GroupKey, Vec<String>)],
        first_day: NaiveDate,
    ) -> Result<Self, Gap> {
        let of_it = || snapshot.costs.iter().filter(|part| part.asked.answers(basis, group_by, only));
        let days = of_it().find(|part| part.asked.granularity.is_daily());
        let days = answered(days, "the bill was not asked for this budget: fetch it again")?;
        if days.0.asked.first_day <= first_day {
            return Ok(Self { days, months: None });
        }
        let whole = first_day == month_of(first_day);
        // A part of a month cannot be taken from another one: only months that begin with the period tell it.
        let tells = |asked: &CostQuery| match whole {
            true => asked.first_day == month_of(asked.first_day),
            false => asked.first_day == first_day,
        };
        let months = of_it().filter(|part| !part.asked.granularity.is_daily() && tells(&part.asked));
        let best = months.max_by_key(|part| {
            let begins = part.asked.first_day;
            (begins <= first_day, part.known().is_some(), begins)
        });
        if best.is_none() {
            let today = snapshot.fetched_at.date_naive();
            months_from(first_day, today).map_err(|reason| Gap::new(EvidenceStatus::NoData, reason))?;
        }
        let before = days.0.asked.first_day;
        let not_asked = format!("the bill was not asked for the months from {first_day} to {before}: fetch it again");
        Ok(Self { days, months: Some(answered(best, &not_asked)?) })
    }

    /// What was billed of a place of the bill.
    ///
    /// # Errors
    /// When it was not asked, or did not come.
    pub(super) fn of_place(
        snapshot: &'a Snapshot,
        basis: Basis,
        place: &Place,
        first_day: NaiveDate,
    ) -> Result<Self, Gap> {
        Self::of(snapshot, basis, &place.group_by, &place.only, first_day)
    }

    /// What was billed of everything, grouped by account and owner.
    ///
    /// # Errors
    /// When it was not asked, or did not come.
    pub(super) fn owned(snapshot: &'a Snapshot, tags: &Tags, basis: Basis, first_day: NaiveDate) -> Result<Self, Gap> {
        Self::of(snapshot, basis, &padded(Vec::new(), tags), &[], first_day)
    }

    /// The question about its days.
    pub(super) fn asked(&self) -> &'a CostQuery {
        &self.days.0.asked
    }

    /// When its days were fetched.
    pub(super) fn days_fetched_at(&self) -> Timestamp {
        self.days.0.fetched_at
    }

    /// When what was fetched first of it was.
    pub(super) fn fetched_at(&self) -> Timestamp {
        let months = self.months.map(|(part, _)| part.fetched_at);
        months.map_or(self.days_fetched_at(), |months| months.min(self.days_fetched_at()))
    }

    /// Was each part fetched together with that of another, and is it of the same time?
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let beside = |ours: &Part<CostQuery, CostTable>, theirs: &Part<CostQuery, CostTable>| {
            ours.fetched_at == theirs.fetched_at && ours.asked.end_day == theirs.asked.end_day
        };
        beside(self.days.0, other.days.0)
            && match (self.months, other.months) {
                (Some((ours, _)), Some((theirs, _))) => beside(ours, theirs),
                (None, None) => true,
                _ => false,
            }
    }

    /// Why its days, or its months, are older than the rest.
    pub(super) fn gaps(&self) -> [Option<&'a Gap>; 2] {
        [self.days.0.gap(), self.months.and_then(|(part, _)| part.gap())]
    }

    /// Amounts of its days and months that could not be read.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &'a Unreadable> {
        self.months.into_iter().chain([self.days]).flat_map(|(_, table)| &table.unreadable)
    }

    pub(super) fn days(&self) -> &'a CostTable {
        self.days.1
    }

    /// The groups of its days and those of its months.
    pub(super) fn series(&self) -> impl Iterator<Item = &'a Series> {
        self.months.into_iter().chain([self.days]).flat_map(|(_, table)| &table.series)
    }

    /// Is a month that begins on a day over before the days begin? What is told by day is not taken by month.
    fn is_before_days(&self, asked: &CostQuery, first: NaiveDate) -> bool {
        asked.end_of(first) <= self.days.0.asked.first_day
    }

    /// The sum of the groups that fit, from the first day to before the end.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub(super) fn sum(
        &self,
        fits: impl Fn(&Series) -> bool,
        first: NaiveDate,
        end: NaiveDate,
    ) -> Result<BilledAmount, SpendError> {
        let of_day = |day: NaiveDate| (first..end).contains(&day);
        let days = self.days.1.series.iter().filter(|series| fits(series)).map(|series| series.sum(of_day));
        let months = self.months.into_iter().flat_map(|(part, table)| {
            let asked = &part.asked;
            let of_month = move |day| first <= day && asked.end_of(day) <= end && self.is_before_days(asked, day);
            table.series.iter().filter(|series| fits(series)).map(move |series| series.sum(of_month))
        });
        months.chain(days).try_fold(BilledAmount::ZERO, |sum, next| sum.plus(next?))
    }

    /// The spend of the groups that fit, in one currency. A group that is not there on a day, or in a month, had no cost.
    ///
    /// # Errors
    /// When a part of it is in another currency, or larger than an amount can be.
    pub(super) fn daily(&self, fits: impl Fn(&Series) -> bool, currency: &str) -> Result<DailySpend, Gap> {
        let odd = |error: SpendError| Gap::error(error.to_string());
        let fitting = |table: &'a CostTable| table.series.iter().filter(|series| fits(series)).collect::<Vec<_>>();
        let mut daily = DailySpend::new(currency).map_err(odd)?;
        if let Some((part, table)) = self.months {
            let fitting = fitting(table);
            of_one_currency(&fitting, currency)?;
            for (first, estimated) in table.days.iter().filter(|(first, _)| self.is_before_days(&part.asked, **first)) {
                let amount = on(&fitting, *first).map_err(odd)?.to_string();
                daily.add_stretch(*first, part.asked.end_of(*first), &amount, currency, *estimated).map_err(odd)?;
            }
        }
        let fitting = fitting(self.days.1);
        of_one_currency(&fitting, currency)?;
        for (day, estimated) in &self.days.1.days {
            let amount = on(&fitting, *day).map_err(odd)?.to_string();
            daily.add(*day, &amount, currency, *estimated).map_err(odd)?;
        }
        Ok(daily)
    }
}

fn on(fitting: &[&Series], day: NaiveDate) -> Result<BilledAmount, SpendError> {
    BilledAmount::sum(fitting.iter().filter_map(|series| series.amounts.get(day)))
}

fn of_one_currency(fitting: &[&Series], currency: &str) -> Result<(), Gap> {
    let other = |series: &&&Series| {
        series.currency != currency && series.amounts.iter().any(|(_, amount)| amount != BilledAmount::ZERO)
    };
    let Some(other) = fitting.iter().find(other) else { return Ok(()) };
    let reason =
        format!("a part of the bill is in {} and the budget in {currency}: they are not added up", other.currency);
    Err(Gap::error(reason))
}

pub(super) fn answered<'a, Q, T>(
    part: Option<&'a Part<Q, T>>,
    not_asked: &str,
) -> Result<(&'a Part<Q, T>, &'a T), Gap> {
    let part = part.ok_or_else(|| Gap::new(EvidenceStatus::NoData, not_asked))?;
    match &part.outcome {
        Outcome::Known(found) => Ok((part, found)),
        Outcome::Missing(gap) => Err(gap.clone()),
    }
}
