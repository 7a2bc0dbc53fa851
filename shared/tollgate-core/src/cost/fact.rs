//! An estimate as policies see it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::planned::PlannedForm;
use crate::evidence::Evidence;

/// What a planned change will cost, and what of it nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedCostFact {
    /// How it is known; `partial` when something that the change touches has no price, or a project failed: then the increase
    /// is at least what is said. `no_data` when nothing could be priced, `error` when it cannot be read or contradicts itself.
    pub evidence: Evidence,
    /// The form that the estimate came in; null when it could not be told.
    pub form: Option<PlannedForm>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Monthly cost before, in millionths of the currency; null where the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after.
    pub monthly_after_micros: Option<i64>,
    /// After less before; all of it where the form says nothing of before.
    pub monthly_increase_micros: Option<i64>,
    /// The increase over the cost before, in parts per million, rounded up; null when nothing was spent before.
    pub increase_ppm: Option<i64>,
    /// The projects, those with the largest increase first; at most 50.
    pub projects: Vec<PlannedProjectFact>,
    /// The resources with the largest increase, largest first; at most 20.
    pub resources: Vec<PlannedResourceFact>,
    /// How many resources the estimate lists.
    pub resources_listed: u64,
    /// Resources without a price, of any type.
    pub unpriced_resources: u64,
    /// The same by type, most first; at most 50.
    pub unpriced: Vec<TypeCount>,
    /// Resources of types that the tool does not know and that the change may touch, of any type.
    pub unsupported_resources: u64,
    /// The same by type, most first; at most 50.
    pub unsupported: Vec<TypeCount>,
    /// Resources of types that the tool does not know, in projects that were there before and of which the report shows no
    /// change of any of their type. Infracost lists none of them, neither before nor after.
    #[serde(default)]
    pub unsupported_unchanged_resources: u64,
    /// Resources that the change touches and that are paid by use alone, of which nobody estimated any.
    #[serde(default)]
    pub unestimated_resources: u64,
    /// The same by type, most first; at most 50.
    #[serde(default)]
    pub unestimated: Vec<TypeCount>,
    /// Does the form say which resources have no price? Where it does not, the two counts are 0 and mean nothing.
    pub unpriced_known: bool,
    /// Resources that the change touches and of which a part is paid by use that nobody estimated.
    pub usage_dependent_resources: u64,
    /// Projects, or parts of them, that the tool could not read.
    pub errors: u64,
    /// The first of them; at most 10.
    #[serde(default)]
    pub failed: Vec<FailedProjectFact>,
    /// The total less the sum of the resources, in millionths, as older versions had it. What contradicts itself is not known
    /// any more, and this is null.
    pub unreconciled_micros: Option<i64>,
}

/// A project that the tool could not read, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FailedProjectFact {
    /// Its name; empty where it has none.
    pub name: String,
    /// What the tool says.
    pub reason: String,
}

/// A project of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedProjectFact {
    /// Its name.
    pub name: String,
    /// Monthly cost before, in millionths; null where the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after; null when nothing could be priced.
    pub monthly_after_micros: Option<i64>,
}

/// A resource of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedResourceFact {
    /// Its address.
    pub name: String,
    /// Its type.
    pub resource_type: String,
    /// Its tags; at most 50.
    pub tags: BTreeMap<String, String>,
    /// Monthly cost before, in millionths; null where it was not there, or the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after; null where it is gone, or was not priced.
    pub monthly_after_micros: Option<i64>,
}

/// How many resources of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TypeCount {
    /// The type: `aws_instance`, or `unknown`.
    pub resource_type: String,
    /// How many.
    pub count: u64,
}
