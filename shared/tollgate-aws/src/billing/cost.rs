//! `GetCostAndUsage`: what was billed. The SDK has no paginator for it.

use aws_sdk_costexplorer::{
    Client,
    types::{DateInterval, Granularity as Asked},
};
use chrono::NaiveDate;

use super::{
    asking::{Api, Asking, Pages, Refusal},
    expression::{filter, grouping, metric},
    part::Gap,
    query::{CostQuery, Granularity},
    table::{CostTable, Growing},
};

const API: Api = Api { service: "Cost Explorer", action: "ce:GetCostAndUsage", is_paid: true };
/// The bill changed while its pages were read: they are read again, once.
const CHANGED: [&str; 3] = ["BillExpirationException", "RequestChangedException", "InvalidNextTokenException"];

pub(super) async fn fetch(client: &Client, query: &CostQuery, asking: &mut Asking) -> Result<CostTable, Gap> {
    match pages(client, query, asking).await {
        Err(Refusal { code: Some(code), .. }) if CHANGED.contains(&code.as_str()) => {
            pages(client, query, asking).await.map_err(|refusal| refusal.gap)
        }
        other => other.map_err(|refusal| refusal.gap),
    }
}

async fn pages(client: &Client, query: &CostQuery, asking: &mut Asking) -> Result<CostTable, Refusal> {
    let request = client
        .get_cost_and_usage()
        .time_period(days(query.first_day, query.end_day)?)
        .granularity(match query.granularity {
            Granularity::Daily => Asked::Daily,
            Granularity::Monthly => Asked::Monthly,
        })
        .metrics(metric(query.basis.cost))
        .set_group_by(grouping(&query.group_by))
        .set_filter(filter(query.basis, &query.only));
    let (mut table, mut pages, mut token) = (Growing::default(), Pages::default(), None);
    loop {
        let page = asking.send(API, || request.clone().set_next_page_token(token.clone()).send()).await?;
        for result in page.results_by_time() {
            table.take(query, result)?;
        }
        token = pages.next(API, page.next_page_token())?;
        if token.is_none() {
            return Ok(table.done(query)?);
        }
    }
}

/// Days as AWS writes them; the end is exclusive.
pub(super) fn days(first: NaiveDate, end: NaiveDate) -> Result<DateInterval, Gap> {
    let interval = DateInterval::builder().start(first.to_string()).end(end.to_string()).build();
    interval.map_err(|error| Gap::error(error.to_string()))
}
