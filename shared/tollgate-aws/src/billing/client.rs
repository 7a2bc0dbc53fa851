//! The clients, and one run of all questions.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_costexplorer::config::Region;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use tokio::time::Instant;
use tollgate_core::Timestamp;

use super::{
    anomalies,
    asking::Asking,
    cost, described, forecast,
    part::{Gap, Outcome, Part},
    plan::Plan,
    snapshot::{BILLING_SCHEMA, Snapshot, older},
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
    /// the previous snapshot with its age; what that has not either is missing with a reason. What is oldest is asked
    /// first, so that a ceiling that is too low cuts off another part each time.
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
            let sent = asking.sent();
            let found = described::fetch(&self.budgets, account, names, &mut asking).await;
            let before = previous.and_then(|previous| older(&previous.budgets, |asked| asked == account));
            let found = found.map(|found| described::with_before(found, before, now));
            snapshot.budgets.push(part(account.clone(), now, asking.sent() - sent, found).or_older(before));
        }
        let mut costs: Vec<_> = plan.costs.iter().collect();
        let before = |query| previous.and_then(|previous| older(&previous.costs, |asked| asked.is_like(query)));
        costs.sort_by_key(|query| before(*query).filter(|part| part.known().is_some()).map(|part| part.fetched_at));
        for query in costs {
            let sent = asking.sent();
            let found = cost::fetch(&self.explorer, query, &mut asking).await;
            snapshot.costs.push(part(query.clone(), now, asking.sent() - sent, found).or_older(before(query)));
        }
        if let Some(since) = plan.anomalies_since {
            let sent = asking.sent();
            let found = anomalies::fetch(&self.explorer, since, now.date_naive(), &mut asking).await;
            let before = previous.and_then(|previous| previous.anomalies.as_ref());
            snapshot.anomalies = Some(part(since, now, asking.sent() - sent, found).or_older(before));
        }
        for query in &plan.forecasts {
            let sent = asking.sent();
            let found = forecast::fetch(&self.explorer, query, &mut asking).await;
            let before = previous.and_then(|previous| older(&previous.forecasts, |asked| asked == query));
            snapshot.forecasts.push(part(query.clone(), now, asking.sent() - sent, found).or_older(before));
        }
        snapshot.requests = asking.sent();
        snapshot.paid_requests = asking.paid();
        snapshot.price_usd_micros = asking.price_usd_micros();
        snapshot
    }
}

fn part<Q, T>(asked: Q, fetched_at: Timestamp, requests: u64, found: Result<T, Gap>) -> Part<Q, T> {
    let outcome = found.map_or_else(Outcome::Missing, Outcome::Known);
    Part { asked, fetched_at, requests, outcome, not_renewed: None }
}
