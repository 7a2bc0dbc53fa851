//! `semver.is_valid` and `semver.compare` as OPA 1.20 has them: a `v` may stand in front.

use std::cmp::Ordering;

use regorus::Value;

use super::texts::text_of;

/// A version without what was built: numbers, and the parts of what comes before a release.
struct Version<'a> {
    numbers: [i64; 3],
    before: &'a str,
}

impl<'a> Version<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (text, before) = text.split_once('-').unwrap_or((text, ""));
        let numbers: Vec<i64> = text.split('.').map(number).collect::<Option<_>>()?;
        let numbers = numbers.try_into().ok()?;
        (is_dotted(before) && is_dotted(build)).then_some(Self { numbers, before })
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.before.is_empty(), other.before.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => by_parts(self.before, other.before),
        })
    }
}

fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Nothing, or parts of letters, digits and hyphens.
fn is_dotted(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.is_empty() || text.split('.').all(is_part)
}

/// Numbers by their size and in front of words, words by their bytes, and what has more parts behind.
fn by_parts(left: &str, right: &str) -> Ordering {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

pub(super) fn is_valid(arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::Bool(matches!(arguments, [Value::String(text)] if Version::of(text).is_some())))
}

pub(super) fn compare(arguments: &[Value]) -> Result<Value, String> {
    let [left, right] = arguments else { return Ok(Value::Undefined) };
    let (left, right) = (version(left)?, version(right)?);
    Ok(Value::from(match left.compare(&right) {
        Ordering::Less => -1_i64,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

fn version(value: &Value) -> Result<Version<'_>, String> {
    let text = text_of("semver.compare", value)?;
    let version = Version::of(text).ok_or_else(|| {
        format!("`semver.compare` is given `{text}`, which is no version: ask `semver.is_valid` first")
    })?;
    let padded = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    if version.before.split('.').any(padded) {
        // OPA does not come to an end with some of these.
        return Err(format!("`{text}` has a number that begins with 0 before its release: leave out the 0"));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::{compare, is_valid};

    /// As OPA 1.20.2 has them.
    #[test]
    fn versions_are_those_of_opa() {
        for text in ["1.0.0", "v1.0.0", "01.0.0", "1.0.0-01", "1.0.0-", "1.0.0+", "1.0.0-a+b-c", "1.0.0-0a", "1.0.0-+b"]
        {
            assert_eq!(is_valid(&[text.into()]).unwrap(), true.into(), "{text}");
        }
        for text in
            ["V1.0.0", "1.0", "1.0.0-a..b", "1.0.0-a_b", "-1.0.0", "1.+1.0", " 1.0.0", "vv1.0.0", "1.0.0.0", "", "v"]
        {
            assert_eq!(is_valid(&[text.into()]).unwrap(), false.into(), "{text}");
        }
        for text in ["99999999999999999999.0.0", "1..0", "1.0.0-é", "1.0.0+b+c"] {
            assert_eq!(is_valid(&[text.into()]).unwrap(), false.into(), "{text}");
        }
        assert_eq!(is_valid(&[1_u64.into()]).unwrap(), false.into());
        for (left, right, order) in [
            ("v1.10.0", "1.9.9", 1),
            ("1.0.0-2", "1.0.0-10", -1),
            ("1.0.0-1", "1.0.0-a", -1),
            ("1.0.0-a", "1.0.0-a.1", -1),
            ("1.0.0-a", "1.0.0", -1),
            ("1.0.0+1", "1.0.0+2", 0),
        ] {
            assert_eq!(compare(&[left.into(), right.into()]).unwrap(), i64::from(order).into(), "{left} {right}");
        }
        assert!(compare(&["1.0".into(), "1.0.0".into()]).unwrap_err().contains("no version"));
        assert!(compare(&["1.0.0-01".into(), "1.0.0-1".into()]).unwrap_err().contains("begins with 0"));
    }
}
