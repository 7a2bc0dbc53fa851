//! `tollgate cost record`: the bill as it is now, as a file that stands in for it.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, ensure};

use super::bill::Bill;
use crate::{Folder, policies::count, read};

/// Record the bill from AWS into a file, to be used as `recorded:FILE`
///
/// Asks Cost Explorer, which charges for each request; how many it were is said.
#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    policies: Folder,
}

/// Fetches and writes; writes nothing when not all of the bill came.
pub(super) async fn run(args: RecordArgs) -> anyhow::Result<ExitCode> {
    let catalogue = read::in_order(&args.policies, "tollgate cost check")?;
    let bill = Bill::fetch(&catalogue).await?;
    let requests = count(usize::try_from(bill.paid_requests)?, "paid request");
    println!("{requests}, {} USD", tollgate_core::money::decimal_from_micros(i64::try_from(bill.price_usd_micros)?));
    ensure!(bill.snapshot.is_whole(), "nothing is written, since not all of the bill came: {}", gaps(&bill));
    let text = serde_json::to_string(&bill.snapshot)?;
    fs::write(&args.out, &text).with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    println!("the bill in {} ({} KiB)", args.out.display(), text.len().div_ceil(1024));
    Ok(ExitCode::SUCCESS)
}

fn gaps(bill: &Bill) -> String {
    let costs = bill.snapshot.costs.iter().filter_map(|part| part.gap());
    let budgets = bill.snapshot.budgets.iter().filter_map(|part| part.gap());
    let anomalies = bill.snapshot.anomalies.iter().filter_map(|part| part.gap());
    let forecasts = bill.snapshot.forecasts.iter().filter_map(|part| part.gap());
    let mut reasons: Vec<&str> =
        costs.chain(budgets).chain(anomalies).chain(forecasts).map(|gap| gap.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join("; ")
}
