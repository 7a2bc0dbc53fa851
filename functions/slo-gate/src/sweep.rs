//! Services looked at as they run, group after group, until the time is over.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use lambda_runtime::Context;
use serde::Serialize;
use serde_json::{Value, json};
use tollgate_core::{
    Timestamp,
    catalogue::Service,
    change::Purpose,
    facts::{Rollout, SloGateFacts},
    slo::{Slo, SloFact},
};
use tollgate_lambda::{metrics, problem::Problem};

use crate::{SloGate, round::Round, tell::Told};

/// Services whose telemetry is fetched together: 4 ratios each make about as many metrics as one call may ask for.
const GROUP: usize = 60;
/// A group's telemetry is given up after this long.
const GATHER_LIMIT: Duration = Duration::from_secs(20);
/// Time that is kept for answering.
const RESERVE: Duration = Duration::from_secs(2);
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
    /// Looks at the services of a round.
    ///
    /// # Errors
    /// When the ledger fails, or when the time is over before the round is: asked again, it goes on.
    pub(crate) async fn sweep(&self, round: &Round, asked_by: &str, context: &Context) -> Result<Value, Problem> {
        let place = self.place(round).await?;
        let order = round.order(place.as_ref());
        let (mut tally, mut slowest, mut looked_at) = (Tally::default(), Duration::ZERO, 0);
        for group in order.chunks(GROUP) {
            let left = time_left(context);
            if left < slowest + RESERVE {
                break;
            }
            let started = Instant::now();
            self.look(group, round, asked_by, left.saturating_sub(RESERVE).min(GATHER_LIMIT), &mut tally).await;
            let place = group.last().and_then(|after| round.place(place.as_ref(), &order, after));
            if let Some(place) = place {
                self.mark(round, &place).await?;
            }
            looked_at += group.len();
            slowest = slowest.max(started.elapsed());
        }
        let unsent = self.send().await?;
        let left = order.len().saturating_sub(looked_at);
        metrics::write(&metrics::sweep_line(
            self.house.clock.now(),
            self.house.gate().as_str(),
            &tally.metrics(left, unsent),
        ));
        let summary = json!({ "round": round.key, "saw": tally, "services_left": left, "notices_unsent": unsent });
        tracing::info!(%summary, "swept");
        if left == 0 {
            return Ok(summary);
        }
        Err(Problem::unavailable(format!(
            "the time was over when {looked_at} services were looked at: the next run goes on with the other {left}"
        )))
    }

    /// Looks at some services. What fails of one touches no other.
    async fn look(&self, group: &[String], round: &Round, asked_by: &str, limit: Duration, tally: &mut Tally) {
        let now = self.house.clock.now();
        let catalogue = &self.house.catalogue;
        let services: Vec<&Service> = group.iter().filter_map(|name| catalogue.services.get(name)).collect();
        let slos: Vec<(&Slo, bool)> =
            services.iter().flat_map(|service| catalogue.slos_of(&service.name)).map(|slo| (slo, true)).collect();
        let max_age_seconds = self.max_age_seconds(&catalogue.settings.resolve("", None));
        let deadline = tokio::time::Instant::now() + limit;
        let facts = self.house.telemetry.gather(&slos, now, deadline, max_age_seconds).await;
        let mut facts = facts.into_iter();
        let mut states = self.states(group).await;
        for service in services {
            let own: Vec<SloFact> = facts.by_ref().take(catalogue.slos_of(&service.name).count()).collect();
            tally.charge(&own);
            for environment in watched(service, &round.environments) {
                let facts = self.as_it_runs(service, environment, asked_by, now, own.clone());
                let told = match &mut states {
                    Ok(states) => {
                        self.tell(facts, states.remove(&(service.name.clone(), environment.to_owned()))).await
                    }
                    Err(problem) => Err(problem.clone()),
                };
                tally.note(&service.name, told);
            }
        }
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
            Err(problem) => {
                tracing::error!(service, problem = problem.detail, "the service could not be looked at");
                self.failed += 1;
                if self.failures.len() < NAMED {
                    self.failures.push(format!("{service}: {}", problem.detail));
                }
            }
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
