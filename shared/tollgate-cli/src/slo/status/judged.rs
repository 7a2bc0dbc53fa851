//! Objectives judged as a sweep judges them: by the pack's rules over the same facts, so that what is shown here is what
//! the gates answer and people are notified of.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::{
    Timestamp,
    catalogue::Catalogue,
    facts::{RecordedFacts, SloGateFacts},
    finding::Finding,
    fold::{self, Judgement},
    notice::{Level, Report, counting, has_enough_events, is_failure},
    running::{as_it_runs, watched},
    slo::{Slo, SloFact},
};
use tollgate_policy::Evaluator;

use super::row::{Relation, Row};

/// Who asks, in the facts.
const ASKED_BY: &str = "status";

/// An objective as it was measured.
pub(super) struct Measured<'a> {
    pub(super) slo: &'a Slo,
    pub(super) relation: Relation,
    /// The service whose gate judges it.
    pub(super) service: &'a str,
    pub(super) fact: SloFact,
    pub(super) trend: Vec<Option<u64>>,
}

/// What the rules say of one objective, in all environments that a sweep looks at.
struct Verdict {
    level: Level,
    findings: Vec<Finding>,
}

/// Judges objectives, those of each service together, as it runs.
///
/// # Errors
/// When facts cannot be written down.
pub(super) fn judged<'a>(
    catalogue: &Catalogue,
    evaluator: &Evaluator,
    measured: Vec<Measured<'a>>,
    now: Timestamp,
) -> anyhow::Result<Vec<Row>> {
    let services: BTreeSet<&str> = measured.iter().map(|measured| measured.service).collect();
    let mut verdicts: BTreeMap<(&str, String), Verdict> = BTreeMap::new();
    for name in services {
        let Some(service) = catalogue.services.get(name) else { continue };
        let of_service = || measured.iter().filter(|measured| measured.service == name);
        for environment in watched(catalogue, service, &[]) {
            let about = of_service().filter(|measured| measured.slo.is_about(environment));
            let slos = about.map(|measured| measured.fact.clone()).collect();
            let facts = as_it_runs(catalogue, name, environment, ASKED_BY, now, slos);
            for (id, verdict) in judge(evaluator, &facts)? {
                match verdicts.entry((name, id)) {
                    std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(verdict)),
                    std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().add(verdict),
                }
            }
        }
    }
    let row = |measured: Measured<'a>| {
        let key = (measured.service, measured.fact.evidence.id.clone());
        let settings = catalogue.settings_of(measured.service);
        let enough = has_enough_events(&measured.fact, &settings);
        // What no sweep looks at is not known to be good.
        let unseen = Verdict { level: Level::Unknown, findings: Vec::new() };
        let Verdict { level, findings } = verdicts.remove(&key).unwrap_or(unseen);
        Row::new(measured, level, findings, enough)
    };
    Ok(measured.into_iter().map(row).collect())
}

/// How each objective of a service stands, by its evidence.
fn judge(evaluator: &Evaluator, facts: &SloGateFacts) -> anyhow::Result<Vec<(String, Verdict)>> {
    let recorded = RecordedFacts::of(facts.clone().into())?;
    let evaluation = evaluator.evaluate_json(recorded.value().gate(), recorded.json());
    let judgement =
        Judgement { decision_id: String::new(), facts_digest: recorded.digest(), evaluation, warnings: Vec::new() };
    let decision = fold::decide(&facts.frame(), judgement);
    let report = Report::of_slos(facts, &decision);
    let of = |id: &str| {
        let is_about = |finding: &&Finding| finding.evidence.iter().any(|cited| cited == id) || is_failure(finding);
        counting(&decision).filter(is_about).cloned().collect()
    };
    let is_of_slo = |subject: &str| facts.slos.iter().any(|slo| slo.evidence.id == subject);
    let observed = report.observations.iter().filter(|observation| is_of_slo(&observation.subject));
    let verdict = |subject: &str, level| (subject.to_owned(), Verdict { level, findings: of(subject) });
    Ok(observed.map(|observation| verdict(&observation.subject, observation.level)).collect())
}

impl Verdict {
    /// The same objective in another environment: the worse counts.
    fn add(&mut self, other: Self) {
        let rank = |level: Level| (level.weight(), level != Level::Unknown);
        if rank(other.level) > rank(self.level) {
            self.level = other.level;
        }
        let is_new = |finding: &Finding| self.findings.iter().all(|known| known.message != finding.message);
        let new: Vec<Finding> = other.findings.into_iter().filter(is_new).collect();
        self.findings.extend(new);
    }
}
