//! Budget files into budgets: what is read, and what is refused with what to write instead.

use std::collections::BTreeMap;

use serde_saphyr::{Location, Spanned};

use super::{
    Allowance, AmountChange, Basis, Budget, CostMeasure, Declared,
    document::{BasisEntry, ChangeEntry, Document, Entry},
    overlap,
};
use crate::{
    catalogue::{Service, Team},
    data::{DataError, from_yaml},
    money::{decimal_from_micros, excerpt, is_currency, micros_from_decimal},
    names::{Kind, Known, Named, Referable, References},
};

const LONGEST_NAME: usize = 63;
const LONGEST_AWS_NAME: usize = 100;

/// Reads the budgets of files (path, text), which may only name teams and services that exist.
///
/// # Errors
/// Everything that is wrong with the files, by file and line.
pub fn read<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    teams: &BTreeMap<String, Team>,
    services: &BTreeMap<String, Service>,
) -> Result<Vec<Budget>, Vec<DataError>> {
    let mut references = References::default();
    let (budgets, mut errors) = read_referring(files, &mut references);
    let mut known = Known::default();
    // Objectives are in other files.
    known.may_be_more(Kind::Objective);
    teams.keys().for_each(|team| known.add(Kind::Team, team));
    for service in services.values() {
        known.add(Kind::Service, &service.name);
        service.environments.iter().for_each(|environment| known.add(Kind::Environment, environment));
    }
    errors.extend(references.resolve(&known));
    errors.sort();
    if errors.is_empty() { Ok(budgets) } else { Err(errors) }
}

/// The budgets that can be read, whatever is wrong with the others; the names in them are for the caller to resolve.
pub(crate) fn read_referring<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    references: &mut References,
) -> (Vec<Budget>, Vec<DataError>) {
    let mut errors = Vec::new();
    let mut budgets = Vec::new();
    for (file, text) in files {
        match from_yaml::<Document>(file, text) {
            Ok(document) => {
                let mut reader = Reader { file, references, errors: Vec::new() };
                budgets.extend(document.budgets.iter().filter_map(|entry| reader.budget(entry)));
                errors.extend(reader.errors);
            }
            Err(error) => errors.push(error),
        }
    }
    errors.extend(overlap::found(&budgets));
    (budgets, errors)
}

pub(super) struct Reader<'a> {
    file: &'a str,
    references: &'a mut References,
    errors: Vec<DataError>,
}

fn line(at: &Location) -> Option<u64> {
    Some(at.line()).filter(|line| *line > 0)
}

impl Reader<'_> {
    pub(super) fn refuse<T>(&mut self, at: &Location, message: impl Into<String>) -> Option<T> {
        self.errors.push(DataError::at(self.file, at, message));
        None
    }

    fn budget(&mut self, entry: &Spanned<Entry>) -> Option<Budget> {
        let before = self.errors.len();
        let (at, entry) = (&entry.defined, &entry.value);
        let name = self.name(&entry.name);
        let owner = self.names("owner", std::slice::from_ref(&entry.owner)).concat();
        let scope = self.scope(at, entry.scope.as_ref());
        let steps = self.steps(at, &entry.steps);
        let non_essential = self.names("environment", &entry.non_essential);
        let requests = self.requests(&entry.requests);
        let allowance = match &entry.aws_budget {
            Some(aws_budget) => self.aws_budget(entry, aws_budget),
            None => self.declared(at, entry).map(Allowance::Declared),
        };
        let budget = Budget {
            name: name?,
            owner,
            scope: scope?,
            allowance: allowance?,
            steps: steps?,
            non_essential,
            requests,
            services_held: 0,
            file: self.file.to_owned(),
            line: line(&entry.name.defined),
        };
        (self.errors.len() == before).then_some(budget)
    }

    fn name(&mut self, name: &Spanned<String>) -> Option<String> {
        let text = &name.value;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let whole = (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(plain);
        if whole && !text.starts_with('-') && !text.ends_with('-') {
            return Some(text.clone());
        }
        let message = format!(
            "`{}` is not a name: write up to {LONGEST_NAME} small letters, digits and `-` inside",
            excerpt(text)
        );
        self.refuse(&name.defined, message)
    }

    /// The names of a list, to be resolved once all is known that they may refer to.
    pub(super) fn names<T: Referable>(&mut self, role: &'static str, list: &[Named<T>]) -> Vec<String> {
        self.references.all(self.file, role, list)
    }

    pub(super) fn twice(&mut self, listed: &[Spanned<String>]) {
        for (index, text) in listed.iter().enumerate() {
            if listed.iter().take(index).any(|earlier| earlier.value == text.value) {
                self.refuse::<()>(&text.defined, format!("`{}` is there twice: remove one", excerpt(&text.value)));
            }
        }
    }

    fn aws_budget(&mut self, entry: &Entry, aws_budget: &Spanned<String>) -> Option<Allowance> {
        let own = [
            ("amount", &entry.amount),
            ("currency", &entry.currency),
            ("period", &entry.period),
            ("starts", &entry.starts),
            ("length", &entry.length),
            ("ends", &entry.ends),
            ("time_zone", &entry.time_zone),
        ];
        let own = own.into_iter().find_map(|(field, text)| Some((field, text.as_ref()?.defined)));
        let basis = entry.basis.as_ref().map(|basis| ("basis", basis.defined));
        let changes = entry.changes.first().map(|change| ("changes", change.defined));
        if let Some((field, at)) = own.or(basis).or(changes) {
            let message = format!("`{field}` is what the AWS Budget says: remove it, or `aws_budget`");
            return self.refuse(&at, message);
        }
        let text = &aws_budget.value;
        let odd = |letter: char| matches!(letter, ':' | '\\') || letter.is_control();
        if text.is_empty() || text.chars().count() > LONGEST_AWS_NAME || text.contains(odd) {
            let message = format!("`{}` cannot be the name of an AWS Budget", excerpt(text));
            return self.refuse(&aws_budget.defined, message);
        }
        match &entry.account {
            Some(account) if is_account(&account.value) => {
                Some(Allowance::AwsBudget { name: text.clone(), account: account.value.clone() })
            }
            Some(account) => {
                let message = format!("`{}` is not an account of 12 digits", excerpt(&account.value));
                self.refuse(&account.defined, message)
            }
            None => self.refuse(
                &aws_budget.defined,
                "no `account`: write the one that the AWS Budget is in, such as `\"111122223333\"`",
            ),
        }
    }

    fn declared(&mut self, at: &Location, entry: &Entry) -> Option<Declared> {
        if let Some(account) = &entry.account {
            let message = "`account` belongs to `aws_budget`: write `accounts` into the `scope`";
            self.refuse::<()>(&account.defined, message);
        }
        let amount = match &entry.amount {
            Some(amount) => self.amount(amount),
            None => self.refuse(at, "no `amount`: write for example `amount: \"12000.00\"`, or `aws_budget`"),
        };
        let currency = match &entry.currency {
            Some(code) if is_currency(&code.value) => Some(code.value.clone()),
            Some(code) => {
                let message = format!("`{}` is not a currency code of ISO 4217 such as `USD`", excerpt(&code.value));
                self.refuse(&code.defined, message)
            }
            None => self.refuse(at, "no `currency`: write for example `currency: USD`"),
        };
        let period = self.period(at, entry);
        let basis = self.basis(entry.basis.as_ref());
        let changes = self.changes(&entry.changes);
        Some(Declared {
            currency: currency?,
            amount_micros: amount?,
            changes: changes?,
            period: period?,
            basis: basis?,
        })
    }

    fn amount(&mut self, amount: &Spanned<String>) -> Option<i64> {
        match micros_from_decimal(&amount.value) {
            Ok(micros) if micros > 0 => Some(micros),
            Ok(micros) => {
                let message =
                    format!("`amount: {}` leaves nothing to spend: write more than 0", decimal_from_micros(micros));
                self.refuse(&amount.defined, message)
            }
            Err(error) => self.refuse(&amount.defined, format!("`amount`: {error}")),
        }
    }

    fn basis(&mut self, basis: Option<&Spanned<BasisEntry>>) -> Option<Basis> {
        let (usual, none) = (Basis::default(), BasisEntry::default());
        let entry = basis.map_or(&none, |basis| &basis.value);
        let cost = match &entry.cost {
            None => usual.cost,
            Some(text) => {
                let Some(cost) = CostMeasure::ALL.into_iter().find(|cost| cost.as_str() == text.value) else {
                    let known = CostMeasure::ALL.map(CostMeasure::as_str).join("`, `");
                    let message = format!("`cost` cannot be `{}`: write `{known}`", excerpt(&text.value));
                    return self.refuse(&text.defined, message);
                };
                cost
            }
        };
        Some(Basis {
            cost,
            credits: entry.credits.unwrap_or(usual.credits),
            refunds: entry.refunds.unwrap_or(usual.refunds),
            tax: entry.tax.unwrap_or(usual.tax),
            support: entry.support.unwrap_or(usual.support),
        })
    }

    fn changes(&mut self, entries: &[Spanned<ChangeEntry>]) -> Option<Vec<AmountChange>> {
        let mut changes: Vec<AmountChange> = Vec::new();
        for entry in entries {
            let (from, amount) = (self.day("from", &entry.value.from), self.amount(&entry.value.amount));
            let (from, amount_micros) = (from?, amount?);
            if changes.last().is_some_and(|last| from <= last.from) {
                let message = format!("`from: {from}` is not after the change before it: write them in order");
                return self.refuse(&entry.value.from.defined, message);
            }
            changes.push(AmountChange { from, amount_micros });
        }
        Some(changes)
    }
}

/// Is it the number of an account?
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
