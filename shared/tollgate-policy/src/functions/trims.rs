//! `trim`, `trim_left` and `trim_right`, in time that is linear in text and characters together.

use std::collections::BTreeSet;

use regorus::Value;

use super::texts::text_of;

pub(super) fn trim(arguments: &[Value]) -> Result<Value, String> {
    trimmed("trim", arguments, |text, cut| text.trim_matches(|c: char| cut.contains(&c)))
}

pub(super) fn trim_left(arguments: &[Value]) -> Result<Value, String> {
    trimmed("trim_left", arguments, |text, cut| text.trim_start_matches(|c: char| cut.contains(&c)))
}

pub(super) fn trim_right(arguments: &[Value]) -> Result<Value, String> {
    trimmed("trim_right", arguments, |text, cut| text.trim_end_matches(|c: char| cut.contains(&c)))
}

fn trimmed(
    function: &str,
    arguments: &[Value],
    cut: impl for<'a> Fn(&'a str, &BTreeSet<char>) -> &'a str,
) -> Result<Value, String> {
    let [text, characters] = arguments else { return Ok(Value::Undefined) };
    let characters = text_of(function, characters)?.chars().collect();
    Ok(cut(text_of(function, text)?, &characters).into())
}

#[cfg(test)]
mod tests {
    use super::{trim, trim_left, trim_right};

    #[test]
    fn any_of_the_characters_is_cut_off() {
        let arguments = ["éab-b".into(), "éb".into()];
        assert_eq!(trim(&arguments).unwrap(), "ab-".into());
        assert_eq!(trim_left(&arguments).unwrap(), "ab-b".into());
        assert_eq!(trim_right(&arguments).unwrap(), "éab-".into());
        assert!(trim(&[1_u64.into(), "a".into()]).unwrap_err().contains("not a number"));
    }
}
