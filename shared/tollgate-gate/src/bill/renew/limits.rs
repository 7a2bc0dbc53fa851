//! When the bill is new enough, and what may be paid for it.

use chrono::NaiveDate;
use tollgate_core::{Timestamp, settings::Settings};

use crate::bill::kept::{Account, Current, Renewing};

/// The settings of the group `billing` that say when to fetch.
pub(super) struct Limits {
    pub(super) refresh_seconds: i64,
    pub(super) least_age_seconds: i64,
    pub(super) paid_a_day_at_most: u64,
}

impl Limits {
    pub(super) fn of(settings: &Settings) -> Self {
        let number = |name: &str| settings.integer("billing", name).unwrap_or(0);
        Self {
            refresh_seconds: number("refresh_seconds").max(1),
            least_age_seconds: number("least_age_seconds").max(0),
            paid_a_day_at_most: settings.seconds("billing", "paid_requests_a_day_at_most"),
        }
    }

    /// Is the snapshot that counts too new to be replaced, whoever wants that?
    pub(super) fn is_young(&self, current: &Current, now: Timestamp) -> bool {
        (0..self.least_age_seconds).contains(&(now - current.fetched_at).num_seconds())
    }

    /// Is it as new as a schedule wants it, and is nothing known that it does not have?
    pub(super) fn is_served(&self, account: &Account, current: &Current, now: Timestamp) -> bool {
        let span = |time: Timestamp| time.timestamp().div_euclid(self.refresh_seconds);
        current.is_whole && account.wanted_since.is_none() && span(current.fetched_at) == span(now)
    }
}

impl Limits {
    /// Why nothing may be paid for.
    pub(super) fn refusal(&self, ceiling: u64, paid: u64) -> String {
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
    pub(super) fn paid_on(&self, day: NaiveDate, by: &str, ceiling: u64) -> u64 {
        if self.is_lost {
            return ceiling;
        }
        let own = self.renewing.as_ref().filter(|renewing| renewing.by == by).map_or(0, |renewing| renewing.reserved);
        if self.day == Some(day) { self.paid.saturating_sub(own) } else { 0 }
    }
}

impl Account {
    /// Has what was fetched count, or says why there is none.
    pub(super) fn settle(&mut self, renewing: &Renewing, paid: u64, kept: Result<Current, String>) -> String {
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
