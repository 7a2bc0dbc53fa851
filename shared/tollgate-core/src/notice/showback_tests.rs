use super::Showback;
use crate::budget::{BudgetFact, example};

fn fact(name: &str, currency: &str, spent: i64) -> BudgetFact {
    let fact = example::fact(&example::budget(""), &example::ten_days("2026-11-01"), example::NOW);
    BudgetFact {
        name: name.to_owned(),
        currency: Some(currency.to_owned()),
        spent_micros: Some(spent),
        share_ppm: Some(spent / 3000),
        ..fact
    }
}

fn of_account(account: &str, fact: BudgetFact) -> BudgetFact {
    let scope = serde_json::from_value(serde_json::json!({
        "services": [], "accounts": [account], "tags": {}, "environments": []}));
    BudgetFact { scope: scope.unwrap(), ..fact }
}

fn showback(budgets: &[BudgetFact]) -> Showback {
    Showback::of(example::day("2026-11-11"), &budgets.iter().collect::<Vec<_>>())
}

#[test]
fn sums_stay_within_a_currency_and_name_the_fullest_first() {
    let showback = showback(&[
        of_account("111122223333", fact("a", "USD", 10_000_000)),
        fact("b", "EUR", 20_000_000),
        of_account("444455556666", fact("c", "USD", 30_000_000)),
    ]);
    let totals: Vec<_> = showback.totals.iter().map(|total| (total.currency.as_str(), total.spent_micros)).collect();
    assert_eq!(totals, [("EUR", 20_000_000), ("USD", 40_000_000)]);
    let names: Vec<_> = showback.budgets.iter().map(|budget| budget.name.as_str()).collect();
    assert_eq!(names, ["c", "b", "a"]);
    assert!(!showback.overlapping);
    let (one, other) = (showback.clone(), showback);
    let (one, other) = (
        one.notice("money", None, example::time(example::NOW)),
        other.notice("money", None, example::time("2026-11-11T22:00:00Z")),
    );
    assert_eq!(one.id, other.id, "one notice a day");
    assert!(one.text().contains("SHOWBACK: money on 2026-11-11: 20.00 of 3000.00 EUR spent"), "{}", one.text());
}

#[test]
fn budgets_that_can_hold_the_same_spend_are_never_added() {
    // A budget of a service, and one of the account that it runs in.
    let of_service = serde_json::from_value(serde_json::json!({
        "services": ["api"], "accounts": [], "tags": {}, "environments": []}));
    let service = BudgetFact { scope: of_service.unwrap(), ..fact("api", "USD", 10_000_000) };
    let showback = showback(&[
        service,
        of_account("111122223333", fact("account", "USD", 30_000_000)),
        fact("euros", "EUR", 5_000_000),
    ]);
    assert!(showback.overlapping && showback.says_something());
    let totals: Vec<_> = showback.totals.iter().map(|total| total.currency.as_str()).collect();
    assert_eq!(totals, ["EUR"]);
    let text = showback.notice("money", None, example::time(example::NOW)).text();
    assert!(!text.contains("40.00"), "{text}");
    assert!(
        text.contains("5.00 of 3000.00 EUR spent") && text.contains("account 30.00 of 3000.00 USD spent"),
        "{text}"
    );
    assert!(text.contains("Some of its budgets hold the same spend, so they are not added up."), "{text}");
}

#[test]
fn what_is_not_known_is_counted_and_in_no_sum() {
    let unknown = BudgetFact { spent_micros: None, share_ppm: None, ..fact("u", "USD", 0) };
    let alone = showback(std::slice::from_ref(&unknown));
    assert_eq!((alone.unknown, alone.says_something()), (1, false));
    let with_known = showback(&[unknown, fact("k", "USD", 1_000_000)]);
    assert_eq!((with_known.overlapping, with_known.totals[0].spent_micros), (false, 1_000_000));
    let text = with_known.notice("money", None, example::time(example::NOW)).text();
    assert!(text.contains("(1 budget is not known)"), "{text}");
}
