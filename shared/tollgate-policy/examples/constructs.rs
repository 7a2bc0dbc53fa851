//! Reads `{"module", "input"}` a line, and writes what the module's `x` is: `{"value"}`, `{}` or `{"error"}`.

use std::io::{BufRead, Write, stdin, stdout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let case: serde_json::Value = serde_json::from_str(&line?)?;
        let text = |name: &str| case.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let answer = match tollgate_policy::tools::evaluate(text("module"), text("input")) {
            Ok(Some(value)) => serde_json::json!({"value": value}),
            Ok(None) => serde_json::json!({}),
            Err(errors) => {
                let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
                serde_json::json!({"error": said.join("\n")})
            }
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
