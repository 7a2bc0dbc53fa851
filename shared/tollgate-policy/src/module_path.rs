//! Which package a file holds: folders and packages mirror each other.

use tollgate_core::decision::Gate;

use crate::{PolicyError, suggest::did_you_mean};

/// What a file is for, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// A rule of a gate.
    Rule { gate: Gate, name: String },
    /// Functions that rules share.
    Library,
    /// Tests of a rule or of a library.
    Test,
}

/// A file's role and the package that it must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) role: Role,
    pub(crate) package: Vec<String>,
}

/// Reads a path such as `change/freeze/freeze.rego`.
pub(crate) fn place(path: &str) -> Result<Place, PolicyError> {
    let refuse = |message: String| PolicyError::new(path, None, message);
    let Some(stem) = path.strip_suffix(".rego") else {
        return Err(refuse("its name must end in `.rego`, in lower case: rename it".to_owned()));
    };
    let names: Vec<&str> = stem.split('/').collect();
    let (top, rest) = names.split_first().ok_or_else(|| refuse("its name is empty".to_owned()))?;
    let (name, file) = match rest {
        [file] if *top == "lib" => (file.strip_suffix("_test").unwrap_or(file), *file),
        [name, file] => (*name, *file),
        _ => {
            return Err(refuse(
                "does not lie where policies belong: `<gate>/<rule>/<rule>.rego` for a rule, `lib/<name>/<name>.rego` \
                 for shared functions"
                    .to_owned(),
            ));
        }
    };
    if file != name && file != format!("{name}_test") {
        return Err(refuse(format!(
            "is named otherwise than its folder: rename it to `{name}.rego`, or `{name}_test.rego` for tests"
        )));
    }
    check_name(name).map_err(refuse)?;
    let package = ["tollgate", top, file].map(str::to_owned).to_vec();
    let gate = Gate::ALL.into_iter().find(|gate| gate.as_str() == *top);
    let role = match gate {
        _ if *top == "lib" && (file == name || name == "testing") => Role::Library,
        Some(gate) if file == name => Role::Rule { gate, name: format!("{top}.{name}") },
        Some(_) => Role::Test,
        None if *top == "lib" => Role::Test,
        None => {
            let known = Gate::ALL.iter().map(|gate| gate.as_str()).chain(["lib"]);
            let hint = did_you_mean(top, known);
            return Err(refuse(format!(
                "`{top}` is no gate{hint}: a rule lies in the folder of its gate, `change`, `slo` or `cost`"
            )));
        }
    };
    Ok(Place { role, package })
}

/// Whether a rule may be called so.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    const KEYWORDS: &[&str] = &[
        "as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null",
        "package", "some", "true", "with",
    ];
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) || name.len() > 64 {
        return Err(format!(
            "`{name}` is not a name: use up to 64 lower-case letters, digits and `_`, beginning with a letter"
        ));
    }
    if KEYWORDS.contains(&name) || name.ends_with("_test") {
        return Err(format!("`{name}` means something else in Rego or in file names: choose another name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tollgate_core::decision::Gate;

    use super::{Role, place};

    #[test]
    fn packages_mirror_folders() {
        let rule = place("change/freeze/freeze.rego").unwrap();
        assert_eq!(rule.role, Role::Rule { gate: Gate::Change, name: "change.freeze".into() });
        assert_eq!(rule.package, ["tollgate", "change", "freeze"]);
        let test = place("change/freeze/freeze_test.rego").unwrap();
        assert_eq!((test.role, test.package.last().unwrap().as_str()), (Role::Test, "freeze_test"));
        for path in ["lib/time.rego", "lib/time/time.rego", "lib/testing/testing.rego"] {
            assert_eq!(place(path).unwrap().role, Role::Library, "{path}");
        }
        assert_eq!(place("lib/time/time_test.rego").unwrap().role, Role::Test);
    }

    #[test]
    fn a_file_in_the_wrong_place_is_refused_with_what_to_do() {
        for (path, expected) in [
            ("chnage/freeze/freeze.rego", "did you mean `change`?"),
            ("change/freeze/freez.rego", "rename it to `freeze.rego`"),
            ("change/freeze.rego", "does not lie where"),
            ("freeze.rego", "does not lie where"),
            ("change/a/b/b.rego", "does not lie where"),
            ("change/Freeze/Freeze.rego", "is not a name"),
            ("change/some/some.rego", "choose another name"),
            ("change/freeze/freeze.REGO", "must end in `.rego`"),
        ] {
            let error = place(path).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
