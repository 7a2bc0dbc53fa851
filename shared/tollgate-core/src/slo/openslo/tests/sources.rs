use super::{errors, only, ratio, read, slo_with};
use crate::slo::{Comparison, Indicator, Metric, RawKind, Slo, Source};

const METRIC: &str = "{type: CloudWatch, spec: SPEC}";

fn good(spec: &str) -> String {
    slo_with(&[("GOOD", METRIC), ("SPEC", spec)])
}

fn metric(slo: &Slo) -> &Metric {
    ratio(slo).metric.metric().unwrap()
}

/// An objective on a value.
fn threshold(source: &str, objective: &str) -> String {
    slo_with(&[
        ("{ratioMetric: {good: {metricSource: GOOD}, total: {metricSource: TOTAL}}}", source),
        ("{target: 0.99}", objective),
    ])
}

fn at_threshold(spec: &str, objective: &str) -> String {
    threshold(&format!("{{thresholdMetric: {{metricSource: {{type: CloudWatch, spec: {spec}}}}}}}"), objective)
}

#[test]
fn a_metric_may_be_nested_as_in_the_api() {
    let flat =
        "{Namespace: N, MetricName: Ok, Dimensions: {A: b, C: '012'}, Stat: SampleCount, AccountId: '111122223333'}";
    let expected = only(&good(flat));
    for nested in [
        "{metricStat: {Namespace: N, MetricName: Ok, Dimensions: {A: b, C: '012'}, Stat: SampleCount}, AccountId: '111122223333'}",
        "{MetricStat: {Metric: {Namespace: N, MetricName: Ok, Dimensions: [{Name: A, Value: b}, {Name: C, Value: '012'}]}, \
         Period: 60, Stat: SampleCount}, AccountId: '111122223333'}",
        "{namespace: N, metricName: Ok, dimensions: {A: b, C: '012'}, stat: SampleCount, accountId: '111122223333'}",
        "{metricStat: {metric: {namespace: N, metricName: Ok, dimensions: [{name: A, value: b}, {name: C, value: '012'}]}, \
         period: 60, stat: SampleCount}, accountId: '111122223333'}",
    ] {
        assert_eq!(metric(&only(&good(nested))), metric(&expected), "{nested}");
    }
    // A dimension's name is the metric's own, however it is spelt.
    let spelt = only(&good("{namespace: N, metricName: Ok, dimensions: {service: a, Service: b}}"));
    assert_eq!(metric(&spelt).dimensions.len(), 2);
    for (spec, expected) in [
        ("{Namespace: N, metricStat: {Namespace: N, MetricName: Ok}}", "6: `Namespace` is there twice"),
        ("{Namespace: N, MetricName: Ok, Dimensions: [{Name: A, Value: b}, {Name: A, Value: c}]}", "is there twice"),
        (
            "{Namespace: N, MetricName: Ok, statistic: Sum}",
            "6: a CloudWatch source has no `statistic`: it has `Namespace`",
        ),
        ("{Namespace: N, namespace: N, MetricName: Ok}", "`namespace` is there twice, in one spelling or two"),
        ("{namespace: N, Namespace: M, metricName: Ok}", "`Namespace` is there twice, in one spelling or two"),
        ("{Namespace: N, metricStat: {namespace: N, metricName: Ok}}", "6: `Namespace` is there twice"),
        ("{MetricStat: {Namespace: N, MetricName: Ok}, metricStat: {Stat: Sum}}", "`metricStat` is there twice"),
        ("{Namespace: N, MetricName: Ok, dimensions: [{name: A, Name: A, value: b}]}", "`Name` is there twice"),
        ("{MetricName: Ok}", "6: no `Namespace` of the metric"),
        ("{Namespace: N, MetricName: Ok, RoleArn: 'role/x'}", "6: `role/x` is not a role such as `arn:aws:iam::"),
        ("{worstOf: [a/b, c/d]}", "only `type: Tollgate` is made of other objectives"),
    ] {
        let errors = errors(&good(spec));
        assert!(errors.contains(expected), "{spec}: {errors}");
    }
}

#[test]
fn a_data_source_says_where_its_metrics_are() {
    let data_source = "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: shop}\nspec: {type: CloudWatch, \
                       connectionDetails: {region: us-west-2, accountId: '111122223333', roleArn: 'arn:aws:iam::111122223333:role/read'}}\n";
    let slo = slo_with(&[
        ("GOOD", "{metricSourceRef: shop, spec: {Namespace: N, MetricName: Good, Region: eu-west-1}}"),
        ("TOTAL", "{metricSourceRef: shop, type: CloudWatch, spec: {Namespace: N, MetricName: All}}"),
    ]);
    let objectives = read([("slos.yaml", slo.as_str()), ("sources.yaml", data_source)]).unwrap();
    let places: Vec<_> = objectives.slos[0]
        .metrics()
        .iter()
        .map(|metric| {
            (metric.region.clone().unwrap(), metric.account_id.clone().unwrap(), metric.role_arn.clone().unwrap())
        })
        .collect();
    let role = "arn:aws:iam::111122223333:role/read".to_owned();
    let account = "111122223333".to_owned();
    assert_eq!(
        places,
        [("eu-west-1".to_owned(), account.clone(), role.clone()), ("us-west-2".to_owned(), account, role)]
    );
    assert!(errors(&slo).contains("s.yaml:6: there is no DataSource `shop`: add it, or remove the reference"));

    let elsewhere = data_source.replace("type: CloudWatch", "type: Prometheus");
    let errors = read([("slos.yaml", slo.as_str()), ("sources.yaml", &elsewhere)]).unwrap_err();
    let errors: Vec<String> = errors.iter().map(crate::data::DataError::by_line).collect();
    assert_eq!(
        errors,
        [
            "slos.yaml:6: no source of type `Prometheus` here: write `type: CloudWatch`",
            "slos.yaml:6: `type: CloudWatch`, but its data source is of type `Prometheus`"
        ]
    );

    let wrong = data_source.replace("us-west-2", "Oregon State");
    let errors = read([("slos.yaml", slo.as_str()), ("sources.yaml", &wrong)]).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].by_line(), "sources.yaml:4: `Oregon State` is not a region such as `eu-central-1`");
}

#[test]
fn counts_may_be_arithmetic() {
    let slo = only(&good(
        "{expression: 'all - (errors + 2 * timeouts)', Region: eu-west-1, inputs: {all: {Namespace: N, MetricName: All}, \
         errors: {Namespace: N, MetricName: Err, treatMissing: zero}, timeouts: {Namespace: N, MetricName: Late, Region: us-east-1}}}",
    ));
    let Source::Expression(expression) = &ratio(&slo).metric else { panic!("{slo:?}") };
    assert_eq!(expression.to_string(), "all - (errors + 2 * timeouts)");
    let inputs: Vec<_> = expression
        .inputs()
        .iter()
        .map(|(name, input)| (name.as_str(), input.metric.region.as_deref().unwrap(), input.absent_is_zero))
        .collect();
    assert_eq!(inputs, [("all", "eu-west-1", false), ("errors", "eu-west-1", true), ("timeouts", "us-east-1", false)]);
    assert_eq!(slo.metrics().len(), 4);

    let (n, z) = ("{Namespace: N, MetricName: A}", "{Namespace: N, MetricName: Z, treatMissing: zero}");
    for (spec, expected) in [
        (format!("{{expression: a + b, inputs: {{a: {n}}}}}"), "the expression `a + b` names `b`"),
        (format!("{{expression: a, inputs: {{a: {n}, b: {z}}}}}"), "does not name `b` of its `inputs`"),
        ("{expression: a + b}".to_owned(), "`expression` without `inputs`"),
        (format!("{{inputs: {{a: {n}}}}}"), "`inputs` without `expression`"),
        (format!("{{expression: a, Namespace: N, inputs: {{a: {n}}}}}"), "`N` beside `expression`"),
        (format!("{{expression: a, inputs: {{a: {z}}}}}"), "every input has `treatMissing: zero`"),
        (
            format!("{{expression: a, inputs: {{a: {{expression: b, inputs: {{b: {n}}}}}}}}}"),
            "a formula inside a formula",
        ),
        ("{expression: a, inputs: {a: {Namespace: N, MetricName: A, Stat: p99}}}".to_owned(), "`p99` does not count"),
    ] {
        let errors = errors(&good(&spec));
        assert!(errors.contains(expected), "{spec}: {errors}");
    }
}

#[test]
fn a_value_is_compared() {
    let slo =
        only(&at_threshold("{Namespace: N, MetricName: Latency, Stat: p99}", "{op: lte, value: 0.300, target: 0.99}"));
    let Indicator::Threshold { source, comparison, value, .. } = &slo.indicator else { panic!("{slo:?}") };
    assert_eq!(source.metric().unwrap().statistic, "p99");
    assert_eq!((*comparison, value.to_string()), (Comparison::Lte, "0.3".to_owned()));
    let metric = "{Namespace: N, MetricName: Latency, Stat: Average}";
    for (spec, objective, expected) in [
        (metric, "{value: 3, target: 0.99}", "9: no `op`"),
        (metric, "{op: lte, target: 0.99}", "9: no `value`"),
        (metric, "{op: lte, value: many, target: 0.99}", "`value: many` is not a decimal number"),
        ("{Namespace: N, MetricName: Latency}", "{op: lte, value: 3, target: 0.99}", "6: no `Stat` of the metric"),
        ("{Namespace: N, MetricName: L, Stat: p101}", "{op: lte, value: 3, target: 0.99}", "no statistic `p101`"),
        (
            "{Namespace: N, MetricName: L, Stat: Sum, treatMissing: zero}",
            "{op: lte, value: 3, target: 0.99}",
            "`treatMissing: zero` is not possible here: write `idle` or `unknown`",
        ),
    ] {
        let errors = errors(&at_threshold(spec, objective));
        assert!(errors.contains(expected), "{spec} {objective}: {errors}");
    }
}

#[test]
fn values_of_one_indicator_make_several_objectives() {
    let metric = "{Namespace: N, MetricName: Latency, Stat: Maximum}";
    let names = |objectives: &str| -> Vec<String> {
        super::parse("s.yaml", &at_threshold(metric, objectives)).unwrap().into_iter().map(|slo| slo.name).collect()
    };
    assert_eq!(
        names("{op: lt, value: 300, target: 0.99}, {op: lt, value: 900, target: 0.999}"),
        ["fast-99", "fast-99.9"]
    );
    assert_eq!(
        names("{op: lt, value: 300, target: 0.99}, {op: lt, value: 900, target: 0.99}"),
        ["fast-99-300", "fast-99-900"]
    );
    let same = at_threshold(metric, "{op: lt, value: 300, target: 0.99}, {op: lte, value: 300.0, target: 0.99}");
    assert!(errors(&same).contains("the same target as in line 9"));
}

#[test]
fn a_source_may_be_a_ratio_already() {
    let raw = |raw: &str| threshold(&format!("{{ratioMetric: {{{raw}}}}}"), "{target: 0.99}");
    let source = "raw: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: R, Stat: Average}}}";
    for (text, expected) in [("success", RawKind::Success), ("failure", RawKind::Failure)] {
        let slo = only(&raw(&format!("rawType: {text}, {source}")));
        assert!(matches!(&slo.indicator, Indicator::Raw { kind, .. } if *kind == expected), "{slo:?}");
    }
    assert!(errors(&raw(source)).contains("no `rawType`: write `success` or `failure`"));
    assert!(errors(&raw("rawType: success")).contains("`rawType` without `raw`"));
}

/// An objective that Application Signals judges.
fn signals(spec: &str) -> String {
    threshold(
        &format!(
            "{{ratioMetric: {{rawType: success, raw: {{metricSource: {{type: ApplicationSignals, spec: {spec}}}}}}}}}"
        ),
        "{target: 0.99}",
    )
}

#[test]
fn an_slo_of_application_signals_is_named_by_its_name_or_arn() {
    let read = |spec: &str| match only(&signals(spec)).indicator {
        Indicator::ApplicationSignals(slo) => (slo.id, slo.region, slo.role_arn),
        other => panic!("{other:?}"),
    };
    let arn = "arn:aws:application-signals:eu-west-1:111122223333:slo/checkout";
    assert_eq!(read("{Id: checkout availability}"), ("checkout availability".to_owned(), None, None));
    assert_eq!(read(&format!("{{Id: '{arn}'}}")), (arn.to_owned(), Some("eu-west-1".to_owned()), None));
    let role = "arn:aws:iam::111122223333:role/read";
    assert_eq!(
        read(&format!("{{Id: checkout, Region: us-east-1, RoleArn: '{role}'}}")),
        ("checkout".to_owned(), Some("us-east-1".to_owned()), Some(role.to_owned()))
    );
    for (spec, expected) in [
        ("{}", "no `Id`: write the name or ARN"),
        ("{Id: ''}", "is no SLO: write its name, or `arn:aws:application-signals:"),
        ("{Id: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a'}", "is no SLO"),
        ("{Id: checkout, Namespace: N}", "has `Id`, `Region` and `RoleArn`"),
        ("{Id: checkout, Window: 5m}", "has `Id`, `Region` and `RoleArn`"),
        ("{Id: checkout, AccountId: '111122223333'}", "part of the SLO's ARN"),
        (&format!("{{Id: '{arn}', Region: us-east-1}}"), "the SLO is in `eu-west-1`, not in `us-east-1`"),
    ] {
        let errors = errors(&signals(spec));
        assert!(errors.contains(expected), "{spec}: {errors}");
    }
    assert!(
        errors(&good("{Namespace: N, MetricName: Ok, Id: x}")).contains("only `type: ApplicationSignals` has an `Id`")
    );
}
