//! Shapes that the specification and its examples have, <https://github.com/OpenSLO/OpenSLO>: what is good by the
//! specification is good here, and what is from elsewhere than CloudWatch is refused where it would have to be read.

use crate::slo::openslo::{check_syntax, read};

const KINDS: &str = include_str!("specification.yaml");

#[test]
fn every_shape_of_the_specification_is_good() {
    let warnings = check_syntax([("spec.yaml", KINDS)]).unwrap();
    let warnings: Vec<String> = warnings.iter().map(crate::data::DataError::by_line).collect();
    insta::assert_snapshot!(warnings.join("\n"), @"
    spec.yaml:27: `accessKeyID` is not used: a data source has `region`, `accountId` and `roleArn`, and never a secret; remove it
    spec.yaml:28: `secretAccessKey` is not used: a data source has `region`, `accountId` and `roleArn`, and never a secret; remove it
    spec.yaml:99: `op: lte` would alert while the budget burns slowly; it is taken as `gte`: write `op: gte`
    spec.yaml:174: the duration `1m` is in minutes, and taken as months: write `1M`
    ");
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
    spec.yaml:171: no source of type `Any` here: write `type: CloudWatch`
    spec.yaml:172: no source of type `Any` here: write `type: CloudWatch`
    spec.yaml:212: no source of type `Prometheus` here: write `type: CloudWatch`
    spec.yaml:213: no source of type `Prometheus` here: write `type: CloudWatch`
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
    assert_eq!(check_syntax([("list.yaml", list.as_str())]).unwrap().len(), 4);
    assert!(check_syntax([("list.yaml", "[]")]).unwrap_err()[0].message.contains("the list is empty"));
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
