//! The letters of AWS Budgets, which SNS carries as plain text. Their sentences vary with the budget ("for the current
//! month", "per day. Yesterday, …") and may name other amounts than the labelled lines at their end. Only those are read.

use chrono::NaiveDate;

use super::{AlertError, LONGEST, amount};
use crate::{budget::StepKind, money::Money};

const ACCOUNT: &str = "AWS Account";
const NOTIFICATION: &str = "AWS Budget Notification";
const NAME: &str = "Budget Name";
const TYPE: &str = "Budget Type";
const BUDGETED: &str = "Budgeted Amount";
const KIND: &str = "Alert Type";
const THRESHOLD: &str = "Alert Threshold";
const ACTUAL: &str = "ACTUAL Amount";
const FORECASTED: &str = "FORECASTED Amount";
const LONGEST_NAME: usize = 100;

/// An alert of AWS Budgets about cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetAlert {
    /// The account, as 12 digits; none when the letter does not say.
    pub account: Option<String>,
    /// The day of the letter; none when it does not say.
    pub noticed_on: Option<NaiveDate>,
    /// The name of the budget.
    pub budget: String,
    /// What was held against it.
    pub kind: StepKind,
    /// The budget's amount.
    pub budgeted: Money,
    /// What the alert waits for.
    pub limit: AlertLimit,
    /// What was spent, or is forecast.
    pub amount: Money,
}

/// What an alert waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertLimit {
    /// An amount.
    Amount(Comparison, Money),
    /// A share of the budget, in parts per million.
    Share(Comparison, u64),
}

/// On which side of its limit an alert goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Above.
    GreaterThan,
    /// Below.
    LessThan,
    /// At.
    EqualTo,
}

impl BudgetAlert {
    /// Reads a letter.
    ///
    /// # Errors
    /// When a labelled line is missing, there twice, or not what it should be; what it is then not an alert about cost.
    pub fn read(text: &str) -> Result<Self, AlertError> {
        if text.len() > LONGEST {
            return Err(AlertError::TooLong(text.len()));
        }
        let kind = match needed(text, KIND)? {
            "ACTUAL" => StepKind::Actual,
            "FORECASTED" => StepKind::Forecast,
            other => return Err(AlertError::odd(KIND, "`ACTUAL` or `FORECASTED`", other)),
        };
        let (own, other) = match kind {
            StepKind::Actual => (ACTUAL, FORECASTED),
            StepKind::Forecast => (FORECASTED, ACTUAL),
        };
        if let Some(amount) = labelled(text, other)? {
            return Err(AlertError::odd(other, "left out, since the alert is of the other type", amount));
        }
        let money = |label: &'static str, text: &str| {
            amount::read(text).ok_or_else(|| AlertError::odd(label, "an amount such as `$1,234.56`", text))
        };
        let budget_type = needed(text, TYPE)?;
        if !budget_type.eq_ignore_ascii_case("cost") {
            return Err(AlertError::odd(TYPE, "`Cost`", budget_type));
        }
        let name = needed(text, NAME)?;
        if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            return Err(AlertError::odd(NAME, "a name of up to 100 letters", name));
        }
        let budgeted = money(BUDGETED, needed(text, BUDGETED)?)?;
        let amount = money(own, needed(text, own)?)?;
        if budgeted.currency != amount.currency {
            return Err(AlertError::odd(own, "in the currency of the budget", &amount.currency));
        }
        Ok(Self {
            account: account(text)?,
            noticed_on: noticed_on(text),
            budget: name.to_owned(),
            kind,
            limit: limit(needed(text, THRESHOLD)?, &budgeted)?,
            budgeted,
            amount,
        })
    }
}

/// What follows a label at the start of a line; none without such a line.
fn labelled<'a>(text: &'a str, label: &'static str) -> Result<Option<&'a str>, AlertError> {
    let mut found = text.lines().filter_map(|line| line.trim().strip_prefix(label)?.trim_start().strip_prefix(':'));
    let first = found.next().map(str::trim);
    if found.next().is_some() { Err(AlertError::Twice(label)) } else { Ok(first) }
}

fn needed<'a>(text: &'a str, label: &'static str) -> Result<&'a str, AlertError> {
    labelled(text, label)?.filter(|value| !value.is_empty()).ok_or(AlertError::Missing(label))
}

fn account(text: &str) -> Result<Option<String>, AlertError> {
    let mut found = text.lines().filter_map(|line| line.trim().strip_prefix(ACCOUNT)?.strip_prefix([' ', ':']));
    let Some(account) = found.next().map(|account| account.trim_start_matches(':').trim()) else { return Ok(None) };
    if found.next().is_some() {
        return Err(AlertError::Twice(ACCOUNT));
    }
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| Some(account.to_owned())).ok_or_else(|| AlertError::odd(ACCOUNT, "12 digits", account))
}

fn noticed_on(text: &str) -> Option<NaiveDate> {
    let day = text.lines().find_map(|line| line.trim().strip_prefix(NOTIFICATION))?;
    NaiveDate::parse_from_str(day.trim(), "%B %d, %Y").ok()
}

fn limit(text: &str, budgeted: &Money) -> Result<AlertLimit, AlertError> {
    let odd = || AlertError::odd(THRESHOLD, "a comparison with an amount such as `> $80.00`", text);
    let comparison = match text.chars().next() {
        Some('>') => Comparison::GreaterThan,
        Some('<') => Comparison::LessThan,
        Some('=') => Comparison::EqualTo,
        _ => return Err(odd()),
    };
    let value = text.trim_start_matches(['>', '<', '=']).trim();
    if let Some(percent) = value.strip_suffix('%') {
        // A percentage to four places is in parts per million of the whole.
        let share = crate::money::rounded(percent, 4).ok().and_then(|share| u64::try_from(share).ok());
        return share.map(|share| AlertLimit::Share(comparison, share)).ok_or_else(odd);
    }
    let amount = amount::read(value).filter(|amount| amount.currency == budgeted.currency).ok_or_else(odd)?;
    Ok(AlertLimit::Amount(comparison, amount))
}
