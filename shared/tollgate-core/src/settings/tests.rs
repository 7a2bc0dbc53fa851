use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::{Layers, Level};
use crate::{
    data::DataError,
    finding::Mode,
    names::References,
    rule::{Rule, Rules, WaiverTerms},
};

const DEFAULTS: &str = "\
thresholds:
  slo:
    burn_rate_pause_micro: {value: 2000000, tighter: lower, meaning: pauses releases}
    min_events: {value: 100, tighter: lower, loosenable: true, meaning: fewer prove nothing}
  change:
    approvals_required:
      production:
        tier_1: {value: 1, tighter: higher, meaning: people}
    estimate_required: {value: false, tighter: true, meaning: an estimate must come}
    break_glass_group: {value: sre, tighter: fixed, meaning: who may break the glass}
modes:
  change.collision: {value: enforce, loosenable: true}
";

fn read(extra: &[(&str, &str)]) -> Result<Layers, Vec<String>> {
    layers(DEFAULTS, extra).map_err(|errors| errors.iter().map(DataError::by_line).collect())
}

fn rule(name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        owner: "sre".to_owned(),
        owner_at: DataError::new("r.rego", 1, ""),
        mode: Mode::Enforce,
        waiver: WaiverTerms::default(),
    }
}

/// The same over other defaults, with columns.
pub(super) fn with_defaults(defaults: &str, extra: &[(&str, &str)]) -> Result<Layers, Vec<String>> {
    layers(defaults, extra).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn layers(defaults: &str, extra: &[(&str, &str)]) -> Result<Layers, Vec<DataError>> {
    let mut files = BTreeMap::from([("defaults.yaml", defaults)]);
    files.extend(extra.iter().copied());
    let files: Vec<(String, &str)> =
        files.into_iter().map(|(file, text)| (format!("data/settings/{file}"), text)).collect();
    let level = |file: &str| match file.trim_start_matches("data/settings/").trim_end_matches(".yaml").split_once('/') {
        Some(("teams", _)) => Level::Team("money"),
        Some(_) => Level::Service("pay"),
        None if file.contains("defaults") => Level::Defaults,
        None => Level::Organisation,
    };
    let files: Vec<_> = files.iter().map(|(file, text)| (level(file), file.as_str(), *text)).collect();
    let team_of = |service: &str| (service == "pay").then(|| "money".to_owned());
    let rules = Rules { read: ["change.freeze", "change.collision"].map(rule).into(), names: BTreeSet::new() };
    let rules = Rules { names: rules.read.iter().map(|rule| rule.name.clone()).collect(), ..rules };
    let (layers, errors) = Layers::read(&files, Some(&rules), team_of, &mut References::default());
    if errors.is_empty() { Ok(layers) } else { Err(errors) }
}

#[test]
fn lower_layers_tighten_in_order() {
    let layers = read(&[
        ("organisation.yaml", "thresholds: {slo: {burn_rate_pause_micro: 1800000}}"),
        ("teams/money.yaml", "thresholds: {change: {approvals_required: {production: {tier_1: 2}}}}"),
        ("services/pay.yaml", "thresholds: {slo: {burn_rate_pause_micro: 1500000}, change: {estimate_required: true}}"),
    ])
    .unwrap();
    let pay = layers.resolve("pay", Some("money"));
    assert_eq!(pay.integer("slo", "burn_rate_pause_micro"), Some(1_500_000));
    assert_eq!(pay.thresholds["change"]["approvals_required"]["production"]["tier_1"], json!(2));
    assert_eq!(pay.thresholds["change"]["estimate_required"], json!(true));
    let other = layers.resolve("search", None);
    assert_eq!(other.integer("slo", "burn_rate_pause_micro"), Some(1_800_000));
    assert_eq!(other.thresholds["change"]["approvals_required"]["production"]["tier_1"], json!(1));
}

#[test]
fn loosening_is_refused_with_file_line_and_reason() {
    let loosened = [
        ("organisation.yaml", "thresholds:\n  slo:\n    burn_rate_pause_micro: 2000001", "organisation.yaml:3: "),
        ("organisation.yaml", "thresholds: {change: {approvals_required: {production: {tier_1: 0}}}}", "would loosen"),
        ("organisation.yaml", "thresholds: {change: {break_glass_group: everyone}}", "no layer may change it"),
        ("organisation.yaml", "modes:\n  change.freeze: shadow", "organisation.yaml:2: `modes.change.freeze: shadow`"),
    ];
    for (file, text, expected) in loosened {
        let errors = read(&[(file, text)]).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
    // What the organisation tightened, a service may not loosen, though it stays below the defaults.
    let errors = read(&[
        ("organisation.yaml", "thresholds: {slo: {burn_rate_pause_micro: 1000000}}"),
        ("services/pay.yaml", "thresholds: {slo: {burn_rate_pause_micro: 1500000}}"),
    ])
    .unwrap_err();
    assert!(errors[0].contains("services/pay.yaml") && errors[0].contains("`1000000`"), "{errors:?}");
}

#[test]
fn what_is_declared_loosenable_may_be_loosened() {
    let layers =
        read(&[("organisation.yaml", "thresholds: {slo: {min_events: 500}}\nmodes: {change.collision: shadow}")])
            .unwrap();
    let settings = layers.resolve("pay", None);
    assert_eq!(settings.integer("slo", "min_events"), Some(500));
    assert_eq!(settings.modes["change.collision"], Mode::Shadow);
}

#[test]
fn what_is_not_declared_or_of_another_type_is_refused() {
    for (text, expected) in [
        ("thresholds: {slo: {burn_rate_puase_micro: 1}}", "`thresholds.slo.burn_rate_puase_micro` is not declared"),
        ("thresholds: {slow: {x: 1}}", "`thresholds.slow` is not declared"),
        ("thresholds: {slo: {burn_rate_pause_micro: 1.5}}", "a number with a fraction"),
        ("thresholds: {slo: {burn_rate_pause_micro: '1'}}", "a text"),
        ("thresholds: {slo: 5}", "is a group"),
        ("threshold: {}", "threshold"),
    ] {
        let errors = read(&[("organisation.yaml", text)]).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
    let (_, errors) = Layers::read(&[], None, |_| None, &mut References::default());
    assert!(errors[0].message.contains("no thresholds"), "{errors:?}");
    assert!(read(&[("organisation.yaml", "# nothing yet\n")]).unwrap_err()[0].contains("nothing is in it"));
}

#[test]
fn a_default_of_another_type_than_the_rules_read_is_refused_with_file_and_line() {
    for (declared, expected) in [
        (
            "break_glass_group: {value: null, tighter: fixed, meaning: m}",
            "`thresholds.change.break_glass_group` is null",
        ),
        ("break_glass_group: {value: '', tighter: fixed, meaning: m}", "should be a text, and is a text: `\"\"`"),
        ("break_glass_group: {value: [sre], tighter: fixed, meaning: m}", "should be a text, and is a list"),
        (
            "rollback_plan_tiers: {value: tier_1, tighter: fixed, meaning: m}",
            "`thresholds.change.rollback_plan_tiers` should be a list of texts, and is a text: `\"tier_1\"`",
        ),
        ("rollback_plan_tiers: {value: [1], tighter: fixed, meaning: m}", "a list of texts, and is a list: `[1]`"),
        ("retry_seconds: {value: '300', tighter: fixed, meaning: m}", "should be a whole number, and is a text"),
        ("retry_seconds: {value: 1.5, tighter: fixed, meaning: m}", "is `1.5`: settings are whole numbers"),
        ("anything: {value: null, tighter: fixed, meaning: m}", "`thresholds.change.anything` is null"),
        ("anything: {value: '1', tighter: lower, meaning: m}", "is a text: `tighter: lower` and `higher` need"),
    ] {
        let text = format!("thresholds:\n  change:\n    {declared}\n");
        let errors = read(&[("defaults.yaml", &text)]).unwrap_err();
        let found = |error: &String| error.starts_with("data/settings/defaults.yaml:3: ") && error.contains(expected);
        assert!(errors.len() == 1 && found(&errors[0]), "{expected}: {errors:?}");
    }
    // The same in a lower layer.
    for (text, expected) in [
        (
            "thresholds:\n  change:\n    break_glass_group: null\n",
            "organisation.yaml:3: `thresholds.change.break_glass",
        ),
        ("thresholds:\n  change:\n    estimate_required: 'true'\n", "should be a boolean, and is a text"),
    ] {
        let errors = read(&[("organisation.yaml", text)]).unwrap_err();
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

proptest! {
    /// Whatever a lower layer says, the value in force is never looser than the one above it.
    #[test]
    fn no_layer_ever_loosens(organisation in 0_i64..4_000_000, service in 0_i64..4_000_000) {
        let organisation_file = format!("thresholds: {{slo: {{burn_rate_pause_micro: {organisation}}}}}");
        let service_file = format!("thresholds: {{slo: {{burn_rate_pause_micro: {service}}}}}");
        let read = read(&[("organisation.yaml", &organisation_file), ("services/pay.yaml", &service_file)]);
        prop_assert_eq!(read.is_ok(), organisation <= 2_000_000 && service <= organisation);
        if let Ok(layers) = read {
            prop_assert_eq!(layers.resolve("pay", None).integer("slo", "burn_rate_pause_micro"), Some(service));
        }
    }
}
