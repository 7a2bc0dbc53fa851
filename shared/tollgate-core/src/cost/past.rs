//! Which projects of a report of Infracost 0.10 know what was before.
//!
//! `diff` does. `breakdown` of a plan does, since the plan has what is there now; of a directory or a template it writes the
//! same resources as past and as present, which says nothing.

use super::{
    json::{Fields, object, text},
    planned::Refusal,
};

/// Kinds of projects whose breakdown is that of a plan: `terraform_plan_json`, `terraform_plan_binary`, a preview of Pulumi;
/// and those that the tool makes a plan of by itself: `terraform_cli`, `terragrunt_cli`.
const PLANS: [&str; 3] = ["plan", "preview", "_cli"];
/// Kinds of projects that have no past of their own.
const WITHOUT: [&str; 4] = ["_dir", "state", "cloudformation", "cdk"];

/// The command that wrote a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Breakdown,
    Diff,
    /// Older versions and other tools do not say.
    NotSaid,
}

impl Command {
    pub(super) fn of(report: &Fields) -> Result<Self, Refusal> {
        let Some(metadata) = report.get("metadata").filter(|metadata| !metadata.is_null()) else {
            return Ok(Self::NotSaid);
        };
        let command = text(object("metadata", metadata, "an object")?, "infracostCommand");
        Ok(match command.map_err(|error| error.under("metadata"))?.as_deref() {
            Some("breakdown") => Self::Breakdown,
            Some("diff") => Self::Diff,
            _ => Self::NotSaid,
        })
    }

    /// Does a project know its past? `is_same` says whether its past is its present, resource by resource.
    pub(super) fn knows_past(self, kind: Option<&str>, is_same: impl FnOnce() -> bool) -> bool {
        let is = |kinds: &[&str]| kind.is_some_and(|kind| kinds.iter().any(|part| kind.contains(part)));
        match self {
            Self::Diff => true,
            Self::Breakdown => is(&PLANS),
            Self::NotSaid => is(&PLANS) || !is(&WITHOUT) || !is_same(),
        }
    }
}
