use super::{errors, only, read, slo_with};
use crate::slo::{Metric, Slo};

const VALUE: &str = "Namespace: N, MetricName: Age, Stat: Maximum";

fn counts(good: &str, total: &str) -> String {
    let of = |name: &str, more: &str| format!("{{type: CloudWatch, spec: {{Namespace: N, MetricName: {name}{more}}}}}");
    slo_with(&[("GOOD", &of("Good", good)), ("TOTAL", &of("All", total))])
}

fn sliced(spec: &str, slice: &str) -> String {
    let objective = format!("{{op: lt, value: 9, target: 0.99, timeSliceTarget: 1, timeSliceWindow: {slice}}}");
    let metric = format!("{{thresholdMetric: {{metricSource: {{type: CloudWatch, spec: {spec}}}}}}}");
    let ratio = "{ratioMetric: {good: {metricSource: GOOD}, total: {metricSource: TOTAL}}}";
    slo_with(&[(ratio, &metric), ("Occurrences", "Timeslices"), ("{target: 0.99}", &objective)])
}

fn seconds(slo: &Slo) -> Vec<u64> {
    slo.metrics().iter().map(|metric| metric.resolution.seconds()).collect()
}

fn warnings(text: &str) -> Vec<String> {
    let warnings = read([("s.yaml", text)]).unwrap().warnings;
    warnings.iter().map(crate::data::DataError::by_line).collect()
}

#[test]
fn a_period_is_the_length_of_the_datapoints() {
    assert_eq!(seconds(&only(&counts("", ""))), [60, 60]);
    assert_eq!(seconds(&only(&counts(", Period: 60", ", Period: 60"))), [60, 60]);
    assert_eq!(seconds(&only(&counts(", Period: 300", ", Period: 300"))), [300, 300]);
    assert_eq!(warnings(&counts(", Period: 300", ", Period: 300")), Vec::<String>::new());
    let nested = sliced("{MetricStat: {Metric: {Namespace: N, MetricName: M}, Period: 3600, Stat: p99}}", "1h");
    assert_eq!(seconds(&only(&nested)), [3600]);
}

#[test]
fn metrics_of_one_indicator_are_read_by_the_longest() {
    assert_eq!(seconds(&only(&counts("", ", Period: 300"))), [300, 300]);
    assert_eq!(seconds(&only(&counts(", Period: 900", ", Period: 300"))), [900, 900]);
    let formula = "{expression: a / b, inputs: {a: {Namespace: N, MetricName: A, Stat: Sum, Period: 300}, \
                   b: {Namespace: N, MetricName: B, Stat: Sum}}}";
    assert_eq!(seconds(&only(&sliced(formula, "5m"))), [300, 300]);
    let errors = errors(&counts(", Period: 120", ", Period: 300"));
    assert!(errors.contains("`Period: 300`, and `N/Good` has 120, which does not fit into it"), "{errors}");
}

#[test]
fn what_is_no_length_of_datapoints_is_refused() {
    for period in ["30", "1", "0", "-60", "90", "420", "172800", "5m", "1e3", "99999999999999999999999"] {
        let errors = errors(&counts(&format!(", Period: {period}"), ""));
        assert!(errors.contains(&format!("s.yaml:6: `Period: {period}` must be full minutes")), "{errors}");
    }
}

#[test]
fn slices_are_made_of_whole_datapoints() {
    let spec = |period: u64| format!("{{{VALUE}, Period: {period}}}");
    assert_eq!(seconds(&only(&sliced(&spec(300), "15m"))), [300]);
    for (period, slice, example) in [(300, "1m", "5m"), (3600, "5m", "60m"), (600, "15m", "10m")] {
        let errors = errors(&sliced(&spec(period), slice));
        let expected = format!("is not made of whole datapoints of `Period: {period}`");
        assert!(errors.contains(&expected) && errors.contains(&format!("`timeSliceWindow: {example}`")), "{errors}");
    }
}

#[test]
fn a_value_has_datapoints_of_one_length_over_its_period() {
    let value = |spec: &str, window: &str| {
        let metric = format!("{{thresholdMetric: {{metricSource: {{type: CloudWatch, spec: {{{VALUE}{spec}}}}}}}}}");
        let ratio = "{ratioMetric: {good: {metricSource: GOOD}, total: {metricSource: TOTAL}}}";
        let objective = "{op: lt, value: 9, target: 0.99}";
        slo_with(&[(ratio, &metric), ("{target: 0.99}", objective), ("WINDOW", window)])
    };
    for (spec, window, expected) in [
        ("", "{duration: 14d, isRolling: true}", 60),
        ("", "{duration: 15d, isRolling: true}", 300),
        ("", "{duration: 30d, isRolling: true}", 300),
        ("", "{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}", 300),
        ("", "{duration: 62d, isRolling: true}", 300),
        ("", "{duration: 63d, isRolling: true}", 3600),
        ("", "{duration: 1Q, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}", 3600),
        (", Period: 120", "{duration: 7d, isRolling: true}", 120),
        (", Period: 120", "{duration: 30d, isRolling: true}", 600),
        (", Period: 900", "{duration: 30d, isRolling: true}", 900),
        (", Period: 86400", "{duration: 90d, isRolling: true}", 86_400),
    ] {
        assert_eq!(seconds(&only(&value(spec, window))), [expected], "{spec} {window}");
    }
    // What is longer than the shortest windows is said.
    assert_eq!(warnings(&value("", "{duration: 62d, isRolling: true}")), Vec::<String>::new());
    let warnings = warnings(&value("", "{duration: 90d, isRolling: true}"));
    assert!(warnings[0].contains("CloudWatch keeps shorter ones for 62 days: write a shorter `timeWindow`"));
    // Slices are made of whole ones.
    let of_slices = |slice: &str| seconds(&only(&sliced(&format!("{{{VALUE}}}"), slice)));
    assert_eq!(["1m", "4m", "5m", "90m", "1h"].map(of_slices), [[60], [60], [300], [300], [300]]);
    // Counts add up, however long their datapoints are.
    assert_eq!(seconds(&only(&counts("", ""))), [60, 60]);
}

#[test]
fn windows_shorter_than_a_datapoint_are_warned_of() {
    let warnings = warnings(&counts(", Period: 3600", ", Period: 3600"));
    assert_eq!(warnings.len(), 1);
    let expected =
        "datapoints of 3600 s are longer than the burn windows `5m`, `30m`, so they are judged over 3600 s: publish";
    assert!(warnings[0].contains(expected) && warnings[0].contains("write `Period: 300`"), "{warnings:?}");
}

#[test]
fn a_recorded_metric_of_minutes_reads_as_it_did() {
    let minute = Metric::new("N", "M", "Sum");
    let text = serde_json::to_string(&minute).unwrap();
    assert!(!text.contains("resolution"), "{text}");
    let five = text.replace("\"account_id\"", "\"resolution_seconds\":300,\"account_id\"");
    let five: Metric = serde_json::from_str(&five).unwrap();
    assert_eq!(five.resolution.seconds(), 300);
    assert_eq!(serde_json::from_str::<Metric>(&serde_json::to_string(&five).unwrap()).unwrap(), five);
    assert!(
        serde_json::from_str::<Metric>(&text.replace("\"account_id\"", "\"resolution_seconds\":30,\"account_id\""))
            .is_err()
    );
}
