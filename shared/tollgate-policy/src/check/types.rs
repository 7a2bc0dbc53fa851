//! Types of rules and tests, inferred from the JSON Schema of the facts: what evaluation would pass over in silence, such
//! as a field that no facts have, a text that is none of those there are, or a condition that always holds.
//!
//! A function is looked at anew for each kind of arguments that it is called with. What nothing is known of can be
//! anything, and is never complained about.

mod access;
mod body;
mod builtin;
mod call;
mod compare;
mod condition;
mod element;
mod facts;
mod fits;
mod format;
mod infer;
mod kind;
mod mock;
mod path;
mod reference;
mod scope;
mod unit;

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::Span;
use serde_json::Value;
use tollgate_core::decision::Gate;

pub(crate) use facts::with_thresholds;

use super::{Index, Package};
use crate::{PolicyError, module_path::Role, modules::ParsedModule};
use facts::Schema;
use kind::Type;
use scope::Left;

/// Checks the rules of each gate, what they share and their tests against the schemas of the gates' facts.
pub(crate) fn check(modules: &[ParsedModule], schemas: &[(Gate, Value)]) -> Vec<PolicyError> {
    let index = Index::of(modules);
    let element = element::schema();
    let mut errors: BTreeSet<PolicyError> = BTreeSet::new();
    let gates: Vec<_> = schemas.iter().map(|(gate, schema)| (*gate, Schema::written(schema))).collect();
    for (gate, schema) in &gates {
        let mut checker = Checker::new(&index, *schema, &element, Watched::Rules);
        for package in index.packages().filter(|package| is_judged_in(package, *gate)) {
            checker.package(package);
        }
        errors.extend(checker.errors());
        let mut checker = Checker::new(&index, *schema, &element, Watched::Tests);
        for package in index.packages().filter(|package| is_tested_in(package, gate.as_str())) {
            checker.package(package);
        }
        errors.extend(checker.errors());
    }
    if let Some((_, schema)) = gates.first() {
        let mut checker = Checker::new(&index, *schema, &element, Watched::Tests);
        checker.input = Type::any();
        checker.mocked = gates.iter().map(|(_, schema)| *schema).collect();
        for package in index.packages().filter(|package| is_tested_in(package, "lib")) {
            checker.package(package);
        }
        errors.extend(checker.errors());
    }
    errors.into_iter().collect()
}

fn is_judged_in(package: &Package<'_>, gate: Gate) -> bool {
    match &package.parsed.place.role {
        Role::Rule { gate: own, .. } => *own == gate,
        Role::Library => !package.path.starts_with("tollgate.lib.testing"),
        Role::Test => false,
    }
}

fn is_tested_in(package: &Package<'_>, folder: &str) -> bool {
    package.parsed.place.role == Role::Test && package.parsed.place.package.get(1).is_some_and(|top| top == folder)
}

/// Whose mistakes are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    Rules,
    Tests,
}

/// What a function was called with: its package and name, its arguments, what is left of them, and whether mistakes were
/// reported.
type Call<'a, 's> = (&'a str, &'a str, Vec<Type<'s>>, Vec<Left>, bool);

/// How often an error was found at each place of a function, and what it says.
type Tally = BTreeMap<(Option<u64>, Option<u64>), (u32, PolicyError)>;

struct Checker<'a, 's> {
    index: &'a Index<'a>,
    schema: Schema<'s>,
    input: Type<'s>,
    /// The schemas of which the input of a test must fit one.
    mocked: Vec<Schema<'s>>,
    /// What an element of a rule's set must be.
    element: Schema<'s>,
    watched: Watched,
    /// Above zero while names are bound, when not all of them are known.
    quiet: u32,
    /// A name was met that is not bound yet.
    unbound: bool,
    /// A shared function is looked at with the arguments of one of its calls.
    shared: bool,
    here: Option<&'a Package<'a>>,
    fitting: fits::Fitting<'s>,
    calls: BTreeMap<Call<'a, 's>, Type<'s>>,
    /// Of each function how often it was called, and what was wrong.
    tallies: BTreeMap<(&'a str, &'a str), (u32, Tally)>,
    errors: BTreeSet<PolicyError>,
}

impl<'a, 's> Checker<'a, 's> {
    fn new(index: &'a Index<'a>, schema: Schema<'s>, element: &'s Value, watched: Watched) -> Self {
        Self {
            index,
            schema,
            input: schema.root(),
            mocked: vec![schema],
            element: Schema::read_by_serde(element),
            watched,
            quiet: 0,
            unbound: false,
            shared: false,
            here: None,
            fitting: fits::Fitting::new(),
            calls: BTreeMap::new(),
            tallies: BTreeMap::new(),
            errors: BTreeSet::new(),
        }
    }

    /// Notes a mistake of whoever is watched.
    fn report(&mut self, span: &Span, message: impl Into<String>) {
        let Some(here) = self.here else { return };
        let of_tests = here.parsed.place.role == Role::Test;
        if self.quiet == 0 && of_tests == (self.watched == Watched::Tests) {
            self.errors.insert(super::at_span(here, span, message));
        }
    }

    /// Notes a condition that can only come out one way. For some arguments of a shared function that is no mistake.
    fn report_fixed(&mut self, span: &Span, message: impl Into<String>) {
        if !self.shared {
            self.report(span, message);
        }
    }

    /// Looks at something in another package.
    fn within<T>(&mut self, package: &'a Package<'a>, look: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.here.replace(package);
        let seen = look(self);
        self.here = before;
        seen
    }

    fn quietly<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        self.quiet += 1;
        let seen = look(self);
        self.quiet -= 1;
        seen
    }

    fn package(&mut self, package: &'a Package<'a>) {
        self.within(package, |checker| {
            for name in package.rules.keys() {
                checker.definitions(package, name);
            }
        });
    }
}
