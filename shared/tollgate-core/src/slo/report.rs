//! What CloudWatch Application Signals says of an SLO that it judges itself: a budget report, and no more than that.
//!
//! <https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_ServiceLevelObjectiveBudgetReport.html>

use num_traits::{Signed, ToPrimitive};

use super::{
    BudgetFact, BudgetUnit, SloFact, Traffic,
    expression::Rational,
    fact::{Judging, unknown},
    measure::Measure,
    objective::{Budgeting, PARTS_PER_BILLION, Slo},
    period::Period,
    series::rfc3339,
};
use crate::{Timestamp, evidence::EvidenceStatus};

const MILLION: i128 = 1_000_000;
/// What one per cent of an attainment is read in.
const PERCENT_PARTS: i128 = 1_000_000_000_000;

/// A report, or why there is none.
pub type Reported = Result<BudgetReport, (EvidenceStatus, String)>;

/// A budget report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetReport {
    /// How the budget stands.
    pub status: ReportedStatus,
    /// The promised share, in per cent.
    pub goal_percent: Option<Measure>,
    /// What the budget is for.
    pub interval: Option<ReportedInterval>,
    /// The share that is kept, in per cent.
    pub attainment_percent: Option<Measure>,
    /// The budget.
    pub budget: Option<ReportedBudget>,
    /// The time that it is about.
    pub as_of: Timestamp,
}

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedStatus {
    /// More is left than the threshold that it warns at.
    Ok,
    /// Less.
    Warning,
    /// Nothing.
    Breached,
    /// It is not known.
    InsufficientData,
}

/// What a budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedInterval {
    /// The newest stretch of this length.
    Rolling {
        /// Its length; none of months.
        seconds: Option<u64>,
    },
    /// Stretches of the calendar.
    Calendar,
}

/// A budget. The two kinds are never converted into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedBudget {
    /// Requests that may fail.
    Requests {
        /// Of all that came in the interval so far.
        allowed: i64,
        /// What is left of it; negative when overspent.
        remaining: i64,
    },
    /// Seconds of periods that may be bad.
    Seconds {
        /// In the whole interval.
        allowed: i64,
        /// What is left of it; negative when overspent.
        remaining: i64,
    },
}

/// What is known of an objective by a report: its budget, and nothing of windows, so that there are no pairs to judge.
pub fn reported_fact(slo: &Slo, reported: &Reported, judging: &Judging) -> SloFact {
    let end = reported.as_ref().map_or(judging.now, |report| report.as_of);
    let known = match reported {
        Ok(report) => report.judged(slo, judging),
        Err((status, reason)) => Err((*status, reason.clone())),
    };
    match known {
        Ok(Known { budget, unit, traffic, reason }) => {
            let status = if budget.is_some() { EvidenceStatus::Ok } else { EvidenceStatus::Partial };
            let mut fact = unknown(slo, judging, end, status, reason);
            fact.evidence.as_of = Some(end);
            (fact.pairs, fact.depletion) = (Vec::new(), Vec::new());
            (fact.budgeting.unit, fact.budgeting.event) = (unit, unit);
            (fact.budget, fact.traffic) = (budget, traffic);
            fact
        }
        Err((status, reason)) => unknown(slo, judging, end, status, reason),
    }
}

struct Known {
    budget: Option<BudgetFact>,
    unit: BudgetUnit,
    traffic: Traffic,
    reason: String,
}

impl BudgetReport {
    fn judged(&self, slo: &Slo, judging: &Judging) -> Result<Known, (EvidenceStatus, String)> {
        let error = |reason: String| (EvidenceStatus::Error, reason);
        let age = (judging.now - self.as_of).num_seconds();
        if self.as_of > judging.now {
            let at = rfc3339(self.as_of.timestamp());
            return Err(error(format!("the report is of {at}, past the time to judge by")));
        }
        if u64::try_from(age).is_ok_and(|age| age > judging.max_age_seconds) {
            let limit = judging.max_age_seconds;
            let reason = format!("the report is {age} s old, at most {limit} s are allowed");
            return Err((EvidenceStatus::Stale, reason));
        }
        self.agrees_with(slo).map_err(error)?;
        if self.status == ReportedStatus::InsufficientData {
            let reason = "Application Signals answered `INSUFFICIENT_DATA`".to_owned();
            return Err((EvidenceStatus::NoData, reason));
        }
        let (unit, allowed, remaining) = match (self.budget, slo.budgeting) {
            (None, _) => return Err((EvidenceStatus::Partial, "the report has no budget".to_owned())),
            (Some(ReportedBudget::Requests { allowed, remaining }), Budgeting::Occurrences) => {
                (BudgetUnit::Events, allowed, remaining)
            }
            (Some(ReportedBudget::Seconds { allowed, remaining }), Budgeting::Timeslices { .. }) => {
                (BudgetUnit::Seconds, allowed, remaining)
            }
            (Some(ReportedBudget::Requests { .. }), _) => {
                return Err(error("it is request-based: write `budgetingMethod: Occurrences`".to_owned()));
            }
            (Some(ReportedBudget::Seconds { .. }), _) => {
                return Err(error("it is period-based: write `budgetingMethod: Timeslices`".to_owned()));
            }
        };
        let (Ok(allowed), Ok(bad)) = (u64::try_from(allowed), u64::try_from(allowed.saturating_sub(remaining))) else {
            return Err(error(format!("{remaining} of a budget of {allowed} cannot be left")));
        };
        let status = match self.status {
            ReportedStatus::Ok => "OK",
            ReportedStatus::Warning => "WARNING",
            ReportedStatus::Breached | ReportedStatus::InsufficientData => "BREACHED",
        };
        let reason = format!("Application Signals answered `{status}`, and says nothing of windows and burn rates");
        let budget = self.budget_fact(slo, unit, allowed, bad).map_err(error)?;
        let traffic = if unit == BudgetUnit::Events && budget.is_some() { Traffic::Events } else { Traffic::Unknown };
        Ok(Known { budget, unit, traffic, reason })
    }

    /// The objective must say what is promised there, or it would be another one.
    fn agrees_with(&self, slo: &Slo) -> Result<(), String> {
        let Some(goal) = self.goal_percent else {
            return Err("the report has no goal".to_owned());
        };
        if goal.rational() * Rational::from_integer(i128::from(PARTS_PER_BILLION) / 100)
            != Rational::from_integer(i128::from(slo.target.ppb()))
        {
            let (there, here) = (decimal(goal), slo.target.percent());
            return Err(format!(
                "its goal in Application Signals is {there} % and its target here {here} %: write the same"
            ));
        }
        let same = match (self.interval, slo.period) {
            (Some(ReportedInterval::Rolling { seconds: Some(there) }), Period::Rolling { seconds }) => there == seconds,
            (Some(ReportedInterval::Calendar), Period::Calendar { .. }) => true,
            _ => false,
        };
        if same {
            Ok(())
        } else {
            Err("its interval in Application Signals is another than its `timeWindow`".to_owned())
        }
    }

    /// None where nothing may be spent yet. What Application Signals has rounded is taken as the worse of what it can be.
    fn budget_fact(&self, slo: &Slo, unit: BudgetUnit, allowed: u64, bad: u64) -> Result<Option<BudgetFact>, String> {
        if allowed == 0 {
            return Ok(None);
        }
        let budget_ppb = i128::from(slo.target.budget_ppb());
        let billion = i128::from(PARTS_PER_BILLION);
        let mut spent = Rational::new(i128::from(bad), i128::from(allowed));
        let mut total = slo.period.longest_seconds();
        if unit == BudgetUnit::Events {
            let all = (i128::from(allowed) * billion).div_euclid(budget_ppb) + 1;
            total = u64::try_from(all).unwrap_or(u64::MAX).max(bad);
            if let Some(percent) = self.attainment_percent {
                let percent_value = percent.rational();
                if percent_value.is_negative() || percent_value > Rational::from_integer(100) {
                    return Err(format!("an attainment of {} % is none", decimal(percent)));
                }
                // All the digits that there are to it, rounded against the service.
                let kept = (percent_value * Rational::from_integer(PERCENT_PARTS)).floor().to_integer();
                let missed = 100 * PERCENT_PARTS - kept;
                spent = spent.max(Rational::new(missed * billion, budget_ppb * 100 * PERCENT_PARTS));
            }
        }
        if self.status == ReportedStatus::Breached {
            spent = spent.max(Rational::from_integer(1));
        }
        let consumed = (spent * Rational::from_integer(MILLION)).ceil().to_integer();
        Ok(Some(BudgetFact {
            total,
            bad,
            allowed_bad: allowed,
            consumed_ppm: consumed.to_u64().unwrap_or(u64::MAX),
            consumed_at_most_ppm: consumed.to_u64(),
            remaining_ppm: (MILLION - consumed).to_i64().unwrap_or(i64::MIN),
            known: None,
            is_undecided: false,
            slices: None,
            excluded_seconds: 0,
        }))
    }
}

fn decimal(measure: Measure) -> String {
    serde_json::to_string(&measure).unwrap_or_default()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
