//! From a decision to what people are told: once for each change of state, recorded before it goes out.

use tollgate_core::{
    decision::DecisionRecord,
    notice::{Level, NoticeConfig, Report, State, step},
    settings::Settings,
};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, LedgerError, Put};

use crate::{House, unavailable};

/// How often a state is written that others write at the same time.
const TRIES: u32 = 4;

/// What came of looking at something.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The most urgent of its subjects, as it was seen.
    pub level: Level,
    /// Was a notice made?
    pub noticed: bool,
    /// How many changes maintenance kept from going out.
    pub suppressed: u64,
}

impl House {
    /// Takes a decision into the state that is kept under a key, and keeps the notice of a change together with it. A state
    /// that cannot be read is as if there was none, and is written anew: what was told may be told once more.
    ///
    /// # Errors
    /// When the decision or the state cannot be kept: then nothing was told, and the next look tells it.
    pub async fn tell(
        &self,
        (states, key): (&Collection, &str),
        record: &DecisionRecord,
        report: &Report,
        config: &NoticeConfig,
        mut known: Option<Document<State>>,
    ) -> Result<Told, Problem> {
        let at = report.evaluated_at;
        let level =
            report.observations.iter().map(|seen| seen.level).max_by_key(|level| level.weight()).unwrap_or(Level::Ok);
        let (mut is_recorded, mut expect) = (false, Expect::same(known.as_ref()));
        for _ in 0..TRIES {
            let step = step(known.as_ref().map(|known| known.value.clone()), report, config);
            let told = Told {
                level,
                noticed: step.notice.is_some(),
                suppressed: u64::try_from(step.suppressed.len()).unwrap_or(u64::MAX),
            };
            if !step.keep {
                return Ok(told);
            }
            if !is_recorded && (told.noticed || told.suppressed > 0) {
                let recorded = self.ledger.record(record, None).await;
                recorded.map_err(|error| unavailable("the decision cannot be recorded", &error))?;
                is_recorded = true;
            }
            let failed = |error| unavailable("the state cannot be kept", &error);
            let put = Put::new(states, key, expect, &step.state);
            let commit = Commit { at, puts: vec![put.map_err(failed)?], notices: step.notice.into_iter().collect() };
            if self.ledger.commit(commit).await.map_err(failed)? == Committed::Stored {
                return Ok(told);
            }
            (known, expect) = match self.ledger.document(states, key).await {
                Err(error @ LedgerError::Unreadable { .. }) => {
                    tracing::error!(%error, key, "what was told before is not known");
                    let version = self.ledger.version(states, key).await.map_err(failed)?;
                    (None, version.map_or(Expect::Absent, Expect::Version))
                }
                known => known
                    .map(|known| {
                        let expect = Expect::same(known.as_ref());
                        (known, expect)
                    })
                    .map_err(failed)?,
            };
        }
        Err(unavailable("the state was written by others", &format_args!("{TRIES} times")))
    }
}

/// How long good news waits, as the thresholds of the group `notice` say.
pub fn notice_config(settings: &Settings) -> NoticeConfig {
    let default = NoticeConfig::default();
    let number = |name: &str| settings.integer("notice", name).and_then(|number| u32::try_from(number).ok());
    NoticeConfig {
        hold_evaluations: number("hold_evaluations").unwrap_or(default.hold_evaluations),
        hold_seconds: number("hold_seconds").unwrap_or(default.hold_seconds),
        cooldown_seconds: number("cooldown_seconds").unwrap_or(default.cooldown_seconds),
    }
}
