//! For policy authors: checking, testing, covering, scaffolding and cataloguing policies. Not in the functions.

mod catalogue;

mod coverage;
mod eval;
mod lint;
mod scaffold;
mod suite;
mod test_run;

use std::{collections::BTreeMap, path::Path};

pub use catalogue::{CATALOGUE_FILE, catalogue};
pub use coverage::FileCoverage;
pub use eval::evaluate;
pub use scaffold::scaffold;
pub use test_run::{TestReport, TestResult, run_tests};

use tollgate_core::{catalogue::Catalogue, decision::Gate, rule::Rules};

use crate::{PolicyError, PolicySet, check, policy_set::on_deep_stack, sources::Sources};
use suite::Suite;

/// Checks policies as loading does, and besides: references to the facts against the JSON Schema of the gate's facts (a library's: of every
/// gate's) and the
/// thresholds that `data/settings/defaults.yaml` declares, tests, unused imports and layout.
///
/// # Errors
/// When the folder cannot be read or the policies cannot be loaded: everything that is wrong, by file and line.
pub fn check(folder: &Path, facts_schema: impl Fn(Gate) -> serde_json::Value) -> Result<Checked, Vec<PolicyError>> {
    let sources = Sources::read(folder, true)?;
    let built = PolicySet::build(sources.clone(), true);
    // Rules that could not be read are there, so that naming them is not wrong.
    let rules = built.as_ref().map_or_else(|_| Rules::default(), PolicySet::declared);
    let catalogue = Catalogue::load(&sources.data, &Rules { names: sources.rule_names(), ..rules });
    let (catalogue, mut wrong) = catalogue.map_or_else(|errors| (None, errors), |read| (Some(read), Vec::new()));
    let policies = built.map_err(|errors| sorted([errors, wrong.clone()].concat()))?;
    let suite = Suite::load(&sources)?;
    let rules = policies.all_rules().count();
    let schemas = Gate::ALL.map(|gate| (gate, facts_schema(gate)));
    let has_thresholds = !wrong.iter().any(|error| error.file.starts_with("data/settings/defaults"));
    let problems = on_deep_stack(move || {
        let mut problems = lint::lint(&sources, &policies, &suite);
        let thresholds = if has_thresholds { suite::thresholds(&sources)? } else { serde_json::Value::Null };
        // Where the thresholds cannot be read, nothing is known to be missing of them.
        for (gate, schema) in schemas.into_iter().filter(|_| has_thresholds) {
            let schema = check::schema::with_thresholds(schema, &thresholds);
            problems.extend(check::schema::check(&policies.modules, gate, &schema));
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
