//! Lists, tables, pins and bounds.

use serde_json::json;

use super::tests::with_defaults;

const DEFAULTS: &str = "\
thresholds:
  slo:
    min_events: {value: 100, tighter: lower, loosenable: true, least: 1, most: 1000, meaning: m}
    budget_warn_ppm: {value: 250000, tighter: lower, most: 1000000, meaning: m}
    pairs:
      value:
        - {name: fast, severity: page, factor_micro: 14}
        - {name: slow, severity: ticket, factor_micro: 3}
      tighter: {rows: superset, severity: fixed, factor_micro: lower}
      meaning: m
  change:
    nonproduction_environments: {value: [test, staging], tighter: subset, meaning: m}
    rollback_plan_tiers: {value: [tier_1], tighter: superset, meaning: m}
  decision:
    allow_valid_seconds: {value: 900, tighter: lower, meaning: m}
";

#[test]
fn lists_and_cells_are_tightened() {
    let layers = with_defaults(
        DEFAULTS,
        &[(
            "organisation.yaml",
            "thresholds:\n  slo:\n    pairs: [{name: fast, factor_micro: 10}, {name: new, severity: page, factor_micro: 5}]\n  \
             change: {nonproduction_environments: [staging], rollback_plan_tiers: [tier_1, tier_2]}\n",
        )],
    )
    .unwrap();
    let settings = layers.resolve("pay", None);
    assert_eq!(settings.thresholds["change"]["nonproduction_environments"], json!(["staging"]));
    assert_eq!(settings.thresholds["change"]["rollback_plan_tiers"], json!(["tier_1", "tier_2"]));
    assert_eq!(
        settings.thresholds["slo"]["pairs"],
        json!([
            {"name": "fast", "severity": "page", "factor_micro": 10},
            {"name": "slow", "severity": "ticket", "factor_micro": 3},
            {"name": "new", "severity": "page", "factor_micro": 5},
        ])
    );
}

#[test]
fn what_loosens_or_cannot_be_meant_is_refused_with_its_place() {
    for (text, expected) in [
        (
            "slo:\n    pairs:\n    - {name: fast, factor_micro: 15}",
            "4:20: `thresholds.slo.pairs.factor_micro` `15` would loosen: above this layer it is `14`",
        ),
        (
            "slo:\n    pairs:\n    - {name: fast, severity: ticket}",
            "4:20: `thresholds.slo.pairs.severity` `\"ticket\"` would loosen",
        ),
        (
            "slo:\n    pairs:\n    - {name: new, factor_micro: 1}",
            "4:7: `thresholds.slo.pairs` adds an entry that has no `severity` in `new`",
        ),
        (
            "slo:\n    pairs:\n    - {name: fast, factr_micro: 1}",
            "4:20: `thresholds.slo.pairs.factr_micro` is no field of the table",
        ),
        (
            "change: {nonproduction_environments: [staging, production]}",
            "2:12: `thresholds.change.nonproduction_environments: [\"staging\",\"production\"]` would loosen",
        ),
        ("change: {rollback_plan_tiers: [tier_2]}", "only a list with all of these and more is tighter"),
        ("change: {rollback_plan_tiers: [tier_1, teir_2]}", "should be some of `tier_1` to `tier_3`"),
        ("slo: {budget_warn_ppm: -5}", "2:9: `thresholds.slo.budget_warn_ppm: -5` cannot be meant: write 0 to 1000000"),
        ("slo: {min_events: 5000}", "cannot be meant: write 1 to 1000"),
        (
            "decision: {allow_valid_seconds: 0}",
            "2:14: `thresholds.decision.allow_valid_seconds: 0` cannot be meant: write 1 or more",
        ),
        (
            "slo: {min_evnts: 5}",
            "2:9: `thresholds.slo.min_evnts` is not declared in the defaults, did you mean `min_events`?",
        ),
        (
            "slw: {min_events: 5}",
            "2:3: `thresholds.slw` is not declared in `data/settings/defaults.yaml`, did you mean `slo`?",
        ),
    ] {
        let errors =
            with_defaults(DEFAULTS, &[("organisation.yaml", &format!("thresholds:\n  {text}\n"))]).unwrap_err();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{expected}: {errors:?}");
    }
    let errors = with_defaults(&DEFAULTS.replace("value: 250000", "value: -5"), &[]).unwrap_err();
    assert_eq!(
        errors,
        [
            "data/settings/defaults.yaml:4:23: `thresholds.slo.budget_warn_ppm` is `-5`, which cannot be meant: write 0 to 1000000"
        ]
    );
}

#[test]
fn what_a_layer_pins_no_layer_below_it_loosens() {
    let service = ("services/pay.yaml", "thresholds: {slo: {min_events: 500}}");
    assert!(with_defaults(DEFAULTS, &[service]).is_ok());
    for pin in ["thresholds.slo.min_events", "thresholds.slo"] {
        let organisation = format!("pinned: [{pin}]\n");
        let errors = with_defaults(DEFAULTS, &[("organisation.yaml", &organisation), service]).unwrap_err();
        assert_eq!(
            errors,
            [
                "data/settings/services/pay.yaml:1:20: `thresholds.slo.min_events: 500` would loosen: above this layer it is `100`, \
              and only a lower value is tighter; `data/settings/organisation.yaml` pins it"
            ]
        );
        let tighter = ("services/pay.yaml", "thresholds: {slo: {min_events: 50}}");
        assert!(with_defaults(DEFAULTS, &[("organisation.yaml", &organisation), tighter]).is_ok());
    }
    let errors =
        with_defaults(DEFAULTS, &[("organisation.yaml", "pinned:\n- thresholds.slo.min_evnts\n")]).unwrap_err();
    assert!(errors[0].contains("organisation.yaml:2:3: nothing is called `thresholds.slo.min_evnts`, did you mean `thresholds.slo.min_events`?"), "{errors:?}");
}
