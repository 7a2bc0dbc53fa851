//! How many requests the spend of budgets served, by CloudWatch, so that what one costs can be told.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    budget::{Budget, daily_requests},
    catalogue::Catalogue,
    evidence::EvidenceStatus,
    slo::{Source, Tier},
};

use super::{
    part::{Gap, Outcome, Part},
    snapshot::{Snapshot, older},
    spend::{BudgetSpend, PartGap},
};
use crate::Telemetry;

const DAY_SECONDS: i64 = 86_400;
/// A week and the four weeks before it, and as many days as a bill may be behind.
const DAYS: u64 = 42;

/// Counts the requests of all budgets that name objectives, by day, in one query for each metric, and adds them to a
/// snapshot, with what that took. What does not come is taken from the previous snapshot.
pub async fn count_requests(
    snapshot: &mut Snapshot,
    (telemetry, catalogue): (&Telemetry, &Catalogue),
    previous: Option<&Snapshot>,
    now: Timestamp,
    deadline: Instant,
) {
    let mut wanted: BTreeMap<&Vec<String>, Result<Vec<&Source>, String>> = BTreeMap::new();
    for budget in catalogue.budgets.iter().filter(|budget| !budget.requests.is_empty()) {
        wanted.entry(&budget.requests).or_insert_with(|| catalogue.requests_of(budget));
    }
    let metrics = wanted.values().flatten().flatten().flat_map(|source| source.metrics()).collect();
    let sampling = telemetry.sample(&metrics, tier(now), deadline).await;
    for (objectives, sources) in wanted {
        let counted = sources.and_then(|sources| match &sampling.sampled {
            Some(sampled) => daily_requests(&sources, sampled),
            None => Err(format!("{} has nothing of them", sampling.source)),
        });
        let missing = |reason| Outcome::Missing(Gap::error(format!("requests were not counted: {reason}")));
        let outcome = counted.map_or_else(missing, Outcome::Known);
        let part =
            Part { asked: objectives.clone(), fetched_at: now, requests: 0, pages: None, outcome, not_renewed: None };
        let before = previous.and_then(|previous| older(&previous.served, |asked| asked == objectives));
        snapshot.served.push(part.or_older(before));
    }
    snapshot.requests += sampling.requests;
    snapshot.price_usd_micros += sampling.cost_usd_micros;
}

/// Whole days of UTC, up to the one before today.
fn tier(now: Timestamp) -> Tier {
    let today = now.date_naive();
    let start = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
    Tier { period_seconds: DAY_SECONDS, start: start(first), end: start(today) }
}

impl BudgetSpend {
    /// The same with what was counted of the budget's requests.
    pub(super) fn with_requests(mut self, snapshot: &Snapshot, budget: &Budget) -> Self {
        if budget.requests.is_empty() {
            return self;
        }
        let part = snapshot.served.iter().find(|part| part.asked == budget.requests);
        if let Some(days) = part.and_then(Part::known) {
            self.reading.requests.clone_from(days);
        }
        let not_asked = || Gap::new(EvidenceStatus::NoData, "its requests were not counted yet");
        let gap = part.map_or_else(|| Some(not_asked()), |part| part.gap().cloned());
        self.gaps.extend(gap.map(|gap| PartGap { part: "requests", gap }));
        self
    }
}
