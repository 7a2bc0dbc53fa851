//! Which projects of a report of Infracost 0.10 know what was before.
//!
//! `diff` does. `breakdown` of a plan does, since the plan has what is there now; of a directory or a template it writes the
//! same resources as past and as present, which says nothing.

use super::{
    json::{Fields, object, text},
    planned::Refusal,
};

/// Kinds of projects whose breakdown is that of a plan: those that were given one, and those that the tool makes a plan of by
/// itself. A kind that is not among them, or is not said, has no past of its own.
const PLANS: [&str; 5] =
    ["terraform_plan_json", "terraform_plan_binary", "pulumi_preview_json", "terraform_cli", "terragrunt_cli"];

/// The command that wrote a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// `breakdown`, and each that is not known: both may write the present as the past.
    Breakdown,
    Diff,
    /// `output`, which joins reports of either; older versions and other tools do not say.
    NotSaid,
}

impl Command {
    pub(super) fn of(report: &Fields) -> Result<Self, Refusal> {
        let Some(metadata) = report.get("metadata").filter(|metadata| !metadata.is_null()) else {
            return Ok(Self::NotSaid);
        };
        let command = text(object("metadata", metadata, "an object")?, "infracostCommand");
        Ok(match command.map_err(|error| error.under("metadata"))?.as_deref() {
            Some("diff") => Self::Diff,
            None | Some("" | "output") => Self::NotSaid,
            Some(_) => Self::Breakdown,
        })
    }

    /// Does a project know its past? `is_same` says whether its past is its present, resource by resource.
    pub(super) fn knows_past(self, kind: Option<&str>, is_same: impl FnOnce() -> bool) -> bool {
        let is_plan = kind.is_some_and(|kind| PLANS.contains(&kind));
        match self {
            Self::Diff => true,
            Self::Breakdown => is_plan,
            Self::NotSaid => is_plan || !is_same(),
        }
    }
}
