//! Application Signals: the budget reports of SLOs that it judges itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use aws_sdk_applicationsignals::{
    config::timeout::TimeoutConfig,
    types::{
        DurationUnit, EvaluationType, Interval, ServiceLevelObjectiveBudgetReport, ServiceLevelObjectiveBudgetStatus,
    },
};
use aws_smithy_types::DateTime;
use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{BudgetReport, Measure, Reported, ReportedBudget, ReportedInterval, ReportedStatus, SignalsSlo},
};

use crate::{
    connection::{Connections, Whom},
    failure::{described, not_assumed},
    gathering::CALLS_AT_ONCE,
};

/// <https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_BatchGetServiceLevelObjectiveBudgetReport.html>
const REPORTS_PER_CALL: usize = 50;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// What was reported, by SLO.
pub(crate) type Reports = BTreeMap<SignalsSlo, Reported>;

/// The reports of these SLOs at a time, each asked for once. What has not come by the deadline has failed.
pub(crate) async fn reports(
    connections: &Connections,
    slos: BTreeSet<SignalsSlo>,
    now: Timestamp,
    deadline: Instant,
) -> Reports {
    let mut by_whom: BTreeMap<Whom, Vec<SignalsSlo>> = BTreeMap::new();
    for slo in slos {
        by_whom.entry((slo.region.clone(), slo.role_arn.clone())).or_default().push(slo);
    }
    let mut calls: Vec<(Whom, Vec<SignalsSlo>)> = Vec::new();
    for (whom, slos) in by_whom {
        calls.extend(slos.chunks(REPORTS_PER_CALL).map(|slos| (whom.clone(), slos.to_vec())));
    }
    let answers = stream::iter(calls).map(|(whom, slos)| async move {
        let late = || Err("Application Signals did not answer before the deadline".to_owned());
        let answer = timeout_at(deadline, ask(connections, &whom, &slos, now)).await.unwrap_or_else(|_| late());
        let found = |slo: &SignalsSlo| match &answer {
            Ok(reports) => reports.get(&slo.id).cloned().unwrap_or_else(|| {
                Err((EvidenceStatus::Error, "Application Signals' answer does not mention it".to_owned()))
            }),
            Err(reason) => Err((EvidenceStatus::Error, reason.clone())),
        };
        slos.iter().map(|slo| (slo.clone(), found(slo))).collect::<Vec<_>>()
    });
    let mut found = Reports::new();
    let mut answers = std::pin::pin!(answers.buffer_unordered(CALLS_AT_ONCE));
    while let Some(reports) = answers.next().await {
        found.extend(reports);
    }
    found
}

/// One call. The answers are by what was asked: by name, and by ARN.
async fn ask(
    connections: &Connections,
    whom: &Whom,
    slos: &[SignalsSlo],
    now: Timestamp,
) -> Result<BTreeMap<String, Reported>, String> {
    let client = connections.signals(whom).await?;
    let patience = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
    let request = client
        .batch_get_service_level_objective_budget_report()
        .timestamp(DateTime::from_secs(now.timestamp()))
        .set_slo_ids(Some(slos.iter().map(|slo| slo.id.clone()).collect()))
        .customize()
        .config_override(aws_sdk_applicationsignals::config::Builder::new().timeout_config(patience));
    let output = request.send().await.map_err(|error| {
        let refused = whom.1.as_ref().and_then(|role| not_assumed(role, &error));
        let action = "application-signals:BatchGetServiceLevelObjectiveBudgetReport";
        refused.unwrap_or_else(|| described("Application Signals", action, &error))
    })?;
    let as_of = Timestamp::from_timestamp(output.timestamp().secs(), 0).ok_or("the report is of no time")?;
    let mut found = BTreeMap::new();
    for report in output.reports() {
        let read = read(report, as_of);
        found.insert(report.name().to_owned(), read.clone());
        found.insert(report.arn().to_owned(), read);
    }
    for error in output.errors() {
        let status =
            if error.error_code().contains("NotFound") { EvidenceStatus::NoData } else { EvidenceStatus::Error };
        let reason = format!("Application Signals answered `{}`: {}", error.error_code(), error.error_message());
        for name in [error.name(), error.arn()] {
            found.insert(name.to_owned(), Err((status, reason.clone())));
        }
    }
    Ok(found)
}

fn read(report: &ServiceLevelObjectiveBudgetReport, as_of: Timestamp) -> Reported {
    let status = match report.budget_status() {
        ServiceLevelObjectiveBudgetStatus::Ok => ReportedStatus::Ok,
        ServiceLevelObjectiveBudgetStatus::Warning => ReportedStatus::Warning,
        ServiceLevelObjectiveBudgetStatus::Breached => ReportedStatus::Breached,
        ServiceLevelObjectiveBudgetStatus::InsufficientData => ReportedStatus::InsufficientData,
        other => return Err((EvidenceStatus::Error, format!("Application Signals answered `{other}`"))),
    };
    let amounts = |allowed: Option<i32>, remaining: Option<i32>| Some((i64::from(allowed?), i64::from(remaining?)));
    let requests = || amounts(report.total_budget_requests(), report.budget_requests_remaining());
    let seconds = || amounts(report.total_budget_seconds(), report.budget_seconds_remaining());
    let budget = match report.evaluation_type() {
        Some(EvaluationType::RequestBased) => {
            requests().map(|(allowed, remaining)| ReportedBudget::Requests { allowed, remaining })
        }
        Some(EvaluationType::PeriodBased) => {
            seconds().map(|(allowed, remaining)| ReportedBudget::Seconds { allowed, remaining })
        }
        _ => None,
    };
    let interval = report.goal().and_then(|goal| goal.interval()).and_then(|interval| match interval {
        Interval::RollingInterval(rolling) => {
            let unit = match rolling.duration_unit() {
                DurationUnit::Minute => Some(60),
                DurationUnit::Hour => Some(3600),
                DurationUnit::Day => Some(86_400),
                _ => None,
            };
            let count = u64::try_from(rolling.duration()).ok();
            Some(ReportedInterval::Rolling {
                seconds: unit.zip(count).and_then(|(unit, count)| count.checked_mul(unit)),
            })
        }
        Interval::CalendarInterval(_) => Some(ReportedInterval::Calendar),
        _ => None,
    });
    Ok(BudgetReport {
        status,
        goal_percent: report.goal().and_then(|goal| goal.attainment_goal()).and_then(Measure::read),
        interval,
        attainment_percent: report.attainment().and_then(Measure::read),
        budget,
        as_of,
    })
}
