//! What the data say together that cannot be meant, or is hardly meant.

use std::collections::BTreeSet;

use chrono::Days;
use serde_json::Value;

use super::{Catalogue, Freeze, Service};
use crate::{Timestamp, approval::normal, data::DataError, slo::Slo};

/// A freeze that comes later than this is not looked for.
const HORIZON_DAYS: u64 = 3 * 366;

impl Catalogue {
    /// What can be read, and can never be as it says.
    pub(super) fn contradictions(&self) -> Vec<DataError> {
        let freezes = self.freezes.iter().filter_map(|freeze| self.of_nothing(freeze));
        let budgets = self.budgets.iter().filter_map(|budget| {
            let reason = self.requests_of(budget).err()?;
            Some(DataError::new(&budget.file, budget.line, format!("budget `{}`: {reason}", budget.name)))
        });
        let promises_nothing = |slo: &&Slo| slo.target.ppb() == 0;
        let targets = self.slos.values().flatten().filter(promises_nothing).map(|slo| {
            let message =
                format!("`{}` has a target of 0, which promises nothing: write more than 0 and less than 1", slo.name);
            DataError::new(&slo.file, slo.line, message)
        });
        let approvers = self.services.values().flat_map(|service| self.too_many_approvers(service));
        freezes.chain(budgets).chain(targets).chain(approvers).collect()
    }

    /// None of its services runs in any of its environments.
    fn of_nothing(&self, freeze: &Freeze) -> Option<DataError> {
        let (services, environments) = freeze.scope();
        let is_of = |service: &Service| services.is_empty() || services.contains(&service.name);
        let runs = |service: &Service| {
            environments.is_empty() || service.environments.iter().any(|name| environments.contains(name))
        };
        let concerned = self.services.values().any(|service| is_of(service) && runs(service));
        (!concerned && !self.services.is_empty()).then(|| {
            let message = "freezes nothing: none of its services runs in any of its environments; name others";
            freeze.place(format!("freeze `{}` {message}", freeze.name()))
        })
    }

    /// Numbers of approvers that a layer sets, and that the service's team does not have.
    fn too_many_approvers(&self, service: &Service) -> Vec<DataError> {
        let Some(team) = self.teams.get(&service.owner).filter(|team| !team.members.is_empty()) else {
            return Vec::new();
        };
        let people = team.members.iter().map(|member| normal(member)).collect::<BTreeSet<_>>().len();
        let settings = self.settings_of(&service.name);
        let asked = |path: &[&str]| -> Option<u64> {
            let (group, rest) = path.split_first()?;
            let value = rest.iter().try_fold(settings.thresholds.get(*group)?, |value, part| value.get(part))?;
            value.as_u64()
        };
        let tier = serde_json::to_value(service.tier).ok();
        let tier = tier.as_ref().and_then(Value::as_str).unwrap_or_default();
        let required =
            service.environments.iter().map(|name| vec!["change", "approvals_required", name.as_str(), tier]);
        let paths = required.chain([vec!["change", "emergency_approvals"]]);
        let wrong = paths.filter_map(|path| {
            let asked = asked(&path).filter(|asked| usize::try_from(*asked).is_ok_and(|asked| asked > people))?;
            let at = self.settings.set_at(&path, &service.name, Some(&service.owner))?;
            let message = format!(
                "`thresholds.{}: {asked}` cannot be met for `{}`: its team `{}` has {people} members; write 0 to {people}",
                path.join("."),
                service.name,
                team.name
            );
            Some(DataError { message, ..at })
        });
        wrong.collect()
    }

    /// Services that nothing is promised for, so that their changes are denied.
    pub fn without_objectives(&self) -> Vec<DataError> {
        let silent = self.services.keys().filter(|name| self.slos_of(name).next().is_none());
        silent
            .map(|name| {
                let message = format!("`{name}` has no objective in `data/slos`: its changes are denied");
                DataError::new(format!("data/services/{name}.yaml"), None, message)
            })
            .collect()
    }

    /// What was right once, or is not yet: exceptions and freezes that are over, and what no exception is needed for.
    pub fn reminders(&self, now: Timestamp) -> Vec<DataError> {
        let horizon = now.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(now);
        let is_over = |freeze: &&Freeze| freeze.between(now, horizon).is_empty();
        let over = self.freezes.iter().filter(is_over);
        let over = over.map(|freeze| freeze.place(format!("freeze `{}` is over: remove it", freeze.name())));
        let empty = self.teams.values().filter(|team| team.members.is_empty());
        let empty = empty.map(|team| {
            let message =
                format!("nobody is a member of `{}`, so nobody can approve for it: write `members`", team.name);
            DataError::new(format!("data/teams/{}.yaml", team.name), None, message)
        });
        let young = not_begun(self.slos.values().flatten(), now);
        let mut reminders: Vec<DataError> = over.chain(empty).chain(self.of_waivers(now)).chain(young).collect();
        reminders.sort();
        reminders
    }
}

/// Objectives that say that they are measured from a time on that has not come: nothing can be known of them until then.
pub fn not_begun<'a>(slos: impl IntoIterator<Item = &'a Slo>, now: Timestamp) -> Vec<DataError> {
    let begins = |slo: &'a Slo| Some((slo, slo.since.filter(|since| *since > now)?));
    let wrong = slos.into_iter().filter_map(begins).map(|(slo, since)| {
        let message = format!(
            "`{}` is measured only from {} on, which has not come (`tollgate.dev/since`): until then its changes are held up",
            slo.name,
            since.format("%Y-%m-%dT%H:%M:%SZ")
        );
        DataError::new(&slo.file, slo.line, message)
    });
    wrong.collect()
}
