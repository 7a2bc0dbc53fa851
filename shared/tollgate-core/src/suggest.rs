//! What somebody may have meant.

/// A shorter part of a name says nothing of it.
const SHORTEST_PART: usize = 3;

/// The nearest of the known names, by how many letters must be changed, added, removed or swapped; none when none is
/// near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let far = name.chars().count() / 3 + 1;
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The known names that a name may stand for, nearest first, at most so many: those within a few letters of it, and those that
/// have it as a part, or are one of it.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let far = name.chars().count() / 3 + 1;
    let is_part = |candidate: &str| {
        let (short, long) = if name.len() < candidate.len() { (name, candidate) } else { (candidate, name) };
        short.chars().count() >= SHORTEST_PART && long.contains(short)
    };
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= far || is_part(candidate))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, candidate)| candidate).take(most).collect()
}

/// The known name that a name of five letters or more is but for one letter, or two that are swapped: so near that it is a
/// typing error, and hardly a name of its own.
pub fn mistyped<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_meant = |candidate: &&str| is_near(name, candidate);
    known.into_iter().filter(|_| name.chars().count() >= 5).find(is_meant)
}

/// Is a name another, but for one letter, or two that are swapped?
pub fn is_near(name: &str, known: &str) -> bool {
    strsim::damerau_levenshtein(name, known) <= 1
}

/// `, did you mean `x`?` for the nearest of the known names, or nothing when none is near.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|candidate| format!(", did you mean `{candidate}`?")).unwrap_or_default()
}

/// The same for the name of a time zone of IANA.
pub(crate) fn meant_zone(name: &str) -> String {
    did_you_mean(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, mistyped, near};

    #[test]
    fn suggests_the_nearest_name_and_nothing_far() {
        assert_eq!(did_you_mean("denny", ["warn", "deny"]), ", did you mean `deny`?");
        assert_eq!(did_you_mean("require_aproval", ["require_approval", "deny"]), ", did you mean `require_approval`?");
        assert_eq!(did_you_mean("slow_slos", ["warn", "deny"]), "");
    }

    #[test]
    fn near_names_are_a_few_letters_away_or_a_part() {
        let known = ["payments-production", "payments-staging", "search-production", "pay"];
        assert_eq!(near("payments-prodution", known, 3), ["payments-production", "pay"]);
        assert_eq!(near("payments", known, 2), ["pay", "payments-staging"]);
        assert_eq!(near("nosuch", known, 3), Vec::<&str>::new());
    }

    #[test]
    fn a_typing_error_is_one_letter() {
        let known = ["author", "canary", "commit", "cost"];
        for (name, meant) in [
            ("canery", Some("canary")),
            ("athor", Some("author")),
            ("actor", None),
            ("commit_sha", None),
            ("host", None),
        ] {
            assert_eq!(mistyped(name, known), meant, "{name}");
        }
    }
}
