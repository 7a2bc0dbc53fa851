//! Policies together with their tests.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{Engine, unstable::Rule};
use serde_json::json;

use super::coverage::{Seen, instrument};
use crate::{
    PolicyError, check, functions,
    module_path::Role,
    modules::{ParsedModule, install, located, parse},
    policy_set::{add_data, on_deep_stack},
    reference::head_name,
    sources::Sources,
};

/// Policies and tests, parsed, checked and prepared.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) engine: Engine,
    pub(super) modules: Vec<ParsedModule>,
    pub(super) seen: Seen,
}

/// A test, as the source names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) file: String,
    /// Its name in full, such as `tollgate.change.freeze_test.test_denies`.
    pub(super) path: String,
    /// First and last line.
    pub(super) lines: (u64, u64),
}

impl Suite {
    pub(super) fn load(sources: &Sources) -> Result<Self, Vec<PolicyError>> {
        let sources = sources.clone();
        on_deep_stack(move || {
            // An engine that knows which lines it has evaluated.
            let (mut engine, data) = engine(&sources)?;
            engine.set_enable_coverage(true);
            let files: BTreeMap<_, _> = sources.policies.iter().chain(&sources.tests).collect();
            let modules = parse(files, true)?;
            let mut errors = check::modules(&modules, &[], &data);
            let mut suite = Self { engine, modules, seen: Seen::default() };
            errors.extend(suite.misnamed_tests());
            if !errors.is_empty() {
                return Err(errors);
            }
            suite.seen.watch(&mut suite.engine).map_err(|said| vec![PolicyError::new("policies", None, said)])?;
            install(&mut suite.engine, &suite.modules, Some(instrument))?;
            suite.engine.eval_query("true".to_owned(), false).map_err(|error| vec![located("policies", &error)])?;
            Ok(suite)
        })
    }

    /// All tests, in the order of the sources.
    pub(super) fn tests(&self) -> Vec<Test> {
        let modules = self.modules.iter().filter(|parsed| parsed.place.role == Role::Test);
        modules.flat_map(|parsed| parsed.module.policy.iter().filter_map(|rule| test(parsed, rule))).collect()
    }

    /// A test that is defined twice would pass when one of the two does; one that is not a plain rule never runs.
    fn misnamed_tests(&self) -> Vec<PolicyError> {
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for test in self.tests() {
            if !seen.insert(test.path.clone()) {
                let message =
                    "a test of this name is there already, and one that passes would hide the other: rename it";
                errors.push(PolicyError::new(test.file, test.lines.0, message));
            }
        }
        for parsed in self.modules.iter().filter(|parsed| parsed.place.role == Role::Test) {
            for rule in &parsed.module.policy {
                if head_name(rule).is_some_and(|name| name.starts_with("test_")) && test(parsed, rule).is_none() {
                    let message = "a test is written `test_… if { … }`, without arguments or brackets in its name";
                    errors.push(PolicyError::new(&parsed.file, u64::from(rule.span().line), message));
                }
            }
        }
        errors
    }
}

/// An engine without policies, and the top names of its data.
fn engine(sources: &Sources) -> Result<(Engine, BTreeSet<String>), Vec<PolicyError>> {
    let mut engine = functions::engine().map_err(|said| vec![PolicyError::new("policies", None, said)])?;
    let data = add_data(&mut engine, &sources.data).map_err(|error| vec![error])?;
    Ok((engine, data))
}

fn test(parsed: &ParsedModule, rule: &Rule) -> Option<Test> {
    use regorus::unstable::{Expr, RuleHead};
    let Rule::Spec { span, head: RuleHead::Compr { refr, .. }, .. } = rule else { return None };
    let name = head_name(rule).filter(|name| name.starts_with("test_") && matches!(**refr, Expr::Var { .. }))?;
    let first = u64::from(span.line);
    let length = u64::try_from(span.text().trim_end().matches('\n').count()).unwrap_or_default();
    let path = format!("{}.{name}", parsed.place.package.join("."));
    Some(Test { file: parsed.file.clone(), path, lines: (first, first.saturating_add(length)) })
}

/// The thresholds that the shipped settings declare: a tree whose leaves are maps with `value`.
pub(super) fn thresholds(sources: &Sources) -> Result<serde_json::Value, Vec<PolicyError>> {
    const FILES: [&str; 2] = ["data/settings/defaults.yaml", "data/settings/defaults.yml"];
    let found = FILES.into_iter().find_map(|file| Some((file, sources.data.get(file)?)));
    let Some((file, text)) = found else { return Ok(json!({})) };
    let settings: serde_json::Value = tollgate_core::data::from_yaml(file, text).map_err(|error| vec![error])?;
    Ok(settings.get("thresholds").cloned().unwrap_or_else(|| json!({})))
}
