//! Which waiver lifts a finding.

use crate::{
    Timestamp,
    facts::{Frame, FreezeWindow},
    finding::{Finding, Subject},
    waiver::{Asked, Waiver},
};

/// The waiver that lifts a finding about what is asked: of several the one that lasts longest.
pub(super) fn lifting<'a>(finding: &Finding, asked: &Frame<'a>) -> Option<&'a Waiver> {
    lifting_at(finding, asked, asked.evaluated_at)
}

fn lifting_at<'a>(finding: &Finding, asked: &Frame<'a>, at: Timestamp) -> Option<&'a Waiver> {
    let covering = asked.waivers.iter().filter(|waiver| covers(waiver, finding, asked, at));
    covering.max_by(|a, b| a.expires_at.cmp(&b.expires_at).then_with(|| b.id.cmp(&a.id)))
}

/// Until when a finding that is lifted needs to be: waivers that follow on one another are one, and a freeze that ends before
/// needs none any more.
pub(super) fn leans_until(finding: &Finding, asked: &Frame<'_>) -> Option<Timestamp> {
    let mut until = finding.waiver.as_ref()?.expires_at;
    while let Some(next) = lifting_at(finding, asked, until) {
        until = next.expires_at;
    }
    let is_of = |window: &&FreezeWindow| finding.about.as_ref() == Some(&Subject::Freeze(window.name.clone()));
    let over = asked.frozen.iter().find(is_of).is_some_and(|window| window.ends_at <= until);
    (!over).then_some(until)
}

/// When the first waiver begins that will lift a finding.
pub(super) fn lifted_from(finding: &Finding, asked: &Frame<'_>) -> Option<Timestamp> {
    let later = |waiver: &&Waiver| waiver.starts_at.is_some_and(|at| at > asked.evaluated_at);
    let later = asked.waivers.iter().filter(later);
    let begins = |waiver: &Waiver| waiver.starts_at.filter(|at| covers(waiver, finding, asked, *at));
    later.filter_map(begins).min()
}

/// Does it hold for a finding at a time?
pub(super) fn covers(waiver: &Waiver, finding: &Finding, asked: &Frame<'_>, at: Timestamp) -> bool {
    let Frame { gate, service, environment, change, .. } = *asked;
    waiver.rule == finding.rule
        && waiver.is_for(&Asked { gate, service, environment, change })
        && waiver.starts_at.is_none_or(|starts_at| starts_at <= at)
        && at < waiver.expires_at
        && is_about(waiver, finding)
}

/// A waiver for one thing holds for no finding that is about another one, too.
fn is_about(waiver: &Waiver, finding: &Finding) -> bool {
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
