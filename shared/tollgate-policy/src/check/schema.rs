//! References to `input` are held against the JSON Schema of the facts: a field that no facts have is a mistake
//! that evaluation would pass over in silence.
//!
//! What a name stands for is followed through `:=`, `some … in …`, `every` and the package's own definitions.
//! Arguments of functions are not followed.

mod walk;

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, Ref, Rule, RuleHead};
use serde_json::Value;
use tollgate_core::decision::Gate;
use walk::Walk;

use super::{Index, Package, at};
use crate::{
    PolicyError,
    module_path::Role,
    modules::ParsedModule,
    reference::{Reference, Step, bound, each_reference, head_name, text},
    syntax::{Node, walk_rule},
};

/// What is known of a value: it has one of these schemas, or nothing is known.
type Type<'s> = Option<Vec<&'s Value>>;
type Names<'a, 's> = BTreeMap<&'a str, Vec<&'s Value>>;

/// Checks every reference to the facts of a gate, in its rules and in what all gates share.
pub(crate) fn check(modules: &[ParsedModule], gate: Gate, schema: &Value) -> Vec<PolicyError> {
    let index = Index::of(modules);
    let sees = |package: &Package<'_>| match &package.parsed.place.role {
        Role::Rule { gate: own, .. } => *own == gate,
        Role::Library | Role::Test => true,
    };
    let packages = index.packages().filter(|package| sees(package));
    packages.flat_map(|package| Checker { schema: Walk(schema), package }.check()).collect()
}

/// The schema, where thresholds have the names that the settings declare. A leaf of the tree is a map with `value`.
pub(crate) fn with_thresholds(mut schema: Value, thresholds: &Value) -> Value {
    fn of(tree: &Value) -> Value {
        match tree {
            Value::Object(fields) if !fields.contains_key("value") => {
                let properties = fields.iter().map(|(name, below)| (name.clone(), of(below))).collect();
                serde_json::json!({"type": "object", "properties": Value::Object(properties)})
            }
            _ => Value::Bool(true),
        }
    }
    for place in ["/$defs/Settings/properties/thresholds", "/properties/settings/properties/thresholds"] {
        if let Some(found) = schema.pointer_mut(place) {
            *found = of(thresholds);
        }
    }
    schema
}

struct Checker<'a, 's> {
    schema: Walk<'s>,
    package: &'a Package<'a>,
}

impl<'a, 's> Checker<'a, 's> {
    fn check(&self) -> Vec<PolicyError> {
        let mut errors = Vec::new();
        // Definitions refer to each other in any order: what is known grows until nothing is added, soon.
        let mut globals = Names::new();
        for (alias, target) in &self.package.imports {
            if let Some((&"input", path)) = target.split_first() {
                let steps: Vec<_> = path.iter().map(|name| Step::Name(name)).collect();
                let found = self.schema.follow(vec![self.schema.0], &steps).ok().flatten();
                globals.extend(found.map(|found| (*alias, found)));
            }
        }
        for _ in 0..3 {
            for rule in &self.package.parsed.module.policy {
                let names = self.locals(rule, &globals);
                if let (Some(name), Some(found)) = (head_name(rule), self.defined(rule, &names)) {
                    globals.insert(name, found);
                }
            }
        }
        for rule in &self.package.parsed.module.policy {
            let names = self.locals(rule, &globals);
            each_reference(rule, &mut |reference| {
                if let Err(message) = self.reference(&reference, &names) {
                    errors.push(at(self.package, reference.line, message));
                }
            });
            each_collection(rule, &mut |collection| {
                if let Some(known) = self.type_of(collection, &names)
                    && let Err(message) = self.schema.follow(known, &[Step::Any])
                {
                    errors.push(at(self.package, collection.span().line, message));
                }
            });
        }
        errors
    }

    /// What the names in a rule stand for.
    fn locals(&self, rule: &'a Rule, globals: &Names<'a, 's>) -> Names<'a, 's> {
        let mut names = globals.clone();
        // Arguments can be anything, also where they share a name with something known.
        if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } = rule {
            for argument in args {
                if let Expr::Var { value, .. } = &**argument {
                    text(value).map(|name| names.remove(name));
                }
            }
        }
        // Twice, as the order of statements means nothing; what is still unknown then stays so.
        let mut unknown = Vec::new();
        for _ in 0..2 {
            unknown.clear();
            walk_rule(rule, &mut |node| {
                match node {
                    Node::Statement(statement) => match &statement.literal {
                        Literal::SomeIn { value, collection, .. } => {
                            let element = self.element(collection, &names);
                            bind(value, element, &mut names, &mut unknown);
                        }
                        Literal::Every { value, domain, .. } => {
                            let element = self.element(domain, &names);
                            insert(value.text(), element, &mut names, &mut unknown);
                        }
                        Literal::SomeVars { .. } | Literal::Expr { .. } | Literal::NotExpr { .. } => {}
                    },
                    Node::Expr(expr) => {
                        if let Expr::AssignExpr { op: AssignOp::ColEq | AssignOp::Eq, lhs, rhs, .. } = &**expr {
                            let value = self.type_of(rhs, &names);
                            bind(lhs, value, &mut names, &mut unknown);
                        }
                    }
                }
                true
            });
        }
        unknown.iter().for_each(|name| drop(names.remove(name)));
        names
    }

    /// What a definition gives: `slo := input.slos[0]`, `bad contains slo if …`.
    fn defined(&self, rule: &'a Rule, names: &Names<'a, 's>) -> Type<'s> {
        match rule {
            Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, .. } => self.type_of(&assign.value, names),
            _ => None,
        }
    }

    fn type_of(&self, expr: &'a Ref<Expr>, names: &Names<'a, 's>) -> Type<'s> {
        self.reference(&Reference::of(expr)?, names).ok().flatten()
    }

    fn element(&self, collection: &'a Ref<Expr>, names: &Names<'a, 's>) -> Type<'s> {
        self.schema.follow(self.type_of(collection, names)?, &[Step::Any]).ok().flatten()
    }

    /// What a reference leads to.
    fn reference(&self, reference: &Reference<'a>, names: &Names<'a, 's>) -> Result<Type<'s>, String> {
        let start = match names.get(reference.root) {
            Some(known) => known.clone(),
            None if reference.root == "input" => vec![self.schema.0],
            None => return Ok(None),
        };
        self.schema.follow(start, &reference.steps)
    }
}

/// Visits what `some … in …` and `every … in …` look through.
fn each_collection<'a>(rule: &'a Rule, visit: &mut dyn FnMut(&'a Ref<Expr>)) {
    walk_rule(rule, &mut |node| {
        if let Node::Statement(statement) = node
            && let Literal::SomeIn { collection, .. } | Literal::Every { domain: collection, .. } = &statement.literal
        {
            visit(collection);
        }
        true
    });
}

fn bind<'a, 's>(pattern: &'a Ref<Expr>, found: Type<'s>, names: &mut Names<'a, 's>, unknown: &mut Vec<&'a str>) {
    match &**pattern {
        Expr::Var { value, .. } => {
            if let Some(name) = text(value) {
                insert(name, found, names, unknown);
            }
        }
        _ => {
            let mut parts = BTreeSet::new();
            bound(pattern, &mut parts);
            unknown.extend(parts);
        }
    }
}

/// A name that is bound in several places may be any of what it is bound to.
fn insert<'a, 's>(name: &'a str, found: Type<'s>, names: &mut Names<'a, 's>, unknown: &mut Vec<&'a str>) {
    if name == "input" || name == "_" {
        return;
    }
    let Some(found) = found else { return unknown.push(name) };
    let known = names.entry(name).or_default();
    for schema in found {
        if !known.iter().any(|known| std::ptr::eq(*known, schema)) {
            known.push(schema);
        }
    }
}
