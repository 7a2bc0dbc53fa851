//! `time.parse_duration_ns` as OPA has it: Go's `ParseDuration`, and `d`, `w` and `y` of 24 hours, 7 and 365 days.

use regorus::Value;

use super::texts::text_of;

pub(super) fn parse_duration(arguments: &[Value]) -> Result<Value, String> {
    let [text] = arguments else { return Ok(Value::Undefined) };
    let text = text_of("time.parse_duration_ns", text)?;
    let nanos = nanos(text).and_then(|nanos| i64::try_from(nanos).ok());
    nanos.map(Value::from).ok_or_else(|| format!("`{text}` is no duration: write such as `90m`, `1h30m` or `2d`"))
}

fn nanos(text: &str) -> Option<i128> {
    let (sign, mut left) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if left == "0" {
        return Some(0);
    }
    if left.is_empty() {
        return None;
    }
    let mut sum = 0_i128;
    while !left.is_empty() {
        let (digits, behind) = split_at(left, |c| !c.is_ascii_digit() && c != '.');
        let (unit, behind) = split_at(behind, |c| c.is_ascii_digit() || c == '.');
        sum = sum.checked_add(part(digits, unit_nanos(unit)?)?)?;
        left = behind;
    }
    sum.checked_mul(sign)
}

fn split_at(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// So many units, with what is less than a nanosecond left out.
fn part(digits: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction = fraction.get(..18).unwrap_or(fraction);
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    whole.checked_mul(unit)?.checked_add(fraction.checked_mul(unit)?.checked_div(scale)?)
}

fn unit_nanos(unit: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 7 * 86_400 * SECOND,
        "y" => 365 * 86_400 * SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::parse_duration;

    /// As OPA 1.20.2 has them.
    #[test]
    fn durations_are_those_of_opa() {
        for (text, expected) in [
            ("1d", 86_400_000_000_000_i64),
            ("1w", 604_800_000_000_000),
            ("1y", 31_536_000_000_000_000),
            ("1.5d", 129_600_000_000_000),
            ("1d12h", 129_600_000_000_000),
            ("-1h1m", -3_660_000_000_000),
            ("+.5h", 1_800_000_000_000),
            ("1.h", 3_600_000_000_000),
            ("1\u{b5}s", 1_000),
            ("0", 0),
        ] {
            assert_eq!(parse_duration(&[text.into()]).unwrap(), expected.into(), "{text}");
        }
        for text in ["", "1", "1mo", "1h 2m", "1e3s", "9999999h", "1D", ".h", "1.2.3h", "h", "-"] {
            assert!(parse_duration(&[text.into()]).unwrap_err().contains("is no duration"), "{text}");
        }
    }
}
