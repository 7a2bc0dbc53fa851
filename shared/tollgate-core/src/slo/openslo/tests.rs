mod alerts;
mod foreign;
mod objectives;
mod resolution;
mod sources;
mod specification;

use super::{parse, read};
use crate::slo::{Counted, Indicator, Metric, Period, Ratio, Slo};

const GOOD: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  displayName: Payments answer
spec:
  description: Payments are answered without a server error
  service: payments-api
  indicator:
    metadata: {name: payments-good}
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: CloudWatch
            spec:
              Namespace: Tollgate/Demo
              MetricName: GoodRequestCount
              Dimensions: {Service: payments-api}
        total:
          metricSource:
            type: CloudWatch
            spec:
              Namespace: Tollgate/Demo
              MetricName: RequestCount
              Dimensions: {Service: payments-api}
              Region: eu-central-1
              AccountId: \"012345678901\"
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: most
      target: 0.9995
";

fn only(text: &str) -> Slo {
    let slos = parse("slos/payments.yaml", text).unwrap();
    assert_eq!(slos.len(), 1);
    slos.into_iter().next().unwrap()
}

/// An SLO on the ratio of two metrics, of which parts are replaced.
fn slo_with(replaced: &[(&str, &str)]) -> String {
    let text = "\
apiVersion: openslo/v1
kind: SLO
metadata: {name: fast}
spec:
  service: pay
  indicator: {spec: {ratioMetric: {good: {metricSource: GOOD}, total: {metricSource: TOTAL}}}}
  timeWindow: [WINDOW]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
";
    let shipped = [
        ("WINDOW", "{duration: 30d, isRolling: true}"),
        ("GOOD", "{type: CloudWatch, spec: {Namespace: N, MetricName: Good}}"),
        ("TOTAL", "{type: CloudWatch, spec: {Namespace: N, MetricName: All}}"),
    ];
    replaced.iter().chain(&shipped).fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The same with a name of its indicator, as the specification has it.
fn named(text: &str) -> String {
    text.replace("indicator: {spec:", "indicator: {metadata: {name: own}, spec:")
}

/// The errors, one a line.
fn errors(text: &str) -> String {
    let errors = parse("s.yaml", text).unwrap_err();
    errors.iter().map(crate::data::DataError::by_line).collect::<Vec<_>>().join("\n")
}

/// The objectives, and the warnings one a line.
fn warned(text: &str) -> (Vec<Slo>, String) {
    let objectives = read([("s.yaml", text)]).unwrap();
    let warnings: Vec<String> = objectives.warnings.iter().map(crate::data::DataError::by_line).collect();
    (objectives.slos, warnings.join("\n"))
}

fn ratio(slo: &Slo) -> &Ratio {
    let Indicator::Ratio(ratio) = &slo.indicator else { panic!("{slo:?}") };
    ratio
}

fn days(days: u64) -> Period {
    Period::Rolling { seconds: days * 86_400 }
}

#[test]
fn an_slo_is_read_exactly() {
    let slo = only(GOOD);
    assert_eq!((slo.service.as_str(), slo.name.as_str(), slo.line), ("payments-api", "availability", 4));
    assert_eq!((slo.target.ppb(), slo.period), (999_500_000, days(30)));
    assert_eq!(ratio(&slo).counted, Counted::Good);
    assert_eq!(ratio(&slo).metric.to_string(), "Tollgate/Demo/GoodRequestCount{Service=payments-api}");
    let expected = Metric {
        dimensions: [("Service".into(), "payments-api".into())].into(),
        region: Some("eu-central-1".into()),
        account_id: Some("012345678901".into()),
        ..Metric::new("Tollgate/Demo", "RequestCount", "Sum")
    };
    assert_eq!(ratio(&slo).total, expected.into());
    assert_eq!(slo.evidence_id(), "slo/payments-api/availability");
}

#[test]
fn several_targets_are_several_objectives() {
    let text = GOOD.replace("      target: 0.9995\n", "      target: 0.9995\n    - targetPercent: 99.9\n");
    let slos = parse("s.yaml", &text).unwrap();
    let names: Vec<_> = slos.iter().map(|slo| (slo.name.as_str(), slo.target.ppb(), slo.line)).collect();
    assert_eq!(names, [("availability-99.95", 999_500_000, 35), ("availability-99.9", 999_000_000, 37)]);
}

#[test]
fn other_kinds_are_tolerated_and_an_sli_is_found() {
    let (head, tail) = GOOD.split_once("  indicator:\n").unwrap();
    let (indicator, tail) = tail.split_once("  timeWindow:").unwrap();
    let indented = indicator.split_once("    spec:\n").unwrap().1.replace("\n    ", "\n");
    let sli = format!(
        "apiVersion: openslo/v1\nkind: SLI\nmetadata: {{name: good}}\nspec:\n{}",
        indented.strip_prefix("    ").unwrap()
    );
    let service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: payments-api}\nspec: {description: pays}\n";
    let text = format!("---\n{service}---\n{head}  indicatorRef: good\n  timeWindow:{tail}---\n{sli}");
    assert_eq!(ratio(&only(&text)), ratio(&only(GOOD)));
    let lost = text.replace("indicatorRef: good", "indicatorRef: best");
    let errors = parse("s.yaml", &lost).unwrap_err();
    assert!(errors[0].by_line().starts_with("s.yaml:15: there is no SLI `best`"), "{errors:?}");
}

#[test]
fn bad_events_need_a_word_on_missing_ones() {
    let bad = GOOD.replace("        good:", "        bad:").replace("GoodRequestCount", "ErrorCount");
    assert_eq!(ratio(&only(&bad)).counted, Counted::Bad { absent_is_zero: false });
    let zero = bad.replace("ErrorCount\n", "ErrorCount\n              treatMissing: zero\n");
    assert_eq!(ratio(&only(&zero)).counted, Counted::Bad { absent_is_zero: true });
    let unknown = bad.replace("ErrorCount\n", "ErrorCount\n              treatMissing: unknown\n");
    let warnings = |text: &str| warned(text).1;
    assert!(
        warnings(&bad).contains("s.yaml:15: ") && warnings(&bad).contains("write `treatMissing: zero`"),
        "{}",
        warnings(&bad)
    );
    assert_eq!((warnings(&zero), warnings(&unknown), warnings(GOOD)), Default::default());
    // So do those that are taken off.
    let input = |name: &str, more: &str| format!("{name}: {{Namespace: N, MetricName: {name}{more}}}");
    let formula = |errors: &str| {
        let inputs = format!("{{{}, {}}}", input("requests", ""), input("errors", errors));
        let source = format!("{{type: CloudWatch, spec: {{expression: requests - errors, inputs: {inputs}}}}}");
        let (before, rest) = GOOD.split_once("        good:\n").unwrap();
        let (_, after) = rest.split_once("        total:").unwrap();
        format!("{before}        good: {{metricSource: {source}}}\n        total:{after}")
    };
    assert!(warnings(&formula("")).contains("s.yaml:14: "), "{}", warnings(&formula("")));
    assert_eq!(warnings(&formula(", treatMissing: zero")), "");
}

#[test]
fn durations_and_statistics_are_those_that_add_up() {
    for (duration, length) in [("28d", 28), ("7d", 7), ("4w", 28), ("720h", 30), ("1440m", 1)] {
        assert_eq!(only(&GOOD.replace("30d", duration)).period, days(length), "{duration}");
    }
    for stat in ["Sum", "SampleCount", "TC(:500)", "TC(1%:99.5%)"] {
        let text = GOOD
            .replace("MetricName: RequestCount\n", &format!("MetricName: RequestCount\n              Stat: {stat}\n"));
        assert_eq!(ratio(&only(&text)).total.metric().unwrap().statistic, stat);
    }
}

#[test]
fn what_cannot_be_is_refused_with_line_and_what_to_write() {
    let cases = [
        ("openslo/v1\n", "openslo/v1alpha\n", "1: `openslo/v1alpha` is not supported: write `apiVersion: openslo/v1`"),
        ("apiVersion: openslo/v1\n", "", "1: no `apiVersion`"),
        ("kind: SLO", "kind: AlertPolicy", "8: kind `AlertPolicy` has no `service`: remove it"),
        ("kind: SLO", "kind: slo", "2: there is no kind `slo`: write `SLO`"),
        ("name: availability", "name: Availability!", "4: `Availability!` is not a name"),
        ("  service: payments-api\n", "", "no `service`"),
        ("  objectives:", "  objective:", "34: "),
        ("0.9995", "-0.1", "36: `target: -0.1` must be at least 0 and less than 1"),
        ("0.9995", "1", "36: `target: 1` must be at least 0 and less than 1: write for example `target: 0.999`"),
        ("0.9995", "99.95", "36: `target: 99.95` must be"),
        ("0.9995", ".nan", "36: `target: .nan` is not a decimal number"),
        ("0.9995", "0.99999999999", "36: `target: 0.99999999999` is finer"),
        ("0.9995", "~", "no `target`"),
        ("target: 0.9995", "targetPercent: 100", "36: `targetPercent: 100` must be"),
        ("target: 0.9995", "target: 0.9995\n      targetPercent: 99.95", "37: both `target` and `targetPercent`"),
        ("target: 0.9995", "target: 0.9995\n    - target: 0.99950", "37: the same target as in line 35"),
        ("target: 0.9995", "target: 0.9995\n      value: 3", "37: `value`: a ratio has no such thing"),
        (
            "target: 0.9995",
            "target: 0.9995\n      op: eq",
            "37: there is no `op: eq`: write `lt`, `lte`, `gt` or `gte`",
        ),
        ("    - displayName: most\n      target: 0.9995\n", "    []\n", "no `objectives`"),
        ("Occurrences", "Timeslices", "35: no `timeSliceTarget`: write for example `0.95`"),
        ("Occurrences", "RatioTimeslices", "35: no `timeSliceWindow`: write for example `1m`"),
        ("Occurrences", "Sometimes", "33: there is no method `Sometimes`"),
        ("30d", "1M", "31: the duration `1M` varies with the calendar"),
        ("30d", "30", "31: the duration `30` is not a number with a unit"),
        ("30d", "5m", "31: the duration `5m` must be full hours, from one day"),
        ("30d", "99999999999999999999d", "31: the duration"),
        ("30d", "400d", "31: the duration `400d` must be"),
        ("      isRolling: true\n", "", "31: neither `isRolling: true` nor a `calendar`: write one of them"),
        ("isRolling: true", "isRolling: false", "neither `isRolling: true` nor a `calendar`"),
        ("isRolling: true", "isRolling: true\n    - duration: 7d", "33: a budget has one period, not 2"),
        ("    - duration: 30d\n      isRolling: true\n", "    []\n", "no `timeWindow`"),
        ("        total:", "        bad:", "no `total`"),
        ("        good:", "        raw:", "22: `total` beside `raw`: keep one of them"),
        ("ratioMetric", "thresholdMetric", "there is no field `counter`"),
        ("GoodRequestCount", "GoodRequestCount\n              Stat: Average", "20: `Average` does not count events"),
        ("GoodRequestCount", "GoodRequestCount\n              Stat: p99", "20: `p99` does not count events"),
        ("GoodRequestCount", "GoodRequestCount\n              Unit: Count", "20: a CloudWatch source has no `Unit`"),
        (
            "GoodRequestCount",
            "GoodRequestCount\n              treatMissing: zero",
            "`treatMissing: zero` is not possible here: write `unknown`",
        ),
        ("MetricName: GoodRequestCount", "MetricName: \"\"", "`MetricName` must have 1 to 255 characters"),
        (
            "type: CloudWatch\n            spec:\n              Namespace: Tollgate/Demo\n              MetricName: Good",
            "type: Prometheus\n            spec:\n              Namespace: Tollgate/Demo\n              MetricName: Good",
            "16: no source of type `Prometheus` here: write `type: CloudWatch`",
        ),
        ("\"012345678901\"", "12345", "`12345` is not an account of 12 digits"),
        ("eu-central-1", "Frankfurt am Main", "is not a region"),
    ];
    for (from, to, expected) in cases {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let errors = parse("s.yaml", &text).unwrap_err();
        let printed = errors.iter().map(crate::data::DataError::by_line).collect::<Vec<_>>().join("\n");
        println!("{to:?}\n  {printed}");
        assert!(printed.contains(expected), "{to:?} gave\n{printed}\nnot\n{expected}");
        assert!(errors.iter().all(|error| error.line.is_some()), "{printed}");
    }
}

#[test]
fn good_and_bad_and_a_metric_against_itself_are_refused() {
    let itself = GOOD.replace("GoodRequestCount", "RequestCount").replace("              Region: eu-central-1\n", "");
    let itself = itself.replace("              AccountId: \"012345678901\"\n", "");
    assert!(parse("s.yaml", &itself).unwrap_err()[0].message.contains("compared with itself"));
    let both = GOOD.replace("        total:", "        bad:");
    let total = "        total:\n          metricSource:\n            type: CloudWatch\n            spec: {Namespace: N, MetricName: M}\n";
    let both = both.replace("  timeWindow:", &format!("{total}  timeWindow:"));
    assert!(parse("s.yaml", &both).unwrap_err()[0].message.contains("both `good` and `bad`"));
}

#[test]
fn a_name_is_used_once_for_a_service() {
    let errors = parse("s.yaml", &format!("{GOOD}---\n{GOOD}")).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].by_line().starts_with("s.yaml:41: `payments-api` has an SLO `availability` in line 4"),
        "{errors:?}"
    );
    let other = GOOD.replace("service: payments-api", "service: ledger");
    assert_eq!(parse("s.yaml", &format!("{GOOD}---\n{other}")).unwrap().len(), 2);
}

#[test]
fn all_errors_come_at_once_in_order() {
    let text = GOOD.replace("0.9995", "2").replace("30d", "1Y").replace("Occurrences", "Sometimes");
    let lines: Vec<_> = parse("s.yaml", &text).unwrap_err().iter().map(|error| error.line).collect();
    assert_eq!(lines, [Some(31), Some(33), Some(36)]);
}

#[test]
fn what_is_not_openslo_at_all_is_refused() {
    for text in ["kind: SLO: x", "[]", "SLO", "\u{0}", "a: &a [*a]", "apiVersion: openslo/v1\nkind: SLO\n"] {
        let errors = parse("s.yaml", text).unwrap_err();
        assert!(errors[0].by_line().starts_with("s.yaml:"), "{errors:?}");
    }
    assert_eq!(parse("s.yaml", ""), Ok(Vec::new()));
}

#[test]
fn a_target_of_nothing_is_allowed_and_warned_of() {
    let (slos, warnings) = warned(&GOOD.replace("0.9995", "0.0"));
    assert_eq!((slos[0].target.ppb(), slos[0].target.budget_ppb()), (0, 1_000_000_000));
    assert!(warnings.contains("s.yaml:36: `target: 0.0` promises nothing"), "{warnings}");
}
