//! What is hardly meant, and how what is wrong in many places is said.

use super::{DB, DEFAULTS, FREEZE, SERVICE, STORAGE, changed, load};

#[test]
fn a_team_that_is_too_small_for_what_its_service_needs_is_listed() {
    let need = |environment: &str, people: u32| {
        format!("{environment}: {{tier_1: {{value: {people}, tighter: higher, meaning: m}}}}")
    };
    let said = |needs: &str, environments: &str| -> Vec<String> {
        let more = format!("  change:\n    approvals_required: {{{needs}}}\n");
        let (file, defaults) = changed(DEFAULTS, "  change:\n", &more);
        let (_, service) = changed(SERVICE, "[production]", environments);
        let catalogue = load(&[(file, &defaults), (SERVICE.0, &service)]).unwrap();
        let now = "2026-12-20T00:00:00Z".parse().unwrap();
        catalogue.reminders(now).iter().map(ToString::to_string).collect()
    };
    let production = "data/services/pay.yaml: `pay` needs 2 approvals of its team `money`, which has 1 member \
                      (`thresholds.change.approvals_required.production.tier_1`): what needs them is never approved; add members, \
                      or name another owner";
    assert_eq!(said(&need("production", 2), "[production]"), [production]);
    assert_eq!(said(&need("production", 1), "[production]"), [""; 0]);
    let all = [need("production", 2), need("staging", 0)].join(", ");
    assert_eq!(said(&all, "[production, staging]"), [production]);
    // An environment without numbers of its own is judged as production.
    assert_eq!(said(&need("production", 2), "[production, europe]"), [production]);
}

#[test]
fn an_environment_that_is_anothers_but_for_a_letter_is_listed() {
    let said = |environments: &str| -> Vec<String> {
        let (_, service) = changed(SERVICE, "[production]", environments);
        let (_, freeze) = changed(FREEZE, "    environments: [production]\n", "");
        let cache = DB.1.replace("name: db", "name: cache");
        let pack = [(SERVICE.0, service.as_str()), (FREEZE.0, &freeze), ("data/services/cache.yaml", &cache)];
        let now = "2026-12-20T00:00:00Z".parse().unwrap();
        load(&pack).unwrap().reminders(now).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        said("[prodution]"),
        [
            "data/services/pay.yaml: `pay` alone runs in `prodution`, and `production` is an environment of 2 other services: \
             write that, if it is meant"
        ]
    );
    for right in ["[production]", "[production2]", "[europe]", "[sandbox, staging]"] {
        assert_eq!(said(right), [""; 0], "{right}");
    }
}

#[test]
fn an_environment_that_is_to_be_judged_mildly_and_is_none_is_listed() {
    let said = |listed: &str| -> Vec<String> {
        let more =
            format!("  change:\n    nonproduction_environments: {{value: {listed}, tighter: subset, meaning: m}}\n");
        let (file, defaults) = changed(DEFAULTS, "  change:\n", &more);
        let now = "2026-12-20T00:00:00Z".parse().unwrap();
        load(&[(file, &defaults)]).unwrap().reminders(now).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        said("[stagin, test]"),
        [
            "data/settings/defaults.yaml: `thresholds.change.nonproduction_environments` has `stagin`, which no service runs in: \
             write `staging`, if it is meant"
        ]
    );
    assert_eq!(said("[staging, test]"), [""; 0]);
}

#[test]
fn what_people_are_to_use_is_of_use() {
    for ((file, text), expected) in [
        (
            changed(STORAGE, "'github:9'", "9"),
            "data/teams/storage.yaml:2:23: `9` says nothing of where it is from: write for example `github:9`",
        ),
        (
            changed(STORAGE, "members:", "contact: ' '\nmembers:"),
            "data/teams/storage.yaml:2:10: `contact` is empty: write what people are to read there, or what the name is",
        ),
        (
            changed(DB, "tier: tier_2", "tier: tier_2\nrunbook: htps://wiki.example.com/db"),
            "data/services/db.yaml:3:10: `runbook: htps://wiki.example.com/db` is no address that people could open: write one \
             that begins with `https://`",
        ),
    ] {
        assert_eq!(load(&[(file, &text)]).unwrap_err(), [expected]);
    }
    let (file, text) = changed(STORAGE, "'github:9'", "dana@example.com, 'arn:aws:iam::111122223333:user/dana', dana");
    assert!(load(&[(file, &text)]).is_ok());
}

#[test]
fn many_places_with_one_fault_are_one_line() {
    let services: Vec<(String, String)> = ["a", "b", "c", "d", "e"]
        .map(|name| (format!("data/services/{name}.yaml"), DB.1.replace("name: db", &format!("name: {name}"))))
        .into();
    let mony = |count: usize| {
        let files = services.iter().take(count).map(|(file, text)| (file.as_str(), text.replace("storage", "stroage")));
        let files: Vec<_> = files.collect();
        load(&files.iter().map(|(file, text)| (*file, text.as_str())).collect::<Vec<_>>()).unwrap_err()
    };
    let message = "owner `stroage` has no file in `data/teams`, did you mean `storage`?: write one, or name another";
    assert_eq!(mony(3).len(), 3, "each has its place");
    assert_eq!(mony(5), [format!("data/services/a.yaml:3:8: {message} (and in 4 more places)")]);
}
