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
}

impl Growing {
    /// Takes in a day or month, or that part of one that a page has.
    ///
    /// # Errors
    /// When something cannot be read, or comes twice: half a bill is none.
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
            let keys = keys_of(&query.group_by, group.keys())?;
            self.add(day, keys, group.metrics().and_then(|metrics| metrics.get(name)))?;
        }
        Ok(())
    }

    fn add(&mut self, day: NaiveDate, keys: Vec<String>, value: Option<&MetricValue>) -> Result<(), Gap> {
        let place = || if keys.is_empty() { "the total".to_owned() } else { format!("`{}`", keys.join("`, `")) };
        let text = value.and_then(MetricValue::amount);
        let text = text.ok_or_else(|| Gap::error(format!("the bill has no amount for {} on {day}", place())))?;
        let amount = BilledAmount::read(text)
            .map_err(|error| Gap::error(format!("the bill of {day} for {}: {error}", place())))?;
        let currency = value.and_then(MetricValue::unit).unwrap_or_default();
        let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        match (is_currency, amount == BilledAmount::ZERO) {
            // Nothing is nothing in any currency: its unit is `N/A` at times.
            (false, true) => return Ok(()),
            (false, false) => {
                return Err(Gap::error(format!("the bill of {day} for {} names no currency", place())));
            }
            (true, _) => {}
        }
        if self.count >= AMOUNTS_AT_MOST {
            let reason = format!("the bill has more than {AMOUNTS_AT_MOST} amounts: group it by what has fewer values");
            return Err(Gap::new(EvidenceStatus::Partial, reason));
        }
        self.count += 1;
        let twice = format!("the bill has {} on {day} twice: it would count double", place());
        let series = self.amounts.entry((keys, currency.to_owned())).or_default();
        series.insert(day, amount).map_or(Ok(()), |_| Err(Gap::error(twice)))
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
        Ok(CostTable { days: self.days, series: series.collect() })
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

fn keys_of(group_by: &[GroupKey], keys: &[String]) -> Result<Vec<String>, Gap> {
    let odd = || Gap::error(format!("the bill has a group {keys:?}, which was not asked for"));
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
