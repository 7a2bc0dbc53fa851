//! `DescribeBudgets`: the budgets of AWS Budgets.

use std::collections::BTreeSet;

use aws_sdk_budgets::{
    Client,
    types::{Budget, CostTypes, Dimension, Expression, HealthStatusValue, Metric, Spend},
};
use aws_smithy_types::DateTime;
use tollgate_core::{
    Timestamp,
    budget::{Basis, CostMeasure},
};

use super::{
    asking::{Api, Asking, Pages},
    part::{Gap, Part},
    reading::Reading,
    snapshot::{AwsBudget, WrittenAmount},
    terms::bounds,
};

const API: Api = Api { service: "AWS Budgets", action: "budgets:ViewBudget", is_paid: false };
/// More are refused in one page.
const BUDGETS_PER_PAGE: i32 = 100;

/// The budgets of an account that have one of these names.
pub(super) async fn fetch(
    client: &Client,
    account: &str,
    names: &BTreeSet<String>,
    asking: &mut Asking,
) -> Result<Reading<AwsBudget>, Gap> {
    let request =
        client.describe_budgets().account_id(account).max_results(BUDGETS_PER_PAGE).show_filter_expression(true);
    let (mut found, mut pages, mut token) = (Vec::new(), Pages::default(), None);
    loop {
        let page = asking.send(API, || request.clone().set_next_token(token.clone()).send()).await;
        let page = page.map_err(|refusal| refusal.gap)?;
        found.extend(page.budgets().iter().filter(|budget| names.contains(budget.budget_name())).map(read));
        token = pages.next(API, page.next_token())?;
        if token.is_none() {
            return Ok(Reading::from(found));
        }
    }
}

/// The same, each with what it said last in the period before.
pub(super) fn with_before(
    mut found: Reading<AwsBudget>,
    previous: Option<&Part<String, Reading<AwsBudget>>>,
    now: Timestamp,
) -> Reading<AwsBudget> {
    let Some((kept, kept_at)) = previous.and_then(|part| Some((part.known()?, part.fetched_at))) else { return found };
    for budget in &mut found.read {
        let kept = kept.read.iter().find(|kept| kept.name == budget.name);
        let is_of_period_before = bounds(budget, now).is_some_and(|bounds| kept_at < bounds.starts_at);
        budget.actual_before = kept.and_then(|kept| {
            let figure = if is_of_period_before { &kept.actual } else { &kept.actual_before };
            figure.clone()
        });
    }
    found
}

fn read(budget: &Budget) -> AwsBudget {
    let amount = |spend: &Spend| WrittenAmount { amount: spend.amount().to_owned(), unit: spend.unit().to_owned() };
    let time = |time: &DateTime| Timestamp::from_timestamp(time.secs(), 0);
    let calculated = budget.calculated_spend();
    let period = budget.time_period();
    let health = budget.health_status().filter(|health| health.status() != Some(&HealthStatusValue::Healthy));
    AwsBudget {
        name: budget.budget_name().to_owned(),
        kind: budget.budget_type().as_str().to_owned(),
        limit: budget.budget_limit().map(amount),
        actual: calculated.and_then(|spend| spend.actual_spend()).map(amount),
        actual_before: None,
        forecast: calculated.and_then(|spend| spend.forecasted_spend()).map(amount),
        basis: basis(budget),
        time_unit: budget.time_unit().as_str().to_owned(),
        starts_at: period.and_then(|period| period.start()).and_then(time),
        ends_at: period.and_then(|period| period.end()).and_then(time),
        edited_at: budget.last_updated_time().and_then(time),
        unhealthy: health.map(|health| health.status_reason().map_or("UNHEALTHY", |why| why.as_str()).to_owned()),
    }
}

/// What counts as cost: newer budgets have a metric and a filter, older ones flags.
fn basis(budget: &Budget) -> Result<Basis, String> {
    let [] = budget.metrics() else {
        return by_metric(budget.metrics(), budget.filter_expression());
    };
    #[expect(deprecated, reason = "budgets that are older than metrics have nothing else")]
    let types = budget.cost_types();
    let Some(types) = types else { return Ok(by_flags(&CostTypes::builder().build())) };
    if types.use_blended() == Some(true) {
        return Err("it counts blended costs, which are no figure that is billed".to_owned());
    }
    Ok(by_flags(types))
}

/// What is not said is counted: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CostTypes.html>.
fn by_flags(types: &CostTypes) -> Basis {
    let amortized = types.use_amortized().unwrap_or(false);
    Basis {
        cost: if amortized { CostMeasure::Amortized } else { CostMeasure::Unblended },
        credits: types.include_credit().unwrap_or(true),
        refunds: types.include_refund().unwrap_or(true),
        tax: types.include_tax().unwrap_or(true),
        support: types.include_support().unwrap_or(true),
    }
}

fn by_metric(metrics: &[Metric], filter: Option<&Expression>) -> Result<Basis, String> {
    let cost = match metrics {
        [Metric::UnblendedCost] => CostMeasure::Unblended,
        [Metric::AmortizedCost] => CostMeasure::Amortized,
        [Metric::NetUnblendedCost] => CostMeasure::NetUnblended,
        [Metric::NetAmortizedCost] => CostMeasure::NetAmortized,
        other => return Err(format!("it counts {other:?}, which is not a figure that is known here")),
    };
    let left_out = filter.map_or(Ok(Vec::new()), left_out)?;
    let counts = |name: &str| !left_out.iter().any(|left_out| left_out == name);
    Ok(Basis {
        cost,
        credits: counts("Credit"),
        refunds: counts("Refund"),
        tax: counts("Tax"),
        support: counts("Support"),
    })
}

/// The record types that a filter leaves out, by a `Not` of its own or in an `And`.
fn left_out(filter: &Expression) -> Result<Vec<String>, String> {
    let parts = if filter.and().is_empty() { std::slice::from_ref(filter) } else { filter.and() };
    let mut found = Vec::new();
    for part in parts {
        let denied = part.not().and_then(Expression::dimensions).filter(|not| *not.key() == Dimension::RecordType);
        match denied {
            Some(denied) => found.extend(denied.values().iter().cloned()),
            None if speaks_of_records(part) => {
                return Err("its filter by record type is of a form that is not known here".to_owned());
            }
            None => {}
        }
    }
    Ok(found)
}

fn speaks_of_records(filter: &Expression) -> bool {
    let own = filter.dimensions().is_some_and(|dimensions| *dimensions.key() == Dimension::RecordType);
    own || filter.not().is_some_and(speaks_of_records) || filter.and().iter().chain(filter.or()).any(speaks_of_records)
}
