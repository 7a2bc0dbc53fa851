//! `tollgate slo import`: a Keptn quality gate as a file of ours, and what it means here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow, bail};
use tollgate_core::{
    catalogue::Catalogue,
    keptn::{self, Criterion, KeptnGate, Objective},
    suggest::did_you_mean,
};
use tollgate_policy::tools;

use crate::read;
use crate::{Folder, policies::count};

/// Take over a Keptn quality gate (`slo.yaml`) as `data/keptn/<service>.yaml`, and say what Keptn would pass and Tollgate
/// does not
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// Keptn's `slo.yaml`
    file: PathBuf,
    /// The service whose gate it is [default: the folder that the file is in, as Keptn has it]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Where its SLIs come from: a file that becomes `data/keptn/<service>.sli.yaml`
    #[arg(long, value_name = "FILE")]
    sli: Option<PathBuf>,
    /// Overwrite the gate that the service has
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    policies: Folder,
}

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let shown = args.file.display().to_string();
    let gate =
        read::text(&args.file).map_err(|error| vec![error]).and_then(|text| Ok((keptn::parse(&shown, &text)?, text)));
    let (gate, text) = match gate {
        Ok(gate) => gate,
        Err(errors) => {
            read::print(Path::new(""), &errors, "");
            bail!("nothing is written: mend what is said above");
        }
    };
    let sli = args.sli.as_deref().map(read::text).transpose()?;
    let service = service(args)?;
    let folder = args.policies.path.join("data/keptn");
    let (file, sli_file) = (folder.join(format!("{service}.yaml")), folder.join(format!("{service}.sli.yaml")));
    if let Some(sli) = &sli {
        in_order(&args.policies.path, &service, [&text, sli])?;
    }
    write(&file, &text, args.force)?;
    if let Some(text) = sli {
        write(&sli_file, &text, args.force)?;
    }
    let KeptnGate { pass_score_ppm, warning_score_ppm, objectives, .. } = &gate;
    let warning = warning_score_ppm.map_or_else(String::new, |ppm| format!(", with a warning from {}", percent(ppm)));
    println!(
        "wrote {}: {}, passes from {} of the score{warning}",
        file.display(),
        count(objectives.len(), "objective"),
        percent(*pass_score_ppm)
    );
    println!("\nWhat Keptn passes, and Tollgate does not:");
    for line in differences(&gate) {
        println!("- {line}");
    }
    if sli_file.exists() {
        println!("\nits SLIs are read as `{}` says", sli_file.display());
    } else {
        println!("\nNow say where its SLIs come from, in `{}`:\n\n{}", sli_file.display(), skeleton(&gate));
    }
    println!("then run `tollgate slo check`");
    Ok(ExitCode::SUCCESS)
}

/// Would the gate and its SLIs be in order among the data?
fn in_order(policies: &Path, service: &str, [gate, sli]: [&str; 2]) -> anyhow::Result<()> {
    let mut files = data_files(policies)?;
    let named = [format!("data/keptn/{service}.yaml"), format!("data/keptn/{service}.sli.yaml")];
    files.extend(named.iter().cloned().zip([gate.to_owned(), sli.to_owned()]));
    let mut wrong = Catalogue::read(&files).err().unwrap_or_default();
    wrong.retain(|error| named.contains(&error.file));
    if wrong.is_empty() {
        return Ok(());
    }
    read::print(policies, &wrong, "");
    bail!("nothing is written: gate and SLIs must fit one another; correct what is said above")
}

fn data_files(policies: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    tools::data_files(policies).map_err(|errors| {
        read::print(policies, &errors, "");
        anyhow!("nothing is written: the policies' folder cannot be read")
    })
}

/// What a person fills in: a metric for each SLI.
fn skeleton(gate: &KeptnGate) -> String {
    let source = "    metricSource: {type: CloudWatch, spec: {Namespace: …, MetricName: …, Stat: …}}\n";
    // A name in JSON's quotes is one in YAML's.
    let indicator = |objective: &Objective| format!("  {}:\n{source}", serde_json::Value::from(objective.sli.as_str()));
    let indicators: Vec<String> = gate.objectives.iter().map(indicator).collect();
    format!("window_minutes: 15\nindicators:\n{}", indicators.concat())
}

/// The service that was named, or whose folder the file is in; one that has a file.
fn service(args: &ImportArgs) -> anyhow::Result<String> {
    let files = data_files(&args.policies.path)?;
    let name_of = |file: &'_ String| Some(file.strip_prefix("data/services/")?.strip_suffix(".yaml")?.to_owned());
    let known: BTreeSet<String> = files.keys().filter_map(name_of).collect();
    let folder = || Some(args.file.canonicalize().ok()?.parent()?.file_name()?.to_str()?.to_owned());
    match &args.service {
        Some(name) if known.contains(name) => Ok(name.clone()),
        Some(name) => {
            let near = did_you_mean(name, known.iter().map(String::as_str));
            bail!("there is no service `{name}` in `data/services`{near}")
        }
        None => folder()
            .filter(|name| known.contains(name))
            .ok_or_else(|| anyhow!("whose gate is `{}`? name the service with `--service`", args.file.display())),
    }
}

/// Writes the file as it is, comments and all, over another one only when told to.
fn write(file: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let folder = file.parent().context("the policies' folder has no place for it")?;
    fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let opened = fs::OpenOptions::new().write(true).create(true).create_new(!force).truncate(force).open(file);
    let mut opened = match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{}` is there already: give `--force` to overwrite it", file.display())
        }
        opened => opened.with_context(|| format!("`{}` cannot be written", file.display()))?,
    };
    std::io::Write::write_all(&mut opened, text.as_bytes())
        .with_context(|| format!("`{}` cannot be written", file.display()))
}

/// What comes out otherwise here, about this gate.
fn differences(gate: &KeptnGate) -> Vec<String> {
    let names = |of: &dyn Fn(&Objective) -> bool| {
        let named = gate.objectives.iter().filter(|objective| of(objective));
        named.map(|objective| format!("`{}`", objective.sli)).collect::<Vec<_>>().join(", ")
    };
    let relative =
        |objective: &Objective| objective.pass.iter().chain(&objective.warning).flatten().any(Criterion::is_relative);
    let (decides, informs) = (names(&|objective| !objective.informational()), names(&Objective::informational));
    let mut lines = vec![format!(
        "an SLI without a value ({decides}): the result is `inconclusive`, unless the gate fails without it already"
    )];
    let relative = names(&relative);
    if !relative.is_empty() {
        let results = gate.comparison.results;
        lines.push(format!(
            "no earlier result to compare with ({relative}, with {}): `inconclusive`, until people accept a first one",
            count(usize::try_from(results).unwrap_or(usize::MAX), "earlier result")
        ));
    }
    lines.push("no `slo.yaml` for a service: there is no result at all, and a rule can ask for one".to_owned());
    if !informs.is_empty() {
        lines
            .push(format!("{informs} without `pass` only informs in both; a gate of such objectives alone is refused"));
    }
    lines
}

/// `90 %` of parts per million.
fn percent(ppm: u32) -> String {
    let decimals = format!("{:04}", ppm % 10_000);
    let decimals = decimals.trim_end_matches('0');
    format!("{}{}{decimals} %", ppm / 10_000, if decimals.is_empty() { "" } else { "." })
}
