//! Files that are there and that nobody reads: what editors and systems leave behind, and names that ended up wrong.

/// The endings of what is read.
const READ: [&str; 4] = ["yaml", "yml", "json", "rego"];
/// The endings that editors, merges and archives give to what they leave.
const LEFT: [&str; 12] =
    ["~", ".bak", ".orig", ".rej", ".swp", ".swo", ".swn", ".swx", ".tmp", ".old", ".save", ".part"];

/// Why a file of this name is hardly what somebody wants to be read, and what to do about it.
pub fn stray(name: &str) -> Option<String> {
    if is_left_behind(name) {
        return Some("is left behind by an editor or a merge, and nothing reads it: remove it".to_owned());
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let (base, inner) = stem.rsplit_once('.')?;
    let is_read = |ending: &str| READ.iter().any(|known| ending.eq_ignore_ascii_case(known));
    if base.is_empty() || !is_read(inner) {
        return None;
    }
    let meant = if is_read(ending) { format!("{base}.{ending}") } else { stem.to_owned() };
    Some(format!(
        "ends in `.{inner}.{ending}`, so nothing reads it as what it is: rename it to `{meant}`, or remove it"
    ))
}

fn is_left_behind(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with(['#', '~']) || name.starts_with(".#") || LEFT.iter().any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::stray;

    #[test]
    fn what_editors_leave_and_what_ends_twice_is_named() {
        for name in ["x.yaml~", "x.yaml.bak", ".x.yaml.swp", "#x.yaml#", ".#x.yaml", "~x.yaml", "freeze.rego.ORIG"] {
            assert!(stray(name).is_some_and(|why| why.contains("remove it")), "{name}");
        }
        for (name, meant) in [
            ("defaults.yaml.yaml", "rename it to `defaults.yaml`"),
            ("freeze.rego.txt", "rename it to `freeze.rego`"),
            ("x.yaml.disabled", "rename it to `x.yaml`"),
            ("x.yml.json", "rename it to `x.json`"),
        ] {
            assert!(stray(name).is_some_and(|why| why.contains(meant)), "{name}: {:?}", stray(name));
        }
        for name in
            ["x.yaml", "search-api.sli.yaml", "a.b.yaml", "freeze_test.rego", "README.md", ".manifest", "v1.2.yml"]
        {
            assert_eq!(stray(name), None, "{name}");
        }
    }
}
