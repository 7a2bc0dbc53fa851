//! The `tollgate` command for whoever makes a mistake: what is wrong and what to do, and never a backtrace.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{fs, process::Command};

/// Runs it in an empty environment that asks for backtraces; gives whether it was content, and what it said.
fn tollgate(arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let output = Command::new(tollgate_e2e::binary("tollgate").unwrap())
        .args(arguments)
        .current_dir(tollgate_e2e::workspace())
        .env_clear()
        .envs([("RUST_BACKTRACE", "1"), ("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")])
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn a_mistake_is_a_line_that_says_what_to_do() {
    let record = ["record", "--service", "payments-api", "--out", "/nowhere/telemetry.json"];
    // The shipped objectives name their region themselves.
    let folder = tempfile::TempDir::new().unwrap();
    let slos = folder.path().join("data/slos");
    fs::create_dir_all(&slos).unwrap();
    let shipped = tollgate_e2e::workspace().join("policies/data/slos/payments-api.yaml");
    let without_region: String =
        fs::read_to_string(shipped).unwrap().split_inclusive('\n').filter(|line| !line.contains("Region:")).collect();
    fs::write(slos.join("payments-api.yaml"), without_region).unwrap();
    let elsewhere = [&record[..], &["--policies", folder.path().to_str().unwrap()]].concat();
    let region = ("AWS_REGION", "eu-central-1");
    for (arguments, environment, expected) in [
        (&elsewhere[..], &[][..], "error: no AWS region is set: set `AWS_REGION`"),
        (&elsewhere, &[region], "error: no AWS credentials were found"),
        (&record, &[], "error: no AWS credentials were found: set `AWS_ACCESS_KEY_ID`"),
        (
            &["record", "--service", "pay", "--out", "x"],
            &[region],
            "error: no objectives of `pay` in policies/data/slos",
        ),
        (&["replay", "--last", "3", "--ledger", "sqlite:nowhere"], &[], "error: there is no ledger at `nowhere`"),
        (&["replay", "--last", "0"], &[], "error: invalid value '0' for '--last <COUNT>'"),
        (&["schema", "--policies", "/dev/null"], &[], "error: cannot make /dev/null/schemas: "),
    ] {
        let (content, said) = tollgate(arguments, environment);
        assert!(!content && said.starts_with(expected), "{arguments:?}: {said}");
        assert!(!said.to_lowercase().contains("backtrace") && said.lines().count() < 8, "{said}");
    }
}

#[test]
fn help_names_the_same_thing_alike_everywhere() {
    for command in [
        &["policies", "test"][..],
        &["policies", "check"],
        &["policies", "new"],
        &["policies", "expect"],
        &["policies", "catalogue"],
        &["record"],
        &["replay"],
        &["schema"],
        &["slo", "check"],
        &["slo", "status"],
        &["slo", "import"],
    ] {
        let (_, help) = tollgate(&[command, &["--help"]].concat(), &[]);
        assert!(help.contains("--policies <FOLDER>"), "{help}");
    }
    let (_, help) = tollgate(&["policies", "test", "--help"], &[]);
    assert!(help.contains("[PATTERN]...") && help.contains("--run <PATTERN>"), "{help}");
}
