//! What an objective is judged by, as a digest: what was counted of it before a change of that is no part of it after.

use serde::Serialize;

use super::{
    indicator::{Comparison, Counted, Indicator, RawKind},
    objective::{Budgeting, Slo},
    source::{Metric, Source},
};
use crate::digest;

#[derive(Serialize)]
struct JudgedBy<'a> {
    objective: String,
    kind: String,
    sources: Vec<(String, Vec<(&'a Metric, bool)>)>,
    method: &'static str,
    slice_seconds: Option<u64>,
    slice_target_ppb: Option<u64>,
}

/// The digest of an objective's name, indicator and budgeting. Its target and period say nothing of the slices of a day.
///
/// # Errors
/// Only if it cannot be written as JSON, which nothing brings about.
pub(super) fn judged_by(slo: &Slo) -> serde_json::Result<String> {
    let (kind, sources) = match &slo.indicator {
        Indicator::Ratio(ratio) => {
            let kind = match ratio.counted {
                Counted::Good => "good",
                Counted::Bad { absent_is_zero: false } => "bad",
                Counted::Bad { absent_is_zero: true } => "bad, none if absent",
            };
            let silence = if ratio.absent_total_is_zero { ", no events if absent" } else { "" };
            (format!("{kind}{silence}"), vec![&ratio.metric, &ratio.total])
        }
        Indicator::Raw { kind, source, absent_is_idle } => {
            let kind = if *kind == RawKind::Success { "success" } else { "failure" };
            (format!("{kind}{}", idle(*absent_is_idle)), vec![source])
        }
        Indicator::Threshold { source, comparison, value, absent_is_idle } => {
            let op = match comparison {
                Comparison::Lt => "<",
                Comparison::Lte => "<=",
                Comparison::Gt => ">",
                Comparison::Gte => ">=",
            };
            (format!("{op} {}{}", value.normalize(), idle(*absent_is_idle)), vec![source])
        }
        Indicator::Composite(_) => ("composite".to_owned(), Vec::new()),
        Indicator::ApplicationSignals(signals) => (format!("signals {}", signals.id), Vec::new()),
    };
    let (method, slice_target_ppb) = match slo.budgeting {
        Budgeting::Occurrences => ("occurrences", None),
        Budgeting::Timeslices { slice_target, .. } => ("timeslices", Some(slice_target.ppb())),
        Budgeting::RatioTimeslices { .. } => ("ratio timeslices", None),
    };
    digest::of_json(&JudgedBy {
        objective: slo.evidence_id(),
        kind,
        sources: sources.into_iter().map(read).collect(),
        method,
        slice_seconds: slo.budgeting.slice_seconds(),
        slice_target_ppb,
    })
}

fn idle(absent_is_idle: bool) -> &'static str {
    if absent_is_idle { ", idle if absent" } else { "" }
}

/// A formula and its metrics by name, each with: is it zero where nothing came?
fn read(source: &Source) -> (String, Vec<(&Metric, bool)>) {
    match source {
        Source::Metric(metric) => (String::new(), vec![(metric, false)]),
        Source::Expression(expression) => {
            let names: Vec<&str> = expression.inputs().keys().map(String::as_str).collect();
            let metrics = expression.inputs().values().map(|input| (&input.metric, input.absent_is_zero)).collect();
            (format!("{expression} of {}", names.join(", ")), metrics)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::judged_by;
    use crate::slo::{
        Budgeting, Comparison, Counted, Expression, Indicator, Input, Metric, Ratio, RawKind, SliceTarget, Slo, Source,
        sample::{metric, slo},
    };

    fn threshold(metric: Metric, comparison: Comparison, value: &str) -> Slo {
        let value = value.parse().unwrap();
        Slo {
            indicator: Indicator::Threshold { source: metric.into(), comparison, value, absent_is_idle: false },
            ..slo()
        }
    }

    fn ratio(counted: Counted, good: &str, total: Source) -> Slo {
        Slo {
            indicator: Indicator::Ratio(Ratio {
                counted,
                metric: metric(good).into(),
                total,
                absent_total_is_zero: false,
            }),
            ..slo()
        }
    }

    fn formula(text: &str, absent_is_zero: bool) -> Source {
        let input = |name: &str| (name.to_owned(), Input { metric: metric(name), absent_is_zero });
        Source::Expression(Expression::parse(text, ["a", "b"].map(input).into()).unwrap())
    }

    /// The same, with what is absent declared to be no traffic.
    fn idle(mut slo: Slo) -> Slo {
        match &mut slo.indicator {
            Indicator::Ratio(ratio) => ratio.absent_total_is_zero = true,
            Indicator::Raw { absent_is_idle, .. } | Indicator::Threshold { absent_is_idle, .. } => {
                *absent_is_idle = true
            }
            _ => {}
        }
        slo
    }

    #[test]
    fn whatever_is_judged_otherwise_has_another_digest() {
        let latency = || Metric::new("Demo", "Latency", "p99");
        let slices = |slice_seconds, ppb| Slo {
            budgeting: Budgeting::Timeslices { slice_seconds, slice_target: SliceTarget::from_ppb(ppb).unwrap() },
            ..threshold(latency(), Comparison::Lt, "1")
        };
        let raw =
            |kind| Slo { indicator: Indicator::Raw { kind, source: latency().into(), absent_is_idle: false }, ..slo() };
        let five = serde_json::from_value(serde_json::json!(300)).unwrap();
        let all = [
            threshold(latency(), Comparison::Lt, "1"),
            threshold(latency(), Comparison::Lte, "1"),
            threshold(latency(), Comparison::Gt, "1"),
            threshold(latency(), Comparison::Gte, "1"),
            threshold(latency(), Comparison::Lt, "10"),
            threshold(Metric { statistic: "p90".into(), ..latency() }, Comparison::Lt, "1"),
            threshold(Metric { resolution: five, ..latency() }, Comparison::Lt, "1"),
            threshold(Metric { region: Some("eu-north-1".into()), ..latency() }, Comparison::Lt, "1"),
            raw(RawKind::Success),
            raw(RawKind::Failure),
            idle(threshold(latency(), Comparison::Lt, "1")),
            idle(raw(RawKind::Success)),
            idle(ratio(Counted::Good, "a", metric("b").into())),
            ratio(Counted::Good, "a", metric("b").into()),
            ratio(Counted::Bad { absent_is_zero: false }, "a", metric("b").into()),
            ratio(Counted::Bad { absent_is_zero: true }, "a", metric("b").into()),
            ratio(Counted::Good, "b", metric("a").into()),
            ratio(Counted::Good, "a", formula("a + b", false)),
            ratio(Counted::Good, "a", formula("a - b", false)),
            ratio(Counted::Good, "a", formula("a + b", true)),
            slices(60, 1_000_000_000),
            slices(300, 1_000_000_000),
            slices(300, 900_000_000),
            Slo { budgeting: Budgeting::RatioTimeslices { slice_seconds: 300 }, ..slices(300, 1) },
        ];
        let digests: std::collections::BTreeSet<String> = all.iter().map(|slo| judged_by(slo).unwrap()).collect();
        assert_eq!(digests.len(), all.len());
        // The same, written otherwise, or promised otherwise.
        let same = Slo { line: 7, period: crate::slo::Period::Rolling { seconds: 86_400 }, ..all[0].clone() };
        assert_eq!(judged_by(&same).unwrap(), judged_by(&threshold(latency(), Comparison::Lt, "1.0")).unwrap());
    }
}
