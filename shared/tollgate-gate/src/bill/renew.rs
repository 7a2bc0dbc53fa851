//! Fetching the bill: at most as often as it changes, once for all who want it, and never for more than the ceilings allow.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::time::Instant;
use tollgate_aws::billing::{Billing, BillingSource, Plan, Snapshot, Wanted, count_requests};
use tollgate_core::Timestamp;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Committed, Document, document::MAX_DOCUMENT_BYTES};

use super::{
    Statement,
    kept::{self, Account, Current, Renewing},
};
use crate::{House, unavailable};
use limits::Limits;

mod limits;

/// How often it is tried to write what others write at the same time.
const TRIES: u32 = 8;
/// Pages of an answer, as they are put aside for it: what is paid beyond that is counted when it is known.
const PAGES: u64 = 2;

/// Who wants a newer bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// A schedule: wants one for each span of `billing.refresh_seconds`.
    Schedule,
    /// An alert: wants one as new as `billing.least_age_seconds` allows.
    WakeUp,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The bill, as it is known now.
    pub statement: Statement,
    /// What was done, for people: `fetched`, or why not.
    pub outcome: String,
    /// Did the ledger fail, so that it has to be tried again?
    pub is_failed: bool,
    /// Requests to AWS.
    pub requests: u64,
    /// Those of them that are paid for.
    pub paid_requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub price_usd_micros: u64,
}

/// Whether it is ours to fetch, and what may be paid.
enum Begun {
    Ours {
        renewing: Renewing,
        current: Option<Current>,
        allowed: u64,
    },
    /// Why not.
    No(String),
    /// Another has been at it since then.
    UnderWay(Timestamp),
}

/// Who asks, for how long nobody else does, and what it may take.
struct Asked<'a> {
    by: &'a str,
    lease: Duration,
    /// Questions, if each answer had one page.
    questions: u64,
    /// The most that one run pays for.
    ceiling: u64,
}

impl House {
    /// Has the bill fetched, where that is due and allowed, and gives it as it is known then. What does not come leaves what
    /// was there, also when the ledger fails. `by` names who asks, the same when they are asked again.
    ///
    /// # Errors
    /// When another run is fetching the first bill, so that nothing can be said before it is there.
    pub async fn renew_bill(
        &self,
        renewal: Renewal,
        by: &str,
        lease: Duration,
        deadline: Instant,
    ) -> Result<Renewed, Problem> {
        let done = |statement: Statement, outcome: String| Renewed {
            requests: statement.requests,
            statement,
            outcome,
            is_failed: false,
            paid_requests: 0,
            price_usd_micros: 0,
        };
        if *self.bill.source() != BillingSource::Aws {
            let outcome = format!("not fetched: the bill is `{}`", self.bill.source());
            return Ok(done(self.bill.read(&self.ledger).await, outcome));
        }
        let settings = self.catalogue.settings.resolve("", None);
        let (now, limits, wanted) = (self.clock.now(), Limits::of(&settings), Wanted::of(&settings));
        let plan = |wanted: &Wanted| Plan::of(&self.catalogue.budgets, wanted, now);
        let questions = u64::try_from(plan(&wanted).questions()).unwrap_or(u64::MAX);
        let asked = Asked { by, lease, questions, ceiling: wanted.paid_requests_at_most };
        let failed = |statement: Statement, problem: Problem| {
            tracing::error!(problem = problem.detail, "the bill");
            Renewed { is_failed: true, ..done(statement, problem.detail) }
        };
        let (renewing, current, allowed) = match self.take_renewal(renewal, &asked, &limits).await {
            Ok(Begun::Ours { renewing, current, allowed }) => (renewing, current, allowed),
            Ok(Begun::No(reason)) => return Ok(done(self.bill.read(&self.ledger).await, reason)),
            Ok(Begun::UnderWay(since)) => {
                let statement = self.bill.read(&self.ledger).await;
                let reason = format!("not fetched: another run has been fetching it since {since}");
                return if statement.snapshot().is_ok() {
                    Ok(done(statement, reason))
                } else {
                    Err(Problem::unavailable(reason))
                };
            }
            Err(problem) => return Ok(failed(self.bill.read(&self.ledger).await, problem)),
        };
        let plan = plan(&Wanted { paid_requests_at_most: allowed, ..wanted });
        let previous = self.bill.named(&self.ledger, current.as_ref()).await.ok();
        self.bill.release();
        let mut fetched = Billing::new(&self.sdk).fetch(&plan, previous.as_deref(), now, deadline).await;
        if fetched.requests > 0 {
            let sources = (&self.telemetry, &self.catalogue);
            count_requests(&mut fetched, sources, previous.as_deref(), now, deadline).await;
        }
        drop(previous);
        let Snapshot { requests, paid_requests, price_usd_micros, .. } = fetched;
        let settled = self.settle_renewal(&renewing, Arc::new(fetched)).await;
        let statement = self.bill.read(&self.ledger).await;
        let statement = Statement { requests, price_usd_micros, ..statement };
        let renewed = match settled {
            Ok(outcome) => done(statement, outcome),
            Err(problem) => failed(statement, problem),
        };
        tracing::info!(renewed.outcome, requests, paid_requests, price_usd_micros, "the bill");
        Ok(Renewed { paid_requests, price_usd_micros, ..renewed })
    }

    /// Why it is not ours to fetch, if it is not.
    async fn not_due(
        &self,
        account: &Account,
        renewal: Renewal,
        by: &str,
        limits: &Limits,
        now: Timestamp,
    ) -> Option<Begun> {
        let new = |text: &str| Some(Begun::No(text.to_owned()));
        if let Some(current) = &account.current {
            if limits.is_young(current, now) {
                return new("not fetched: the bill that is kept is new enough for now");
            }
            let is_served = renewal == Renewal::Schedule && limits.is_served(account, current, now);
            // What counts may be lost or damaged: then it serves nobody.
            if is_served && self.bill.named(&self.ledger, Some(current)).await.is_ok() {
                return new("not fetched: the bill that is kept is new enough");
            }
        }
        let other = account.renewing.as_ref().filter(|other| now < other.until && other.by != by)?;
        Some(Begun::UnderWay(other.since))
    }

    /// Takes the right to fetch, and puts aside what it asks for: a process that is killed has spent that.
    async fn take_renewal(&self, renewal: Renewal, asked: &Asked<'_>, limits: &Limits) -> Result<Begun, Problem> {
        let now = self.clock.now();
        let today = now.date_naive();
        for _ in 0..TRIES {
            let known = self.account().await?;
            let mut account = known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            let not_due = self.not_due(&account, renewal, asked.by, limits, now).await;
            let is_news = renewal == Renewal::WakeUp && account.wanted_since.is_none_or(|since| since < now);
            if is_news {
                account.wanted_since = Some(now);
            }
            if let Some(not_due) = not_due {
                // The next run of any kind sees to it, so that what woke this one is done.
                if is_news && self.put_account(known.as_ref(), &account).await? == Committed::Conflict {
                    continue;
                }
                return Ok(not_due);
            }
            let paid = account.paid_on(today, asked.by, asked.ceiling);
            let allowed = asked.ceiling.min(limits.paid_a_day_at_most.saturating_sub(paid));
            let renewing = Renewing {
                by: asked.by.to_owned(),
                since: now,
                until: now + TimeDelta::from_std(asked.lease).unwrap_or_default(),
                reserved: asked.questions.saturating_mul(PAGES).min(allowed),
            };
            let refused = (allowed == 0).then(|| limits.refusal(asked.ceiling, paid));
            account.day = Some(today);
            account.paid = paid.saturating_add(renewing.reserved);
            account.renewing = refused.is_none().then(|| renewing.clone());
            account.not_renewed = refused.clone().or(account.not_renewed);
            if self.put_account(known.as_ref(), &account).await? == Committed::Conflict {
                continue;
            }
            let Some(reason) = refused else {
                return Ok(Begun::Ours { renewing, current: account.current, allowed });
            };
            tracing::error!(reason, "the bill");
            return Ok(Begun::No(reason));
        }
        Err(unavailable("the bill's account was written by others", &format_args!("{TRIES} times")))
    }

    /// Keeps what was fetched, has it count, and writes down what was paid in place of what was put aside.
    async fn settle_renewal(&self, renewing: &Renewing, fetched: Arc<Snapshot>) -> Result<String, Problem> {
        let paid = fetched.paid_requests;
        let kept = match fetched.requests {
            0 => Err("the time was over before AWS could be asked, or there is nothing to ask for".to_owned()),
            _ => kept::keep(&self.ledger, &fetched, MAX_DOCUMENT_BYTES).await,
        };
        if let Ok(current) = &kept {
            self.bill.hold(current.snapshot.clone(), &fetched);
        }
        for _ in 0..TRIES {
            // Somebody may have noted meanwhile that they want a newer one.
            let known = self.account().await?;
            let mut account = known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            if account.renewing.as_ref() != Some(renewing) {
                return Ok("fetched too late: another run was fetching it by then".to_owned());
            }
            let outcome = account.settle(renewing, paid, kept.clone());
            if self.put_account(known.as_ref(), &account).await? == Committed::Stored {
                return Ok(outcome);
            }
        }
        Err(unavailable("the bill's account was written by others", &format_args!("{TRIES} times")))
    }

    async fn account(&self) -> Result<Option<Document<Account>>, Problem> {
        let account = kept::account(&self.ledger).await;
        account.map_err(|gap| Problem::unavailable(format!("the bill's account cannot be read: {}", gap.reason)))
    }

    async fn put_account(&self, known: Option<&Document<Account>>, account: &Account) -> Result<Committed, Problem> {
        let put = kept::put(&self.ledger, known, account, self.clock.now()).await;
        put.map_err(|error| unavailable("the bill's account cannot be written", &error))
    }
}

#[cfg(test)]
mod tests;
