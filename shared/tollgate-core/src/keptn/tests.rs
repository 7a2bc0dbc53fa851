use super::*;

/// A gate as Keptn's documentation has it: <https://v1.keptn.sh/docs/0.18.x/reference/files/slo/>.
pub(super) const DOCUMENTED: &str = "\
spec_version: '1.0'
filter:
  mz_id: \"4711\"
  svc_id: \"a14b-cd87-0d51\"
comparison:
  compare_with: \"single_result\"
  include_result_with_score: \"pass\"
  aggregate_function: avg
objectives:
  - sli: response_time_p95
    pass:
      - criteria:
          - \"<=+10%\"
          - \"<1000\"
    warning:
      - criteria:
          - \"<=800\"
total_score:
  pass: \"90%\"
  warning: \"75%\"
";

fn refused(text: &str) -> String {
    parse("data/keptn/payments-api.yaml", text)
        .unwrap_err()
        .iter()
        .map(crate::data::DataError::by_line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_documented_gate_is_read() {
    let gate = parse("slo.yaml", DOCUMENTED).unwrap();
    assert_eq!(gate.filter["mz_id"], "4711");
    let comparison = Comparison { results: 1, included: Included::Pass, aggregate: Aggregate::Average };
    assert_eq!(gate.comparison, comparison);
    assert_eq!((gate.pass_score_ppm, gate.warning_score_ppm), (900_000, Some(750_000)));
    let objective = &gate.objectives[0];
    assert_eq!((objective.sli.as_str(), objective.weight, objective.key_sli), ("response_time_p95", 1, false));
    let texts: Vec<_> = objective.pass.iter().flatten().chain(&objective.warning[0]).map(ToString::to_string).collect();
    assert_eq!(texts, ["<=+10%", "<1000", "<=800"]);
}

#[test]
fn what_is_left_out_has_the_documented_defaults() {
    let text = "spec_version: '0.1.1'\nfilter:\nobjectives: [{sli: a, pass: [{criteria: ['<1']}]}, {sli: b}]\ntotal_score: {pass: 90%}";
    let gate = parse("slo.yaml", text).unwrap();
    let comparison = Comparison { results: 1, included: Included::All, aggregate: Aggregate::Average };
    assert_eq!(gate.comparison, comparison);
    assert_eq!((gate.pass_score_ppm, gate.warning_score_ppm), (900_000, None));
    assert!(!gate.objectives[0].informational() && gate.objectives[1].informational());
}

#[test]
fn a_single_result_overrides_the_number_of_results() {
    let with = |comparison: &str| {
        parse("slo.yaml", &DOCUMENTED.replace("compare_with: \"single_result\"", comparison))
            .unwrap()
            .comparison
            .results
    };
    assert_eq!(with("compare_with: single_result\n  number_of_comparison_results: 3"), 1);
    assert_eq!(with("number_of_comparison_results: 3"), 1);
    assert_eq!(with("compare_with: several_results\n  number_of_comparison_results: 3"), 3);
    assert_eq!(with("compare_with: several_results"), 1);
}

#[test]
fn mistakes_are_refused_with_their_line() {
    for (from, to, expected) in [
        ("'1.0'", "'2.0'", ":1: `2.0` is not supported"),
        ("single_result", "best_result", ":6: `compare_with` cannot be `best_result`"),
        ("score: \"pass\"", "score: good", ":7: `include_result_with_score` cannot be `good`"),
        ("function: avg", "function: p99", ":8: `aggregate_function` cannot be `p99`"),
        ("\"<1000\"", "\"1000\"", ":14: `1000` is not a criterion: write for example `<600`"),
        ("sli: response_time_p95", "sli: ''", ":10: the `sli` has no name"),
        ("sli: response_time_p95", "sli: a\n    weight: 0", ":11: `weight` is 0"),
        ("sli: response_time_p95", "sli: a\n    weight: -1", ":11: "),
        ("sli: response_time_p95", "sli: a\n    wieght: 2", ":11: "),
        ("          - \"<=800\"", "          []", "`criteria` are empty"),
        ("pass: \"90%\"", "pass: \"0%\"", ":19: `total_score.pass` cannot be `0%`"),
        ("pass: \"90%\"", "pass: \"100.1%\"", ":19: `total_score.pass`"),
        ("pass: \"90%\"", "pass: \"90.00001%\"", ":19: `total_score.pass`"),
        ("warning: \"75%\"", "warning: \"91%\"", ":20: the `warning` score is above"),
        ("warning: \"75%\"", "warning: \"much\"", ":20: `total_score.warning` cannot be `much`"),
        ("  pass: \"90%\"\n", "", "pass"),
        ("spec_version: '1.0'", "spec_version: '1.0'\nspec_version: '1.0'", ":2: "),
    ] {
        assert!(DOCUMENTED.contains(from), "{from}");
        let found = refused(&DOCUMENTED.replacen(from, to, 1));
        assert!(found.starts_with("data/keptn/payments-api.yaml:") && found.contains(expected), "{found}");
    }
    for text in ["", "[]", "objectives", "spec_version: '1.0'"] {
        assert!(!refused(text).is_empty());
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = DOCUMENTED.replace("\"<1000\"", "'<a'").replace("\"<=800\"", "'<b'").replace("'1.0'", "'3'");
    assert_eq!(refused(&text).lines().count(), 3);
}

#[test]
fn a_gate_that_would_always_pass_is_refused() {
    let gate = |objectives: &str| {
        refused(&format!("spec_version: '1.0'\nobjectives: {objectives}\ntotal_score: {{pass: 90%}}"))
    };
    assert!(gate("[{sli: a}, {sli: b}]").contains(":2: no objective has `pass` criteria"), "{}", gate("[{sli: a}]"));
    assert!(gate("[]").contains("no objective has `pass` criteria"));
    assert!(gate("[{sli: a, pass: []}]").contains("`pass` is empty"));
    assert!(gate("[{sli: a, pass: [{criteria: []}]}]").contains("would always be met"));
    assert!(gate("[{sli: a, key_sli: true}]").contains("without `pass` an objective only informs"));
    assert!(gate("[{sli: a, warning: [{criteria: ['<1']}]}]").contains("without `pass` an objective only informs"));
    let twice = "[{sli: a, pass: [{criteria: ['<1']}]}, {sli: a}]";
    assert!(gate(twice).contains("`a` has an objective in line 2 already"));
}
