//! Which waiver lifts a finding.

use crate::{
    facts::Frame,
    finding::{Finding, Subject},
    waiver::Waiver,
};

/// The waiver that lifts a finding about what is asked: of several the one that lasts longest.
pub(super) fn lifting<'a>(finding: &Finding, asked: &Frame<'a>) -> Option<&'a Waiver> {
    let covering = asked.waivers.iter().filter(|waiver| covers(waiver, finding, asked));
    covering.max_by(|a, b| a.expires_at.cmp(&b.expires_at).then_with(|| b.id.cmp(&a.id)))
}

/// Does it hold for a finding, at the time that is judged by?
pub(super) fn covers(waiver: &Waiver, finding: &Finding, asked: &Frame<'_>) -> bool {
    waiver.rule == finding.rule
        && waiver.service == asked.service
        && (waiver.environments.is_empty() || waiver.environments.iter().any(|name| name == asked.environment))
        && waiver.starts_at.is_none_or(|starts_at| starts_at <= asked.evaluated_at)
        && asked.evaluated_at < waiver.expires_at
        && waiver.change.as_ref().is_none_or(|id| asked.change == Some(id))
        && is_for(waiver, finding)
}

/// A waiver for one thing holds for no finding that is about another one, too.
fn is_for(waiver: &Waiver, finding: &Finding) -> bool {
    let about = finding.about.as_ref();
    let freeze = |name: &String| matches!(about, Some(Subject::Freeze(about)) if about == name);
    let objective = |name: &String| match about {
        Some(about) => matches!(about, Subject::Objective(about) if about == name),
        None => rests_on_only(finding, "slo/", name),
    };
    let budget = |name: &String| match about {
        Some(about) => matches!(about, Subject::Budget(about) if about == name),
        None => rests_on_only(finding, "budget/", name),
    };
    waiver.freeze.as_ref().is_none_or(freeze)
        && waiver.objective.as_ref().is_none_or(objective)
        && waiver.budget.as_ref().is_none_or(budget)
}

/// Does a finding rest on evidence of this, and of nothing else of its kind?
fn rests_on_only(finding: &Finding, kind: &str, name: &str) -> bool {
    let mut cited = finding.evidence.iter().filter_map(|id| id.strip_prefix(kind)).peekable();
    cited.peek().is_some() && cited.all(|id| id == name || id.strip_suffix("/forecast") == Some(name))
}
