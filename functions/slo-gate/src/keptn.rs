//! Earlier results of Keptn gates, which relative criteria compare with.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    decision::Verdict,
    facts::SloGateFacts,
    keptn::{KeptnFact, KeptnPast},
};
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, LedgerError, Put};

use crate::SloGate;

/// Results that are kept of a service in an environment.
const KEPT: usize = 200;
/// How often they are written when others write at the same time.
const TRIES: u32 = 4;

/// A result that is kept, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    decision_id: String,
    commit: Option<String>,
    past: KeptnPast,
}

impl SloGate {
    /// What is known of the service's imported gate; none when it has none. Results that cannot be read are as if there
    /// were none: what is compared with them is then inconclusive.
    pub(crate) async fn keptn(
        &self,
        service: &str,
        environment: &str,
        now: Timestamp,
        deadline: Instant,
    ) -> Option<KeptnFact> {
        let catalogue = &self.house.catalogue;
        let (gate, slis) = catalogue.keptn.get(service).zip(catalogue.keptn_slis.get(service))?;
        let read = tokio::time::timeout_at(deadline, self.past(service, environment)).await;
        let past = match read {
            Ok(Ok(past)) => past.map(|past| past.value).unwrap_or_default(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "earlier results of the Keptn gate could not be read");
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        let past: Vec<KeptnPast> = past.into_iter().map(|entry| entry.past).collect();
        Some(self.house.telemetry.keptn(gate, slis, &past, now, deadline).await)
    }

    /// Keeps a result, for later ones to compare with. Asked again about the same commit, the newer result stands.
    ///
    /// # Errors
    /// When the ledger fails.
    pub(crate) async fn remember(
        &self,
        facts: &SloGateFacts,
        decision_id: &str,
        verdict: Verdict,
    ) -> Result<(), LedgerError> {
        let Some(fact) = &facts.keptn else { return Ok(()) };
        let (service, environment) = (&facts.rollout.service, &facts.rollout.environment);
        let commit = facts.rollout.commit.clone();
        let entry = Entry { decision_id: decision_id.to_owned(), past: fact.past(verdict == Verdict::Allow), commit };
        for _ in 0..TRIES {
            let known = self.past(service, environment).await?;
            let mut past = known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            let is_same = |kept: &Entry| {
                kept.decision_id == entry.decision_id || (kept.commit.is_some() && kept.commit == entry.commit)
            };
            if past.first().is_some_and(is_same) {
                past.remove(0);
            }
            past.insert(0, entry.clone());
            past.truncate(KEPT);
            let put = Put::new(&collection(), &key(service, environment), Expect::same(known.as_ref()), &past)?;
            let commit = Commit { at: facts.evaluated_at, puts: vec![put], notices: Vec::new() };
            if self.house.ledger.commit(commit).await? == Committed::Stored {
                return Ok(());
            }
        }
        tracing::warn!(decision_id, "others kept results of the Keptn gate at the same time: this one is not kept");
        Ok(())
    }

    async fn past(&self, service: &str, environment: &str) -> Result<Option<Document<Vec<Entry>>>, LedgerError> {
        self.house.ledger.document(&collection(), &key(service, environment)).await
    }
}

fn collection() -> Collection {
    Collection::of(&["keptn"])
}

fn key(service: &str, environment: &str) -> String {
    format!("{service}\u{1f}{environment}")
}
