//! What a sweep saw, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_core::{catalogue::Service, slo::SloFact};
use tollgate_gate::Told;
use tollgate_lambda::problem::Problem;

/// What failed is named, at most so often.
const NAMED: usize = 20;

/// What came of looking at a service: for each write of it, what was told.
pub(crate) struct Looked<'a> {
    pub(crate) service: &'a Service,
    pub(crate) facts: Vec<SloFact>,
    pub(crate) results: Vec<Result<Option<Told>, Problem>>,
}

/// What was seen.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    /// Services that were looked at.
    services: u64,
    /// Those with an objective whose evidence is good.
    reporting: u64,
    /// How all stand, by the most urgent of their subjects.
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

impl Tally {
    pub(crate) fn note(&mut self, looked: Looked<'_>) {
        let Looked { service, facts, results } = looked;
        self.services += 1;
        self.reporting += u64::from(facts.iter().any(|fact| fact.evidence.is_ok()));
        for evidence in facts.iter().map(|fact| &fact.evidence) {
            self.requests += evidence.api_requests;
            self.usd_micros += evidence.api_cost_usd_micros;
        }
        for result in results {
            match result {
                Ok(None) => {}
                Ok(Some(told)) => {
                    *self.levels.entry(told.level.as_str()).or_default() += 1;
                    self.notices += u64::from(told.noticed);
                    self.suppressed += told.suppressed;
                }
                Err(problem) => self.fail(&service.name, &problem),
            }
        }
    }

    /// Former services whose states came to an end.
    pub(crate) fn retired(&mut self, ended: Result<u64, Problem>) {
        match ended {
            Ok(ended) => self.notices += ended,
            Err(problem) => self.fail("former services", &problem),
        }
    }

    fn fail(&mut self, what: &str, problem: &Problem) {
        tracing::error!(what, problem = problem.detail, "it could not be looked at");
        self.failed += 1;
        if self.failures.len() < NAMED {
            self.failures.push(format!("{what}: {}", problem.detail));
        }
    }

    /// How many services there are, and how many of them report: to be told of whole rounds only.
    pub(crate) fn coverage(&self) -> [(&'static str, u64); 2] {
        [("KnownServices", self.services), ("ReportingServices", self.reporting)]
    }

    /// As metrics.
    pub(crate) fn metrics(&self, left: usize, unsent: usize) -> [(&'static str, u64); 6] {
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
