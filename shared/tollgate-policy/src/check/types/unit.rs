//! Units, as names carry them: `consumed_ppm`, `limit_micros`.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Percent,
    /// Parts per million.
    Ppm,
    /// Parts per billion.
    Ppb,
    /// Millionths of a factor.
    Micro,
    /// Millionths of a currency.
    Micros,
    Milliseconds,
    Seconds,
    Nanoseconds,
    Days,
}

const NAMES: [(&str, Unit); 12] = [
    ("percent", Unit::Percent),
    ("ppm", Unit::Ppm),
    ("ppb", Unit::Ppb),
    ("micro", Unit::Micro),
    ("micros", Unit::Micros),
    ("ms", Unit::Milliseconds),
    ("milliseconds", Unit::Milliseconds),
    ("seconds", Unit::Seconds),
    ("ns", Unit::Nanoseconds),
    ("nanoseconds", Unit::Nanoseconds),
    ("days", Unit::Days),
    ("pct", Unit::Percent),
];

impl Unit {
    /// The unit that ends a name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let last = name.rsplit('_').next()?;
        // `days` alone is a list or a count as often as a length of time.
        let whole = last == name && matches!(last, "days" | "ms" | "ns");
        NAMES.iter().find(|(known, _)| *known == last && !whole).map(|(_, unit)| *unit)
    }

    /// Can one be held against the other? Parts per million and millionths are the same.
    pub(super) fn fits(self, other: Self) -> bool {
        let scale = |unit: Self| if unit == Self::Micro { Self::Ppm } else { unit };
        scale(self) == scale(other)
    }

    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Ppm => "parts per million (1 % is 10000)",
            Self::Ppb => "parts per billion (99.9 % is 999000000)",
            Self::Micro => "millionths (1.0 is 1000000)",
            Self::Micros => "millionths of a currency (1.00 is 1000000)",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Nanoseconds => "nanoseconds",
            Self::Days => "days",
        }
    }

    /// What somebody may have meant who holds a value of this unit against so small a number.
    pub(super) fn meant(self, literal: &str) -> Option<String> {
        let value: f64 = literal.parse().ok().filter(|value| *value > 0.0)?;
        let (most, zeros) = match self {
            Self::Ppm => (100.0, 4),
            Self::Ppb => (1000.0, 7),
            Self::Micro => (1000.0, 6),
            Self::Micros => (10_000.0, 6),
            _ => return None,
        };
        (value <= most).then(|| shifted(literal, zeros))
    }
}

/// A decimal with its point moved to the right.
fn shifted(literal: &str, places: usize) -> String {
    let (whole, fraction) = literal.split_once('.').unwrap_or((literal, ""));
    let moved: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    let all = format!("{whole}{moved}");
    let trimmed = all.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn a_name_carries_its_unit() {
        assert_eq!(Unit::of_name("consumed_ppm"), Some(Unit::Ppm));
        assert_eq!(Unit::of_name("ppm"), Some(Unit::Ppm));
        assert_eq!(Unit::of_name("limit_micros"), Some(Unit::Micros));
        assert_eq!(Unit::of_name("burn_rate_micro"), Some(Unit::Micro));
        assert_eq!(["days", "name", "summary"].map(Unit::of_name), [None; 3]);
    }

    #[test]
    fn a_small_number_is_shown_in_the_unit() {
        assert_eq!(Unit::Ppm.meant("5").as_deref(), Some("50000"));
        assert_eq!(Unit::Ppm.meant("0.5").as_deref(), Some("5000"));
        assert_eq!(Unit::Micro.meant("14.4").as_deref(), Some("14400000"));
        assert_eq!(Unit::Ppb.meant("99.9").as_deref(), Some("999000000"));
        assert_eq!(Unit::Micros.meant("500").as_deref(), Some("500000000"));
        assert_eq!([Unit::Ppm.meant("0"), Unit::Ppm.meant("50000"), Unit::Seconds.meant("5")], [None, None, None]);
    }
}
