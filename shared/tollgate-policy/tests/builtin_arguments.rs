//! Whatever an allowed built-in function is given, it neither panics nor takes long.

use std::{
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "1e308",
    "-1e308",
    "5e-324",
    "123456789012345678901234567890",
    "0.1",
    "\"\"",
    "\"a\"",
    "\"é😀\"",
    "\"%\"",
    "\"1e999999999\"",
    "\"-1e-999999999\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"9999-12-31T23:59:60Z\"",
    "\"9999999999h\"",
    "\"-1ns\"",
    "\"1.5h\"",
    "\"h\"",
    "\".\"",
    "\"-.5s\"",
    "\"1.0.0-\"",
    "\"99999999999999999999.0.0\"",
    "\"(\"",
    "\"[[[\"",
    "\"{a,b\"",
    "\"**/**\"",
    "[]",
    "[[]]",
    "[1, \"UTC\"]",
    "[9223372036854775807, \"Asia/Kathmandu\"]",
    "[-9223372036854775808, \"America/New_York\", \"x\"]",
    "[\"\"]",
    "[{}]",
    "set()",
    "{1}",
    "{{1}, {2}}",
    "{\"\"}",
    "{}",
    "{\"a\": {\"b\": [1]}}",
    "{\"\": null}",
    "{1: 2}",
    "input.long",
    "input.many",
    "input.deep",
];

fn input() -> String {
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let many = (0..5_000).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(",");
    format!("{{\"long\": \"{}\", \"many\": [{many}], \"deep\": {deep}}}", "a".repeat(100_000))
}

fn arguments(arity: usize) -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&str>> = vec![vec![]];
    for place in 0..arity {
        // All combinations of three or four would be too many: later places take every fifth and eleventh.
        let step = [1, 3, 9, 17].get(place).copied().unwrap_or(13);
        all = all
            .iter()
            .flat_map(|head| ODD.iter().step_by(step).map(|odd| head.iter().copied().chain([*odd]).collect()))
            .collect();
    }
    all
}

#[test]
fn allowed_builtins_stand_odd_arguments() {
    let mut engine = regorus::Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_input(regorus::Value::from_json_str(&input()).unwrap());
    let mut wrong = String::new();
    for (name, literal) in tollgate_policy::allowed_builtins() {
        let Some((_, arity)) = regorus::unstable::BUILTINS.get(name) else { continue };

        let odd = arguments(usize::from(*arity));
        for arguments in odd.into_iter().filter(|odd| !literal || !odd[0].starts_with("input.")) {
            let call = format!("x := {name}({})", arguments.join(", "));
            let begun = Instant::now();
            let mut engine = engine.clone();
            let result = catch_unwind(AssertUnwindSafe(|| engine.eval_query(call, false).map(drop)));
            let millis = begun.elapsed().as_millis();
            if result.is_err() || millis > 2_000 {
                let what = if result.is_err() { "panics" } else { "is slow" };
                writeln!(wrong, "{name}({}) {what} ({millis} ms)", arguments.join(", ")).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
