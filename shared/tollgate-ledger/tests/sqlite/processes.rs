//! Several processes on one file, some of which are killed while they write. The processes are this very program, told
//! to run the one test that is ignored otherwise.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead as _, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;
use tollgate_core::facts::OutcomeResult;
use tollgate_ledger::{Claimed, DecisionsQuery, Ledger, LedgerConfig, Order, OutcomeReported};

use crate::suite::fixture::{all_of, at, claim, id, ids_of, outcome, record, store};

const FILE: &str = "TOLLGATE_TEST_LEDGER_FILE";
const NUMBER: &str = "TOLLGATE_TEST_PROCESS_NUMBER";
const KEYS: &str = "TOLLGATE_TEST_KEYS";

fn spawn(file: &Path, number: u32, keys: u32) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "processes::writes_as_a_process_of_its_own", "--ignored", "--nocapture"])
        .envs([(FILE, file.as_os_str())])
        .envs([(NUMBER, number.to_string()), (KEYS, keys.to_string())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// Claims one key after the other, as other processes do; decides and reports what it won, and says so.
#[tokio::test]
#[ignore = "is what the processes run that the other tests start"]
async fn writes_as_a_process_of_its_own() {
    let variable = |name| env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set: run the other tests"));
    let config = LedgerConfig::Sqlite(PathBuf::from(variable(FILE)));
    let (number, keys): (u32, u32) = (variable(NUMBER).parse().unwrap(), variable(KEYS).parse().unwrap());
    let ledger = Ledger::open(&config, None).await.unwrap();
    for n in 0..keys {
        let seconds = i64::from(n);
        if ledger.claim(&claim(&n.to_string(), "q", seconds, number)).await.unwrap() == Claimed::New {
            let record = record("payments-api", seconds, number);
            store(&ledger, &record).await;
            let outcome = outcome(OutcomeResult::Succeeded, seconds);
            let reported = ledger.report_outcome(&record.decision.decision_id, outcome).await.unwrap();
            assert_eq!(reported, OutcomeReported::Reported);
            println!("\nrecorded {n} {}", record.decision.decision_id);
        }
    }
}

/// The key and the decision's id in a line that a process printed.
fn recorded(line: &str) -> Option<(u32, String)> {
    let (key, id) = line.strip_prefix("recorded ")?.split_once(' ')?;
    Some((key.parse().ok()?, id.to_owned()))
}

/// All decisions by id, after seeing that each is whole: readable and in the history.
async fn whole_records(ledger: &Ledger) -> Vec<String> {
    let mut query =
        DecisionsQuery { since: at(0), until: at(1 << 20), order: Order::OldestFirst, after: None, limit: 100 };
    let mut ids = Vec::new();
    loop {
        let page = ledger.decisions(&query).await.unwrap();
        ids.extend(page.records.into_iter().map(|record| record.decision.decision_id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    let mut in_history =
        ids_of(ledger, &tollgate_ledger::HistoryQuery { limit: 10_000, ..all_of("payments-api") }).await;
    in_history.reverse();
    assert_eq!(ids, in_history);
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_make_the_same_file_at_once() {
    for _ in 0..10 {
        let folder = TempDir::new().unwrap();
        let config = LedgerConfig::Sqlite(folder.path().join("ledger.db"));
        let opened: Vec<_> = (0..16)
            .map(|n| {
                let config = config.clone();
                tokio::spawn(async move {
                    let ledger = Ledger::open(&config, None).await.unwrap();
                    ledger.claim(&claim(&n.to_string(), "q", 0, n)).await.unwrap()
                })
            })
            .collect();
        for ledger in opened {
            assert_eq!(ledger.await.unwrap(), Claimed::New);
        }
    }
}

#[tokio::test]
async fn several_decide_each_question_once() {
    const KEYS: u32 = 60;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ledger.db");
    // Nobody has made the file yet: they all do.
    let children: Vec<_> = (1..=4).map(|number| spawn(&file, number, KEYS)).collect();
    let mut decided = BTreeMap::new();
    for (mut child, lines) in children {
        for (key, id) in lines.filter_map(|line| recorded(&line.unwrap())) {
            assert_eq!(decided.insert(key, id), None, "key {key} was decided twice");
        }
        assert!(child.wait().unwrap().success());
    }
    assert!(decided.keys().copied().eq(0..KEYS), "{decided:?}");
    let ledger = Ledger::open(&LedgerConfig::Sqlite(file), None).await.unwrap();
    assert_eq!(whole_records(&ledger).await, decided.into_values().collect::<Vec<_>>());
}

#[tokio::test]
async fn one_that_is_killed_leaves_whole_records_and_what_it_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ledger.db");
    let mut said = Vec::new();
    // Each round goes on where the one before was killed, so the file is recovered again and again.
    for (round, lines_before_death) in (1..).zip([1, 7, 20, 3, 30]) {
        let (mut child, mut lines) = spawn(&file, round, u32::MAX);
        let mut next = || lines.find_map(|line| recorded(&line.unwrap()));
        for _ in 0..lines_before_death {
            said.push(next().unwrap().1);
        }
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success());
        // It went on until the signal came.
        while let Some((_, id)) = next() {
            said.push(id);
        }
        let ledger = Ledger::open(&LedgerConfig::Sqlite(file.clone()), None).await.unwrap();
        let kept = whole_records(&ledger).await;
        assert!(said.iter().all(|id| kept.contains(id)), "round {round}: said {said:?}, kept {kept:?}");
        // One decision for each round may have been kept and not yet said.
        assert!(kept.len() <= said.len() + usize::try_from(round).unwrap());
        // A claim whose holder died is gone on with under its id.
        if let Claimed::Again { decision_id, record } = ledger.claim(&claim("0", "q", 1, 99)).await.unwrap() {
            assert_eq!((decision_id, record.is_some()), (id(at(0), 1), true));
        }
    }
    assert!(said.len() >= 61);
}
