//! Earlier results of Keptn gates, which relative criteria compare with.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    decision::Verdict,
    facts::{Rollout, SloGateFacts},
    keptn::{KeptnFact, KeptnPast},
};
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, LedgerError, Put};

use crate::{SloGate, tell::key};

/// Results that are kept of a service in an environment.
const KEPT: usize = 100;
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
    pub(crate) async fn keptn(&self, rollout: &Rollout, now: Timestamp, deadline: Instant) -> Option<KeptnFact> {
        let catalogue = &self.house.catalogue;
        let Rollout { service, environment, commit, .. } = rollout;
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
        // A rollout is never held against itself.
        let others = past.into_iter().filter(|entry| entry.commit != *commit);
        let past: Vec<KeptnPast> = others.map(|entry| entry.past).collect();
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
        // Without a commit it cannot be told from other rollouts.
        let Some((fact, commit)) = facts.keptn.as_ref().zip(facts.rollout.commit.clone()) else { return Ok(()) };
        let (service, environment) = (&facts.rollout.service, &facts.rollout.environment);
        let past = fact.past(verdict == Verdict::Allow);
        let entry = Entry { decision_id: decision_id.to_owned(), past, commit: Some(commit) };
        for _ in 0..TRIES {
            let known = self.past(service, environment).await?;
            let mut past = known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            past.retain(|kept| kept.commit != entry.commit);
            past.insert(0, entry.clone());
            past.truncate(KEPT);
            let put = loop {
                let put = Put::new(&collection(), &key(service, environment), Expect::same(known.as_ref()), &past);
                match put {
                    // Many indicators leave room for fewer results.
                    Err(LedgerError::TooLarge { .. }) if past.len() > 1 => past.truncate(past.len() / 2),
                    put => break put?,
                }
            };
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
