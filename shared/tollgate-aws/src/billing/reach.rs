//! How far back the bill is asked for by day, and from where by month.

use chrono::{Days, Months, NaiveDate};

use super::query::month_of;

/// Cost Explorer keeps days for the current month and the thirteen before it:
/// <https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html>.
const LONGEST_DAYS: u64 = 395;
/// Whole months and parts of them are kept as long as days are; where multi-year data is switched on, whole months for 38:
/// <https://docs.aws.amazon.com/cost-management/latest/userguide/ce-multi-year-data.html>.
const RECENT_MONTHS: u32 = 13;
const LONGEST_MONTHS: u32 = 37;
/// Bills are behind by days. What is so new is always asked for by day, since of a month nobody sees how far it is known.
const LEAST_DAYS: u64 = 7;

/// The first day that is asked for by day, for a period that begins on a day. Where that is earlier, it is the first of a
/// month, so that what comes before it are whole months.
pub(super) fn days_from(first_day: NaiveDate, today: NaiveDate, history_days: u64) -> NaiveDate {
    let oldest = before(today, LONGEST_DAYS);
    let wanted = before(today, history_days.max(LEAST_DAYS)).max(oldest);
    if first_day >= wanted {
        return wanted;
    }
    let month = month_of(wanted);
    let month = if month < oldest { month.checked_add_months(Months::new(1)).unwrap_or(wanted) } else { month };
    month.max(first_day)
}

/// Can the months since a day be asked for?
///
/// # Errors
/// When Cost Explorer does not keep them so long.
pub(super) fn months_from(first_day: NaiveDate, today: NaiveDate) -> Result<(), String> {
    if first_day < months_before(today, LONGEST_MONTHS) {
        return Err(format!("its period began on {first_day}, and Cost Explorer keeps months for 38 months"));
    }
    if is_old(first_day, today) && first_day != month_of(first_day) {
        return Err(format!(
            "its period began on {first_day}, and of what is older than 14 months Cost Explorer has whole months only: begin \
             it on the first day of a month"
        ));
    }
    Ok(())
}

/// Does it take multi-year data?
pub(super) fn is_old(first_day: NaiveDate, today: NaiveDate) -> bool {
    first_day < months_before(today, RECENT_MONTHS)
}

/// The day so many days before another.
pub(super) fn before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

fn months_before(today: NaiveDate, months: u32) -> NaiveDate {
    month_of(today).checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{days_from, is_old, months_from};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_those_that_are_wanted_or_begin_with_a_month_and_are_never_more_than_are_kept() {
        for (begins, today, history, first) in [
            ("2026-11-01", "2026-11-21", 84, "2026-08-29"),
            ("2026-11-01", "2026-11-03", 0, "2026-10-27"),
            ("2026-11-14", "2026-11-21", 0, "2026-11-14"),
            ("2026-01-01", "2026-11-21", 84, "2026-08-01"),
            ("2026-01-01", "2026-11-21", 28, "2026-10-01"),
            ("2026-11-01", "2026-11-21", 0, "2026-11-01"),
            ("2026-01-01", "2028-03-07", 7, "2028-02-01"),
            ("2026-10-02", "2026-12-31", 84, "2026-10-02"),
            ("2026-09-30", "2026-12-31", 84, "2026-10-01"),
            ("2026-11-01", "2026-11-21", 4000, "2025-10-22"),
            ("2025-10-01", "2026-11-21", 4000, "2025-11-01"),
            ("2025-10-01", "2026-12-01", 4000, "2025-11-01"),
        ] {
            assert_eq!(days_from(day(begins), day(today), history), day(first), "{begins} {today} {history}");
        }
    }

    #[test]
    fn months_of_long_ago_are_whole_ones() {
        let today = day("2026-11-21");
        for (first, is_asked, old) in [
            ("2026-01-15", true, false),
            ("2025-10-01", true, false),
            ("2025-09-30", false, true),
            ("2025-03-01", true, true),
            ("2025-03-15", false, true),
            ("2023-10-01", true, true),
            ("2023-09-01", false, true),
        ] {
            assert_eq!((months_from(day(first), today).is_ok(), is_old(day(first), today)), (is_asked, old), "{first}");
        }
    }
}
