//! Running policy tests: each by its name in the source, so that one that gives nothing is a failure.

use std::{num::NonZeroU32, path::Path, time::Duration};

use regorus::{Engine, Value, utils::limits::ExecutionTimerConfig};
use tollgate_core::decision::Gate;

use super::{
    coverage::{Coverage, FileCoverage},
    suite::{Suite, Test},
};
use crate::{PolicyError, modules::split_message, panics::caught, policy_set::on_deep_stack, sources::Sources};

/// A test takes longer than a rule, as coverage is counted and machines of authors are busy.
const TEST_TIME: Duration = Duration::from_secs(2);

/// How one test fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// Its name in full: `tollgate.change.freeze_test.test_denies`.
    pub name: String,
    /// Its file, relative to the policies' folder.
    pub file: String,
    /// Its line.
    pub line: u64,
    /// Why it failed, with the source line where that is known; `None` when it passed.
    pub failure: Option<String>,
    /// What it printed.
    pub prints: Vec<String>,
}

/// How all tests fared.
#[derive(Debug, Clone)]
pub struct TestReport {
    /// Each test that ran.
    pub tests: Vec<TestResult>,
    /// Coverage of each rule and shared function by the tests that ran.
    pub coverage: Vec<FileCoverage>,
    /// Sets of rules that no test has seen find anything, so that every test of them would pass were they gone; empty
    /// when only some tests ran.
    pub never_found: Vec<PolicyError>,
}

/// Runs the tests whose full name or file contains one of the patterns; all of them without patterns.
///
/// # Errors
/// When the policies or tests cannot be loaded, or a test could not fail or looks at facts that the schema of its gate's
/// facts does not allow: everything that is wrong, by file and line.
pub fn run_tests(
    folder: &Path,
    patterns: &[String],
    facts_schema: impl Fn(Gate) -> serde_json::Value,
) -> Result<TestReport, Vec<PolicyError>> {
    let sources = Sources::read(folder, true)?;
    // Tests of policies that would not load prove nothing.
    crate::PolicySet::build(sources.clone(), true)?;
    let suite = Suite::load(&sources)?;
    let suite = super::refuse_tests(suite, &sources, Gate::ALL.map(|gate| (gate, facts_schema(gate))))?;
    let patterns = patterns.to_vec();
    let all = patterns.is_empty();
    let wanted = move |test: &Test| {
        let dotted = test.path.replacen("tollgate.", "", 1).replace("_test.", ".");
        let matches =
            |pattern: &String| test.path.contains(pattern) || test.file.contains(pattern) || dotted.contains(pattern);
        patterns.is_empty() || patterns.iter().any(matches)
    };
    let text = move |file: &str| sources.tests.get(file).cloned().unwrap_or_default();
    on_deep_stack(move || {
        let mut coverage = Coverage::default();
        let tests = suite.tests();
        let wanted = tests.into_iter().filter(wanted);
        let tests = wanted.map(|test| run(&suite, &test, &text(&test.file), &mut coverage)).collect();
        let never_found = if all { coverage.never_found(&suite) } else { Vec::new() };
        Ok(TestReport { tests, coverage: coverage.report(&suite), never_found })
    })
}

fn run(suite: &Suite, test: &Test, text: &str, coverage: &mut Coverage) -> TestResult {
    let mut engine = suite.engine.clone();
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: TEST_TIME, check_interval: NonZeroU32::MIN });
    let evaluated = caught(|| engine.eval_rule(format!("data.{}", test.path)));
    let covered = coverage.add(&engine, &suite.seen, &test.file);
    let failure = match evaluated {
        Ok(Ok(Value::Bool(true))) => None,
        Ok(Ok(value)) => {
            let gave = if value == Value::Undefined {
                "is not true".to_owned()
            } else {
                format!("gives `{value}`, not `true`")
            };
            let reached =
                covered.range(..=line_of(test.lines.1)).next_back().filter(|line| **line >= line_of(test.lines.0));
            Some(match reached.and_then(|line| Some((line, source_line(text, *line)?))) {
                Some((line, source)) => format!("{gave}; it stopped at line {line}: {source}"),
                None => gave,
            })
        }
        Ok(Err(error)) => Some(described(&error.to_string())),
        Err(said) => Some(format!("the engine panicked: {said}")),
    };
    let prints = take_prints(&mut engine);
    TestResult { name: test.path.clone(), file: test.file.clone(), line: test.lines.0, failure, prints }
}

fn described(error: &str) -> String {
    match split_message(error) {
        (Some((file, line)), said) => format!("{file}:{line}: {said}"),
        (None, said) => said,
    }
}

fn take_prints(engine: &mut Engine) -> Vec<String> {
    engine.take_prints().unwrap_or_default()
}

fn line_of(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn source_line(text: &str, line: u32) -> Option<&str> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?;
    text.lines().nth(before).map(str::trim)
}
