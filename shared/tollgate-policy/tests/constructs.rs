//! Constructs that the engine by itself takes otherwise than OPA: each means what OPA says it means, or is refused
//! with what to write.
#![allow(clippy::unwrap_used, reason = "a test fails where it has to")]

use tollgate_policy::tools::evaluate;

/// The cases of a file: what stands behind each `###`, and the module under it.
fn cases(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.split("### ").skip(1).map(|case| {
        let (title, module) = case.split_once('\n').unwrap();
        (title, format!("package tollgate.lib.c\n\n{}\n", module.trim_end()))
    })
}

/// Values were given by OPA 1.20.2; `cargo xtask opa` asks it again.
#[test]
fn they_mean_what_opa_says() {
    let mut wrong = Vec::new();
    for (title, module) in cases(include_str!("constructs/equal.txt")) {
        let [subject, input, expected] = title.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        let value = evaluate(&module, input).map_err(|errors| errors.iter().map(ToString::to_string).collect());
        let right = (expected != "undefined").then(|| serde_json::from_str(expected).unwrap());
        if value != Ok::<_, Vec<String>>(right) {
            wrong.push(format!("{subject}: {value:?}, not {expected}\n{module}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn or_are_refused() {
    let mut wrong = Vec::new();
    for (said, module) in cases(include_str!("constructs/refused.txt")) {
        let errors = evaluate(&module, "{}").err().unwrap_or_default();
        let all = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        if !all.contains(said) || !all.starts_with("lib/c/c.rego:3") {
            wrong.push(format!("{module}says: {all}\nnot: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where an error is stays where the author wrote it, also in what was rewritten.
#[test]
fn errors_keep_their_lines() {
    let module = "package tollgate.lib.c\n\nx contains {\n\t\"a\": 1,\n\t\"b\": to_number(e.b),\n} if {\n\tsome e in input.l\n}\n";
    let errors = evaluate(module, r#"{"l": [{"b": "no"}]}"#).unwrap_err();
    assert!(errors[0].message.contains("lib/c/c.rego:5:"), "{}", errors[0]);
    let module = "package tollgate.lib.c\n\nx if {\n\tnot startswith(\n\t\tinput.a,\n\t\t# a comment\n\t\tto_number(input.b),\n\t)\n}\n";
    let errors = evaluate(module, r#"{"a": "a", "b": "no"}"#).unwrap_err();
    assert!(errors[0].message.contains("lib/c/c.rego:7:"), "{}", errors[0]);
}
