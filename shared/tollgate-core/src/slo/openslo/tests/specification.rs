//! Shapes that the specification and its examples have, <https://github.com/OpenSLO/OpenSLO>: what is good by the
//! specification is good here, and what is from elsewhere than CloudWatch is refused where it would have to be read.

use crate::slo::openslo::{check_syntax, read};

const KINDS: &str = include_str!("specification.yaml");

#[test]
fn every_shape_of_the_specification_is_good() {
    let warnings = check_syntax([("spec.yaml", KINDS)]).unwrap();
    let warnings: Vec<String> = warnings.iter().map(crate::data::DataError::by_line).collect();
    insta::assert_snapshot!(warnings.join("\n"), @"spec.yaml:99: `op: lte` would alert while the budget burns slowly: write `gt` or `gte`");
}

#[test]
fn what_is_read_from_elsewhere_is_refused_where_it_is_needed() {
    let errors: Vec<String> =
        read([("spec.yaml", KINDS)]).unwrap_err().iter().map(crate::data::DataError::by_line).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    spec.yaml:39: there is no DataSource `datadog-elsewhere`: add it, or remove the reference
    spec.yaml:43: no source of type `Prometheus` here: write `type: CloudWatch`
    spec.yaml:81: there is no DataSource `redshift-elsewhere`: add it, or remove the reference
    spec.yaml:160: there is no AlertCondition `elsewhere`: add it, or write it here
    spec.yaml:172: no source of type `Any` here: write `type: CloudWatch`
    spec.yaml:173: no source of type `Any` here: write `type: CloudWatch`
    spec.yaml:213: no source of type `Prometheus` here: write `type: CloudWatch`
    spec.yaml:214: no source of type `Prometheus` here: write `type: CloudWatch`
    ");
}

#[test]
fn a_file_may_hold_a_list_of_objects() {
    let list: String = KINDS
        .split("---\n")
        .skip(1)
        .map(|document| {
            let lines: Vec<String> = document.lines().map(|line| format!("  {line}\n")).collect();
            lines.concat().replacen("  ", "- ", 1)
        })
        .collect();
    assert!(list.starts_with("- apiVersion"), "{list}");
    assert_eq!(check_syntax([("list.yaml", list.as_str())]).unwrap().len(), 1);
    assert!(check_syntax([("list.yaml", "[]")]).unwrap_err()[0].message.contains("the list is empty"));
}

const SLO: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: fast
  labels: {team: [a, b]}
  annotations: {example.com/board: one}
spec:
  service: shop
  indicator:
    metadata: {name: answers}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: good}}}
        total: {metricSource: {type: Prometheus, spec: {query: all}}}
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Timeslices
  objectives:
    - target: 0.99
      timeSliceTarget: 0.95
      timeSliceWindow: 1m
";

const POLICY: &str = "\
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page}
spec:
  alertWhenBreaching: true
  conditions:
    - kind: AlertCondition
      metadata: {name: fast}
      spec:
        severity: page
        condition:
          kind: burnrate
          op: gt
          threshold: 14.4
          lookbackWindow: 1h
          alertAfter: 2m
  notificationTargets:
    - kind: AlertNotificationTarget
      metadata: {name: chat}
      spec: {target: slack}
";

/// What is said of a text of which a part is replaced, one a line; nothing where it is good.
fn said(of: &str, from: &str, to: &str) -> String {
    let text = of.replacen(from, to, 1);
    assert!(text != of || from == to, "{from}");
    let errors = check_syntax([("s.yaml", text.as_str())]).err().unwrap_or_default();
    errors.iter().map(crate::data::DataError::by_line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_the_text_allows_is_good() {
    let long = "l".repeat(63);
    let prefix = [long.as_str(); 3].join(".");
    for (from, to) in [
        ("", ""),
        ("4w", "5m"),
        ("4w", "12h"),
        ("4w", "1M"),
        ("4w", "2Q"),
        ("4w", "1Y"),
        ("4w", "365d"),
        // The SDK refuses these two.
        ("  timeWindow:\n    - duration: 4w\n      isRolling: true\n", ""),
        ("timeSliceWindow: 1m", "timeSliceWindow: 5"),
        ("timeSliceWindow: 1m", "timeSliceWindow: 7m"),
        ("timeSliceWindow: 1m", "timeSliceWindow: 1Q"),
        ("timeSliceTarget: 0.95", "timeSliceTarget: 1.0"),
        ("target: 0.99", "target: 0.0"),
        ("target: 0.99", "targetPercent: 0"),
        ("target: 0.99", "targetPercent: 99.9999999999"),
        ("target: 0.99", "target: 9.9e-1"),
        // Nobody needs these of a ratio, and files have them.
        ("target: 0.99", "target: 0.99\n      op: lte\n      value: 1"),
        ("Timeslices", "Occurrences"),
        ("Timeslices", "RatioTimeslices"),
        ("    - target: 0.99\n", "    - {target: 0.99, timeSliceTarget: 1, timeSliceWindow: 1m}\n    - target: 0.99\n"),
        ("{team: [a, b]}", "{team: [], net_this.that-x: a, 9net: '', nEt: b}"),
        ("{team: [a, b]}", "\n"),
        ("{team: [a, b]}", &format!("{{{long}: a}}")),
        ("example.com/board: one", &format!("{prefix}/{long}: a")),
        ("example.com/board: one", "board: one, openslo.com/x: '', domain/y.z: b"),
        ("name: fast", "name: Fast-1"),
        (
            "name: fast",
            "name: fast\n  displayName: A name of any length, however much longer than sixty-three letters it is",
        ),
        ("{type: Prometheus, spec: {query: good}}", "{metricSourceRef: elsewhere, spec: just a query}"),
        (
            "    - duration: 4w\n      isRolling: true",
            "    - {duration: 1d, calendar: {startTime: 2020-01-21 12:30:00, timeZone: America/New_York}}",
        ),
    ] {
        assert_eq!(said(SLO, from, to), "", "{to}");
    }
    for (from, to) in [
        ("", ""),
        ("          kind: burnrate\n", ""),
        ("          alertAfter: 2m\n", ""),
        ("alertAfter: 2m", "alertAfter: 0m"),
        ("lookbackWindow: 1h", "lookbackWindow: 1M"),
        ("threshold: 14.4", "threshold: 0"),
        ("op: gt", "op: gte"),
    ] {
        assert_eq!(said(POLICY, from, to), "", "{to}");
    }
}

#[test]
fn what_the_text_does_not_allow_is_refused_where_it_stands() {
    for (from, to, expected) in [
        ("name: fast", "name: my service", "4: `my service` is not a name"),
        ("name: fast", "name: fast-", "4: `fast-` is not a name"),
        ("  name: fast\n", "", "4: no `name`"),
        (
            "metadata:\n  name: fast\n  labels: {team: [a, b]}\n  annotations: {example.com/board: one}\n",
            "",
            "1: no `metadata`",
        ),
        ("name: fast", "name: fast\n  displayName: [a]", "5: one value belongs here"),
        ("{team: [a, b]}", "{team_: a}", "5: `team_` is not the name of a label"),
        ("{team: [a, b]}", "{-team: a}", "5: `-team` is not the name of a label"),
        ("{team: [a, b]}", "{example.com/team: a}", "5: `example.com/team` is not the name of a label"),
        ("{team: [a, b]}", &format!("{{{}: a}}", "l".repeat(64)), "is not the name of a label"),
        ("{team: [a, b]}", "{team: {a: b}}", "5: the value of a label is a text, or a list of texts"),
        ("{team: [a, b]}", "{team: [a, 7]}", "5: the value of a label is a text, or a list of texts"),
        ("example.com/board", "example..com/board", "6: `example..com/board` is not the name of an annotation"),
        ("example.com/board", "example_x.com/board", "is not the name of an annotation"),
        ("example.com/board", "-example.com/board", "is not the name of an annotation"),
        ("example.com/board", "Example.com/board", "is not the name of an annotation"),
        ("example.com/board", "example.com/", "is not the name of an annotation"),
        ("example.com/board", "example.com/a/b", "is not the name of an annotation"),
        ("board: one", "board: [one]", "6: the value of an annotation is one text"),
        ("  service: shop\n", "", "8: no `service`"),
        ("service: shop", "service: ''", "8: `service` is empty"),
        ("  budgetingMethod: Timeslices\n", "", "8: no `budgetingMethod`"),
        ("Timeslices", "TimeSlices", "19: there is no method `TimeSlices`"),
        ("    - duration: 4w\n      isRolling: true", "    []", "no window in `timeWindow`"),
        (
            "isRolling: true",
            "isRolling: true\n    - {duration: 1w, isRolling: true}",
            "19: a budget has one period, not 2",
        ),
        ("      isRolling: true\n", "", "17: neither a `calendar` nor `isRolling: true`"),
        ("isRolling: true", "isRolling: false", "17: neither a `calendar` nor `isRolling: true`"),
        ("    - duration: 4w\n      isRolling", "    - isRolling", "17: no `duration`"),
        ("4w", "0w", "17: `duration: 0w` is not a duration"),
        ("4w", "4W", "17: `duration: 4W` is not a duration"),
        ("4w", "4 w", "17: `duration: 4 w` is not a duration"),
        ("4w", "4", "17: `duration: 4` is not a duration"),
        ("4w", "-4w", "17: `duration: -4w` is not a duration"),
        ("4w", "1.5d", "17: `duration: 1.5d` is not a duration"),
        ("4w", "90s", "17: `duration: 90s` is not a duration"),
        ("target: 0.99", "target: 1", "21: `target: 1` must be at least 0 and less than 1"),
        ("target: 0.99", "target: -0.1", "21: `target: -0.1` must be"),
        ("target: 0.99", "target: most", "21: `target: most` must be"),
        ("target: 0.99", "targetPercent: 100", "21: `targetPercent: 100` must be at least 0 and less than 100"),
        ("target: 0.99", "target: 0.99\n      targetPercent: 99", "22: both `target` and `targetPercent`"),
        ("target: 0.99\n      timeSliceTarget", "timeSliceTarget", "21: no `target`"),
        ("target: 0.99", "target: 0.99\n      op: lessThan", "22: there is no `op: lessThan`"),
        ("target: 0.99", "target: 0.99\n      compositeWeight: 0", "22: `compositeWeight: 0` must be a number above 0"),
        ("      timeSliceTarget: 0.95\n", "", "21: no `timeSliceTarget`"),
        ("timeSliceTarget: 0.95", "timeSliceTarget: 0", "22: `timeSliceTarget: 0` must be more than 0"),
        ("timeSliceTarget: 0.95", "timeSliceTarget: 1.1", "22: `timeSliceTarget: 1.1` must be"),
        ("      timeSliceWindow: 1m\n", "", "21: no `timeSliceWindow`"),
        ("timeSliceWindow: 1m", "timeSliceWindow: 0", "23: `timeSliceWindow: 0` is not a duration"),
        ("timeSliceWindow: 1m", "timeSliceWindow: 30s", "23: `timeSliceWindow: 30s` is not a duration"),
        ("good:", "raw:", "15: `total` beside `raw`"),
        ("total:", "bad:", "15: both `good` and `bad`"),
        ("total:", "bad:", "no `total`"),
        ("counter: true", "rawType: success", "13: `rawType` without `raw`"),
        ("counter: true", "counter: 7", "13: "),
        ("type: Prometheus, spec: {query: good}", "type: Prometheus", "14: no `spec` of the source"),
        ("type: Prometheus, spec: {query: good}", "spec: {query: good}", "14: no `type`"),
        ("type: Prometheus, spec: {query: good}", "metricSourceRef: a b, spec: x", "14: `a b` is not a name"),
        ("    metadata: {name: answers}\n", "", "10: no `metadata` of the indicator"),
        ("      ratioMetric:", "      thresholdMetric:", "there is no field"),
        ("  objectives:", "  indicatorRef: x\n  objectives:", "20: both `indicator` and `indicatorRef`"),
        ("  objectives:", "  alertPolicies: [{}]\n  objectives:", "20: neither `alertPolicyRef` nor an object"),
        ("  objectives:", "  alertPolicies: [{alertPolicyRef: a b}]\n  objectives:", "20: `a b` is not a name"),
        (
            "  objectives:",
            "  alertPolicies: [{targetRef: a}]\n  objectives:",
            "20: `targetRef` where a `AlertPolicy` belongs",
        ),
    ] {
        let said = said(SLO, from, to);
        assert!(said.contains(&format!("s.yaml:{expected}")) || said.contains(expected), "{to}: {said}");
    }
    for (from, to, expected) in [
        ("        severity: page\n", "", "7: no `severity`"),
        ("severity: page", "severity: ''", "10: `severity` is empty"),
        ("          op: gt\n", "", "12: no `op`"),
        ("op: gt", "op: eq", "13: there is no `op: eq`"),
        ("          threshold: 14.4\n", "", "12: no `threshold`"),
        ("threshold: 14.4", "threshold: fast", "14: `threshold: fast` must be a number"),
        ("          lookbackWindow: 1h\n", "", "12: no `lookbackWindow`"),
        ("lookbackWindow: 1h", "lookbackWindow: 0h", "15: `lookbackWindow: 0h` is not a duration"),
        ("alertAfter: 2m", "alertAfter: 2min", "16: `alertAfter: 2min` is not a duration"),
        ("kind: burnrate", "kind: budget", "12: there is no kind `budget`"),
        ("    - kind: AlertCondition\n      metadata", "    - metadata", "7: no `kind` of the object"),
        ("kind: AlertCondition", "kind: SLI", "7: a `SLI` stands where a `AlertCondition` belongs"),
        ("      metadata: {name: fast}\n", "", "7: neither `conditionRef` nor an object"),
        ("kind: AlertCondition", "conditionRef: fast", "7: both `conditionRef` and an object"),
        ("kind: AlertCondition", "alertPolicyRef: fast", "7: `alertPolicyRef` where a `AlertCondition` belongs"),
        ("spec: {target: slack}", "spec: {description: x}", "18: no `target`"),
        ("spec: {target: slack}", "spec: {target: slack, severity: page}", "has no `severity`"),
        ("  notificationTargets:", "  alertWhenNoData: true\n  conditions:", "`conditions` is here twice"),
        ("alertWhenBreaching: true", "alertWhenBreaching: sometimes", "5: this is neither `true` nor `false`"),
    ] {
        let said = said(POLICY, from, to);
        assert!(said.contains(&format!("s.yaml:{expected}")) || said.contains(expected), "{to}: {said}");
    }
    let (head, _) = POLICY.split_once("  notificationTargets:").unwrap();
    assert!(said(head, "", "").contains("s.yaml:5: no `notificationTargets`"));
    let source =
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: p}\nspec: {type: P, connectionDetails: 7}\n";
    assert_eq!(said(source, "", ""), "");
    assert!(said(source, ", connectionDetails: 7", "").contains("s.yaml:4: no `connectionDetails`"));
    assert!(said(source, "type: P, ", "").contains("s.yaml:4: no `type`"));
}

/// A consumer that reads types refuses what is quoted otherwise; what is a text is said by YAML 1.2.
#[test]
fn values_have_the_types_of_the_text() {
    for (from, to, expected) in [
        ("target: 0.99", "target: '0.99'", "21: `target` is a number: write `target: 0.99`, without quotes"),
        ("target: 0.99", "targetPercent: \"99\"", "21: `targetPercent` is a number"),
        ("timeSliceTarget: 0.95", "timeSliceTarget: '0.95'", "22: `timeSliceTarget` is a number"),
        ("target: 0.99", "target: 0.99\n      op: lte\n      value: '3'", "23: `value` is a number"),
        ("target: 0.99", "target: 0.99\n      compositeWeight: '1'", "22: `compositeWeight` is a number"),
        (
            "counter: true",
            "counter: 'true'",
            "13: `counter` is true or false: write `counter: true` or `counter: false`",
        ),
        ("isRolling: true", "isRolling: 'true'", "18: `isRolling` is true or false"),
        ("name: fast", "name: 5", "`name` is a text: write `name: '5'`, with quotes"),
        ("service: shop", "service: 1e3", "`service` is a text"),
        ("{team: [a, b]}", "{team: 5}", "the value of a label is a text"),
        ("{team: [a, b]}", "{team: [a, true]}", "the value of a label is a text"),
    ] {
        let said = said(SLO, from, to);
        assert!(said.contains(expected), "{to}: {said}");
    }
    for (from, to) in [
        ("{team: [a, b]}", "{team: y, other: [on, no, 1.2.3, 2026-11-01]}"),
        ("service: shop", "service: no"),
        ("target: 0.99", "target: +0.99"),
        ("timeSliceWindow: 1m", "timeSliceWindow: '5'"),
    ] {
        assert_eq!(said(SLO, from, to), "", "{to}");
    }
    assert!(said(POLICY, "threshold: 14.4", "threshold: '14.4'").contains("14: `threshold` is a number"));
    assert!(said(POLICY, "alertWhenBreaching: true", "alertWhenBreaching: 'no'").contains("is true or false"));
}

/// The indicator may be in another file, which is read as well.
#[test]
fn a_threshold_has_one_objective_with_what_it_is_compared_with() {
    let sli = "apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: slow}\nspec: {thresholdMetric: {metricSource: {type: P, spec: x}}}\n";
    let (head, rest) = SLO.split_once("  indicator:\n").unwrap();
    let (_, tail) = rest.split_once("  timeWindow:").unwrap();
    let slo = format!("{head}  indicatorRef: slow\n  timeWindow:{tail}");
    assert_eq!(check_syntax([("s.yaml", slo.as_str())]), Ok(vec![]));
    let errors = check_syntax([("s.yaml", slo.as_str()), ("i.yaml", sli)]).unwrap_err();
    let errors: Vec<String> = errors.iter().map(crate::data::DataError::by_line).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("no `op`") && errors[1].contains("no `value`"), "{errors:?}");
    let compared = slo.replace("target: 0.99", "target: 0.99\n      op: lt\n      value: 0.3");
    assert_eq!(check_syntax([("s.yaml", compared.as_str()), ("i.yaml", sli)]), Ok(vec![]));
    let two = format!("{compared}    - {{target: 0.9, op: lt, value: 1, timeSliceTarget: 1, timeSliceWindow: 1m}}\n");
    let errors = check_syntax([("s.yaml", two.as_str()), ("i.yaml", sli)]).unwrap_err();
    assert!(errors[0].message.contains("a `thresholdMetric` has one objective"), "{errors:?}");
}

#[test]
fn weights_and_targets_may_be_aliases() {
    let own = |name: &str| {
        format!(
            "indicator: {{metadata: {{name: {name}}}, spec: {{ratioMetric: {{good: {{metricSource: {{type: CloudWatch, spec: {{Namespace: N, MetricName: G{name}}}}}}}, total: {{metricSource: {{type: CloudWatch, spec: {{Namespace: N, MetricName: T}}}}}}}}}}}}"
        )
    };
    let (head, rest) = SLO.split_once("  indicator:\n").unwrap();
    let (_, window) = rest.split_once("  timeWindow:").unwrap();
    let (window, _) = window.split_once("  budgetingMethod").unwrap();
    let text = format!(
        "{head}  timeWindow:{window}  budgetingMethod: Occurrences\n  objectives:\n    - {{targetPercent: &t 99.5, compositeWeight: &w 2.5, {}}}\n    - {{targetPercent: *t, compositeWeight: *w, {}}}\n",
        own("a"),
        own("b")
    );
    assert_eq!(check_syntax([("s.yaml", text.as_str())]), Ok(vec![]));
    let slos = read([("s.yaml", text.as_str())]).unwrap().slos;
    assert_eq!(slos.iter().map(|slo| slo.target.percent()).collect::<Vec<_>>(), ["99.5"; 3]);
    let crate::slo::Indicator::Composite(composite) = &slos[2].indicator else { panic!("{slos:?}") };
    assert!(composite.parts.iter().all(|part| part.weight.to_string() == "2.5"));
    let heavy = text.replace("&w 2.5", "&w 999999999999.9999");
    assert_eq!(check_syntax([("s.yaml", heavy.as_str())]), Ok(vec![]));
    assert!(read([("s.yaml", heavy.as_str())]).is_err());
}

#[test]
fn fields_of_another_kind_are_refused() {
    for (from, to, expected) in [
        ("  target: email", "  target: email\n  severity: page", "kind `AlertNotificationTarget` has no `severity`"),
        ("    url: http", "    url: http\n  target: x", "kind `DataSource` has no `target`"),
        ("  rawType: success", "  rawType: perhaps", "there is no `rawType: perhaps`"),
        ("kind: burnrate", "kind: latency", "there is no kind `latency`: write `burnrate`"),
        ("  description: Sells", "  servce: x\n  description: Sells", "there is no field `servce`"),
        ("startTime: 2022-01-01 12:00:00", "startTime: noon", "`startTime: noon` is not a local date and time"),
        ("America/New_York", "New York", "`timeZone: New York` is not an IANA name"),
    ] {
        let text = KINDS.replace(from, to);
        assert_ne!(text, KINDS, "{from}");
        let errors = check_syntax([("spec.yaml", text.as_str())]).unwrap_err();
        let errors: Vec<String> = errors.iter().map(crate::data::DataError::by_line).collect();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
}
