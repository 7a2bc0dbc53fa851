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
    kept::{self, Account, Current, Renewing},
};
use crate::{House, unavailable};

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

    /// Is the snapshot that counts too new to be replaced, whoever wants that?
    fn is_young(&self, current: &Current, now: Timestamp) -> bool {
        (0..self.least_age_seconds).contains(&(now - current.fetched_at).num_seconds())
    }

    /// Is it as new as a schedule wants it, and is nothing known that it does not have?
    fn is_served(&self, account: &Account, current: &Current, now: Timestamp) -> bool {
        let span = |time: Timestamp| time.timestamp().div_euclid(self.refresh_seconds);
        current.is_whole && account.wanted_since.is_none() && span(current.fetched_at) == span(now)
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
    /// What was paid on a day, apart from what an earlier attempt of the same asker put aside: it is asked again since that
    /// one ended. A meter that is lost may have stood at what a run pays at most.
    fn paid_on(&self, day: NaiveDate, by: &str, ceiling: u64) -> u64 {
        if self.is_lost {
            return ceiling;
        }
        let own = self.renewing.as_ref().filter(|renewing| renewing.by == by).map_or(0, |renewing| renewing.reserved);
        if self.day == Some(day) { self.paid.saturating_sub(own) } else { 0 }
    }
}

impl Account {
    /// Has what was fetched count, or says why there is none.
    fn settle(&mut self, renewing: &Renewing, paid: u64, kept: Result<Current, String>) -> String {
        self.renewing = None;
        self.paid = self.paid.saturating_sub(renewing.reserved).saturating_add(paid);
        match kept {
            Ok(current) => {
                let outcome = if current.is_whole { "fetched" } else { "fetched, and not all of it came" };
                self.not_renewed = None;
                self.wanted_since = self.wanted_since.filter(|since| *since > renewing.since);
                self.current = Some(current);
                outcome.to_owned()
            }
            Err(error) => {
                let reason = format!("the bill could not be renewed: {error}");
                tracing::error!(reason, "the bill");
                self.not_renewed = Some(reason.clone());
                reason
            }
        }
    }
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
        let settled = self.settle_renewal(&renewing, fetched).await;
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
    async fn settle_renewal(&self, renewing: &Renewing, fetched: Snapshot) -> Result<String, Problem> {
        let paid = fetched.paid_requests;
        // It is some megabytes, so it is read again slice by slice and not there twice.
        let kept = match fetched.requests {
            0 => Err("the time was over before AWS could be asked, or there is nothing to ask for".to_owned()),
            _ => kept::keep(&self.ledger, fetched, MAX_DOCUMENT_BYTES).await,
        };
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
mod tests {
    use tollgate_core::Timestamp;

    use super::{Account, Limits, Renewing};
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
        for (now, is_whole, is_wanted, is_young, is_served) in [
            ("2026-11-21T15:59:59Z", true, false, false, true),
            ("2026-11-21T16:00:00Z", true, false, false, false),
            ("2026-11-21T10:59:59Z", true, false, true, true),
            ("2026-11-21T10:59:59Z", true, true, true, false),
            ("2026-11-21T11:00:00Z", true, true, false, false),
            ("2026-11-21T11:00:00Z", false, false, false, false),
            // Fetched in times to come, by a clock that was wrong.
            ("2026-11-20T10:00:00Z", true, false, false, false),
        ] {
            let mut account = account(is_whole);
            account.wanted_since = is_wanted.then(|| at("2026-11-21T10:30:00Z"));
            let (current, now) = (account.current.clone().unwrap(), at(now));
            assert_eq!(limits.is_young(&current, now), is_young, "{now} {is_whole} {is_wanted}");
            assert_eq!(limits.is_served(&account, &current, now), is_served, "{now} {is_whole} {is_wanted}");
        }
    }

    fn renewing(by: &str, reserved: u64) -> Renewing {
        let since = at("2026-11-21T11:00:00Z");
        Renewing { by: by.to_owned(), since, until: at("2026-11-21T11:05:00Z"), reserved }
    }

    #[test]
    fn what_is_wanted_while_it_is_fetched_is_still_wanted_and_what_was_paid_counts() {
        let fetch = renewing("a", 12);
        for (since, is_wanted) in [("2026-11-21T10:30:00Z", false), ("2026-11-21T11:01:00Z", true)] {
            let mut account = Account { paid: 19, renewing: Some(fetch.clone()), ..account(true) };
            account.wanted_since = Some(at(since));
            let current = account.current.clone().unwrap();
            assert_eq!(account.settle(&fetch, 15, Ok(current)), "fetched");
            assert_eq!((account.wanted_since.is_some(), account.paid), (is_wanted, 22), "{since}");
        }
    }

    #[test]
    fn an_attempt_that_is_made_again_takes_its_place_and_a_lost_meter_counts_a_whole_run() {
        let today = at("2026-11-21T11:00:00Z").date_naive();
        let killed = Account { paid: 19, renewing: Some(renewing("a", 12)), ..account(true) };
        assert_eq!((killed.paid_on(today, "a", 50), killed.paid_on(today, "b", 50)), (7, 19));
        let lost = Account { is_lost: true, ..Account::default() };
        assert_eq!(lost.paid_on(today, "a", 50), 50);
    }

    #[test]
    fn the_meter_is_of_a_day_and_says_which_ceiling_is_reached() {
        let limits = Limits { refresh_seconds: 1, least_age_seconds: 0, paid_a_day_at_most: 200 };
        let (today, tomorrow) = (at("2026-11-21T23:00:00Z"), at("2026-11-22T00:00:00Z"));
        assert_eq!(account(true).paid_on(today.date_naive(), "a", 50), 7);
        assert_eq!(account(true).paid_on(tomorrow.date_naive(), "a", 50), 0);
        assert!(
            limits.refusal(50, 200).contains("the ceiling of 200 paid requests a day is reached (200 were paid for)")
        );
        assert!(limits.refusal(0, 0).contains("`billing.paid_requests_at_most` lets nothing be paid for"));
    }
}
