use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{errors, only, parse, read, slo_with, warned};
use crate::slo::{Budgeting, CalendarUnit, Composite, CompositeMethod, Indicator, Period, Slo};

fn calendar(duration: &str, rest: &str) -> String {
    slo_with(&[("WINDOW", &format!("{{duration: {duration}, calendar: {rest}}}"))])
}

const BERLIN: &str = "{startTime: 2024-01-31 12:30:00, timeZone: Europe/Berlin}";

#[test]
fn calendar_periods_are_counted_in_units_of_the_calendar() {
    for (text, unit, count, longest_days) in [
        ("1d", CalendarUnit::Day, 1, 1),
        ("4w", CalendarUnit::Week, 4, 28),
        ("1M", CalendarUnit::Month, 1, 31),
        ("1Q", CalendarUnit::Quarter, 1, 92),
        ("12M", CalendarUnit::Month, 12, 366),
        ("1Y", CalendarUnit::Year, 1, 366),
    ] {
        let period = only(&calendar(text, BERLIN)).period;
        let starts = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap().and_hms_opt(12, 30, 0).unwrap();
        assert_eq!(period, Period::Calendar { starts, unit, count, time_zone: chrono_tz::Europe::Berlin });
        assert_eq!(period.longest_seconds(), longest_days * 86_400 + 3600, "{text}");
    }
    for (duration, rest, expected) in [
        ("1h", BERLIN, "7: the duration `1h` is not one of the calendar's: write `1M`"),
        ("0M", BERLIN, "the duration `0M` must be from one day to one year"),
        ("13M", BERLIN, "the duration `13M` must be"),
        ("2Y", BERLIN, "the duration `2Y` must be"),
        ("M", BERLIN, "the duration `M` is not a number with a unit"),
        ("1M", "{startTime: 2024-02-30 00:00:00, timeZone: UTC}", "`startTime: 2024-02-30 00:00:00` is not"),
        ("1M", "{startTime: 2024-01-01 00:00:00, timeZone: Berlin}", "`timeZone: Berlin` is not an IANA name"),
        ("1M", "{startTime: 2024-01-01 00:00:00}", "no `timeZone`"),
        ("1M, isRolling: true", BERLIN, "a calendar window does not roll"),
    ] {
        let errors = errors(&calendar(duration, rest));
        assert!(errors.contains(expected), "{duration} {rest}: {errors}");
    }
}

#[test]
fn a_minute_of_the_calendar_is_taken_as_the_month_that_is_meant() {
    let (slos, warnings) = warned(&calendar("1m", BERLIN));
    assert!(matches!(slos[0].period, Period::Calendar { unit: CalendarUnit::Month, count: 1, .. }));
    assert_eq!(warnings, "s.yaml:7: the duration `1m` is in minutes, and taken as months: write `1M`");
}

fn sliced(method: &str, objective: &str) -> String {
    slo_with(&[("Occurrences", method), ("{target: 0.99}", objective)])
}

#[test]
fn budgets_are_counted_in_events_or_slices() {
    let slices = only(&sliced("Timeslices", "{target: 0.99, timeSliceTarget: 1.0, timeSliceWindow: 5}"));
    let Budgeting::Timeslices { slice_seconds, slice_target } = slices.budgeting else { panic!("{slices:?}") };
    assert_eq!((slice_seconds, slice_target.ppb()), (300, 1_000_000_000));
    let ratios = only(&sliced("RatioTimeslices", "{target: 0.99, timeSliceWindow: 1h}"));
    assert_eq!(ratios.budgeting, Budgeting::RatioTimeslices { slice_seconds: 3600 });
    for (method, objective, expected) in [
        ("Timeslices", "timeSliceTarget: 0, timeSliceWindow: 1m", "`timeSliceTarget: 0` must be more than 0"),
        ("Timeslices", "timeSliceTarget: 1.1, timeSliceWindow: 1m", "must be more than 0 and at most 1"),
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 7m", "the time slice `7m` must be full minutes"),
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 30s", "the time slice `30s` must be"),
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 0", "the time slice `0` must be"),
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 2d", "the time slice `2d` must be"),
        ("Timeslices", "timeSliceTarget: 0.9, timeSliceWindow: 307445734561825861", "must be full minutes"),
        ("RatioTimeslices", "timeSliceTarget: 0.9, timeSliceWindow: 1m", "`timeSliceTarget`: a slice counts by its"),
        ("Occurrences", "timeSliceWindow: 1m", "`timeSliceWindow`: occurrences have no time slices"),
    ] {
        let errors = errors(&sliced(method, &format!("{{target: 0.99, {objective}}}")));
        assert!(errors.contains(expected), "{method} {objective}: {errors}");
    }
}

fn parts(slo: &Slo) -> (CompositeMethod, Vec<(String, Decimal)>) {
    let Indicator::Composite(Composite { method, parts }) = &slo.indicator else { panic!("{slo:?}") };
    (*method, parts.iter().map(|part| (format!("{}/{}", part.slo.service, part.slo.name), part.weight)).collect())
}

const OWN: &str = "{spec: {ratioMetric: {good: {metricSource: GOOD}, total: {metricSource: TOTAL}}}}";

#[test]
fn objectives_with_indicators_of_their_own_make_a_composite() {
    let own = |name: &str| OWN.replace("{spec:", &format!("{{metadata: {{name: {name}}}, spec:"));
    let objectives = format!(
        "{{target: 0.99, compositeWeight: 3, indicator: {}}}, {{target: 0.9, indicator: {}}}",
        own("read"),
        own("write")
    );
    let text = slo_with(&[(&format!("  indicator: {OWN}\n"), ""), ("{target: 0.99}", &objectives)]);
    let slos = parse("s.yaml", &text).unwrap();
    let names: Vec<_> = slos.iter().map(|slo| (slo.name.as_str(), slo.target.percent())).collect();
    // The strictest of both.
    assert_eq!(names, [("fast-read", "99".into()), ("fast-write", "90".into()), ("fast", "99".into())]);
    let expected = [("pay/fast-read".to_owned(), 3.into()), ("pay/fast-write".to_owned(), 1.into())];
    assert_eq!(parts(&slos[2]), (CompositeMethod::WorstBurnRate, expected.to_vec()));
    assert_eq!(slos[2].metrics().len(), 4);

    let both = slo_with(&[("{target: 0.99}", &objectives)]);
    assert!(errors(&both).contains("s.yaml:6: an indicator here and in `objectives`"));
    let lost = text.replace("{target: 0.9, indicator:", "{target: 0.95}, {target: 0.9, indicator:");
    assert!(errors(&lost).contains("no `indicator`: write one"), "{}", errors(&lost));
    let weightless = text.replace("compositeWeight: 3", "compositeWeight: 0");
    assert!(errors(&weightless).contains("the weight `0` must be more than 0"));
    let twice = text.replace("name: write", "name: read");
    assert!(errors(&twice).contains("the same indicator as in line 8"), "{}", errors(&twice));
    let stray = slo_with(&[("{target: 0.99}", "{target: 0.99, compositeWeight: 1}")]);
    assert!(errors(&stray).contains("`compositeWeight`: only objectives with an `indicator` of their own"));
}

/// "Composite SLO" of the specification: each method has its own way to make one of several.
#[test]
fn a_composite_is_counted_as_its_objectives_are() {
    let own = |name: &str| OWN.replace("{spec:", &format!("{{metadata: {{name: {name}}}, spec:"));
    let read_as = |method: &str, one: &str, other: &str| {
        let objectives = format!(
            "{{target: 0.99, {one}, indicator: {}}}, {{target: 0.9, {other}, indicator: {}}}",
            own("read"),
            own("write")
        );
        let text = slo_with(&[
            (&format!("  indicator: {OWN}\n"), ""),
            ("{target: 0.99}", &objectives),
            ("budgetingMethod: Occurrences", &format!("budgetingMethod: {method}")),
        ]);
        let (slos, warnings) = warned(&text);
        (slos[2].budgeting, parts(&slos[2]).0, warnings)
    };
    let (budgeting, method, warnings) = read_as(
        "Timeslices",
        "timeSliceTarget: 0.9, timeSliceWindow: 5m, compositeWeight: 2",
        "timeSliceTarget: 0.95, timeSliceWindow: 1m, compositeWeight: 1.0",
    );
    let slice_target = crate::slo::SliceTarget::from_ppb(950_000_000).unwrap();
    assert_eq!(budgeting, Budgeting::Timeslices { slice_seconds: 60, slice_target });
    assert_eq!(method, CompositeMethod::AnySlice);
    assert_eq!(warnings.matches("`compositeWeight` changes nothing").count(), 1, "{warnings}");
    let (budgeting, method, warnings) =
        read_as("RatioTimeslices", "timeSliceWindow: 5m, compositeWeight: 2", "timeSliceWindow: 1h");
    assert_eq!((budgeting, method), (Budgeting::RatioTimeslices { slice_seconds: 300 }, CompositeMethod::SumOfBad));
    assert!(!warnings.contains("compositeWeight"), "{warnings}");
}

fn about_others(name: &str, spec: &str) -> String {
    let raw = format!(
        "{{spec: {{ratioMetric: {{rawType: success, raw: {{metricSource: {{type: Tollgate, spec: {spec}}}}}}}}}}}"
    );
    slo_with(&[("{name: fast}", &format!("{{name: {name}}}")), (OWN, &raw)])
}

#[test]
fn an_objective_may_be_about_others_in_any_file() {
    let ledger = slo_with(&[("pay", "ledger")]);
    let files = |composite: &str| {
        read([("a.yaml", composite), ("b.yaml", slo_with(&[]).as_str()), ("c.yaml", ledger.as_str())])
    };
    let worst = files(&about_others("path", "{worstOf: [pay/fast, ledger/fast]}")).unwrap();
    let slo = worst.slos.last().unwrap();
    let expected = [("pay/fast".to_owned(), Decimal::ONE), ("ledger/fast".to_owned(), Decimal::ONE)];
    assert_eq!((slo.name.as_str(), parts(slo)), ("path", (CompositeMethod::WorstOf, expected.to_vec())));
    let weighted = files(&about_others("path", "{weighted: {pay/fast: 2.5, ledger/fast: 1}}")).unwrap();
    assert_eq!(parts(weighted.slos.last().unwrap()).1[1], ("pay/fast".to_owned(), Decimal::new(25, 1)));

    for (spec, expected) in [
        ("{worstOf: [pay/fast, ledger/slow]}", "a.yaml:6: there is no objective `ledger/slow` that is not a composite"),
        ("{worstOf: [pay/fast, pay/path]}", "there is no objective `pay/path` that is not a composite"),
        ("{worstOf: [pay/fast, pay/fast]}", "`pay/fast` is there twice"),
        ("{worstOf: [pay/fast]}", "fewer than two objectives"),
        ("{weighted: {pay/fast: -1, ledger/fast: 1}}", "the weight `-1` must be more than 0"),
        ("{weighted: {pay/fast: 1e30, ledger/fast: 1}}", "the weight `1e30`"),
        ("{}", "write either `worstOf` or `weighted`"),
    ] {
        let errors = files(&about_others("path", spec)).unwrap_err();
        let errors: Vec<String> = errors.iter().map(crate::data::DataError::by_line).collect();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{spec}: {errors:?}");
    }
}

#[test]
fn a_composite_has_no_composite_in_it() {
    let own = |name: &str| OWN.replace("{spec:", &format!("{{metadata: {{name: {name}}}, spec:"));
    let others = "{spec: {ratioMetric: {rawType: success, raw: {metricSource: {type: Tollgate, spec: {worstOf: [pay/a, pay/b]}}}}}}";
    let of = |indicators: [&str; 2]| {
        let objectives = indicators.map(|indicator| format!("{{target: 0.99, indicator: {indicator}}}")).join(", ");
        slo_with(&[(&format!("  indicator: {OWN}\n"), ""), ("{target: 0.99}", &objectives)])
    };
    let outer = about_others("path", "{worstOf: [pay/fast, pay/fast-read]}");
    let inner = of([&own("read"), &own("write")]);
    let errors = read([("a.yaml", outer.as_str()), ("b.yaml", inner.as_str())]).unwrap_err();
    assert!(errors[0].message.contains("there is no objective `pay/fast` that is not a composite"), "{errors:?}");

    let [a, b] = ["a", "b"].map(|name| slo_with(&[("{name: fast}", &format!("{{name: {name}}}"))]));
    let nested = of([&own("read"), others]);
    let errors = read([("a.yaml", a.as_str()), ("b.yaml", b.as_str()), ("c.yaml", nested.as_str())]).unwrap_err();
    assert_eq!(errors[0].by_line(), "c.yaml:3: one of the objectives is about others: write an SLO of its own for it");
}

#[test]
fn services_may_share_a_budget() {
    let text = slo_with(&[("{name: fast}", "{name: fast, annotations: {tollgate.dev/shared-with: 'ledger, search'}}")]);
    assert_eq!(only(&text).shared_with, ["ledger", "search"]);
    let list = text.replace("'ledger, search'", "[ledger, search]");
    assert_eq!(only(&list).shared_with, ["ledger", "search"]);
    let typo = text.replace("shared-with", "share-with");
    assert!(
        errors(&typo)
            .contains("there is no annotation `tollgate.dev/share-with`, did you mean `tollgate.dev/shared-with`?")
    );
    // Ours, but for a letter: what somebody else's means is not read here.
    for near in
        ["tolgate.dev/shared-with", "tollgate.de/shared-with", "Tollgate.dev/shared-with", "tollgate.io/shared-with"]
    {
        let said = errors(&text.replace("tollgate.dev/shared-with", near));
        // A DNS name has small letters alone.
        assert!(
            said.contains("there is no annotation") || said.contains("is not the name of an annotation"),
            "{near}: {said}"
        );
    }
    let of_others = text.replace("tollgate.dev/shared-with", "example.com/shared-with");
    assert_eq!(only(&of_others).shared_with, Vec::<String>::new());
    let none = text.replace("'ledger, search'", "', '");
    assert!(errors(&none).contains("`tollgate.dev/shared-with` names no service"));
}

#[test]
fn an_objective_may_say_since_when_it_is_measured() {
    let text = |since: &str| {
        slo_with(&[("{name: fast}", &format!("{{name: fast, annotations: {{tollgate.dev/since: {since}}}}}"))])
    };
    let at = |since: &str| only(&text(since)).since.map(|at| at.to_rfc3339());
    assert_eq!(at("'2026-11-01'"), Some("2026-11-01T00:00:00+00:00".to_owned()));
    assert_eq!(at("'2026-11-01T08:30:00+01:00'"), Some("2026-11-01T07:30:00+00:00".to_owned()));
    assert_eq!(only(&slo_with(&[])).since, None);
    for wrong in ["yesterday", "'2026-13-01'", "'2026-11-01T08:30'", "['2026-11-01', '2026-11-02']", "''"] {
        assert!(errors(&text(wrong)).contains("`tollgate.dev/since` is no day and no time: write"), "{wrong}");
    }
}

#[test]
fn names_are_used_once_in_all_files_and_both_places_are_named() {
    let slo = slo_with(&[]);
    let errors = read([("a.yaml", slo.as_str()), ("b.yaml", slo.as_str())]).unwrap_err();
    assert_eq!(
        errors[0].by_line(),
        "b.yaml:3: `pay` has an SLO `fast` in a.yaml:3 already: give this one another name"
    );
    let source = "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: d}\nspec: {type: CloudWatch}\n";
    let errors = read([("a.yaml", source), ("b.yaml", source)]).unwrap_err();
    assert_eq!(
        errors[0].by_line(),
        "b.yaml:3: there is a DataSource `d` in a.yaml:3 already: give this one another name"
    );
}
