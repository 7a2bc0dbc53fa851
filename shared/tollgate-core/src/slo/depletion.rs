//! When the budget ends if it goes on being spent as it is.

use serde::{Deserialize, Serialize};

use super::{arithmetic::Spending, fraction::Fraction, objective::Target};
use crate::Timestamp;

/// When the budget ends at the burn rate of one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DepletionFact {
    /// The window, a key of `windows`.
    pub window: String,
    /// How long what is left of the budget lasts, rounded down: period × share left / burn rate. The budget of a calendar
    /// period that is counted in events or minutes grows as those come: there it is time elapsed × share left / (burn
    /// rate - 1). 0 when nothing is left; null when it is not known, or at this burn rate never ends: then
    /// `inside_period` is false.
    pub seconds_to_exhaustion: Option<u64>,
    /// The end of the data and so much later; null when that is not known, never, or past the calendar.
    pub exhausted_at: Option<Timestamp>,
    /// Does it end before the calendar period does, or, where the period rolls, within the length of one? Null when not
    /// known.
    pub inside_period: Option<bool>,
}

impl DepletionFact {
    pub(super) fn unknown(window: &str) -> Self {
        Self { window: window.to_owned(), seconds_to_exhaustion: None, exhausted_at: None, inside_period: None }
    }
}

/// What the share that was spent is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Budgeted {
    /// The budget of so long a period, which does not grow: the next second takes the place of the oldest, or all
    /// slices of the period are planned.
    Whole { period_seconds: u64 },
    /// The budget of what came in the time that has elapsed, as Application Signals counts the requests of a calendar
    /// interval: <https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_ServiceLevelObjectiveBudgetReport.html>.
    SoFar { elapsed_seconds: u64 },
}

/// What depletion is projected from.
#[derive(Clone, Copy)]
pub(super) struct Outlook<'a> {
    pub(super) target: Target,
    pub(super) budget: Budgeted,
    /// What was spent in the period; none when not known.
    pub(super) spent: Option<&'a Spending>,
    /// The end of the data.
    pub(super) end: Timestamp,
    /// The end of a calendar period, or one period's length after the end of the data.
    pub(super) period_end: Timestamp,
}

impl Outlook<'_> {
    /// The end of the budget at the burn rate of a window.
    pub(super) fn depletion(&self, window: &str, spending: Option<&Spending>) -> DepletionFact {
        let seconds = self.spent.zip(spending).map(|(spent, spending)| self.seconds_left(spent, spending));
        let exhausted_at = seconds.flatten().and_then(|seconds| {
            let seconds = chrono::TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
            self.end.checked_add_signed(seconds)
        });
        DepletionFact {
            window: window.to_owned(),
            seconds_to_exhaustion: seconds.flatten(),
            exhausted_at,
            inside_period: seconds.map(|_| exhausted_at.is_some_and(|at| at < self.period_end)),
        }
    }

    /// None when what is left never ends.
    ///
    /// In the same traffic as until now, a share c that was spent in the time e becomes (c e + b t) / (e + t) after the
    /// time t at the burn rate b: all of it when t = e (1 - c) / (b - 1), and never at a burn rate of 1 or less.
    fn seconds_left(&self, spent: &Spending, spending: &Spending) -> Option<u64> {
        let left = Fraction::whole(1_u8).minus(&spent.consumed(self.target)).filter(|left| !left.is_zero());
        let Some(left) = left else { return Some(0) };
        let burn_rate = spending.burn_rate(self.target);
        let (seconds, pace) = match self.budget {
            Budgeted::Whole { period_seconds } => (period_seconds, burn_rate),
            Budgeted::SoFar { elapsed_seconds } => (elapsed_seconds, burn_rate.minus(&Fraction::whole(1_u8))?),
        };
        left.times(&Fraction::whole(seconds)).over(&pace).map(|seconds| seconds.floor(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Budgeted, DepletionFact, Outlook};
    use crate::{
        Timestamp,
        slo::{Target, arithmetic::Spending},
    };

    const MONTH: u64 = 30 * 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_795_255_680 + seconds, 0).unwrap()
    }

    /// At 99.9 %, with bad events in a million of the period and in a million of the window.
    fn depletion(bad_of_period: u64, bad_of_window: u64) -> DepletionFact {
        let spent = Spending::of(1_000_000, bad_of_period).unwrap();
        let month = i64::try_from(MONTH).unwrap();
        let outlook = Outlook {
            target: Target::from_ppb(999_000_000).unwrap(),
            budget: Budgeted::Whole { period_seconds: MONTH },
            spent: Some(&spent),
            end: at(0),
            period_end: at(month),
        };
        outlook.depletion("1h", Spending::of(1_000_000, bad_of_window).as_ref())
    }

    /// "The Site Reliability Workbook", chapter 5, table 5-4: burn rates 1, 2, 10 and 1000 exhaust the budget of 30 days
    /// in 30 days, 15 days, 3 days and 43 minutes.
    #[test]
    fn a_full_budget_lasts_as_long_as_the_workbook_says() {
        for (bad, seconds) in [(1_000, 2_592_000), (2_000, 1_296_000), (10_000, 259_200), (1_000_000, 2_592)] {
            assert_eq!(depletion(0, bad).seconds_to_exhaustion, Some(seconds));
        }
    }

    #[test]
    fn it_is_projected_from_what_is_left() {
        let fact = depletion(750, 2_000);
        assert_eq!(fact.seconds_to_exhaustion, Some(324_000));
        assert_eq!((fact.exhausted_at, fact.inside_period), (Some(at(324_000)), Some(true)));
        // 0.9 of a budget at a third of its pace is 2.7 periods.
        let fact = depletion(100, 333);
        assert_eq!((fact.seconds_to_exhaustion, fact.inside_period), (Some(7_005_405), Some(false)));
    }

    #[test]
    fn what_ends_at_the_end_of_the_period_does_not_end_inside_it() {
        assert_eq!(depletion(0, 1_000).inside_period, Some(false));
        assert_eq!(depletion(0, 1_001).inside_period, Some(true));
    }

    /// In a calendar period counted in events, so many seconds after its start, at 99 %.
    fn of_calendar(elapsed_seconds: u64, spent: &Spending, spending: &Spending) -> DepletionFact {
        let outlook = Outlook {
            target: Target::from_ppb(990_000_000).unwrap(),
            budget: Budgeted::SoFar { elapsed_seconds },
            spent: Some(spent),
            end: at(0),
            period_end: at(i64::try_from(MONTH - elapsed_seconds).unwrap()),
        };
        outlook.depletion("6h", Some(spending))
    }

    #[test]
    fn a_budget_that_grows_with_its_events_ends_when_they_are_outpaced() {
        let of = |hours: u64, bad, burning| {
            let spending = [bad, burning].map(|bad| Spending::of(1_000, bad).unwrap());
            of_calendar(hours * 3600, &spending[0], &spending[1]).seconds_to_exhaustion
        };
        // A day into the month, 70 % are spent, at a burn rate of 2.5: 24 h × 0.3 / 1.5.
        assert_eq!(of(24, 7, 25), Some(4 * 3600 + 48 * 60));
        assert_eq!([of(24, 7, 10), of(24, 7, 5), of(24, 7, 0)], [None; 3]);
        assert_eq!([of(24, 10, 0), of(24, 20, 5)], [Some(0); 2]);
    }

    proptest! {
        /// Minute by minute with the traffic of before: the budget is there until that time, and gone after it.
        #[test]
        fn a_budget_that_grows_ends_when_a_simulation_says(
            minutes in 1..1440_u64, bad in 0..1_000_u64, burning in 0..10_000_u64,
        ) {
            const REQUESTS: u64 = 100_000;
            let (spent, spending) = (Spending::of(REQUESTS, bad).unwrap(), Spending::of(REQUESTS, burning).unwrap());
            let fact = of_calendar(minutes * 60, &spent, &spending);
            let left = |more: u64| (bad * minutes + burning * more) * 100 < REQUESTS * (minutes + more);
            match fact.seconds_to_exhaustion {
                Some(seconds) => {
                    prop_assert!(seconds < 60 || left(seconds / 60 - 1));
                    prop_assert!(!left(seconds / 60 + 1));
                }
                None => prop_assert!(left(0) && left(MONTH) && left(u64::from(u32::MAX))),
            }
        }
    }

    #[test]
    fn never_now_and_unknown_are_three_things() {
        let never = depletion(999, 0);
        assert_eq!((never.seconds_to_exhaustion, never.inside_period), (None, Some(false)));
        for bad in [1_000, 1_001] {
            let now = depletion(bad, 0);
            assert_eq!((now.seconds_to_exhaustion, now.inside_period), (Some(0), Some(true)));
            assert_eq!(now.exhausted_at, Some(at(0)));
        }
        let spent = Spending::of(10, 1).unwrap();
        let outlook = Outlook {
            target: Target::from_ppb(999_000_000).unwrap(),
            budget: Budgeted::Whole { period_seconds: MONTH },
            spent: None,
            end: at(0),
            period_end: at(1),
        };
        for unknown in
            [outlook.depletion("1h", Some(&spent)), Outlook { spent: Some(&spent), ..outlook }.depletion("1h", None)]
        {
            assert_eq!(
                (unknown.seconds_to_exhaustion, unknown.exhausted_at, unknown.inside_period),
                (None, None, None)
            );
        }
    }

    #[test]
    fn a_date_past_the_calendar_is_not_invented() {
        let spent = Spending::of(1, 0).unwrap();
        let outlook = Outlook {
            target: Target::from_ppb(1).unwrap(),
            budget: Budgeted::Whole { period_seconds: u64::MAX },
            spent: Some(&spent),
            end: at(0),
            period_end: at(1),
        };
        let fact = outlook.depletion("1h", Spending::of(u64::MAX, 1).as_ref());
        assert_eq!((fact.seconds_to_exhaustion, fact.exhausted_at), (Some(u64::MAX), None));
        assert_eq!(fact.inside_period, Some(false));
    }
}
