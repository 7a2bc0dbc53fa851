//! The answer to a cost query: days or months, and amounts by group and currency.

use std::collections::BTreeMap;

use aws_sdk_costexplorer::types::{MetricValue, ResultByTime};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tollgate_core::{
    evidence::EvidenceStatus,
    spend::{BilledAmount, SpendError},
};

use super::{
    amounts::Amounts,
    expression::metric,
    group::GroupKey,
    part::Gap,
    query::{CostQuery, Granularity},
    reading::{Unreadable, note},
};

/// A function has little memory: more amounts than these (some 30 MB) are not taken in.
const AMOUNTS_AT_MOST: usize = 500_000;

/// What was billed, by day or month and by group. A month goes by its first day that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CostTable {
    /// The days or months that were answered, and whether they may still change.
    pub days: BTreeMap<NaiveDate, bool>,
    /// The groups; a group that is not there on a day, or in a month, had no cost.
    pub series: Vec<Series>,
    /// Amounts that could not be read, by their groups: of these it is not known what was billed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
}

/// What was billed for a group, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// One for each thing that was grouped by; of a tag its value, which is empty where it is not carried.
    pub keys: Vec<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// By day or month.
    pub amounts: Amounts,
}

/// A table that pages are still coming for.
#[derive(Debug, Default)]
pub(super) struct Growing {
    days: BTreeMap<NaiveDate, bool>,
    /// By group and currency.
    amounts: BTreeMap<(Vec<String>, String), Amounts>,
    count: usize,
    unreadable: Vec<Unreadable>,
}

impl Growing {
    /// Takes in a day or month, or that part of one that a page has.
    ///
    /// # Errors
    /// When it is of no day that was asked for, or there are too many amounts. An amount that cannot be read, or comes twice,
    /// is noted with its group: what it is of is not known, and the other groups are.
    pub(super) fn take(&mut self, query: &CostQuery, result: &ResultByTime) -> Result<(), Gap> {
        let day = day_of(query, result)?;
        let estimated = self.days.entry(day).or_default();
        *estimated |= result.estimated();
        let name = metric(query.basis.cost);
        if query.group_by.is_empty() {
            let total = result.total().and_then(|total| total.get(name));
            return self.add(day, Vec::new(), total);
        }
        for group in result.groups() {
            match keys_of(&query.group_by, group.keys()) {
                Ok(keys) => self.add(day, keys, group.metrics().and_then(|metrics| metrics.get(name)))?,
                Err(reason) => note(&mut self.unreadable, Unreadable::new(format!("{day}"), reason)),
            }
        }
        Ok(())
    }

    fn add(&mut self, day: NaiveDate, keys: Vec<String>, value: Option<&MetricValue>) -> Result<(), Gap> {
        if self.count >= AMOUNTS_AT_MOST {
            let reason = format!("the bill has more than {AMOUNTS_AT_MOST} amounts: group it by what has fewer values");
            return Err(Gap::new(EvidenceStatus::Partial, reason));
        }
        let added = read(day, &keys, value).and_then(|read| match read {
            None => Ok(()),
            Some((amount, currency)) => {
                self.count += 1;
                let series = self.amounts.entry((keys.clone(), currency)).or_default();
                let twice = || format!("the bill has {} on {day} twice: it would count double", place_of(&keys));
                series.insert(day, amount).map_or(Ok(()), |_| Err(twice()))
            }
        });
        if let Err(reason) = added {
            let record = format!("{day} {}", place_of(&keys));
            note(&mut self.unreadable, Unreadable { keys, ..Unreadable::new(record, reason) });
        }
        Ok(())
    }

    /// The table.
    ///
    /// # Errors
    /// When a day that is over, or a month, did not come: half a bill is none, and a day without cost is there as such.
    pub(super) fn done(self, query: &CostQuery) -> Result<CostTable, Gap> {
        // Today, the last of the days, may have nothing yet.
        let (what, last) = match query.granularity {
            Granularity::Daily => ("days", query.end_day.pred_opt()),
            Granularity::Monthly => ("months", None),
        };
        let (mut asked, mut missing) = (0_u64, Vec::new());
        for first in query.beginnings().filter(|first| Some(*first) != last) {
            asked += 1;
            missing.extend((!self.days.contains_key(&first)).then_some(first));
        }
        if let Some(first) = missing.first() {
            let count = missing.len();
            let reason =
                format!("{count} of the {asked} {what} that were asked for did not come, the first of them {first}");
            return Err(Gap::new(EvidenceStatus::Partial, reason));
        }
        let series = self.amounts.into_iter();
        let series = series.map(|((keys, currency), amounts)| Series { keys, currency, amounts: amounts.fitted() });
        Ok(CostTable { days: self.days, series: series.collect(), unreadable: self.unreadable })
    }
}

fn place_of(keys: &[String]) -> String {
    if keys.is_empty() { "the total".to_owned() } else { format!("`{}`", keys.join("`, `")) }
}

/// An amount and its currency; none where it is nothing, which it is in any currency: its unit is `N/A` at times.
fn read(
    day: NaiveDate,
    keys: &[String],
    value: Option<&MetricValue>,
) -> Result<Option<(BilledAmount, String)>, String> {
    let place = || place_of(keys);
    let text = value.and_then(MetricValue::amount);
    let text = text.ok_or_else(|| format!("the bill has no amount for {} on {day}", place()))?;
    let amount = BilledAmount::read(text).map_err(|error| format!("the bill of {day} for {}: {error}", place()))?;
    let currency = value.and_then(MetricValue::unit).unwrap_or_default();
    let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    match (is_currency, amount == BilledAmount::ZERO) {
        (false, true) => Ok(None),
        (false, false) => Err(format!("the bill of {day} for {} names no currency", place())),
        (true, _) => Ok(Some((amount, currency.to_owned()))),
    }
}

/// The first day of the day or month that a result is for.
fn day_of(query: &CostQuery, result: &ResultByTime) -> Result<NaiveDate, Gap> {
    let period = result.time_period().ok_or_else(|| Gap::error("the bill has an amount of no day"))?;
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let asked = day(period.start()).zip(day(period.end())).filter(|(first, end)| query.has(*first, *end));
    asked.map(|(first, _)| first).ok_or_else(|| {
        let (first, end) = (query.first_day, query.end_day);
        let what = if query.granularity.is_daily() { "days" } else { "months" };
        Gap::error(format!(
            "the bill has an amount for {:?} to {:?}, and was asked for the {what} from {first} to before {end}",
            period.start(),
            period.end()
        ))
    })
}

fn keys_of(group_by: &[GroupKey], keys: &[String]) -> Result<Vec<String>, String> {
    let odd = || format!("the bill has a group {keys:?}, which was not asked for");
    if keys.len() != group_by.len() {
        return Err(odd());
    }
    let value = |(asked, key): (&GroupKey, &String)| match asked {
        GroupKey::Account | GroupKey::AwsService => Ok(key.clone()),
        // Written `owner$payments`, and `owner$` where it is not carried.
        GroupKey::Tag(tag) => {
            let value = key.strip_prefix(tag.as_str()).and_then(|rest| rest.strip_prefix('$'));
            value.map(ToOwned::to_owned).ok_or_else(odd)
        }
    };
    group_by.iter().zip(keys).map(value).collect()
}

impl Series {
    /// The sum over those days or months that are wanted.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub(super) fn sum(&self, is_wanted: impl Fn(NaiveDate) -> bool) -> Result<BilledAmount, SpendError> {
        BilledAmount::sum(self.amounts.iter().filter(|(day, _)| is_wanted(*day)).map(|(_, amount)| amount))
    }
}
