//! Sources of other types, and what the order of keys says: nothing.

use super::{errors, named, only, ratio, slo_with};
use crate::slo::openslo::{check_syntax, read};

#[test]
fn what_a_foreign_source_says_is_its_own_affair() {
    let of = |source: &str| named(&slo_with(&[("GOOD", source), ("TOTAL", source)]));
    let foreign = |spec: &str| of(&format!("{{type: Prometheus, spec: {spec}}}"));
    for spec in [
        "{dimensions: [following, another]}",
        "{inputs: [a]}",
        "{metric: x}",
        "{region: [a], stat: [b]}",
        "{weighted: true}",
        "[a, {b: c}]",
        "sum(rate(x))",
        "7",
        "~",
        "{a: 1, A: 2}",
        "{a: .inf, b: .nan, c: 1e999}",
        "{1: x, true: y, [a, b]: z}",
        "{a: &x [1], b: *x}",
    ] {
        // The order of keys says nothing.
        for text in [foreign(spec), of(&format!("{{spec: {spec}, type: Prometheus}}"))] {
            assert_eq!(check_syntax([("s.yaml", text.as_str())]), Ok(vec![]), "{text}");
            let refused = errors(&text);
            assert!(refused.contains("s.yaml:6: no source of type `Prometheus` here"), "{refused}");
        }
        // What a data source says of its type is as good.
        let text = of(&format!("{{spec: {spec}, metricSourceRef: p}}"));
        let source = "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: p}\nspec: {connectionDetails: [x, 7], type: Prometheus}\n";
        let both = [("s.yaml", text.as_str()), ("p.yaml", source)];
        assert_eq!(check_syntax(both), Ok(vec![]), "{text}");
        let refused = read(both).unwrap_err();
        assert!(refused[0].by_line().contains("s.yaml:6: no source of type `Prometheus` here"), "{refused:?}");
    }
    // To the specification, that of CloudWatch is no different; one that is read here is held to what it has.
    let own = foreign("{dimensions: [following, another]}").replace("Prometheus", "CloudWatch");
    assert_eq!(check_syntax([("s.yaml", own.as_str())]), Ok(vec![]));
    assert!(errors(&own).contains("s.yaml:6: fields belong here"), "{}", errors(&own));
    let odd = slo_with(&[("GOOD", "{type: Prometheus, query: x}")]);
    assert!(errors(&odd).contains("s.yaml:6: there is no field `query`"), "{}", errors(&odd));
}

#[test]
fn a_source_is_read_whatever_the_order_of_its_keys() {
    let good = ["Namespace: N", "MetricName: Good", "Stat: SampleCount", "Dimensions: {Version: 1.10, Account: 012}"];
    let turned: Vec<&str> = good.iter().rev().copied().collect();
    let of = |fields: [&str; 2]| slo_with(&[("GOOD", &format!("{{{}}}", fields.join(", ")))]);
    let first = only(&of(["type: CloudWatch", &format!("spec: {{{}}}", good.join(", "))]));
    let last = only(&of([&format!("spec: {{{}}}", turned.join(", ")), "type: CloudWatch"]));
    assert_eq!(first, last);
    let metric = ratio(&first).metric.metric().unwrap();
    assert_eq!(metric.dimensions["Version"], "1.10");
    assert_eq!(metric.dimensions["Account"], "012");
}
