//! The clients, and one run of all questions.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_costexplorer::config::Region;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use chrono::NaiveDate;
use tokio::time::Instant;
use tollgate_core::{Timestamp, spend::GivenForecast};

use super::{
    anomalies,
    asking::Asking,
    cost, described, forecast,
    part::Part,
    plan::Plan,
    query::{CostQuery, ForecastQuery},
    reading::Reading,
    snapshot::{BILLING_SCHEMA, OpenAnomaly, Snapshot, older},
    table::CostTable,
};

/// Bills are at home there, whatever the region of the caller.
const REGION: &str = "us-east-1";
/// A page of many groups takes seconds.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Reads the bill.
#[derive(Debug, Clone)]
pub struct Billing {
    explorer: aws_sdk_costexplorer::Client,
    budgets: aws_sdk_budgets::Client,
}

impl Billing {
    /// Reaches AWS as the configuration says, in the region that bills are kept in.
    pub fn new(sdk: &SdkConfig) -> Self {
        let patience = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        // Attempts are made, and counted, here: each may be paid for.
        let explorer = aws_sdk_costexplorer::config::Builder::from(sdk)
            .region(Region::new(REGION))
            .retry_config(RetryConfig::disabled())
            .timeout_config(patience.clone());
        let budgets = aws_sdk_budgets::config::Builder::from(sdk)
            .region(Region::new(REGION))
            .retry_config(RetryConfig::disabled())
            .timeout_config(patience);
        Self {
            explorer: aws_sdk_costexplorer::Client::from_conf(explorer.build()),
            budgets: aws_sdk_budgets::Client::from_conf(budgets.build()),
        }
    }

    /// Asks everything of a plan, one after the other, until the deadline or the ceiling. What does not come is taken from
    /// the previous snapshot with its age; what that has not either is missing with a reason. What waits
    /// longest is asked first, of whatever kind it is, so that a ceiling that is too low cuts off another part each time.
    pub async fn fetch(&self, plan: &Plan, previous: Option<&Snapshot>, now: Timestamp, deadline: Instant) -> Snapshot {
        let mut asking = Asking::new(plan.paid_requests_at_most, deadline);
        // What was asked by other tags is grouped by other things.
        let previous = previous.filter(|previous| previous.tags == plan.tags);
        let mut snapshot = Snapshot {
            schema: BILLING_SCHEMA.to_owned(),
            fetched_at: now,
            tags: plan.tags.clone(),
            requests: 0,
            paid_requests: 0,
            price_usd_micros: 0,
            costs: Vec::new(),
            forecasts: Vec::new(),
            budgets: Vec::new(),
            anomalies: None,
            served: Vec::new(),
        };
        for (account, names) in &plan.described {
            let before = previous.and_then(|previous| older(&previous.budgets, |asked| asked == account));
            let found = match asking.begin(None) {
                Ok(()) => described::fetch(&self.budgets, account, names, &mut asking).await,
                Err(gap) => Err(gap),
            };
            let found = found.map(|found| described::with_before(found, before, now));
            snapshot.budgets.push(asking.part(account.clone(), now, found, before));
        }
        for question in in_turn(plan, previous) {
            match question {
                Question::Cost(query, before) => {
                    let found = match asking.begin(before.and_then(|before| before.pages)) {
                        Ok(()) => cost::fetch(&self.explorer, query, &mut asking).await,
                        Err(gap) => Err(gap),
                    };
                    snapshot.costs.push(asking.part(query.clone(), now, found, before));
                }
                Question::Anomalies(since, before) => {
                    let found = match asking.begin(before.and_then(|before| before.pages)) {
                        Ok(()) => anomalies::fetch(&self.explorer, since, now.date_naive(), &mut asking).await,
                        Err(gap) => Err(gap),
                    };
                    snapshot.anomalies = Some(asking.part(since, now, found, before));
                }
                Question::Forecast(query, before) => {
                    let found = match asking.begin(before.and_then(|before| before.pages)) {
                        Ok(()) => forecast::fetch(&self.explorer, query, &mut asking).await,
                        Err(gap) => Err(gap),
                    };
                    snapshot.forecasts.push(asking.part(query.clone(), now, found, before));
                }
            }
        }
        snapshot.requests = asking.sent();
        snapshot.paid_requests = asking.paid();
        snapshot.price_usd_micros = asking.price_usd_micros();
        snapshot
    }
}

/// A question that is paid for, and what came of it before.
enum Question<'a> {
    Cost(&'a CostQuery, Option<&'a Part<CostQuery, CostTable>>),
    Anomalies(NaiveDate, Option<&'a Part<NaiveDate, Reading<OpenAnomaly>>>),
    Forecast(&'a ForecastQuery, Option<&'a Part<ForecastQuery, GivenForecast>>),
}

/// What waits longest first, of whatever kind it is.
fn in_turn<'a>(plan: &'a Plan, previous: Option<&'a Snapshot>) -> Vec<Question<'a>> {
    let costs = plan.costs.iter().map(|query| {
        let before = previous.and_then(|previous| older(&previous.costs, |asked| asked.is_like(query)));
        (waits_since(before, previous), Question::Cost(query, before))
    });
    let anomalies = plan.anomalies_since.iter().map(|since| {
        let before = previous.and_then(|previous| previous.anomalies.as_ref());
        (waits_since(before, previous), Question::Anomalies(*since, before))
    });
    let forecasts = plan.forecasts.iter().map(|query| {
        let before = previous.and_then(|previous| older(&previous.forecasts, |asked| asked == query));
        (waits_since(before, previous), Question::Forecast(query, before))
    });
    let mut questions: Vec<_> = costs.chain(anomalies).chain(forecasts).collect();
    questions.sort_by_key(|(since, _)| *since);
    questions.into_iter().map(|(_, question)| question).collect()
}

fn waits_since<Q, T>(before: Option<&Part<Q, T>>, previous: Option<&Snapshot>) -> Option<Timestamp> {
    before?.waits_since(previous?.fetched_at)
}
