//! Budgets as they are written. Numbers are read as their text, so that they stay exact.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::names::{Named, of};

type Text = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) budgets: Vec<Spanned<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: Text,
    pub(super) owner: Named<of::Team>,
    #[expect(dead_code, reason = "for people")]
    description: Option<String>,
    pub(super) scope: Option<Spanned<ScopeEntry>>,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) period: Option<Text>,
    pub(super) starts: Option<Text>,
    pub(super) length: Option<Text>,
    pub(super) ends: Option<Text>,
    pub(super) time_zone: Option<Text>,
    pub(super) basis: Option<Spanned<BasisEntry>>,
    pub(super) aws_budget: Option<Text>,
    pub(super) account: Option<Text>,
    #[serde(default)]
    pub(super) steps: Vec<Spanned<StepEntry>>,
    #[serde(default)]
    pub(super) non_essential: Vec<Named<of::Environment>>,
    #[serde(default)]
    pub(super) requests: Vec<Named<of::Objective>>,
    #[serde(default)]
    pub(super) changes: Vec<Spanned<ChangeEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeEntry {
    #[serde(default)]
    pub(super) all: bool,
    #[serde(default)]
    pub(super) services: Vec<Named<of::Service>>,
    #[serde(default)]
    pub(super) accounts: Vec<Text>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, Spanned<Vec<Text>>>,
    #[serde(default)]
    pub(super) environments: Vec<Named<of::Environment>>,
    #[serde(default)]
    pub(super) aws_services: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BasisEntry {
    pub(super) cost: Option<Text>,
    pub(super) credits: Option<bool>,
    pub(super) refunds: Option<bool>,
    pub(super) tax: Option<bool>,
    pub(super) support: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepEntry {
    pub(super) percent: Text,
    pub(super) of: Text,
    pub(super) enforcement: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeEntry {
    pub(super) from: Text,
    pub(super) amount: Text,
}
