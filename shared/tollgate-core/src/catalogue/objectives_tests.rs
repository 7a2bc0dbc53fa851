//! Objectives in the catalogue: across files, with maintenance, shared, and warned of.

use super::{SERVICE, TEAM, dangling, freezes::at, read};
use crate::slo::{Indicator, Slo};

const DB: (&str, &str) =
    ("data/services/db.yaml", "name: db\ntier: tier_1\nowner: money\nenvironments: [production]\n");

fn slo(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: {name}{rest}}}\nspec:\n  service: pay\n  indicatorRef: good\n  \
         timeWindow: [{{duration: 30d, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: [{{target: 0.99}}]\n"
    )
}

const SLI: (&str, &str) = (
    "data/slos/indicators.yaml",
    "apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: good}\nspec: {ratioMetric: {\
     good: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: Good}}}, \
     total: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: All}}}}}\n",
);

fn maintenance(entry: &str) -> String {
    format!("maintenance:\n  - {{name: m, owner: money, reason: r, {entry}}}\n")
}

const NIGHT: &str = "time_zone: UTC, starts: 2026-11-01T02:00, ends: 2026-11-01T04:00, rrule: FREQ=DAILY";

fn seconds(text: &str) -> i64 {
    at(text).timestamp()
}

/// The excluded hours of the first objective on 20 November 2026.
fn excluded(slo: &Slo) -> Vec<(i64, i64)> {
    let midnight = seconds("2026-11-20T00:00:00Z");
    let ranges = slo.excluded(midnight, midnight + 86_400);
    ranges.into_iter().map(|range| ((range.start - midnight) / 3600, (range.end - midnight) / 3600)).collect()
}

#[test]
fn objectives_refer_to_indicators_in_other_files() {
    let slo = slo("fast", "");
    let catalogue = read(&[SERVICE, TEAM, SLI, ("data/slos/pay.yaml", &slo)]).unwrap();
    let found: Vec<_> = catalogue.slos_of("pay").map(|slo| (slo.name.as_str(), slo.file.as_str(), slo.line)).collect();
    assert_eq!(found, [("fast", "data/slos/pay.yaml", 3)]);
    let errors = read(&[SERVICE, TEAM, ("data/slos/pay.yaml", &slo)]).unwrap_err();
    assert_eq!(errors, ["data/slos/pay.yaml:6: there is no SLI `good`: add it, or write `indicator`"]);
    let errors = read(&[SLI, ("data/slos/a.yaml", &slo), ("data/slos/b.yaml", &slo)]).unwrap_err();
    assert_eq!(
        errors,
        ["data/slos/b.yaml:3: `pay` has an SLO `fast` in data/slos/a.yaml:3 already: give this one another name"]
    );
}

#[test]
fn maintenance_is_taken_out_of_the_objectives_that_it_is_for() {
    let slos = slo("fast", ", labels: {environment: production}") + "---\n" + &slo("open", "");
    for (entry, fast, open) in [
        (format!("services: [pay], {NIGHT}"), vec![(2, 4)], vec![(2, 4)]),
        (format!("services: [db], {NIGHT}"), vec![], vec![]),
        (format!("services: [pay], slos: [open], {NIGHT}"), vec![], vec![(2, 4)]),
        // Where nobody says what environment an objective is about, nothing of it is left out.
        (format!("services: [pay], environments: [production], {NIGHT}"), vec![(2, 4)], vec![]),
        (format!("services: [pay], environments: [staging], {NIGHT}"), vec![], vec![]),
        (format!("services: [pay], {NIGHT}").replace("FREQ=DAILY", "FREQ=YEARLY"), vec![], vec![]),
    ] {
        let text = maintenance(&entry);
        let catalogue = read(&[SLI, ("data/slos/pay.yaml", &slos), ("data/maintenance/m.yaml", &text)]).unwrap();
        let of = |name: &str| excluded(catalogue.slos["pay"].iter().find(|slo| slo.name == name).unwrap());
        assert_eq!((of("fast"), of("open")), (fast, open), "{entry}");
    }
}

/// An objective that is about an environment in which nothing runs would be looked at by nobody.
#[test]
fn an_environment_that_the_service_does_not_have_is_refused() {
    let wrong = |label: &str| {
        let slo = slo("fast", &format!(", labels: {{environment: {label}}}"));
        dangling(&[SERVICE, TEAM, SLI, DB, ("data/slos/pay.yaml", &slo)])
    };
    for (label, name) in [
        ("prod", "prod"),
        ("Production", "Production"),
        ("'production '", "production "),
        ("''", ""),
        ("[production, prodution]", "prodution"),
    ] {
        let expected =
            format!("`fast` is about the environment `{name}`, and `pay` does not run there: write `production`");
        let found = wrong(label);
        assert!(found.len() == 1 && found[0].contains(&expected), "{label}: {found:?}");
        assert!(found[0].starts_with("data/slos/pay.yaml:3:"), "{found:?}");
    }
    let none = wrong("[]");
    assert!(none.len() == 1 && none[0].contains("names no environment: remove it, or write `production`"), "{none:?}");
    assert_eq!(wrong("[production]"), Vec::<String>::new());

    let shared = slo("fast", ", labels: {environment: production}, annotations: {tollgate.dev/shared-with: lab}");
    let lab = ("data/services/lab.yaml", "name: lab\ntier: tier_3\nowner: money\nenvironments: [staging]\n");
    let found = dangling(&[SERVICE, TEAM, SLI, DB, lab, ("data/slos/pay.yaml", &shared)]);
    assert!(
        found.len() == 1 && found[0].contains("is shared with `lab`, which runs in none of the environments"),
        "{found:?}"
    );
}

#[test]
fn windows_that_meet_or_overlap_are_one() {
    let hours = |from: u32, until: u32| {
        format!(
            "  - {{name: m{from}, owner: money, reason: r, services: [pay], time_zone: Europe/Berlin, \
                 starts: 2026-11-20T{from:02}:00, ends: 2026-11-20T{until:02}:00}}\n"
        )
    };
    let text = format!("maintenance:\n{}{}{}{}", hours(10, 12), hours(8, 9), hours(12, 13), hours(11, 12));
    let slo = slo("fast", "");
    let catalogue = read(&[SLI, ("data/slos/pay.yaml", &slo), ("data/maintenance/m.yaml", &text)]).unwrap();
    // Berlin is an hour ahead of UTC in November.
    assert_eq!(excluded(&catalogue.slos["pay"][0]), [(7, 8), (9, 12)]);
}

/// Clocks in Berlin go from 03:00 back to 02:00 on 25 October 2026, and from 02:00 on to 03:00 on 28 March 2027: that
/// night it is an hour later.
#[test]
fn maintenance_follows_the_clocks() {
    let nightly = "services: [pay], time_zone: Europe/Berlin, starts: 2026-10-01T02:00, ends: 2026-10-01T03:00, rrule: FREQ=DAILY";
    let (text, slo) = (maintenance(nightly), slo("fast", ""));
    let catalogue = read(&[SLI, ("data/slos/pay.yaml", &slo), ("data/maintenance/m.yaml", &text)]).unwrap();
    let lengths = |from: &str, until: &str| -> Vec<i64> {
        let ranges = catalogue.slos["pay"][0].excluded(seconds(from), seconds(until));
        ranges.into_iter().map(|range| (range.end - range.start) / 60).collect()
    };
    assert_eq!(lengths("2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z"), [60, 120, 60]);
    assert_eq!(lengths("2027-03-26T12:00:00Z", "2027-03-29T12:00:00Z"), [60, 60, 60]);
}

#[test]
fn maintenance_is_known_while_it_goes_on() {
    let text = maintenance(&format!("services: [pay], environments: [production], {NIGHT}"));
    let catalogue = read(&[("data/maintenance/m.yaml", &text)]).unwrap();
    let now = at("2026-11-20T03:59:59Z");
    let windows = catalogue.maintenance_at("pay", "production", now);
    assert_eq!(windows.len(), 1);
    assert_eq!((windows[0].starts_at, windows[0].ends_at), (at("2026-11-20T02:00:00Z"), at("2026-11-20T04:00:00Z")));
    assert!(catalogue.maintenance_at("pay", "production", at("2026-11-20T04:00:00Z")).is_empty());
    assert!(catalogue.maintenance_at("pay", "staging", now).is_empty());
    assert!(catalogue.maintenance_at("db", "production", now).is_empty());
}

#[test]
fn maintenance_that_hides_too_much_is_refused() {
    for (entry, expected) in [
        (format!("services: [], {NIGHT}"), "maintenance `m`: no `services`: name those whose maintenance it is"),
        (
            "services: [pay], time_zone: UTC, starts: 2026-11-01T00:00, ends: 2026-11-09T00:00".to_owned(),
            "it must end after it starts, within 7 days",
        ),
        (format!("services: [pay], {NIGHT}").replace("DAILY", "HOURLY"), "recurs within a day"),
        (NIGHT.to_owned(), "no `services`: write it here"),
    ] {
        let errors = read(&[("data/maintenance/m.yaml", &maintenance(&entry))]).unwrap_err();
        assert!(errors[0].starts_with("data/maintenance/m.yaml:2: ") && errors[0].contains(expected), "{errors:?}");
    }
}

#[test]
fn a_shared_budget_binds_the_other_service_too() {
    let slo = slo("fast", ", annotations: {tollgate.dev/shared-with: 'db, gone'}");
    let catalogue = read(&[SERVICE, DB, TEAM, SLI, ("data/slos/pay.yaml", &slo)]).unwrap();
    let names = |service: &str| catalogue.slos_of(service).map(Slo::evidence_id).collect::<Vec<_>>();
    assert_eq!((names("pay"), names("db")), (vec!["slo/pay/fast".into()], vec!["slo/pay/fast".to_owned()]));
    let lost = dangling(&[SERVICE, DB, TEAM, SLI, ("data/slos/pay.yaml", &slo)]);
    assert_eq!(
        lost,
        ["data/slos/pay.yaml:3: service `gone` has no file in `data/services`: write one, or name another"]
    );
}

#[test]
fn the_parts_of_a_composite_have_their_maintenance() {
    let composite = "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: whole}\nspec:\n  service: db\n  indicator: {spec: \
                     {ratioMetric: {rawType: success, raw: {metricSource: {type: Tollgate, spec: {worstOf: [pay/a, pay/b]}}}}}}\n  \
                     timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: Occurrences\n  objectives: [{target: 0.9}]\n";
    let slos = format!("{}---\n{}{composite}", slo("a", ""), slo("b", ""));
    let text = maintenance(&format!("services: [pay], slos: [b], {NIGHT}"));
    let catalogue = read(&[SLI, ("data/slos/x.yaml", &slos), ("data/maintenance/m.yaml", &text)]).unwrap();
    let Indicator::Composite(composite) = &catalogue.slos["db"][0].indicator else { panic!() };
    let parts: Vec<_> = composite.parts.iter().map(|part| (part.slo.name.as_str(), excluded(&part.slo))).collect();
    assert_eq!(parts, [("a", vec![]), ("b", vec![(2, 4)])]);
}

/// One of two objectives that a third is about has a fault, or is of a service that is not there: only that is said.
#[test]
fn an_objective_that_cannot_be_read_makes_no_other_wrong() {
    let composite = "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: path}\nspec:\n  service: db\n  indicator: \
                     {spec: {ratioMetric: {rawType: success, raw: {metricSource: {type: Tollgate, spec: {worstOf: [pay/a, \
                     pay/b]}}}}}}\n  timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: Occurrences\n  \
                     objectives: [{target: 0.9}]\n";
    for (right, wrong, expected) in [
        ("budgetingMethod: Occurrences", "budgetingMethod: Occurences", "there is no method `Occurences`"),
        ("duration: 30d", "duration: 30days", "the duration `30days`"),
        ("service: pay", "service: pya", "service `pya` has no file in `data/services`, did you mean `pay`?"),
    ] {
        let slos = format!("{}---\n{}{composite}", slo("a", ""), slo("b", "").replace(right, wrong));
        let files = [SERVICE, DB, TEAM, SLI, ("data/slos/x.yaml", slos.as_str())];
        let (_, errors, dangling) = super::assembled(&super::files(&files), None);
        let found = [errors, dangling].concat();
        assert!(found.len() == 1 && found[0].message.contains(expected), "{wrong}: {found:?}");
    }
}

#[test]
fn thresholds_that_an_objective_cannot_reach_are_warned_of() {
    let settings = "thresholds: {slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}, \
                    burn_rate_pause_micro: {value: 2000000, tighter: lower, meaning: m}, \
                    burn_rate_pairs: {value: [{name: page_fast, factor_micro: 14400000}], tighter: fixed, meaning: m}}, \
                    change: {history_window_seconds: {value: 1, tighter: fixed, meaning: m}, \
                    approval_max_age_seconds: {value: 1, tighter: lower, meaning: m}}, \
                    cost: {spend_max_age_seconds: {value: 1, tighter: lower, meaning: m}, \
                    spend_max_lag_days: {value: 1, tighter: lower, meaning: m}, \
                    weekday_min_weeks: {value: 1, tighter: higher, meaning: m}}, \
                    decision: {allow_valid_seconds: {value: 1, tighter: lower, meaning: m}, \
                    deny_valid_seconds: {value: 1, tighter: lower, meaning: m}, \
                    pending_valid_seconds: {value: 1, tighter: lower, meaning: m}}}";
    let low = slo("low", "").replace("0.99", "0.9");
    // Over a week the pair's share of the budget is spent by 14.4 × 7 / 30.
    let week = slo("week", "").replace("0.99", "0.7").replace("30d", "7d");
    let reached = slo("reached", "").replace("0.99", "0.75").replace("30d", "7d");
    let files = [
        ("data/settings/defaults.yaml", settings),
        SLI,
        ("data/slos/a.yaml", &slo("high", "")),
        ("data/slos/b.yaml", &low),
        ("data/slos/c.yaml", &week),
        ("data/slos/d.yaml", &reached),
    ];
    let warnings: Vec<String> = read(&files).unwrap().warnings.iter().map(crate::data::DataError::by_line).collect();
    assert_eq!(
        warnings,
        [
            "data/slos/b.yaml:3: `burn_rate_pairs/page_fast` is out of reach of `low`: a target of 90 % burns 10 times too \
          fast at most, and never more than 14.4; judge it by its budget",
            "data/slos/c.yaml:3: `burn_rate_pairs/page_fast` is out of reach of `week`: a target of 70 % burns \
          3.33 times too fast at most, and never more than 3.36; judge it by its budget",
        ]
    );
}
