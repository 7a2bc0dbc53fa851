//! A pack that is in order, one change to it, and the whole of what is said.

#[path = "doubts_tests.rs"]
mod doubts;

use std::collections::BTreeMap;

use super::{
    Catalogue,
    tests::{DEFAULTS, SERVICE, TEAM},
};
use crate::{
    data::DataError,
    finding::Mode,
    rule::{Rule, Rules, SubjectKind, WaivedBy, WaiverTerms},
};

const DB: (&str, &str) =
    ("data/services/db.yaml", "name: db\ntier: tier_2\nowner: storage\nenvironments: [production, staging]\n");
const STORAGE: (&str, &str) = ("data/teams/storage.yaml", "name: storage\nmembers: ['github:8', 'github:9']\n");
const FREEZE: (&str, &str) = (
    "data/calendars/c.yaml",
    "freezes:\n  - name: year-end\n    owner: storage\n    reason: r\n    time_zone: UTC\n    starts: 2026-12-18T18:00\n    \
     ends: 2027-01-04T06:00\n    environments: [production]\n    services: [pay]\n",
);

fn rules() -> Rules {
    let rule = |name: &str, of, by| Rule {
        name: name.to_owned(),
        owner: "storage".to_owned(),
        owner_at: DataError { column: Some(12), ..DataError::new("change/r/r.rego", 5, "") },
        mode: Mode::Enforce,
        waiver: WaiverTerms { of, by },
    };
    let read = vec![
        rule("change.freeze", Some(SubjectKind::Freeze), WaivedBy::AnotherTeam),
        rule("change.two_person", None, WaivedBy::Nobody),
        rule("change.budget", None, WaivedBy::Owner),
        rule("cost.pace", None, WaivedBy::Anyone),
    ];
    Rules { names: read.iter().map(|rule| rule.name.clone()).collect(), read }
}

fn load(changes: &[(&str, &str)]) -> Result<Catalogue, Vec<String>> {
    let pack = [DEFAULTS, SERVICE, TEAM, DB, STORAGE, FREEZE];
    let files: BTreeMap<String, String> =
        pack.iter().chain(changes).map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Catalogue::load(&files, &rules()).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// The pack's file with one part of it replaced.
fn changed((file, text): (&'static str, &'static str), from: &str, to: &str) -> (&'static str, String) {
    assert!(text.contains(from), "{from}");
    (file, text.replace(from, to))
}

fn waiver(changes: &[(&str, &str)]) -> String {
    let mut fields = BTreeMap::from([
        ("id", "w-1"),
        ("rule", "change.freeze"),
        ("freeze", "year-end"),
        ("service", "pay"),
        ("owner", "storage"),
        ("reason", "the bank moves"),
        ("starts_at", "2026-12-19T00:00:00Z"),
        ("expires_at", "2026-12-21T00:00:00Z"),
    ]);
    fields.extend(changes.iter().copied());
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<String> = fields.map(|(field, value)| format!("{field}: {value}")).collect();
    format!("  - {{{}}}\n", fields.join(", "))
}

fn waivers(entries: &[&[(&str, &str)]]) -> String {
    format!("waivers:\n{}", entries.iter().map(|changes| waiver(changes)).collect::<String>())
}

#[test]
fn names_that_lead_nowhere_are_each_said_once_with_place_and_near_name() {
    assert!(load(&[]).is_ok(), "{:?}", load(&[]));
    for ((file, text), expected) in [
        (
            changed(SERVICE, "owner: money", "owner: mony"),
            "data/services/pay.yaml:3:8: owner `mony` has no file in `data/teams`, did you mean `money`?: write one, or name \
             another",
        ),
        (
            changed(SERVICE, "[db]", "[dbb]"),
            "data/services/pay.yaml:5:16: dependency `dbb` has no file in `data/services`, did you mean `db`?: write one, or \
             name another",
        ),
        (
            changed(SERVICE, "[db]", "[d\u{432}]"),
            "data/services/pay.yaml:5:16: dependency `d\\u{432}` has no file in `data/services`, did you mean `db`?: write \
             one, or name another",
        ),
        (
            changed(FREEZE, "services: [pay]", "services: [pya]"),
            "data/calendars/c.yaml:9:16: service `pya` has no file in `data/services`, did you mean `pay`?: write one, or name \
             another",
        ),
        (
            changed(FREEZE, "[production]", "[prodution]"),
            "data/calendars/c.yaml:8:20: no service runs in `prodution`, did you mean `production`?: name an environment of one",
        ),
        (
            changed(FREEZE, "[production]", "[staging]"),
            "data/calendars/c.yaml:2:11: freeze `year-end` freezes nothing: none of its services runs in any of its \
             environments; name others",
        ),
        (
            changed(STORAGE, "name: storage", "name: Storage"),
            "data/teams/storage.yaml:1:7: the entry is named `Storage`: the file should be `Storage.yaml`",
        ),
        (
            changed(STORAGE, "'github:9'", "'GitHub:8 '"),
            "data/teams/storage.yaml:2:23: `GitHub:8 ` is there twice: remove one",
        ),
        (
            ("data/settings/teams/mony.yaml", "thresholds: {}\n".to_owned()),
            "data/settings/teams/mony.yaml: layer `mony` has no file in `data/teams`, did you mean `money`?: write one, or name \
             another",
        ),
        (
            ("data/settings/organisation.yaml", "modes:\n  change.freze: enforce\n".to_owned()),
            "data/settings/organisation.yaml:2:3: there is no rule `change.freze`, did you mean `change.freeze`?: name one of \
             `GATE/RULE/RULE.rego` as `GATE.RULE`",
        ),
        (
            ("data/teams/money.yml", TEAM.1.to_owned()),
            "data/teams/money.yml: is read as the same as `data/teams/money.yaml`: keep one of the two files",
        ),
        (
            ("data/teams/other.yaml~", String::new()),
            "data/teams/other.yaml~: is left behind by an editor or a merge, and nothing reads it: remove it",
        ),
    ] {
        assert_eq!(load(&[(file, &text)]).unwrap_err(), [expected]);
    }
}

#[test]
fn what_cannot_be_read_makes_no_other_name_wrong() {
    for ((file, text), expected) in [
        (
            changed(TEAM, "name: money", "nam: money"),
            "data/teams/money.yaml:1:1: there is no field `nam` here: write `name`",
        ),
        (
            changed(DB, "tier: tier_2", "tier: tier_9"),
            "data/services/db.yaml:2:7: `tier_9` is not possible here: write `tier_1`, `tier_2`, `tier_3`",
        ),
    ] {
        assert_eq!(load(&[(file, &text)]).unwrap_err(), [expected]);
    }
    // A calendar that cannot be read may have the freeze.
    let broken = changed(FREEZE, "reason: r", "raeson: r");
    let errors = load(&[(broken.0, &broken.1), ("data/waivers/w.yaml", &waivers(&[&[]]))]).unwrap_err();
    assert!(errors.len() == 1 && errors[0].starts_with("data/calendars/c.yaml:4:5: "), "{errors:?}");
}

#[test]
fn waivers_are_held_against_what_they_are_for() {
    assert_eq!(load(&[("data/waivers/w.yml", &waivers(&[&[]]))]).unwrap().waivers.len(), 1);
    for (changes, expected) in [
        (&[("rule", "change.frieze")][..], "there is no rule `change.frieze`, did you mean `change.freeze`?"),
        (&[("freeze", "")], "a waiver of `change.freeze` is for one freeze: write `freeze: NAME`"),
        (&[("freeze", "yearend")], "there is no freeze `yearend` in `data/calendars`, did you mean `year-end`?"),
        (&[("service", "db")], "the freeze `year-end` does not concern `db` there"),
        (&[("environments", "[staging]")], "`pay` does not run in `staging`"),
        (&[("owner", "money")], "`money` owns `pay` and may not waive `change.freeze` for itself: ask another team"),
        (&[("owner", "stroage")], "owner `stroage` has no file in `data/teams`, did you mean `storage`?"),
        (&[("rule", "change.two_person"), ("freeze", "")], "`change.two_person` cannot be waived: remove the waiver"),
        (
            &[("rule", "change.budget"), ("freeze", ""), ("owner", "money")],
            "only `storage`, which owns `change.budget`, may waive it",
        ),
        (&[("expires_at", "2027-06-21T00:00:00Z")], "it would last 184 days, and 90 at most are possible"),
        (&[("expires_at", "2026-12-19T00:00:00Z")], "`expires_at` is not after `starts_at`"),
        (&[("expires_at", "2026-02-30T00:00:00Z")], "`expires_at: 2026-02-30T00:00:00Z` is not a time such as"),
        (&[("starts_at", "")], "no `starts_at`: write it here"),
        (&[("reason", "' '")], "the reason is empty"),
        (
            &[("rule", "change.budget")],
            "no finding of `change.budget` is about a freeze, so this would waive nothing: remove `freeze`",
        ),
        (
            &[("rule", "cost.pace"), ("freeze", ""), ("change", "pay/7")],
            "no finding of `cost.pace` is about a change, so this would waive nothing: remove `change`",
        ),
        (&[("change", "' '")], "no change has an empty id: write the id of one, or remove `change`"),
        (&[("budget", "b")], "names several of `freeze`, `objective` and `budget`"),
    ] {
        let errors = load(&[("data/waivers/w.yaml", &waivers(&[changes]))]).unwrap_err();
        let in_file = errors.iter().all(|error| error.starts_with("data/waivers/w.yaml:2:"));
        assert!(in_file && errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
    let errors = load(&[("data/waivers/w.yaml", &waivers(&[&[], &[]]))]).unwrap_err();
    assert!(
        errors[0].contains("w.yaml:3:") && errors[0].contains("there is a waiver `w-1` at data/waivers/w.yaml:2:"),
        "{errors:?}"
    );
}

#[test]
fn waivers_that_are_over_unused_overlapping_or_not_yet_in_force_are_listed() {
    let said = |now: &str, entries: &[&[(&str, &str)]]| -> String {
        let catalogue = load(&[("data/waivers/w.yaml", &waivers(entries))]).unwrap();
        catalogue.reminders(now.parse().unwrap()).iter().map(|reminder| format!("{reminder}\n")).collect()
    };
    assert_eq!(said("2026-12-20T00:00:00Z", &[&[]]), "");
    for (now, entries, expected) in [
        ("2026-12-22T00:00:00Z", &[&[][..]][..], "waiver `w-1` expired at 2026-12-21T00:00:00+00:00: remove it"),
        ("2026-12-18T00:00:00Z", &[&[]], "waiver `w-1` is not yet in force: it begins at 2026-12-19T00:00:00+00:00"),
        ("2026-12-20T00:00:00Z", &[&[], &[("id", "w-2")]], "waiver `w-2` is for what `w-1` is for at the same time"),
        (
            "2026-12-01T00:00:00Z",
            &[&[("starts_at", "2026-12-01T00:00:00Z"), ("expires_at", "2026-12-02T00:00:00Z")]],
            "waiver `w-1` is not used: its freeze is not in force at any time of it",
        ),
        ("2027-02-01T00:00:00Z", &[&[]], "data/calendars/c.yaml:2:11: freeze `year-end` is over: remove it"),
    ] {
        assert!(said(now, entries).contains(expected), "{expected}: {}", said(now, entries));
    }
}

#[test]
fn the_mode_in_force_is_that_of_the_last_layer_that_sets_it() {
    let (file, defaults) =
        changed(DEFAULTS, "thresholds:", "modes: {change.budget: {value: enforce, loosenable: true}}\nthresholds:");
    let layer = ("data/settings/services/pay.yaml", "modes: {change.budget: shadow}\n");
    let catalogue = load(&[(file, &defaults), layer]).unwrap();
    let mode = catalogue.mode_of("change.budget", Mode::Enforce);
    assert_eq!((mode.mode, mode.set_by), (Mode::Enforce, None));
    assert_eq!(mode.elsewhere, BTreeMap::from([("service pay".to_owned(), Mode::Shadow)]));
    assert_eq!(catalogue.settings_of("pay").modes_set_by["change.budget"], "data/settings/services/pay.yaml");
    let organisation = ("data/settings/organisation.yaml", "pinned: [modes.change.budget]\n");
    let errors = load(&[(file, &defaults), layer, organisation]).unwrap_err();
    assert!(
        errors[0].starts_with("data/settings/services/pay.yaml:1:9: `modes.change.budget: shadow` would loosen"),
        "{errors:?}"
    );
}

#[test]
fn more_approvers_than_a_team_has_are_refused() {
    let (file, defaults) = changed(
        DEFAULTS,
        "  change:\n",
        "  change:\n    emergency_approvals: {value: 1, tighter: higher, meaning: m}\n    approvals_required: {production: \
         {tier_1: {value: 1, tighter: higher, meaning: m}, tier_2: {value: 1, tighter: higher, meaning: m}}}\n",
    );
    let layer =
        |people: u32| format!("thresholds: {{change: {{approvals_required: {{production: {{tier_2: {people}}}}}}}}}\n");
    assert!(load(&[(file, &defaults), ("data/settings/teams/storage.yaml", &layer(2))]).is_ok());
    let errors = load(&[(file, &defaults), ("data/settings/teams/storage.yaml", &layer(50))]).unwrap_err();
    assert_eq!(
        errors,
        [
            "data/settings/teams/storage.yaml:1:57: `thresholds.change.approvals_required.production.tier_2: 50` cannot be met for \
          `db`: its team `storage` has 2 members; write 0 to 2"
        ]
    );
}
