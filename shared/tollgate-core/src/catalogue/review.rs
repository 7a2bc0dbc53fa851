//! What the data say together that cannot be meant, or is hardly meant.

use std::collections::BTreeSet;

use chrono::Days;
use serde_json::Value;

use super::{Catalogue, Freeze, Service};
use crate::{
    Timestamp,
    approval::normal,
    data::DataError,
    settings::Settings,
    slo::{BurnPair, Slo},
    suggest::mistyped,
};

/// A freeze that comes later than this is not looked for.
const HORIZON_DAYS: u64 = 3 * 366;

const TIERS: [&str; 3] = ["tier_1", "tier_2", "tier_3"];

/// A number of approvers that a team does not have.
struct Unmet<'a> {
    path: Vec<&'a str>,
    asked: u64,
    people: usize,
}

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
        let mut wrong: Vec<DataError> = freezes.chain(budgets).chain(targets).chain(approvers).collect();
        let settings = self.services.keys().map(|service| (service.as_str(), self.settings_of(service)));
        for (service, settings) in [("", self.settings.resolve("", None))].into_iter().chain(settings) {
            wrong.extend(self.odd_pairs(service, &settings));
        }
        wrong
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

    /// Pairs of burn rates that never say what they are for.
    fn odd_pairs(&self, service: &str, settings: &Settings) -> Vec<DataError> {
        const PATH: [&str; 2] = ["slo", "burn_rate_pairs"];
        let set = settings.thresholds.get(PATH[0]).and_then(|group| group.get(PATH[1]));
        let odd: Vec<String> =
            set.map(BurnPair::read_all).into_iter().flatten().filter_map(|pair| pair.odd()).collect();
        let team = self.services.get(service).map(|service| service.owner.as_str());
        let at = |message: String| {
            let at = self.settings.set_at(&PATH, service, team).unwrap_or_else(|| self.settings.declared_at());
            DataError { message: format!("`thresholds.{}` {message}", PATH.join(".")), ..at }
        };
        odd.into_iter().map(at).collect()
    }

    /// Numbers of approvers that a layer sets, and that the service's team does not have.
    fn too_many_approvers(&self, service: &Service) -> Vec<DataError> {
        let wrong = self.unmeetable(service).into_iter().filter_map(|unmet| {
            let Unmet { path, asked, people } = unmet;
            let at = self.settings.set_at(&path, &service.name, Some(&service.owner))?;
            let message = format!(
                "`thresholds.{}: {asked}` cannot be met for `{}`: its team `{}` has {people} members; write 0 to {people}",
                path.join("."),
                service.name,
                service.owner
            );
            Some(DataError { message, ..at })
        });
        wrong.collect()
    }

    /// Services whose team is smaller than the defaults ask for.
    fn too_few_people(&self, service: &Service) -> Vec<DataError> {
        let shipped =
            |unmet: &Unmet<'_>| self.settings.set_at(&unmet.path, &service.name, Some(&service.owner)).is_none();
        let few = self.unmeetable(service).into_iter().filter(shipped).map(|Unmet { path, asked, people }| {
            let members = if people == 1 { "member" } else { "members" };
            let message = format!(
                "`{}` needs {asked} approvals of its team `{}`, which has {people} {members} \
                 (`thresholds.{}`): what needs them is never approved; add members, or name another owner",
                service.name,
                service.owner,
                path.join(".")
            );
            DataError::new(format!("data/services/{}.yaml", service.name), None, message)
        });
        few.collect()
    }

    /// Numbers of approvers in force for a service that its team does not have.
    fn unmeetable<'a>(&self, service: &'a Service) -> Vec<Unmet<'a>> {
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
        let tier = TIERS.into_iter().find(|known| *known == tier).unwrap_or_default();
        let of = |name: &'a str| ["change", "approvals_required", name, tier];
        // An environment that has no numbers of its own is judged as production.
        let own = |name: &'a str| if asked(&of(name)).is_some() { of(name) } else { of("production") };
        let required: BTreeSet<_> = service.environments.iter().map(|name| own(name)).collect();
        let paths = required.into_iter().map(Vec::from).chain([vec!["change", "emergency_approvals"]]);
        let unmet = paths.filter_map(|path| {
            let asked = asked(&path).filter(|asked| usize::try_from(*asked).is_ok_and(|asked| asked > people))?;
            Some(Unmet { path, asked, people })
        });
        unmet.collect()
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
        let few = self.services.values().flat_map(|service| self.too_few_people(service));
        let young = not_begun(self.slos.values().flatten(), now);
        let mut reminders: Vec<DataError> = over
            .chain(empty)
            .chain(few)
            .chain(self.of_waivers(now))
            .chain(self.mistyped_environments())
            .chain(self.mistyped_nonproduction())
            .chain(young)
            .collect();
        reminders.sort();
        reminders
    }

    /// Environments of one service alone that are another's but for a letter.
    fn mistyped_environments(&self) -> Vec<DataError> {
        let named = || self.services.values().flat_map(|service| &service.environments);
        let others = |name: &str| named().filter(|other| *other != name).map(String::as_str).collect::<Vec<_>>();
        let letters = |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
        let found =
            self.services.values().flat_map(|service| service.environments.iter().map(move |name| (service, name)));
        let alone = found.filter(|(_, name)| named().filter(|other| other == name).count() == 1);
        let odd = alone.filter_map(|(service, name)| {
            // Those of which only the number is another are several of a kind.
            let meant = mistyped(name, others(name)).filter(|meant| letters(meant) != letters(name))?;
            let others = named().filter(|other| *other == meant).count();
            let message = format!(
                "`{}` alone runs in `{name}`, and `{meant}` is an environment of {others} other services: write that, if it is \
                 meant",
                service.name
            );
            (others > 1).then(|| DataError::new(format!("data/services/{}.yaml", service.name), None, message))
        });
        odd.collect()
    }

    /// Environments that are to be judged mildly, that no service runs in, and that are one but for a letter.
    fn mistyped_nonproduction(&self) -> Vec<DataError> {
        const PATH: [&str; 2] = ["change", "nonproduction_environments"];
        let known: BTreeSet<&str> =
            self.services.values().flat_map(|service| &service.environments).map(String::as_str).collect();
        let settings = self.settings.resolve("", None);
        let listed = settings.thresholds.get(PATH[0]).and_then(|group| group.get(PATH[1])?.as_array());
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let strange = listed.filter(|name| !known.contains(name)).filter_map(|name| {
            let meant = mistyped(name, known.iter().copied())?;
            let at = self.settings.set_at(&PATH, "", None).unwrap_or_else(|| self.settings.declared_at());
            let message = format!(
                "`thresholds.{}` has `{name}`, which no service runs in: write `{meant}`, if it is meant",
                PATH.join(".")
            );
            Some(DataError { message, ..at })
        });
        strange.collect()
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
