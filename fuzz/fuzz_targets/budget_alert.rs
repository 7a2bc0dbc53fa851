//! Letters of AWS Budgets: read by their lines, or refused with a sentence that is safe to show.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::budget_alert::BudgetAlert;

fuzz_target!(|text: &str| {
    match BudgetAlert::read(text) {
        Ok(alert) => {
            assert!(!alert.budget.is_empty() && alert.budget.chars().count() <= 100);
            assert!(!alert.budget.chars().any(char::is_control) && text.contains(&alert.budget));
            if let (Some(budgeted), Some(amount)) = (&alert.budgeted, &alert.amount) {
                assert_eq!(budgeted.currency, amount.currency);
            }
            assert!(alert.unread.iter().all(|error| !error.to_string().chars().any(char::is_control)));
            assert!(alert.account.is_none_or(|account| account.len() == 12 && account.parse::<u64>().is_ok()));
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.is_empty() && sentence.chars().count() < 300, "{sentence:?}");
            assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
        }
    }
});
