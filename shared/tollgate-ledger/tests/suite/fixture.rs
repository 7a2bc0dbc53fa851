//! Times, ids, claims and records for tests.

use chrono::{DateTime, TimeDelta};
use serde_json::json;
use tollgate_core::{
    Timestamp,
    change::Change,
    decision::{DecisionRecord, Gate, Verdict},
    facts::{Facts, Outcome, OutcomeResult, RecordedFacts},
    notice::{NOTICE_SCHEMA, Notice, NoticeKind},
};
use tollgate_ledger::{Claim, ClaimKey, Claimed, HistoryQuery, Ledger, Recorded};
use ulid::Ulid;

/// The tests' time and `seconds` more.
pub(crate) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_795_000_000 + seconds, 123_456_789).unwrap()
}

/// The id of a decision that was begun at a time; `n` tells apart those of the same time.
pub(crate) fn id(time: Timestamp, n: u32) -> String {
    Ulid::from_parts(u64::try_from(time.timestamp_millis()).unwrap(), u128::from(n)).to_string()
}

pub(crate) fn claim(idempotency_key: &str, request_digest: &str, seconds: i64, n: u32) -> Claim {
    Claim {
        key: ClaimKey { gate: Gate::Change, principal: "local".into(), idempotency_key: idempotency_key.into() },
        request_digest: request_digest.into(),
        decision_id: id(at(seconds), n),
        claimed_at: at(seconds),
        expires_at: at(seconds) + TimeDelta::hours(24),
    }
}

pub(crate) fn is_new(claimed: &Claimed) -> bool {
    matches!(claimed, Claimed::New)
}

/// A record as small as can be, of a change that is named after its decision.
pub(crate) fn record(service: &str, seconds: i64, n: u32) -> DecisionRecord {
    let decision_id = id(at(seconds), n);
    let evidence = |id: &str| {
        json!({"id": id, "status": "ok", "reason": null, "required": true, "source": "catalogue", "as_of": null,
               "window_seconds": null, "datapoints_expected": 0, "datapoints_received": 0, "api_requests": 0,
               "api_cost_usd_micros": 0})
    };
    serde_json::from_value(json!({
        "decision": {
            "decision_id": decision_id, "gate": "change", "verdict": "allow", "summary": "the tests say yes",
            "findings": [], "awaiting": [], "retry_at": null, "valid_until": at(seconds + 60),
            "policy_revision": "sha256:1", "facts_digest": "sha256:2", "evaluated_at": at(seconds), "rules_judged": [],
            "api_cost": {"currency": "USD", "micros": 0, "requests": 0}, "warnings": [],
        },
        "facts": {
            "schema": "tollgate.facts/v1", "gate": "change", "evaluated_at": at(seconds),
            "evaluated_at_seconds": at(seconds).timestamp(),
            "caller": {"principal": "local", "may_assert_approvals": false},
            "change": {"id": format!("change/{decision_id}"), "service": service, "environment": "production",
                       "type": "normal", "author": "github:1"},
            "service": {"evidence": evidence("service"), "name": service, "known": true, "tier": "tier_1", "owner": null,
                        "contact": null, "environments": [], "runbook": null},
            "slos": [], "dependencies": [],
            "history": {"evidence": evidence("history"), "window_seconds": 0, "this_change": [], "in_progress": [],
                        "allowed": 0, "with_outcome": 0, "failed": 0, "failure_rate_ppm": null, "last_failure": null},
            "freezes": {"evidence": evidence("freezes"), "active": [], "next": null},
            "approvals": [], "cost": null, "settings": {"thresholds": {}, "modes": {}}, "waivers": [],
        },
    }))
    .unwrap()
}

/// The same, where the change was not allowed.
pub(crate) fn refused(service: &str, seconds: i64, n: u32) -> DecisionRecord {
    let mut record = record(service, seconds, n);
    record.decision.verdict = Verdict::Deny;
    record
}

/// Records what must not be there yet.
pub(crate) async fn store(ledger: &Ledger, record: &DecisionRecord) {
    assert_eq!(ledger.record(record, None).await.unwrap(), Recorded::Stored);
}

pub(crate) fn outcome(result: OutcomeResult, seconds: i64) -> Outcome {
    Outcome { result, reported_at: at(seconds) }
}

/// All of a service's history in production, as a change sees it that nothing was decided about.
pub(crate) fn all_of(service: &str) -> HistoryQuery {
    HistoryQuery {
        service: service.into(),
        environment: "production".into(),
        change_id: "asking".into(),
        since: Timestamp::MIN_UTC,
        limit: 1000,
    }
}

/// The ids in a service's history in production.
pub(crate) async fn ids_of(ledger: &Ledger, query: &HistoryQuery) -> Vec<String> {
    ledger.history(query).await.unwrap().changes.into_iter().map(|change| change.decision_id).collect()
}

pub(crate) fn notice(seconds: i64, id: &str) -> Notice {
    Notice {
        schema: NOTICE_SCHEMA.into(),
        id: id.into(),
        incident_id: "incident".into(),
        kind: NoticeKind::Page,
        service: "payments-api".into(),
        environment: "production".into(),
        summary: "the tests page".into(),
        changes: Vec::new(),
        open: Vec::new(),
        owner: None,
        contact: None,
        runbook: None,
        decision_id: "decision".into(),
        evaluated_at: at(seconds),
        showback: None,
    }
}

/// The change that a record is about.
pub(crate) fn change_of(record: &DecisionRecord) -> &Change {
    let Facts::Change(facts) = record.facts.value() else { panic!("a record about a change") };
    &facts.change
}

/// Makes it a record of another change.
pub(crate) fn edit(record: &mut DecisionRecord, edit: impl FnOnce(&mut Change)) {
    let Facts::Change(mut facts) = record.facts.value().clone() else { panic!("a record about a change") };
    edit(&mut facts.change);
    record.facts = RecordedFacts::of(Facts::Change(facts)).unwrap();
}
