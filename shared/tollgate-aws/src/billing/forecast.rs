//! `GetCostForecast`: what AWS expects to be billed.

use aws_sdk_costexplorer::{
    Client,
    types::{Granularity, Metric},
};
use tollgate_core::{
    budget::CostMeasure,
    spend::{BilledAmount, GivenForecast},
};

use super::{
    asking::{Api, Asking},
    cost::days,
    expression::filter,
    group::GroupKey,
    part::Gap,
    query::ForecastQuery,
};

const API: Api = Api { service: "Cost Explorer", action: "ce:GetCostForecast", is_paid: true };
/// The bounds hold with this probability, in percent; AWS takes 51 to 99 and draws 80 in its console.
const INTERVAL_PERCENT: i32 = 80;

pub(super) async fn fetch(client: &Client, query: &ForecastQuery, asking: &mut Asking) -> Result<GivenForecast, Gap> {
    let only = [(GroupKey::Account, &query.accounts), (GroupKey::AwsService, &query.aws_services)];
    let only: Vec<_> =
        only.into_iter().filter(|(_, values)| !values.is_empty()).map(|(key, values)| (key, values.clone())).collect();
    let request = client
        .get_cost_forecast()
        .time_period(days(query.first_day, query.end_day)?)
        .granularity(Granularity::Monthly)
        .metric(metric(query.basis.cost))
        .prediction_interval_level(INTERVAL_PERCENT)
        .set_filter(filter(query.basis, &only));
    let answer = asking.send(API, || request.clone().send()).await.map_err(|refusal| refusal.gap)?;
    let total = answer.total().ok_or_else(|| Gap::error("the forecast has no total"))?;
    let (Some(mean), Some(currency)) = (total.amount(), total.unit()) else {
        return Err(Gap::error("the forecast has no amount, or none of a currency"));
    };
    // The bounds of all months together are wider than those of their sum: that is the careful side.
    let months = answer.forecast_results_by_time();
    let low = months.iter().map(|month| month.prediction_interval_lower_bound());
    let high = months.iter().map(|month| month.prediction_interval_upper_bound());
    Ok(GivenForecast {
        currency: currency.to_owned(),
        first_day: query.first_day,
        end_day: query.end_day,
        mean: read(mean)?,
        low: sum(low)?,
        high: sum(high)?,
    })
}

/// Forecasts spell the figures of the bill differently from what was billed.
fn metric(measure: CostMeasure) -> Metric {
    match measure {
        CostMeasure::Unblended => Metric::UnblendedCost,
        CostMeasure::Amortized => Metric::AmortizedCost,
        CostMeasure::NetUnblended => Metric::NetUnblendedCost,
        CostMeasure::NetAmortized => Metric::NetAmortizedCost,
    }
}

/// None where there are no bounds, or not of each month.
fn sum<'a>(bounds: impl Iterator<Item = Option<&'a str>>) -> Result<Option<BilledAmount>, Gap> {
    let Some(bounds) = bounds.collect::<Option<Vec<_>>>().filter(|bounds| !bounds.is_empty()) else { return Ok(None) };
    let amounts = bounds.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    BilledAmount::sum(amounts).map(Some).map_err(|error| Gap::error(format!("the forecast: {error}")))
}

fn read(text: &str) -> Result<BilledAmount, Gap> {
    BilledAmount::read(text).map_err(|error| Gap::error(format!("the forecast: {error}")))
}
