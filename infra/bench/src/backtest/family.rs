//! Kinds of spend, as FinOps teams see them.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::daily::{Noise, Series};

/// What a plain day costs, in millionths: 1,000.
const DAY: i64 = 1_000_000_000;
/// Growth of 10 and 30 % in thirty days and a decline of 20 %, by the day, in parts per billion.
const TEN_A_MONTH: i64 = 3_182_058;
const THIRTY_A_MONTH: i64 = 8_783_826;
const LESS_TWENTY_A_MONTH: i64 = -7_410_500;
/// So many days are known before the month, and some follow it.
const BEFORE: u64 = 120;
const ALL: u64 = 200;

/// A kind of spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flat,
    Weekly,
    Growth(i64),
    FeeOnTheFirst,
    StepTo(i64),
    StepOnTheFirst(i64),
    MonthEnd(i64, i64),
    NewAccount,
    OneOff(i64),
}

/// All of them.
pub const FAMILIES: [Family; 16] = [
    Family { name: "flat", kind: Kind::Flat },
    Family { name: "weekly", kind: Kind::Weekly },
    Family { name: "growth 10 %", kind: Kind::Growth(TEN_A_MONTH) },
    Family { name: "growth 30 %", kind: Kind::Growth(THIRTY_A_MONTH) },
    Family { name: "decline 20 %", kind: Kind::Growth(LESS_TWENTY_A_MONTH) },
    Family { name: "fee on the 1st", kind: Kind::FeeOnTheFirst },
    Family { name: "step up", kind: Kind::StepTo(2 * DAY) },
    Family { name: "step down", kind: Kind::StepTo(DAY / 2) },
    Family { name: "small step up", kind: Kind::StepTo(DAY * 5 / 4) },
    Family { name: "step up on the 1st", kind: Kind::StepOnTheFirst(2 * DAY) },
    Family { name: "step down on the 1st", kind: Kind::StepOnTheFirst(DAY / 2) },
    Family { name: "month-end batch", kind: Kind::MonthEnd(1, 5 * DAY) },
    Family { name: "month-end batch of 3", kind: Kind::MonthEnd(3, 2 * DAY) },
    Family { name: "new account", kind: Kind::NewAccount },
    Family { name: "one-off charge", kind: Kind::OneOff(8 * DAY) },
    Family { name: "refund", kind: Kind::OneOff(-4 * DAY) },
];

impl Family {
    /// A series of it: another one for each seed, of which so many days of the month are known, with noise of so many parts
    /// per million.
    pub fn series(self, seed: u64, known_days: u32, noise_ppm: i64) -> Series {
        let mut noise = Noise::new(seed);
        let months = Months::new(u32::try_from(noise.below(24)).unwrap_or(0));
        let january = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
        let first = january.checked_add_months(months).unwrap_or(january);
        let cut = first.checked_add_days(Days::new(u64::from(known_days))).unwrap_or(first);
        let start = first.checked_sub_days(Days::new(BEFORE)).unwrap_or(first);
        // A step, a beginning or a single charge is some days ago: what is younger than three days nobody can know.
        let ago = match self.kind {
            Kind::NewAccount => 14 + noise.below(46),
            _ => 3 + noise.below(42),
        };
        let at = cut.checked_sub_days(Days::new(ago)).unwrap_or(cut);
        let mut level = DAY;
        let mut days = BTreeMap::new();
        for day in start.iter_days().take(usize::try_from(ALL).unwrap_or(0)) {
            if let Kind::Growth(daily) = self.kind {
                level = level.saturating_add(share(level, daily, 1_000_000_000));
            }
            let amount = self.kind.plain(day, level, first, at);
            days.insert(
                day,
                amount.saturating_add(share(amount.abs(), noise.normal_ppm() * noise_ppm, 1_000_000_000_000)),
            );
        }
        Series { days, first, cut }
    }
}

impl Kind {
    fn plain(self, day: NaiveDate, level: i64, first: NaiveDate, at: NaiveDate) -> i64 {
        match self {
            Self::Flat => DAY,
            Self::Weekly if day.weekday().number_from_monday() > 5 => DAY / 2,
            Self::Weekly => DAY * 11 / 10,
            Self::Growth(_) => level,
            Self::FeeOnTheFirst if day.day() == 1 => DAY * 91 / 10,
            Self::StepTo(to) if day >= at => to,
            Self::StepOnTheFirst(to) if day >= first => to,
            Self::MonthEnd(last, more) if is_among_last(day, last) => DAY + more,
            Self::NewAccount if day < at => 0,
            Self::OneOff(more) if day == at => DAY + more,
            _ => DAY,
        }
    }
}

fn is_among_last(day: NaiveDate, last: i64) -> bool {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.is_some_and(|next| (next - day).num_days() <= last)
}

/// So many parts of so many.
fn share(amount: i64, parts: i64, whole: i64) -> i64 {
    let share = i128::from(amount) * i128::from(parts) / i128::from(whole);
    i64::try_from(share).unwrap_or(0)
}
