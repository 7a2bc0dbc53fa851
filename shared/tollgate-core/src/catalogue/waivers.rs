//! `data/waivers/*.yaml`: what may be waived, by whom, for what and for how long.

use chrono::Duration;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Catalogue;
use crate::{
    Timestamp,
    data::DataError,
    decision::Gate,
    names::{self, Declared, Kind, Named, References, of, shown},
    rule::{Rules, SubjectKind, WaivedBy},
    waiver::Waiver,
};

/// How long a waiver may last where the settings do not say.
pub(super) const LONGEST_DAYS: i64 = 90;
const FORM: &str = "2026-12-21T00:00:00Z";

/// The file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waivers {
    waivers: Vec<Entry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    rule: Named<of::Rule>,
    service: Named<of::Service>,
    #[serde(default)]
    environments: Vec<Named<of::Environment>>,
    freeze: Option<Named<of::Freeze>>,
    objective: Option<Named<of::Objective>>,
    budget: Option<Named<of::Budget>>,
    change: Option<Spanned<String>>,
    owner: Named<of::Team>,
    reason: Spanned<String>,
    starts_at: Spanned<String>,
    expires_at: Spanned<String>,
}

/// A waiver, and where its parts are written.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) waiver: Waiver,
    id_at: DataError,
    rule_at: DataError,
    owner_at: DataError,
    end_at: DataError,
}

impl Waivers {
    /// The waivers, as far as they can be read. Rules are referred to where they are known.
    pub(super) fn read(
        self,
        file: &str,
        rules_are_known: bool,
        references: &mut References,
        wrong: &mut Vec<DataError>,
    ) -> Vec<Read> {
        let entries = self.waivers.into_iter();
        entries.filter_map(|entry| entry.read(file, rules_are_known, references, wrong)).collect()
    }
}

impl Entry {
    fn read(
        self,
        file: &str,
        rules_are_known: bool,
        references: &mut References,
        wrong: &mut Vec<DataError>,
    ) -> Option<Read> {
        let at = |place: &serde_saphyr::Location| DataError::at(file, place, "");
        let mut ignored = References::default();
        let of_rules = if rules_are_known { &mut *references } else { &mut ignored };
        let rule = of_rules.take(file, "rule", &self.rule);
        let one = |references: &mut References, named: &Option<Named<of::Freeze>>| {
            named.as_ref().map(|named| references.take(file, "freeze", named))
        };
        let freeze = one(references, &self.freeze);
        let objective = self.objective.as_ref().map(|named| references.take(file, "objective", named));
        let budget = self.budget.as_ref().map(|named| references.take(file, "budget", named));
        let (starts_at, expires_at) =
            (time(file, "starts_at", &self.starts_at), time(file, "expires_at", &self.expires_at));
        let before = wrong.len();
        wrong.extend([&starts_at, &expires_at].into_iter().filter_map(|time| time.as_ref().err().cloned()));
        wrong.extend(names::refusal(&self.id.value).map(|message| DataError { message, ..at(&self.id.defined) }));
        if self.reason.value.trim().is_empty() {
            wrong.push(DataError::at(file, &self.reason.defined, "the reason is empty: write why the rule is waived"));
        }
        if let Some(change) = self.change.as_ref().filter(|change| change.value.trim().is_empty()) {
            let message = "no change has an empty id: write the id of one, or remove `change`";
            wrong.push(DataError::at(file, &change.defined, message));
        }
        if [freeze.is_some(), objective.is_some(), budget.is_some()].into_iter().filter(|named| *named).count() > 1 {
            let message = "names several of `freeze`, `objective` and `budget`: write a waiver for each";
            wrong.push(DataError::at(file, &self.id.defined, message));
        }
        let read = Read {
            id_at: at(&self.id.defined),
            rule_at: at(self.rule.place()),
            owner_at: at(self.owner.place()),
            end_at: at(&self.expires_at.defined),
            waiver: Waiver {
                id: self.id.value,
                rule,
                service: references.take(file, "service", &self.service),
                environments: references.all(file, "environment", &self.environments),
                freeze,
                objective,
                budget,
                change: self.change.map(|change| change.value),
                owner: references.take(file, "owner", &self.owner),
                reason: self.reason.value,
                starts_at: Some(starts_at.ok()?),
                expires_at: expires_at.ok()?,
            },
        };
        (wrong.len() == before).then_some(read)
    }
}

fn time(file: &str, field: &str, text: &Spanned<String>) -> Result<Timestamp, DataError> {
    text.value.parse().map_err(|_| {
        let message = format!("`{field}: {}` is not a time such as `{FORM}`", shown(&text.value));
        DataError::at(file, &text.defined, message)
    })
}

/// What waivers may not be, held against what they are for.
pub(super) fn wrong(read: &[Read], catalogue: &Catalogue, rules: Option<&Rules>) -> Vec<DataError> {
    let mut ids = Declared::default();
    let mut wrong = Vec::new();
    for read in read {
        let waiver = &read.waiver;
        wrong.extend(ids.add(Kind::Waiver, &waiver.id, &read.id_at));
        wrong.extend(catalogue.too_long(read));
        wrong.extend(catalogue.for_another(read));
        if let Some(terms) = rules.and_then(|rules| rules.get(&waiver.rule)).map(|rule| rule.waiver) {
            wrong.extend(catalogue.not_by(read, terms.by, rules));
            wrong.extend(terms.of.and_then(|kind| too_wide(read, kind)).or_else(|| of_nothing(read, terms.of)));
        }
    }
    wrong
}

/// The waiver names less than each finding of its rule is about.
fn too_wide(read: &Read, kind: SubjectKind) -> Option<DataError> {
    let Waiver { freeze, objective, budget, change, rule, .. } = &read.waiver;
    let named = match kind {
        SubjectKind::Freeze => freeze,
        SubjectKind::Objective => objective,
        SubjectKind::Budget => budget,
        SubjectKind::Change => change,
    };
    let field = kind.as_str();
    let message = format!("a waiver of `{rule}` is for one {field}: write `{field}: NAME`");
    named.is_none().then(|| DataError { message, ..read.id_at.clone() })
}

/// The waiver is for one of what no finding of its rule is about, so that it never lifts one.
fn of_nothing(read: &Read, of: Option<SubjectKind>) -> Option<DataError> {
    let Waiver { freeze, objective, budget, change, rule, .. } = &read.waiver;
    let gate = rule.split('.').next().unwrap_or_default();
    let field = if freeze.is_some() && of != Some(SubjectKind::Freeze) {
        SubjectKind::Freeze
    } else if objective.is_some() && gate == Gate::Cost.as_str() {
        SubjectKind::Objective
    } else if budget.is_some() && gate == Gate::Slo.as_str() {
        SubjectKind::Budget
    } else if change.is_some() && gate != Gate::Change.as_str() {
        SubjectKind::Change
    } else {
        return None;
    };
    let field = field.as_str();
    let message = format!("no finding of `{rule}` is about a {field}, so this would waive nothing: remove `{field}`");
    Some(DataError { message, ..read.id_at.clone() })
}

impl Catalogue {
    fn too_long(&self, read: &Read) -> Option<DataError> {
        let Waiver { starts_at, expires_at, service, .. } = &read.waiver;
        let length = *expires_at - (*starts_at)?;
        let days = self.settings_of(service).integer("waiver", "longest_days").unwrap_or(LONGEST_DAYS);
        let longest = Duration::try_days(days).unwrap_or_default();
        let message = if length <= Duration::zero() {
            "`expires_at` is not after `starts_at`: write a later end".to_owned()
        } else if length > longest {
            format!("it would last {} days, and {days} at most are possible: write an earlier end", length.num_days())
        } else {
            return None;
        };
        Some(DataError { message, ..read.end_at.clone() })
    }

    /// It is for something that is not of its service, so that it would never be in force.
    fn for_another(&self, read: &Read) -> Option<DataError> {
        let Waiver { service, environments, freeze, objective, budget, .. } = &read.waiver;
        let known = self.services.get(service)?;
        let elsewhere = environments.iter().find(|name| !known.environments.contains(name));
        let message = if let Some(environment) = elsewhere {
            format!("`{service}` does not run in `{environment}`: name an environment of it")
        } else if let Some(name) = freeze.as_ref().filter(|name| !self.is_frozen_by(service, environments, name)) {
            format!("the freeze `{name}` does not concern `{service}` there: name one that does")
        } else if let Some(name) = objective.as_ref().filter(|name| !self.is_bound_by(service, name)) {
            format!("the objective `{name}` does not bind `{service}`: name one that does")
        } else {
            let name = budget
                .as_ref()
                .filter(|name| !self.budgets_of(service, None).iter().any(|held| held.name == **name))?;
            format!("the budget `{name}` does not hold `{service}`: name one that does")
        };
        Some(DataError { message, ..read.id_at.clone() })
    }

    fn is_frozen_by(&self, service: &str, environments: &[String], name: &str) -> bool {
        let own = self.services.get(service).map_or(&[][..], |service| service.environments.as_slice());
        let environments = if environments.is_empty() { own } else { environments };
        let named = self.freezes.iter().filter(|freeze| freeze.name() == name);
        named.into_iter().any(|freeze| environments.iter().any(|environment| freeze.concerns(service, environment)))
    }

    fn is_bound_by(&self, service: &str, objective: &str) -> bool {
        let named = |service: &str, name: &str| objective.split_once('/') == Some((service, name));
        let own = self.services.get(service).into_iter().flat_map(|service| &service.dependencies);
        let all = own.map(String::as_str).chain([service]);
        all.into_iter().any(|of| self.slos_of(of).any(|slo| named(&slo.service, &slo.name)))
    }

    fn not_by(&self, read: &Read, by: WaivedBy, rules: Option<&Rules>) -> Option<DataError> {
        let Waiver { rule, service, owner, .. } = &read.waiver;
        let of_service = self.services.get(service).map(|service| service.owner.as_str());
        let of_rule = rules.and_then(|rules| rules.get(rule)).map(|rule| rule.owner.as_str());
        let (at, message) = match by {
            WaivedBy::Anyone => return None,
            WaivedBy::AnotherTeam if of_service != Some(owner) => return None,
            WaivedBy::Owner if of_rule == Some(owner) => return None,
            WaivedBy::Nobody => (&read.rule_at, format!("`{rule}` cannot be waived: remove the waiver")),
            WaivedBy::AnotherTeam => {
                let message =
                    format!("`{owner}` owns `{service}` and may not waive `{rule}` for itself: ask another team");
                (&read.owner_at, message)
            }
            WaivedBy::Owner => {
                let asked = of_rule.unwrap_or_default();
                (&read.owner_at, format!("only `{asked}`, which owns `{rule}`, may waive it: have it grant the waiver"))
            }
        };
        Some(DataError { message, ..at.clone() })
    }
}

impl Read {
    pub(super) fn place(&self) -> DataError {
        self.id_at.clone()
    }
}
