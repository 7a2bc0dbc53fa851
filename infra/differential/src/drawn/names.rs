//! Texts, times and choices by the name of their field.

use fastrand::Rng;
use serde_json::Value;

use super::SERVICE;

/// The time that all drawn facts are judged at, as `evaluated_at` and `evaluated_at_seconds`.
pub(super) const NOW: (&str, i64) = ("2026-11-21T10:00:00Z", 1_795_255_200);

/// Windows of burn rates with their lengths in seconds.
pub(super) const WINDOWS: [(&str, i64); 7] =
    [("5m", 300), ("30m", 1_800), ("1h", 3_600), ("2h", 7_200), ("6h", 21_600), ("1d", 86_400), ("3d", 259_200)];

/// Texts that have led formats, patterns and quoting astray.
const ODD_TEXTS: [&str; 9] = ["", " ", "%d %s %%", "a\"b`c\\", "é 🙂", "null", "production ", "0", "Payments"];

/// What stands in a text field; `list` and `place` are where its element is.
pub(super) fn text(name: &str, list: &str, place: usize, odd: bool, rng: &mut Rng) -> String {
    let window = |rng: &mut Rng| rng.choice(WINDOWS).map_or("1h", |(label, _)| label);
    let mut one_of = |texts: &[&str]| rng.choice(texts).copied().unwrap_or_default().to_owned();
    match name {
        "name" | "id" | "decision_id" | "change_id" => format!("{list}-{place}"),
        // Of an estimate held against a budget: one of those that are there, or one that is not.
        "budget" => format!("budgets-{}", rng.usize(0..4)),
        "window" if !odd => "6h".to_owned(),
        "window" | "long" => window(rng).to_owned(),
        "short" if odd => window(rng).to_owned(),
        "short" => "5m".to_owned(),
        "severity" => one_of(if odd { &["PAGE", "warning", "low", "", "sev1"] } else { &["page", "ticket"] }),
        "environment" | "environments" | "non_essential" if odd => {
            one_of(&["prod", "staging", "staging", "development"])
        }
        "environment" | "environments" => "production".to_owned(),
        "non_essential" => "staging".to_owned(),
        "currency" => one_of(if odd { &["USD", "JPY"] } else { &["EUR"] }),
        "owner" | "groups" | "group" if odd => one_of(&["search", "platform", "incident-commanders"]),
        "owner" | "groups" | "group" => "payments".to_owned(),
        "by" | "author" => format!("github:{}", if odd { rng.usize(0..3) } else { place }),
        "schema" => "tollgate.facts/v1".to_owned(),
        "service" => SERVICE.to_owned(),
        "plan" if !odd => "redeploy build 1841".to_owned(),
        "incident" if odd => one_of(&["INC-7", " ", ""]),
        _ if odd => one_of(&ODD_TEXTS),
        _ => format!("{name} of {list}-{place}"),
    }
}

/// An instant around now: what ends, ends later, everything else was.
pub(super) fn instant(name: &str, odd: Option<i64>) -> String {
    let before = odd.unwrap_or(120);
    let ahead = matches!(name, "ends_at" | "expires_at" | "exhausted_at");
    let at = if ahead { NOW.1 + before } else { NOW.1 - before };
    chrono(at)
}

fn chrono(seconds: i64) -> String {
    let at = tollgate_core::Timestamp::from_timestamp(seconds, 0).unwrap_or_default();
    serde_json::to_value(at).ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A day of this month.
pub(super) fn day(rng: &mut Rng) -> String {
    format!("2026-11-{:02}", rng.u32(1..=30))
}

/// Which of several constants is the calm one, as far as its name says; else the first.
pub(super) fn calm_choice<'a>(name: &str, choices: &[&'a Value]) -> Option<&'a Value> {
    let wanted: &[&str] = match name {
        "status" => &["ok"],
        "verdict" | "result" | "class" => &["pass", "allow", "succeeded"],
        "purpose" => &["feature"],
        "type" => &["normal"],
        "event" | "unit" | "traffic" => &["events"],
        "method" => &["occurrences"],
        _ => &[],
    };
    let is_wanted = |choice: &&&Value| choice.as_str().is_some_and(|choice| wanted.contains(&choice));
    choices.iter().find(is_wanted).or_else(|| choices.first()).copied()
}

/// Whether a flag holds where all is well.
pub(super) fn calm_flag(name: &str) -> bool {
    !matches!(
        name,
        "exceeded" | "exceeds" | "exceeds_without" | "reached" | "holds" | "inside_period" | "beyond" | "risky"
    )
}

/// What is only there when somebody asked for it, or something is wrong.
pub(super) fn usually_absent(name: &str) -> bool {
    matches!(
        name,
        "canary"
            | "keptn"
            | "planned"
            | "cost"
            | "last_failure"
            | "next"
            | "made_of"
            | "slices"
            | "unit_cost"
            | "untagged"
            | "reconciliation"
            | "reason"
            | "incident"
            | "burning_since"
            | "risky"
            | "exhausted_on"
            | "exhausted_at"
            | "seconds_to_exhaustion"
            | "unreconciled_micros"
            | "outcome"
            | "newest_events"
            | "cause"
            | "slice_seconds"
            | "slice_target_ppb"
            | "monthly_cost"
    )
}
