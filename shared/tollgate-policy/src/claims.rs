//! What each file below the policies' folder is. A file that is nothing is refused: what it says would be in force nowhere.

use tollgate_core::stray::stray;

use crate::expected;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A rule, or functions that rules share.
    Policy,
    /// A test, or what only tests import.
    Test,
    /// Below `data`, or `data.json` and the like in the folder itself.
    Data,
    /// `.manifest`, which says what the folder is as a bundle of OPA.
    Manifest,
    /// The list of the rules that are expected to run.
    Expected,
    /// For people and other tools, whatever is in it.
    Aside,
}

/// Hidden files that belong to version control, to tools and to systems, and say nothing about policies.
const ASIDE: [&str; 13] = [
    ".git",
    ".github",
    ".gitignore",
    ".gitattributes",
    ".gitkeep",
    ".editorconfig",
    ".regal",
    ".vscode",
    ".idea",
    ".signatures.json",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
];
const PAGES: [&str; 4] = ["README", "LICENSE", "NOTICE", "CODEOWNERS"];
const DOCUMENTS: [&str; 3] = ["data.json", "data.yaml", "data.yml"];

/// Says what a file or a folder that is hidden is; `None` where it is not hidden.
pub(crate) fn hidden(path: &str) -> Option<Result<Claim, String>> {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Volumes that are mounted link from folders whose names begin with two dots.
    if ASIDE.contains(&name) || name.starts_with("..") {
        return Some(Ok(Claim::Aside));
    }
    if path == ".manifest" {
        return Some(Ok(Claim::Manifest));
    }
    let why = || "is hidden, and nothing reads it: remove it, or rename it to what it should be read as".to_owned();
    name.starts_with('.').then(|| Err(stray(name).unwrap_or_else(why)))
}

/// Says what a file is by its path.
///
/// # Errors
/// Why it is nothing, and what to do.
pub(crate) fn claim(path: &str) -> Result<Claim, String> {
    let folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
    if let Some(hidden) = folders.chain([path]).find_map(hidden) {
        return hidden;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some(why) = stray(name) {
        return Err(why);
    }
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    if path == expected::FILE {
        return Ok(Claim::Expected);
    }
    match ending {
        "rego" if lower.ends_with("_test.rego") || path.starts_with("lib/testing/") => Ok(Claim::Test),
        "rego" => Ok(Claim::Policy),
        "md" => Ok(Claim::Aside),
        _ if PAGES.contains(&name) => Ok(Claim::Aside),
        _ if path.starts_with("data/") || DOCUMENTS.contains(&path) => Ok(Claim::Data),
        "yml" | "json" if path.rsplit_once('.').map(|(stem, _)| stem) == expected::FILE.strip_suffix(".yaml") => {
            Err(format!("is not read: rename it to `{}`", expected::FILE))
        }
        "json" if path.starts_with("schemas/") => Ok(Claim::Aside),
        "json" | "yaml" | "yml" if DOCUMENTS.contains(&lower.as_str()) => Err(
            "is not read: thresholds belong into `data/settings/defaults.yaml`, and what rules read as `data` into \
             `data.yaml` in the folder of the policies; move it there"
                .to_owned(),
        ),
        _ => Err(
            "is read by nothing: rules lie in `GATE/RULE/RULE.rego` and data in `data`; move it there, or remove it"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, claim};

    #[test]
    fn every_file_is_something_or_refused() {
        for (path, expected) in [
            ("change/freeze/freeze.rego", Claim::Policy),
            ("change/freeze/freeze_test.rego", Claim::Test),
            ("lib/testing/testing.rego", Claim::Test),
            ("data/services/pay.yaml", Claim::Data),
            ("data.yml", Claim::Data),
            (".manifest", Claim::Manifest),
            ("expected_rules.yaml", Claim::Expected),
            ("RULES.md", Claim::Aside),
            ("data/README.md", Claim::Aside),
            ("schemas/change.schema.json", Claim::Aside),
            ("data/.DS_Store", Claim::Aside),
            ("..2026_12_01/x", Claim::Aside),
        ] {
            assert_eq!(claim(path), Ok(expected), "{path}");
        }
        for (path, expected) in [
            ("change/freeze/data.yaml", "thresholds belong into `data/settings/defaults.yaml`"),
            ("change/freeze/limits.json", "is read by nothing"),
            ("change/freeze/freeze.rego.txt", "rename it to `freeze.rego`"),
            ("change/freeze/freeze.rego~", "remove it"),
            ("data/teams/.pay.yaml.swp", "left behind by an editor"),
            ("data/teams/.pay.yaml", "is hidden"),
            ("change/.manifest", "is hidden"),
            ("notes.txt", "is read by nothing"),
            ("expected_rules.yml", "rename it to `expected_rules.yaml`"),
            ("change/expected_rules.yaml", "is read by nothing"),
        ] {
            assert!(claim(path).is_err_and(|why| why.contains(expected)), "{path}: {:?}", claim(path));
        }
    }
}
