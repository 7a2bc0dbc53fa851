//! The cost gate as Lambda runs it, over an organisation of 300 budgets, 200 accounts and 400 services.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a benchmark fails by panicking")]

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use tollgate_bench::copy;
use tollgate_e2e::{
    billing::{Billing, Line},
    function::Function,
    world::workspace_policies,
};

const ACCOUNTS: usize = 200;
const SERVICES: usize = 400;
const TEAMS: usize = 40;
const DAYS: u64 = 95;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let policies = folder.path().join("policies");
    copy(&workspace_policies(), &policies)?;
    let budgets = organisation(&policies)?;
    let billing = Billing::start(lines()).await;
    let ledger = format!("sqlite:{}", folder.path().join("ledger.sqlite").display());
    let environment = [
        ("TOLLGATE_POLICIES", policies.to_str().context("a path that is no text")?),
        ("TOLLGATE_LEDGER", &ledger),
        ("AWS_ENDPOINT_URL", &billing.endpoint),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let started = Instant::now();
    let mut function = Function::start("cost-gate", &environment, Value::Null).await?;
    function.ready().await?;
    println!("cold start with {budgets} budgets: {:.2?}", started.elapsed());
    let peak = |function: &Function| function.peak_memory_kibibytes().map(|kibibytes| kibibytes / 1024);
    println!("peak memory by then: {:?} MiB", peak(&function));
    // The first time nothing is kept, and all is told; after it there is a bill to compare with.
    for number in 0..5 {
        let started = Instant::now();
        let answer = function.invoke(&format!("check-{number}"), json!({"sweep": {}})).await;
        let Some(Ok(checked)) = answer else { anyhow::bail!("{answer:?}") };
        let checked = &checked["done"][0];
        println!("check: {:.2?}, {} requests, {}", started.elapsed(), billing.take_asked().len(), checked["bill"]);
        println!("  {}", checked["saw"]);
        println!("  peak memory: {:?} MiB", peak(&function));
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    }
    Ok(())
}

fn account(number: usize) -> String {
    format!("{:012}", 100_000_000_000 + number)
}

/// Each service in two accounts and two environments, on each day.
fn lines() -> Vec<Line> {
    let today = chrono::Utc::now().date_naive();
    let places =
        (0..SERVICES).flat_map(|service| [(service % ACCOUNTS, service), ((service * 7 + 1) % ACCOUNTS, service)]);
    let lines = places.flat_map(|(account_number, service)| {
        let environment = ["production", "staging"][(service + account_number) % 2];
        let tags = [
            ("service", format!("service-{service:03}")),
            ("owner", format!("team-{:02}", service % TEAMS)),
            ("environment", environment.to_owned()),
        ];
        let tags: BTreeMap<String, String> = tags.map(|(tag, value)| (tag.to_owned(), value)).into();
        (0..DAYS).map(move |ago| Line {
            account: account(account_number),
            tags: tags.clone(),
            day: today - chrono::Days::new(ago),
            cents: 1000 + i64::try_from((service + account_number) % 13).unwrap_or(0),
        })
    });
    lines.collect()
}

/// Teams, services and budgets as their owners write them, instead of the example's; gives how many budgets there are.
fn organisation(policies: &Path) -> anyhow::Result<usize> {
    let data = policies.join("data");
    for folder in ["services", "slos", "maintenance", "canaries", "keptn", "calendars", "waivers", "budgets"] {
        fs::remove_dir_all(data.join(folder))?;
        fs::create_dir(data.join(folder))?;
    }
    for team in 0..TEAMS {
        let name = format!("team-{team:02}");
        fs::write(data.join("teams").join(format!("{name}.yaml")), format!("name: {name}\ncontact: \"#{name}\"\n"))?;
    }
    for service in 0..SERVICES {
        let name = format!("service-{service:03}");
        let entry = format!(
            "name: {name}\ndescription: One of many.\ntier: tier_2\nowner: team-{:02}\nenvironments: [production, staging]\n",
            service % TEAMS
        );
        fs::write(data.join("services").join(format!("{name}.yaml")), entry)?;
    }
    let services = (0..180).map(|service| {
        let scope = format!("services: [service-{service:03}], environments: [production]");
        (format!("service-{service:03}"), service % TEAMS, scope)
    });
    let accounts = (0..80)
        .map(|number| (format!("account-{number:03}"), number % TEAMS, format!("accounts: [\"{}\"]", account(number))));
    let teams = (0..39).map(|team| (format!("team-{team:02}"), team, format!("tags: {{owner: [team-{team:02}]}}")));
    let all = [("everything".to_owned(), 0, "all: true".to_owned())];
    let budgets: Vec<String> = services.chain(accounts).chain(teams).chain(all).map(written).collect();
    fs::write(data.join("budgets").join("all.yaml"), format!("budgets:\n{}", budgets.concat()))?;
    let often = "thresholds:\n  billing:\n    least_age_seconds: 0\n    refresh_seconds: 1\n";
    fs::write(data.join("settings/organisation.yaml"), often)?;
    for folder in ["teams", "services"] {
        fs::remove_dir_all(data.join("settings").join(folder))?;
    }
    Ok(budgets.len())
}

fn written((name, team, scope): (String, usize, String)) -> String {
    format!(
        "  - name: {name}\n    owner: team-{team:02}\n    scope: {{{scope}}}\n    amount: \"700\"\n    currency: USD\n    period: \
         monthly\n    steps:\n      - {{percent: 50, of: actual, enforcement: inform}}\n      - {{percent: 100, of: actual, \
         enforcement: freeze}}\n      - {{percent: 100, of: forecast, enforcement: inform}}\n"
    )
}
