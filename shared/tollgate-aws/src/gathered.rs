//! What came for one objective, before it is judged.

use std::borrow::Cow;

use tollgate_core::slo::{Background, Judging, Reported, Slo, SloFact, Snapshot, reported_fact, slo_fact_with};

use crate::{cloudwatch::Fetch, recorded::Recording};

/// What came for one objective, to be judged.
#[derive(Debug, Clone)]
pub struct Gathered<'a> {
    /// The objective.
    pub slo: &'a Slo,
    /// Its series.
    pub snapshot: Cow<'a, Snapshot>,
    /// How they are judged.
    pub judging: Judging,
    requests: u64,
    cost_usd_micros: u64,
    /// Of an SLO of Application Signals.
    report: Option<Reported>,
}

impl<'a> Gathered<'a> {
    pub(crate) fn live(slo: &'a Slo, fetch: Fetch, report: Option<Reported>, judging: Judging) -> Self {
        let Fetch { snapshot, requests, cost_usd_micros } = fetch;
        Self { slo, snapshot: Cow::Owned(snapshot), judging, requests, cost_usd_micros, report }
    }

    pub(crate) fn recorded(slo: &'a Slo, recording: &'a Recording, judging: Judging) -> Self {
        Self {
            slo,
            snapshot: Cow::Borrowed(&recording.snapshot),
            judging,
            requests: 0,
            cost_usd_micros: 0,
            report: None,
        }
    }

    /// What is known of the objective, with the cost of what was asked for it.
    pub fn fact(&self, background: &Background) -> SloFact {
        let mut fact = match &self.report {
            Some(report) => reported_fact(self.slo, report, &self.judging),
            None => slo_fact_with(self.slo, &self.snapshot, &self.judging, background),
        };
        fact.evidence.api_requests += self.requests;
        fact.evidence.api_cost_usd_micros += self.cost_usd_micros;
        fact
    }
}
