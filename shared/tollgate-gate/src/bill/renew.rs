//! Fetching the bill: at most as often as it changes, once for all who want it, and never for more than the ceilings allow.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use tokio::time::Instant;
use tollgate_aws::billing::{Billing, BillingSource, Plan, Snapshot, Wanted, count_requests};
use tollgate_core::{Timestamp, settings::Settings};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Committed, Document, document::MAX_DOCUMENT_BYTES};

use super::{
    Statement,
    kept::{self, Account, Renewing},
};
use crate::{House, unavailable};

/// How often it is tried to write what others write at the same time.
const TRIES: u32 = 8;

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
    /// Requests to AWS.
    pub requests: u64,
    /// Those of them that are paid for.
    pub paid_requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub price_usd_micros: u64,
}

/// The settings of the group `billing` that say when to fetch.
struct Limits {
    refresh_seconds: i64,
    least_age_seconds: i64,
    paid_a_day_at_most: u64,
}

impl Limits {
    fn of(settings: &Settings) -> Self {
        let number = |name: &str| settings.integer("billing", name).unwrap_or(0);
        Self {
            refresh_seconds: number("refresh_seconds").max(1),
            least_age_seconds: number("least_age_seconds").max(0),
            paid_a_day_at_most: settings.seconds("billing", "paid_requests_a_day_at_most"),
        }
    }

    /// Is the snapshot that counts too new to be replaced?
    fn is_new(&self, account: &Account, renewal: Renewal, now: Timestamp) -> bool {
        let Some(current) = &account.current else { return false };
        let span = |time: Timestamp| time.timestamp().div_euclid(self.refresh_seconds);
        let is_young = (now - current.fetched_at).num_seconds() < self.least_age_seconds;
        let is_served = renewal == Renewal::Schedule && current.is_whole && span(current.fetched_at) == span(now);
        is_young || is_served
    }
}

impl Limits {
    /// Why nothing may be paid for.
    fn refusal(&self, ceiling: u64, paid: u64) -> String {
        if ceiling == 0 {
            return "the bill was not fetched: `billing.paid_requests_at_most` lets nothing be paid for".to_owned();
        }
        format!(
            "the bill was not fetched: the ceiling of {} paid requests a day is reached ({paid} were paid for); raise \
             `billing.paid_requests_a_day_at_most`, or wait for tomorrow",
            self.paid_a_day_at_most
        )
    }
}

impl Account {
    fn paid_on(&self, day: NaiveDate) -> u64 {
        if self.day == Some(day) { self.paid } else { 0 }
    }
}

/// Whether it is ours to fetch.
enum Begun {
    Ours { account: Box<Document<Account>>, allowed: u64 },
    No(String),
}

impl House {
    /// Has the bill fetched, where that is due and allowed, and gives it as it is known then. What does not come leaves what
    /// was there. `by` names who asks, the same when they are asked again.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
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
            paid_requests: 0,
            price_usd_micros: 0,
        };
        if *self.bill.source() != BillingSource::Aws {
            let outcome = format!("not fetched: the bill is `{}`", self.bill.source());
            return Ok(done(self.bill.read(&self.ledger).await, outcome));
        }
        let settings = self.catalogue.settings.resolve("", None);
        let (now, limits) = (self.clock.now(), Limits::of(&settings));
        let wanted = Wanted::of(&settings);
        let (begun, allowed) =
            match self.take_renewal(renewal, by, lease, &limits, wanted.paid_requests_at_most).await? {
                Begun::Ours { account, allowed } => (account, allowed),
                Begun::No(reason) => return Ok(done(self.bill.read(&self.ledger).await, reason)),
            };
        let wanted = Wanted { paid_requests_at_most: allowed, ..wanted };
        let plan = Plan::of(&self.catalogue.budgets, &wanted, now);
        let previous = self.bill.named(&self.ledger, begun.value.current.as_ref()).await.ok();
        self.bill.release();
        let mut fetched = Billing::new(&self.sdk).fetch(&plan, previous.as_deref(), now, deadline).await;
        if fetched.requests > 0 {
            let sources = (&self.telemetry, &self.catalogue);
            count_requests(&mut fetched, sources, previous.as_deref(), now, deadline).await;
        }
        drop(previous);
        let Snapshot { requests, paid_requests, price_usd_micros, .. } = fetched;
        let outcome = self.settle_renewal(*begun, fetched, allowed).await?;
        tracing::info!(outcome, requests, paid_requests, price_usd_micros, "the bill");
        let statement = self.bill.read(&self.ledger).await;
        Ok(Renewed {
            statement: Statement { requests, price_usd_micros, ..statement },
            outcome,
            requests,
            paid_requests,
            price_usd_micros,
        })
    }

    /// Takes the right to fetch, and puts aside what it may pay for: a process that is killed has spent that.
    async fn take_renewal(
        &self,
        renewal: Renewal,
        by: &str,
        lease: Duration,
        limits: &Limits,
        ceiling: u64,
    ) -> Result<Begun, Problem> {
        let now = self.clock.now();
        let today = now.date_naive();
        for _ in 0..TRIES {
            let known = self.account().await?;
            let mut account = known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            if limits.is_new(&account, renewal, now) {
                return Ok(Begun::No("not fetched: the bill that is kept is new enough".to_owned()));
            }
            if let Some(other) = account.renewing.as_ref().filter(|other| now < other.until && other.by != by) {
                return Ok(Begun::No(format!("not fetched: another run has been fetching it since {}", other.since)));
            }
            let paid = account.paid_on(today);
            let allowed = ceiling.min(limits.paid_a_day_at_most.saturating_sub(paid));
            account.day = Some(today);
            account.paid = paid.saturating_add(allowed);
            account.renewing = Some(Renewing {
                by: by.to_owned(),
                since: now,
                until: now + TimeDelta::from_std(lease).unwrap_or_default(),
            });
            let refused = (allowed == 0).then(|| limits.refusal(ceiling, paid));
            if let Some(reason) = &refused {
                account.renewing = None;
                account.not_renewed = Some(reason.clone());
            }
            if self.put_account(known.as_ref(), &account).await? == Committed::Conflict {
                continue;
            }
            if let Some(reason) = refused {
                tracing::error!(reason, "the bill");
                return Ok(Begun::No(reason));
            }
            let version = known.map_or(1, |known| known.version.saturating_add(1));
            let account = Document { key: String::new(), version, value: account };
            return Ok(Begun::Ours { account: Box::new(account), allowed });
        }
        Err(unavailable("the bill's account was written by others", &format_args!("{TRIES} times")))
    }

    /// Keeps what was fetched, has it count, and gives back what was put aside and not paid.
    async fn settle_renewal(
        &self,
        begun: Document<Account>,
        fetched: Snapshot,
        allowed: u64,
    ) -> Result<String, Problem> {
        let mut account = begun.value.clone();
        account.renewing = None;
        account.paid = account.paid.saturating_sub(allowed.saturating_sub(fetched.paid_requests));
        // It is some megabytes, so it is read again slice by slice and not there twice.
        let kept = match fetched.requests {
            0 => Err("the time was over before AWS could be asked, or there is nothing to ask for".to_owned()),
            _ => kept::keep(&self.ledger, fetched, MAX_DOCUMENT_BYTES).await,
        };
        let outcome = match kept {
            Ok(current) => {
                let outcome = if current.is_whole { "fetched" } else { "fetched, and not all of it came" };
                account.not_renewed = None;
                account.current = Some(current);
                outcome.to_owned()
            }
            Err(error) => {
                let reason = format!("the bill could not be renewed: {error}");
                tracing::error!(reason, "the bill");
                account.not_renewed = Some(reason.clone());
                reason
            }
        };
        match self.put_account(Some(&begun), &account).await? {
            Committed::Stored => Ok(outcome),
            Committed::Conflict => Ok("fetched too late: another run was fetching it by then".to_owned()),
        }
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
mod tests {
    use tollgate_core::Timestamp;

    use super::{Account, Limits, Renewal};
    use crate::bill::kept::Current;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Fetched at ten, in the span from eight to sixteen.
    fn account(is_whole: bool) -> Account {
        let fetched_at = at("2026-11-21T10:00:00Z");
        let current = Current { snapshot: "sha256:0".to_owned(), slices: 1, fetched_at, is_whole };
        Account { current: Some(current), day: Some(fetched_at.date_naive()), paid: 7, ..Account::default() }
    }

    #[test]
    fn a_bill_is_fetched_once_in_a_span_and_sooner_for_an_alert_or_a_part_that_is_missing() {
        let limits = Limits { refresh_seconds: 28_800, least_age_seconds: 3600, paid_a_day_at_most: 200 };
        for (now, renewal, is_whole, is_new) in [
            ("2026-11-21T15:59:59Z", Renewal::Schedule, true, true),
            ("2026-11-21T16:00:00Z", Renewal::Schedule, true, false),
            ("2026-11-21T10:59:59Z", Renewal::WakeUp, true, true),
            ("2026-11-21T11:00:00Z", Renewal::WakeUp, true, false),
            ("2026-11-21T10:59:59Z", Renewal::Schedule, false, true),
            ("2026-11-21T11:00:00Z", Renewal::Schedule, false, false),
        ] {
            assert_eq!(limits.is_new(&account(is_whole), renewal, at(now)), is_new, "{now} {renewal:?} {is_whole}");
        }
        assert!(!limits.is_new(&Account::default(), Renewal::Schedule, at("2026-11-21T10:00:00Z")));
    }

    #[test]
    fn the_meter_is_of_a_day_and_says_which_ceiling_is_reached() {
        let limits = Limits { refresh_seconds: 1, least_age_seconds: 0, paid_a_day_at_most: 200 };
        let (today, tomorrow) = (at("2026-11-21T23:00:00Z"), at("2026-11-22T00:00:00Z"));
        assert_eq!(account(true).paid_on(today.date_naive()), 7);
        assert_eq!(account(true).paid_on(tomorrow.date_naive()), 0);
        assert!(
            limits.refusal(50, 200).contains("the ceiling of 200 paid requests a day is reached (200 were paid for)")
        );
        assert!(limits.refusal(0, 0).contains("`billing.paid_requests_at_most` lets nothing be paid for"));
    }
}
