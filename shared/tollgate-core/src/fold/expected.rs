//! Rules that are expected to run and do not, as findings: what they would have found is not known.

use serde_json::json;

use crate::{
    finding::{Effect, Evaluation, ExpectedRule, Finding, FindingKind, Mode, RuleRun, Shortfall},
    settings::{Settings, sets_for_all},
};

/// One finding for each expected rule that is gone, weaker or in shadow.
pub(super) fn shortfalls<'a>(settings: &'a Settings, evaluation: &'a Evaluation) -> impl Iterator<Item = Finding> + 'a {
    let in_force = |run: &RuleRun| (run.effect, settings.modes.get(&run.rule).copied().unwrap_or(run.mode));
    evaluation.expected.iter().filter_map(move |expected| {
        let found = evaluation.rules.iter().find(|run| run.rule == expected.rule).map(in_force);
        let shortfall = expected.shortfall(found)?;
        let set_by = settings.modes_set_by.get(&expected.rule).filter(|_| shortfall == Shortfall::InShadow);
        Some(finding(expected, found, shortfall, set_by))
    })
}

fn finding(
    expected: &ExpectedRule,
    found: Option<(Effect, Mode)>,
    shortfall: Shortfall,
    set_by: Option<&String>,
) -> Finding {
    // What is declared loosenable may be loosened for a team or a service; the decision only says so.
    let is_allowed = set_by.is_some_and(|file| !sets_for_all(file));
    let effect = if expected.mode == Mode::Shadow || is_allowed { Effect::Warn } else { Effect::Deny };
    let ExpectedRule { rule, effect: expected_effect, mode } = expected;
    let by = set_by.map(|file| format!(" (set by `{file}`)")).unwrap_or_default();
    let fields =
        [("rule", json!(rule)), ("effect", json!(found.map(|it| it.0))), ("mode", json!(found.map(|it| it.1)))];
    let limits = [("effect", json!(expected_effect)), ("mode", json!(mode))];
    Finding {
        kind: FindingKind::RuleMissing,
        observed: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        threshold: limits.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        remediation: Some(
            "restore the rule; where it is meant, run `cargo tollgate policies expect` and have the change of \
             `expected_rules.yaml` reviewed"
                .into(),
        ),
        ..Finding::new(
            "tollgate.rule_missing",
            effect,
            format!("rule `{rule}` {}{by}: what it would have held up is not known", expected.describe(shortfall)),
        )
    }
}
