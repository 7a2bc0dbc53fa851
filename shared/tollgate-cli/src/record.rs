//! `tollgate record`: what CloudWatch knows of some services now, as a file that stands in for it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, bail, ensure};
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Recording, ready, sdk_config};
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Judging, Slo, read, slo_fact},
};

use crate::Folder;

const DEADLINE: Duration = Duration::from_secs(60);
const MAX_AGE_SECONDS: u64 = 600;

/// Record the telemetry of services from CloudWatch into a file, to be used as `recorded:FILE`
#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// A service whose objectives are recorded; may be given several times
    #[arg(long = "service", value_name = "NAME", required = true, num_args = 1..)]
    services: Vec<String>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    policies: Folder,
}

/// Fetches, judges and writes; writes nothing when CloudWatch did not answer completely.
pub(crate) async fn run(args: RecordArgs) -> anyhow::Result<ExitCode> {
    let slos = objectives(&args.policies.path.join("data/slos"), &args.services)?;
    let wanted: Vec<&Slo> = slos.iter().collect();
    let sdk = sdk_config().await;
    let needs_region = wanted.iter().any(|slo| slo.metrics().iter().any(|metric| metric.region.is_none()));
    ready(&sdk, needs_region).await?;
    let cloudwatch = CloudWatch::new(&sdk);
    let now = Timestamp::from(SystemTime::now());
    let fetch = cloudwatch.fetch(&wanted, now, Instant::now() + DEADLINE).await;
    let mut failed = false;
    for slo in &slos {
        let judging = Judging {
            now,
            max_age_seconds: MAX_AGE_SECONDS,
            required: true,
            source: cloudwatch.source(slo),
            budget_steps_ppm: Vec::new(),
        };
        let evidence = slo_fact(slo, &fetch.snapshot, &judging).evidence;
        failed |= evidence.status == EvidenceStatus::Error;
        let (received, expected) = (evidence.datapoints_received, evidence.datapoints_expected);
        let reason = evidence.reason.map(|reason| format!("; {reason}")).unwrap_or_default();
        println!("{}/{}: {received} of {expected} datapoints{reason}", slo.service, slo.name);
    }
    if failed {
        bail!("nothing is written, since CloudWatch did not answer completely: record again");
    }
    let series = fetch.snapshot.series.len();
    let text = Recording::new(now, fetch.snapshot).to_json()?;
    fs::write(&args.out, &text).with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    println!("{series} metrics in {} ({} KiB)", args.out.display(), text.len().div_ceil(1024));
    Ok(ExitCode::SUCCESS)
}

fn objectives(folder: &Path, services: &[String]) -> anyhow::Result<Vec<Slo>> {
    let entries = fs::read_dir(folder).with_context(|| format!("`{}` cannot be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        texts.push((file.display().to_string(), text));
    }
    let read = read(texts.iter().map(|(file, text)| (file.as_str(), text.as_str())));
    let slos = match read {
        Ok(objectives) => objectives.slos.into_iter().filter(|slo| services.contains(&slo.service)),
        Err(errors) => bail!(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    let slos: Vec<Slo> = slos.collect();
    let known: BTreeSet<&str> = slos.iter().map(|slo| slo.service.as_str()).collect();
    let unknown: Vec<_> = services.iter().filter(|service| !known.contains(service.as_str())).cloned().collect();
    ensure!(unknown.is_empty(), "no objectives of `{}` in {}", unknown.join("`, `"), folder.display());
    Ok(slos)
}
