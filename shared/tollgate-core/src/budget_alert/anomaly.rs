//! Findings of Cost Anomaly Detection: EventBridge calls what they are about `dimensionValue`, SNS `dimensionalValue`. The
//! share of the impact is left out where nothing was expected.

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{AlertError, LONGEST};
use crate::{
    budget::AnomalyFact,
    money::{excerpt, micros_from_decimal, rounded},
};

const MOST_CAUSES: usize = 10;

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
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day so far; none when it does not say.
    pub ends_on: Option<NaiveDate>,
    /// What was spent above what was expected.
    pub impact_micros: i64,
    /// The same over what was expected, in parts per million; none when nothing was expected.
    pub impact_ppm: Option<i64>,
    /// Where it comes from, at most ten.
    pub causes: Vec<AnomalyCause>,
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
    account_id: Option<String>,
    monitor_arn: Option<String>,
    dimension_value: Option<String>,
    dimensional_value: Option<String>,
    anomaly_start_date: Option<String>,
    anomaly_end_date: Option<String>,
    impact: Option<Impact>,
    root_causes: Option<Vec<Cause>>,
}

#[derive(Deserialize)]
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
    /// When the text is not JSON of that shape, or id, first day or impact are not there.
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

    /// As policies see it.
    pub fn fact(&self) -> AnomalyFact {
        AnomalyFact {
            id: self.id.clone(),
            about: self.about.clone().unwrap_or_default(),
            starts_on: self.starts_on,
            impact_micros: self.impact_micros,
            impact_ppm: self.impact_ppm,
        }
    }
}

impl Written {
    fn checked(self) -> Result<CostAnomaly, AlertError> {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| excerpt(&text));
        let impact = self.impact.ok_or(AlertError::Missing("impact"))?;
        let share = impact.total_impact_percentage.as_deref().map(RawValue::get).filter(|share| *share != "null");
        let impact_ppm = match share {
            Some(share) => {
                let odd = || AlertError::odd("impact.totalImpactPercentage", "a number", share);
                // A percentage to four places is in parts per million of the whole.
                let ppm = rounded(unquoted(share), 4).ok().and_then(|ppm| i64::try_from(ppm).ok());
                Some(ppm.ok_or_else(odd)?)
            }
            None => None,
        };
        let total = impact.total_impact.as_deref().map(RawValue::get).filter(|total| *total != "null");
        let total = total.ok_or(AlertError::Missing("impact.totalImpact"))?;
        let impact_micros = micros_from_decimal(unquoted(total))
            .map_err(|_| AlertError::odd("impact.totalImpact", "an amount", total))?;
        let starts_on = self.anomaly_start_date.ok_or(AlertError::Missing("anomalyStartDate"))?;
        let causes = self.root_causes.into_iter().flatten().take(MOST_CAUSES);
        Ok(CostAnomaly {
            id: text(self.anomaly_id).ok_or(AlertError::Missing("anomalyId"))?,
            account: text(self.account_id),
            monitor_arn: self
                .monitor_arn
                .filter(|arn| !arn.is_empty() && arn.len() <= 256 && !arn.contains(char::is_control)),
            about: text(self.dimension_value).or_else(|| text(self.dimensional_value)),
            starts_on: day("anomalyStartDate", &starts_on)?,
            ends_on: self.anomaly_end_date.map(|text| day("anomalyEndDate", &text)).transpose()?,
            impact_micros,
            impact_ppm,
            causes: causes.map(Cause::kept).collect(),
        })
    }
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

/// Amounts are numbers here, and texts in the API.
fn unquoted(literal: &str) -> &str {
    literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(literal)
}

fn day(field: &'static str, text: &str) -> Result<NaiveDate, AlertError> {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().date_naive());
    let day = time.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
    day.map_err(|_| AlertError::odd(field, "a day such as `2026-11-21`", text))
}
