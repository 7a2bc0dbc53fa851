//! Canaries and the indicators of Keptn gates in the catalogue: what is read, and what is refused with its place.

use super::{SERVICE, TEAM, dangling, read};
use crate::{
    canary::{Direction, Tolerance},
    slo::Source,
};

const CANARY: &str = "data/canaries/pay.yaml";
const GATE: (&str, &str) = (
    "data/keptn/pay.yaml",
    "spec_version: '1.0'\nobjectives:\n- {sli: speed, pass: [{criteria: ['<1']}]}\ntotal_score: {pass: 90%}",
);
const SLIS: &str = "data/keptn/pay.sli.yaml";
const PLACES: (&str, &str) = (
    "data/slos/places.yaml",
    "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: north}\n\
     spec: {type: CloudWatch, connectionDetails: {region: eu-north-1, accountId: '111122223333'}}\n",
);

/// A file of one metric, with its lines counted from 1: the metric begins on line 3.
fn canary(metric: &str) -> String {
    format!("dimensions: [Version]\nmetrics:\n- name: latency\n  {}\n", metric.replace('\n', "\n  "))
}

/// Is one of the errors in that file and line (whatever the column), and does it say that?
fn has(errors: &str, expected: &str) -> bool {
    let (place, said) =
        expected.split_once(": ").filter(|(place, _)| place.starts_with("data/")).unwrap_or(("", expected));
    errors.lines().any(|line| line.starts_with(place) && line.contains(said))
}

fn refused(file: &str, text: &str) -> String {
    read(&[SERVICE, TEAM, (file, text)]).unwrap_err().join("\n")
}

const P99: &str = "metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: Latency, Stat: p99, Dimensions: {Service: pay}}}";
const SHARE: &str = "metricSource:\n  type: CloudWatch\n  spec:\n    expression: bad / all\n    inputs:\n      \
                     bad: {Namespace: N, MetricName: Bad, Stat: Sum, treatMissing: zero}\n      \
                     all: {Namespace: N, MetricName: All, Stat: Sum}";

#[test]
fn a_small_file_suffices() {
    let catalogue = read(&[SERVICE, TEAM, (CANARY, &canary(P99))]).unwrap();
    let canary = &catalogue.canaries["pay"];
    let config = canary.plan.config();
    assert_eq!((config.confidence_ppm, config.pass_score_ppm, config.marginal_score_ppm), (980_000, 950_000, 750_000));
    assert_eq!((config.observation_seconds, config.give_up_seconds), (900, 1800));
    let metric = &config.metrics[0];
    assert_eq!((metric.group.as_str(), metric.direction, metric.weight), ("latency", Direction::Either, 1));
    assert_eq!((metric.min_events, metric.tolerance), (100, Tolerance::MedianPpm(250_000)));
    let source = &canary.metrics["latency"];
    let events = source.events.as_ref().and_then(Source::metric).unwrap();
    assert_eq!((events.name.as_str(), events.statistic.as_str()), ("Latency", "SampleCount"));
    assert!(catalogue.warnings.is_empty());
}

#[test]
fn a_source_may_refer_to_where_metrics_are() {
    let text = canary(
        "metricSource: {metricSourceRef: north, spec: {Namespace: N, MetricName: M, Stat: Average}}\nmin_events: 0",
    );
    let catalogue = read(&[SERVICE, TEAM, PLACES, (CANARY, &text)]).unwrap();
    let source = &catalogue.canaries["pay"].metrics["latency"];
    let metric = source.value.metric().unwrap();
    assert_eq!((metric.region.as_deref(), metric.account_id.as_deref()), (Some("eu-north-1"), Some("111122223333")));
    assert_eq!(source.events, None);
    assert_eq!(
        refused(CANARY, &text),
        "data/canaries/pay.yaml:4: there is no DataSource `north`: add it, or remove the reference"
    );
}

#[test]
fn canary_files_that_could_not_judge_are_refused_with_their_place() {
    let with_events =
        format!("{SHARE}\nevents: {{metricSource: {{type: CloudWatch, spec: {{Namespace: N, MetricName: All}}}}}}");
    assert!(read(&[SERVICE, TEAM, (CANARY, &canary(&with_events))]).is_ok());
    for (text, expected) in [
        (canary(SHARE), "data/canaries/pay.yaml:3: nothing counts the events of `latency`: write `events`"),
        (
            canary(&SHARE.replace("Stat: Sum}", "Stat: Sum, treatMissing: zero}")),
            "data/canaries/pay.yaml:9: every input has `treatMissing: zero`",
        ),
        (
            canary(&P99.replace("Stat: p99", "Stat: Sum, treatMissing: zero")),
            "data/canaries/pay.yaml:4: `treatMissing: zero` is not possible here: write `unknown`",
        ),
        (
            canary(&P99.replace("Service: pay", "Version: '7'")),
            "data/canaries/pay.yaml:4: `Version` is one of the `dimensions`",
        ),
        (canary(&P99.replace("Stat: p99, ", "")), "data/canaries/pay.yaml:4: no `Stat` of the metric"),
        (canary(&P99.replace("type: CloudWatch", "type: Prometheus")), "no source of type `Prometheus` here"),
        (canary("weight: 1"), "data/canaries/pay.yaml:4: no `metricSource`: write it here"),
        (canary(&format!("{P99}\nwieght: 2")), "data/canaries/pay.yaml:5: there is no field `wieght` here"),
        (canary(&format!("{P99}\nweight: 0")), "data/canaries/pay.yaml:3: the weight of `latency` is 0: write 1 to"),
        (canary(&format!("{P99}\ndirection: up")), "data/canaries/pay.yaml:5: `up` is not possible here"),
        (
            canary(P99) + "confidence_ppm: 970000\n",
            "data/canaries/pay.yaml:5: `confidence_ppm` is 970000: write 900000",
        ),
        (
            canary(P99) + "give_up_seconds: 90000\n",
            "data/canaries/pay.yaml:5: `give_up_seconds` is 90000: write at most",
        ),
        (
            canary(P99) + "observation_seconds: 0\n",
            "`observation_seconds` 0 would pass it before anything is seen: write at least 60",
        ),
        (canary(P99) + "observation_seconds: 3600\n", "`give_up_seconds` 1800 is less than `observation_seconds` 3600"),
        (canary(P99).replace("[Version]", "[]"), "data/canaries/pay.yaml:1: 0 `dimensions`: write 1 to 10"),
        (canary(P99).replace("[Version]", "[V, V]"), "data/canaries/pay.yaml:1: the dimension `V` is there twice"),
        (canary(P99).replace("[Version]", "['']"), "data/canaries/pay.yaml:1: the name of a dimension has 1 to 255"),
        ("dimensions: [Version]\nmetrics: []\n".into(), "no `metrics`: a canary without any would always pass"),
        ("metrics: []\n".into(), "no `dimensions`: write it here"),
        (String::new(), "data/canaries/pay.yaml"),
    ] {
        let errors = refused(CANARY, &text);
        assert!(has(&errors, expected), "{expected}\n  in {errors}\n  of\n{text}");
    }
    let errors = refused("data/canaries/pay/blue.yaml", &canary(P99));
    assert!(errors.contains("named after its service: `data/canaries/SERVICE.yaml`"), "{errors}");
}

#[test]
fn a_metric_may_be_critical_and_have_limits() {
    let with = |more: &str| canary(&format!("{}\n{P99}", more.replace(", ", "\n")));
    let catalogue = read(&[SERVICE, TEAM, (CANARY, &with("critical: true, at_most: 0.5, at_least: -2"))]).unwrap();
    let metric = &catalogue.canaries["pay"].plan.config().metrics[0];
    assert_eq!((metric.critical, metric.limits.at_most_micro), (true, Some(500_000)));
    assert_eq!(metric.limits.at_least_micro, Some(-2_000_000));
    for (more, expected) in [
        ("at_most: fast", "`at_most: fast` is not a number of at most 6 decimals"),
        ("at_most: 0.1234567", "`at_most: 0.1234567` is not a number of at most 6 decimals"),
        ("at_most: 1, at_least: 2", "`at_least` of `latency` is above its `at_most`"),
        ("critcal: true", "there is no field `critcal` here: write `critical`"),
    ] {
        let errors = refused(CANARY, &with(more));
        assert!(has(&errors, expected), "{more}: {errors}");
    }
}

#[test]
fn counts_are_warned_of_and_strangers_listed() {
    let counts = canary(&P99.replace("p99", "Sum"));
    let catalogue = read(&[SERVICE, TEAM, ("data/canaries/gone.yaml", &counts)]).unwrap();
    let warnings: Vec<String> = catalogue.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "data/canaries/gone.yaml:4:17: `latency` compares counts, which differ by the share of the traffic that either side \
          has: divide it by the requests with an `expression`",
            "data/canaries/gone.yaml:4:17: the events of `latency` are what it counts itself, so of errors there are too few to \
          judge by as long as none happens: write `events` with the metric that counts all requests",
        ]
    );
    let lost = dangling(&[SERVICE, TEAM, ("data/canaries/gone.yaml", &counts)]);
    let expected = "data/canaries/gone.yaml: service `gone` has no file in `data/services`";
    assert!(lost.iter().any(|error| error.starts_with(expected)), "{lost:?}");
}

#[test]
fn a_gate_without_values_and_values_without_a_gate_are_refused() {
    let good = "window_minutes: 30\nindicators:\n  speed: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: M, Stat: p95}}}\n";
    let catalogue = read(&[SERVICE, TEAM, GATE, (SLIS, good)]).unwrap();
    assert_eq!(catalogue.keptn_slis["pay"].window_seconds, 1800);
    assert_eq!(
        refused(GATE.0, GATE.1),
        "data/keptn/pay.yaml: the gate has no values: write `data/keptn/pay.sli.yaml` with `indicators`, one for each `sli`"
    );
    assert_eq!(
        refused(SLIS, good),
        "data/keptn/pay.sli.yaml: there is no gate that reads it: write `data/keptn/pay.yaml`, Keptn's `slo.yaml`"
    );
    for (text, expected) in [
        (good.replace("speed", "sped"), "data/keptn/pay.sli.yaml: no indicator `speed`, which the gate judges"),
        (
            "indicators:\n  speed: 'calc:service.keyRequest:p95'\n".into(),
            "data/keptn/pay.sli.yaml:2: `speed` is the query of another provider: write a `metricSource`",
        ),
        (good.replace("30", "0"), "data/keptn/pay.sli.yaml:1: `window_minutes` is 0: write 1 to 1440"),
        (good.replace("30", "1441"), "data/keptn/pay.sli.yaml:1: `window_minutes` is 1441"),
        (good.replace(", Stat: p95", ""), "data/keptn/pay.sli.yaml:3: no `Stat` of the metric"),
        (good.replace("p95", "p101"), "data/keptn/pay.sli.yaml:3: CloudWatch has no statistic `p101`"),
        (format!("spec_version: '2.0'\n{good}"), "data/keptn/pay.sli.yaml:1: `2.0` is not supported"),
        ("indicators: [speed]\n".into(), "data/keptn/pay.sli.yaml:1"),
        (format!("{good}queries: {{}}\n"), "data/keptn/pay.sli.yaml:4: there is no field `queries` here"),
        (String::new(), "data/keptn/pay.sli.yaml"),
    ] {
        let errors = read(&[SERVICE, TEAM, GATE, (SLIS, &text)]).unwrap_err().join("\n");
        assert!(has(&errors, expected), "{expected}\n  in {errors}\n  of\n{text}");
    }
    let unread = format!(
        "{good}  other: {{metricSource: {{type: CloudWatch, spec: {{Namespace: N, MetricName: M, Stat: p95}}}}}}\n"
    );
    let catalogue = read(&[SERVICE, TEAM, GATE, (SLIS, &unread)]).unwrap();
    assert!(catalogue.warnings[0].to_string().contains("no objective of the gate judges `other`"));
}

/// What is wrong with a gate is told once, and not that its indicators have none.
#[test]
fn a_broken_gate_is_told_once() {
    let slis =
        "indicators: {speed: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: M, Stat: p95}}}}";
    let errors = read(&[(GATE.0, "spec_version: '1.0'"), (SLIS, slis)]).unwrap_err();
    assert!(errors.len() == 1 && errors[0].contains("no `objectives`"), "{errors:?}");
}

/// A share is known by its form; what is none, or may be none, is said.
#[test]
fn shares_of_counts_are_known_by_their_form() {
    let events = "events: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: All, Stat: Sum}}}";
    let of = |formula: &str, more: &str| canary(&format!("{}\n{events}{more}", SHARE.replace("bad / all", formula)));
    for (formula, more, share, warned) in [
        ("bad / all", "", true, false),
        ("(all - bad) / all", "", true, false),
        ("1 - bad / all", "", true, false),
        ("bad / (all + bad)", "", true, false),
        ("bad / all", "\nshare: false", false, false),
        ("100 * bad / all", "", false, true),
        ("all / bad", "\nshare: false", false, false),
        ("all / bad", "", false, true),
    ] {
        let catalogue = read(&[SERVICE, TEAM, (CANARY, &of(formula, more))]).unwrap();
        assert_eq!(catalogue.canaries["pay"].metrics["latency"].share, share, "{formula}");
        let said =
            catalogue.warnings.iter().any(|warning| warning.to_string().contains("only the minutes of `latency`"));
        assert_eq!(said, warned, "{formula}");
    }
    assert!(refused(CANARY, &of("all / bad", "\nshare: true")).contains("is not known to be a share"));
}
