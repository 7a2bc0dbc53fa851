//! What somebody may have meant.

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

/// The known name that a name of five letters or more is but for one letter, or two that are swapped: so near that it is a
/// typing error, and hardly a name of its own.
pub fn mistyped<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_meant = |candidate: &&str| strsim::damerau_levenshtein(name, candidate) <= 1;
    known.into_iter().filter(|_| name.chars().count() >= 5).find(is_meant)
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
    use super::{did_you_mean, mistyped};

    #[test]
    fn suggests_the_nearest_name_and_nothing_far() {
        assert_eq!(did_you_mean("denny", ["warn", "deny"]), ", did you mean `deny`?");
        assert_eq!(did_you_mean("require_aproval", ["require_approval", "deny"]), ", did you mean `require_approval`?");
        assert_eq!(did_you_mean("slow_slos", ["warn", "deny"]), "");
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
