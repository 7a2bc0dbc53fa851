//! Any sequence of operations gives what a model in memory gives.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use proptest::prelude::*;
use tollgate_core::{
    decision::{DecisionRecord, Verdict},
    facts::{Outcome, OutcomeResult},
};
use tollgate_ledger::{
    Claim, Claimed, Collection, Commit, Committed, DecisionsQuery, Document, Expect, HistoryQuery, Ledger, Order,
    OutcomeReported, Put, Recorded,
};

use super::fixture::{all_of, at, change_of, claim, edit, id, outcome, record};

/// One call; small numbers, so that calls meet.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Claim { key: u8, question: u8, seconds: i64, holds_seconds: i64, n: u32 },
    Record { service: u8, seconds: i64, n: u32, summary: u8, allowed: bool },
    Outcome { seconds: i64, n: u32, failed: bool, reported: i64 },
    Decision { seconds: i64, n: u32 },
    History { service: u8, change: u32, since: i64, limit: u32 },
    Commit { puts: Vec<(u8, Option<Option<u64>>, u8)> },
    Documents { first: u8, last: u8 },
    Decisions { since: i64, until: i64, newest_first: bool, after: Option<(i64, u32)>, limit: u32 },
}

pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let (seconds, n) = (0_i64..6, 0_u32..3);
    let operation = prop_oneof![
        3 => (0_u8..3, 0_u8..2, seconds.clone(), 1_i64..4, n.clone()).prop_map(
            |(key, question, seconds, holds_seconds, n)| Operation::Claim { key, question, seconds, holds_seconds, n }),
        4 => (0_u8..2, seconds.clone(), n.clone(), any::<u8>(), any::<bool>()).prop_map(
            |(service, seconds, n, summary, allowed)| Operation::Record { service, seconds, n, summary, allowed }),
        2 => (seconds.clone(), n.clone(), any::<bool>(), 0_i64..9).prop_map(
            |(seconds, n, failed, reported)| Operation::Outcome { seconds, n, failed, reported }),
        1 => (seconds.clone(), n.clone()).prop_map(|(seconds, n)| Operation::Decision { seconds, n }),
        2 => (0_u8..2, n.clone(), seconds.clone(), 0_u32..5).prop_map(
            |(service, change, since, limit)| Operation::History { service, change, since, limit }),
        2 => (seconds.clone(), seconds.clone(), any::<bool>(), proptest::option::of((seconds, n)), 1_u32..5).prop_map(
            |(since, until, newest_first, after, limit)| Operation::Decisions { since, until, newest_first, after, limit }),
        4 => proptest::collection::btree_map(0_u8..3, (proptest::option::of(proptest::option::of(1_u64..4)), any::<u8>()), 1..3)
            .prop_map(|puts| Operation::Commit {
                puts: puts.into_iter().map(|(key, (expect, value))| (key, expect, value)).collect(),
            }),
        2 => (0_u8..3, 0_u8..3).prop_map(|(first, last)| Operation::Documents { first, last }),
    ];
    proptest::collection::vec(operation, 1..40)
}

#[derive(Debug, Default)]
struct Model {
    claims: HashMap<u8, Claim>,
    records: BTreeMap<String, DecisionRecord>,
    outcomes: HashMap<String, Outcome>,
    documents: BTreeMap<String, (u64, u8)>,
}

/// Carries the operations out and compares each answer.
pub(crate) async fn agrees(ledger: &Ledger, operations: Vec<Operation>) {
    let mut model = Model::default();
    for operation in operations {
        model.step(ledger, operation).await;
    }
}

impl Model {
    async fn step(&mut self, ledger: &Ledger, operation: Operation) {
        match operation {
            Operation::Claim { key, question, seconds, holds_seconds, n } => {
                let claim = Claim {
                    expires_at: at(seconds) + TimeDelta::seconds(holds_seconds),
                    ..claim(&key.to_string(), &question.to_string(), seconds, n)
                };
                assert_eq!(ledger.claim(&claim).await.unwrap(), self.claim(key, claim));
            }
            Operation::Record { service, seconds, n, summary, allowed } => {
                let mut record = record(&service.to_string(), seconds, n);
                edit(&mut record, |change| change.id = n.to_string());
                record.decision.verdict = if allowed { Verdict::Allow } else { Verdict::Deny };
                record.decision.summary = summary.to_string();
                let first = self.records.get(&record.decision.decision_id).cloned();
                let expected = first.map_or(Recorded::Stored, |first| Recorded::Already(Box::new(first)));
                assert_eq!(ledger.record(&record, None).await.unwrap(), expected);
                self.records.entry(record.decision.decision_id.clone()).or_insert(record);
            }
            Operation::Outcome { seconds, n, failed, reported } => {
                let result = if failed { OutcomeResult::Failed } else { OutcomeResult::Succeeded };
                let (id, outcome) = (id(at(seconds), n), outcome(result, reported));
                let answer = ledger.report_outcome(&id, outcome.clone()).await.unwrap();
                assert_eq!(answer, self.report(id, outcome));
            }
            Operation::Decision { seconds, n } => {
                let id = id(at(seconds), n);
                assert_eq!(ledger.decision(&id).await.unwrap().as_ref(), self.records.get(&id));
            }
            Operation::History { service, change, since, limit } => {
                let change_id = change.to_string();
                let query = HistoryQuery { change_id, since: at(since), limit, ..all_of(&service.to_string()) };
                self.compare_history(ledger, &query).await;
            }
            Operation::Commit { puts } => {
                let put = |(key, expect, value): &(u8, Option<Option<u64>>, u8)| {
                    let expect = match expect {
                        None => Expect::Anything,
                        Some(None) => Expect::Absent,
                        Some(Some(version)) => Expect::Version(*version),
                    };
                    Put::new(&documents(), &key.to_string(), expect, value).unwrap()
                };
                let commit = Commit { at: at(0), puts: puts.iter().map(put).collect(), notices: Vec::new() };
                assert_eq!(ledger.commit(commit).await.unwrap(), self.commit(puts));
            }
            Operation::Documents { first, last } => {
                let found: Vec<Document<u8>> =
                    ledger.documents(&documents(), &first.to_string(), &last.to_string()).await.unwrap();
                let found: Vec<_> = found.into_iter().map(|found| (found.key, (found.version, found.value))).collect();
                let within = |key: &str| (first.to_string().as_str()..=last.to_string().as_str()).contains(&key);
                let expected = self.documents.iter().filter(|(key, _)| within(key));
                assert_eq!(found, expected.map(|(key, known)| (key.clone(), *known)).collect::<Vec<_>>());
            }
            Operation::Decisions { since, until, newest_first, after, limit } => {
                let order = if newest_first { Order::NewestFirst } else { Order::OldestFirst };
                let after = after.map(|(seconds, n)| id(at(seconds), n));
                let query = DecisionsQuery { since: at(since), until: at(until), order, after, limit };
                assert_eq!(ledger.decisions(&query).await.unwrap().records, self.decisions(&query));
            }
        }
    }

    fn claim(&mut self, key: u8, claim: Claim) -> Claimed {
        // The end is rounded up, the time of the claim down: within the second nothing has expired.
        let first =
            self.claims.get(&key).filter(|first| first.expires_at.timestamp() + 1 > claim.claimed_at.timestamp());
        match first {
            Some(first) if first.request_digest != claim.request_digest => {
                Claimed::Conflict { first_claimed_at: first.claimed_at }
            }
            Some(first) if first.decision_id == claim.decision_id => Claimed::New,
            Some(first) => Claimed::Again {
                decision_id: first.decision_id.clone(),
                record: self.records.get(&first.decision_id).cloned().map(Box::new),
            },
            None => {
                self.claims.insert(key, claim);
                Claimed::New
            }
        }
    }

    fn commit(&mut self, puts: Vec<(u8, Option<Option<u64>>, u8)>) -> Committed {
        let version = |key: u8| self.documents.get(&key.to_string()).map(|(version, _)| *version);
        if puts.iter().any(|(key, expect, _)| expect.is_some_and(|expect| expect != version(*key))) {
            return Committed::Conflict;
        }
        for (key, _, value) in puts {
            let known = self.documents.entry(key.to_string()).or_default();
            *known = (known.0 + 1, value);
        }
        Committed::Stored
    }

    fn report(&mut self, id: String, outcome: Outcome) -> OutcomeReported {
        match (self.records.contains_key(&id), self.outcomes.get(&id)) {
            (false, _) => OutcomeReported::UnknownDecision,
            (true, Some(first)) => OutcomeReported::Already(first.clone()),
            (true, None) => {
                self.outcomes.insert(id, outcome);
                OutcomeReported::Reported
            }
        }
    }

    async fn compare_history(&self, ledger: &Ledger, query: &HistoryQuery) {
        let matches = |record: &&DecisionRecord| {
            record.facts.value().frame().service == query.service && record.decision.evaluated_at >= query.since
        };
        let is_allowed = |record: &&DecisionRecord| record.decision.verdict == Verdict::Allow;
        // Ids sort as the times do.
        let matching: Vec<_> = self.records.values().rev().filter(matches).collect();
        let limit = usize::try_from(query.limit).unwrap();
        let allowed: Vec<_> = matching.iter().copied().filter(is_allowed).collect();
        let shown = |record: &&DecisionRecord| match is_allowed(record) {
            true => allowed.iter().take(limit).any(|other| other.decision == record.decision),
            false => change_of(record).id == query.change_id,
        };
        let expected: Vec<_> = matching.iter().copied().filter(shown).collect();
        let history = ledger.history(query).await.unwrap();
        assert_eq!(history.truncated, allowed.len() > limit);
        assert_eq!(history.changes.len(), expected.len());
        for (change, record) in history.changes.iter().zip(expected) {
            assert_eq!(change.decision_id, record.decision.decision_id);
            assert_eq!(change.change_id, change_of(record).id);
            assert_eq!(change.outcome.as_ref(), self.outcomes.get(&change.decision_id));
        }
    }

    fn decisions(&self, query: &DecisionsQuery) -> Vec<DecisionRecord> {
        let is_within = |id: &String| {
            let after = query.after.as_ref();
            *id >= id_floor(query.since)
                && *id <= id_ceiling(query.until)
                && after.is_none_or(|after| if query.order == Order::NewestFirst { id < after } else { id > after })
        };
        let mut found: Vec<_> =
            self.records.iter().filter(|(id, _)| is_within(id)).map(|(_, record)| record.clone()).collect();
        if query.order == Order::NewestFirst {
            found.reverse();
        }
        found.truncate(usize::try_from(query.limit).unwrap());
        found
    }
}

fn id_floor(time: tollgate_core::Timestamp) -> String {
    id(time, 0)
}

fn id_ceiling(time: tollgate_core::Timestamp) -> String {
    id(time, u32::MAX)
}

fn documents() -> Collection {
    Collection::of(&["model"])
}
