//! Writes and judges facts for `opa.py`, and holds the laws: what `cargo xtask opa` runs.

use std::io::{self, BufRead as _, Write as _};

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use serde_json::{Map, Value, json};
use tollgate_core::decision::Gate;
use tollgate_differential::{
    drawn::{Draw, Generator},
    evaluator,
    laws::Held,
    policies,
};
use tollgate_policy::Evaluator;

/// So many facts of a gate have every rule at its strongest.
const ENOUGH: u64 = 1_000;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write facts of every gate, one a line, each with what the rules find in them
    Cases(Drawn),
    /// Judge facts that come one a line, `{"gate": …, "facts": …}`; answers one a line
    Judge,
    /// Add, take away and reorder elements of drawn facts, and see that no finding of others is lost
    Laws(Drawn),
}

#[derive(clap::Args)]
struct Drawn {
    /// The first seed; each facts have the next
    #[arg(long)]
    seed: u64,
    /// How many facts of each gate
    #[arg(long)]
    count: u64,
}

fn main() -> Result<()> {
    let evaluator = evaluator(&policies())?;
    let generator = Generator::open(&policies(), evaluator.policies())?;
    match Arguments::parse().command {
        Command::Cases(drawn) => cases(&evaluator, &generator, &drawn),
        Command::Judge => judge(&evaluator),
        Command::Laws(drawn) => laws(&evaluator, &generator, &drawn),
    }
}

impl Drawn {
    /// Gates in turn, so that an early end has seen all of them.
    fn each(&self) -> impl Iterator<Item = (Gate, u64)> {
        let (seed, count) = (self.seed, self.count);
        (0..count).flat_map(move |place| Gate::ALL.map(|gate| (gate, seed.wrapping_add(place))))
    }
}

fn cases(evaluator: &Evaluator, generator: &Generator, drawn: &Drawn) -> Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (gate, seed) in drawn.each() {
        let draw = if seed % 2 == 0 { Draw::Mixed } else { Draw::Damaged };
        let facts = generator.facts(gate, draw, seed);
        let mut case = judged(evaluator, gate, &facts);
        case.insert("name".to_owned(), format!("{} seed {seed}", gate.as_str()).into());
        case.insert("gate".to_owned(), gate.as_str().into());
        case.insert("facts".to_owned(), facts);
        let case = Value::Object(case);
        writeln!(out, "{case}")?;
    }
    Ok(out.flush()?)
}

fn judge(evaluator: &Evaluator) -> Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let mut question: Value = serde_json::from_str(&line?)?;
        let mut part = |name| question.get_mut(name).map(Value::take).unwrap_or_default();
        let gate: Gate = serde_json::from_value(part("gate"))?;
        writeln!(out, "{}", Value::Object(judged(evaluator, gate, &part("facts"))))?;
        out.flush()?;
    }
    Ok(())
}

fn judged(evaluator: &Evaluator, gate: Gate, facts: &Value) -> Map<String, Value> {
    let evaluation = evaluator.evaluate_json(gate, &facts.to_string());
    let judged: Vec<_> = evaluation.rules.iter().filter(|run| run.judged).map(|run| &run.rule).collect();
    [("judged".to_owned(), json!(judged)), ("findings".to_owned(), json!(evaluation.findings))].into_iter().collect()
}

/// Says every few seconds where it is, and at the end what does not hold.
fn laws(evaluator: &Evaluator, generator: &Generator, drawn: &Drawn) -> Result<()> {
    let mut held = Held::default();
    let mut said = std::time::Instant::now();
    for (place, (gate, seed)) in drawn.each().enumerate() {
        held.hold(evaluator, generator, gate, seed);
        if said.elapsed().as_secs() >= 3 {
            eprintln!("laws: {place} facts, {} changes, {} breaches", held.changes, held.breaches.len());
            said = std::time::Instant::now();
        }
    }
    println!("laws: {} changes of {} facts, seed {}", held.changes, drawn.count * 3, drawn.seed);
    for breach in held.breaches.iter().take(20) {
        println!("{}\n  {}", breach.what, breach.findings.join("\n  "));
    }
    let silent: Vec<_> = Gate::ALL.into_iter().flat_map(|gate| held.silent(evaluator, gate)).collect();
    // A few facts cannot show every rule; the test of the laws looks for those that do.
    ensure!(
        silent.is_empty() || drawn.count < ENOUGH,
        "no drawn facts have these rules at their strongest: {}",
        silent.join(", ")
    );
    ensure!(held.breaches.is_empty(), "{} changes lose findings of others", held.breaches.len());
    Ok(())
}
