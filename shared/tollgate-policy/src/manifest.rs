//! `.manifest`, held as OPA holds it: where it and the folder do not agree, OPA would refuse the bundle.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tollgate_core::{
    data::{Location, Spanned, from_yaml},
    facts::FACTS_SCHEMA,
};

use crate::{PolicyError, module_path::place, sources::Sources};

pub(crate) const FILE: &str = ".manifest";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    #[expect(dead_code, reason = "for people; what is loaded has a digest of its own")]
    #[serde(default)]
    revision: Option<String>,
    #[serde(default)]
    roots: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    rego_version: Option<Spanned<i64>>,
    #[serde(default)]
    file_rego_versions: BTreeMap<String, Spanned<i64>>,
    #[serde(default)]
    wasm: Option<Spanned<Vec<Value>>>,
    /// For people and other tools, but for what the rules are written against.
    #[serde(default)]
    metadata: Option<Spanned<serde_json::Map<String, Value>>>,
}

/// What is wrong with a manifest beside the files of its folder.
pub(crate) fn check(text: &str, sources: &Sources) -> Vec<PolicyError> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let message = format!("is not JSON, as OPA reads it: {error}");
        return vec![PolicyError {
            column: Some(error.column() as u64),
            ..PolicyError::new(FILE, error.line() as u64, message)
        }];
    }
    match from_yaml::<Manifest>(FILE, text) {
        Ok(manifest) => manifest.check(sources),
        Err(error) => vec![error],
    }
}

impl Manifest {
    fn check(&self, sources: &Sources) -> Vec<PolicyError> {
        let mut errors = Vec::new();
        let versions = self.rego_version.iter().chain(self.file_rego_versions.values());
        errors.extend(versions.filter(|version| version.value != 1).map(|version| {
            let message =
                format!("`{}` is another version of Rego than these rules are written in: write `1`", version.value);
            at(&version.defined, message)
        }));
        if let Some(wasm) = self.wasm.as_ref().filter(|wasm| !wasm.value.is_empty()) {
            errors.push(at(&wasm.defined, "nothing here runs WebAssembly: remove `wasm`"));
        }
        let facts = self.metadata.as_ref().and_then(|of| Some((&of.defined, of.value.get("facts_schema")?)));
        if let Some((place, schema)) = facts.filter(|(_, schema)| schema.as_str() != Some(FACTS_SCHEMA)) {
            let message =
                format!("`facts_schema: {schema}` is another one than the facts have here: write `{FACTS_SCHEMA}`");
            errors.push(at(place, message));
        }
        // Without roots, a bundle owns everything.
        let Some(roots) = &self.roots else { return errors };
        let paths: Vec<&str> = roots.value.iter().map(|root| root.value.trim_matches('/')).collect();
        for (index, root) in roots.value.iter().enumerate() {
            let path = paths.get(index).copied().unwrap_or_default();
            if let Some(earlier) = paths.iter().take(index).find(|earlier| holds(earlier, path) || holds(path, earlier))
            {
                errors
                    .push(at(&root.defined, format!("the roots `{earlier}` and `{path}` overlap: keep the wider one")));
            }
        }
        errors.extend(uncovered(&paths, sources).map(|message| at(&roots.defined, message)));
        errors
    }
}

/// The first file that no root covers, and how many there are.
fn uncovered(roots: &[&str], sources: &Sources) -> Option<String> {
    let covered = |path: &str| roots.iter().any(|root| holds(root, path));
    let modules = sources.policies.keys().chain(sources.tests.keys());
    let modules = modules.filter_map(|file| Some((file.clone(), place(file).ok()?.package.join("/"))));
    let data = sources.data.iter().flat_map(|(file, text)| documents(file, text));
    let outside: Vec<(String, String)> = modules.chain(data).filter(|(_, path)| !covered(path)).collect();
    let (file, path) = outside.first()?;
    let others = match outside.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    let listed: Vec<String> = roots.iter().map(|root| format!("`{root}`")).collect();
    let listed = if listed.is_empty() { "an empty list".to_owned() } else { listed.join(", ") };
    let top = path.split('/').next().unwrap_or(path);
    Some(format!("the roots, {listed}, do not cover `{file}`{others}: write `{top}`"))
}

/// What OPA would read of a data file: it takes those that are called `data`, below the path of their folder.
fn documents(file: &str, text: &str) -> Vec<(String, String)> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    if !matches!(name, "data.json" | "data.yaml" | "data.yml") {
        return Vec::new();
    }
    if !folder.is_empty() {
        return vec![(file.to_owned(), folder.to_owned())];
    }
    let names = from_yaml::<serde_json::Map<String, Value>>(file, text).unwrap_or_default();
    names.into_iter().map(|(name, _)| (file.to_owned(), name)).collect()
}

fn holds(root: &str, path: &str) -> bool {
    root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn at(place: &Location, message: impl Into<String>) -> PolicyError {
    PolicyError::at(FILE, place, message)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::sources::Sources;

    fn said(manifest: &str) -> Vec<String> {
        let files =
            ["change/a/a.rego", "change/a/a_test.rego", "lib/b/b.rego"].map(|file| (file.to_owned(), String::new()));
        let data = ("data.yaml".to_owned(), "limits: {a: 1}".to_owned());
        let sources = Sources::of(files.into_iter().chain([data]));
        check(manifest, &sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_manifest_that_covers_everything_is_good() {
        for good in [
            r#"{"roots": ["tollgate", "limits"], "rego_version": 1, "metadata": {"x": 1}, "revision": "7"}"#,
            r#"{"roots": ["/tollgate/", "limits"]}"#,
            r#"{"roots": ["tollgate/change", "tollgate/lib", "limits"]}"#,
            r#"{"roots": [""]}"#,
            r#"{"metadata": {"facts_schema": "tollgate.facts/v1"}}"#,
            "{}",
        ] {
            assert_eq!(said(good), Vec::<String>::new(), "{good}");
        }
    }

    #[test]
    fn what_opa_would_refuse_is_refused_with_its_place() {
        for (manifest, expected) in [
            (
                r#"{"roots": ["tollgate/change", "limits"]}"#,
                ".manifest:1:11: the roots, `tollgate/change`, `limits`, do not cover `lib/b/b.rego`: write `tollgate`",
            ),
            (r#"{"roots": ["tollgate"]}"#, "do not cover `data.yaml`: write `limits`"),
            (r#"{"roots": ["toll", "limits"]}"#, "do not cover `change/a/a.rego` and 2 more"),
            (r#"{"roots": []}"#, "the roots, an empty list, do not cover"),
            (
                r#"{"roots": ["tollgate", "limits", "tollgate/change"]}"#,
                ".manifest:1:34: the roots `tollgate` and `tollgate/change` overlap",
            ),
            (r#"{"roots": ["", "tollgate"]}"#, "overlap"),
            (r#"{"root": ["tollgate"]}"#, ".manifest:1:2: there is no field `root` here: write `roots`"),
            (
                r#"{"metadata": {"facts_schema": "tollgate.facts/v2"}}"#,
                ".manifest:1:14: `facts_schema: \"tollgate.facts/v2\"` is another one than the facts have here",
            ),
            (r#"{"rego_version": 0}"#, ".manifest:1:18: `0` is another version of Rego"),
            (r#"{"file_rego_versions": {"/change/*": 0}}"#, "`0` is another version of Rego"),
            (r#"{"wasm": [{"entrypoint": "x"}]}"#, "nothing here runs WebAssembly"),
            (r#"{"roots": "tollgate"}"#, ".manifest:1:11: "),
            ("roots: [tollgate]", ".manifest:1:1: is not JSON"),
            ("", ".manifest:1:"),
        ] {
            let said = said(manifest);
            assert!(said.len() == 1 && said[0].contains(expected), "{manifest}: {said:?}");
        }
    }
}
