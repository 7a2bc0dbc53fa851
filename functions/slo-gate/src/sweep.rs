//! Services looked at as they run, group after group, until the time is over.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::StreamExt as _;
use lambda_runtime::Context;
use serde_json::{Value, json};
use tollgate_aws::Gathered;
use tollgate_core::{
    Timestamp,
    catalogue::Service,
    evidence::EvidenceStatus,
    facts::SloGateFacts,
    notice::State,
    running::{as_it_runs, watched},
    slo::{DailyAggregate, Judging, Limits, Slo, SloFact, unknown_fact},
};
use tollgate_gate::{Batch, LEFT_OUT, Round, batches, time_left};
use tollgate_lambda::{metrics, problem::Problem};
use tollgate_ledger::{Document, KeptDays, background};

use crate::{
    SloGate,
    days::new_days,
    tally::{Looked, Tally},
    tell::States,
};

/// How often it is noted how far a round came, in services: a process that is killed looks at no more than these again.
const MARK_EVERY: usize = 100;
/// Time that is kept for what was read last, for sending and answering.
const RESERVE: Duration = Duration::from_secs(5);
/// Services whose state is written at once.
const WRITES_AT_ONCE: usize = 8;

impl SloGate {
    /// Looks at the services of a round, each as soon as its telemetry is there. What fails of one touches no other.
    ///
    /// # Errors
    /// When the ledger fails, or when the time is over before the round is: asked again, it goes on.
    pub(crate) async fn sweep(&self, round: &Round, asked_by: &str, context: &Context) -> Result<Value, Problem> {
        let (now, catalogue) = (self.house.clock.now(), &self.house.catalogue);
        let before = self.house.place(round).await?;
        let order = round.order(before.as_ref());
        let batches = batches(&order, before.as_ref(), &context.request_id, now);
        let mut place = round.place(before.as_ref(), &order);
        let slos = order.iter().flat_map(|name| catalogue.slos_of(name));
        let (states, kept) = tokio::join!(self.states(&order), self.house.kept_days(slos));
        let (mut states, kept) = (states?, kept?);
        let (mut tally, mut looked_at, mut is_taken) = (Tally::default(), 0, true);
        let (left, is_over) = (time_left(context), now + TimeDelta::from_std(time_left(context)).unwrap_or_default());
        let deadline = tokio::time::Instant::now() + left.saturating_sub(RESERVE);
        for batch in &batches {
            place.trying = batch.trying(&context.request_id, is_over);
            let services: Vec<&Service> =
                batch.names().iter().filter_map(|name| catalogue.services.get(name)).collect();
            if let (Batch::LeftOut(name), [service]) = (batch, services.as_slice()) {
                place.pass(&order, name);
                place.left_out.entry(name.clone()).or_insert(now + LEFT_OUT);
                self.house.mark(round, &place).await?;
                looked_at += 1;
                tally.note(self.leave_out(service, &round.environments, asked_by, &mut states).await);
                continue;
            }
            self.house.mark(round, &place).await?;
            let groups: Vec<_> = services
                .iter()
                .map(|service| (*service, catalogue.slos_of(&service.name).map(|slo| (slo, true)).collect()))
                .collect();
            let read = |service: &&Service, found: Vec<Gathered<'_>>| {
                let limits = Limits::of(&catalogue.settings_of(&service.name));
                let mut seen = (Vec::new(), Vec::new());
                for mut gathered in found {
                    gathered.judging.set(&limits);
                    seen.0.push(gathered.fact(&background(gathered.slo, &kept)));
                    seen.1.push(new_days(&gathered, &kept));
                }
                seen
            };
            let seen = self.house.telemetry.sweep(groups, now, deadline, |slo| background(slo, &kept), read);
            // What is written waits for no other service, and what is read goes on meanwhile.
            let mut looked = seen
                .map(|(service, (facts, days))| {
                    let as_it_runs = self.in_each(service, &round.environments, asked_by, now, &facts, &mut states);
                    self.look(service, facts, days, as_it_runs, &kept)
                })
                .buffered(WRITES_AT_ONCE);
            let behind = looked_at + services.len();
            while let Some(looked) = looked.next().await {
                let Some(looked) = looked else { break };
                looked_at += 1;
                place.pass(&order, &looked.service.name);
                if matches!(batch, Batch::Alone(..)) {
                    place.left_out.remove(&looked.service.name);
                }
                tally.note(looked);
                if looked_at % MARK_EVERY == 0 {
                    self.house.mark(round, &place).await?;
                    // People are told before the rest is looked at. What some target does not take now is sent in the
                    // end, and not at every turn.
                    if is_taken {
                        is_taken = matches!(self.house.send().await, Ok(0));
                    }
                }
            }
            drop(looked);
            if looked_at < behind {
                break;
            }
        }
        place.trying = None;
        self.house.mark(round, &place).await?;
        let left = order.len().saturating_sub(looked_at);
        if left == 0 && round.names.len() == catalogue.services.len() {
            tally.retired(self.retire(asked_by).await);
        }
        let unsent = self.house.send().await?;
        let is_whole = left == 0 && order.len() == catalogue.services.len();
        let (at, gate) = (self.house.clock.now(), self.house.gate().as_str());
        metrics::write(&metrics::sweep_line(at, gate, &tally.metrics(left, unsent)));
        // However long it took: each interval of the schedule has one datapoint. An alarm that has all looked at shows nothing
        // of the schedule.
        if is_whole && asked_by == "schedule" {
            let at = round.scheduled_at.unwrap_or(at);
            metrics::write(&metrics::sweep_line(at, gate, &tally.coverage()));
        }
        let summary = json!({ "round": round.key, "saw": tally, "services_left": left, "notices_unsent": unsent });
        tracing::info!(%summary, "swept");
        if left == 0 {
            return Ok(summary);
        }
        let why = if self.house.evaluator.is_wedged() { "rules hung" } else { "the time was over" };
        Err(Problem::unavailable(format!(
            "{why} when {looked_at} services were looked at: the next run goes on with the other {left}"
        )))
    }

    /// What a service is judged by in each environment that it is looked at in, and what is kept of it there.
    fn in_each(
        &self,
        service: &Service,
        environments: &[String],
        asked_by: &str,
        now: Timestamp,
        facts: &[SloFact],
        states: &mut States,
    ) -> Vec<(SloGateFacts, Option<Document<State>>)> {
        let catalogue = &self.house.catalogue;
        let environments = watched(catalogue, service, environments).into_iter();
        let in_one = environments.map(|environment| {
            let slos = catalogue.slos_of(&service.name).zip(facts);
            let about = slos.filter(|(slo, _)| slo.is_about(environment)).map(|(_, fact)| fact.clone());
            let facts = as_it_runs(catalogue, &service.name, environment, asked_by, now, about.collect());
            (facts, states.remove(&(service.name.clone(), environment.to_owned())))
        });
        in_one.collect()
    }

    /// Tells of a service that is not looked at, because that ended the process time and again: nothing is known of it.
    async fn leave_out<'a>(
        &self,
        service: &'a Service,
        environments: &[String],
        asked_by: &str,
        states: &mut States,
    ) -> Looked<'a> {
        const REASON: &str =
            "looking at it ended the process, so it is left out for an hour: look for what takes its memory";
        let now = self.house.clock.now();
        let judging = Judging {
            now,
            max_age_seconds: 0,
            required: true,
            source: "sweep".to_owned(),
            budget_steps_ppm: Vec::new(),
        };
        let unknown = |slo: &Slo| unknown_fact(slo, &judging, EvidenceStatus::Error, REASON);
        let facts: Vec<SloFact> = self.house.catalogue.slos_of(&service.name).map(unknown).collect();
        let mut results = vec![Err(Problem::unavailable(REASON.to_owned()))];
        for (facts, state) in self.in_each(service, environments, asked_by, now, &facts, states) {
            results.push(self.tell(facts, state).await.map(Some));
        }
        Looked { service, facts, results }
    }

    /// Keeps the days of a service's objectives, and tells what changed in each environment. `None` when rules hang so that
    /// nothing can be judged until the process is replaced: the next run looks at it.
    async fn look<'a>(
        &self,
        service: &'a Service,
        facts: Vec<SloFact>,
        days: Vec<Vec<DailyAggregate>>,
        as_it_runs: Vec<(SloGateFacts, Option<Document<State>>)>,
        kept: &KeptDays,
    ) -> Option<Looked<'a>> {
        let mut results = Vec::new();
        let slos = self.house.catalogue.slos_of(&service.name);
        for (slo, days) in slos.zip(days).filter(|(_, days)| !days.is_empty()) {
            results.push(self.keep_days(slo, days, kept, self.house.clock.now()).await.map(|()| None));
        }
        for (facts, state) in as_it_runs {
            if self.house.evaluator.is_wedged() {
                return None;
            }
            results.push(self.tell(facts, state).await.map(Some));
        }
        Some(Looked { service, facts, results })
    }
}
