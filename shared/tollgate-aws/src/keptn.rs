//! Keptn gates: one value of each SLI, as the source computes it over the time that is evaluated.

use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    keptn::{KeptnFact, KeptnGate, KeptnPast, KeptnSlis, keptn_result},
};

use crate::Telemetry;

impl Telemetry {
    /// What is known of a gate, of which `past` are the earlier results, newest first. Whatever goes wrong is in the
    /// fact: it never makes a gate pass.
    pub async fn keptn(
        &self,
        gate: &KeptnGate,
        slis: &KeptnSlis,
        past: &[KeptnPast],
        now: Timestamp,
        deadline: Instant,
    ) -> KeptnFact {
        let sampling = self.sample(&slis.metrics(gate), slis.tier(now), deadline).await;
        let source = sampling.source.clone();
        let values = match &sampling.sampled {
            Some(sampled) => slis.values(gate, sampled, source),
            None => slis.no_values(gate, source, "the recording has none of the gate's metrics"),
        };
        let mut fact = keptn_result(gate, &values, past);
        sampling.charge(&mut fact.evidence);
        fact
    }
}
