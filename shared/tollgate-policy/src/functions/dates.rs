//! `time.add_date` as Go's `AddDate` normalises: a month after 31 January is 3 March, or 2 March in a leap year.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta};
use regorus::Value;

use super::texts::whole;

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

#[cfg(test)]
mod tests {
    use super::add_date;

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
