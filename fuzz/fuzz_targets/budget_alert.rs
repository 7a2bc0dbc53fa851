//! Letters of AWS Budgets: read by their lines, with what cannot be read noted in sentences that are safe to show.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::budget_alert::{BudgetAlert, Figure};

fuzz_target!(|text: &str| {
    match BudgetAlert::read(text) {
        Ok(alert) => {
            if let Some(budget) = &alert.budget {
                assert!(!budget.is_empty() && budget.chars().count() <= 100);
                assert!(!budget.chars().any(char::is_control) && text.contains(budget));
            }
            assert!(!alert.subject.to_string().chars().any(char::is_control));
            if let (Some(Figure::Money(budgeted)), Some(Figure::Money(amount))) = (&alert.budgeted, &alert.amount) {
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
