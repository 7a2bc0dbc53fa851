//! `tollgate slo …` as it is typed: what it says, and with which code it ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::{fs, path::Path, process::Command};

/// Runs it in the checkout; gives its exit code and what it said.
fn tollgate(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env_clear()
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nowhere")])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains('\u{1b}'), "no colours where nobody sees them: {said}");
    (output.status.code().unwrap(), said)
}

const RECORDED: &str = "recorded:infra/demo/telemetry.json";

const SLO: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
spec:
  service: payments-api
  indicator:
    spec:
      ratioMetric:
        good: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: Good}}}
        total: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: All}}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
";

const GATE: &str = "\
spec_version: '1.0'
objectives:
  - sli: response_time_p95
    pass: [{criteria: ['<=+10%', '<600']}]
  - sli: error_rate
    pass: [{criteria: ['<=1']}]
  - sli: throughput
total_score: {pass: '90%', warning: '75%'}
";

#[test]
fn the_shipped_objectives_are_in_order() {
    let (code, said) = tollgate(&["slo", "check", "--strict"]);
    assert!(code == 0 && said.ends_with(" services, all in order\n"), "{said}");
}

#[test]
fn a_mistake_is_a_place_and_what_to_write() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("pay.yaml");
    let check = |text: &[u8], options: &[&str]| {
        fs::write(&file, text).unwrap();
        let (code, said) = tollgate(&[&["slo", "check", file.to_str().unwrap()], options].concat());
        (code, said.replace(&format!("{}/", folder.path().display()), ""))
    };
    assert_eq!(check(SLO.as_bytes(), &[]), (0, "1 objective of 1 service, all in order\n".to_owned()));
    let line_18 = "    - target: 0.999\n    - target: 0.999\n";
    for (from, to, expected) in [
        ("  objectives:", "  objectivs:", ":16:3: there is no field `objectivs` here: write `objectives`\n"),
        ("    - duration: 30d", "\t- duration: 30d", ":13:2: a tab cannot indent YAML: write blanks instead"),
        ("  service: payments-api", "   service: payments-api", ":7:"),
        ("30d", "30days", ":13:17: the duration `30days` is not a number with a unit: write `30d`\n"),
        (
            "0.999",
            "99.9",
            ":17:15: `target: 99.9` must be at least 0 and less than 1: write for example `target: 0.999`",
        ),
        (
            "Occurrences",
            "occurrences",
            ":15:20: there is no method `occurrences`: write `budgetingMethod: Occurrences`",
        ),
        ("    - target: 0.999\n", line_18, ":18:7: the same target as in line 17"),
        (SLO, "", ": nothing is in it: write an SLO"),
    ] {
        assert!(SLO.contains(from), "{from}");
        let (code, said) = check(SLO.replace(from, to).as_bytes(), &[]);
        assert!(code == 1 && said.starts_with("pay.yaml:") && said.contains(expected), "{to:?}: {said}");
    }
    let young = |since: &str| {
        let since = format!("  name: availability\n  annotations: {{tollgate.dev/since: '{since}'}}\n");
        check(SLO.replace("  name: availability\n", &since).as_bytes(), &[])
    };
    let (code, said) = young("2999-11-01");
    assert!(code == 1 && said.contains("is measured only from 2999-11-01T00:00:00Z on, which has not come"), "{said}");
    assert_eq!(young("2020-11-01").0, 0);
    let (code, said) = check(b"kind: SLO\n\xff\xfe", &[]);
    assert!(code == 1 && said.starts_with("pay.yaml:2: is no text in UTF-8"), "{said}");
    let (code, said) = check(&[b'#'; 5 << 20], &[]);
    assert!(code == 1 && said.starts_with("pay.yaml: is larger than 4 MiB"), "{said}");

    let prometheus = SLO.replace("CloudWatch", "Prometheus");
    let nameless = check(prometheus.as_bytes(), &["--syntax-only"]);
    assert!(nameless.0 == 1 && nameless.1.contains(":8:5: no `metadata` of the indicator"), "{}", nameless.1);
    let prometheus = prometheus.replace("  indicator:\n", "  indicator:\n    metadata: {name: answers}\n");
    assert_eq!(check(prometheus.as_bytes(), &[]).0, 1);
    assert_eq!(check(prometheus.as_bytes(), &["--syntax-only"]).0, 0);
}

#[test]
fn a_warning_is_an_error_where_that_is_asked_for() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("alert.yaml");
    let condition = "{kind: burnrate, threshold: 2000, lookbackWindow: 1h}";
    let policy = format!(
        "{{metadata: {{name: never}}, spec: {{alertWhenBreaching: true, conditions: [{{metadata: {{name: fast}}, \
         spec: {{severity: page, condition: {condition}}}}}]}}}}"
    );
    fs::write(&file, format!("{SLO}  alertPolicies: [{policy}]\n")).unwrap();
    let named = file.to_str().unwrap();
    let (code, said) = tollgate(&["slo", "check", named]);
    assert!(code == 0 && said.contains("warning: the alert `never` is out of reach"), "{said}");
    assert_eq!(tollgate(&["slo", "check", named, "--strict"]).0, 1);
}

#[test]
fn status_works_without_an_account() {
    let (code, said) = tollgate(&["slo", "status", "--telemetry", RECORDED]);
    assert_eq!(code, 2, "{said}");
    assert!(said.starts_with("judged at "), "{said}");
    let rows: Vec<&str> = said.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    let worst = rows[1];
    assert!(worst.starts_with("ledger-db/availability") && worst.ends_with("burning"), "{said}");
    let absent = rows.iter().find(|row| row.starts_with("search-api/availability")).unwrap();
    assert!(absent.ends_with("no data") && !absent.contains(" 0"), "{said}");
    assert!(said.contains("card-payment/weakest-link") && said.contains("worst of 3"), "{said}");

    let (code, said) = tollgate(&["slo", "status", "payments-api", "--telemetry", RECORDED]);
    assert!(code == 0 && said.contains("of what it needs:") && !said.contains("search-api"), "{said}");
    assert_eq!(tollgate(&["slo", "status", "search-api", "--telemetry", RECORDED]).0, 3);
    let (code, json) = tollgate(&["slo", "status", "payments-api", "--telemetry", RECORDED, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["objectives"][0]["fact"]["service"]), (0, &"payments-api".into()));
}

#[test]
fn what_cannot_be_shown_is_neither_good_nor_burning() {
    for (arguments, expected) in [
        (&["slo", "status", "payment-api", "--telemetry", RECORDED][..], "did you mean `payments-api`?"),
        (&["slo", "status", "--telemetry", "recorded:nowhere.json"], "`nowhere.json` cannot be read"),
        (&["slo", "status", "--telemetry", "prometheus"], "is no source of telemetry"),
        (&["slo", "status", "--policies", "nowhere"], "nowhere"),
        (&["slo", "status"], "no AWS credentials were found"),
        (&["slo", "status", "--colour"], "unexpected argument"),
    ] {
        let (code, said) = tollgate(arguments);
        assert!(code == 1 && said.contains(expected), "{arguments:?} {code}: {said}");
    }
    assert_eq!(tollgate(&["slo", "status", "--help"]).0, 0);
}

/// The shipped data, without Keptn's.
fn data(policies: &Path) {
    for data in ["services", "teams", "slos", "settings"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/data").join(data);
        let to = policies.join("data").join(data);
        fs::create_dir_all(&to).unwrap();
        let files = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn a_gate_is_imported_once_and_its_differences_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let policies = folder.path().join("policies");
    data(&policies);
    let keptn = folder.path().join("payments-api");
    fs::create_dir(&keptn).unwrap();
    let file = keptn.join("slo.yaml");
    fs::write(&file, GATE).unwrap();
    let import = |options: &[&str]| {
        let named = ["slo", "import", file.to_str().unwrap(), "--policies", policies.to_str().unwrap()];
        tollgate(&[&named[..], options].concat())
    };
    // The service is the folder's.
    let (code, said) = import(&[]);
    assert_eq!(code, 0, "{said}");
    for expected in [
        "3 objectives, passes from 90 % of the score, with a warning from 75 %",
        "without a value (`response_time_p95`, `error_rate`)",
        "no earlier result to compare with (`response_time_p95`, with 1 earlier result)",
        "`throughput` without `pass` only informs",
        "payments-api.sli.yaml`:\n\nwindow_minutes: 15\nindicators:\n  \"response_time_p95\":\n    metricSource: ",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let written = policies.join("data/keptn/payments-api.yaml");
    assert_eq!(fs::read_to_string(&written).unwrap(), GATE);

    let (code, said) = import(&[]);
    assert!(code == 1 && said.contains("is there already: give `--force`"), "{said}");
    fs::write(&file, GATE.replace("90%", "80%")).unwrap();
    assert_eq!(import(&["--force"]).0, 0);
    assert!(fs::read_to_string(&written).unwrap().contains("80%"));

    let sli = folder.path().join("sli.yaml");
    let source = |name: &str| {
        format!(
            "  {name}: {{metricSource: {{type: CloudWatch, spec: {{Namespace: N, MetricName: {name}, Stat: Average}}}}}}\n"
        )
    };
    let named = |names: &[&str]| format!("indicators:\n{}", names.iter().map(|name| source(name)).collect::<String>());
    // An SLI that the gate needs is missing: no gate would start with it.
    fs::write(&sli, named(&["response_time_p95", "error_rate"])).unwrap();
    let (code, said) = import(&["--force", "--sli", sli.to_str().unwrap()]);
    assert!(code == 1 && said.contains("`throughput`") && said.contains("nothing is written"), "{said}");
    assert!(!policies.join("data/keptn/payments-api.sli.yaml").exists());
    fs::write(&sli, named(&["response_time_p95", "error_rate", "throughput"])).unwrap();
    let (code, said) = import(&["--force", "--sli", sli.to_str().unwrap()]);
    assert!(code == 0 && said.contains("its SLIs are read as") && !said.contains("window_minutes"), "{said}");
    assert!(policies.join("data/keptn/payments-api.sli.yaml").exists());

    let (code, said) = import(&["--service", "../payments-api"]);
    assert!(code == 1 && said.contains("there is no service `../payments-api`"), "{said}");
    // Keptn passes it whatever happens.
    fs::write(&file, "spec_version: '1.0'\nobjectives: [{sli: a}]\ntotal_score: {pass: '90%'}\n").unwrap();
    let (code, said) = import(&["--service", "ledger-db"]);
    assert!(code == 1 && said.contains("the gate would always pass"), "{said}");
    assert!(!policies.join("data/keptn/ledger-db.yaml").exists());
}
