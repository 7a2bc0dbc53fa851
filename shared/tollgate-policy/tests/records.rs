//! Records of every earlier version can be judged again. A folder of `tests/fixtures/records` is a version, named by its day, and stays
//! for ever.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{fs, path::Path};

use tollgate_core::{
    decision::DecisionRecord,
    finding::FindingKind,
    fold::{self, Judgement},
};
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// Facts that lack what later versions know may hold up what was allowed then, since what is not known is no approval; they never
/// let through what was not.
#[test]
fn records_of_earlier_versions_are_judged_again() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let evaluator = Evaluator::new(PolicySet::load(&root.join("policies")).unwrap(), Limits::default());
    let versions = fs::read_dir(root.join("tests/fixtures/records")).unwrap();
    let files = versions.flat_map(|version| fs::read_dir(version.unwrap().path()).unwrap());
    let mut count = 0;
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.display();
        let text = fs::read_to_string(&file).unwrap();
        let DecisionRecord { decision, facts } = serde_json::from_str(&text).unwrap();
        assert_eq!(facts.digest(), decision.facts_digest, "{name}: the facts are those that were judged");
        let evaluation = evaluator.evaluate_json(facts.value().gate(), facts.json());
        assert!(evaluation.rules.iter().all(|run| run.judged), "{name}: {:#?}", evaluation.findings);
        let judgement = Judgement {
            decision_id: decision.decision_id.clone(),
            facts_digest: facts.digest(),
            evaluation,
            warnings: Vec::new(),
        };
        let again = fold::decide(&facts.value().frame(), judgement);
        assert!(again.findings.iter().all(|finding| finding.kind != FindingKind::EvaluationError), "{name}");
        assert!(again.verdict >= decision.verdict, "{name}: {} was {:?}", again.summary, decision.verdict);
        count += 1;
    }
    assert!(count >= 4, "the records are there");
}
