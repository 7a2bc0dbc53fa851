//! The direction of dependencies: functions and the command use the libraries, the libraries use the core, nothing looks
//! sideways or back, and what must stay out stays out.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

/// What each package may use of the workspace, outside of tests.
const MAY_USE: &[(&str, &[&str])] = &[
    ("tollgate-core", &[]),
    ("tollgate-policy", &["tollgate-core"]),
    ("tollgate-aws", &["tollgate-core"]),
    ("tollgate-ledger", &["tollgate-core"]),
    ("tollgate-lambda", &["tollgate-core"]),
    ("tollgate-gate", &["tollgate-aws", "tollgate-core", "tollgate-lambda", "tollgate-ledger", "tollgate-policy"]),
    ("change-gate", &["tollgate-core", "tollgate-gate", "tollgate-lambda", "tollgate-ledger"]),
    ("cost-gate", &["tollgate-core", "tollgate-gate", "tollgate-lambda", "tollgate-ledger"]),
    ("slo-gate", &["tollgate-aws", "tollgate-core", "tollgate-gate", "tollgate-lambda", "tollgate-ledger"]),
    ("tollgate-cli", &["tollgate-aws", "tollgate-core", "tollgate-ledger", "tollgate-policy"]),
    ("xtask", &[]),
    ("tollgate-e2e", &[]),
    ("tollgate-differential", &["tollgate-core", "tollgate-policy"]),
    ("tollgate-bench", &["tollgate-aws", "tollgate-core", "tollgate-e2e", "tollgate-policy"]),
];

/// Libraries that only the named packages may use.
const ONLY: &[(&str, &[&str])] = &[
    ("regorus", &["tollgate-policy"]),
    ("aws-sdk-applicationsignals", &["tollgate-aws"]),
    ("aws-sdk-budgets", &["tollgate-aws"]),
    ("aws-sdk-cloudwatch", &["tollgate-aws", "tollgate-e2e"]),
    ("aws-sdk-costexplorer", &["tollgate-aws"]),
    ("aws-sdk-dynamodb", &["tollgate-ledger"]),
    ("aws-sdk-eventbridge", &["tollgate-aws"]),
    ("aws-sdk-sns", &["tollgate-aws"]),
    ("aws-sdk-sts", &["tollgate-aws"]),
    ("rusqlite", &["tollgate-ledger", "tollgate-e2e"]),
    ("lambda_runtime", &["tollgate-lambda", "tollgate-gate", "change-gate", "cost-gate", "slo-gate"]),
];

fn packages() -> Vec<(String, BTreeSet<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(tollgate_e2e::workspace())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let uses = |package: &Value| {
        let normal = |dependency: &&Value| dependency["kind"] != "dev";
        let dependencies = package["dependencies"].as_array().unwrap().iter().filter(normal);
        dependencies.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (package["name"].as_str().unwrap().to_owned(), uses(package))).collect()
}

#[test]
fn dependencies_point_one_way() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|(name, _)| name.as_str()).collect();
    for (name, uses) in &packages {
        let allowed = MAY_USE.iter().find(|(package, _)| package == name);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("`{name}` is new: say in this test what it may use"));
        let wrong: Vec<_> = uses
            .iter()
            .filter(|dependency| ours.contains(dependency.as_str()) && !allowed.contains(&dependency.as_str()))
            .collect();
        assert!(wrong.is_empty(), "`{name}` may not use {wrong:?}: see ARCHITECTURE.md");
        let stale: Vec<_> = allowed.iter().filter(|dependency| !uses.contains(**dependency)).collect();
        assert!(stale.is_empty(), "`{name}` does not use {stale:?}: take the allowance out of this test");
    }
    let gone: Vec<_> = MAY_USE.iter().map(|(package, _)| package).filter(|package| !ours.contains(**package)).collect();
    assert!(gone.is_empty(), "{gone:?} are no packages any more: take them out of this test");
}

#[test]
fn outside_libraries_stay_behind_their_crate() {
    let packages = packages();
    for (library, only) in ONLY {
        let users: BTreeSet<&str> =
            packages.iter().filter(|(_, uses)| uses.contains(*library)).map(|(name, _)| name.as_str()).collect();
        let allowed: BTreeSet<&str> = only.iter().copied().collect();
        let (wrong, stale) = (&users - &allowed, &allowed - &users);
        assert!(wrong.is_empty(), "{wrong:?} may not use `{library}`");
        assert!(stale.is_empty(), "{stale:?} do not use `{library}`: take the allowance out of this test");
    }
}

#[test]
fn the_core_is_pure() {
    let (_, uses) = packages().into_iter().find(|(name, _)| name == "tollgate-core").unwrap();
    for impure in ["tokio", "rand", "tracing", "regorus", "ureq"] {
        assert!(!uses.contains(impure), "tollgate-core may not use `{impure}`");
    }
    let sources = tollgate_e2e::workspace().join("shared/tollgate-core/src");
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for impure in ["std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "Utc::now", "async fn"] {
                assert!(!text.contains(impure), "{} uses `{impure}`", entry.path().display());
            }
        }
    }
}
