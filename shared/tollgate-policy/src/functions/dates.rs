//! `time.parse_rfc3339_ns` as strict as Go's, and `time.add_date` as Go's `AddDate` normalises: a month after 31 January is 3 March, or 2 March in a leap year.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta};
use regorus::Value;

use super::texts::{text_of, whole};

pub(super) fn add_date(arguments: &[Value]) -> Result<Value, String> {
    let [at, years, months, days] = arguments else { return Ok(Value::Undefined) };
    if matches!(at, Value::Array(_)) {
        return Err("`time.add_date` takes nanoseconds alone: a zone would change what a day is".to_owned());
    }
    let count = |value: &Value| whole("time.add_date", value);
    let moved = added(count(at)?, count(years)?, count(months)?, count(days)?);
    moved.map(Value::from).ok_or_else(|| "`time.add_date` leaves the years that can be counted".to_owned())
}

/// The same time of day on the date that comes of adding to years, months and days, and carrying what is too much.
fn added(nanos: i64, years: i64, months: i64, days: i64) -> Option<i64> {
    let at = DateTime::from_timestamp_nanos(nanos).naive_utc();
    let date = at.date();
    let first = date.checked_sub_days(Days::new(u64::from(chrono::Datelike::day0(&date))))?;
    let moved = by_months(first, years.checked_mul(12)?.checked_add(months)?)?;
    let days = i64::from(chrono::Datelike::day0(&date)).checked_add(days)?;
    let moved = moved.checked_add_signed(TimeDelta::try_days(days)?)?;
    moved.and_time(at.time()).and_utc().timestamp_nanos_opt()
}

fn by_months(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}

pub(super) fn parse_rfc3339(arguments: &[Value]) -> Result<Value, String> {
    let [text] = arguments else { return Ok(Value::Undefined) };
    let text = text_of("time.parse_rfc3339_ns", text)?;
    let time = is_rfc3339(text).then(|| DateTime::parse_from_rfc3339(&text.replacen(',', ".", 1)).ok()).flatten();
    let nanos = time.and_then(|time| time.timestamp_nanos_opt());
    nanos.map(Value::from).ok_or_else(|| format!("`{text}` is no time as in RFC 3339: write `2026-01-31T10:00:00Z`"))
}

/// Capital `T` and `Z`, and no leap second, which others fold into the next.
fn is_rfc3339(text: &str) -> bool {
    let mut shape = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c });
    let begins = "0000-00-00T00:00:00".chars().all(|expected| shape.next() == Some(expected));
    let rest: String = shape.collect();
    let fraction = rest.strip_prefix(['.', ',']).map(|rest| rest.trim_start_matches('0'));
    let zone = match fraction {
        Some(zone) if zone.len().saturating_add(1) == rest.len() => return false,
        Some(zone) => zone,
        None => rest.as_str(),
    };
    begins && text.get(17..19).is_some_and(|seconds| seconds < "60") && matches!(zone, "Z" | "+00:00" | "-00:00")
}

#[cfg(test)]
mod tests {
    use super::{add_date, parse_rfc3339};

    #[test]
    fn times_are_as_strict_as_in_go() {
        let parsed = |text: &str| parse_rfc3339(&[text.into()]);
        let second = 1_000_000_000_i64;
        assert_eq!(parsed("1970-01-01T00:00:01Z").unwrap(), second.into());
        assert_eq!(parsed("1970-01-01T01:00:01.5+01:00").unwrap(), (second + second / 2).into());
        assert_eq!(parsed("1970-01-01T00:00:01,5Z").unwrap(), (second + second / 2).into());
        for text in [
            "2026-01-01 00:00:00Z",
            "2026-01-01t00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-12-31T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2300-01-01T00:00:00Z",
            "2026-1-01T00:00:00Z",
            "",
        ] {
            assert!(parsed(text).unwrap_err().contains("RFC 3339"), "{text}");
        }
        assert!(parse_rfc3339(&[1_u64.into()]).is_err());
    }

    fn moved(at: &str, by: [i64; 3]) -> String {
        let nanos = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_nanos_opt().unwrap();
        let value = add_date(&[nanos.into(), by[0].into(), by[1].into(), by[2].into()]).unwrap();
        chrono::DateTime::from_timestamp_nanos(value.as_i64().unwrap()).to_rfc3339()
    }

    #[test]
    fn what_is_too_much_is_carried() {
        assert_eq!(moved("2026-01-31T10:00:00Z", [0, 1, 0]), "2026-03-03T10:00:00+00:00");
        assert_eq!(moved("2024-02-29T00:00:00Z", [1, 0, 0]), "2025-03-01T00:00:00+00:00");
        assert_eq!(moved("2026-03-31T00:00:00Z", [0, -1, 0]), "2026-03-03T00:00:00+00:00");
        assert_eq!(moved("2026-12-15T23:59:59Z", [0, 13, -20]), "2027-12-26T23:59:59+00:00");
    }

    #[test]
    fn years_that_cannot_be_counted_are_an_error() {
        assert!(add_date(&[0_i64.into(), 100_000_i64.into(), 0_i64.into(), 0_i64.into()]).is_err());
        assert!(add_date(&[0_i64.into(), i64::MAX.into(), 0_i64.into(), 0_i64.into()]).is_err());
        assert!(add_date(&[0_i64.into(), 0.5.into(), 0_i64.into(), 0_i64.into()]).is_err());
    }
}
