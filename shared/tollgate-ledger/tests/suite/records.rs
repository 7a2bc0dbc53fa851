use serde_json::json;
use tollgate_core::{
    change::{Cost, CostReport},
    decision::DecisionRecord,
    facts::OutcomeResult,
};
use tollgate_ledger::{
    DecisionsQuery, HistoryQuery, Ledger, LedgerError, MAX_RECORD_BYTES, Order, OutcomeReported, Recorded,
};

use super::fixture::{all_of, at, edit, id, ids_of, outcome, record, store};

fn bytes(record: &DecisionRecord) -> Vec<u8> {
    serde_json::to_vec(record).unwrap()
}

async fn read(ledger: &Ledger, record: &DecisionRecord) -> DecisionRecord {
    ledger.decision(&record.decision.decision_id).await.unwrap().unwrap()
}

pub(crate) async fn a_record_is_read_as_it_was_written(ledger: &Ledger, other: &Ledger) {
    let mut written = record("payments-api", 0, 1);
    // Numbers that a careless reader of JSON would change.
    edit(&mut written, |change| {
        change.cost = Some(Cost::Infracost(CostReport::from(json!({
            "z": 0.1, "a": [1.000_000_000_000_000_2, 2.225_073_858_507_201e-308, 1.797_693_134_862_315_7e308, -0.0],
            "large": u64::MAX, "small": i64::MIN, "text": "\u{0}\u{7f}\"\\\u{2028}é😀", "none": null, "deep": [[[[{}]]]],
        }))));
    });
    store(ledger, &written).await;
    let read = read(other, &written).await;
    assert_eq!(read, written);
    assert_eq!(bytes(&read), bytes(&written));
}

pub(crate) async fn the_first_record_stands(ledger: &Ledger, other: &Ledger) {
    let first = record("payments-api", 0, 1);
    let mut second = first.clone();
    second.decision.summary = "another answer".into();
    store(ledger, &first).await;
    assert_eq!(other.record(&second, None).await.unwrap(), Recorded::Already(Box::new(first.clone())));
    assert_eq!(ledger.record(&first, None).await.unwrap(), Recorded::Already(Box::new(first.clone())));
    assert_eq!(read(other, &first).await, first);
}

pub(crate) async fn of_eight_records_at_once_one_stands(ledger: &Ledger, other: &Ledger) {
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let ledger = if n % 2 == 0 { ledger } else { other }.clone();
            let mut record = record("payments-api", 0, 1);
            record.decision.summary = format!("answer {n}");
            tokio::spawn(async move { (record.clone(), ledger.record(&record, None).await.unwrap()) })
        })
        .collect();
    let (mut stored, mut already) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            (record, Recorded::Stored) => stored.push(record),
            (_, Recorded::Already(first)) => already.push(*first),
            (_, Recorded::Overtaken) => panic!("nothing else was allowed"),
        }
    }
    assert_eq!((stored.len(), already.len()), (1, 7));
    assert!(already.iter().all(|first| *first == stored[0]));
    assert_eq!(read(ledger, &stored[0]).await, stored[0]);
    assert_eq!(ids_of(ledger, &all_of("payments-api")).await, [id(at(0), 1)]);
}

pub(crate) async fn a_record_is_kept_whole_or_not_at_all(ledger: &Ledger, other: &Ledger) {
    store(ledger, &record("payments-api", 0, 1)).await;
    // The same id for another service and time: were the parts written one by one, these would be there.
    let mut late = record("search-api", 60, 1);
    late.decision.decision_id = id(at(0), 1);
    assert!(matches!(other.record(&late, None).await.unwrap(), Recorded::Already(_)));
    assert!(ids_of(ledger, &all_of("search-api")).await.is_empty());
    assert_eq!(ids_of(ledger, &all_of("payments-api")).await, [id(at(0), 1)]);
}

pub(crate) async fn a_huge_record_is_refused_and_a_large_one_kept(ledger: &Ledger, other: &Ledger) {
    let mut large = record("payments-api", 0, 1);
    large.decision.summary = "é".repeat((MAX_RECORD_BYTES - bytes(&large).len()) / 2);
    let room = MAX_RECORD_BYTES - bytes(&large).len();
    large.decision.summary.push_str(&"x".repeat(room));
    let mut huge = large.clone();
    huge.decision.summary.push('x');

    let error = ledger.record(&huge, None).await.unwrap_err();
    assert!(matches!(error, LedgerError::TooLarge { bytes, .. } if bytes == MAX_RECORD_BYTES + 1), "{error}");
    assert!(error.to_string().contains("399361 bytes, 1 more than the ledger's 399360"), "{error}");
    assert_eq!(ledger.decision(&id(at(0), 1)).await.unwrap(), None);
    assert!(ids_of(ledger, &all_of("payments-api")).await.is_empty());

    store(ledger, &large).await;
    assert_eq!(read(other, &large).await, large);
    assert_eq!(other.record(&large, None).await.unwrap(), Recorded::Already(Box::new(large)));
}

pub(crate) async fn long_names_are_refused(ledger: &Ledger, _: &Ledger) {
    let mut long = record("payments-api", 0, 1);
    edit(&mut long, |change| change.author = "x".repeat(9000));
    let error = ledger.record(&long, None).await.unwrap_err();
    assert!(error.to_string().contains("shorten its id, service, environment or author"), "{error}");
    assert_eq!(ledger.decision(&id(at(0), 1)).await.unwrap(), None);
}

pub(crate) async fn odd_ids_name_nothing(ledger: &Ledger, _: &Ledger) {
    let known = record("payments-api", 0, 1);
    store(ledger, &known).await;
    let lower_case = id(at(0), 1).to_lowercase();
    for odd in ["", "é", "😀😀", "\u{0}", "%", "DECISION#1", "'; DROP TABLE decisions", &lower_case, &"x".repeat(5000)]
    {
        assert_eq!(ledger.decision(odd).await.unwrap(), None, "{odd}");
        let reported = ledger.report_outcome(odd, outcome(OutcomeResult::Failed, 9)).await.unwrap();
        assert_eq!(reported, OutcomeReported::UnknownDecision, "{odd}");
        let mut record = known.clone();
        record.decision.decision_id = odd.into();
        let refused = ledger.record(&record, None).await;
        assert!(matches!(refused, Err(LedgerError::Invalid { field: "decision_id", .. })), "{odd}");
    }
}

pub(crate) async fn odd_texts_are_kept_as_they_are(ledger: &Ledger, other: &Ledger) {
    for (n, text) in (1..).zip(["", " ", "\u{0}", "é", "e\u{301}", "\u{202e}txt", "😀", "a#b", "%_'\"\\\n"]) {
        let mut written = record(text, i64::from(n), n);
        edit(&mut written, |change| change.environment = text.into());
        edit(&mut written, |change| change.id = text.into());
        edit(&mut written, |change| change.author = text.into());
        store(ledger, &written).await;
        assert_eq!(bytes(&read(other, &written).await), bytes(&written));
        let query = HistoryQuery { environment: text.into(), ..all_of(text) };
        let changes = other.history(&query).await.unwrap().changes;
        assert_eq!(changes.len(), 1, "{text:?}");
        assert_eq!((changes[0].service.as_str(), changes[0].author.as_str()), (text, text));
    }
    let query = DecisionsQuery { since: at(0), until: at(99), order: Order::OldestFirst, after: None, limit: 100 };
    assert_eq!(ledger.decisions(&query).await.unwrap().records.len(), 9);
}
