//! `slo status`, both gates and the notices say the same of the same recording.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use serde_json::{Value, json};
use tollgate_e2e::{
    function::Function,
    letters::{invoke, schedule},
    recording::{Counts, Recording},
    world::{World, change, now},
};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const REQUESTS: u64 = 600;

/// Requests of a minute, of which one in so many thousand fails.
fn bad(of_thousand: u64) -> Option<(u64, u64)> {
    Some((REQUESTS - REQUESTS * of_thousand / 1000, REQUESTS))
}

/// Failures of so much of the budget of a month at 99.9 % all at once, ten days ago: 43.2 minutes of failures are all of it.
fn spent(before: i64, minutes: i64) -> Option<(u64, u64)> {
    bad(if (10 * DAY..10 * DAY + minutes).contains(&(before - 1)) { 1000 } else { 0 })
}

fn but(before: i64, until: i64, late: Option<(u64, u64)>) -> Option<(u64, u64)> {
    if before <= until { late } else { bad(0) }
}

/// How a case stands everywhere.
struct Case {
    name: &'static str,
    counts: Counts,
    /// In `slo status`: its state and exit code.
    status: (&'static str, i32),
    /// May a risky feature be rolled out, and a normal one be changed?
    verdict: &'static str,
    /// What people are notified of.
    level: &'static str,
    /// A rule of both gates that says why, by what stands behind the gate's name.
    rule: &'static str,
}

const fn case(
    name: &'static str,
    counts: Counts,
    status: (&'static str, i32),
    (verdict, level): (&'static str, &'static str),
    rule: &'static str,
) -> Case {
    Case { name, counts, status, verdict, level, rule }
}

const CASES: &[Case] = &[
    case("healthy", |_| bad(0), ("inside", 0), ("allow", "ok"), ""),
    // Burning: each threshold, above it.
    case("page-fast", |m| but(m, HOUR, bad(20)), ("burning", 2), ("deny", "page"), "burn_rate"),
    case("page-slow", |m| but(m, 6 * HOUR, bad(10)), ("burning", 2), ("deny", "page"), "burn_rate"),
    case("ticket-slow", |m| but(m, 3 * DAY, bad(2)), ("burning", 2), ("pending", "ticket"), "burn_rate"),
    case("pauses", |m| but(m, HOUR, bad(5)), ("burning", 2), ("deny", "ticket"), "burn_rate release_pause"),
    case(
        "lasts-not",
        |m| if m <= HOUR { bad(0) } else { but(m, 6 * HOUR, bad(5)) },
        ("burning", 2),
        ("pending", "page"),
        "depletion",
    ),
    // Each step of the budget.
    case("spent-30", |m| spent(m, 13), ("inside", 0), ("allow", "ok"), "error_budget"),
    case("spent-60", |m| spent(m, 26), ("held", 2), ("pending", "ticket"), "error_budget"),
    case("spent-80", |m| spent(m, 35), ("held", 2), ("pending", "ticket"), "error_budget"),
    case("spent-120", |m| spent(m, 52), ("exhausted", 2), ("deny", "ticket"), "error_budget"),
    // What is not known.
    case("never", |_| None, ("unknown", 3), ("deny", "unknown"), "evidence"),
    case("stopped", |m| but(m, 2 * HOUR, None), ("unknown", 3), ("deny", "unknown"), "evidence"),
    case(
        "undecided",
        |m| if (20 * DAY..20 * DAY + 360).contains(&m) { None } else { bad(0) },
        ("unknown", 3),
        ("pending", "ticket"),
        "error_budget",
    ),
    case(
        "holes",
        |m| if (30..38).contains(&m) { None } else { bad(0) },
        ("unknown", 3),
        ("pending", "unknown"),
        "datapoints",
    ),
    case("vanished", |m| but(m, HOUR, Some((0, 0))), ("held", 2), ("pending", "ticket"), "traffic"),
    // A metric that counts as zero by not being there, an alert of the objective's own, and others' objectives.
    case("silent", |_| bad(0), ("inside", 0), ("allow", "ok"), "silence"),
    case("alert-page", |m| but(m, HOUR, Some((599, REQUESTS))), ("burning", 2), ("deny", "page"), "alerts"),
    case("alert-ticket", |m| but(m, HOUR, Some((599, REQUESTS))), ("burning", 2), ("pending", "ticket"), "alerts"),
    case("whole", |_| bad(0), ("burning", 2), ("deny", "page"), "burn_rate"),
    // Of one request in twenty minutes, three days are enough to judge by; of two a day, a month is not.
    case(
        "few-a-day",
        |m| Some((u64::from(m % 20 == 7 && m != 7), u64::from(m % 20 == 7))),
        ("burning", 2),
        ("pending", "ticket"),
        "burn_rate",
    ),
    case(
        "few-events",
        |m| Some((u64::from(m % 720 == 7 && m != 7), u64::from(m % 720 == 7))),
        ("inside", 0),
        ("allow", "ok"),
        "traffic",
    ),
];

fn slo(case: &str) -> String {
    let metric = |name: &str, more: &str| {
        format!(
            "{{metricSource: {{type: CloudWatch, spec: {{Namespace: Test, MetricName: {name}, Dimensions: {{Service: {case}}}, \
             Region: eu-central-1{more}}}}}}}"
        )
    };
    let ratio = match case {
        "whole" => "rawType: success, raw: {metricSource: {type: Tollgate, spec: {worstOf: [page-fast/o, healthy/o]}}}"
            .to_owned(),
        "silent" => format!(
            "bad: {}, total: {}",
            metric("SparseErrorCount", ", treatMissing: zero"),
            metric("RequestCount", "")
        ),
        _ => format!("good: {}, total: {}", metric("GoodRequestCount", ""), metric("RequestCount", "")),
    };
    let alerts = case.strip_prefix("alert-").map_or_else(String::new, |severity| {
        format!(
            "  alertPolicies:\n  - kind: AlertPolicy\n    metadata: {{name: own}}\n    spec: {{alertWhenBreaching: true, \
             conditions: [{{kind: AlertCondition, metadata: {{name: own}}, spec: {{severity: {severity}, condition: \
             {{kind: burnrate, op: gt, threshold: 1.2, lookbackWindow: 1h, alertAfter: 5m}}}}}}]}}\n"
        )
    });
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: o}}\nspec:\n  service: {case}\n  indicator: {{spec: {{ratioMetric: \
         {{{ratio}}}}}}}\n  timeWindow: [{{duration: 30d, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: \
         [{{target: 0.999}}]\n{alerts}"
    )
}

/// A world whose services are the cases, all in one recording.
fn world() -> World {
    let world = World::new();
    let data = world.policies().join("data");
    for folder in ["services", "slos", "budgets", "canaries", "keptn", "maintenance", "waivers", "settings/services"] {
        let folder = data.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(folder).unwrap();
    }
    let mut recording = Recording::until(now(), "Test");
    for case in CASES {
        let name = case.name;
        let service = format!("name: {name}\ntier: tier_1\nowner: payments\nenvironments: [production]\n");
        fs::write(data.join(format!("services/{name}.yaml")), service).unwrap();
        fs::write(data.join(format!("slos/{name}.yaml")), slo(name)).unwrap();
        recording.add(name, case.counts);
    }
    // Zeros were published always, and none for three hours.
    recording.add_metric("silent", "SparseErrorCount", |before| (before > 3 * HOUR).then_some(0));
    let file = world.folder().join("telemetry.json");
    fs::write(&file, recording.text()).unwrap();
    world.with("TOLLGATE_TELEMETRY", &format!("recorded:{}", file.display())).with("TOLLGATE_CLOCK", "recorded")
}

/// What `slo status` says: its exit code, and the state and level of each service.
fn status(world: &World, service: Option<&str>) -> (i32, BTreeMap<String, (String, String)>) {
    let folder = world.policies().display().to_string();
    let options = ["--format", "json", "--policies", &folder];
    let arguments: Vec<&str> = ["slo", "status"].into_iter().chain(service).chain(options).collect();
    let output = Command::new(tollgate_e2e::binary("tollgate").unwrap())
        .args(arguments)
        .env_clear()
        .envs(world.environment())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "{errors}");
    let page: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let of = |row: &Value| (text(&row["fact"], "service"), (text(row, "state"), text(row, "level")));
    (output.status.code().unwrap(), page["objectives"].as_array().unwrap().iter().map(of).collect())
}

/// What people are notified of, by service: what is remembered after a sweep.
fn levels(world: &World) -> BTreeMap<String, String> {
    let ledger = rusqlite::Connection::open(world.folder().join("ledger.sqlite")).unwrap();
    let mut states =
        ledger.prepare("SELECT key, body FROM documents WHERE collection LIKE '[\"state\",\"slo\"%'").unwrap();
    let found = states.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let level = |(key, body): (String, String)| {
        let body: Value = serde_json::from_str(&body).unwrap();
        let service = key.split('\u{1f}').next().unwrap().to_owned();
        let level = body["subjects"][format!("slo/{service}/o")]["observed"].as_str().unwrap_or("ok").to_owned();
        (service, level)
    };
    found.map(Result::unwrap).map(level).collect()
}

fn rules(answer: &Value, gate: &str) -> Vec<String> {
    let findings = answer["findings"].as_array().unwrap().iter();
    findings.filter_map(|finding| Some(finding["rule"].as_str()?.strip_prefix(gate)?.to_owned())).collect()
}

async fn rollout(gate: &Function, service: &str, purpose: &str) -> Value {
    let question = json!({"service": service, "environment": "production", "purpose": purpose});
    gate.http("POST", "/v1/gates/slo", &[], &question.to_string()).await.body
}

async fn changed(gate: &Function, service: &str, purpose: &str) -> Value {
    let mut asked = change(service, &format!("{service}/{purpose}"));
    asked["purpose"] = json!(purpose);
    gate.ask(None, &asked).await.body
}

#[tokio::test]
async fn status_gates_and_notices_say_the_same() {
    let world = world();
    let (slo_gate, change_gate) = (world.slo_gate().await, world.change_gate().await);
    let swept = invoke(&slo_gate, "a", schedule(0)).await;
    assert_eq!(swept["saw"]["failed"], 0, "{swept:#}");
    let (levels, (_, rows)) = (levels(&world), status(&world, None));
    let mut wrong = String::new();
    for case in CASES {
        let name = case.name;
        let (rollout, changed) =
            (rollout(&slo_gate, name, "feature").await, changed(&change_gate, name, "feature").await);
        let (state, shown) = &rows[name];
        let notified = levels.get(name).map_or("ok", String::as_str);
        let found =
            [state.as_str(), rollout["verdict"].as_str().unwrap_or("-"), changed["verdict"].as_str().unwrap_or("-")];
        let found = (found, [shown.as_str(), notified]);
        // One of the owner's must approve of holes, and the review of a change has that already.
        let of_change = if case.rule == "datapoints" { "allow" } else { case.verdict };
        let expected = ([case.status.0, case.verdict, of_change], [case.level, case.level]);
        let (rollout_rules, change_rules) = (rules(&rollout, "slo."), rules(&changed, "change."));
        let says = |rules: &[String]| {
            case.rule.is_empty() || case.rule.split(' ').any(|rule| rules.iter().any(|found| found == rule))
        };
        if found != expected || !says(&rollout_rules) || !says(&change_rules) {
            writeln!(wrong, "{name}: {found:?}, expected {expected:?}; rules {rollout_rules:?} and {change_rules:?}")
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    // People hear of what is bad at once, and of what is not known when it has stayed so.
    let notified = CASES.iter().filter(|case| matches!(case.level, "page" | "ticket")).count();
    assert_eq!(swept["saw"]["notices"], notified, "{swept:#}");
    for case in [&CASES[0], &CASES[1], CASES.iter().find(|case| case.status.1 == 3).unwrap()] {
        assert_eq!(status(&world, Some(case.name)).0, case.status.1, "{}", case.name);
    }
}

/// What stops a feature lets a rollback through. The change gate asks one more of the owner's where the rollout passes, since
/// who approved of it knew nothing of the budget; and without telemetry it takes an emergency there, which names an incident.
#[tokio::test]
async fn a_rollback_is_denied_for_nothing_that_is_known_of_objectives() {
    let world = world();
    let (slo_gate, change_gate) = (world.slo_gate().await, world.change_gate().await);
    for (name, expected) in [
        ("page-fast", ("allow", "pending")),
        ("spent-120", ("allow", "pending")),
        ("alert-page", ("allow", "pending")),
        ("undecided", ("pending", "pending")),
        ("never", ("pending", "deny")),
        ("vanished", ("allow", "allow")),
    ] {
        let (rollout, changed) =
            (rollout(&slo_gate, name, "rollback").await, changed(&change_gate, name, "rollback").await);
        let found = (rollout["verdict"].as_str().unwrap(), changed["verdict"].as_str().unwrap());
        assert_eq!(found, expected, "{name}: {rollout:#} {changed:#}");
    }
}
