//! The loader's own functions: those that rewriting puts in, and those of OPA's that the engine has otherwise.

mod budget;
mod dates;
mod durations;
pub(crate) mod glob;
mod json;
mod membership;
mod shown;
pub(crate) mod sprintf;
mod texts;
mod trims;
mod versions;

use regorus::{Engine, Value};

/// A function of the loader's own: its name, how many arguments it takes, and what it gives.
type Function = (&'static str, u8, fn(&[Value]) -> Result<Value, String>);

const FUNCTIONS: &[Function] = &[
    ("__elements", 1, membership::elements),
    ("__member", 2, membership::member),
    ("__member_of", 3, membership::member_of),
    ("array.concat", 2, texts::array_concat),
    ("array.slice", 3, texts::array_slice),
    ("concat", 2, texts::concat),
    ("count", 1, texts::count),
    ("glob.match", 3, glob::glob_match),
    ("json.filter", 2, json::filter),
    ("json.is_valid", 1, json::is_valid),
    ("json.marshal", 1, shown::json_marshal),
    ("json.remove", 2, json::remove),
    ("lower", 1, texts::lower),
    ("semver.compare", 2, versions::compare),
    ("semver.is_valid", 1, versions::is_valid),
    ("split", 2, texts::split),
    ("sprintf", 2, sprintf::sprintf),
    ("substring", 3, texts::substring),
    ("time.add_date", 4, dates::add_date),
    ("time.parse_duration_ns", 1, durations::parse_duration),
    ("time.parse_rfc3339_ns", 1, dates::parse_rfc3339),
    ("to_number", 1, texts::to_number),
    ("trim", 2, trims::trim),
    ("trim_left", 2, trims::trim_left),
    ("trim_right", 2, trims::trim_right),
    ("upper", 1, texts::upper),
];

/// An engine as every policy is evaluated in: errors of functions are errors, prints are kept from the log.
pub(crate) fn engine() -> Result<Engine, String> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    for (name, arguments, function) in FUNCTIONS {
        let call = |values: Vec<Value>| Ok(function(&values).map_err(SaidError)?);
        engine.add_extension((*name).to_owned(), *arguments, Box::new(call)).map_err(|error| error.to_string())?;
    }
    Ok(engine)
}

/// What a function says of its arguments.
#[derive(Debug)]
struct SaidError(String);

impl std::fmt::Display for SaidError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SaidError {}
