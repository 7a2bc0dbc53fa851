//! `glob.match` with the meaning that OPA documents: `*` and `?` stop at delimiters, `**` does not, and characters are
//! counted, not bytes. Patterns that OPA's own library is known to take otherwise than documented are refused.

use std::collections::BTreeSet;

use regorus::Value;

use super::texts::text_of;

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Char(char),
    /// `?`: any character but a delimiter.
    One,
    /// `*`: any characters but delimiters.
    Some,
    /// `**`: any characters.
    Any,
    /// `[a-z]`, `[!a-z]`, `[abc]` as ranges from one character to another.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// How many patterns one with alternatives is written out to at most.
const MOST_ALTERNATIVES: usize = 64;

/// Reads a pattern; gives it once for each choice among its alternatives.
///
/// # Errors
/// What cannot be read, or is not sure to mean the same in OPA, and what to write.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    let patterns = read(pattern)?;
    let wildcards = |step: &Step| matches!(step, Step::One | Step::Some | Step::Any | Step::Class { .. });
    let stars = |step: &Step| matches!(step, Step::Some | Step::Any);
    let beside = |pair: &[Step]| matches!(pair, [a, b] if stars(a) && wildcards(b) || wildcards(a) && stars(b));
    if patterns.iter().any(|pattern| pattern.windows(2).any(beside)) {
        return Err("OPA itself takes `*` beside another wildcard otherwise with some delimiters: put a character \
                    between them, or use `regex.match`"
            .to_owned());
    }
    Ok(())
}

fn read(pattern: &str) -> Result<Vec<Vec<Step>>, String> {
    let characters: Vec<char> = pattern.chars().collect();
    let (mut left, mut patterns) = (characters.as_slice(), vec![Vec::new()]);
    while let [first, rest @ ..] = left {
        let (choices, behind) = match first {
            '*' => stars(left)?,
            '?' => (vec![vec![Step::One]], rest),
            '\\' => match rest {
                [escaped, behind @ ..] => (vec![vec![Step::Char(*escaped)]], behind),
                [] => return Err("the `\\` at the end escapes nothing: write `\\\\`".to_owned()),
            },
            '[' => {
                let (inside, behind) = until(rest, ']')?;
                (vec![vec![class(inside)?]], behind)
            }
            '{' => {
                let (inside, behind) = until(rest, '}')?;
                (alternatives(inside)?, behind)
            }
            ']' | '}' => return Err(format!("`{first}` closes nothing: write `\\{first}`")),
            other => (vec![vec![Step::Char(*other)]], rest),
        };
        patterns = with_each(&patterns, &choices);
        if patterns.len() > MOST_ALTERNATIVES {
            return Err(format!("it has over {MOST_ALTERNATIVES} alternatives: call `glob.match` for each"));
        }
        left = behind;
    }
    Ok(patterns)
}

fn with_each(patterns: &[Vec<Step>], choices: &[Vec<Step>]) -> Vec<Vec<Step>> {
    let joined = |pattern: &Vec<Step>| choices.iter().map(|choice| [pattern.as_slice(), choice].concat()).collect();
    patterns.iter().flat_map::<Vec<_>, _>(joined).collect()
}

type Choices<'a> = (Vec<Vec<Step>>, &'a [char]);

fn stars(left: &[char]) -> Result<Choices<'_>, String> {
    let count = left.iter().take_while(|c| **c == '*').count();
    let step = match count {
        1 => Step::Some,
        2 => Step::Any,
        _ => return Err("more than two `*` stand together: write `**`".to_owned()),
    };
    Ok((vec![vec![step]], left.get(count..).unwrap_or_default()))
}

fn until(left: &[char], close: char) -> Result<(&[char], &[char]), String> {
    let at = left.iter().position(|c| *c == close).ok_or_else(|| format!("`{close}` is missing"))?;
    let (inside, behind) = left.split_at(at);
    Ok((inside, behind.get(1..).unwrap_or_default()))
}

const CLASS: &str = "between `[` and `]` is one range such as `a-z`, or characters alone such as `abc`, with `!` in front \
                     for all others";

fn class(inside: &[char]) -> Result<Step, String> {
    let (negated, inside) = match inside {
        ['!', inside @ ..] => (true, inside),
        inside => (false, inside),
    };
    let ranges = match inside {
        [from, '-', to] if from <= to => vec![(*from, *to)],
        characters if characters.is_empty() || characters.iter().any(|c| "-[\\^".contains(*c)) => {
            return Err(CLASS.to_owned());
        }
        characters => characters.iter().map(|c| (*c, *c)).collect(),
    };
    Ok(Step::Class { negated, ranges })
}

fn alternatives(inside: &[char]) -> Result<Vec<Vec<Step>>, String> {
    let texts: Vec<_> = inside.split(|c| *c == ',').collect();
    if texts.len() < 2 || texts.iter().any(|text| text.is_empty() || text.iter().any(|c| "*?[{\\".contains(*c))) {
        return Err("`{…}` takes two or more texts without wildcards, `{hotfix,release}`: call `glob.match` once for \
                    each pattern instead"
            .to_owned());
    }
    Ok(texts.into_iter().map(|text| text.iter().copied().map(Step::Char).collect()).collect())
}

pub(super) fn glob_match(arguments: &[Value]) -> Result<Value, String> {
    let [pattern, delimiters, text] = arguments else { return Ok(Value::Undefined) };
    let (pattern, text) = (text_of("glob.match", pattern)?, text_of("glob.match", text)?);
    let (patterns, delimiters) = (read(pattern)?, delimiters_of(delimiters)?);
    Ok(Value::Bool(patterns.iter().any(|pattern| matches(pattern, text, &delimiters))))
}

/// `null` is none, and of an empty array OPA makes `.`.
fn delimiters_of(value: &Value) -> Result<BTreeSet<char>, String> {
    const TAKES: &str = "`glob.match` takes its delimiters as an array of single characters, or `null`";
    let items = match value {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Array(items) if items.is_empty() => return Ok(BTreeSet::from(['.'])),
        Value::Array(items) => items,
        _ => return Err(TAKES.to_owned()),
    };
    let one = |item: &Value| match item {
        Value::String(text) if text.chars().count() == 1 => text.chars().next().ok_or_else(|| TAKES.to_owned()),
        _ => Err(TAKES.to_owned()),
    };
    items.iter().map(one).collect()
}

/// Follows all ways at once, so that its time is the product of the two lengths at most.
fn matches(pattern: &[Step], text: &str, delimiters: &BTreeSet<char>) -> bool {
    let repeats = |at: usize| matches!(pattern.get(at), Some(Step::Some | Step::Any));
    let mut reached = vec![false; pattern.len().saturating_add(1)];
    let open = |reached: &mut [bool], from: usize| {
        let mut at = from;
        loop {
            if let Some(place) = reached.get_mut(at) {
                *place = true;
            }
            if !repeats(at) {
                return;
            }
            at = at.saturating_add(1);
        }
    };
    open(&mut reached, 0);
    for c in text.chars() {
        let mut next = vec![false; reached.len()];
        for at in reached.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| at) {
            let Some(step) = pattern.get(at) else { continue };
            let (holds, stays) = match step {
                Step::Char(own) => (*own == c, false),
                Step::One => (!delimiters.contains(&c), false),
                Step::Some => (!delimiters.contains(&c), true),
                Step::Any => (true, true),
                Step::Class { negated, ranges } => {
                    (ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated, false)
                }
            };
            if holds {
                open(&mut next, if stays { at } else { at.saturating_add(1) });
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use regorus::Value;

    use super::{check, glob_match};

    fn matched(pattern: &str, delimiters: &str, text: &str) -> bool {
        let delimiters = Value::from_json_str(delimiters).unwrap();
        glob_match(&[pattern.into(), delimiters, text.into()]).unwrap() == Value::Bool(true)
    }

    /// As OPA 1.20.2 has them.
    #[test]
    fn patterns_mean_what_they_mean_to_opa() {
        for (pattern, delimiters, text, expected) in [
            ("release/**", "[]", "release/1.2", true),
            ("release/*", "[]", "release/1.2", false),
            ("release/*", "[\"/\"]", "release/1.2", true),
            ("release/*", "[\"/\"]", "release/1/2", false),
            ("release/*", "null", "release/1/2", true),
            ("**/b", "[\"/\"]", "b", false),
            ("**/b", "[]", "./b", true),
            ("a/**/b", "[]", "a/b", false),
            ("a?", "null", "aé", true),
            ("[!a]b", "[\".\"]", ".b", true),
            ("[a-c]x", "[]", "bx", true),
            ("{hotfix,rel}/*", "[\"/\"]", "rel/1", true),
            ("{hotfix,rel}/*", "[\"/\"]", "fix/1", false),
            ("\\*", "[]", "*", true),
            ("", "[]", "", true),
        ] {
            assert_eq!(matched(pattern, delimiters, text), expected, "{pattern} {delimiters} {text}");
        }
        assert!(glob_match(&["a".into(), vec![Value::from("ab")].into(), "a".into()]).is_err());
    }

    #[test]
    fn what_cannot_be_read_or_is_not_sure_is_refused() {
        for pattern in ["{a", "a}", "a\\", "[a", "[]", "[b-a]", "[a-c-e]", "[^a]", "{a*,b}", "{a}", "{,a}", "***", "*?"]
        {
            assert!(check(pattern).is_err(), "{pattern}");
        }
        assert!(check(&"{a,b}".repeat(7)).unwrap_err().contains("alternatives"));
        for pattern in ["release/**", "*.b.*", "v[0-9].*", "{a,b}-*", "[!.]x"] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }
}
