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
const AUTO_ADJUSTED: &str = "(auto-adjusted)";
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
    /// The budget's amount; none when it cannot be read.
    pub budgeted: Option<Money>,
    /// What the alert waits for; none when it cannot be read.
    pub limit: Option<AlertLimit>,
    /// What was spent, or is forecast; none when it cannot be read.
    pub amount: Option<Money>,
    /// The lines that cannot be read, and why: nothing is decided by them. They tell one state of a budget from another too.
    pub unread: Vec<AlertError>,
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
    /// When name or type of the alert are missing, there twice, or not what they should be, when it is not an alert about
    /// cost, or when a line is there twice. Amounts that are missing or that cannot be read are in `unread`: a letter only
    /// says that it is time to look.
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
        let budget_type = needed(text, TYPE)?;
        if !budget_type.eq_ignore_ascii_case("cost") {
            return Err(AlertError::odd(TYPE, "`Cost`", budget_type));
        }
        let name = needed(text, NAME)?;
        if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            return Err(AlertError::odd(NAME, "a name of up to 100 letters", name));
        }
        let mut unread = Vec::new();
        let budgeted = aside(money(text, BUDGETED, None), &mut unread)?;
        let amount = aside(money(text, own, budgeted.as_ref()), &mut unread)?;
        let limit = needed(text, THRESHOLD).and_then(|threshold| limit(threshold, budgeted.as_ref()));
        Ok(Self {
            account: aside(account(text), &mut unread)?.flatten(),
            noticed_on: noticed_on(text),
            budget: name.to_owned(),
            kind,
            limit: aside(limit, &mut unread)?,
            budgeted,
            amount,
            unread,
        })
    }
}

/// What is not needed to know that it is time to look. Two lines of one label are two letters, or none.
fn aside<T>(read: Result<T, AlertError>, unread: &mut Vec<AlertError>) -> Result<Option<T>, AlertError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error @ AlertError::Twice(_)) => Err(error),
        Err(error) => {
            unread.push(error);
            Ok(None)
        }
    }
}

/// The amount of a line, in the currency of the budget where that is known.
fn money(text: &str, label: &'static str, budgeted: Option<&Money>) -> Result<Money, AlertError> {
    let text = needed(text, label)?;
    // An amount that AWS sets by itself says so behind it.
    let bare = text.strip_suffix(AUTO_ADJUSTED).unwrap_or(text);
    let amount = amount::read(bare).ok_or_else(|| AlertError::odd(label, "an amount such as `$1,234.56`", text))?;
    match budgeted.filter(|budgeted| budgeted.currency != amount.currency) {
        Some(_) => Err(AlertError::odd(label, "in the currency of the budget", &amount.currency)),
        None => Ok(amount),
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

fn limit(text: &str, budgeted: Option<&Money>) -> Result<AlertLimit, AlertError> {
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
    let amount =
        amount::read(value).filter(|amount| budgeted.is_none_or(|budgeted| amount.currency == budgeted.currency));
    let amount = amount.ok_or_else(odd)?;
    Ok(AlertLimit::Amount(comparison, amount))
}
