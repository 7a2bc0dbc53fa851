use super::{errors, read, slo_with, warned};
use crate::slo::{BurnAlert, Comparison};

const CONDITION: &str =
    "{severity: page, condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 2m}}";

fn with_policy(target: &str, condition: &str) -> String {
    let policy = format!(
        "  alertPolicies: [{{kind: AlertPolicy, metadata: {{name: fast-burn}}, spec: {{alertWhenBreaching: true, \
         conditions: [{{kind: AlertCondition, metadata: {{name: hour}}, spec: {condition}}}]}}}}]\n"
    );
    slo_with(&[("0.99", target)]) + &policy
}

#[test]
fn an_alert_is_read() {
    let (slos, warnings) = warned(&with_policy("0.99", CONDITION));
    let expected = BurnAlert {
        policy: "fast-burn".into(),
        condition: "hour".into(),
        description: None,
        severity: "page".into(),
        comparison: Comparison::Gt,
        threshold: "14.4".parse().unwrap(),
        lookback_seconds: 3600,
        after_seconds: 120,
        when_breaching: true,
        when_resolved: false,
        when_no_data: false,
        targets: Vec::new(),
    };
    assert_eq!((slos[0].alerts.as_slice(), warnings.as_str()), (&[expected][..], ""));
}

#[test]
fn policies_and_conditions_are_found_in_other_files() {
    let slo = slo_with(&[]) + "  alertPolicies: [fast-burn, {alertPolicyRef: fast-burn}]\n";
    let policy = "apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: fast-burn}\nspec: {alertWhenResolved: true, conditions: [{conditionRef: hour}]}\n";
    let condition =
        format!("apiVersion: openslo/v1\nkind: AlertCondition\nmetadata: {{name: hour}}\nspec: {CONDITION}\n");
    let files = [("a.yaml", slo.as_str()), ("b.yaml", policy), ("c.yaml", condition.as_str())];
    let alerts = &read(files).unwrap().slos[0].alerts;
    assert_eq!(alerts.len(), 2);
    assert!(alerts.iter().all(|alert| alert.condition == "hour" && alert.when_resolved && !alert.when_breaching));

    let lost = |files: &[(&'static str, &str)]| {
        let errors = read(files.iter().copied()).unwrap_err();
        errors.iter().map(crate::data::DataError::by_line).collect::<Vec<_>>().join("\n")
    };
    let no_policy = lost(&files[..1]);
    let twice = ["a.yaml:10: there is no AlertPolicy `fast-burn`: add it, or write it here"; 2];
    assert_eq!(no_policy, twice.join("\n"));
    let no_condition = lost(&files[..2]);
    assert_eq!(no_condition, "b.yaml:4: there is no AlertCondition `hour`: add it, or write it here");
}

/// The specification's own example says `lte` of a rate that is to be exceeded.
#[test]
fn an_alert_while_the_budget_burns_slowly_is_taken_as_its_opposite() {
    let (slos, warnings) = warned(&with_policy("0.99", &CONDITION.replace("op: gt", "op: lte")));
    assert_eq!(slos[0].alerts[0].comparison, Comparison::Gte);
    assert_eq!(
        warnings,
        "s.yaml:10: `op: lte` would alert while the budget burns slowly; it is taken as `gte`: write `op: gte`"
    );
}

/// The largest burn rate is 1 / (1 - target): 14.4 at 93.0555… %.
#[test]
fn a_burn_rate_out_of_reach_is_warned_of() {
    for (target, reached) in [("0.9305", false), ("0.930555555", false), ("0.930555556", true), ("0.9306", true)] {
        let (_, warnings) = warned(&with_policy(target, CONDITION));
        assert_eq!(warnings.is_empty(), reached, "{target}: {warnings}");
    }
    let (_, warnings) = warned(&with_policy("0.9", CONDITION));
    assert_eq!(
        warnings,
        "s.yaml:3: the alert `fast-burn` is out of reach: a target of 90 % burns 10 times too fast at most, and never 14.4"
    );
    // Exactly the largest is reached by `gte` and exceeded by nothing.
    let ten = CONDITION.replace("14.4", "10");
    assert!(!warned(&with_policy("0.9", &ten)).1.is_empty());
    assert!(warned(&with_policy("0.9", &ten.replace("op: gt", "op: gte"))).1.is_empty());
}

#[test]
fn alerts_that_make_no_sense_are_refused() {
    for (from, to, expected) in [
        ("severity: page, ", "", "10: no `severity`"),
        ("op: gt", "op: above", "there is no `op: above`"),
        ("threshold: 14.4", "threshold: -1", "`threshold: -1` must be more than 0"),
        ("threshold: 14.4", "threshold: fast", "`threshold: fast` is not a decimal number"),
        ("threshold: 14.4, ", "", "no `threshold`"),
        ("lookbackWindow: 1h", "lookbackWindow: 1M", "`lookbackWindow: 1M` is no time"),
        ("lookbackWindow: 1h", "lookbackWindow: 0m", "`lookbackWindow: 0m` is no time"),
        ("alertAfter: 2m", "alertAfter: soon", "`alertAfter: soon` is no time"),
        ("kind: burnrate", "kind: budget", "there is no kind `budget`"),
    ] {
        let errors = errors(&with_policy("0.99", &CONDITION.replace(from, to)));
        assert!(errors.contains(expected), "{to}: {errors}");
    }
    let two = with_policy("0.99", CONDITION).replace("conditions: [", "conditions: [{conditionRef: other}, ");
    assert!(errors(&two).contains("a policy has one condition"));
    let both =
        with_policy("0.99", CONDITION).replace("[{kind: AlertPolicy,", "[{kind: AlertPolicy, alertPolicyRef: x,");
    assert!(errors(&both).contains("both `alertPolicyRef` and an object"));
    let never = with_policy("0.99", CONDITION).replace("alertWhenBreaching: true", "alertWhenBreaching: false");
    assert!(warned(&never).1.contains("the policy `fast-burn` never alerts"));
}

#[test]
fn what_no_policy_can_ask_for_is_warned_of() {
    for (asked, expected) in [
        ("notificationTargets: [{targetRef: pager}]", "`notificationTargets` are not told: subscribe them"),
        ("alertWhenNoData: true", "`alertWhenNoData` changes nothing"),
        ("alertWhenResolved: false", "`alertWhenResolved: false` changes nothing"),
        ("alertWhenResolved: true", ""),
        ("alertWhenNoData: false", ""),
    ] {
        let text = with_policy("0.99", CONDITION)
            .replace("alertWhenBreaching: true,", &format!("alertWhenBreaching: true, {asked},"));
        let (slos, warnings) = warned(&text);
        assert_eq!(slos[0].alerts.len(), 1);
        assert!(
            if expected.is_empty() { warnings.is_empty() } else { warnings.contains(expected) },
            "{asked}: {warnings}"
        );
    }
}
