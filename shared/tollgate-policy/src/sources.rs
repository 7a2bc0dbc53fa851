//! Reading a policies' folder: which files there are, within bounds, and what each of them is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    PolicyError,
    claims::{self, Claim},
    manifest,
    module_path::place,
};

/// Bounds on what is read, far above what policies need.
const MAX_POLICY_BYTES: u64 = 256 * 1024;
const MAX_DATA_BYTES: u64 = 4 * 1024 * 1024;
const MAX_TOTAL_BYTES: u64 = 32 * 1024 * 1024;
const MAX_FILES: usize = 5_000;
const MAX_FOLDER_DEPTH: usize = 12;

/// The texts of a policies' folder by path relative to it, with `/` between names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Rules and shared functions.
    pub(crate) policies: BTreeMap<String, String>,
    /// Tests, and what only tests import.
    pub(crate) tests: BTreeMap<String, String>,
    /// Data files: everything below `data`, and `data.json` or `data.yaml` in the folder itself.
    pub(crate) data: BTreeMap<String, String>,
    /// What the folder is as a bundle of OPA.
    manifest: Option<String>,
    /// The rules that are expected to run.
    pub(crate) expected: Option<String>,
    /// What is wrong with the files, whatever is in them.
    pub(crate) refused: Vec<PolicyError>,
}

impl Sources {
    /// Sorts texts into what they are by their paths.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sources = Self::default();
        for (path, text) in files {
            let into = match claims::claim(&path) {
                Ok(Claim::Policy) => &mut sources.policies,
                Ok(Claim::Test) => &mut sources.tests,
                Ok(Claim::Data) => &mut sources.data,
                Ok(Claim::Manifest) => {
                    sources.manifest = Some(text);
                    continue;
                }
                Ok(Claim::Expected) => {
                    sources.expected = Some(text);
                    continue;
                }
                Ok(Claim::Aside) => continue,
                Err(why) => {
                    sources.refused.push(PolicyError::new(path, None, why));
                    continue;
                }
            };
            into.insert(path, text);
        }
        let wrong = sources.manifest.as_ref().map(|text| manifest::check(text, &sources));
        sources.refused.extend(wrong.into_iter().flatten());
        sources.refused.extend(sources.same_package());
        sources
    }

    /// The names of all rules that have a file.
    #[cfg(feature = "tools")]
    pub(crate) fn rule_names(&self) -> std::collections::BTreeSet<String> {
        use crate::module_path::Role;

        let role = |file: &String| place(file).ok().map(|place| place.role);
        let named = |role| if let Role::Rule { name, .. } = role { Some(name) } else { None };
        self.policies.keys().filter_map(role).filter_map(named).collect()
    }

    /// Files whose package is that of another one: OPA would take them for one module.
    fn same_package(&self) -> Vec<PolicyError> {
        let mut first: BTreeMap<Vec<String>, &String> = BTreeMap::new();
        let mut errors = Vec::new();
        for file in self.policies.keys().chain(self.tests.keys()) {
            let Ok(place) = place(file) else { continue };
            if let Some(earlier) = first.get(&place.package) {
                let package = place.package.join(".");
                let message = format!("holds the same `package {package}` as `{earlier}`: make one file of them");
                errors.push(PolicyError::new(file, None, message));
            } else {
                first.insert(place.package, file);
            }
        }
        errors
    }

    /// Reads a folder; of tests only the paths, unless they are wanted.
    pub(crate) fn read(folder: &Path, tests: bool) -> Result<Self, Vec<PolicyError>> {
        let shown = folder.display().to_string();
        let root = folder.canonicalize().map_err(|error| {
            vec![PolicyError::new(shown, None, format!("the policies' folder cannot be read: {error}"))]
        })?;
        let mut reader = Reader { root: root.clone(), tests, files: Vec::new(), errors: Vec::new(), bytes: 0 };
        reader.folder(&root, "", 0);
        let mut sources = Self::of(reader.files);
        sources.refused.extend(reader.errors);
        sources.refused.sort();
        Ok(sources)
    }
}

struct Reader {
    root: PathBuf,
    tests: bool,
    files: Vec<(String, String)>,
    errors: Vec<PolicyError>,
    bytes: u64,
}

impl Reader {
    fn refuse(&mut self, path: &str, message: impl Into<String>) {
        self.errors.push(PolicyError::new(path, None, message));
    }

    fn folder(&mut self, folder: &Path, relative: &str, depth: usize) {
        if depth > MAX_FOLDER_DEPTH {
            return self.refuse(relative, format!("folders are nested over {MAX_FOLDER_DEPTH} deep: flatten them"));
        }
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(relative, format!("the folder cannot be read: {error}")),
        };
        let mut entries: Vec<_> = entries.into_iter().map(|entry| (entry.file_name(), entry)).collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, entry) in entries {
            let Some(name) = name.to_str() else {
                self.refuse(relative, format!("the name `{}` is not UTF-8: rename it", name.display()));
                continue;
            };
            let relative = if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") };
            match claims::hidden(&relative) {
                Some(Ok(Claim::Aside)) => continue,
                Some(Err(why)) => {
                    self.refuse(&relative, why);
                    continue;
                }
                _ => {}
            }
            let is_link = entry.file_type().is_ok_and(|file_type| file_type.is_symlink());
            self.entry(entry.path(), is_link, &relative, depth);
        }
    }

    fn entry(&mut self, path: PathBuf, is_link: bool, relative: &str, depth: usize) {
        // A link may lead elsewhere in the folder, never out of it.
        let target = match is_link.then(|| path.canonicalize()) {
            None => path,
            Some(Ok(target)) if target.starts_with(&self.root) => target,
            Some(Ok(target)) => {
                let message = format!("is a link to `{}`, outside of the policies: copy the file", target.display());
                return self.refuse(relative, message);
            }
            Some(Err(error)) => return self.refuse(relative, format!("cannot be read: {error}")),
        };
        let metadata = match fs::metadata(&target) {
            Ok(metadata) => metadata,
            Err(error) => return self.refuse(relative, format!("cannot be read: {error}")),
        };
        if metadata.is_dir() {
            return self.folder(&target, relative, depth + 1);
        }
        let limit = match claims::claim(relative) {
            Ok(Claim::Aside) => return,
            Err(why) => return self.refuse(relative, why),
            Ok(Claim::Test) if !self.tests => return self.files.push((relative.to_owned(), String::new())),
            Ok(Claim::Policy | Claim::Test | Claim::Manifest | Claim::Expected) => MAX_POLICY_BYTES,
            Ok(Claim::Data) => MAX_DATA_BYTES,
        };
        if self.files.len() >= MAX_FILES {
            return self.refuse(relative, format!("is one of more than {MAX_FILES} files: remove what is not needed"));
        }
        if !metadata.is_file() {
            return self.refuse(relative, "is neither file nor folder: remove it");
        }
        let length = metadata.len();
        self.bytes = self.bytes.saturating_add(length);
        if length > limit {
            return self.refuse(relative, format!("has {length} bytes, over the limit of {limit}: split it"));
        }
        if self.bytes > MAX_TOTAL_BYTES {
            return self.refuse(relative, format!("brings all files to over {MAX_TOTAL_BYTES} bytes: remove some"));
        }
        match fs::read_to_string(&target) {
            Ok(text) => self.files.push((relative.to_owned(), text)),
            Err(error) => self.refuse(relative, format!("cannot be read as UTF-8 text: {error}")),
        }
    }
}
