//! Findings of Cost Anomaly Detection: EventBridge calls what they are about `dimensionValue`, SNS `dimensionalValue`. The
//! share of the impact is left out, or `N/A`, where nothing was expected; the first day may be missing, and the last one empty
//! while it goes on. What cannot be read is noted, since a finding only says that it is time to look.

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{AlertError, LONGEST};
use crate::money::{excerpt, micros_from_decimal, rounded};

const MOST_CAUSES: usize = 10;
/// What stands for nothing.
const NOTHING: [&str; 6] = ["", "null", "n/a", "na", "none", "-"];

/// What Cost Anomaly Detection found. Amounts are in millionths of the currency that the account is billed in, which it does
/// not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostAnomaly {
    /// Its id. It is told of again as it grows: id and impact together name a state of it.
    pub id: String,
    /// The account whose monitor found it; none when it does not say.
    pub account: Option<String>,
    /// The monitor that found it; none when it does not say.
    pub monitor_arn: Option<String>,
    /// What it is about: `Amazon Elastic Compute Cloud - Compute`; none when it does not say.
    pub about: Option<String>,
    /// Its first day; none when it does not say.
    pub starts_on: Option<NaiveDate>,
    /// Its last day so far; none when it does not say.
    pub ends_on: Option<NaiveDate>,
    /// What was spent above what was expected; none when it does not say.
    pub impact_micros: Option<i64>,
    /// The same over what was expected, in parts per million; none when nothing was expected.
    pub impact_ppm: Option<i64>,
    /// Where it comes from, at most ten.
    pub causes: Vec<AnomalyCause>,
    /// The fields that cannot be read, and why: nothing is decided by them.
    pub unread: Vec<AlertError>,
}

/// Where an anomaly comes from. Each part may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyCause {
    /// The account.
    pub account: String,
    /// The service.
    pub service: String,
    /// The region.
    pub region: String,
    /// The kind of usage.
    pub usage_type: String,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    anomaly_id: Option<String>,
    account_id: Option<Box<RawValue>>,
    monitor_arn: Option<Box<RawValue>>,
    dimension_value: Option<Box<RawValue>>,
    dimensional_value: Option<Box<RawValue>>,
    anomaly_start_date: Option<Box<RawValue>>,
    anomaly_end_date: Option<Box<RawValue>>,
    impact: Option<Box<RawValue>>,
    root_causes: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Impact {
    total_impact: Option<Box<RawValue>>,
    total_impact_percentage: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cause {
    linked_account: Option<String>,
    service: Option<String>,
    region: Option<String>,
    usage_type: Option<String>,
}

impl CostAnomaly {
    /// Reads what SNS carries as its message, or an event of EventBridge, whose `detail` may be an object or its text.
    ///
    /// # Errors
    /// When the text is not JSON of that shape, or has no id. Whatever else cannot be read is in `unread`.
    pub fn read(text: &str) -> Result<Self, AlertError> {
        if text.len() > LONGEST {
            return Err(AlertError::TooLong(text.len()));
        }
        let not_json = |error: serde_json::Error| AlertError::NotJson(excerpt(&error.to_string()));
        let envelope: Envelope<'_> = serde_json::from_str(text).map_err(not_json)?;
        let inner = envelope.detail.map_or(text, RawValue::get);
        let written: Written = match inner.starts_with('"') {
            true => {
                let inner: String = serde_json::from_str(inner).map_err(not_json)?;
                serde_json::from_str(&inner).map_err(not_json)?
            }
            false => serde_json::from_str(inner).map_err(not_json)?,
        };
        written.checked()
    }
}

impl Written {
    fn checked(self) -> Result<CostAnomaly, AlertError> {
        let mut unread = Vec::new();
        let impact: Impact = part("impact", self.impact.as_deref(), &mut unread).unwrap_or_default();
        let causes: Vec<Cause> = part("rootCauses", self.root_causes.as_deref(), &mut unread).unwrap_or_default();
        let percentage = ("impact.totalImpactPercentage", "a number", impact.total_impact_percentage.as_deref());
        // A percentage to four places is in parts per million of the whole.
        let ppm = |text: &str| rounded(text, 4).ok().and_then(|ppm| i64::try_from(ppm).ok());
        let total = ("impact.totalImpact", "an amount", impact.total_impact.as_deref());
        let day_of = |field, value| (field, "a day such as `2026-11-21`", value);
        let about = literal(self.dimension_value.as_deref()).or_else(|| literal(self.dimensional_value.as_deref()));
        let anomaly = CostAnomaly {
            id: self
                .anomaly_id
                .filter(|id| !id.is_empty())
                .map(|id| excerpt(&id))
                .ok_or(AlertError::Missing("anomalyId"))?,
            account: literal(self.account_id.as_deref()).map(|account| excerpt(&account)),
            monitor_arn: literal(self.monitor_arn.as_deref())
                .filter(|arn| arn.len() <= 256 && !arn.contains(char::is_control)),
            about: about.map(|about| excerpt(&about)),
            starts_on: read(day_of("anomalyStartDate", self.anomaly_start_date.as_deref()), day, &mut unread),
            ends_on: read(day_of("anomalyEndDate", self.anomaly_end_date.as_deref()), day, &mut unread),
            impact_micros: read(total, |text| micros_from_decimal(text).ok(), &mut unread),
            impact_ppm: read(percentage, ppm, &mut unread),
            causes: causes.into_iter().take(MOST_CAUSES).map(Cause::kept).collect(),
            unread: Vec::new(),
        };
        // An anomaly says how much it is: where it does not, that is noted, too.
        if anomaly.impact_micros.is_none() && unread.is_empty() {
            unread.push(AlertError::Missing("impact.totalImpact"));
        }
        Ok(CostAnomaly { unread, ..anomaly })
    }
}

/// A field, what it should be, and what came.
type Field<'a> = (&'static str, &'static str, Option<&'a RawValue>);

/// What a field says; none where it says nothing, or cannot be read, which is noted.
fn read<T>(
    (field, expected, value): Field<'_>,
    parsed: impl Fn(&str) -> Option<T>,
    unread: &mut Vec<AlertError>,
) -> Option<T> {
    let text = literal(value)?;
    let found = parsed(&text);
    if found.is_none() {
        unread.push(AlertError::odd(field, expected, &text));
    }
    found
}

/// An object or a list; none where it is not there, or is something else, which is noted.
fn part<'a, T: Deserialize<'a>>(
    field: &'static str,
    value: Option<&'a RawValue>,
    unread: &mut Vec<AlertError>,
) -> Option<T> {
    let text = value?.get();
    let read = serde_json::from_str(text).ok();
    if read.is_none() && !is_nothing(text) {
        unread.push(AlertError::odd(field, "as Cost Anomaly Detection writes it", text));
    }
    read
}

/// A text, or a number as it is written; none for what stands for nothing.
fn literal(value: Option<&RawValue>) -> Option<String> {
    let text = value?.get();
    let text = if text.starts_with('"') { serde_json::from_str(text).ok()? } else { text.to_owned() };
    (!is_nothing(&text)).then_some(text)
}

fn is_nothing(text: &str) -> bool {
    let plain = text.trim().trim_matches('"').to_lowercase();
    NOTHING.contains(&plain.as_str())
}

impl Cause {
    fn kept(self) -> AnomalyCause {
        let kept = |text: Option<String>| text.as_deref().map(excerpt).unwrap_or_default();
        AnomalyCause {
            account: kept(self.linked_account),
            service: kept(self.service),
            region: kept(self.region),
            usage_type: kept(self.usage_type),
        }
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().date_naive());
    time.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d")).ok()
}
