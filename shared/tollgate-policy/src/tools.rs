//! For policy authors: checking, testing, covering, scaffolding and cataloguing policies. Not in the functions.

mod catalogue;

mod coverage;
mod eval;
mod expect;
mod lint;
mod scaffold;
mod suite;
mod test_run;

use std::{collections::BTreeMap, path::Path};

pub use catalogue::{CATALOGUE_FILE, catalogue};
pub use coverage::FileCoverage;
pub use eval::evaluate;
pub use expect::{EXPECTED_FILE, expected_rules};
pub use scaffold::scaffold;
pub use test_run::{TestReport, TestResult, run_tests};

use serde_json::Value;
use tollgate_core::{catalogue::Catalogue, decision::Gate, rule::Rules};

use crate::{PolicyError, PolicySet, check, expected, policy_set::on_deep_stack, sources::Sources};
use suite::Suite;

/// Checks policies as loading does, and besides: references to the facts against the JSON Schema of the gate's facts (a library's: of every
/// gate's) and the
/// thresholds that `data/settings/defaults.yaml` declares, the list of the rules that are expected to run, tests, unused imports
/// and layout.
///
/// # Errors
/// When the folder cannot be read or the policies cannot be loaded: everything that is wrong, by file and line.
pub fn check(folder: &Path, facts_schema: impl Fn(Gate) -> Value) -> Result<Checked, Vec<PolicyError>> {
    let sources = Sources::read(folder, true)?;
    let built = PolicySet::build(sources.clone(), true);
    // Rules that could not be read are there, so that naming them is not wrong.
    let rules = built.as_ref().map_or_else(|_| Rules::default(), PolicySet::declared);
    let catalogue = Catalogue::load(&sources.data, &Rules { names: sources.rule_names(), ..rules });
    let (catalogue, mut wrong) = catalogue.map_or_else(|errors| (None, errors), |read| (Some(read), Vec::new()));
    let policies = built.map_err(|errors| sorted([errors, wrong.clone()].concat()))?;
    wrong.extend(policies.expected.is_none().then(expected::missing));
    if let Some(catalogue) = catalogue.as_ref().filter(|_| policies.expected.is_some()) {
        wrong.extend(policies.differences(catalogue).into_iter().map(|difference| difference.error));
    }
    let suite = Suite::load(&sources)?;
    let rules = policies.all_rules().count();
    let schemas = Gate::ALL.map(|gate| (gate, facts_schema(gate)));
    let problems = on_deep_stack(move || {
        let mut problems = lint::lint(&sources, &policies, &suite);
        // Where the thresholds cannot be read, or are not there, nothing is known to be missing of them; that is said already.
        let declares = |thresholds: Value| thresholds.as_object().is_some_and(|groups| !groups.is_empty());
        if suite::thresholds(&sources).is_ok_and(declares) {
            problems.extend(types(&suite, &sources, schemas)?);
        }
        Ok(problems)
    })?;
    wrong.extend(problems);
    let problems = sorted(wrong);
    Ok(Checked { rules, catalogue, problems })
}

fn sorted(mut errors: Vec<PolicyError>) -> Vec<PolicyError> {
    errors.sort();
    errors.dedup();
    errors
}

/// What the types of rules and tests say, by the schemas of the gates' facts.
fn types<const N: usize>(
    suite: &Suite,
    sources: &Sources,
    schemas: [(Gate, Value); N],
) -> Result<Vec<PolicyError>, Vec<PolicyError>> {
    let thresholds = suite::thresholds(sources)?;
    let schemas = schemas.map(|(gate, schema)| (gate, check::types::with_thresholds(schema, &thresholds)));
    Ok(check::types::check(&suite.modules, &schemas))
}

/// Refuses a suite of which a test proves nothing.
fn refuse_tests<const N: usize>(
    suite: Suite,
    sources: &Sources,
    schemas: [(Gate, Value); N],
) -> Result<Suite, Vec<PolicyError>> {
    let sources = sources.clone();
    on_deep_stack(move || {
        let mut problems = types(&suite, &sources, schemas)?;
        problems.retain(|problem| problem.file.ends_with("_test.rego"));
        lint::assertions::check(&check::Index::of(&suite.modules), &mut problems);
        problems.sort();
        if problems.is_empty() { Ok(suite) } else { Err(problems) }
    })
}

/// The data of a policies' folder, by path relative to it, whatever becomes of its rules.
///
/// # Errors
/// When the folder, or something in it, cannot be read.
pub fn data_files(folder: &Path) -> Result<BTreeMap<String, String>, Vec<PolicyError>> {
    let sources = Sources::read(folder, false)?;
    let refused: Vec<PolicyError> =
        sources.refused.into_iter().filter(|error| error.file.starts_with("data")).collect();
    if refused.is_empty() { Ok(sources.data) } else { Err(refused) }
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// How many rules there are.
    pub rules: usize,
    /// The data beside them, where they are in order.
    pub catalogue: Option<Catalogue>,
    /// What is wrong with policies that can be loaded, and with the data beside them.
    pub problems: Vec<PolicyError>,
}
