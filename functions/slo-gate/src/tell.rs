//! From facts to what people are told: once for each change of state, recorded before it goes out.

use std::collections::BTreeMap;

use tollgate_core::{
    facts::SloGateFacts,
    notice::{Report, State},
};
use tollgate_gate::{Told, notice_config, unavailable};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Document};
use ulid::Ulid;

use crate::SloGate;

/// Services whose states are read at once.
const READ_AT_ONCE: usize = 200;
/// What is kept of services, by service and environment.
pub(crate) type States = BTreeMap<(String, String), Document<State>>;

impl SloGate {
    /// What is kept of some services, which are in order.
    pub(crate) async fn states(&self, services: &[String]) -> Result<States, Problem> {
        let mut states = States::new();
        for services in services.chunks(READ_AT_ONCE) {
            let (Some(first), Some(last)) = (services.iter().min(), services.iter().max()) else { continue };
            // Names have no control characters, so every environment of the last lies before this.
            let documents = self.house.ledger.documents(&collection(), &key(first, ""), &key(last, "\u{7f}")).await;
            let documents = documents.map_err(|error| unavailable("the services' states cannot be read", &error))?;
            states.extend(documents.into_iter().filter_map(|document: Document<State>| {
                let (service, environment) = document.key.split_once('\u{1f}')?;
                Some(((service.to_owned(), environment.to_owned()), document))
            }));
        }
        Ok(states)
    }

    /// Judges a service as it runs, and keeps its state and the notice of a change together.
    ///
    /// # Errors
    /// When the decision or the state cannot be kept: then nothing was told, and the next look tells it.
    pub(crate) async fn tell(&self, facts: SloGateFacts, known: Option<Document<State>>) -> Result<Told, Problem> {
        let key = key(&facts.rollout.service, &facts.rollout.environment);
        let config = notice_config(&facts.settings);
        let record = self.house.judge(facts.clone().into(), Ulid::generate().to_string(), Vec::new())?;
        let report = Report::of_slos(&facts, &record.decision);
        self.house.tell((&collection(), &key), &record, &report, &config, known).await
    }
}

pub(crate) fn collection() -> Collection {
    Collection::of(&["state", "slo"])
}

/// The key of what is kept of a service in an environment. Names have no control characters.
pub(crate) fn key(service: &str, environment: &str) -> String {
    format!("{service}\u{1f}{environment}")
}
