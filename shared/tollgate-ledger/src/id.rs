//! Decision ids and times as keys that sort.

use chrono::{Datelike as _, SecondsFormat};
use tollgate_core::Timestamp;
use ulid::Ulid;

use crate::error::LedgerError;

/// A decision id: a ULID as it is written, 26 upper-case letters and digits. Other spellings are other text.
pub(crate) fn parse(text: &str) -> Option<Ulid> {
    Ulid::from_string(text).ok().filter(|id| id.to_string() == text)
}

/// The id in `field`, or an error that names it.
pub(crate) fn require(field: &'static str, text: &str) -> Result<Ulid, LedgerError> {
    parse(text).ok_or_else(|| LedgerError::Invalid {
        field,
        reason: format!("`{}` is not a ULID, which is 26 upper-case letters and digits", text.escape_debug()),
    })
}

/// A time as text of one width that sorts as time does. What cannot be written so goes to the end it is nearer to.
pub(crate) fn sortable(time: Timestamp) -> String {
    match time.year() {
        ..0 => "-".into(),
        0..=9999 => time.to_rfc3339_opts(SecondsFormat::Nanos, true),
        _ => "~".into(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use tollgate_core::Timestamp;

    use super::{parse, sortable};

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        assert!(parse("01JD0000000000000000000000").is_some());
        for other in
            ["01jd0000000000000000000000", "01JDO000000000000000000000", "81JD0000000000000000000000", "", "x#y"]
        {
            assert!(parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn times_sort_as_text() {
        let second = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let nano = second + TimeDelta::nanoseconds(1);
        let times =
            [Timestamp::MIN_UTC, second - TimeDelta::seconds(1), second, nano, Timestamp::MAX_UTC].map(sortable);
        assert!(times.is_sorted() && times[2] != times[3], "{times:?}");
    }
}
