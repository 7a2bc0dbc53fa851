//! Amounts as letters have them: `$1,234.56`.

use crate::money::{Money, is_currency, micros_from_decimal};

const SYMBOLS: [(&str, &str); 3] = [("$", "USD"), ("€", "EUR"), ("£", "GBP")];

/// Reads an amount with a currency's sign or code before it or behind it, and with commas between thousands.
pub(super) fn read(text: &str) -> Option<Money> {
    let text = text.trim();
    let (is_negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest.trim_start()));
    let (currency, number) = currency_of(unsigned)?;
    let number = number.trim();
    let (is_inner_negative, digits) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let starts_as_number = digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
    if (is_negative && is_inner_negative) || !starts_as_number {
        return None;
    }
    let sign = if is_negative || is_inner_negative { "-" } else { "" };
    let micros = micros_from_decimal(&format!("{sign}{}", without_separators(digits)?)).ok()?;
    Some(Money { micros, currency })
}

fn currency_of(text: &str) -> Option<(String, &str)> {
    if let Some((code, rest)) = SYMBOLS.iter().find_map(|(symbol, code)| Some((code, text.strip_prefix(symbol)?))) {
        return Some(((*code).to_owned(), rest));
    }
    if let Some((code, rest)) = text.split_at_checked(3).filter(|(code, _)| is_currency(code)) {
        return Some((code.to_owned(), rest));
    }
    let (rest, code) = text.rsplit_once(' ')?;
    is_currency(code).then(|| (code.to_owned(), rest))
}

/// Takes the commas out of `1,234,567.89`; none where they do not stand between thousands.
pub(super) fn without_separators(digits: &str) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let in_thousands = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let is_good = (rest.is_empty() || in_thousands) && !fraction.contains(',');
    is_good.then(|| digits.replace(',', ""))
}
