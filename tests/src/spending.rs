//! A service's spend and the budgets over it, as tests of the cost gate need them.

use std::collections::BTreeMap;

use chrono::Days;

use crate::{billing::Line, world::now};

/// How many days of the budgets' period are over.
pub const DAYS_OVER: u64 = 10;
/// The account that all is charged to.
pub const ACCOUNT: &str = "111122223333";

/// A service of a team in an environment, for so many cents on each of the last thirteen weeks' days.
pub fn spend(service: &str, owner: &str, environment: &str, cents_a_day: i64) -> Vec<Line> {
    let tags = [("service", service), ("owner", owner), ("environment", environment)];
    let tags: BTreeMap<String, String> = tags.map(|(tag, value)| (tag.to_owned(), value.to_owned())).into();
    let today = now().date_naive();
    let line = |ago: u64| Line {
        account: ACCOUNT.to_owned(),
        tags: tags.clone(),
        day: today - Days::new(ago),
        cents: cents_a_day,
    };
    (0..91).map(line).collect()
}

/// The text of a budget of a thousand dollars for thirty days, of which ten are over.
pub fn budget(name: &str, owner: &str, scope: &str, steps: &[&str]) -> String {
    let starts = now().date_naive() - Days::new(DAYS_OVER);
    let steps: String = steps.iter().map(|step| format!("      - {{{step}}}\n")).collect();
    format!(
        "  - name: {name}\n    owner: {owner}\n    scope: {{{scope}}}\n    amount: \"1000\"\n    currency: USD\n    period: custom\n    \
         starts: {starts}\n    length: 30d\n    steps:\n{steps}"
    )
}

/// The steps that tests use.
pub const STEPS: [&str; 3] = [
    "percent: 25, of: actual, enforcement: inform",
    "percent: 50, of: actual, enforcement: approve",
    "percent: 100, of: actual, enforcement: freeze",
];
