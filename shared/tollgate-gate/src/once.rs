//! Work that a schedule or an event asks for, done once however often it is delivered.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use serde_json::{Value, json};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Begun, Commit, Committed, Put, Turn, Work};

use crate::{House, unavailable};

/// How long it is remembered that something was done: longer than AWS delivers again.
const REMEMBER_SECONDS: u32 = 2 * 86_400;
/// Under the local emulator, which names a deadline in 1970.
const NO_DEADLINE: Duration = Duration::from_secs(300);

/// How much time the invocation has left.
pub fn time_left(context: &Context) -> Duration {
    context.deadline().duration_since(SystemTime::now()).unwrap_or(NO_DEADLINE)
}

/// For how long work of this invocation is nobody else's, in seconds.
pub fn lease_seconds(context: &Context) -> u32 {
    u32::try_from(time_left(context).as_secs()).unwrap_or(u32::MAX).clamp(1, 900)
}

impl House {
    /// The right to do it, or what to answer when it is done.
    ///
    /// # Errors
    /// When another is at it: should that one fail, this delivery is what brings it back. And when the ledger fails.
    pub async fn begin(&self, key: &str, context: &Context) -> Result<Result<Turn, Value>, Problem> {
        let work = Work {
            key: key.to_owned(),
            // Lambda asks again under the same id when an attempt has failed.
            by: context.request_id.clone(),
            now: self.clock.now(),
            lease_seconds: lease_seconds(context),
            remember_seconds: REMEMBER_SECONDS,
        };
        let begun = self.ledger.begin(&work).await;
        Ok(match begun.map_err(|error| unavailable("the work cannot be begun", &error))? {
            Begun::Yours(turn) => Ok(turn),
            Begun::InProgress { since } => {
                return Err(Problem::unavailable(format!("another delivery of the same has been at it since {since}")));
            }
            Begun::Done { at } => Err(json!({ "done_at": at })),
        })
    }

    /// Notes that it is done, together with what else is to be written.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn finish(&self, turn: &Turn, mut puts: Vec<Put>) -> Result<(), Problem> {
        let at = self.clock.now();
        let failed = |error| unavailable("what was done cannot be noted", &error);
        puts.push(turn.done(at).map_err(failed)?);
        match self.ledger.commit(Commit { at, puts, notices: Vec::new() }).await.map_err(failed)? {
            Committed::Stored => {}
            Committed::Conflict => tracing::info!("another delivery of the same was faster"),
        }
        Ok(())
    }
}
