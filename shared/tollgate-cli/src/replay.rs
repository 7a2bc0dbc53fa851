//! `tollgate replay`: decides recorded facts again, under the policies at hand.

use std::{process::ExitCode, time::SystemTime};

use anyhow::{Context as _, anyhow, bail, ensure};
use chrono::DateTime;
use tollgate_core::{
    catalogue::Catalogue,
    decision::{Decision, DecisionRecord},
    facts::{Facts, RecordedFacts},
    finding::Finding,
    fold::{self, Judgement},
    replay::Difference,
};
use tollgate_ledger::{DecisionsQuery, Ledger, LedgerConfig, Order};
use tollgate_policy::{Evaluator, Limits, PolicySet};

use crate::Folder;

/// Decide recorded facts again, and show whether verdict and findings are the same or how they differ
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArgs {
    /// The decision to replay
    #[arg(required_unless_present = "last", conflicts_with = "last")]
    decision_id: Option<String>,
    /// Replay so many of the newest decisions, and show those that differ
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    last: Option<u32>,
    /// Judge by the thresholds and modes of the policies at hand, or by those that were recorded
    #[arg(long, value_enum, default_value_t)]
    settings: Source,
    /// The ledger that has them: `sqlite:PATH` or `dynamodb:TABLE`
    #[arg(long, value_name = "LEDGER", env = "TOLLGATE_LEDGER", default_value = "sqlite:.tollgate/ledger.sqlite")]
    ledger: LedgerConfig,
    #[command(flatten)]
    policies: Folder,
}

/// Whose thresholds and modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Source {
    /// Of the policies at hand.
    #[default]
    Here,
    /// Of the record.
    Recorded,
}

/// The policies at hand.
struct Here {
    evaluator: Evaluator,
    /// For thresholds and modes, where those are not the record's.
    catalogue: Option<Catalogue>,
}

/// A decision made again.
struct Again {
    decision: Decision,
    /// By which thresholds and modes.
    thresholds: &'static str,
}

/// Exits with 1 when a decision comes out differently, or there is none to replay.
pub(crate) async fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    if let LedgerConfig::Sqlite(path) = &args.ledger {
        ensure!(path.exists(), "there is no ledger at `{}`: name it with `--ledger sqlite:PATH`", path.display());
    }
    let policies = PolicySet::load(&args.policies.path).map_err(|errors| not_in_order(&errors))?;
    let catalogue = match args.settings {
        Source::Here => Some(policies.catalogue().map_err(|errors| not_in_order(&errors))?),
        Source::Recorded => None,
    };
    let here = Here { evaluator: Evaluator::new(policies, Limits::default()), catalogue };
    let sdk = tollgate_aws::sdk_config().await;
    let ledger = Ledger::open(&args.ledger, Some(&sdk)).await?;
    match (args.decision_id, args.last) {
        (Some(id), _) => {
            let record =
                ledger.decision(&id).await?.with_context(|| format!("{} has no decision `{id}`", args.ledger))?;
            Ok(report(&record.decision, &decide(&here, &record)?))
        }
        (None, last) => newest(&ledger, &here, last.unwrap_or(1)).await,
    }
}

async fn newest(ledger: &Ledger, here: &Here, last: u32) -> anyhow::Result<ExitCode> {
    let (mut replayed, mut differing) = (0_u32, 0_u32);
    let mut query = DecisionsQuery {
        since: DateTime::UNIX_EPOCH,
        until: SystemTime::now().into(),
        order: Order::NewestFirst,
        after: None,
        limit: last.min(100),
    };
    while replayed < last {
        let page = ledger.decisions(&query).await?;
        for record in page.records.iter().take(usize::try_from(last - replayed)?) {
            let again = decide(here, record)?;
            replayed += 1;
            if !Difference::between(&record.decision, &again.decision).is_none() {
                differing += 1;
                report(&record.decision, &again);
                println!();
            }
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    ensure!(replayed > 0, "the ledger has no decisions, so there is nothing to replay");
    let decisions = if replayed == 1 { "decision" } else { "decisions" };
    println!("{replayed} {decisions} replayed: {} the same, {differing} differ", replayed - differing);
    Ok(if differing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Decides a record's facts again.
fn decide(here: &Here, record: &DecisionRecord) -> anyhow::Result<Again> {
    let DecisionRecord { decision, facts } = record;
    let facts_digest = facts.digest();
    if facts_digest != decision.facts_digest {
        bail!(
            "the facts of `{}` are not those that were judged: their digest is {facts_digest} and the decision names {}",
            decision.decision_id,
            decision.facts_digest
        );
    }
    let other = here.with_settings(facts.value())?;
    let thresholds = match (&here.catalogue, &other) {
        (None, _) => "those of the record",
        (Some(_), None) => "the same",
        (Some(_), Some(_)) => "those at hand, which are not those of the record",
    };
    let facts = other.as_ref().unwrap_or(facts);
    let judgement = Judgement {
        decision_id: decision.decision_id.clone(),
        facts_digest,
        evaluation: here.evaluator.evaluate_json(facts.value().gate(), facts.json()),
        warnings: decision.warnings.clone(),
    };
    Ok(Again { decision: fold::decide(&facts.value().frame(), judgement), thresholds })
}

impl Here {
    /// The facts with the thresholds and modes at hand, where those are others.
    fn with_settings(&self, facts: &Facts) -> anyhow::Result<Option<RecordedFacts>> {
        let Some(settings) = self.catalogue.as_ref().map(|catalogue| catalogue.settings_for(facts)) else {
            return Ok(None);
        };
        let mut facts = facts.clone();
        if *facts.settings_mut() == settings {
            return Ok(None);
        }
        *facts.settings_mut() = settings;
        Ok(Some(RecordedFacts::of(facts)?))
    }
}

fn not_in_order<E: std::fmt::Display>(errors: &[E]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
    anyhow!("the policies are not in order:{}", lines.concat())
}

fn report(recorded: &Decision, again: &Again) -> ExitCode {
    let Again { decision: again, thresholds } = again;
    let Decision { decision_id, evaluated_at, verdict, summary, .. } = recorded;
    println!("decision {decision_id}, judged at {}: {}", evaluated_at.to_rfc3339(), verdict.as_str());
    println!("  {summary}");
    if recorded.policy_revision == again.policy_revision {
        println!("policies: the same, {}", again.policy_revision);
    } else {
        println!("policies: recorded {}\n          here     {}", recorded.policy_revision, again.policy_revision);
    }
    println!("thresholds: {thresholds}");
    let difference = Difference::between(recorded, again);
    if difference.is_none() {
        println!("replayed: the same verdict and the same {} findings", recorded.findings.len());
        return ExitCode::SUCCESS;
    }
    match difference.verdict {
        Some((before, now)) => println!("replayed: another verdict: {} was {}", now.as_str(), before.as_str()),
        None => println!("replayed: the same verdict with other findings"),
    }
    let show = |sign: char, finding: &Finding| {
        println!("  {sign} {} ({}): {}", finding.rule, effect(finding), finding.message);
    };
    for finding in &difference.gone {
        show('-', finding);
    }
    for finding in &difference.new {
        show('+', finding);
    }
    for (before, now) in &difference.changed {
        show('-', before);
        show('+', now);
    }
    ExitCode::FAILURE
}

fn effect(finding: &Finding) -> String {
    serde_json::to_value(finding.effect).ok().and_then(|effect| effect.as_str().map(str::to_owned)).unwrap_or_default()
}
