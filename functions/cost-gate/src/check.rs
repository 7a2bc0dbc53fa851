//! All budgets looked at, one after the other, until the time is over.

use std::{collections::BTreeMap, time::Duration};

use lambda_runtime::Context;
use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    budget::Budget,
    notice::{Report, State},
};
use tollgate_gate::{
    Round, Told,
    bill::{Renewal, Statement},
    lease_seconds, notice_config, time_left, unavailable,
};
use tollgate_lambda::{metrics, problem::Problem};
use tollgate_ledger::{Collection, Document};
use ulid::Ulid;

use crate::{CostGate, tally::Tally};

/// How often it is noted how far a round came, in budgets: a process that is killed looks at no more than these again.
const MARK_EVERY: usize = 50;
/// Budgets whose states are read at once.
const READ_AT_ONCE: usize = 200;
/// Time that is kept for sending and answering.
const RESERVE: Duration = Duration::from_secs(5);

impl CostGate {
    /// Has the bill fetched, where that is due, and looks at the budgets of a round. What fails of one touches no other.
    ///
    /// # Errors
    /// When the ledger fails or a budget could not be looked at, when another run is fetching the first bill, or when the
    /// time is over before the round is: asked again, it goes on.
    pub(crate) async fn check(
        &self,
        round: &Round,
        renewal: Renewal,
        asked_by: &str,
        context: &Context,
    ) -> Result<Value, Problem> {
        let left = time_left(context).saturating_sub(RESERVE);
        let (ends_at, fetch_until) = (Instant::now() + left, Instant::now() + left / 2);
        let lease = Duration::from_secs(lease_seconds(context).into());
        let renewed = self.house.renew_bill(renewal, &context.request_id, lease, fetch_until).await?;
        // What fetching cost is told in the first decision of this run, and in no other.
        let (now, mut bill) = (self.house.clock.now(), renewed.statement.clone());
        let before = self.house.place(round).await?;
        let order = round.order(before.as_ref());
        let mut place = round.place(before.as_ref(), &order);
        let budgets: BTreeMap<&str, &Budget> =
            self.house.catalogue.budgets.iter().map(|budget| (budget.name.as_str(), budget)).collect();
        let (mut tally, mut looked_at, mut states) = (Tally::default(), 0, BTreeMap::new());
        for name in &order {
            // Where rules hang, nothing more is known of any budget until the process is replaced.
            if Instant::now() >= ends_at || self.house.evaluator.is_wedged() {
                break;
            }
            if looked_at % READ_AT_ONCE == 0 {
                states = self.states(order.iter().skip(looked_at).take(READ_AT_ONCE)).await?;
            }
            if let Some(budget) = budgets.get(name.as_str()) {
                let told = self.look(budget, asked_by, &bill, states.remove(name), now).await;
                bill = bill.told();
                tally.note(name, told);
            }
            looked_at += 1;
            place.pass(&order, name);
            if looked_at % MARK_EVERY == 0 || looked_at == order.len() {
                self.house.mark(round, &place).await?;
            }
        }
        let left = order.len().saturating_sub(looked_at);
        if left == 0 {
            tally.showbacks = self.show_back(&bill, now).await?;
        }
        let unsent = self.house.send().await?;
        let (at, gate) = (self.house.clock.now(), self.house.gate().as_str());
        metrics::write(&metrics::sweep_line(at, gate, &tally.metrics(&renewed, left, unsent)));
        let summary = json!({
            "round": round.key,
            "bill": {
                "outcome": renewed.outcome,
                "requests": renewed.requests,
                "paid_requests": renewed.paid_requests,
                "price_usd_micros": renewed.price_usd_micros,
                "as_of": bill.snapshot().ok().map(|snapshot| snapshot.fetched_at),
            },
            "saw": tally,
            "budgets_left": left,
            "notices_unsent": unsent,
        });
        tracing::info!(%summary, "checked");
        if left == 0 {
            // It fails after its work, so that it comes again, and in the end to the dead-letter queue.
            if renewed.is_failed {
                return Err(Problem::unavailable(renewed.outcome));
            }
            return (tally.failed == 0).then_some(summary).ok_or_else(|| {
                Problem::unavailable(format!("{} budgets could not be looked at: the log says why", tally.failed))
            });
        }
        self.house.mark(round, &place).await?;
        let why = if self.house.evaluator.is_wedged() { "rules hung" } else { "the time was over" };
        Err(Problem::unavailable(format!(
            "{why} when {looked_at} budgets were looked at: the next run goes on with the other {left}"
        )))
    }

    /// Judges a budget as it stands, and tells what changed.
    async fn look(
        &self,
        budget: &Budget,
        asked_by: &str,
        bill: &Statement,
        state: Option<Document<State>>,
        now: Timestamp,
    ) -> Result<Told, Problem> {
        let facts = self.as_it_runs(budget, asked_by, bill, now);
        let config = notice_config(&facts.settings);
        let record = self.house.judge(facts.clone().into(), Ulid::generate().to_string(), Vec::new())?;
        let team = self.house.catalogue.teams.get(&budget.owner);
        let contact = team.and_then(|team| team.contact.clone());
        let report = Report { contact, ..Report::of_spending(&facts, &record.decision) };
        self.house.tell((&states(), &budget.name), &record, &report, &config, state).await
    }

    /// What is kept of some budgets.
    async fn states(&self, names: impl Iterator<Item = &String>) -> Result<BTreeMap<String, Document<State>>, Problem> {
        let names: Vec<&String> = names.collect();
        let (Some(first), Some(last)) = (names.iter().min(), names.iter().max()) else { return Ok(BTreeMap::new()) };
        let documents = self.house.ledger.documents(&states(), first, last).await;
        let documents = documents.map_err(|error| unavailable("the budgets' states cannot be read", &error))?;
        Ok(documents.into_iter().map(|document| (document.key.clone(), document)).collect())
    }
}

fn states() -> Collection {
    Collection::of(&["state", "cost"])
}
