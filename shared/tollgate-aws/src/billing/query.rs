//! Questions to Cost Explorer, and the days or months that an answer to them has.

use std::iter::successors;

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use tollgate_core::budget::Basis;

use super::group::GroupKey;

/// How finely a bill is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// By day.
    #[default]
    Daily,
    /// By month; by a part of one where it begins or ends inside.
    Monthly,
}

/// A question to Cost Explorer about days that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostQuery {
    /// What counts as cost.
    pub basis: Basis,
    /// Two things at most; nothing for the total.
    pub group_by: Vec<GroupKey>,
    /// What it is limited to.
    pub only: Vec<(GroupKey, Vec<String>)>,
    /// By day or by month.
    #[serde(default, skip_serializing_if = "Granularity::is_daily")]
    pub granularity: Granularity,
    /// The first day.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
}

/// A question to Cost Explorer about days to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastQuery {
    /// What counts as cost.
    pub basis: Basis,
    /// The accounts; none for all.
    pub accounts: Vec<String>,
    /// The services of AWS; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aws_services: Vec<String>,
    /// The first day: today.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
}

impl Granularity {
    pub(super) fn is_daily(&self) -> bool {
        *self == Self::Daily
    }

    /// The first day after the day or month that begins on a day.
    fn next(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Daily => first.succ_opt(),
            Self::Monthly => month_of(first).checked_add_months(Months::new(1)),
        }
        .unwrap_or(NaiveDate::MAX)
    }
}

impl CostQuery {
    /// The same question. Of days, whenever they begin; months have to begin on the same day, since a part of a month cannot
    /// be told from another.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let same_months = self.granularity.is_daily() || self.first_day == other.first_day;
        self.granularity == other.granularity && same_months && self.is_about(other)
    }

    /// The same question, whatever its days.
    pub(super) fn is_about(&self, other: &Self) -> bool {
        self.answers(other.basis, &other.group_by, &other.only)
    }

    pub(super) fn answers(&self, basis: Basis, group_by: &[GroupKey], only: &[(GroupKey, Vec<String>)]) -> bool {
        self.basis == basis && self.group_by == group_by && self.only == only
    }

    /// The first day after the day or month that begins on a day.
    pub(super) fn end_of(&self, first: NaiveDate) -> NaiveDate {
        self.granularity.next(first).min(self.end_day)
    }

    /// The first days of its days or months.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = NaiveDate> {
        let next = self.granularity;
        successors(Some(self.first_day), move |first| Some(next.next(*first))).take_while(|first| *first < self.end_day)
    }

    /// Is it a day or month of this question that begins and ends then?
    pub(super) fn has(&self, first: NaiveDate, end: NaiveDate) -> bool {
        let begins = self.granularity.is_daily() || first == self.first_day || first == month_of(first);
        begins && (self.first_day..self.end_day).contains(&first) && self.end_of(first) == end
    }
}

/// The first day of the month that a day is in.
pub(super) fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}
