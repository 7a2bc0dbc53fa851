use num_rational::BigRational;
use proptest::prelude::*;

use super::{KeptnValues, SliMissing, any_met, keptn_result, shown, sli_value};
use crate::{
    evidence::EvidenceStatus,
    keptn::{
        Aggregate, CriterionFact, KeptnFact, KeptnGate, KeptnPast, KeptnResult, ObjectiveResult, criterion::exact,
        decimal, parse, tests::DOCUMENTED,
    },
};

/// A gate with this comparison and these objectives, each of its own line; passes from 90 %, warns from 75 %.
fn gate(comparison: &str, objectives: &[&str]) -> KeptnGate {
    let objectives: String = objectives.iter().map(|objective| format!("\n- {objective}")).collect();
    let text = format!(
        "spec_version: '1.0'\ncomparison: {comparison}\nobjectives:{objectives}\ntotal_score: {{pass: 90%, warning: 75%}}"
    );
    parse("slo.yaml", &text).unwrap()
}

fn values(values: &[(&str, &str)]) -> KeptnValues {
    KeptnValues {
        service: "carts".into(),
        source: "recorded:test".into(),
        as_of: None,
        window_seconds: Some(600),
        values: values
            .iter()
            .map(|(sli, value)| {
                ((*sli).to_owned(), value.parse().map_err(|_| SliMissing::NoData("no value came".into())))
            })
            .collect(),
    }
}

fn past(result: KeptnResult, value: &str) -> KeptnPast {
    KeptnPast { result, values: [("a".to_owned(), value.to_owned())].into() }
}

fn judged(objectives: &[&str], found: &[(&str, &str)]) -> KeptnFact {
    keptn_result(&gate("{}", objectives), &values(found), &[])
}

/// The cases of Keptn's own `TestCalculatePercentile`, with the positions p (n + 1) between them.
#[test]
fn aggregates_are_keptns() {
    let of = |aggregate: Aggregate, values: &[i64]| {
        let values = values.iter().map(|value| BigRational::from_integer((*value).into())).collect();
        aggregate.of(values).map(|value| shown(&value))
    };
    let eleven = [10, 0, 1, 2, 3, 9, 8, 7, 6, 5, 4];
    assert_eq!(of(Aggregate::Percentile(50), &eleven).unwrap(), "5");
    assert_eq!(of(Aggregate::Percentile(90), &eleven).unwrap(), "9.8");
    assert_eq!(of(Aggregate::Percentile(95), &eleven).unwrap(), "10");
    assert_eq!(of(Aggregate::Percentile(50), &[7]).unwrap(), "7");
    assert_eq!(of(Aggregate::Percentile(50), &[1, 2]).unwrap(), "1.5");
    assert_eq!(of(Aggregate::Average, &[1, 2, 2]).unwrap(), "1.666666");
    assert_eq!(of(Aggregate::Average, &[]), None);
    assert_eq!(of(Aggregate::Percentile(50), &[]), None);
}

/// The cases of Keptn's own `TestEvaluateComparison`.
#[test]
fn comparisons_are_keptns() {
    for (value, criterion, result) in [
        ("10.0", "<=+10%", ObjectiveResult::Pass),
        ("11.01", "<=+10%", ObjectiveResult::Fail),
        ("11", "<=+10%", ObjectiveResult::Pass),
        ("10.0", "<+0%", ObjectiveResult::Fail),
        ("10.0", ">+0%", ObjectiveResult::Fail),
        ("11.0", "=+1.0", ObjectiveResult::Pass),
        ("9.0", "=-1.0", ObjectiveResult::Pass),
    ] {
        let gate = gate(
            "{compare_with: several_results, number_of_comparison_results: 2, include_result_with_score: pass}",
            &[&format!("{{sli: a, pass: [{{criteria: ['{criterion}']}}]}}")],
        );
        let history = [past(KeptnResult::Pass, "10.0"), past(KeptnResult::Pass, "10.0")];
        let fact = keptn_result(&gate, &values(&[("a", value)]), &history);
        assert_eq!(fact.objectives[0].result, result, "{value} {criterion}");
        assert_eq!(fact.objectives[0].results_compared, 2);
    }
}

/// "If the maximum score is 92 and the evaluation result is 85, the total_score is 92.39 % (85/92*100)", from the same
/// page as the documented gate.
#[test]
fn the_documented_score_comes_out() {
    let objectives =
        ["{sli: a, weight: 85, pass: [{criteria: ['<1']}]}", "{sli: b, weight: 7, pass: [{criteria: ['<1']}]}"];
    let fact = judged(&objectives, &[("a", "0"), ("b", "1")]);
    assert_eq!((fact.score_ppm, fact.result), (923_913, KeptnResult::Pass));
    assert_eq!(fact.reasons, ["`b` is 1, which meets no set of criteria"]);
}

/// The documented gate: passes below 1000 and at most 10 % above the last pass, warns up to 800.
#[test]
fn the_documented_gate_is_judged() {
    let gate = parse("slo.yaml", DOCUMENTED).unwrap();
    let history = [past(KeptnResult::Fail, "1"), past(KeptnResult::Pass, "700"), past(KeptnResult::Pass, "1")];
    let history = history
        .map(|past| KeptnPast { values: [("response_time_p95".to_owned(), past.values["a"].clone())].into(), ..past });
    for (value, result, score_ppm) in [
        ("770", KeptnResult::Pass, 1_000_000),
        ("770.01", KeptnResult::Fail, 500_000),
        ("800", KeptnResult::Fail, 500_000),
        ("800.01", KeptnResult::Fail, 0),
    ] {
        let fact = keptn_result(&gate, &values(&[("response_time_p95", value)]), &history);
        assert_eq!((fact.result, fact.score_ppm), (result, score_ppm), "{value}");
        assert_eq!(fact.objectives[0].pass[0][0].target.as_deref(), Some("770"));
    }
}

#[test]
fn a_warning_counts_half_and_scores_decide_at_their_edges() {
    let objective = |sli: &str, weight: u32| {
        format!("{{sli: {sli}, weight: {weight}, pass: [{{criteria: ['<1']}}], warning: [{{criteria: ['<2']}}]}}")
    };
    let result = |passing: u32, warning: u32, failing: u32| {
        let objectives = [objective("a", passing), objective("b", warning), objective("c", failing)];
        let found = [("a", "0"), ("b", "1"), ("c", "2")];
        let fact = judged(&objectives.each_ref().map(String::as_str), &found);
        (fact.result, fact.score_ppm)
    };
    assert_eq!(result(85, 10, 5), (KeptnResult::Pass, 900_000));
    assert_eq!(result(849_999, 100_000, 50_001), (KeptnResult::Warning, 899_999));
    assert_eq!(result(70, 10, 20), (KeptnResult::Warning, 750_000));
    assert_eq!(result(699_999, 100_000, 200_001), (KeptnResult::Fail, 749_999));
}

#[test]
fn criteria_of_a_set_are_and_sets_are_or() {
    let result = |value| {
        let objective = "{sli: a, pass: [{criteria: ['>1', '<5']}, {criteria: ['=9']}]}";
        judged(&[objective], &[("a", value)]).result
    };
    assert_eq!(
        ["1", "2", "5", "9"].map(result),
        [KeptnResult::Fail, KeptnResult::Pass, KeptnResult::Fail, KeptnResult::Pass]
    );
}

#[test]
fn a_failed_key_sli_fails_and_one_with_a_warning_does_not() {
    let objectives = [
        "{sli: a, weight: 99, pass: [{criteria: ['<1']}]}",
        "{sli: k, key_sli: true, pass: [{criteria: ['<1']}], warning: [{criteria: ['<2']}]}",
    ];
    let fact = judged(&objectives, &[("a", "0"), ("k", "2")]);
    assert_eq!((fact.result, fact.score_ppm), (KeptnResult::Fail, 990_000));
    assert_eq!(fact.reasons, ["key SLI `k` is 2, which meets no set of criteria"]);
    assert_eq!(judged(&objectives, &[("a", "0"), ("k", "1")]).result, KeptnResult::Pass);
}

#[test]
fn informational_objectives_are_left_out_of_the_score() {
    let fact = judged(&["{sli: a, pass: [{criteria: ['<1']}]}", "{sli: i, weight: 9}"], &[("a", "0")]);
    assert_eq!((fact.result, fact.score_ppm), (KeptnResult::Pass, 1_000_000));
    assert_eq!((fact.objectives[1].result, fact.evidence.is_ok()), (ObjectiveResult::Info, true));
}

#[test]
fn without_history_a_relative_criterion_is_unknown() {
    let relative = "{sli: a, pass: [{criteria: ['<=+10%']}]}";
    let fact = judged(&[relative], &[("a", "5")]);
    assert_eq!((fact.result, fact.score_ppm, fact.best_score_ppm), (KeptnResult::Inconclusive, 0, 1_000_000));
    assert_eq!(fact.reasons, ["`a` is not known: there is no earlier result to compare with"]);
    // What decides without it still decides.
    let set = |criteria: &str| judged(&[&format!("{{sli: a, pass: {criteria}}}")], &[("a", "5")]).result;
    assert_eq!(set("[{criteria: ['<=+10%', '<5']}]"), KeptnResult::Fail);
    assert_eq!(set("[{criteria: ['<=+10%']}, {criteria: ['<=5']}]"), KeptnResult::Pass);
    assert_eq!(set("[{criteria: ['<=+10%']}, {criteria: ['<5']}]"), KeptnResult::Inconclusive);
}

#[test]
fn a_first_result_that_people_accept_is_there_to_compare_with() {
    let gate = gate("{include_result_with_score: pass}", &["{sli: a, pass: [{criteria: ['<=+10%']}]}"]);
    let first = keptn_result(&gate, &values(&[("a", "5")]), &[]);
    let next = |accepted| keptn_result(&gate, &values(&[("a", "5.5")]), &[first.past(accepted)]).result;
    assert_eq!((next(false), next(true)), (KeptnResult::Inconclusive, KeptnResult::Pass));
    // What failed is not made good by accepting it.
    let failed = keptn_result(&gate, &values(&[("a", "9")]), &[first.past(true)]);
    assert_eq!(failed.past(true).result, KeptnResult::Fail);
}

#[test]
fn a_missing_value_is_unknown_even_where_the_score_would_do() {
    let objectives = ["{sli: a, weight: 99, pass: [{criteria: ['<1']}]}", "{sli: b, pass: [{criteria: ['<1']}]}"];
    let fact = judged(&objectives, &[("a", "0")]);
    assert_eq!((fact.result, fact.score_ppm), (KeptnResult::Inconclusive, 990_000));
    assert_eq!((fact.evidence.status, fact.evidence.id.as_str()), (EvidenceStatus::Partial, "keptn/carts"));
    assert_eq!(judged(&objectives, &[("b", "0")]).result, KeptnResult::Inconclusive);
    assert_eq!(judged(&objectives, &[("a", "1")]).result, KeptnResult::Fail, "the rest cannot mend it");
    assert_eq!(judged(&objectives, &[]).evidence.status, EvidenceStatus::NoData);
}

#[test]
fn only_results_that_count_are_compared_with_and_only_the_newest() {
    let target = |included: &str, results: u32| {
        let comparison = format!(
            "{{compare_with: several_results, number_of_comparison_results: {results}, include_result_with_score: {included}}}"
        );
        let gate = gate(&comparison, &["{sli: a, pass: [{criteria: ['<=+0']}]}"]);
        let history = [
            past(KeptnResult::Inconclusive, "64"),
            past(KeptnResult::Fail, "32"),
            past(KeptnResult::Warning, "16"),
            past(KeptnResult::Pass, "8"),
            past(KeptnResult::Pass, "not a number"),
        ];
        keptn_result(&gate, &values(&[("a", "1")]), &history).objectives[0].pass[0][0].target.clone().unwrap()
    };
    assert_eq!(target("all", 1), "64");
    assert_eq!(target("all", 100), "30");
    assert_eq!(target("pass_or_warn", 1), "16");
    assert_eq!(target("pass_or_warn", 2), "12");
    assert_eq!(target("pass", 2), "8");
}

#[test]
fn values_mean_the_decimal_that_was_written() {
    assert_eq!(sli_value(0.1), decimal("0.1"));
    assert_eq!(sli_value(1e-7), decimal("0.0000001"));
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300] {
        assert_eq!(sli_value(value), None, "{value}");
    }
}

#[test]
fn the_fact_survives_being_written_down() {
    let fact = judged(&["{sli: a, displayName: A, pass: [{criteria: ['<1']}]}"], &[("a", "0.50")]);
    assert_eq!(fact.objectives[0].value.as_deref(), Some("0.5"));
    let read: KeptnFact = serde_json::from_value(serde_json::to_value(&fact).unwrap()).unwrap();
    assert_eq!(read, fact);
}

#[test]
fn targets_are_shown_as_decimals() {
    let shown = |text: &str, by: i64| shown(&(exact(decimal(text).unwrap()) / num_bigint::BigInt::from(by)));
    assert_eq!([shown("0", 1), shown("600", 1), shown("1", 3), shown("1", -8)], ["0", "600", "0.333333", "-0.125"]);
}

fn mets() -> impl Strategy<Value = Vec<Vec<Option<bool>>>> {
    proptest::collection::vec(proptest::collection::vec(any::<Option<bool>>(), 1..4), 1..4)
}

proptest! {
    /// Unknown is what either answer would leave open: it is decided exactly when no filling-in changes it.
    #[test]
    fn unknown_criteria_count_for_what_they_could_be(mets in mets()) {
        let filled = |fill: Option<bool>| -> Vec<Vec<CriterionFact>> {
            let fact = |met: &Option<bool>| CriterionFact { criterion: "<1".into(), target: None, met: met.or(fill) };
            mets.iter().map(|set| set.iter().map(fact).collect()).collect()
        };
        let (best, worst) = (any_met(&filled(Some(true))).unwrap(), any_met(&filled(Some(false))).unwrap());
        prop_assert!(best >= worst);
        prop_assert_eq!(any_met(&filled(None)), (best == worst).then_some(best));
    }

    /// While a value that counts is missing, a gate neither passes nor warns; and what fails without it fails with it.
    #[test]
    fn a_missing_value_never_helps(
        found in proptest::array::uniform4(proptest::option::of(0..3_u8)),
        lost in 0..4_usize,
        key in any::<bool>(),
    ) {
        const SLIS: [&str; 4] = ["a", "b", "c", "d"];
        let objectives = SLIS.map(|sli| {
            format!("{{sli: {sli}, key_sli: {key}, pass: [{{criteria: ['<1']}}], warning: [{{criteria: ['<2']}}]}}")
        });
        let result = |found: [Option<u8>; 4]| {
            let texts = found.map(|value| value.map_or(String::new(), |value| value.to_string()));
            let found: Vec<_> = SLIS.into_iter().zip(texts.iter().map(String::as_str)).collect();
            judged(&objectives.each_ref().map(String::as_str), &found).result
        };
        let before = result(found);
        let mut fewer = found;
        fewer[lost] = None;
        let after = result(fewer);
        prop_assert!(after >= KeptnResult::Inconclusive);
        prop_assert!(after != KeptnResult::Fail || before == KeptnResult::Fail);
    }
}
