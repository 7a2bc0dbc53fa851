//! `GetAnomalies`: what AWS found unusual.

use std::collections::BTreeSet;

use aws_sdk_costexplorer::{
    Client,
    types::{Anomaly, AnomalyDateInterval, AnomalyFeedbackType},
};
use chrono::{Days, NaiveDate};
use tollgate_core::money::micros_from_decimal;

use super::{
    asking::{Api, Asking, Pages},
    part::Gap,
    reading::{Reading, Unreadable},
    snapshot::OpenAnomaly,
};

const API: Api = Api { service: "Cost Explorer", action: "ce:GetAnomalies", is_paid: true };
/// The last day of an anomaly moves on while it lasts, and is behind as bills are.
const BEHIND_DAYS: u64 = 2;

/// The anomalies that are open: not over by `today`, and not explained by a person.
pub(super) async fn fetch(
    client: &Client,
    since: NaiveDate,
    today: NaiveDate,
    asking: &mut Asking,
) -> Result<Reading<OpenAnomaly>, Gap> {
    let interval = AnomalyDateInterval::builder().start_date(since.to_string()).end_date(today.to_string()).build();
    let request = client.get_anomalies().date_interval(interval.map_err(|error| Gap::error(error.to_string()))?);
    let (mut found, mut pages, mut token) = (Reading::default(), Pages::default(), None);
    loop {
        let page = asking.send(API, || request.clone().set_next_page_token(token.clone()).send()).await;
        let page = page.map_err(|refusal| refusal.gap)?;
        page.anomalies()
            .iter()
            .filter_map(|anomaly| read(anomaly, today).transpose())
            .for_each(|read| found.take(read));
        token = pages.next(API, page.next_page_token())?;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// None when it is not open.
fn read(anomaly: &Anomaly, today: NaiveDate) -> Result<Option<OpenAnomaly>, Unreadable> {
    let id = anomaly.anomaly_id();
    let causes = anomaly.root_causes();
    let mut accounts: Vec<String> = causes.iter().filter_map(|cause| cause.linked_account()).map(Into::into).collect();
    accounts.sort();
    accounts.dedup();
    let services = causes.iter().map(|cause| cause.service().map(ToOwned::to_owned));
    let services: BTreeSet<String> = services.collect::<Option<_>>().unwrap_or_default();
    let aws_services: Vec<String> = services.into_iter().collect();
    let odd = |what: &str| Unreadable {
        accounts: accounts.clone(),
        aws_services: aws_services.clone(),
        ..Unreadable::new(id, format!("the anomaly `{id}` {what}"))
    };
    let explained = [AnomalyFeedbackType::No, AnomalyFeedbackType::PlannedActivity];
    if anomaly.feedback().is_some_and(|feedback| explained.contains(feedback)) {
        return Ok(None);
    }
    let day = |text: &str| text.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
    // Without an end it goes on.
    let end = anomaly.anomaly_end_date().filter(|text| !text.trim().is_empty());
    let ends_on = end.map(|text| day(text).ok_or_else(|| odd("ends on no day"))).transpose()?;
    if ends_on.and_then(|end| end.checked_add_days(Days::new(BEHIND_DAYS))).is_some_and(|end| end < today) {
        return Ok(None);
    }
    let starts_on = anomaly.anomaly_start_date().and_then(day).ok_or_else(|| odd("does not say when it began"))?;
    let impact = anomaly.impact().ok_or_else(|| odd("does not say how much it is"))?;
    // The SDK has binary numbers here: their shortest decimal text is what was sent.
    let micros = |number: f64, exponent: i32| micros_from_decimal(&format!("{number}e{exponent}"));
    let unreadable = |_| odd("has an impact that is no amount");
    let about = anomaly.dimension_value().or_else(|| causes.iter().find_map(|cause| cause.service()));
    Ok(Some(OpenAnomaly {
        id: id.to_owned(),
        about: about.unwrap_or(anomaly.monitor_arn()).to_owned(),
        starts_on,
        impact_micros: micros(impact.total_impact(), 0).map_err(unreadable)?,
        // A percentage is a hundredth, and parts per million are millionths.
        impact_ppm: impact
            .total_impact_percentage()
            .map(|percent| micros(percent, -2))
            .transpose()
            .map_err(unreadable)?,
        accounts,
        aws_services,
    }))
}
