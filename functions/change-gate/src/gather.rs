//! Gather: everything that a decision rests on, in parallel, under one deadline. What fails is a fact, too.

use std::time::Duration;

use tollgate_core::{
    Timestamp,
    approval::{ApprovalTime, approval_facts},
    budget::SpendJudging,
    change::Change,
    cost::cost_fact,
    decision::Gate,
    evidence::{Evidence, EvidenceStatus},
    facts::{CallerFact, ChangeFacts, ChangeSpend, CostFact, FACTS_SCHEMA, FREEZES, HistoryFact},
    history::history_fact,
    running::service_fact,
    slo::{Limits, SloFact},
    waiver::Asked,
};
use tollgate_ledger::{HistoryQuery, Seen, background};

use tollgate_gate::{
    bill::{Looked, increase_fits},
    dependencies, objectives,
};

use crate::{ChangeGate, receive::ChangeQuestion};

/// More allowed changes of one service and environment than this are not read, and the history is then incomplete. One every
/// five minutes for 30 days makes 8,640.
const MAX_HISTORY: u32 = 10_000;
const CATALOGUE: &str = "catalogue";

impl ChangeGate {
    /// Gathers the facts about a change; with them, which allowed changes the history showed.
    pub(crate) async fn gather(
        &self,
        question: &ChangeQuestion,
        now: Timestamp,
        limit: Duration,
    ) -> (ChangeFacts, Option<Seen>) {
        let catalogue = &self.house.catalogue;
        let change = &question.asked;
        let service = catalogue.services.get(&change.service);
        let freezes = Evidence::ok(FREEZES, CATALOGUE, Some(now));
        let Change { service: name, environment, id, .. } = change;
        let asked = Asked { gate: Gate::Change, service: name, environment, change: Some(id) };
        let settings = catalogue.settings_of(&change.service);
        let slos = objectives(catalogue, &change.service, &change.environment);
        let cost = change.cost.as_ref().map(cost_fact);
        let (deadline, limits) = (tokio::time::Instant::now() + limit, Limits::of(&settings));
        let (telemetry, kept, (history, seen), spend) = tokio::join!(
            self.house.telemetry.read(&slos, now, deadline, &limits),
            tokio::time::timeout(limit, self.house.kept_days(slos.iter().map(|(slo, _)| *slo))),
            self.history(question, now, limit, settings.seconds("change", "history_window_seconds")),
            self.spend(question, cost.as_ref(), now, limit),
        );
        // Without the days that are kept, what CloudWatch has forgotten is not known.
        let kept = kept.ok().and_then(Result::ok).unwrap_or_default();
        let telemetry: Vec<SloFact> = telemetry.iter().map(|found| found.fact(&background(found.slo, &kept))).collect();
        let (own, of_dependencies): (Vec<_>, Vec<_>) = telemetry.into_iter().partition(|fact| fact.evidence.required);
        let max_age_seconds = settings.integer("change", "approval_max_age_seconds").unwrap_or(0);
        let approved_by = ApprovalTime { now, max_age_seconds };
        let caller = CallerFact {
            may_assert_approvals: catalogue.may_assert_approvals(&question.principal),
            principal: question.principal.clone(),
        };
        let facts = ChangeFacts {
            schema: FACTS_SCHEMA.to_owned(),
            evaluated_at: now,
            evaluated_at_seconds: now.timestamp(),
            service: service_fact(catalogue, &change.service),
            slos: own,
            dependencies: dependencies(catalogue, service, environment, &of_dependencies),
            history,
            freezes: catalogue.freezes_at(&asked, now, freezes),
            approvals: approval_facts(change, &caller, approved_by, |person| catalogue.groups_of(person)),
            cost,
            spend: Some(spend),
            waivers: catalogue.waivers.iter().filter(|waiver| waiver.service == change.service).cloned().collect(),
            caller,
            change: change.clone().kept(),
            settings,
        };
        (facts, seen)
    }

    /// Looks at the budgets that hold the service, by the bill that the cost gate kept: nobody waits for AWS to write one.
    async fn spend(
        &self,
        question: &ChangeQuestion,
        cost: Option<&CostFact>,
        now: Timestamp,
        limit: Duration,
    ) -> ChangeSpend {
        let catalogue = &self.house.catalogue;
        let change = &question.asked;
        let held_by = catalogue.budgets_of(&change.service, Some(&change.environment));
        let looked: Vec<Looked> = if held_by.is_empty() {
            Vec::new()
        } else {
            let settings = catalogue.settings_of(&change.service);
            // What mends goes ahead however its budgets stand, so it need not be known.
            let required = !change.purpose.is_remediation();
            let judging = SpendJudging::of(&settings, now, required);
            let bill = self.house.statement(limit).await;
            held_by.into_iter().map(|budget| bill.look(budget, &judging)).collect()
        };
        let increase = cost.and_then(|cost| cost.monthly_increase_micros.zip(cost.currency.as_deref()));
        ChangeSpend {
            budgets_declared: u64::try_from(catalogue.budgets.len()).unwrap_or(u64::MAX),
            fits: increase.map_or_else(Vec::new, |(micros, currency)| increase_fits(&looked, micros, currency)),
            budgets: looked.into_iter().map(|looked| looked.fact).collect(),
        }
    }

    /// Reads the earlier changes. Without an answer of the ledger it is not known which were seen.
    pub(crate) async fn history(
        &self,
        question: &ChangeQuestion,
        now: Timestamp,
        limit: Duration,
        window_seconds: u64,
    ) -> (HistoryFact, Option<Seen>) {
        let ledger = &self.house.ledger;
        let change = &question.asked;
        let window = i64::try_from(window_seconds).ok().and_then(chrono::Duration::try_seconds).unwrap_or_default();
        let query = HistoryQuery {
            service: change.service.clone(),
            environment: change.environment.clone(),
            change_id: change.id.clone(),
            since: now.checked_sub_signed(window).unwrap_or(now),
            limit: MAX_HISTORY,
        };
        let bad = |reason| Evidence::bad("history", ledger.name(), EvidenceStatus::Error, reason);
        let (evidence, changes, seen) = match tokio::time::timeout(limit, ledger.history(&query)).await {
            Ok(Ok(history)) => {
                let mut evidence = Evidence::ok("history", ledger.name(), Some(now));
                if history.truncated {
                    evidence.status = EvidenceStatus::Partial;
                    evidence.reason = Some(format!("only the newest {MAX_HISTORY} allowed changes were read"));
                }
                evidence.window_seconds = Some(window_seconds);
                evidence.api_requests = history.requests;
                (evidence, history.changes, Some(history.seen))
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the history could not be read");
                (bad("the ledger could not be read; its log says why".to_owned()), Vec::new(), None)
            }
            Err(_) => (bad(format!("the ledger did not answer within {} ms", limit.as_millis())), Vec::new(), None),
        };
        (history_fact(evidence, window_seconds, &change.id, &changes), seen)
    }
}
