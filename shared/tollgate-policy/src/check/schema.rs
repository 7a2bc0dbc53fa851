//! References to `input` are held against the JSON Schema of the facts: a field that no facts have is a mistake
//! that evaluation would pass over in silence.
//!
//! What a name stands for is followed through `:=`, `some … in …`, `every` and the package's own definitions.
//! Arguments of functions are not followed.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, Ref, Rule, RuleHead};
use serde_json::Value;

use tollgate_core::decision::Gate;

use super::{Index, Package, at};
use crate::{
    PolicyError,
    module_path::Role,
    modules::ParsedModule,
    reference::{Reference, Step, bound, each_reference, head_name, text},
    suggest::did_you_mean,
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
    index.packages().filter(|package| sees(package)).flat_map(|package| Checker { schema, package }.check()).collect()
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
    schema: &'s Value,
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
                let found = self.follow(vec![self.schema], &steps).ok().flatten();
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
                    && let Err(message) = self.follow(known, &[Step::Any])
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
        self.follow(self.type_of(collection, names)?, &[Step::Any]).ok().flatten()
    }

    /// What a reference leads to.
    fn reference(&self, reference: &Reference<'a>, names: &Names<'a, 's>) -> Result<Type<'s>, String> {
        let start = match names.get(reference.root) {
            Some(known) => known.clone(),
            None if reference.root == "input" => vec![self.schema],
            None => return Ok(None),
        };
        self.follow(start, &reference.steps)
    }

    fn follow(&self, start: Vec<&'s Value>, steps: &[Step<'_>]) -> Result<Type<'s>, String> {
        let mut at = start;
        for step in steps {
            let options: Vec<&'s Value> = at.iter().flat_map(|schema| self.options(schema, 0)).collect();
            let mut next = Vec::new();
            for option in &options {
                match self.step(option, step) {
                    Some(Some(found)) => next.extend(found),
                    // Anything may be below.
                    Some(None) => return Ok(None),
                    None => {}
                }
            }
            if next.is_empty() {
                return Err(unknown(step, &options));
            }
            at = next;
        }
        Ok(Some(at))
    }

    /// What is below a schema: `None` for nothing of that name, `Some(None)` for what is not described.
    fn step(&self, schema: &'s Value, step: &Step<'_>) -> Option<Type<'s>> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties").filter(|more| **more != Value::Bool(false));
        let typed = |name: &str| match schema.get("type") {
            Some(Value::String(is)) => is == name,
            Some(Value::Array(any)) => any.iter().any(|is| is == name),
            _ => false,
        };
        match step {
            Step::Name(name) => match (properties.and_then(|properties| properties.get(*name)), additional) {
                (Some(found), _) => Some(Some(vec![found])),
                (None, Some(Value::Bool(_))) => Some(None),
                (None, Some(found)) => Some(Some(vec![found])),
                // An object of which nothing is said can have anything.
                (None, None) => (properties.is_none() && (typed("object") || untyped(schema))).then_some(None),
            },
            Step::Any => {
                let items = schema.get("items");
                let found: Vec<_> = items
                    .into_iter()
                    .chain(additional)
                    .chain(properties.into_iter().flat_map(|all| all.values()))
                    .collect();
                match found.is_empty() {
                    true => (typed("array") || typed("object") || untyped(schema)).then_some(None),
                    false => Some(Some(found)),
                }
            }
        }
    }

    /// The schemas that one stands for: references followed, alternatives spread.
    fn options(&self, schema: &'s Value, depth: usize) -> Vec<&'s Value> {
        // Schemas may refer to themselves.
        if depth > 8 {
            return vec![&Value::Bool(true)];
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.schema.pointer(pointer));
            return self.options(found.unwrap_or(&Value::Bool(true)), depth + 1);
        }
        let alternatives = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let mut options: Vec<_> = alternatives.flat_map(|schema| self.options(schema, depth + 1)).collect();
        if options.is_empty() || schema.get("properties").is_some() {
            options.push(schema);
        }
        options
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

/// Does a schema say nothing of what a value is?
fn untyped(schema: &Value) -> bool {
    ["type", "enum", "const"].iter().all(|key| schema.get(key).is_none())
}

fn unknown(step: &Step<'_>, options: &[&Value]) -> String {
    let known: Vec<&str> = options
        .iter()
        .filter_map(|option| option.get("properties")?.as_object())
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    match step {
        Step::Name(name) if known.is_empty() => format!("the facts have nothing below this, so no `{name}`"),
        Step::Name(name) => {
            let hint = did_you_mean(name, known.iter().copied());
            let hint = if hint.is_empty() { format!("; there are `{}`", known.join("`, `")) } else { hint };
            format!("the facts have no `{name}` here{hint}")
        }
        Step::Any => "the facts have a single value here, nothing to look into".to_owned(),
    }
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
