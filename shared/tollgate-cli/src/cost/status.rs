//! `tollgate cost status`: how budgets stand, the worst first.

mod amount;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod total;

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use anyhow::{anyhow, ensure};
use clap::ValueEnum;
use terminal_size::{Width, terminal_size_of};
use tollgate_aws::billing::{BillingSource, look};
use tollgate_core::{
    budget::{Budget, SpendJudging},
    catalogue::Catalogue,
    suggest::did_you_mean,
};
use tollgate_ledger::LedgerConfig;

use self::row::{Row, State};
use super::bill::Bill;
use crate::{Folder, cut_off, read};

/// What a table has that is read from a file or a pipe.
const USUAL_WIDTH: u16 = 120;

/// Show how budgets stand: what was spent, how much of the period is gone, what will be spent, and how well that is known
///
/// The worst come first. The bill is the one that the cost gate kept in the ledger; where there is none AWS is asked, which
/// charges for it. A recorded bill is judged by the time at which it was fetched.
///
/// Exits with 0 when everything is known and inside its budget, 2 when a budget is over or has reached a step that holds
/// changes up, 3 when something is not known, and 1 when nothing could be shown.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Show the budgets of this team instead of all
    team: Option<String>,
    /// Where the bill comes from: `aws`, or `recorded:PATH`
    #[arg(long, value_name = "SOURCE", env = "TOLLGATE_BILLING", default_value = "aws")]
    billing: BillingSource,
    /// The ledger that the cost gate keeps the bill in: `sqlite:PATH` or `dynamodb:TABLE`
    #[arg(long, value_name = "LEDGER", env = "TOLLGATE_LEDGER", default_value = "sqlite:.tollgate/ledger.sqlite")]
    ledger: LedgerConfig,
    /// As a table for people, or as JSON with all facts
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How wide the table may be [default: as the terminal, otherwise 120]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<u16>,
    #[command(flatten)]
    policies: Folder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(super) async fn run(args: StatusArgs) -> anyhow::Result<ExitCode> {
    let catalogue = read::in_order(&args.policies, "tollgate cost check")?;
    let chosen = chosen(&catalogue, args.team.as_deref())?;
    let bill = Bill::open(&catalogue, &args.billing, &args.ledger).await?;
    let rows = rows(&catalogue, &chosen, &bill);
    if args.json || args.format == Format::Json {
        let json = serde_json::to_string_pretty(&row::json(&rows, &bill))?;
        writeln!(stdout(), "{json}").or_else(cut_off)?;
    } else {
        let terminal = terminal_size_of(stdout()).map(|(Width(columns), _)| columns);
        let width = args.width.or(terminal).unwrap_or(USUAL_WIDTH);
        write!(anstream::stdout(), "{}", table::page(&rows, &bill, width)).or_else(cut_off)?;
    }
    Ok(ExitCode::from(exit_code(&rows)))
}

fn exit_code(rows: &[Row]) -> u8 {
    let is = |states: &[State]| rows.iter().any(|row| states.contains(&row.state));
    match () {
        () if is(&[State::Over, State::HeldUp]) => 2,
        () if is(&[State::Unknown]) => 3,
        () => 0,
    }
}

/// The budgets that are shown.
fn chosen<'a>(catalogue: &'a Catalogue, team: Option<&str>) -> anyhow::Result<Vec<&'a Budget>> {
    let Some(name) = team else {
        ensure!(!catalogue.budgets.is_empty(), "there is no budget: write one below `data/budgets`");
        return Ok(catalogue.budgets.iter().collect());
    };
    let known = catalogue.teams.keys().map(String::as_str);
    let unknown = || anyhow!("there is no team `{name}` in `data/teams`{}", did_you_mean(name, known));
    catalogue.teams.get(name).ok_or_else(unknown)?;
    let own: Vec<&Budget> = catalogue.budgets.iter().filter(|budget| budget.owner == name).collect();
    ensure!(!own.is_empty(), "`{name}` has no budget: write one below `data/budgets`");
    Ok(own)
}

fn rows(catalogue: &Catalogue, chosen: &[&Budget], bill: &Bill) -> Vec<Row> {
    let row = |budget: &&Budget| {
        let settings = catalogue.settings.resolve("", Some(&budget.owner));
        Row::new(look(Ok(&bill.snapshot), budget, &SpendJudging::of(&settings, bill.now, true)))
    };
    let mut rows: Vec<Row> = chosen.iter().map(row).collect();
    rows.sort_by_key(Row::rank);
    rows
}
