//! `tollgate policies test`.

use std::{process::ExitCode, time::Instant};

use clap::Args;
use tollgate_policy::tools::{FileCoverage, TestReport, TestResult, run_tests};

use super::{count, failed};
use crate::Folder;

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    folder: Folder,
    /// Fail unless every line of every rule and shared function is evaluated by a test
    #[arg(long)]
    coverage: bool,
    /// Run only tests whose name or file contains one of these, such as `change/freeze` or `test_denies`; all when left out
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// One more PATTERN, written as `opa test` takes it
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,
}

pub(super) fn run(arguments: &TestArguments) -> ExitCode {
    let begun = Instant::now();
    let patterns: Vec<String> = arguments.patterns.iter().chain(&arguments.run).cloned().collect();
    let report = match run_tests(&arguments.folder.path, &patterns, tollgate_core::schema::facts_as_written) {
        Ok(report) => report,
        Err(errors) => return failed(&arguments.folder, &errors),
    };
    let failures = report.tests.iter().filter(|test| test.failure.is_some()).count();
    report.tests.iter().for_each(|test| print_test(&arguments.folder, test));
    let passed = report.tests.len().saturating_sub(failures);
    println!("{} passed, {failures} failed, in {} ms", count(passed, "test"), begun.elapsed().as_millis());
    if report.tests.is_empty() {
        eprintln!("no test ran: no name or file contains `{}`", patterns.join("` or `"));
        return ExitCode::FAILURE;
    }
    let seen = report.never_found.is_empty() || failures > 0;
    if !seen {
        return failed(&arguments.folder, &report.never_found);
    }
    let covered = !arguments.coverage || print_coverage(&arguments.folder, &report);
    if failures == 0 && covered { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_test(folder: &Folder, test: &TestResult) {
    let name = test.name.rsplit('.').next().unwrap_or(&test.name);
    if let Some(failure) = &test.failure {
        println!("{}:{}: {name} failed: {failure}", folder.path.join(&test.file).display(), test.line);
    }
    for print in &test.prints {
        println!("  {name} prints {print}");
    }
}

/// Says which lines no test evaluates; true when there are none.
fn print_coverage(folder: &Folder, report: &TestReport) -> bool {
    let lines: usize = report.coverage.iter().map(|file| file.lines).sum();
    let uncovered: usize = report.coverage.iter().map(|file| file.uncovered.len()).sum();
    for file in report.coverage.iter().filter(|file| !file.uncovered.is_empty()) {
        for range in ranges(file) {
            println!("{}:{range}: not evaluated by any test", folder.path.join(&file.file).display());
        }
    }
    let percent = lines.saturating_sub(uncovered).saturating_mul(100).checked_div(lines).unwrap_or(0);
    println!("coverage {percent} %: {} of {lines} lines", lines.saturating_sub(uncovered));
    uncovered == 0
}

/// `3` or `5-8` for lines that follow each other.
fn ranges(file: &FileCoverage) -> Vec<String> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in &file.uncovered {
        match ranges.last_mut() {
            Some((_, last)) if last.saturating_add(1) == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let shown = |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.into_iter().map(shown).collect()
}
