//! Amounts and shares as people read them: never rounded to the better side, and `–` for what is not known.

pub(super) const ABSENT: &str = "–";

const UNIT: i128 = 1_000_000;
/// From this on, hundredths say nothing.
const WHOLE_FROM: i128 = 10_000 * UNIT;

/// Which way what is not shown is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounded {
    /// What is spent reads as more.
    Up,
    /// What may be spent reads as less.
    Down,
}

/// `1,234.56` of millionths; whole from 10,000 on.
pub(super) fn money(micros: Option<i64>, rounded: Rounded) -> String {
    let Some(micros) = micros.map(i128::from) else { return ABSENT.to_owned() };
    let (part, decimals) = if micros.abs() >= WHOLE_FROM { (UNIT, 0) } else { (UNIT / 100, 2) };
    let parts = match rounded {
        Rounded::Up => -(-micros).div_euclid(part),
        Rounded::Down => micros.div_euclid(part),
    };
    let digits = format!("{:0>width$}", parts.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(decimals)).unwrap_or_default();
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if parts < 0 { "-" } else { "" };
    format!("{sign}{}{point}{fraction}", grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `60.4%` of parts per million, rounded down, so that 100 % is reached; below nothing towards it, and nothing has no sign.
pub(super) fn share(ppm: Option<i64>) -> String {
    let Some(ppm) = ppm else { return ABSENT.to_owned() };
    let tenths = ppm / 1000;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}%", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// `75%` of parts per million, exactly.
pub(super) fn step(ppm: u64) -> String {
    let decimals = format!("{:04}", ppm % 10_000);
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}%", ppm / 10_000)
}

/// What is spent as a bar, with a mark for how much of the period is gone; nothing where nobody knows.
pub(super) fn bar(share_ppm: Option<i64>, elapsed_ppm: Option<u64>, cells: u64) -> String {
    let (Some(share), Some(elapsed)) = (share_ppm, elapsed_ppm) else { return String::new() };
    let of_cells = |ppm: u64| ppm.saturating_mul(cells) / 1_000_000;
    let full = of_cells(u64::try_from(share).unwrap_or(0));
    let gone = of_cells(elapsed).min(cells.saturating_sub(1));
    let cell = |index: u64| match (index < full, index == gone) {
        (true, true) => '┃',
        (true, false) => '█',
        (false, true) => '│',
        (false, false) => '░',
    };
    (0..cells).map(cell).collect()
}

pub(super) const LEGEND: &str =
    "bar: █ spent of the amount, │ how much of the period is gone; steps: those that are reached, → by the forecast";

#[cfg(test)]
mod tests {
    use super::{Rounded, bar, money, share, step};

    #[test]
    fn amounts_never_look_better_than_they_are() {
        let spent = |micros| money(Some(micros), Rounded::Up);
        let limit = |micros| money(Some(micros), Rounded::Down);
        assert_eq!((spent(1), limit(9_999)), ("0.01".to_owned(), "0.00".to_owned()));
        assert_eq!(spent(1_234_560_000), "1,234.56");
        assert_eq!((spent(9_999_999_999), limit(9_999_999_999)), ("10,000.00".to_owned(), "9,999.99".to_owned()));
        assert_eq!((spent(12_345_000_001), limit(12_345_999_999)), ("12,346".to_owned(), "12,345".to_owned()));
        assert_eq!((spent(-1_500_000), spent(-1)), ("-1.50".to_owned(), "0.00".to_owned()));
        assert_eq!(spent(i64::MIN), "-9,223,372,036,854");
        assert_eq!(money(None, Rounded::Up), "–");
    }

    #[test]
    fn a_share_is_reached_when_it_is() {
        assert_eq!((share(Some(999_999)), share(Some(1_000_000))), ("99.9%".to_owned(), "100.0%".to_owned()));
        assert_eq!((share(Some(-999)), share(Some(-1999))), ("0.0%".to_owned(), "-0.1%".to_owned()));
        assert_eq!(share(None), "–");
        assert_eq!((step(750_000), step(12_500)), ("75%".to_owned(), "1.25%".to_owned()));
    }

    #[test]
    fn a_bar_shows_spend_against_time() {
        assert_eq!(bar(Some(500_000), Some(700_000), 10), "█████░░│░░");
        assert_eq!(bar(Some(900_000), Some(200_000), 10), "██┃██████░");
        assert_eq!(bar(Some(99_000_000), Some(1_000_000), 5), "████┃");
        assert_eq!((bar(Some(-5), Some(0), 3), bar(None, Some(0), 3)), ("│░░".to_owned(), String::new()));
    }
}
