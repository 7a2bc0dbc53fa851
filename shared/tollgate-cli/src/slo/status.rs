//! `tollgate slo status`: how objectives do, the worst first.

mod judged;
mod number;
mod row;
mod table;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Write as _, stdout},
    process::ExitCode,
    time::{Duration, SystemTime},
};

use anyhow::{anyhow, ensure};
use clap::ValueEnum;
use terminal_size::{Width, terminal_size_of};
use tokio::time::Instant;
use tollgate_aws::{Telemetry, TelemetrySource, ready, sdk_config};
use tollgate_core::{
    Timestamp,
    catalogue::Catalogue,
    slo::{Limits, Slo, burn_trend},
    suggest::did_you_mean,
};
use tollgate_ledger::{KeptDays, Ledger, LedgerConfig, background, is_kept, slo_days, with_parts};
use tollgate_policy::Evaluator;

use self::{
    judged::{Measured, judged},
    row::{Relation, Row, State},
};
use crate::{Folder, cut_off, read};

const DEADLINE: Duration = Duration::from_secs(60);
/// Parts of the period that the trend shows.
const TREND_PARTS: u32 = 24;
/// What a table has that is read from a file or a pipe.
const USUAL_WIDTH: u16 = 120;

/// Show how objectives do: budget, burn rates, when the budget ends, and how well that is known
///
/// The worst come first. A recording is judged by the time at which it was made.
///
/// They are judged by the rules of the SLO gate, as a schedule has services judged as they run: what is bad here holds
/// risky rollouts up, and people are notified of it.
///
/// Exits with 0 when everything is known and inside its budget, 2 when the rules ask for a page or a ticket, because a
/// budget is exhausted or has reached a step, burns faster than a threshold allows, or traffic has vanished, 3 when
/// something is not known, and 1 when nothing could be shown. The objectives of dependencies do not count.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Show the objectives that bind this service, and those of its dependencies, instead of all
    service: Option<String>,
    /// Where telemetry comes from: `cloudwatch`, or `recorded:PATH`
    #[arg(long, value_name = "SOURCE", env = "TOLLGATE_TELEMETRY", default_value = "cloudwatch")]
    telemetry: TelemetrySource,
    /// The ledger that has the days that CloudWatch has forgotten; without one they are not known
    #[arg(long, value_name = "LEDGER", env = "TOLLGATE_LEDGER", default_value = "sqlite:.tollgate/ledger.sqlite")]
    ledger: LedgerConfig,
    /// As a table for people, or as JSON with all facts
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How wide the table may be [default: as the terminal, otherwise 120]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<u16>,
    #[command(flatten)]
    policies: Folder,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(super) async fn run(args: StatusArgs) -> anyhow::Result<ExitCode> {
    let catalogue = read::in_order(&args.policies, "tollgate slo check")?;
    let evaluator = Evaluator::new(read::policies(&args.policies)?, tollgate_policy::Limits::default());
    let chosen = chosen(&catalogue, args.service.as_deref())?;
    let telemetry = match &args.telemetry {
        TelemetrySource::CloudWatch => {
            let sdk = sdk_config().await;
            let metrics = chosen.iter().flat_map(|(slo, _)| slo.metrics());
            ready(&sdk, metrics.into_iter().any(|metric| metric.region.is_none())).await?;
            Telemetry::cloudwatch(&sdk)
        }
        recorded => Telemetry::open(recorded).await?,
    };
    let now = telemetry.recorded_at().unwrap_or_else(|| SystemTime::now().into());
    let kept = kept_days(&args.ledger, &chosen).await?;
    let measured = measure(&catalogue, &telemetry, &chosen, args.service.as_deref(), &kept, now).await;
    let mut rows = judged(&catalogue, &evaluator, measured, now)?;
    rows.sort_by_key(Row::rank);
    match args.format {
        Format::Table => {
            let terminal = terminal_size_of(stdout()).map(|(Width(columns), _)| columns);
            let width = args.width.or(terminal).unwrap_or(USUAL_WIDTH);
            write!(anstream::stdout(), "{}", table::page(&rows, now, &args.telemetry, width)).or_else(cut_off)?;
        }
        Format::Json => {
            let json = serde_json::to_string_pretty(&row::json(&rows, now, &args.telemetry))?;
            writeln!(stdout(), "{json}").or_else(cut_off)?;
        }
    }
    Ok(ExitCode::from(exit_code(&rows)))
}

fn exit_code(rows: &[Row]) -> u8 {
    let is =
        |states: &[State]| rows.iter().any(|row| row.relation != Relation::Dependency && states.contains(&row.state));
    match () {
        () if is(&[State::Exhausted, State::Burning, State::Held]) => 2,
        () if is(&[State::Unknown]) => 3,
        () => 0,
    }
}

/// The objectives that are shown.
fn chosen<'a>(catalogue: &'a Catalogue, service: Option<&str>) -> anyhow::Result<Vec<(&'a Slo, Relation)>> {
    let all = catalogue.slos.values().flatten();
    let Some(name) = service else {
        let own: Vec<_> = all.map(|slo| (slo, Relation::Own)).collect();
        ensure!(!own.is_empty(), "there is no objective: write one below `data/slos`");
        return Ok(own);
    };
    let known = catalogue.services.keys().map(String::as_str);
    let service = catalogue
        .services
        .get(name)
        .ok_or_else(|| anyhow!("there is no service `{name}` in `data/services`{}", did_you_mean(name, known)))?;
    let relation = |slo: &Slo| {
        if slo.service == service.name {
            Some(Relation::Own)
        } else if slo.shared_with.contains(&service.name) {
            Some(Relation::Shared)
        } else {
            service.dependencies.contains(&slo.service).then_some(Relation::Dependency)
        }
    };
    let found: Vec<_> = all.filter_map(|slo| Some((slo, relation(slo)?))).collect();
    let own = found.iter().any(|(_, relation)| *relation != Relation::Dependency);
    ensure!(own, "`{name}` has no objective: write one below `data/slos`");
    Ok(found)
}

/// What the ledger has of the objectives' days; nothing where there is no ledger.
async fn kept_days(config: &LedgerConfig, chosen: &[(&Slo, Relation)]) -> anyhow::Result<KeptDays> {
    let ids: BTreeSet<String> =
        chosen.iter().flat_map(|(slo, _)| with_parts(slo)).filter(|slo| is_kept(slo)).map(Slo::evidence_id).collect();
    let is_there = match config {
        LedgerConfig::Sqlite(path) => path.exists(),
        LedgerConfig::DynamoDb(_) => true,
    };
    let mut kept = KeptDays::new();
    if ids.is_empty() || !is_there {
        return Ok(kept);
    }
    let ledger = Ledger::open(config, Some(&sdk_config().await)).await?;
    for id in ids {
        kept.extend(ledger.document(&slo_days(), &id).await?.map(|days| (id, days)));
    }
    Ok(kept)
}

/// Asks once for all objectives whose telemetry is held to the same: the settings of the service whose gate judges them, which
/// is the one that was asked for, where it is bound by them.
async fn measure<'a>(
    catalogue: &Catalogue,
    telemetry: &Telemetry,
    chosen: &[(&'a Slo, Relation)],
    asked: Option<&'a str>,
    kept: &KeptDays,
    now: Timestamp,
) -> Vec<Measured<'a>> {
    let mut by_limits: BTreeMap<Limits, Vec<(&Slo, Relation, &str)>> = BTreeMap::new();
    for (slo, relation) in chosen {
        let service = asked.filter(|_| *relation != Relation::Dependency).unwrap_or(&slo.service);
        let limits = Limits::of(&catalogue.settings_of(service));
        by_limits.entry(limits).or_default().push((slo, *relation, service));
    }
    let mut all = Vec::new();
    for (limits, group) in by_limits {
        let wanted: Vec<(&Slo, bool)> = group.iter().map(|(slo, ..)| (*slo, true)).collect();
        let deadline = Instant::now() + DEADLINE;
        let found = telemetry.read(&wanted, now, deadline, &limits).await;
        all.extend(group.into_iter().zip(found).map(|((slo, relation, service), found)| {
            let trend = burn_trend(slo, &found.snapshot, &found.judging, TREND_PARTS);
            Measured { slo, relation, service, fact: found.fact(&background(slo, kept)), trend }
        }));
    }
    all
}
