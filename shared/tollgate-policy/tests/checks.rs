//! What is refused at load, with file, line and what to write instead.

mod support;

use support::{listed, quiet, refusals, rule};
use tollgate_policy::PolicySet;

const WARN: &str = "warn contains {\"message\": \"x\"} if";

/// The first line of a rule's body.
const FIRST: usize = 11;

fn refused(body: &str, line: usize, expected: &str) {
    let said = refusals(vec![rule("odd", "warn", body), quiet(), library()]);
    let place = format!("change/odd/odd.rego:{line}:");
    assert!(said.lines().any(|said| said.starts_with(&place) && said.contains(expected)), "{body}\nsays: {said}");
}

fn library() -> (String, String) {
    let text = "package tollgate.lib.clock\n\nlate(at) if at > 3\n\nnow := input.evaluated_at\n";
    ("lib/clock/clock.rego".into(), text.into())
}

#[test]
fn good_policies_are_loaded() {
    let body = "import data.tollgate.lib.clock\nimport data.tollgate.lib.clock as c\n\nwarn contains {\"message\": \
                sprintf(\"%s %5d\", [clock.now, 1])} if {\n\tc.late(4)\n\tsome slo in input.slos\n\tevery w in slo.windows { \
                w.total > 0 }\n\thelper(slo) == 1\n\tcount({x | some x in input.links; x != \"\"}, n)\n\tn > 2\n}\n\nhelper(_) := 1\n";
    assert_eq!(refusals(vec![rule("good", "warn", body), library(), quiet()]), "");
}

#[test]
fn sets() {
    refused("denny contains {\"message\": \"x\"}", FIRST, "nothing refers to `denny`, did you mean `deny`?");
    refused("other contains {\"message\": \"x\"}", FIRST - 2, "defines none of `deny`");
    refused("helper := 1\n\nwarn contains {\"message\": \"x\"}", FIRST, "nothing refers to `helper`");
    refused("warn := {\"message\": \"x\"}", FIRST, "write `warn contains");
    refused("warn if input.change.id", FIRST, "write `warn contains");
    refused("warn[id] := 1 if id := input.change.id", FIRST, "write `warn contains");
    refused("warn.x contains 1", FIRST, "write `warn contains");
    refused(&format!("default warn := set()\n\n{WARN} true"), FIRST, "`default warn` would hide");
    refused("deny contains {\"message\": \"x\"}", FIRST, "stronger than the metadata's `custom.effect: warn`");
    let weak = refusals(vec![rule("weak", "deny", "warn contains {\"message\": \"x\"}")]);
    assert!(weak.contains("declares `custom.effect: deny` and has no `deny`: declare `effect: warn`"), "{weak}");
}

#[test]
fn functions() {
    refused(&format!("{WARN} startwith(input.change.id, \"a\")"), FIRST, "did you mean `startswith`?");
    refused(&format!("{WARN} helpr(1)\n\nhelper(x) if x > 0"), FIRST, "did you mean `helper`?");
    refused(
        &format!("import data.tollgate.lib.clock\n\n{WARN} clock.lat(1)"),
        FIRST + 2,
        "has no function `lat`, did you mean `late`?",
    );
    refused(
        &format!("import data.tollgate.lib.clock\n\n{WARN} clock.late(1, 2, 3)"),
        FIRST + 2,
        "takes 1 arguments, and 3 are given",
    );
    refused(&format!("{WARN} startswith(input.change.id)"), FIRST, "takes 2 arguments, and 1 are given");
    refused(&format!("{WARN} not_there.at_all(1)"), FIRST, "no function `not_there.at_all`");
    refused(&format!("{WARN} regex.match(input.change.id, \"a\")"), FIRST, "must be a literal text");
    refused(&format!("{WARN} sprintf(\"%1000000000d\", [1]) != \"\""), FIRST, "wider than 99");
    refused(&format!("{WARN} x := -input.change.id"), FIRST, "write `0 - …`");
}

#[test]
fn references() {
    refused(&format!("{WARN} data.tollgate[_].quiet.warn"), FIRST, "reads whatever is there");
    refused(&format!("{WARN} data[input.change.id]"), FIRST, "reads whatever is there");
    refused(&format!("{WARN} count(data.tollgate.change.quiet.warn) > 0"), FIRST, "belongs to another rule");
    refused(
        &format!("import data.tollgate.change.quiet\n\n{WARN} count(quiet.warn) > 0"),
        FIRST,
        "belongs to another rule",
    );
    refused(&format!("import data.tollgate.lib.clok\n\n{WARN} clok.now"), FIRST, "did you mean `tollgate.lib.clock`?");
    refused(
        &format!("import data.tollgate.lib.clock\n\n{WARN} clock.nwo"),
        FIRST + 2,
        "does not define `nwo`, did you mean `now`?",
    );
    refused(&format!("{WARN} data.services.pay"), FIRST, "there is no `data.services`");
    refused(&format!("import data.tollgate.lib.testing\n\n{WARN} testing.x"), FIRST, "there is no package");
    refused(&format!("{WARN} input.change.id == \"x\" with input as {{}}"), FIRST, "use it only in tests");
    refused(&format!("{WARN} misspelt > 1"), FIRST, "misspelt");
    refused(&format!("{WARN} {{\n\tx > 1\n\tsome x\n}}"), FIRST + 1, "");
}

#[test]
fn files() {
    let (_, text) = rule("odd", "warn", "warn contains {\"message\": \"x\"}");
    let said = refusals(vec![("change/other/other.rego".into(), text.clone())]);
    assert!(said.contains("change/other/other.rego:9: holds `package tollgate.change.odd`"), "{said}");
    let said = refusals(vec![quiet(), ("change/gone/gone_test.rego".into(), "package x".into())]);
    assert!(said.contains("tests `change/gone/gone.rego`, which is not there"), "{said}");
    let quiet_again = quiet().1.replace("tollgate.change.quiet", "tollgate.lib.clock");
    let said = refusals(vec![quiet(), library(), ("lib/clock.rego".into(), quiet_again)]);
    assert!(
        said.contains("lib/clock/clock.rego: holds the same `package tollgate.lib.clock` as `lib/clock.rego`"),
        "{said}"
    );
    let said = refusals(vec![
        quiet(),
        ("change/odd/odd.rego.txt".into(), text.clone()),
        ("change/odd/odd_test.rego".into(), "package tollgate.change.odd_test".into()),
    ]);
    assert_eq!(
        said,
        "change/odd/odd.rego.txt: ends in `.rego.txt`, so nothing reads it as what it is: rename it to `odd.rego`, or remove it"
    );
    assert!(refusals(Vec::new()).contains("no rule is there"));
    assert!(refusals(vec![library()]).contains("no rule is there"));
    let said =
        refusals(vec![quiet(), ("change/odd/odd.rego".into(), text.replace("if", "").replace("{\"message\"", "{"))]);
    assert!(said.starts_with("change/odd/odd.rego:11: "), "{said}");
    let said = refusals(vec![("change/odd/odd.rego".into(), "package tollgate.change.odd\n".into())]);
    assert!(said.contains("change/odd/odd.rego:1: has no metadata"), "{said}");
}

#[cfg(unix)]
#[test]
fn folders() {
    let folder = tempfile::tempdir().unwrap();
    let (path, text) = quiet();
    std::fs::create_dir_all(folder.path().join("change/quiet")).unwrap();
    std::fs::write(folder.path().join(path), text).unwrap();
    let without = PolicySet::load(folder.path()).unwrap_err()[0].to_string();
    assert!(
        without.starts_with("expected_rules.yaml: is not there") && without.contains("policies expect"),
        "{without}"
    );
    let (path, text) = listed();
    std::fs::write(folder.path().join(path), text).unwrap();
    let loaded = PolicySet::load(folder.path()).unwrap();
    assert_eq!(loaded.revision(), PolicySet::from_sources(vec![quiet(), listed()]).unwrap().revision());

    let refused = |expected: &str| {
        let errors = PolicySet::load(folder.path()).unwrap_err();
        let said = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(expected), "{said}");
    };
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("x.yaml"), "a: 1").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("data")).unwrap();
    refused("data: is a link to");
    std::fs::remove_file(folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    refused("");
    std::fs::remove_file(folder.path().join("loop")).unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/big.yaml"), "x".repeat(5 << 20)).unwrap();
    refused("data/big.yaml: has 5242880 bytes, over the limit");
    std::fs::write(folder.path().join("data/big.yaml"), [0xff, 0xfe]).unwrap();
    refused("cannot be read as UTF-8");
    std::fs::remove_file(folder.path().join("data/big.yaml")).unwrap();
    std::fs::write(folder.path().join("change/quiet/quiet.rego~"), "x").unwrap();
    refused("change/quiet/quiet.rego~: is left behind by an editor");
    std::fs::remove_file(folder.path().join("change/quiet/quiet.rego~")).unwrap();
    std::fs::write(folder.path().join("change/quiet/data.yaml"), "x: 1").unwrap();
    refused("change/quiet/data.yaml: is not read: thresholds belong into `data/settings/defaults.yaml`");
    std::fs::remove_file(folder.path().join("change/quiet/data.yaml")).unwrap();
    std::fs::write(folder.path().join(".manifest"), r#"{"roots": ["tollgate/slo"]}"#).unwrap();
    refused(".manifest:1:11: the roots, `tollgate/slo`, do not cover `change/quiet/quiet.rego`: write `tollgate`");
    std::fs::write(folder.path().join(".manifest"), r#"{"roots": ["tollgate"]}"#).unwrap();
    std::fs::write(folder.path().join(".DS_Store"), [0, 1]).unwrap();
    PolicySet::load(folder.path()).unwrap();
    assert!(PolicySet::load(&folder.path().join("none")).unwrap_err()[0].to_string().contains("cannot be read"));
}
