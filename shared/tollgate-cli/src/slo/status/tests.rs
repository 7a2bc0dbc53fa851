use std::{collections::BTreeMap, sync::Arc};

use tollgate_aws::TelemetrySource;
use tollgate_core::{
    Timestamp,
    slo::{
        Budgeting, Comparison, Composite, CompositeMethod, Counted, DailyAggregate, Indicator, Judging, Metric,
        ObjectiveDays, Part, Period, Plan, Quality, Ratio, Reach, Slo, Snapshot, Target, Tier, TierSeries, burn_trend,
        slo_fact,
    },
};

use super::{
    State, exit_code,
    row::{Enough, Relation, Row, json},
    table,
};

use tollgate_ledger::{Commit, Committed, Expect, Ledger, LedgerConfig, Put, background, slo_days};

/// 2026-11-21T10:10:42Z; the data end at 10:08.
const NOW: i64 = 1_795_255_842;
const END: i64 = 1_795_255_680;
const DAY: i64 = 86_400;

fn slo(service: &str, metric: &str) -> Slo {
    let metric = |suffix: &str| Metric::new("Demo", format!("{metric}{suffix}"), "Sum").into();
    // One event an hour is no base for three nines.
    let target = Target::from_ppb(if service == "quiet" { 990_000_000 } else { 999_000_000 }).unwrap();
    let ratio = Ratio {
        counted: Counted::Good,
        metric: metric("Good"),
        total: metric(""),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    Slo::of_events(service, "availability", target, 30 * 86_400, ratio)
}

/// What each metric counts in a datapoint that begins then and is so long: good ones, and all.
fn snapshot() -> Snapshot {
    snapshot_by(Plan::at(NOW, [30 * 86_400]))
}

/// The same, by minutes for two weeks.
fn snapshot_of_days() -> Snapshot {
    snapshot_by(Plan::at_with(NOW, [30 * 86_400], Reach::of_lengths([60])))
}

fn snapshot_by(plan: Plan) -> Snapshot {
    type Counts = fn(i64, u64) -> Option<(u64, u64)>;
    let counts: [(&str, Counts); 6] = [
        ("Healthy", |start, seconds| Some((10 * seconds - u64::from(start % 86_400 == 0), 10 * seconds))),
        ("Burning", |start, seconds| {
            let bad = if start >= END - 3600 { seconds / 5 } else { 0 };
            Some((10 * seconds - bad, 10 * seconds))
        }),
        ("Exhausted", |start, seconds| {
            let bad = if start < END - 20 * DAY { seconds / 10 } else { 0 };
            Some((10 * seconds - bad, 10 * seconds))
        }),
        ("Absent", |_, _| None),
        // Nothing came for six hours, twenty days ago.
        ("Lost", |start, seconds| {
            let lost = END - 20 * DAY..END - 20 * DAY + 6 * 3600;
            (!lost.contains(&start)).then_some((10 * seconds, 10 * seconds))
        }),
        ("Quiet", |start, _| {
            let asked = u64::from(start % 3600 == 0);
            Some((if start >= END - 3600 { 0 } else { asked }, asked))
        }),
    ];
    let tiers = |count: &dyn Fn(i64, u64) -> Option<u64>| -> Vec<TierSeries> {
        let series = |tier: &Tier| TierSeries {
            values: tier.starts().map(|start| count(start, tier.period_seconds.unsigned_abs())).collect(),
            quality: Quality::Complete,
        };
        plan.tiers().iter().map(series).collect()
    };
    let mut series = BTreeMap::new();
    for (name, of) in counts {
        let good = |start, seconds| of(start, seconds).map(|(good, _)| good);
        let total = |start, seconds| of(start, seconds).map(|(_, total)| total);
        series.insert(Metric::new("Demo", format!("{name}Good"), "Sum"), tiers(&good));
        series.insert(Metric::new("Demo", name, "Sum"), tiers(&total));
    }
    Snapshot { plan, series, measures: BTreeMap::new() }
}

fn row(slo: &Slo, relation: Relation) -> Row {
    row_by(slo, relation, &snapshot())
}

fn row_by(slo: &Slo, relation: Relation, snapshot: &Snapshot) -> Row {
    let judging = Judging {
        now: Timestamp::from_timestamp(NOW, 0).unwrap(),
        max_age_seconds: 600,
        required: true,
        source: "test".into(),
        budget_steps_ppm: vec![250_000, 500_000, 750_000, 1_000_000],
    };
    let trend = burn_trend(slo, snapshot, &judging, super::TREND_PARTS);
    let enough = Enough { events: Some(100), bad_events: Some(10) };
    Row::new(slo, relation, slo_fact(slo, snapshot, &judging), trend, &enough)
}

fn rows(slos: &[Slo]) -> Vec<Row> {
    let mut rows: Vec<Row> = slos.iter().map(|slo| row(slo, Relation::Own)).collect();
    rows.sort_by_key(Row::rank);
    rows
}

fn page(rows: &[Row], width: u16) -> String {
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    let page = table::page(rows, now, &TelemetrySource::CloudWatch, width);
    let plain = anstream::adapter::strip_str(&page).to_string();
    assert_ne!(plain, page, "it has colours");
    let widest = plain.split("\n\n").nth(1).unwrap().lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= usize::from(width), "{widest} columns in {width}\n{plain}");
    plain
}

fn all() -> Vec<Slo> {
    let part = |metric| Part { slo: Arc::new(slo("part", metric)), weight: 1.into() };
    let parts = vec![part("Healthy"), part("Exhausted")];
    let indicator = Indicator::Composite(Composite { method: CompositeMethod::WorstOf, parts });
    let journey = Slo { indicator, ..slo("journey", "Healthy") };
    let shared = Slo { shared_with: vec!["ledger-db".into()], ..slo("healthy", "Healthy") };
    let others = ["Burning", "Exhausted", "Absent", "Quiet"].map(|metric| slo(&metric.to_lowercase(), metric));
    [shared, journey].into_iter().chain(others).collect()
}

#[test]
fn the_worst_comes_first_and_what_is_not_known_is_no_number() {
    insta::assert_snapshot!(page(&rows(&all()), 120));
}

#[test]
fn a_narrow_table_shows_what_matters_most() {
    insta::assert_snapshot!(page(&rows(&all()), 80));
}

#[test]
fn a_calm_service_and_what_it_needs() {
    let mut rows = rows(&[slo("healthy", "Healthy")]);
    rows.push(row(&slo("burning", "Burning"), Relation::Dependency));
    insta::assert_snapshot!(page(&rows, 140));
    assert_eq!(exit_code(&rows), 0, "it is told of a dependency, and not held up by it");
}

/// Six bad minutes of an hour burn 99.9 % a hundred times too fast, and are fewer than ten of a hundred events.
#[test]
fn minutes_are_judged_however_few_there_are() {
    let good = Metric::new("Demo", "HealthyGood", "Sum");
    let per_minute = Indicator::Threshold {
        source: good.into(),
        comparison: Comparison::Gt,
        value: 100.into(),
        absent_is_idle: false,
    };
    let period = Period::Rolling { seconds: 14 * 86_400 };
    let value = Slo { indicator: per_minute, period, ..slo("value", "Healthy") };
    let mut minutes = row_by(&value, Relation::Own, &snapshot_of_days());
    assert!(minutes.enough_events && minutes.state == State::Inside, "{:?}", minutes.fact.windows["1h"]);
    let enough = Enough { events: Some(100), bad_events: Some(10) };
    minutes.fact.pairs[0].exceeded = Some(true);
    let again = Row::new(&slo("value", "Healthy"), Relation::Own, minutes.fact, Vec::new(), &enough);
    assert_eq!(again.state, State::Burning);
}

/// Days that the ledger has are read for what is counted in slices; where there is no ledger, none is made.
#[tokio::test]
async fn kept_days_are_read_where_there_is_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let config = LedgerConfig::Sqlite(path.clone());
    let budgeting = Budgeting::RatioTimeslices { slice_seconds: 60 };
    let (sliced, counted) = (Slo { budgeting, ..slo("sliced", "Healthy") }, slo("counted", "Healthy"));
    let chosen = [(&sliced, Relation::Own), (&counted, Relation::Own)];
    assert!(super::kept_days(&config, &chosen).await.unwrap().is_empty() && !path.exists());

    let day = DailyAggregate::of(&sliced, &snapshot_of_days(), "2026-11-20".parse().unwrap()).unwrap();
    let put =
        Put::new(&slo_days(), &sliced.evidence_id(), Expect::Absent, &ObjectiveDays::new(&sliced, vec![day]).unwrap())
            .unwrap();
    let ledger = Ledger::open(&config, None).await.unwrap();
    let at = Timestamp::from_timestamp(NOW, 0).unwrap();
    let committed = ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.unwrap();
    assert_eq!(committed, Committed::Stored);
    let kept = super::kept_days(&config, &chosen).await.unwrap();
    let days = |slo: &Slo| background(slo, &kept).days.iter().flat_map(|kept| kept.days_of(slo)).count();
    assert_eq!(days(&sliced), 1);
    assert_eq!(days(&counted), 0);
}

/// Nothing of what is known was bad, and what is not known can have been worth eight budgets.
#[test]
fn what_unknown_time_decides_is_no_number() {
    let lost = row(&slo("lost", "Lost"), Relation::Own);
    assert_eq!((lost.state, lost.share(), exit_code(std::slice::from_ref(&lost))), (State::Unknown, None, 3));
    let shown = page(&[lost], 120);
    let line = shown.lines().find(|line| line.starts_with("lost/availability ")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(
        (cells[1], cells[3], cells[cells.len() - 2], cells[cells.len() - 1]),
        ("–", "–", "–", "partial"),
        "{line}"
    );
    assert!(shown.contains("are not known: at least 0 % of the error budget is spent, and 8"), "{shown}");
}

#[test]
fn the_exit_code_says_how_it_stands() {
    for (metrics, state, code) in [
        (&["Healthy", "Healthy"][..], State::Inside, 0),
        (&["Healthy", "Burning"], State::Burning, 2),
        (&["Healthy", "Exhausted"], State::Exhausted, 2),
        (&["Healthy", "Absent"], State::Unknown, 3),
        (&["Absent", "Burning"], State::Burning, 2),
        // One bad request of one is no reason to wake anybody.
        (&["Healthy", "Quiet"], State::Inside, 0),
    ] {
        let slos: Vec<Slo> = metrics.iter().map(|metric| slo(&metric.to_lowercase(), metric)).collect();
        let rows = rows(&slos);
        assert_eq!((rows[0].state, exit_code(&rows)), (state, code), "{metrics:?}");
    }
}

#[test]
fn programs_get_null_where_people_get_a_dash() {
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    let rows = rows(&[slo("absent", "Absent")]);
    let text = serde_json::to_value(json(&rows, now, &TelemetrySource::CloudWatch)).unwrap();
    let absent = &text["objectives"][0];
    assert_eq!((&text["schema"], &absent["state"]), (&"tollgate.slo_status/v1".into(), &"unknown".into()));
    assert_eq!(absent["trend_burn_rate_micro"], serde_json::Value::from(vec![None::<u64>; 24]));
    assert!(absent["fact"]["budget"].is_null() && absent["fact"]["windows"]["1h"]["burn_rate_micro"].is_null());
}
