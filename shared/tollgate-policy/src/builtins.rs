//! Which built-in functions a policy may call.
//!
//! The list names what is allowed, so a function that the engine gains later stays refused until someone has
//! looked at it. Allowed is what is pure, ends in time about linear in its arguments, and neither panics nor
//! takes memory without measure whatever its arguments are.

/// Allowed built-in functions, sorted.
pub(crate) const ALLOWED: &[&str] = &[
    "abs",
    "array.concat",
    "array.reverse",
    "array.slice",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.match",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.marshal",
    "json.remove",
    "json.unmarshal",
    "lower",
    "max",
    "min",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.union",
    "object.union_n",
    "print",
    "regex.match",
    "round",
    "semver.compare",
    "semver.is_valid",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings.reverse",
    "substring",
    "sum",
    "time.add_date",
    "time.clock",
    "time.date",
    "time.diff",
    "time.parse_duration_ns",
    "time.parse_rfc3339_ns",
    "time.weekday",
    "to_number",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "upper",
];

/// Allowed functions of which the first argument must be a literal text: as a format it decides how much memory
/// is taken, as a pattern how long matching takes, so it must not come from a request.
pub(crate) const LITERAL_FIRST: &[&str] = &["concat", "glob.match", "regex.match", "sprintf"];

/// Why a function is refused and what to use instead, by name or, when it ends in a dot, by family.
const REFUSED: &[(&str, &str)] = &[
    ("all", "it is not part of Rego any more: write `every entry in … { … }`"),
    ("any", "it is not part of Rego any more: write `some entry in …`, or `true in …`"),
    ("base64.", "it is not part of the engine that is shipped: have the gate gather decoded facts"),
    ("base64url.", "it is not part of the engine that is shipped: have the gate gather decoded facts"),
    ("bits.lsh", "a shift takes memory without measure: compare numbers instead"),
    ("bits.", "it is refused with shifts, which take memory without measure: compare numbers instead"),
    ("crypto.", "it is not part of the engine: have the gate verify signatures before policies run"),
    ("glob.quote_meta", "patterns must be literal texts"),
    ("graph.", "it does not stop when its time is over: follow references with `some … in …`"),
    ("graphql.", "it is not part of the engine"),
    ("hex.", "it is not part of the engine that is shipped: have the gate gather decoded facts"),
    ("http.", "a policy is a pure function of its facts: have the gate gather what is needed"),
    ("indexof", "its time grows with the square of its arguments: use `contains` or `startswith`"),
    ("indexof_n", "its time grows with the square of its arguments: use `contains` or `startswith`"),
    ("io.", "it is not part of the engine: tokens are verified before policies run"),
    ("json.", "it is not part of the engine that is shipped: use `json.filter`, `json.remove` or `object.union`"),
    ("net.", "it does not stop when its time is over: have the gate gather network facts"),
    ("numbers.range", "it panics or takes memory without measure for far ends: iterate over facts with `some … in …`"),
    (
        "numbers.range_step",
        "it panics or takes memory without measure for far ends: iterate over facts with `some … in …`",
    ),
    ("object.subset", "it panics for an empty array: compare keys, or use `every … in …`"),
    ("opa.", "a policy is a pure function of its facts: put what is needed into the facts"),
    ("product", "its time grows with the square of its arguments: multiply what is needed"),
    ("providers.", "a policy is a pure function of its facts: have the gate gather what is needed"),
    ("rand.", "a decision must come out the same again"),
    ("regex.", "it does not stop when its time is over: use `regex.match` with a literal pattern"),
    ("rego.", "it is not part of the engine"),
    ("replace", "its result can be as large as the product of its arguments"),
    ("strings.any_prefix_match", "it does not stop when its time is over: use `some … in …` with `startswith`"),
    ("strings.any_suffix_match", "it does not stop when its time is over: use `some … in …` with `endswith`"),
    ("strings.count", "it panics for an empty text: use `count(split(…)) - 1`"),
    ("strings.", "it is not part of the engine that is shipped, or its result grows without measure"),
    ("time.format", "a layout can make it panic: leave times as they are in the facts"),
    ("time.now_ns", "a decision must come out the same again: the time to judge by is `input.evaluated_at`"),
    ("time.parse_ns", "a layout can make it panic: use `time.parse_rfc3339_ns`"),
    ("trace", "use `print`"),
    ("units.", "a large exponent takes time without measure: have the facts carry numbers with their unit"),
    ("uri.", "it is not part of the engine"),
    ("urlquery.", "it is not part of the engine that is shipped"),
    ("uuid.", "a decision must come out the same again"),
    ("walk", "it visits everything in one call that does not stop when its time is over: name the fields"),
    ("yaml.", "it is not part of the engine that is shipped: have the gate gather parsed facts"),
];

/// Whether a policy may call it.
pub(crate) fn is_allowed(name: &str) -> bool {
    ALLOWED.binary_search(&name).is_ok()
}

/// Why a function that exists in Rego is refused; `None` for a name that is not known at all.
pub(crate) fn refusal(name: &str) -> Option<&'static str> {
    let exact = REFUSED.iter().find(|(refused, _)| *refused == name);
    let family = || REFUSED.iter().find(|(refused, _)| refused.ends_with('.') && name.starts_with(refused));
    exact.or_else(family).map(|(_, reason)| *reason)
}

/// How many arguments an allowed function takes; `None` for `print`, which takes any number.
pub(crate) fn arity(name: &str) -> Option<usize> {
    regorus::unstable::BUILTINS.get(name).map(|(_, arguments)| usize::from(*arguments))
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, LITERAL_FIRST, arity, is_allowed, refusal};

    #[test]
    fn what_is_allowed_is_sorted_exists_and_is_not_refused_by_name() {
        assert!(ALLOWED.is_sorted());
        for name in ALLOWED {
            assert!(*name == "print" || arity(name).is_some(), "{name} is not in the engine");
        }
        assert!(LITERAL_FIRST.iter().all(|name| is_allowed(name)));
    }

    #[test]
    fn every_other_function_of_the_engine_is_refused_with_a_reason() {
        for name in regorus::unstable::BUILTINS.keys().filter(|name| !name.starts_with("__")) {
            assert!(is_allowed(name) || refusal(name).is_some(), "{name} is neither allowed nor explained");
        }
    }
}
