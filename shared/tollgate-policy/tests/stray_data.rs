//! A small pack, one change to it, and what the check and the load of a gate both say.
#![allow(clippy::unwrap_used, reason = "a test fails where it has to")]

mod support;

use std::{fs, path::Path};

use serde_json::json;
use support::{listed, quiet, rule};
use tollgate_policy::{PolicySet, tools};

const DEFAULTS: &str = "thresholds:
  slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}}
  change:
    history_window_seconds: {value: 1, tighter: fixed, meaning: m}
    approval_max_age_seconds: {value: 1, tighter: lower, meaning: m}
  cost:
    spend_max_age_seconds: {value: 1, tighter: lower, meaning: m}
    spend_max_lag_days: {value: 1, tighter: lower, meaning: m}
    weekday_min_weeks: {value: 1, tighter: higher, meaning: m}
  decision:
    allow_valid_seconds: {value: 1, tighter: lower, meaning: m}
    deny_valid_seconds: {value: 1, tighter: lower, meaning: m}
    pending_valid_seconds: {value: 1, tighter: lower, meaning: m}
";
const WAIVER: &str = "waivers:
- {id: w, rule: change.quiet, service: pay, owner: team-test, reason: r, starts_at: 2026-12-01T00:00:00Z, expires_at: 2026-12-02T00:00:00Z}
";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn pack() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ((path, text), (list, rules)) = (quiet(), listed());
    for (path, text) in [
        (path.as_str(), text.as_str()),
        (list.as_str(), rules.as_str()),
        ("data/settings/defaults.yaml", DEFAULTS),
        ("data/teams/team-test.yaml", "name: team-test\nmembers: [a, b]\n"),
        ("data/services/pay.yaml", "name: pay\ntier: tier_1\nowner: team-test\nenvironments: [production]\n"),
        (".manifest", "{\"roots\": [\"tollgate\"]}\n"),
    ] {
        write(folder.path(), path, text);
    }
    folder
}

/// What a gate that is started with it says.
fn load(folder: &Path) -> Vec<String> {
    let loaded = PolicySet::load(folder).and_then(|policies| policies.catalogue());
    loaded.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// What the check says, but for what only a reviewer minds.
fn check(folder: &Path) -> Vec<String> {
    let found = tools::check(folder, |_| json!(true)).map_or_else(|errors| errors, |checked| checked.problems);
    found.iter().map(ToString::to_string).filter(|said| !said.contains("has no tests")).collect()
}

#[test]
fn what_is_wrong_is_said_once_by_the_check_and_keeps_a_gate_from_starting() {
    let folder = pack();
    assert_eq!((load(folder.path()), check(folder.path())), (Vec::new(), Vec::new()));
    let stranger = rule("odd", "warn", "warn contains {\"message\": \"x\"} if input.change.id == \"x\"")
        .1
        .replace("team-test", "team-tset");
    let nobody = rule("odd", "warn", "warn contains {\"message\": \"x\"} if input.change.id == \"x\"").1;
    let nobody = nobody.replace("#   runbook", "#   waiver: {by: nobody}\n#   runbook");
    for (files, expected) in [
        (
            &[("change/odd/odd.rego", stranger.as_str())][..],
            "change/odd/odd.rego:5:12: owner `team-tset` has no file in `data/teams`, did you mean `team-test`?: write one, or \
             name another",
        ),
        (
            &[("data/waivers/w.yaml", &WAIVER.replace("change.quiet", "change.quit"))],
            "data/waivers/w.yaml:2:17: there is no rule `change.quit`, did you mean `change.quiet`?: name one of \
             `GATE/RULE/RULE.rego` as `GATE.RULE`",
        ),
        (
            &[("change/odd/odd.rego", &nobody), ("data/waivers/w.yaml", &WAIVER.replace("quiet", "odd"))],
            "data/waivers/w.yaml:2:17: `change.odd` cannot be waived: remove the waiver",
        ),
        (
            &[("data/settings/organisation.yml", "modes:\n  change.quit: enforce\n")],
            "data/settings/organisation.yml:2:3: there is no rule `change.quit`, did you mean `change.quiet`?: name one of \
             `GATE/RULE/RULE.rego` as `GATE.RULE`",
        ),
        (
            &[("data/settings/organisation.yml", "modes: {change.quiet: shadow}\n")],
            "data/settings/organisation.yml:1:9: `modes.change.quiet: shadow` would loosen: a rule that is enforced may go to \
             shadow only where `data/settings/defaults.yaml` declares `modes.change.quiet: {value: enforce, loosenable: true}`",
        ),
        (
            &[("data/settings/services/x.json", "{}")],
            "data/settings/services/x.json: data are read from files that end in `.yaml` or `.yml`: rename it to `x.yaml`, or \
             remove it",
        ),
        (
            &[("data/services/.pay.yaml.swp", "x")],
            "data/services/.pay.yaml.swp: is left behind by an editor or a merge, and nothing reads it: remove it",
        ),
        (
            &[("change/quiet/data.json", "{}")],
            "change/quiet/data.json: is not read: thresholds belong into `data/settings/defaults.yaml`, and what rules read as \
             `data` into `data.yaml` in the folder of the policies; move it there",
        ),
        (
            &[(".manifest", "{\"roots\": [\"tollgate\", \"tollgate/change\"]}")],
            ".manifest:1:24: the roots `tollgate` and `tollgate/change` overlap: keep the wider one",
        ),
    ] {
        let folder = pack();
        files.iter().for_each(|(path, text)| write(folder.path(), path, text));
        assert_eq!(load(folder.path()), [expected], "by the load");
        assert_eq!(check(folder.path()), [expected], "by the check");
    }
}

#[test]
fn a_rule_that_cannot_be_read_makes_no_waiver_and_no_mode_wrong() {
    let folder = pack();
    write(folder.path(), "change/quiet/quiet.rego", "package tollgate.change.quiet\n\nwarn contains {\n");
    write(folder.path(), "data/waivers/w.yaml", WAIVER);
    write(
        folder.path(),
        "data/settings/organisation.yaml",
        "modes: {change.quiet: shadow}\npinned: [modes.change.quiet]\n",
    );
    write(folder.path(), "data/teams/odd.yaml", "nam: odd\n");
    let said = check(folder.path());
    assert!(
        said.len() == 2 && said[0].starts_with("change/quiet/quiet.rego:"),
        "everything at once, in order: {said:?}"
    );
    assert_eq!(said[1], "data/teams/odd.yaml:1:1: there is no field `nam` here: write `name`");
}
