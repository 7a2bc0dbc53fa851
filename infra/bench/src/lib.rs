//! What the benchmarks share: the shipped policies, the facts of a healthy change, and a stand-in for CloudWatch.

pub mod backtest;
pub mod cloudwatch;
pub mod floor;
pub mod sweep;

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use tollgate_core::{
    decision::Decision,
    digest,
    facts::Facts,
    fold::{self, Judgement},
};
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// Facts of a healthy change, as the end-to-end tests keep them: JSON behind a header of three lines.
const SNAPSHOT: &str = include_str!("../../../tests/fixtures/change/facts/healthy.snap");

/// Facts of a healthy change.
///
/// # Errors
/// When the snapshot is not there.
pub fn facts() -> anyhow::Result<String> {
    let json = SNAPSHOT.splitn(3, "---").nth(2).context("a snapshot has a header")?;
    let value: serde_json::Value = serde_json::from_str(json)?;
    Ok(value.to_string())
}

/// The folder of the shipped policies.
pub fn policies() -> PathBuf {
    tollgate_e2e::workspace().join("policies")
}

/// The shipped policies, ready to judge.
///
/// # Errors
/// When they are not in order.
pub fn evaluator() -> anyhow::Result<Evaluator> {
    let policies = PolicySet::load(&policies()).map_err(|errors| anyhow!("{errors:?}"))?;
    Ok(Evaluator::new(policies, Limits::default()))
}

/// A decision from facts as JSON to the decision as JSON.
///
/// # Errors
/// When the facts are no facts.
pub fn decide(evaluator: &Evaluator, facts: &str) -> anyhow::Result<String> {
    let facts: Facts = serde_json::from_str(facts)?;
    Ok(serde_json::to_string(&judge(evaluator, &facts)?)?)
}

/// A decision from facts, as replay makes it.
///
/// # Errors
/// When the facts cannot be written as JSON.
pub fn judge(evaluator: &Evaluator, facts: &Facts) -> anyhow::Result<Decision> {
    let json = serde_json::to_string(facts)?;
    let facts_digest = digest::of_bytes(json.as_bytes());
    let evaluation = evaluator.evaluate_json(facts.gate(), &json);
    let judgement = Judgement {
        decision_id: "01M7YSCZQ5Q145XDFKSYRAY5YJ".to_owned(),
        facts_digest,
        evaluation,
        warnings: Vec::new(),
    };
    Ok(fold::decide(&facts.frame(), judgement))
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy(from: &std::path::Path, to: &std::path::Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (path, target) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
