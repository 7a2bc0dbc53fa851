//! Which packages there are, what they define and what their imports stand for.

use std::collections::BTreeMap;

use regorus::unstable::{Ref, Rule, RuleHead};

use crate::{
    modules::ParsedModule,
    reference::{head_name, imports},
};

/// One package, which is one file.
pub(crate) struct Package<'a> {
    pub(crate) parsed: &'a ParsedModule,
    /// Its path with dots: `tollgate.change.freeze`.
    pub(crate) path: String,
    pub(crate) imports: BTreeMap<&'a str, Vec<&'a str>>,
    /// The definitions of each name.
    pub(crate) rules: BTreeMap<&'a str, Vec<&'a Ref<Rule>>>,
}

impl Package<'_> {
    /// How many arguments the function of this name takes; `None` when it is no function.
    pub(crate) fn arity(&self, name: &str) -> Option<usize> {
        self.rules.get(name)?.iter().find_map(|rule| match &***rule {
            Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } if !args.is_empty() => {
                Some(args.len())
            }
            _ => None,
        })
    }
}

/// Every package by its path.
pub(crate) struct Index<'a>(BTreeMap<String, Package<'a>>);

impl<'a> Index<'a> {
    pub(crate) fn of(modules: &'a [ParsedModule]) -> Self {
        let package = |parsed: &'a ParsedModule| {
            let mut rules: BTreeMap<&str, Vec<&Ref<Rule>>> = BTreeMap::new();
            for rule in &parsed.module.policy {
                if let Some(name) = head_name(rule) {
                    rules.entry(name).or_default().push(rule);
                }
            }
            let path = parsed.place.package.join(".");
            (path.clone(), Package { parsed, path, imports: imports(&parsed.module), rules })
        };
        Self(modules.iter().map(package).collect())
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package<'a>> {
        self.0.values()
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Package<'a>> {
        self.0.get(path)
    }

    /// The package that names such as `["data", "tollgate", "lib", "slos", "worst", …]` lead to, and the name in it.
    pub(crate) fn resolve<'n>(&self, names: &[&'n str]) -> Option<(&Package<'a>, Option<&'n str>)> {
        match names {
            ["data", root, middle, last, rest @ ..] => {
                self.get(&[*root, *middle, *last].join(".")).map(|package| (package, rest.first().copied()))
            }
            _ => None,
        }
    }
}

/// What a reference's names stand for once its first is looked up among the imports.
pub(crate) fn expand<'n>(package: &Package<'n>, names: &[&'n str]) -> Vec<&'n str> {
    match names.split_first().and_then(|(root, rest)| Some((package.imports.get(root)?, rest))) {
        Some((target, rest)) => target.iter().chain(rest).copied().collect(),
        None => names.to_vec(),
    }
}
