//! What a module's rule is worth for an input, as the gates would see it: for comparing the engine with others.

use std::collections::BTreeSet;

use regorus::Value;

use crate::{
    PolicyError, check, functions,
    modules::{install, parse},
    panics::caught,
    policy_set::on_deep_stack,
};

/// Loads one module as a shared function's file, with all checks that need no other, and evaluates its rule `x`.
/// `Ok(None)` is undefined.
///
/// # Errors
/// What the module is refused for at load, or why its evaluation failed.
pub fn evaluate(module: &str, input: &str) -> Result<Option<serde_json::Value>, Vec<PolicyError>> {
    let (module, input) = (module.to_owned(), input.to_owned());
    on_deep_stack(move || {
        let package = if module.starts_with("package tollgate.lib.c_test\n") { "c_test" } else { "c" };
        let file = format!("lib/c/{package}.rego");
        let failed = |error: &dyn std::fmt::Display| vec![PolicyError::new("run", None, error.to_string())];
        let modules = parse([(&file, &module)], true)?;
        let errors = check::modules(&modules, &[], &BTreeSet::new());
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut engine = functions::engine().map_err(|said| failed(&said))?;
        install(&mut engine, &modules, None)?;
        engine.set_input(Value::from_json_str(&input).map_err(|error| failed(&error))?);
        match caught(|| engine.eval_rule(format!("data.tollgate.lib.{package}.x"))) {
            Ok(Ok(Value::Undefined)) => Ok(None),
            Ok(Ok(value)) => serde_json::to_value(&value).map(Some).map_err(|error| failed(&error)),
            Ok(Err(error)) => Err(failed(&error)),
            Err(said) => Err(failed(&said)),
        }
    })
}
