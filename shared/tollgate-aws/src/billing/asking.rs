//! Requests to AWS: each is counted, paid for within a ceiling, and asked again where its failure may pass.

use std::{collections::BTreeSet, error::Error, time::Duration};

use aws_sdk_costexplorer::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use tokio::time::{Instant, sleep_until, timeout_at};
use tollgate_core::{Timestamp, evidence::EvidenceStatus};

use super::part::{Gap, Outcome, Part};
use crate::failure::{described, may_pass};

/// Of a page of Cost Explorer, in millionths of a US dollar: <https://aws.amazon.com/aws-cost-management/pricing/>.
const PRICE_USD_MICROS: u64 = 10_000;
/// How often a request is made, and the longest wait before the second time. It doubles.
const ATTEMPTS: u32 = 5;
const FIRST_BACKOFF_MS: u64 = 200;

/// An action of AWS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Api {
    pub(super) service: &'static str,
    /// The permission that it takes.
    pub(super) action: &'static str,
    pub(super) is_paid: bool,
}

/// The requests of one run.
#[derive(Debug)]
pub(super) struct Asking {
    deadline: Instant,
    paid_at_most: u64,
    paid: u64,
    sent: u64,
    answered: u64,
    /// Requests and answers when the question began that is asked now.
    begun: (u64, u64),
}

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) struct Refusal {
    /// As AWS names it.
    pub(super) code: Option<String>,
    pub(super) gap: Gap,
}

impl From<Gap> for Refusal {
    fn from(gap: Gap) -> Self {
        Self { code: None, gap }
    }
}

impl Asking {
    pub(super) fn new(paid_at_most: u64, deadline: Instant) -> Self {
        Self { deadline, paid_at_most, paid: 0, sent: 0, answered: 0, begun: (0, 0) }
    }

    /// Requests so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Those of them that are paid for.
    pub(super) fn paid(&self) -> u64 {
        self.paid
    }

    /// What they cost, in millionths of a US dollar.
    pub(super) fn price_usd_micros(&self) -> u64 {
        self.paid.saturating_mul(PRICE_USD_MICROS)
    }

    /// Begins a question, whose answer has at least so many pages.
    ///
    /// # Errors
    /// When they cannot all be paid for: pages of which the last does not come are paid for in vain.
    pub(super) fn begin(&mut self, pages: Option<u64>) -> Result<(), Gap> {
        self.begun = (self.sent, self.answered);
        let (pages, most, left) = (pages.unwrap_or(0), self.paid_at_most, self.paid_at_most.saturating_sub(self.paid));
        if pages > most {
            return Err(self.never(pages));
        }
        if pages > left && left > 0 {
            let reason = format!(
                "it was not asked: its answer has {pages} pages, and {left} of the {most} paid requests of this run are \
                 left; what waits longest is asked first in the next run"
            );
            return Err(Gap::new(EvidenceStatus::Stale, reason));
        }
        Ok(())
    }

    fn never(&self, pages: u64) -> Gap {
        let most = self.paid_at_most;
        let reason = format!(
            "its answer has {pages} pages or more, and a run may pay for {most} requests, so it never comes: set \
             `billing.paid_requests_at_most` and `billing.paid_requests_a_day_at_most` above {most}"
        );
        Gap::new(EvidenceStatus::Stale, reason)
    }

    /// What came of the question that was begun last; where nothing did, what an older snapshot has.
    pub(super) fn part<Q: Clone, T: Clone>(
        &self,
        asked: Q,
        fetched_at: Timestamp,
        found: Result<T, Gap>,
        before: Option<&Part<Q, T>>,
    ) -> Part<Q, T> {
        let (requests, answered) = (self.sent - self.begun.0, self.answered - self.begun.1);
        let known = before.and_then(|before| before.pages);
        let is_cut = |gap: &Gap| gap.status == EvidenceStatus::Stale && answered > 0;
        let (pages, outcome) = match found {
            Ok(found) => (Some(answered), Outcome::Known(found)),
            Err(gap) if is_cut(&gap) => {
                let pages = answered + 1;
                let gap = if pages > self.paid_at_most { self.never(pages) } else { gap };
                (Some(pages.max(known.unwrap_or(0))), Outcome::Missing(gap))
            }
            Err(gap) => (known, Outcome::Missing(gap)),
        };
        Part { asked, fetched_at, requests, pages, outcome, not_renewed: None }.or_older(before)
    }

    /// Makes a request. Whatever comes of it, it is counted: AWS may have.
    pub(super) async fn send<T, E, F>(&mut self, api: Api, request: impl Fn() -> F) -> Result<T, Refusal>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut longest = FIRST_BACKOFF_MS;
        for attempt in 1.. {
            self.count(api)?;
            let late = || Gap::error(format!("{} did not answer before the deadline", api.service));
            let error = match timeout_at(self.deadline, request()).await {
                Ok(Ok(answer)) => {
                    self.answered += 1;
                    return Ok(answer);
                }
                Ok(Err(error)) => error,
                Err(_) => return Err(late().into()),
            };
            let wait = Duration::from_millis(fastrand::u64(longest / 2..=longest));
            let again_at = Instant::now() + wait;
            if !may_pass(&error) || attempt == ATTEMPTS || again_at >= self.deadline {
                return Err(refusal(api, &error));
            }
            sleep_until(again_at).await;
            longest *= 2;
        }
        Err(Gap::error(format!("{} was not asked", api.service)).into())
    }

    fn count(&mut self, api: Api) -> Result<(), Gap> {
        if Instant::now() >= self.deadline {
            return Err(Gap::error(format!("the time was over before {} could be asked", api.service)));
        }
        if api.is_paid && self.paid >= self.paid_at_most {
            let most = self.paid_at_most;
            let reason = format!(
                "{} was not asked: the ceiling of {most} paid requests a run is reached; raise it, or wait for the next run",
                api.service
            );
            return Err(Gap::new(EvidenceStatus::Stale, reason));
        }
        self.sent += 1;
        self.paid += u64::from(api.is_paid);
        Ok(())
    }
}

fn refusal<E>(api: Api, error: &SdkError<E, HttpResponse>) -> Refusal
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let code = error.code().map(ToOwned::to_owned);
    // A young account has no data: that is not known, and not the same as nothing spent.
    let no_data = code.as_deref().is_some_and(|code| code.contains("DataUnavailable"));
    let status = if no_data { EvidenceStatus::NoData } else { EvidenceStatus::Error };
    Refusal { code, gap: Gap::new(status, described(api.service, api.action, error)) }
}

/// The pages of an answer, each asked for once.
#[derive(Debug, Default)]
pub(super) struct Pages {
    seen: BTreeSet<String>,
}

impl Pages {
    /// The token to ask for the next page with; none after the last one.
    ///
    /// # Errors
    /// When a page would come again, which would never end.
    pub(super) fn next(&mut self, api: Api, token: Option<&str>) -> Result<Option<String>, Gap> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if !self.seen.insert(token.to_owned()) {
            return Err(Gap::error(format!("{} gave the same page token twice: its pages have no end", api.service)));
        }
        Ok(Some(token.to_owned()))
    }
}
