//! `data/callers.yaml`: what callers are trusted with.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{data::DataError, facts::ANONYMOUS, names::shown};

/// The file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Callers {
    callers: Vec<Caller>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Caller {
    principal: Spanned<String>,
    #[serde(default)]
    may_assert_approvals: bool,
    #[serde(default)]
    may_report_outcomes: bool,
    #[expect(dead_code, reason = "for people")]
    #[serde(default)]
    description: Option<String>,
}

/// What callers are trusted with.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    /// To say who approved.
    pub(super) approvals: GlobSet,
    /// To say what came of changes that others asked about.
    pub(super) outcomes: GlobSet,
}

impl Callers {
    /// Who is trusted with what.
    ///
    /// # Errors
    /// Each principal that cannot be meant.
    pub(super) fn trust(&self, file: &str) -> Result<Trust, Vec<DataError>> {
        let mut wrong = Vec::new();
        let mut seen = BTreeSet::new();
        let (mut approvals, mut outcomes) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for caller in &self.callers {
            let principal = &caller.principal;
            let mut refuse = |reason: &str| {
                let message = format!("principal `{}` {reason}", shown(&principal.value));
                wrong.push(DataError::at(file, &principal.defined, message));
            };
            if !seen.insert(principal.value.as_str()) {
                refuse("is there twice: write what it may into one entry");
            }
            if let Some(reason) = implausible(&principal.value) {
                refuse(&reason);
            }
            match pattern(&principal.value) {
                Err(reason) => refuse(&reason),
                Ok(glob) if trusts_nobody_known(&principal.value, &glob) => {
                    if caller.may_assert_approvals || caller.may_report_outcomes {
                        refuse("would trust callers that nobody knows: name an account and a role");
                    }
                }
                Ok(glob) => {
                    for (may, set) in
                        [(caller.may_assert_approvals, &mut approvals), (caller.may_report_outcomes, &mut outcomes)]
                    {
                        if may {
                            set.add(glob.clone());
                        }
                    }
                }
            }
        }
        let whole = |error: globset::Error| vec![DataError::new(file, None, error.to_string())];
        let trust = Trust { approvals: approvals.build().map_err(whole)?, outcomes: outcomes.build().map_err(whole)? };
        if wrong.is_empty() { Ok(trust) } else { Err(wrong) }
    }
}

fn pattern(principal: &str) -> Result<Glob, String> {
    Glob::new(principal).map_err(|error| format!("is not a pattern: {error}"))
}

fn trusts_nobody_known(principal: &str, glob: &Glob) -> bool {
    let fixed = principal.split(['*', '?', '[', '{']).next().unwrap_or_default();
    fixed.is_empty() || glob.compile_matcher().is_match(ANONYMOUS)
}

/// Why no caller's identity will ever be this. AWS names a role that is assumed by its session in STS, never by the role.
fn implausible(principal: &str) -> Option<String> {
    const FORM: &str = "write for example `arn:aws:sts::123456789012:assumed-role/ci-deploy/*`";
    if principal.trim() != principal || principal.is_empty() || principal.chars().any(char::is_control) {
        return Some(format!("begins or ends in blanks, or is empty: {FORM}"));
    }
    let rest = principal.strip_prefix("arn:").or_else(|| principal.to_lowercase().starts_with("arn").then_some(""))?;
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let [partition, service, region, account, resource] = parts[..] else {
        return Some(format!("is not an ARN of five colons: {FORM}"));
    };
    let is_pattern = |part: &str| part.contains(['*', '?', '[', '{']);
    let digits = account.bytes().all(|byte| byte.is_ascii_digit());
    let partition_is_known = matches!(partition, "aws" | "aws-cn" | "aws-us-gov") || is_pattern(partition);
    if !partition_is_known {
        return Some(format!("is of no partition that AWS has, `aws`, `aws-cn` or `aws-us-gov`: {FORM}"));
    }
    if !region.is_empty() && !is_pattern(region) {
        return Some(format!("names a region, which identities do not have: {FORM}"));
    }
    if !(is_pattern(account) || digits && account.len() == 12) {
        return Some(format!("names `{account}`, which is not an account of 12 digits: {FORM}"));
    }
    match service {
        "iam" if resource.starts_with("role/") => Some(format!("is a role, and callers come as its sessions: {FORM}")),
        "iam" | "sts" => None,
        _ if is_pattern(service) => None,
        _ => Some(format!("is an ARN of `{service}`, and callers are of `sts` or `iam`: {FORM}")),
    }
}
