//! Services looked at as they run, group after group, until the time is over.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use futures_util::StreamExt as _;
use lambda_runtime::Context;
use serde::Serialize;
use serde_json::{Value, json};
use tollgate_aws::Gathered;
use tollgate_core::{
    Timestamp,
    catalogue::Service,
    change::Purpose,
    facts::{Rollout, SloGateFacts},
    slo::SloFact,
};
use tollgate_lambda::{metrics, problem::Problem};

use crate::{
    SloGate,
    days::{background, new_days},
    round::Round,
    tell::Told,
};

/// How often it is noted how far a round came, in services: a process that is killed looks at no more than these again.
const MARK_EVERY: usize = 100;
/// Time that is kept for what was read last, for sending and answering.
const RESERVE: Duration = Duration::from_secs(5);
/// Under the local emulator, which names a deadline in 1970.
const NO_DEADLINE: Duration = Duration::from_secs(300);
/// The environment that is watched where a schedule names none: this one, or the first of the service.
const WATCHED: &str = "production";
/// Services that failed are named in the answer, at most so many.
const NAMED: usize = 20;

/// What was seen.
#[derive(Debug, Default, Serialize)]
struct Tally {
    /// Services that were looked at.
    services: u64,
    /// Of them, by the most urgent of their subjects.
    levels: BTreeMap<&'static str, u64>,
    /// Those that could not be judged or whose state could not be kept.
    failed: u64,
    /// The first of them, with the reason.
    failures: Vec<String>,
    /// Notices that were made.
    notices: u64,
    /// Changes that maintenance kept from going out.
    suppressed: u64,
    /// Requests to CloudWatch, and their price.
    requests: u64,
    usd_micros: u64,
}

/// How much time the invocation has left.
pub(crate) fn time_left(context: &Context) -> Duration {
    context.deadline().duration_since(SystemTime::now()).unwrap_or(NO_DEADLINE)
}

impl SloGate {
    /// Looks at the services of a round, each as soon as its telemetry is there. What fails of one touches no other.
    ///
    /// # Errors
    /// When the ledger fails, or when the time is over before the round is: asked again, it goes on.
    pub(crate) async fn sweep(&self, round: &Round, asked_by: &str, context: &Context) -> Result<Value, Problem> {
        let (now, catalogue) = (self.house.clock.now(), &self.house.catalogue);
        let place = self.place(round).await?;
        let order = round.order(place.as_ref());
        let services: Vec<&Service> = order.iter().filter_map(|name| catalogue.services.get(name)).collect();
        let slos = services.iter().flat_map(|service| catalogue.slos_of(&service.name));
        let (states, kept) = tokio::join!(self.states(&order), self.kept_days(slos));
        let (mut states, kept) = (states?, kept?);
        let (mut tally, mut looked_at) = (Tally::default(), 0);
        let groups: Vec<_> = services
            .iter()
            .map(|service| (*service, catalogue.slos_of(&service.name).map(|slo| (slo, true)).collect()))
            .collect();
        let deadline = tokio::time::Instant::now() + time_left(context).saturating_sub(RESERVE);
        let read = |service: &&Service, found: Vec<Gathered<'_>>| {
            let max_age_seconds = self.max_age_seconds(&self.settings(&service.name));
            let mut seen = (Vec::new(), Vec::new());
            for mut gathered in found {
                gathered.judging.max_age_seconds = max_age_seconds;
                seen.0.push(gathered.fact(&background(gathered.slo, &kept)));
                seen.1.extend(new_days(&gathered, &kept));
            }
            seen
        };
        let mut seen = self.house.telemetry.sweep(groups, now, deadline, 0, read);
        while let Some((service, (facts, days))) = seen.next().await {
            tally.charge(&facts);
            for (id, days) in days {
                let own = catalogue.slos_of(&service.name).find(|slo| slo.evidence_id() == id);
                if let Some(slo) = own {
                    let kept = self.keep_days(slo, days, &kept, now).await;
                    kept.unwrap_or_else(|problem| tally.fail(&id, &problem));
                }
            }
            for environment in watched(service, &round.environments) {
                let facts = self.as_it_runs(service, environment, asked_by, now, facts.clone());
                let state = states.remove(&(service.name.clone(), environment.to_owned()));
                tally.note(&service.name, self.tell(facts, state).await);
            }
            looked_at += 1;
            if looked_at % MARK_EVERY == 0 {
                if let Some(place) = round.place(place.as_ref(), &order, &service.name) {
                    self.mark(round, &place).await?;
                }
            }
        }
        drop(seen);
        if let Some(place) =
            order.get(looked_at.wrapping_sub(1)).and_then(|last| round.place(place.as_ref(), &order, last))
        {
            self.mark(round, &place).await?;
        }
        let unsent = self.send().await?;
        let left = order.len().saturating_sub(looked_at);
        let (at, gate) = (self.house.clock.now(), self.house.gate().as_str());
        metrics::write(&metrics::sweep_line(at, gate, &tally.metrics(left, unsent)));
        let summary = json!({ "round": round.key, "saw": tally, "services_left": left, "notices_unsent": unsent });
        tracing::info!(%summary, "swept");
        if left == 0 {
            return Ok(summary);
        }
        Err(Problem::unavailable(format!(
            "the time was over when {looked_at} services were looked at: the next run goes on with the other {left}"
        )))
    }

    /// The question that nobody asks: may anything risky be rolled out, as the service runs? What it depends on is looked
    /// at for itself.
    fn as_it_runs(
        &self,
        service: &Service,
        environment: &str,
        asked_by: &str,
        now: Timestamp,
        slos: Vec<SloFact>,
    ) -> SloGateFacts {
        let rollout = Rollout {
            service: service.name.clone(),
            environment: environment.to_owned(),
            purpose: Purpose::Feature,
            risky: Some(true),
            author: None,
            commit: None,
            approvals: Vec::new(),
            canary: None,
        };
        self.facts(&rollout, asked_by, now, slos, Vec::new())
    }
}

/// The environments in which a service is looked at.
fn watched<'a>(service: &'a Service, named: &'a [String]) -> Vec<&'a str> {
    let runs_in = |name: &str| service.environments.iter().any(|environment| environment == name);
    if named.is_empty() {
        let first = service.environments.first().map_or(WATCHED, String::as_str);
        return vec![if runs_in(WATCHED) { WATCHED } else { first }];
    }
    named.iter().map(String::as_str).filter(|name| runs_in(name)).collect()
}

impl Tally {
    fn charge(&mut self, facts: &[SloFact]) {
        for evidence in facts.iter().map(|fact| &fact.evidence) {
            self.requests += evidence.api_requests;
            self.usd_micros += evidence.api_cost_usd_micros;
        }
    }

    fn note(&mut self, service: &str, told: Result<Told, Problem>) {
        self.services += 1;
        match told {
            Ok(told) => {
                *self.levels.entry(told.level.as_str()).or_default() += 1;
                self.notices += u64::from(told.noticed);
                self.suppressed += told.suppressed;
            }
            Err(problem) => self.fail(service, &problem),
        }
    }

    fn fail(&mut self, what: &str, problem: &Problem) {
        tracing::error!(what, problem = problem.detail, "it could not be looked at");
        self.failed += 1;
        if self.failures.len() < NAMED {
            self.failures.push(format!("{what}: {}", problem.detail));
        }
    }

    fn metrics(&self, left: usize, unsent: usize) -> [(&'static str, u64); 6] {
        let count = |count| u64::try_from(count).unwrap_or(u64::MAX);
        [
            ("SweptServices", self.services),
            ("SweepFailures", self.failed),
            ("SweepServicesLeft", count(left)),
            ("Notices", self.notices),
            ("NoticesUnsent", count(unsent)),
            ("AwsRequests", self.requests),
        ]
    }
}
