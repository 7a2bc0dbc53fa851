//! From terms and spend to where a budget stands.

use chrono::NaiveDate;
use num_bigint::BigInt;

use super::{
    Allowance, Budget, BudgetFact, BudgetPeriodFact, Enforcement, ForecastFact, ForecastReading, PaceFact,
    SpendJudging, SpendReading, Standing, StepFact, StepKind, Terms, UntaggedFact, freshness::evidence,
};
use crate::{
    evidence::{Evidence, EvidenceStatus},
    spend::{
        BilledAmount, Outlook, Projection, Span, SpendError, Weighting, from_given, over, own, ppm_down, ppm_up,
        run_aways, to_micros, unit_cost, used_up_on, whole_of,
    },
};

/// What is known of a budget: its terms and its spend, or why not.
pub type Known<'a> = Result<(&'a Terms, &'a SpendReading), Unknown<'a>>;

/// What is missing of a budget.
#[derive(Debug, Clone)]
pub struct Unknown<'a> {
    /// What it comes to, where that is known.
    pub terms: Option<&'a Terms>,
    /// Where it was looked for.
    pub source: String,
    /// Why there is nothing.
    pub status: EvidenceStatus,
    /// The same, for a person.
    pub reason: String,
}

/// Where a budget stands.
pub fn budget_fact(budget: &Budget, known: &Known<'_>, judging: &SpendJudging) -> BudgetFact {
    match known {
        Ok((terms, spend)) => match judged(budget, terms, spend, judging) {
            Ok(fact) => fact,
            Err((status, reason)) => {
                let source = spend.source.clone();
                nothing(budget, judging, &Unknown { terms: Some(terms), source, status, reason })
            }
        },
        Err(unknown) => nothing(budget, judging, unknown),
    }
}

/// A budget of whose spend nothing is known.
fn nothing(budget: &Budget, judging: &SpendJudging, unknown: &Unknown<'_>) -> BudgetFact {
    let Unknown { terms, source, status, reason } = unknown;
    let aws_budget = match &budget.allowance {
        Allowance::AwsBudget { name, .. } => Some(name.clone()),
        Allowance::Declared(_) => None,
    };
    let id = budget.evidence_id();
    let forecast_evidence =
        Evidence::bad(format!("{id}/forecast"), source, *status, "the spend is not known").advisory();
    BudgetFact {
        evidence: Evidence { required: judging.required, ..Evidence::bad(id, source, *status, reason) },
        forecast_evidence,
        name: budget.name.clone(),
        owner: budget.owner.clone(),
        scope: budget.scope.clone(),
        own: !budget.scope.is_of_everything(),
        services_held: budget.services_held,
        non_essential: budget.non_essential.clone(),
        aws_budget,
        currency: terms.map(|terms| terms.currency.clone()),
        basis: terms.map(|terms| terms.basis),
        limit_micros: terms.map(|terms| terms.limit_micros),
        limit_at_end_micros: terms.map(|terms| terms.limit_at_end_micros),
        period: terms.map(|terms| period(terms, None, judging)),
        standing: Standing::Unknown,
        spent_micros: None,
        estimated_micros: None,
        complete_before: None,
        share_ppm: None,
        pace: None,
        forecast: None,
        days_to_exhaustion: None,
        exhausted_on: None,
        steps: steps(budget, |_, _| None),
        enforcement: None,
        run_aways: Vec::new(),
        untagged: None,
        reconciliation: None,
        unit_cost: None,
        anomalies: Vec::new(),
        unreadable: Vec::new(),
    }
}

type Refused = (EvidenceStatus, String);

fn judged(budget: &Budget, terms: &Terms, spend: &SpendReading, judging: &SpendJudging) -> Result<BudgetFact, Refused> {
    let error = |reason: String| (EvidenceStatus::Error, reason);
    let too_large = |problem: SpendError| error(problem.to_string());
    if spend.daily.currency() != terms.currency {
        let (theirs, ours) = (spend.daily.currency(), &terms.currency);
        return Err(error(format!(
            "the bill is in {theirs} and the budget in {ours}: amounts are not compared across currencies"
        )));
    }
    if spend.basis != terms.basis {
        return Err(error("the bill was asked for another cost basis than the budget is for".to_owned()));
    }
    if terms.limit_micros <= 0 || terms.limit_at_end_micros <= 0 {
        return Err(error("the budget's amount is nothing, so no share of it can be told".to_owned()));
    }
    let (daily, first, end) = (&spend.daily, terms.first_day, terms.end_day);
    let span = Span { first_day: first, end_day: end, complete_before: spend.complete_before };
    let spent = match spend.period_total {
        Some(total) => total,
        None => daily.sum(first, end).map_err(too_large)?,
    };
    let estimated = match spend.period_total {
        // AWS Budgets does not say which part of a period that is not over is final.
        Some(total) => total,
        None => daily.estimated(first, end).map_err(too_large)?,
    };
    let micros = |amount: BilledAmount| amount.micros().ok_or_else(|| too_large(SpendError::TooLarge));
    let spent_micros = micros(spent)?;
    let share = spent.exact_micros() / BigInt::from(terms.limit_micros);
    // What else is known of the time before changes nothing: one answer, whoever else asks for the same spend.
    let recent = daily.since(judging.history_since(spend.as_of));
    let outlook = Outlook::of(&recent, spend.complete_before, judging.min_weeks);
    let evidence = evidence(budget, terms, spend, judging, span);
    let (forecast, forecast_evidence) = forecast(budget, terms, spend, &outlook, span);
    let is_spent = spent_micros >= terms.limit_micros;
    let used_up = used_up_on(terms.limit_micros, daily, &outlook, span).filter(|_| !is_spent);
    // A bill that is behind has days that are over, and on none of them was it used up.
    let exhausted_on = used_up.map(|day| day.max(terms.today));
    let days_left = |day: NaiveDate| u32::try_from((day - terms.today).num_days() + 1).ok();
    let exhaustion = if is_spent { Some(0) } else { exhausted_on.and_then(days_left) };
    let is_good = evidence.is_ok();
    let is_reached = |kind: StepKind, share_ppm: u64| {
        let reached = match kind {
            StepKind::Actual => reaches(&spent.exact_micros(), share_ppm, terms.limit_micros),
            StepKind::Forecast => reaches(&forecast.as_ref()?.mean, share_ppm, terms.limit_at_end_micros),
        };
        (reached || is_good).then_some(reached)
    };
    let high = forecast.as_ref().and_then(|forecast| forecast.bounds.as_ref()).map(|(_, high)| high);
    let can_reach = |share_ppm: u64| high.is_some_and(|high| reaches(high, share_ppm, terms.limit_at_end_micros));
    let mut steps = steps(budget, is_reached);
    for step in steps.iter_mut().filter(|step| step.kind == StepKind::Forecast) {
        step.within_reach = step.reached == Some(false) && can_reach(step.share_ppm);
    }
    let untagged = match spend.untagged {
        Some(untagged) => Some(UntaggedFact {
            micros: micros(untagged)?,
            share_ppm: over(&untagged.exact_micros(), &spent.exact_micros()).as_ref().and_then(ppm_up),
        }),
        None => None,
    };
    let standing = match (is_good, is_spent, estimated == BilledAmount::ZERO) {
        (_, true, _) => Standing::Over,
        (false, false, _) => Standing::Unknown,
        (true, false, true) => Standing::Inside,
        (true, false, false) => Standing::InsideEstimated,
    };
    let unknown =
        Unknown { terms: Some(terms), source: spend.source.clone(), status: EvidenceStatus::Ok, reason: String::new() };
    Ok(BudgetFact {
        evidence,
        forecast_evidence,
        period: Some(period(terms, Some(span), judging)),
        standing,
        spent_micros: Some(spent_micros),
        estimated_micros: Some(micros(estimated)?),
        complete_before: Some(spend.complete_before),
        share_ppm: ppm_down(&share),
        pace: pace(terms, spend, &outlook, span),
        forecast: forecast.as_ref().and_then(|forecast| forecast_fact(forecast, terms)),
        days_to_exhaustion: exhaustion,
        exhausted_on,
        enforcement: steps.iter().filter(|step| step.reached == Some(true)).map(|step| step.enforcement).max(),
        steps,
        run_aways: run_aways(&recent, spend.complete_before),
        untagged,
        reconciliation: spend.reconciliation,
        unit_cost: unit_cost(&recent, &spend.requests, spend.complete_before),
        anomalies: spend.anomalies.clone(),
        unreadable: spend.unreadable.clone(),
        ..nothing(budget, judging, &unknown)
    })
}

fn period(terms: &Terms, span: Option<Span>, judging: &SpendJudging) -> BudgetPeriodFact {
    let length = |days: i64| u64::try_from(days).unwrap_or(0);
    BudgetPeriodFact {
        starts_at: terms.bounds.starts_at,
        ends_at: terms.bounds.ends_at,
        first_day: terms.first_day,
        end_day: terms.end_day,
        days: length((terms.end_day - terms.first_day).num_days()),
        days_known: span.map_or(0, |span| length((span.to_come() - span.first_day).num_days())),
        elapsed_ppm: terms.bounds.elapsed_ppm(judging.now),
    }
}

fn pace(terms: &Terms, spend: &SpendReading, outlook: &Outlook, span: Span) -> Option<PaceFact> {
    let (spent, expected, weighting) = match spend.period_total {
        // A sum has no days: it is what was spent up to the time at which it was told.
        Some(total) => {
            let elapsed_ppm = i64::try_from(terms.bounds.elapsed_ppm(spend.as_of)).ok()?;
            (total, whole_of(elapsed_ppm) / BigInt::from(1_000_000), Weighting::Days)
        }
        None => {
            let known = span.to_come();
            let weight = |end: NaiveDate| outlook.weight(span.first_day, end);
            let spent = spend.daily.sum(span.first_day, known).ok()?;
            (spent, over(&weight(known), &weight(span.end_day))?, outlook.weighting())
        }
    };
    let share = spent.exact_micros() / BigInt::from(terms.limit_micros);
    Some(PaceFact {
        pace_ppm: ppm_up(&over(&share, &expected)?)?,
        spent_ppm: ppm_down(&share)?,
        expected_ppm: ppm_down(&expected)?,
        weighting,
    })
}

/// What AWS forecasts, or where that is not known or of no use, what the last weeks tell.
fn forecast(
    budget: &Budget,
    terms: &Terms,
    spend: &SpendReading,
    outlook: &Outlook,
    span: Span,
) -> (Option<Projection>, Evidence) {
    let id = format!("{}/forecast", budget.evidence_id());
    let given = match &spend.forecast {
        ForecastReading::Given(given) => {
            from_given(given, &spend.daily, outlook, span).map_err(|reason| (EvidenceStatus::Error, reason))
        }
        ForecastReading::Unknown(status, reason) => Err((*status, reason.clone())),
        ForecastReading::NotAsked => Err((EvidenceStatus::NoData, "no forecast was asked for".to_owned())),
    };
    let is_known = spend.period_total.is_none() && spend.daily.missing(terms.first_day, span.to_come()) == 0;
    let good = Evidence::ok(id.clone(), &spend.source, Some(spend.as_of)).advisory();
    match given {
        Ok(projection) => (Some(projection), good),
        Err((status, reason)) => match own(&spend.daily, outlook, span).filter(|_| is_known) {
            Some(projection) => (Some(projection), good),
            None => {
                let reason = format!("{reason}, and {}", outlook.too_short());
                (None, Evidence::bad(id, &spend.source, status, reason).advisory())
            }
        },
    }
}

fn forecast_fact(projection: &Projection, terms: &Terms) -> Option<ForecastFact> {
    let limit = whole_of(terms.limit_at_end_micros);
    let (low, high) = projection.bounds.as_ref().map(|(low, high)| (low, high)).unzip();
    Some(ForecastFact {
        mean_micros: to_micros(&projection.mean)?,
        low_micros: low.and_then(to_micros),
        high_micros: high.and_then(to_micros),
        method: projection.method,
        parts: projection.parts.clone(),
        projected_ppm: ppm_down(&over(&projection.mean, &limit)?)?,
        projected_high_ppm: high.and_then(|high| over(high, &limit)).as_ref().and_then(ppm_up),
    })
}

fn reaches(amount: &num_rational::BigRational, share_ppm: u64, limit_micros: i64) -> bool {
    amount * BigInt::from(1_000_000) >= whole_of(limit_micros) * BigInt::from(share_ppm)
}

fn steps(budget: &Budget, is_reached: impl Fn(StepKind, u64) -> Option<bool>) -> Vec<StepFact> {
    let fact = |step: &super::Step| StepFact {
        kind: step.kind,
        share_ppm: step.share_ppm,
        enforcement: step.enforcement,
        reached: is_reached(step.kind, step.share_ppm),
        within_reach: false,
    };
    budget.steps.iter().map(fact).collect()
}

/// The strictest enforcement of any of several budgets; none where no step of them is reached.
pub fn strictest<'a>(budgets: impl IntoIterator<Item = &'a BudgetFact>) -> Option<Enforcement> {
    budgets.into_iter().filter_map(|budget| budget.enforcement).max()
}
