//! The service catalogue: services, teams, objectives, budgets, calendars, waivers and callers, read from data files.

mod calendar;
mod callers;
mod canaries;
mod entries;
mod held;
mod indicators;
mod layout;
mod listed;
mod objectives;
mod reading;
mod review;
mod waivers;

use std::{collections::BTreeMap, sync::Arc};

pub use calendar::Freeze;
use callers::Trust;
pub use entries::{Service, Team};

use crate::{
    approval::normal,
    budget::Budget,
    canary::CanarySource,
    data::DataError,
    facts::Facts,
    finding::Mode,
    keptn::{KeptnGate, KeptnSlis},
    rule::Rules,
    settings::{Layers, ModeInForce, Settings},
    slo::{Exclusion, Slo},
    waiver::Waiver,
};

/// Everything that the organisation says about its services.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// Teams by name. A team is also a group of approvers.
    pub teams: BTreeMap<String, Team>,
    /// Objectives by service, each with the maintenance that concerns it.
    pub slos: BTreeMap<String, Vec<Slo>>,
    /// Imported Keptn gates by service.
    pub keptn: BTreeMap<String, KeptnGate>,
    /// Budgets, in the order of their files.
    pub budgets: Vec<Budget>,
    /// Where the numbers of those gates come from, by service: one for each gate.
    pub keptn_slis: BTreeMap<String, KeptnSlis>,
    /// How canaries are judged and where their numbers come from, by service.
    pub canaries: BTreeMap<String, CanarySource>,
    /// Planned maintenance.
    pub maintenance: Vec<Arc<Exclusion>>,
    /// What is allowed and hardly meant.
    pub warnings: Vec<DataError>,
    /// Times in which changes rest.
    pub freezes: Vec<Freeze>,
    /// Exceptions.
    pub waivers: Vec<Waiver>,
    /// Thresholds and modes.
    pub settings: Layers,
    trust: Trust,
    /// Where each waiver is written.
    waiver_places: Vec<DataError>,
}

impl Catalogue {
    /// Reads the catalogue from the texts of its files, by path relative to the policies' folder, whatever rules there are.
    ///
    /// # Errors
    /// See [`Catalogue::load`].
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, Vec<DataError>> {
        reading::read(files, None)
    }

    /// The same beside the rules of a pack, which waivers and modes name, and which teams own.
    ///
    /// # Errors
    /// Everything that is wrong, by file and line: files that nothing reads, places that are not well formed, names that
    /// lead nowhere, values that cannot be meant, and layers that would loosen.
    pub fn load(files: &BTreeMap<String, String>, rules: &Rules) -> Result<Self, Vec<DataError>> {
        reading::read(files, Some(rules))
    }

    /// The settings in force for a service; for one that is not known, those of the organisation.
    pub fn settings_of(&self, service: &str) -> Settings {
        self.settings.resolve(service, self.services.get(service).map(|service| service.owner.as_str()))
    }

    /// The settings in force for a budget: those of the team that answers for it.
    pub fn settings_of_budget(&self, budget: &Budget) -> Settings {
        self.settings.resolve("", Some(&budget.owner))
    }

    /// The settings in force for what facts are about.
    pub fn settings_for(&self, facts: &Facts) -> Settings {
        let asked = match facts {
            Facts::Change(facts) => return self.settings_of(&facts.change.service),
            Facts::Slo(facts) => return self.settings_of(&facts.rollout.service),
            Facts::Cost(facts) => &facts.spending,
        };
        let budget = asked.budget.as_ref().filter(|_| asked.service.is_none());
        match budget.and_then(|name| self.budgets.iter().find(|budget| &budget.name == name)) {
            Some(budget) => self.settings_of_budget(budget),
            None => self.settings_of(asked.service.as_deref().unwrap_or_default()),
        }
    }

    /// Is this caller trusted to say who approved a change?
    pub fn may_assert_approvals(&self, principal: &str) -> bool {
        self.trust.approvals.is_match(principal)
    }

    /// Is this caller trusted to say what came of a change that another asked about?
    pub fn may_report_outcomes(&self, principal: &str) -> bool {
        self.trust.outcomes.is_match(principal)
    }

    /// The groups that a person is a member of.
    pub fn groups_of(&self, person: &str) -> Vec<String> {
        let person = normal(person);
        let is_member = |team: &&Team| team.members.iter().any(|member| normal(member) == person);
        self.teams.values().filter(is_member).map(|team| team.name.clone()).collect()
    }

    /// The mode of a rule that is in force; `own` is that of its metadata.
    pub fn mode_of(&self, rule: &str, own: Mode) -> ModeInForce {
        self.settings.mode_of(rule, own, |service| self.services.get(service).map(|service| service.owner.as_str()))
    }
}

#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod tests;
