//! What the built-in functions take and give.

use super::kind::{Number, Type};

/// A function's name, the kinds that each argument may have, and the kind of its result. Kinds are letters as in
/// [`Type::letters`], `b` for truth values, and `x` for anything.
const SIGNATURES: &[(&str, &[&str], char)] = &[
    ("abs", &["n"], 'n'),
    ("array.concat", &["a", "a"], 'a'),
    ("array.reverse", &["a"], 'a'),
    ("array.slice", &["a", "n", "n"], 'a'),
    ("ceil", &["n"], 'n'),
    ("concat", &["t", "as"], 't'),
    ("contains", &["t", "t"], 'b'),
    ("count", &["asot"], 'c'),
    ("endswith", &["tas", "tas"], 'b'),
    ("floor", &["n"], 'n'),
    ("format_int", &["n", "n"], 't'),
    ("glob.match", &["t", "x", "t"], 'b'),
    ("intersection", &["s"], 's'),
    ("is_array", &["x"], 'b'),
    ("is_boolean", &["x"], 'b'),
    ("is_null", &["x"], 'b'),
    ("is_number", &["x"], 'b'),
    ("is_object", &["x"], 'b'),
    ("is_set", &["x"], 'b'),
    ("is_string", &["x"], 'b'),
    ("json.is_valid", &["t"], 'b'),
    ("json.marshal", &["x"], 't'),
    ("json.unmarshal", &["t"], 'x'),
    ("lower", &["t"], 't'),
    ("max", &["as"], 'e'),
    ("min", &["as"], 'e'),
    ("object.keys", &["o"], 'k'),
    ("object.union", &["o", "o"], 'o'),
    ("regex.match", &["t", "t"], 'b'),
    ("round", &["n"], 'n'),
    ("semver.compare", &["t", "t"], 'n'),
    ("sort", &["as"], 'l'),
    ("split", &["t", "t"], 'w'),
    ("sprintf", &["t", "a"], 't'),
    ("startswith", &["tas", "tas"], 'b'),
    ("strings.reverse", &["t"], 't'),
    ("substring", &["t", "n", "n"], 't'),
    ("sum", &["as"], 'n'),
    ("time.add_date", &["n", "n", "n", "n"], 'n'),
    ("time.clock", &["na"], '3'),
    ("time.date", &["na"], '3'),
    ("time.parse_duration_ns", &["t"], 'n'),
    ("time.parse_rfc3339_ns", &["t"], 'n'),
    ("time.weekday", &["na"], 't'),
    ("to_number", &["nt"], 'n'),
    ("trim", &["t", "t"], 't'),
    ("trim_left", &["t", "t"], 't'),
    ("trim_prefix", &["t", "t"], 't'),
    ("trim_right", &["t", "t"], 't'),
    ("trim_space", &["t"], 't'),
    ("trim_suffix", &["t", "t"], 't'),
    ("type_name", &["x"], 't'),
    ("union", &["s"], 's'),
    ("upper", &["t"], 't'),
];

/// The kinds that each argument of a function may have; none where anything goes.
pub(super) fn takes(name: &str) -> &'static [&'static str] {
    SIGNATURES.iter().find(|(known, ..)| *known == name).map_or(&[], |(_, takes, _)| takes)
}

/// Whether a value, null and truth values aside, can be of one of these kinds.
pub(super) fn is_taken(value: &Type<'_>, kinds: &str) -> bool {
    kinds == "x" || value.any || value.is_empty() || value.letters().iter().any(|letter| kinds.contains(*letter))
}

/// What kinds are, for a sentence.
pub(super) fn described(kinds: &str) -> &'static str {
    match kinds {
        "n" | "na" => "a number",
        "t" => "a text",
        "a" => "an array",
        "s" => "a set",
        "o" => "an object",
        "as" => "an array or a set",
        "tas" => "a text",
        "nt" => "a number or a text",
        _ => "an array, a set, an object or a text",
    }
}

/// What a function gives for its arguments.
pub(super) fn gives<'s>(name: &str, arguments: &[Type<'s>]) -> Type<'s> {
    let Some((.., kind)) = SIGNATURES.iter().find(|(known, ..)| *known == name) else { return Type::any() };
    let first = arguments.first();
    let element = || {
        let array = first.and_then(|first| first.array.as_ref()).map(|array| array.element());
        let set = first.and_then(|first| first.set.as_ref()).map(|set| (**set).clone());
        let any = first.is_none_or(|first| first.any).then(Type::any);
        Type::any_of(array.into_iter().chain(set).chain(any))
    };
    match kind {
        'n' => {
            // A sum, a rounding and the like keep what they count.
            let counted = ["abs", "ceil", "floor", "round", "sum"].contains(&name);
            let number = match name {
                "sum" => element().number,
                _ => first.and_then(|first| first.number),
            };
            let unit = number.filter(|_| counted).and_then(|number| number.unit);
            Type::of_number(Number { unit, ..Number::default() })
        }
        'c' => Type::of_number(Number { least: Some(0), ..Number::default() }),
        'b' => Type::truth(),
        't' => Type::text(),
        'e' => element().without_literal().or_absent(),
        'l' => Type::array_of(&element()),
        'w' => Type::array_of(&Type::text()),
        '3' => Type::tuple(vec![Type::number(); 3]),
        'k' => Type::set_of(&Type::text()),
        'a' => match arguments {
            [a] | [a, ..] if a.any => Type::array_of(&Type::any()),
            _ => Type::array_of(&element()),
        },
        's' => match element() {
            inner if inner.any => Type::set_of(&Type::any()),
            inner => Type { set: inner.set, ..Type::default() },
        },
        'o' => Type::any_object(),
        _ => Type::any(),
    }
}
