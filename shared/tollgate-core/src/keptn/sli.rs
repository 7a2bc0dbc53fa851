//! Where the numbers of a gate come from: the place of Keptn's `sli.yaml`, with CloudWatch sources instead of queries.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rust_decimal::Decimal;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_saphyr::Spanned;

use super::{KeptnGate, KeptnValues, SliMissing};
use crate::{
    Timestamp,
    data::from_yaml,
    money::excerpt,
    slo::{
        LAG_SECONDS, Metric, Rational, Sampled, Source, Tier, align_down,
        openslo::{Purpose, Reader, WrittenSource},
    },
};

const MINUTE: i64 = 60;
/// The longest period of a datapoint that CloudWatch has: a day.
const LONGEST_MINUTES: u32 = 1440;
const STANDARD_MINUTES: u32 = 15;
const MOST_INDICATORS: usize = 50;
const MOST_DECIMALS: u32 = 28;

/// Where the values of a gate's SLIs come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptnSlis {
    /// The service whose gate it is.
    pub service: String,
    /// The length of time that is evaluated, up to now: whole minutes, at most a day.
    pub window_seconds: u64,
    /// What is read for each SLI, by its name.
    pub indicators: BTreeMap<String, Source>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    spec_version: Option<Spanned<String>>,
    window_minutes: Option<Spanned<u32>>,
    indicators: Spanned<BTreeMap<String, Spanned<Written>>>,
}

/// An indicator: here a source; in Keptn's own files the query of a provider, which is none.
#[derive(Debug)]
struct Written(Option<WrittenSource>);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WrittenVisitor;
        impl<'de> Visitor<'de> for WrittenVisitor {
            type Value = Written;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a `metricSource`")
            }

            fn visit_str<E>(self, _: &str) -> Result<Written, E> {
                Ok(Written(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
                WrittenSource::deserialize(MapAccessDeserializer::new(map)).map(|source| Written(Some(source)))
            }
        }
        deserializer.deserialize_any(WrittenVisitor)
    }
}

/// Reads the indicators of a gate; none when anything is wrong, of which the reader then knows.
pub(crate) fn read_slis(reader: &mut Reader<'_>, service: &str, file: &str, text: &str) -> Option<KeptnSlis> {
    let document: Document = match from_yaml(file, text) {
        Ok(document) => document,
        Err(error) => {
            reader.errors.push(error);
            return None;
        }
    };
    let before = reader.errors.len();
    if let Some(version) = document.spec_version.filter(|version| !["1.0", "1.0.0"].contains(&version.value.as_str())) {
        let message = format!("`{}` is not supported: write `spec_version: \"1.0\"`", excerpt(&version.value));
        reader.complain(&version.defined, message);
    }
    let minutes = document.window_minutes.as_ref().map_or(STANDARD_MINUTES, |minutes| minutes.value);
    if let Some(odd) = document.window_minutes.filter(|odd| !(1..=LONGEST_MINUTES).contains(&odd.value)) {
        let message = format!("`window_minutes` is {}: write 1 to {LONGEST_MINUTES}", odd.value);
        reader.complain(&odd.defined, message);
    }
    if document.indicators.value.len() > MOST_INDICATORS {
        let message = format!("{} indicators: write at most {MOST_INDICATORS}", document.indicators.value.len());
        reader.complain(&document.indicators.defined, message);
    }
    let mut indicators = BTreeMap::new();
    for (name, Spanned { value, referenced, defined }) in document.indicators.value {
        match value {
            Written(None) => {
                let message = format!(
                    "`{}` is the query of another provider: write a `metricSource` of `type: CloudWatch`",
                    excerpt(&name)
                );
                reader.complain(&defined, message);
            }
            Written(Some(source)) => {
                let source = Spanned::new(source, referenced, defined);
                if let Some((source, _)) = reader.source(&source, Purpose::Sample) {
                    indicators.insert(name, source);
                }
            }
        }
    }
    let window_seconds = u64::from(minutes) * 60;
    (reader.errors.len() == before).then(|| KeptnSlis { service: service.to_owned(), window_seconds, indicators })
}

impl KeptnSlis {
    /// What to read at a time: one datapoint, over the newest minutes that had their time to arrive.
    pub fn tier(&self, now: Timestamp) -> Tier {
        let end = align_down(now.timestamp() - LAG_SECONDS, MINUTE);
        let period_seconds = i64::try_from(self.window_seconds).unwrap_or(i64::MAX);
        Tier { period_seconds, start: end.saturating_sub(period_seconds), end }
    }

    /// What to read for the gate.
    pub fn metrics(&self, gate: &KeptnGate) -> BTreeSet<&Metric> {
        let sources = gate.objectives.iter().filter_map(|objective| self.indicators.get(&objective.sli));
        sources.flat_map(Source::metrics).collect()
    }

    /// What is known of the gate's SLIs when the source has none of them, and why.
    pub fn no_values(&self, gate: &KeptnGate, source: String, reason: &str) -> KeptnValues {
        let absent = |sli: &String| (sli.clone(), Err(SliMissing::NoData(reason.to_owned())));
        KeptnValues {
            service: self.service.clone(),
            source,
            as_of: None,
            window_seconds: Some(self.window_seconds),
            values: gate.objectives.iter().map(|objective| absent(&objective.sli)).collect(),
        }
    }

    /// The values of the gate's SLIs, from what came of [`metrics`](Self::metrics) over the [`tier`](Self::tier).
    pub fn values(&self, gate: &KeptnGate, sampled: &Sampled, source: String) -> KeptnValues {
        let value = |sli: &String| {
            let source =
                self.indicators.get(sli).ok_or_else(|| SliMissing::Failed("nothing says how to read it".into()))?;
            if let Some(reason) = sampled.failure(source) {
                return Err(SliMissing::Failed(format!("it could not be read: {reason}")));
            }
            let value = sampled.value(source, 0).map_err(|undefined| SliMissing::NoData(undefined.to_string()))?;
            nearest_decimal(value).ok_or_else(|| SliMissing::NoData("its value is too large".to_owned()))
        };
        let names = gate.objectives.iter().map(|objective| &objective.sli);
        let values: BTreeMap<_, _> = names.map(|sli| (sli.clone(), value(sli))).collect();
        let end = Timestamp::from_timestamp(sampled.tier.end, 0);
        KeptnValues {
            service: self.service.clone(),
            source,
            as_of: end.filter(|_| values.values().any(Result::is_ok)),
            window_seconds: Some(self.window_seconds),
            values,
        }
    }
}

/// The number as a decimal: exact where that is possible, otherwise to as many decimals as fit, towards zero.
pub(super) fn nearest_decimal(value: Rational) -> Option<Decimal> {
    let (numerator, denominator) = (BigInt::from(*value.numer()), BigInt::from(*value.denom()));
    (0..=MOST_DECIMALS).rev().find_map(|decimals| {
        let scaled = &numerator * BigInt::from(10).pow(decimals) / &denominator;
        Decimal::try_from_i128_with_scale(scaled.to_i128()?, decimals).ok().map(|decimal| decimal.normalize())
    })
}

#[cfg(test)]
#[path = "sli_tests.rs"]
mod tests;
