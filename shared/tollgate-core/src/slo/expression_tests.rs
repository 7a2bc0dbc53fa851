use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Expression, Input, Rational, Undefined};
use crate::slo::Metric;

fn inputs(names: &str) -> BTreeMap<String, Input> {
    let input = |name: &str| Input { metric: Metric::new("N", name, "Sum"), absent_is_zero: name.starts_with('z') };
    names.split_whitespace().map(|name| (name.to_owned(), input(name))).collect()
}

fn value(text: &str, names: &str, values: &[(&str, i128)]) -> Result<Rational, Undefined> {
    let expression = Expression::parse(text, inputs(names)).unwrap();
    expression.evaluate(|metric| {
        values.iter().find(|(name, _)| *name == metric.name).map(|(_, value)| Rational::from_integer(*value))
    })
}

#[test]
fn arithmetic_binds_as_it_is_written() {
    let values = [("a", 7), ("b", 2), ("c", 5)];
    for (text, numerator, denominator) in [
        ("a + b - c", 4, 1),
        ("a - b - c", 0, 1),
        ("a + b * c", 17, 1),
        ("(a + b) * c", 45, 1),
        ("a / b / c", 7, 10),
        ("a / (b / c)", 35, 2),
        ("-a + b + c", 0, 1),
        ("a * -b + c", -9, 1),
        ("0.1 * a + 0.2*b+c", 61, 10),
        ("a/3+b/3+c/3", 14, 3),
    ] {
        assert_eq!(value(text, "a b c", &values), Ok(Rational::new(numerator, denominator)), "{text}");
    }
}

#[test]
fn what_is_not_known_has_no_value() {
    assert_eq!(value("a + b", "a b", &[("a", 1)]), Err(Undefined::Missing("b".into())));
    assert_eq!(value("a + z", "a z", &[("a", 1)]), Ok(Rational::from_integer(1)));
    assert_eq!(value("a / (b - b)", "a b", &[("a", 1), ("b", 3)]), Err(Undefined::DividedByZero));
    assert_eq!(value("a * a", "a", &[("a", i128::MAX)]), Err(Undefined::TooLarge));
}

#[test]
fn what_is_no_formula_is_refused() {
    let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
    let long = "a+".repeat(400) + "a";
    for (text, names, expected) in [
        ("", "a", "ends where a name or a number should stand"),
        ("a +", "a", "ends where a name"),
        ("a b", "a b", "has `b` where it should end"),
        ("(a", "a", "ends before `)`"),
        ("(a b)", "a b", "has `b` where `)` should stand"),
        ("a ^ 2", "a", "has `^`"),
        ("a + 1e3", "a", "`1e3`, which is not a decimal number"),
        ("a + 1.2.3", "a", "not a decimal number"),
        ("SUM(a)", "a", "has `(` where it should end"),
        ("a + b", "a", "names `b`, which `inputs` does not have"),
        ("a", "a b", "does not name `b` of its `inputs`"),
        ("1", "", "reads no metric"),
        (&deep, "a", "nested deeper than 16"),
        (&"-".repeat(100), "a", "nested deeper than 16"),
        (&long, "a", "more than 500 characters"),
    ] {
        let error = Expression::parse(text, inputs(names)).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[-+*/() a-c0-9.]{0,60}") {
        if let Ok(expression) = Expression::parse(&text, inputs("a b c")) {
            let _ = expression.evaluate(|_| Some(Rational::new(3, 7)));
            prop_assert_eq!(expression.inputs().len(), 3);
        }
    }

    #[test]
    fn sums_of_counts_are_exact(a in 0..1_i128 << 64, b in 0..1_i128 << 64, c in 0..1_i128 << 64) {
        let sum = value("a + b - c", "a b c", &[("a", a), ("b", b), ("c", c)]);
        prop_assert_eq!(sum, Ok(Rational::from_integer(a + b - c)));
    }
}
