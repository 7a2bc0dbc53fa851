//! Alerts of AWS Budgets, which SNS carries as plain text. Their sentences vary with the budget ("for the current month", "per
//! day. Yesterday, …") and may name other amounts than the labelled lines at their end. Only those are read, in any case and
//! order; what of them cannot be read is noted, since an alert only says that it is time to look.

use chrono::NaiveDate;

use super::{AlertError, LONGEST, figure::Figure, subject::AlertSubject};
use crate::budget::StepKind;

const ACCOUNT: &str = "AWS Account";
const NOTIFICATION: &str = "AWS Budget";
const NAME: &str = "Budget Name";
const TYPE: &str = "Budget Type";
const BUDGETED: &str = "Budgeted Amount";
const KIND: &str = "Alert Type";
const THRESHOLD: &str = "Alert Threshold";
const ACTUAL: &str = "ACTUAL Amount";
const FORECASTED: &str = "FORECASTED Amount";
/// What alerts of other budgets call the same: `Budgeted Usage`, `Actual Utilization`.
const BUDGETED_WORDS: [&str; 3] = ["budgeted", "budget limit", "target"];
const AUTO_ADJUSTED: &str = "(auto-adjusted)";
const LONGEST_NAME: usize = 100;
const FEWEST_LINES: usize = 2;

/// An alert of AWS Budgets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetAlert {
    /// The account, as 12 digits; none when it does not say.
    pub account: Option<String>,
    /// The day of the alert; none when it does not say.
    pub noticed_on: Option<NaiveDate>,
    /// The name of the budget; none when it cannot be read.
    pub budget: Option<String>,
    /// What it is about.
    pub subject: AlertSubject,
    /// What was held against it; none when it does not say.
    pub kind: Option<StepKind>,
    /// The budget's amount, or its target; none when it cannot be read.
    pub budgeted: Option<Figure>,
    /// What the alert waits for; none when it cannot be read.
    pub limit: Option<AlertLimit>,
    /// What was spent or used, or is forecast; none when it cannot be read.
    pub amount: Option<Figure>,
    /// The lines that cannot be read, and why: nothing is decided by them. They tell one state of a budget from another too.
    pub unread: Vec<AlertError>,
}

/// What an alert waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertLimit {
    /// On which side of it the alert goes out.
    pub side: Comparison,
    /// How much. A share is one of the budget's amount.
    pub figure: Figure,
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
    /// Reads an alert.
    ///
    /// # Errors
    /// When the text is too long, or has none of the lines of an alert. Whatever cannot be read of one is in `unread`.
    pub fn read(text: &str) -> Result<Self, AlertError> {
        if text.len() > LONGEST {
            return Err(AlertError::TooLong(text.len()));
        }
        let lines = Lines::of(text);
        // A line alone may stand in any text.
        if lines.0.len() < FEWEST_LINES && noticed(text).is_none() {
            return Err(AlertError::Missing(if lines.0.is_empty() { NAME } else { TYPE }));
        }
        let mut unread = Vec::new();
        let subject = match aside(lines.needed(TYPE), &mut unread) {
            Some(written) => AlertSubject::of(written),
            None if lines.0.iter().any(|(label, _)| label.contains("action")) => AlertSubject::Action,
            None => AlertSubject::Other(String::new()),
        };
        let kind = aside(lines.kind(), &mut unread);
        let budgeted = lines.one_of(BUDGETED, |label| BUDGETED_WORDS.iter().any(|word| label.starts_with(word)));
        let budgeted = aside(budgeted.and_then(|written| figure(BUDGETED, written, &subject, None)), &mut unread);
        let amount = match kind {
            Some(kind) => aside(
                lines.amount(kind).and_then(|(label, text)| figure(label, text, &subject, budgeted.as_ref())),
                &mut unread,
            ),
            None => None,
        };
        let limit = lines.needed(THRESHOLD).and_then(|threshold| limit(threshold, &subject, budgeted.as_ref()));
        Ok(Self {
            account: aside(account(text), &mut unread).flatten(),
            noticed_on: noticed(text).and_then(|day| NaiveDate::parse_from_str(day, "%B %d, %Y").ok()),
            budget: aside(lines.name(), &mut unread),
            subject,
            kind,
            limit: aside(limit, &mut unread),
            budgeted,
            amount,
            unread,
        })
    }
}

fn aside<T>(read: Result<T, AlertError>, unread: &mut Vec<AlertError>) -> Option<T> {
    read.map_err(|error| unread.push(error)).ok()
}

/// The labelled lines: what stands before the first colon, in small letters, and what stands behind it.
struct Lines<'a>(Vec<(String, &'a str)>);

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let labelled = |line: &'a str| {
            let (label, value) = line.trim().split_once(':')?;
            let label = label.trim().to_lowercase();
            let is_one = ["budget", "alert", "actual", "forecast", "target", "action"]
                .iter()
                .any(|word| label.starts_with(word));
            // A sentence with a colon in it is no label.
            (is_one && label.split_whitespace().count() <= 4).then(|| (label, value.trim()))
        };
        Self(text.lines().filter_map(labelled).collect())
    }

    /// What follows a label, or the one line whose label is another of its kind.
    fn one_of(&self, name: &'static str, is_like: impl Fn(&str) -> bool) -> Result<&'a str, AlertError> {
        let exact = name.to_lowercase();
        let of = |is_it: &dyn Fn(&str) -> bool| -> Vec<&'a str> {
            self.0.iter().filter(|(label, _)| is_it(label)).map(|(_, value)| *value).collect()
        };
        let mut found = of(&|label| label == exact);
        if found.is_empty() {
            found = of(&|label| is_like(label));
        }
        match found.as_slice() {
            [] => Err(AlertError::Missing(name)),
            [""] => Err(AlertError::Missing(name)),
            [only] => Ok(only),
            _ => Err(AlertError::Twice(name)),
        }
    }

    fn needed(&self, name: &'static str) -> Result<&'a str, AlertError> {
        self.one_of(name, |_| false)
    }

    fn name(&self) -> Result<String, AlertError> {
        let name = self.needed(NAME)?;
        if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            return Err(AlertError::odd(NAME, "a name of up to 100 letters", name));
        }
        Ok(name.to_owned())
    }

    fn kind(&self) -> Result<StepKind, AlertError> {
        match self.needed(KIND)? {
            kind if kind.eq_ignore_ascii_case("actual") => Ok(StepKind::Actual),
            kind if kind.eq_ignore_ascii_case("forecasted") || kind.eq_ignore_ascii_case("forecast") => {
                Ok(StepKind::Forecast)
            }
            other => Err(AlertError::odd(KIND, "`ACTUAL` or `FORECASTED`", other)),
        }
    }

    fn amount(&self, kind: StepKind) -> Result<(&'static str, &'a str), AlertError> {
        let (own, word) = match kind {
            StepKind::Actual => (ACTUAL, "actual"),
            StepKind::Forecast => (FORECASTED, "forecast"),
        };
        self.one_of(own, |label| label.starts_with(word)).map(|written| (own, written))
    }
}

/// The figure of a line: money, in the currency of the budget where that is known, or what else the budget is about.
fn figure(
    label: &'static str,
    text: &str,
    subject: &AlertSubject,
    budgeted: Option<&Figure>,
) -> Result<Figure, AlertError> {
    // An amount that AWS sets by itself says so behind it.
    let bare = text.strip_suffix(AUTO_ADJUSTED).unwrap_or(text);
    let expected =
        if subject.is_money() { "an amount such as `$1,234.56`" } else { "a figure such as `85 %` or `12 GB`" };
    let found = Figure::read(bare).filter(|found| !subject.is_money() || matches!(found, Figure::Money(_)));
    let found = found.ok_or_else(|| AlertError::odd(label, expected, text))?;
    match (&found, budgeted) {
        (Figure::Money(found), Some(Figure::Money(budgeted))) if found.currency != budgeted.currency => {
            Err(AlertError::odd(label, "in the currency of the budget", &found.currency))
        }
        _ => Ok(found),
    }
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

/// What stands behind the first words of an alert: `AWS Budget Notification November 21, 2026`.
fn noticed(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(NOTIFICATION))?;
    let rest = line.strip_prefix('s').unwrap_or(line).trim_start();
    rest.strip_prefix("Notification").map(str::trim)
}

fn limit(text: &str, subject: &AlertSubject, budgeted: Option<&Figure>) -> Result<AlertLimit, AlertError> {
    let odd = || AlertError::odd(THRESHOLD, "a comparison with an amount such as `> $80.00`", text);
    let sides = [
        (">", Comparison::GreaterThan),
        ("<", Comparison::LessThan),
        ("=", Comparison::EqualTo),
        ("greater than", Comparison::GreaterThan),
        ("less than", Comparison::LessThan),
        ("equal to", Comparison::EqualTo),
    ];
    let plain = text.to_lowercase();
    let side = sides.iter().find(|(sign, _)| plain.starts_with(sign)).ok_or_else(odd)?;
    let value = text.get(side.0.len()..).ok_or_else(odd)?.trim_start_matches(['>', '<', '=']).trim();
    let found = Figure::read(value).ok_or_else(odd)?;
    let is_in_currency = match (&found, budgeted) {
        (Figure::Money(found), Some(Figure::Money(budgeted))) => found.currency == budgeted.currency,
        (Figure::Quantity { .. }, _) => !subject.is_money(),
        _ => true,
    };
    is_in_currency.then_some(AlertLimit { side: side.1, figure: found }).ok_or_else(odd)
}
