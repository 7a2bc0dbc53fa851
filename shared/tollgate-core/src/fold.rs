//! The fold from findings to a verdict. Everything that holds without any policy is here:
//! absence is never approval, shadow changes nothing, a waiver and an approval count only as data.

mod covering;
mod expected;

use std::collections::BTreeSet;

use chrono::Duration;

use covering::{leans_until, lifted_from, lifting};
use expected::shortfalls;

use crate::{
    Timestamp,
    approval::satisfy,
    closed::open_from,
    decision::{ApiCost, Awaited, Decision, Gate, Verdict},
    evidence::Evidence,
    facts::{FREEZES, Frame},
    finding::{Effect, Evaluation, Finding, FindingKind, Mode, RuleRun},
};

/// What a decision is made of, beside its facts.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The id that the claim gave.
    pub decision_id: String,
    /// Digest of the facts.
    pub facts_digest: String,
    /// What the rules said.
    pub evaluation: Evaluation,
    /// Notes about the request.
    pub warnings: Vec<String>,
}

/// The verdict on settled findings: the worst of those that block.
pub fn verdict(findings: &[Finding]) -> Verdict {
    let of = |finding: &Finding| match (finding.is_blocking(), finding.effect) {
        (true, Effect::Deny) => Verdict::Deny,
        (true, Effect::RequireApproval) => Verdict::Pending,
        (_, _) => Verdict::Allow,
    };
    findings.iter().map(of).max().unwrap_or(Verdict::Allow)
}

/// Settles what the rules found and decides.
pub fn decide(facts: &Frame<'_>, judgement: Judgement) -> Decision {
    let Judgement { decision_id, facts_digest, evaluation, warnings } = judgement;
    let findings = settle(facts, &evaluation);
    let verdict = verdict(&findings);
    let retry_at = retry_at(&findings);
    Decision {
        decision_id,
        gate: facts.gate,
        verdict,
        summary: summary(facts, &evaluation, &findings, verdict),
        awaiting: awaiting(facts, &findings),
        retry_at,
        valid_until: valid_until(facts, &findings, verdict, retry_at),
        findings,
        policy_revision: evaluation.policy_revision,
        facts_digest,
        evaluated_at: facts.evaluated_at,
        rules_judged: evaluation.rules.into_iter().filter(|run| run.judged).map(|run| run.rule).collect(),
        api_cost: api_cost(facts),
        warnings,
    }
}

/// Gives every finding its mode, waiver and approvals, adds what no policy may leave unsaid, and puts what
/// blocks first.
pub fn settle(facts: &Frame<'_>, evaluation: &Evaluation) -> Vec<Finding> {
    let mode_of = |rule: &str, default: Mode| facts.settings.modes.get(rule).copied().unwrap_or(default);
    let mut findings = evaluation.findings.clone();
    for finding in &mut findings {
        let mode = mode_of(&finding.rule, finding.mode);
        if mode != finding.mode {
            finding.mode = mode;
            finding.mode_set_by = facts.settings.modes_set_by.get(&finding.rule).cloned();
        }
        if finding.kind == FindingKind::Rule {
            finding.waiver = lifting(finding, facts).map(crate::waiver::Waiver::applied);
        }
        finding.approved_by = match (finding.effect, &finding.approval) {
            (Effect::RequireApproval, Some(requirement)) => satisfy(requirement, facts.approvals).unwrap_or_default(),
            (Effect::RequireApproval, None) => satisfy(&<_>::default(), facts.approvals).unwrap_or_default(),
            (Effect::Deny | Effect::Warn, _) => Vec::new(),
        };
    }
    findings.iter_mut().for_each(|finding| move_out_of_closed(facts, finding));
    let could_hold_up = |run: &RuleRun| run.judged && run.effect > Effect::Warn;
    if !evaluation.rules.iter().any(|run| could_hold_up(run) && mode_of(&run.rule, run.mode) == Mode::Enforce) {
        findings.push(no_rule_ran());
    }
    findings.extend(shortfalls(facts.settings, evaluation));
    let unjudged: Vec<Finding> = unjudged_evidence(facts, &findings).collect();
    findings.extend(unjudged);
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| (!finding.is_blocking(), finding.mode, std::cmp::Reverse(finding.effect));
        rank(a).cmp(&rank(b)).then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.message.cmp(&b.message))
    });
    findings
}

fn no_rule_ran() -> Finding {
    let message = "no enforced rule was judged that could have held it up: nothing vouches for it";
    Finding {
        kind: FindingKind::NoRuleRan,
        remediation: Some(
            "look at `GET /v1/health` for the rules that are loaded, and at the modes in the settings".into(),
        ),
        ..Finding::new("tollgate.no_rule_ran", Effect::Deny, message)
    }
}

/// Evidence that is not good must be spoken of: where a decision has to rest on it, by a finding that denies
/// or asks for approval and is not waived; where it is advisory, by any finding. What no enforced rule cites is
/// added here, so a waiver lifts a rule but never makes up for what is not known.
fn unjudged_evidence<'a>(facts: &'a Frame<'a>, findings: &'a [Finding]) -> impl Iterator<Item = Finding> + 'a {
    let cited = |least: Effect| -> BTreeSet<&str> {
        findings
            .iter()
            .filter(|finding| finding.mode == Mode::Enforce && finding.effect >= least && finding.waiver.is_none())
            .flat_map(|finding| finding.evidence.iter().map(String::as_str))
            .collect()
    };
    let (held, spoken) = (cited(Effect::RequireApproval), cited(Effect::Warn));
    facts
        .evidence
        .iter()
        .copied()
        .filter(move |evidence| {
            let cited = if evidence.required { &held } else { &spoken };
            !evidence.is_ok() && !cited.contains(evidence.id.as_str())
        })
        .map(unjudged)
}

fn unjudged(evidence: &Evidence) -> Finding {
    let reason = evidence.reason.as_deref().unwrap_or("no reason was given");
    Finding {
        kind: FindingKind::UnjudgedEvidence,
        evidence: vec![evidence.id.clone()],
        remediation: Some("restore the source, or have a rule say what its absence means".into()),
        ..Finding::new(
            "tollgate.unjudged_evidence",
            if evidence.required { Effect::Deny } else { Effect::Warn },
            format!("`{}` is not known, and no rule says what that means: {reason}", evidence.id),
        )
    }
}

fn awaiting(facts: &Frame<'_>, findings: &[Finding]) -> Vec<Awaited> {
    let pending = |finding: &&Finding| finding.is_blocking() && finding.effect == Effect::RequireApproval;
    findings
        .iter()
        .filter(pending)
        .map(|finding| {
            let requirement = finding.approval.clone().unwrap_or_default();
            let one = crate::approval::ApprovalRequirement { count: 1, ..requirement.clone() };
            let received = satisfy(&one, facts.approvals).map_or(0, |people| people.len());
            Awaited {
                rule: finding.rule.clone(),
                group: requirement.group,
                count: requirement.count.max(1),
                received: u32::try_from(received).unwrap_or(u32::MAX),
            }
        })
        .collect()
}

/// Nothing can be allowed in a time that a calendar keeps closed, unless an approval passes it: who would be asked to come
/// back in it is asked to come back behind it, or where a waiver begins before.
fn move_out_of_closed(facts: &Frame<'_>, finding: &mut Finding) {
    if finding.effect == Effect::Warn {
        return;
    }
    let can_be_waived = finding.kind == FindingKind::Rule && finding.waiver.is_none();
    // Where an approval may come at any time, no waiver is waited for.
    let waits = finding.effect == Effect::Deny || finding.retry_at.is_some();
    let waived_from = if can_be_waived && waits { lifted_from(finding, facts) } else { None };
    let Some(at) = finding.retry_at.into_iter().chain(waived_from).min() else { return };
    finding.retry_at = Some(at);
    if !facts.passes_closed || finding.evidence.iter().any(|id| id == FREEZES) {
        finding.retry_at = open_from(facts.closed, at);
    }
}

/// The first time when asking again can succeed, as far as that is known: an approval may come at any time.
fn retry_at(findings: &[Finding]) -> Option<Timestamp> {
    let blocking = || findings.iter().filter(|finding| finding.is_blocking());
    let is_open_ended = |finding: &Finding| finding.effect == Effect::Deny && finding.retry_at.is_none();
    if blocking().any(is_open_ended) { None } else { blocking().filter_map(|finding| finding.retry_at).max() }
}

/// An `allow` ends with its time, with the next freeze and with the first waiver that it leans on, which one is not that
/// nothing needs; the others end when asking again makes sense.
fn valid_until(facts: &Frame<'_>, findings: &[Finding], verdict: Verdict, retry_at: Option<Timestamp>) -> Timestamp {
    let key = format!("{}_valid_seconds", verdict.as_str());
    let seconds = facts.settings.integer("decision", &key).unwrap_or(0).clamp(0, 86_400);
    let end = facts.evaluated_at + Duration::seconds(seconds);
    let earlier = match verdict {
        Verdict::Allow => facts
            .next_obstacle_at
            .into_iter()
            .chain(
                findings
                    .iter()
                    .filter(|finding| finding.would_block())
                    .filter_map(|finding| leans_until(finding, facts)),
            )
            .min(),
        Verdict::Pending | Verdict::Deny => retry_at,
    };
    earlier.map_or(end, |earlier| end.min(earlier)).max(facts.evaluated_at)
}

fn summary(facts: &Frame<'_>, evaluation: &Evaluation, findings: &[Finding], verdict: Verdict) -> String {
    let blocking = findings.iter().filter(|finding| finding.is_blocking()).count();
    let target = format!("{} in {}", facts.service, facts.environment);
    let action = match facts.gate {
        Gate::Change => "change",
        Gate::Slo => "roll out",
        Gate::Cost => "spend more",
    };
    let more = match blocking {
        0 | 1 => String::new(),
        2 => " (and one more finding)".to_owned(),
        many => format!(" (and {} more findings)", many - 1),
    };
    let first = findings.first().map_or("", |finding| finding.message.as_str());
    match verdict {
        Verdict::Allow => {
            let judged = evaluation.rules.iter().filter(|run| run.judged).count();
            let warnings = findings
                .iter()
                .filter(|finding| finding.effect == Effect::Warn && finding.mode == Mode::Enforce)
                .count();
            let aside = match warnings {
                0 => String::new(),
                1 => ", one warns".to_owned(),
                many => format!(", {many} warnings"),
            };
            format!("{target} may {action}: {judged} rules judged, none holds it up{aside}")
        }
        Verdict::Pending => format!("{target} waits: {first}{more}"),
        Verdict::Deny => format!("{target} may not {action} now: {first}{more}"),
    }
}

fn api_cost(facts: &Frame<'_>) -> ApiCost {
    ApiCost {
        currency: "USD".to_owned(),
        micros: facts.evidence.iter().fold(0, |sum, evidence| sum.saturating_add(evidence.api_cost_usd_micros)),
        requests: facts.evidence.iter().fold(0, |sum, evidence| sum.saturating_add(evidence.api_requests)),
    }
}

#[cfg(test)]
mod expected_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod waived;
