//! Amounts as billing tools write them: exact to a millionth, or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::money::{decimal_from_micros, micros_from_decimal};

fuzz_target!(|text: &str| {
    let Ok(micros) = micros_from_decimal(text) else { return };
    assert_eq!(micros_from_decimal(&decimal_from_micros(micros)), Ok(micros));
    assert!(text.contains(|letter: char| letter.is_ascii_digit()), "{text:?}");
    if let Some(exact) = truncated(text.trim()) {
        assert!(i128::from(micros).abs_diff(exact) <= 1, "{text:?} is {exact} and not {micros} millionths");
    }
});

/// A plain decimal text in millionths, its further digits cut off; none for other forms.
fn truncated(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let millionths: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let amount: i128 = format!("0{whole}{millionths}").parse().ok()?;
    Some(if negative { -amount } else { amount })
}
