//! Services that are looked at no longer: what people were told of them is brought to an end, once.

use tollgate_core::{
    notice::{Report, State, retired},
    running::{as_it_runs, watched},
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Commit, Committed, Document, Expect, Put};
use ulid::Ulid;

use crate::{
    SloGate,
    tell::{collection, key},
};

/// Services of the catalogue between which states are read at once.
const READ_AT_ONCE: usize = 200;
/// No name has control characters, and none begins behind this.
const BEFORE_ALL: &str = "\u{1}";
const BEHIND_ALL: &str = "\u{10ffff}";

impl SloGate {
    /// Ends the states of services, and of their environments, that the catalogue does not have any more. Gives how many.
    ///
    /// # Errors
    /// When the ledger fails: the next sweep ends what is left.
    pub(crate) async fn retire(&self, asked_by: &str) -> Result<u64, Problem> {
        let failed = |error| unavailable("the states of former services cannot be read", &error);
        let names: Vec<&String> = self.house.catalogue.services.keys().collect();
        let mut bounds: Vec<String> =
            names.chunks(READ_AT_ONCE).filter_map(|some| some.last()).map(|last| key(last, "")).collect();
        bounds.push(BEHIND_ALL.to_owned());
        let (mut first, mut ended) = (BEFORE_ALL.to_owned(), 0);
        for last in bounds {
            let states: Vec<Document<State>> =
                self.house.ledger.documents(&collection(), &first, &last).await.map_err(failed)?;
            for state in states {
                ended += u64::from(self.end(state, asked_by).await?);
            }
            first = last;
        }
        Ok(ended)
    }

    /// Ends a state that nobody adds to any more, and tells it.
    async fn end(&self, known: Document<State>, asked_by: &str) -> Result<bool, Problem> {
        let Some((service, environment)) = known.key.split_once('\u{1f}') else { return Ok(false) };
        if self.is_watched(service, environment) {
            return Ok(false);
        }
        let at = self.house.clock.now();
        let facts = as_it_runs(&self.house.catalogue, service, environment, asked_by, at, Vec::new());
        let record = self.house.judge(facts.clone().into(), Ulid::generate().to_string(), Vec::new())?;
        let report = Report::of_slos(&facts, &record.decision);
        let Some(step) = retired(known.value.clone(), &report) else { return Ok(false) };
        let failed = |error| unavailable("the state of a former service cannot be ended", &error);
        self.house.ledger.record(&record, None).await.map_err(failed)?;
        let put = Put::new(&collection(), &known.key, Expect::same(Some(&known)), &step.state).map_err(failed)?;
        let commit = Commit { at, puts: vec![put], notices: step.notice.into_iter().collect() };
        // Whoever was faster has ended it, or looked at it again.
        Ok(self.house.ledger.commit(commit).await.map_err(failed)? == Committed::Stored)
    }

    /// Does any sweep look at the service in this environment? At least where an objective is about it.
    fn is_watched(&self, service: &str, environment: &str) -> bool {
        let catalogue = &self.house.catalogue;
        catalogue.services.get(service).is_some_and(|known| {
            let is_about = || catalogue.slos_of(service).any(|slo| slo.is_about(environment));
            let runs_there = known.environments.iter().any(|name| name == environment);
            watched(catalogue, known, &[]).contains(&environment) || runs_there && is_about()
        })
    }
}
