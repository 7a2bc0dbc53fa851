//! What is odd about budgets beside their form: names that lead nowhere in a bill, and what cannot be compared.

use tollgate_aws::billing::{Tags, askable};
use tollgate_core::{
    budget::{Allowance, Budget, Enforcement},
    catalogue::Catalogue,
    data::DataError,
    suggest::did_you_mean,
};

/// What cannot be meant: a scope that no bill can be asked for.
pub(super) fn errors(catalogue: &Catalogue) -> Vec<DataError> {
    let settings = catalogue.settings.resolve("", None);
    let tags = Tags::of(&settings);
    catalogue
        .budgets
        .iter()
        .filter_map(|budget| Some(at(budget, format!("`{}`: {}", budget.name, askable(budget, &tags).err()?))))
        .collect()
}

/// What is allowed and hardly meant.
pub(super) fn warnings(catalogue: &Catalogue) -> Vec<DataError> {
    let tags = Tags::of(&catalogue.settings.resolve("", None));
    let of_budgets = catalogue.budgets.iter().flat_map(|budget| {
        let messages = [
            values(catalogue, &tags, budget),
            currency(catalogue, budget),
            nothing_stops(budget),
            nothing_waits(budget),
        ];
        messages.into_iter().flatten().map(|message| at(budget, message)).collect::<Vec<_>>()
    });
    let has_own =
        |service: &str| catalogue.budgets_of(service, None).iter().any(|budget| !budget.scope.is_of_everything());
    let without = catalogue.services.keys().filter(|service| !catalogue.budgets.is_empty() && !has_own(service));
    let without = without.map(|service| {
        let message = format!(
            "`{service}` has no budget of its own: what is added to its spend waits for approval; write one for it, or \
             the `accounts` or `tags` of one into this file"
        );
        DataError::new(format!("data/services/{service}.yaml"), None, message)
    });
    let mut found: Vec<DataError> = of_budgets.chain(without).collect();
    found.sort();
    found
}

fn at(budget: &Budget, message: String) -> DataError {
    DataError::new(&budget.file, budget.line, message)
}

/// Values of tags that carry names of the catalogue, and are none.
fn values(catalogue: &Catalogue, tags: &Tags, budget: &Budget) -> Option<String> {
    let environments = || catalogue.services.values().flat_map(|service| &service.environments);
    let known = |tag: &str| -> Option<Vec<&str>> {
        let carries = |named: &Option<String>| named.as_deref() == Some(tag);
        match () {
            () if carries(&tags.owner) => Some(catalogue.teams.keys().map(String::as_str).collect()),
            () if carries(&tags.service) => Some(catalogue.services.keys().map(String::as_str).collect()),
            () if carries(&tags.environment) => Some(environments().map(String::as_str).collect()),
            () => None,
        }
    };
    budget.scope.tags.iter().find_map(|(tag, values)| {
        let known = known(tag)?;
        let unknown = values.iter().find(|value| !known.contains(&value.as_str()))?;
        let meant = did_you_mean(unknown, known.iter().copied());
        Some(format!("`{}` counts the tag `{tag}: {unknown}`, which the catalogue does not know{meant}", budget.name))
    })
}

/// A currency that limits are not in: amounts of two are never compared, so each planned change has to be approved.
fn currency(catalogue: &Catalogue, budget: &Budget) -> Option<String> {
    let Allowance::Declared(declared) = &budget.allowance else { return None };
    let settings = catalogue.settings.resolve("", Some(&budget.owner));
    let limits = settings.text("cost", "currency")?;
    (declared.currency != limits).then(|| {
        let (name, ours) = (&budget.name, &declared.currency);
        format!(
            "`{name}` is in {ours} and `thresholds.cost.currency` in {limits}: amounts are not compared across \
             currencies; write both in the currency of the bill"
        )
    })
}

/// Environments that are to stop first, of which the budget holds none.
fn nothing_stops(budget: &Budget) -> Option<String> {
    let held = &budget.scope.environments;
    let outside = budget.non_essential.iter().find(|name| !held.is_empty() && !held.contains(name))?;
    let name = &budget.name;
    Some(format!("`{name}` has `{outside}` stop first, which it does not hold: take it out of `non_essential`"))
}

/// Steps that are to hold something up, of a budget that no service is known to spend.
fn nothing_waits(budget: &Budget) -> Option<String> {
    let strictest =
        budget.steps.iter().map(|step| step.enforcement).filter(|step| *step != Enforcement::Inform).max()?;
    let scope = &budget.scope;
    let account = scope.accounts.first().map(|account| format!("`accounts: [\"{account}\"]`"));
    let tag = |(key, values): (&String, &Vec<String>)| Some(format!("`tags: {{{key}: {}}}`", values.first()?));
    let write: Vec<String> = account.into_iter().chain(scope.tags.iter().filter_map(tag)).collect();
    (budget.services_held == 0 && !write.is_empty()).then(|| {
        let (name, step, write) = (&budget.name, strictest.as_str(), write.join(" and "));
        format!(
            "`{name}` has a step to `{step}`, and no service is known to spend it, so that nothing waits: write {write} \
             into the services that do, in `data/services`"
        )
    })
}
