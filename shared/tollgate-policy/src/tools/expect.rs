//! Writing the list of the rules that are expected to run.

use std::{fmt::Write as _, path::Path};

use tollgate_core::finding::{Effect, ExpectedRule, Mode};

use crate::{
    PolicyError, PolicySet,
    expected::{FILE, as_it_is},
    sources::Sources,
};

/// The list's file, relative to the policies' folder.
pub const EXPECTED_FILE: &str = FILE;

const HEAD: &str = "\
# The rules that are expected to run, each with its strongest effect and the mode in force for all services. While one is
# gone, weaker or in shadow, its gate denies. Written by `cargo tollgate policies expect`; have its changes reviewed by the
# rules' owners.
rules:
";

/// The list for a folder's rules as they are now, whatever is listed.
///
/// # Errors
/// Everything that is wrong with rules and data.
pub fn expected_rules(folder: &Path) -> Result<String, Vec<PolicyError>> {
    let mut sources = Sources::read(folder, false)?;
    sources.expected = None;
    let policies = PolicySet::build(sources, true)?;
    let catalogue = policies.catalogue()?;
    let mut text = HEAD.to_owned();
    for rule in policies.all_rules() {
        let ExpectedRule { rule, effect, mode } = as_it_is(rule, &catalogue);
        let effect = match effect {
            Effect::Deny => "deny",
            Effect::RequireApproval => "require_approval",
            Effect::Warn => "warn",
        };
        let mode = match mode {
            Mode::Enforce => "enforce",
            Mode::Shadow => "shadow",
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {rule}: {{effect: {effect}, mode: {mode}}}");
    }
    Ok(text)
}
