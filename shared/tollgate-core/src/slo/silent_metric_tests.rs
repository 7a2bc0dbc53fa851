//! Metrics that never came, that have stopped, and that may be silent.

use super::{CountsAs, SilentMetricFact};
use crate::{
    evidence::EvidenceStatus,
    slo::{
        Comparison, Counted, Indicator, Ratio, Reach, Slo, Source,
        plan::Plan,
        sample::{DAY, END, NOW, judged, measured, metric, slo, snapshot},
        source::Metric,
    },
};

const HOUR: i64 = 3600;

fn plan() -> Plan {
    Plan::at_with(NOW, [30 * 86_400], Reach::of([&slo()]))
}

fn errors_declared_zero() -> Slo {
    let ratio = Ratio {
        counted: Counted::Bad { absent_is_zero: true },
        metric: metric("Good").into(),
        total: metric("Total").into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    Slo { indicator: Indicator::Ratio(ratio), ..slo() }
}

fn silent_metrics(errors: impl Fn(i64) -> Option<u64>) -> Vec<SilentMetricFact> {
    let data = snapshot(&plan(), |start, _| errors(start), |_, seconds| Some(seconds.unsigned_abs()));
    judged(&errors_declared_zero(), &data).silent_metrics
}

#[test]
fn a_metric_that_never_came_is_named() {
    let never =
        SilentMetricFact { metric: "Demo/Good".into(), last_at: None, silent_seconds: None, counts_as: CountsAs::Zero };
    assert_eq!(silent_metrics(|_| None), [never]);
    // One error says that the name is right.
    assert_eq!(silent_metrics(|start| (start == END - 60).then_some(1)), []);
    // Nobody declared it: then it is the evidence that says so.
    let data = snapshot(&plan(), |_, _| None, |_, seconds| Some(seconds.unsigned_abs()));
    assert_eq!(judged(&slo(), &data).silent_metrics, []);
}

#[test]
fn a_metric_that_had_zeros_and_stopped_is_named() {
    let stopped = silent_metrics(|start| (start < END - 2 * HOUR).then_some(0));
    assert_eq!((stopped.len(), stopped[0].silent_seconds), (1, Some(7200)));
    assert_eq!(stopped[0].last_at.unwrap().timestamp(), END - 2 * HOUR);
    // One that comes only with errors is silent as long as there are none.
    assert_eq!(silent_metrics(|start| (start < END - 2 * HOUR).then_some(3)), []);
    assert_eq!(silent_metrics(|_| Some(0)), []);
    assert_eq!(silent_metrics(|start| (start == END - 60).then_some(0)), [], "it came just now");
    // It has been silent as long, or for longer.
    let before = |start: i64| !(END - 9 * HOUR..END - 7 * HOUR).contains(&start) && start < END - 2 * HOUR;
    assert_eq!(silent_metrics(|start| before(start).then_some(0)), []);
    let before = |start: i64| !(END - 9 * HOUR..END - 6 * HOUR).contains(&start) && start < END - 2 * HOUR;
    assert_eq!(silent_metrics(|start| before(start).then_some(0)), []);
}

fn total_declared_zero() -> Slo {
    let Indicator::Ratio(ratio) = slo().indicator else { panic!("a ratio") };
    Slo { indicator: Indicator::Ratio(Ratio { absent_total_is_zero: true, ..ratio }), ..slo() }
}

#[test]
fn a_total_that_comes_only_with_events_and_has_stopped_is_named() {
    let of = |stops: i64| {
        let every_ten = |start: i64, _| (start < stops && start.rem_euclid(600) == 0).then_some(3);
        judged(&total_declared_zero(), &snapshot(&plan(), every_ten, every_ten))
    };
    assert_eq!(of(END).silent_metrics, []);
    let stopped = of(END - 5 * HOUR);
    assert_eq!((stopped.silent_metrics.len(), stopped.evidence.status), (1, EvidenceStatus::Ok));
    assert_eq!(stopped.silent_metrics[0].metric, "Demo/Total");
    assert!(stopped.evidence.as_of.unwrap().timestamp() <= END - 5 * HOUR);
}

/// A latency that may be silent.
fn idle() -> Slo {
    let source = Source::Metric(Metric::new("Demo", "Value", "p99"));
    let value = "300".parse().unwrap();
    let indicator = Indicator::Threshold { source, comparison: Comparison::Lt, value, absent_is_idle: true };
    Slo { indicator, ..slo() }
}

#[test]
fn a_value_that_may_be_silent_and_has_stopped_is_named_with_the_time_of_its_last_datapoint() {
    let plan = Plan::at_with(NOW, [14 * 86_400], Reach::of_lengths([60]));
    let over = |slo: Slo| Slo { period: crate::slo::Period::Rolling { seconds: 14 * 86_400 }, ..slo };
    for silent_seconds in [2 * HOUR, DAY, 10 * DAY] {
        let last = END - silent_seconds;
        let fact = judged(&over(idle()), &measured(&plan, |start| (start < last).then_some(100.0)));
        let [silent] = fact.silent_metrics.as_slice() else { panic!("{:?}", fact.silent_metrics) };
        assert_eq!((silent.counts_as, silent.silent_seconds), (CountsAs::Idle, Some(silent_seconds.unsigned_abs())));
        assert_eq!(fact.evidence.as_of, silent.last_at);
        assert_eq!((fact.evidence.status, fact.late_seconds), (EvidenceStatus::Ok, 0));
    }
    // One that comes each hour is silent for less than an hour, and a quarter.
    let hourly = |start: i64| (start.rem_euclid(HOUR) == 0).then_some(100.0);
    assert_eq!(judged(&over(idle()), &measured(&plan, hourly)).silent_metrics, []);
    let stopped = |start: i64| hourly(start).filter(|_| start < END - 3 * HOUR);
    assert_eq!(judged(&over(idle()), &measured(&plan, stopped)).silent_metrics.len(), 1);
    let never = judged(&over(idle()), &measured(&plan, |_| None));
    assert_eq!((never.silent_metrics[0].last_at, never.evidence.as_of), (None, None));
    assert_eq!(never.evidence.status, EvidenceStatus::NoData);
}
