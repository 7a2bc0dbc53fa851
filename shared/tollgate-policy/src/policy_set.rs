//! A checked set of policies, ready to be evaluated.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

use regorus::{Engine, Value};
use tollgate_core::{
    catalogue::Catalogue,
    decision::Gate,
    digest::of_bytes,
    finding::Effect,
    rule::{Rule, Rules},
};

use crate::{
    PolicyError, check,
    expected::{self, Expected},
    functions,
    metadata::{self, RuleMetadata},
    module_path::Role,
    modules::{ParsedModule, install, located, parse},
    panics::caught,
    reference::head_name,
    sources::Sources,
};

/// Parsing and checking run on a stack of this size, because they recurse as deep as expressions are nested.
pub(crate) const STACK_BYTES: usize = 256 * 1024 * 1024;
/// Loading takes milliseconds; what takes this long is an attack or a mistake.
const LOAD_TIME: Duration = Duration::from_secs(10);

/// Policies that were read, checked and prepared.
#[derive(Debug, Clone)]
pub struct PolicySet {
    revision: String,
    rules: Vec<LoadedRule>,
    data_files: BTreeMap<String, String>,
    pub(crate) expected: Option<Expected>,
    pub(crate) engine: Engine,
}

/// A rule and what is evaluated of it.
#[derive(Debug, Clone)]
pub(crate) struct LoadedRule {
    pub(crate) metadata: RuleMetadata,
    /// The sets that it defines, strongest first.
    pub(crate) sets: Vec<(&'static str, Effect)>,
    /// The path of an array of these sets, so that what they share is evaluated once.
    pub(crate) entry: String,
}

/// What the array is called, in the rule's own package.
const ENTRY: &str = "tollgate_sets";

impl PolicySet {
    /// Reads the policies below a folder: rules in `<gate>/<rule>/<rule>.rego`, shared functions in `lib/`, data
    /// files in `data/`, OPA's `data.json` or `data.yaml`, and the list of the rules that are expected to run. Tests are
    /// not loaded.
    ///
    /// # Errors
    /// Everything that is wrong with them, in the order of the files; also when there is no such list.
    pub fn load(folder: &Path) -> Result<Self, Vec<PolicyError>> {
        let policies = Self::build(Sources::read(folder, false)?, true)?;
        if policies.expected.is_some() { Ok(policies) } else { Err(vec![expected::missing()]) }
    }

    /// The same from texts: pairs of a path relative to the folder, and a content. The list may be left out.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn from_sources(files: Vec<(String, String)>) -> Result<Self, Vec<PolicyError>> {
        Self::build(Sources::of(files), true)
    }

    /// The same without the checks, so that tests can see that evaluation alone withstands what they refuse.
    #[doc(hidden)]
    pub fn from_sources_unchecked(files: Vec<(String, String)>) -> Result<Self, Vec<PolicyError>> {
        Self::build(Sources::of(files), false)
    }

    pub(crate) fn build(sources: Sources, checked: bool) -> Result<Self, Vec<PolicyError>> {
        on_deep_stack(move || build(sources, checked))
    }

    /// Digest of everything that was loaded, data files included: `sha256:…`.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The rules of a gate, by name.
    pub fn rules(&self, gate: Gate) -> impl Iterator<Item = &RuleMetadata> {
        self.loaded_rules(gate).map(|rule| &rule.metadata)
    }

    /// The texts of the data files by path, such as `data/services/payments-api.yaml`: the very bytes that the
    /// revision covers.
    pub fn data_files(&self) -> &BTreeMap<String, String> {
        &self.data_files
    }

    /// The data beside the rules, as a gate works with them.
    ///
    /// # Errors
    /// Everything that is wrong with them, by file and line.
    pub fn catalogue(&self) -> Result<Catalogue, Vec<PolicyError>> {
        Catalogue::load(&self.data_files, &self.declared())
    }

    /// What the data may know of the rules.
    pub(crate) fn declared(&self) -> Rules {
        let rules = self.rules.iter().map(|rule| &rule.metadata);
        let rule = |rule: &RuleMetadata| Rule {
            name: rule.name.clone(),
            owner: rule.owner.clone(),
            owner_at: rule.owner_at.clone(),
            mode: rule.mode,
            waiver: rule.waiver,
        };
        Rules { read: rules.clone().map(rule).collect(), names: rules.map(|rule| rule.name.clone()).collect() }
    }

    pub(crate) fn all_rules(&self) -> impl Iterator<Item = &LoadedRule> {
        self.rules.iter()
    }

    pub(crate) fn loaded_rules(&self, gate: Gate) -> impl Iterator<Item = &LoadedRule> {
        self.rules.iter().filter(move |rule| rule.metadata.gate == gate)
    }
}

impl LoadedRule {
    fn new(metadata: RuleMetadata, parsed: &ParsedModule) -> Self {
        let defines = |name: &str| parsed.module.policy.iter().any(|rule| head_name(rule) == Some(name));
        let sets = check::SETS.into_iter().filter(|(name, _)| defines(name)).collect();
        Self { metadata, sets, entry: format!("data.{}.{ENTRY}", parsed.place.package.join(".")) }
    }

    /// The strongest effect that it can have, by the sets that it defines.
    pub(crate) fn effect(&self) -> Effect {
        self.sets.iter().map(|(_, effect)| *effect).max().unwrap_or(Effect::Warn)
    }

    fn entry_module(&self) -> String {
        let names: Vec<_> = self.sets.iter().map(|(name, _)| *name).collect();
        format!("package tollgate.{}\n\n{ENTRY} := [{}]\n", self.metadata.name, names.join(", "))
    }
}

/// Runs on a thread with a deep stack; a panic or too long a time is an error.
pub(crate) fn on_deep_stack<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Vec<PolicyError>> + Send + 'static,
) -> Result<T, Vec<PolicyError>> {
    let failed = |message: String| vec![PolicyError::new("policies", None, message)];
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name("tollgate-load".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        // Nobody listens any more when loading took too long.
        let _ = sender.send(caught(work));
    });
    if let Err(error) = spawned {
        return Err(failed(format!("no thread to load them on: {error}")));
    }
    match receiver.recv_timeout(LOAD_TIME) {
        Ok(Ok(done)) => done,
        Ok(Err(said)) => Err(failed(format!("the engine panicked, look for the file that was changed last: {said}"))),
        Err(_) => {
            let seconds = LOAD_TIME.as_secs();
            Err(failed(format!("they take over {seconds} s: look for the file that was changed last")))
        }
    }
}

fn build(sources: Sources, checked: bool) -> Result<PolicySet, Vec<PolicyError>> {
    let revision = revision(&sources);
    let mut engine = functions::engine().map_err(|said| vec![PolicyError::new("policies", None, said)])?;
    let beside = |errors: Vec<PolicyError>| [sources.refused.clone(), errors].concat();
    let data = add_data(&mut engine, &sources.data).map_err(|error| beside(vec![error]))?;
    let modules = parse(&sources.policies, checked).map_err(beside)?;
    let mut errors = missing_rules(&sources);
    errors.extend(sources.refused.iter().cloned());
    let rules = rules(&modules, &sources.policies, &mut errors);
    let expected = expected::read(sources.expected.as_deref(), &mut errors);
    if rules.is_empty() && errors.is_empty() {
        let message = "no rule is there, and nothing would vouch for anything: add `change/<rule>/<rule>.rego`";
        errors.push(PolicyError::new("policies", None, message));
    }
    if checked {
        let metadata: Vec<_> = rules.iter().map(|rule| rule.metadata.clone()).collect();
        errors.extend(check::modules(&modules, &metadata, &data));
    }
    if errors.is_empty() {
        install(&mut engine, &modules, None)?;
    }
    for rule in &rules {
        if let Err(error) = engine.add_policy(format!("{} (its sets)", rule.metadata.file), rule.entry_module()) {
            errors.push(located(&rule.metadata.file, &error));
        }
    }
    if errors.is_empty() {
        // Evaluating something trivial makes the engine analyse all modules once; clones share the result.
        if let Err(error) = engine.eval_query("true".to_owned(), false) {
            errors.push(located("policies", &error));
        }
    }
    if errors.is_empty() {
        return Ok(PolicySet { revision, rules, data_files: sources.data, expected, engine });
    }
    errors.sort();
    errors.dedup();
    Err(errors)
}

fn revision(sources: &Sources) -> String {
    let mut bytes = Vec::new();
    let files = sources.policies.iter().chain(&sources.data).map(|(path, text)| (path.as_str(), text.as_str()));
    let list = sources.expected.iter().map(|text| (expected::FILE, text.as_str()));
    for (path, text) in files.chain(list) {
        for part in [path, text] {
            // Lengths keep two files apart from one that contains both.
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    of_bytes(&bytes)
}

/// `data.json`, `data.yaml` or `data.yml` in the folder is `data` to the rules, as in OPA; gives its top names.
pub(crate) fn add_data(engine: &mut Engine, data: &BTreeMap<String, String>) -> Result<BTreeSet<String>, PolicyError> {
    let mut names = BTreeSet::new();
    for file in ["data.json", "data.yaml", "data.yml"] {
        let Some(text) = data.get(file) else { continue };
        let value: serde_json::Map<String, serde_json::Value> = tollgate_core::data::from_yaml(file, text)?;
        if value.contains_key("tollgate") {
            let message = "`tollgate` would take the place of what rules find: choose another name";
            return Err(PolicyError::new(file, None, message));
        }
        names.extend(value.keys().cloned());
        let value = Value::from(serde_json::Value::Object(value));
        engine.add_data(value).map_err(|error| located(file, &error))?;
    }
    Ok(names)
}

/// Tests whose rule is gone say that a rule was renamed or lost.
fn missing_rules(sources: &Sources) -> Vec<PolicyError> {
    let tested = |path: &String| Some(format!("{}.rego", path.strip_suffix("_test.rego")?));
    let lost = sources.tests.keys().filter_map(|path| tested(path).map(|tested| (path, tested)));
    // A rule whose file is refused for its name is there.
    let refused = |tested: &String| sources.refused.iter().any(|error| error.file.starts_with(tested.as_str()));
    lost.filter(|(_, tested)| !sources.policies.contains_key(tested) && !sources.tests.contains_key(tested))
        .filter(|(_, tested)| !refused(tested))
        .map(|(path, tested)| {
            PolicyError::new(path, None, format!("tests `{tested}`, which is not there: restore it or remove its test"))
        })
        .collect()
}

fn rules(modules: &[ParsedModule], texts: &BTreeMap<String, String>, errors: &mut Vec<PolicyError>) -> Vec<LoadedRule> {
    let mut rules = Vec::new();
    for parsed in modules {
        let Role::Rule { gate, name } = &parsed.place.role else { continue };
        if parsed.module.policy.iter().any(|rule| head_name(rule) == Some(ENTRY)) {
            errors.push(PolicyError::new(&parsed.file, None, format!("`{ENTRY}` is taken: choose another name")));
        }
        let text = texts.get(&parsed.file).map_or("", String::as_str);
        match metadata::read(&parsed.file, text, *gate, name) {
            Ok(metadata) => rules.push(LoadedRule::new(metadata, parsed)),
            Err(error) => errors.push(error),
        }
    }
    rules.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    rules
}
